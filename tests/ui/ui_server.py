"""Starting a server for the browser tests."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import panel as pn


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine gives, in a thread: Playwright has an event loop running in ours."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


def wait_until_served(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


@contextmanager
def served(pages: dict[str, Callable[[], Any]]) -> Iterator[str]:
    """Serve pages from a thread of this process, and give the address."""
    port = free_port()
    server = pn.serve(pages, port=port, show=False, threaded=True, verbose=False)
    deadline = time.monotonic() + 60
    while not reachable(port):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)
    try:
        yield f"http://localhost:{port}"
    finally:
        server.stop()


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0
