"""Take the README's screenshots from a running workbench (``make screenshots``)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from conftest import QUIET, find_browser  # noqa: E402
from ui_server import free_port, wait_until_served  # noqa: E402

COLOURS = 256
TO = Path(__file__).parents[2] / "notebooks" / "images"


def lab(page: Page, address: str, model: str) -> None:
    """Run a model to its end; a network may have to be compiled first."""
    page.goto(f"{address}/lab?model={model}")
    page.get_by_role("button", name="Run", exact=True).click(timeout=60_000)
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible(timeout=240_000)


def lab_sdm(page: Page, address: str) -> None:
    lab(page, address, "sdm")


def lab_assemblies(page: Page, address: str) -> None:
    lab(page, address, "assemblies")
    expect(page.get_by_text(re.compile("modules are formed"))).to_be_visible(timeout=60_000)


def lab_spass(page: Page, address: str) -> None:
    page.goto(f"{address}/lab?model=spass&input_rate=2&kappa=3&highest_start=6")
    expect(page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible(timeout=60_000)


def gallery(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("a.card").first.wait_for(timeout=60_000)


SHOTS = {
    "lab-sdm": (lab_sdm, {"width": 1400, "height": 1240}, "light"),
    "lab-assemblies": (lab_assemblies, {"width": 1400, "height": 1330}, "light"),
    "lab-spass": (lab_spass, {"width": 1400, "height": 900}, "light"),
    "lab-dark": (lab_spass, {"width": 1400, "height": 900}, "dark"),
    "lab-phone": (lab_sdm, {"width": 390, "height": 844}, "light"),
    "gallery": (gallery, {"width": 1400, "height": 640}, "light"),
}


def main() -> None:
    """Serve, drive, take, stop."""
    TO.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        command = [sys.executable, "-m", "apps", "serve", "--port", str(port), "--no-show",
                   "--runs", f"{folder}/runs"]  # fmt: skip
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_served(address, server, Path(log.name))
            take(address)
        finally:
            server.terminate()
            server.wait(20)


def take(address: str) -> None:
    """Take every picture at once settled."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
        for name, (act, size, ground) in SHOTS.items():
            page = browser.new_page(viewport=size, color_scheme=ground)
            act(page, address)
            page.mouse.move(0, 0)
            page.wait_for_timeout(2500)
            page.screenshot(path=TO / f"{name}.png")
            page.close()
            compact(TO / f"{name}.png")
            print(TO / f"{name}.png")
        browser.close()


def compact(path: Path) -> None:
    """Write a picture with a palette that keeps its scales even: a third of the size."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
