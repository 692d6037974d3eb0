"""A workbench served as a user would start it, and a browser to drive it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parent))
from ui_server import free_port, wait_until_served  # noqa: E402

expect.set_options(timeout=60_000)  # a busy machine is no reason to fail

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium here: install the package chromium, or set CHROMIUM to its path")
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the server keeps records."""
    return tmp_path_factory.mktemp("kept") / "runs"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[str]:
    """The address of a server in its own process, with a store of its own."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    log = (folder / "log.txt").open("w")
    command = [
        sys.executable, "-m", "apps", "serve", "--port", str(port), "--no-show",
        "--runs", str(kept), "--workers", "2",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://localhost:{port}"
    try:
        wait_until_served(address, process, folder / "log.txt")
        yield address
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@pytest.fixture
def lab(page, server):
    """Open the lab with a query; the page collects what it says and where it goes."""
    said: list[str] = []
    outside: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: outside.append(r.url) if leaves(r.url, server) else None)
    page.set_default_timeout(60_000)

    def open_lab(query: str = "model=spass"):
        page.goto(f"{server}/lab?{query}")
        page.get_by_role("button", name="Run", exact=True).wait_for()
        return page

    yield open_lab
    assert said == []
    assert outside == []


def leaves(url: str, server: str) -> bool:
    return not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))
