"""Take the README's tour of screenshots from a running workbench (``make tour``)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

from workbench.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from conftest import QUIET, find_browser  # noqa: E402
from ui_server import free_port, wait_until_served  # noqa: E402

COLOURS = 256
TO = Path(__file__).parents[2] / "notebooks" / "images"
PLAN = "Every+memory:+bits+per+synaptic+event"
PATIENCE = 300_000  # milliseconds; a network may have to be compiled first


class Tour:
    """A walk through the pages of a server, in light or in the dark.

    Parameters
    ----------
    page : Page
        A browser's page.
    address : str
        The server's.
    store : Store
        Its records.
    """

    def __init__(self, page: Page, address: str, store: Store) -> None:
        self.page, self.address, self.store = page, address, store
        page.set_default_timeout(60_000)

    def gallery(self) -> None:
        """Show all models, as someone sees them who comes for the first time."""
        self.page.goto(self.address)
        self.page.locator("a.card").first.wait_for()

    def lab(self) -> None:
        """Recall digits."""
        self.run("model=sdm")

    def spikes(self) -> None:
        """Let modules form."""
        self.run("model=assemblies")

    def rewind(self) -> None:
        """Go back to the middle of that run."""
        self.spikes()
        self.page.wait_for_timeout(2000)  # the slider is drawn anew for this run
        self.page.get_by_role("slider", name="rewind").focus()
        for _ in range(13):
            self.page.keyboard.press("ArrowLeft")
        expect(self.page.get_by_text(re.compile(r"At 5\d% of the run"))).to_be_visible()

    def runs(self) -> None:
        """List what was run."""
        self.page.goto(f"{self.address}/runs")
        self.page.get_by_text(re.compile("seed")).first.wait_for()

    def compare(self) -> None:
        """Lay two records over each other."""
        for query in ("model=spass&duration=8", "model=spass&duration=8&kappa=6"):
            self.run(query)
        self.page.wait_for_timeout(1000)  # the record is written a moment later
        new, old = self.store.list(model="spass")[:2]
        self.page.goto(f"{self.address}/compare?runs={old.id},{new.id}")
        self.page.wait_for_timeout(8000)

    def sweep(self) -> None:
        """Ask how many patterns every memory holds."""
        self.page.goto(f"{self.address}/sweep?model=capacity&plan={PLAN}")
        start = self.page.get_by_role("button", name=re.compile("^(Run|Go on)$"))
        start.wait_for()
        if start.is_enabled():
            start.click()
            said = self.page.get_by_text(re.compile("^Finished"))
            expect(said).to_be_visible(timeout=PATIENCE)

    def arena(self) -> None:
        """Let all memories recall the same cues."""
        self.page.goto(f"{self.address}/arena?trials=3")
        self.button("Run").click()
        expect(self.page.get_by_text(re.compile("^Finished in"))).to_be_visible(timeout=PATIENCE)

    def phone(self) -> None:
        """Drag a slider on a phone."""
        self.page.goto(f"{self.address}/lab?model=spass&input_rate=2&kappa=3&highest_start=6")
        expect(self.page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible()

    def run(self, query: str) -> None:
        """Run a model to its end."""
        self.page.goto(f"{self.address}/lab?{query}")
        self.button("Run").click()
        expect(self.page.get_by_text(re.compile("^Finished in"))).to_be_visible(timeout=PATIENCE)

    def button(self, name: str) -> Locator:
        """Return a button."""
        return self.page.get_by_role("button", name=name, exact=True)


#: Stop -> width and height of the window.
STOPS = {
    "gallery": (1400, 900),
    "lab": (1400, 1240),
    "spikes": (1400, 1330),
    "rewind": (1400, 900),
    "runs": (1400, 700),
    "compare": (1400, 1100),
    "sweep": (1400, 850),
    "arena": (1400, 900),
    "phone": (390, 844),
}


def main() -> None:
    """Serve, walk, take, stop; the command line may name the stops."""
    TO.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        command = [sys.executable, "-m", "apps", "serve", "--port", str(port), "--no-show",
                   "--runs", f"{folder}/runs"]  # fmt: skip
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_served(address, server, Path(log.name))
            take(address, Store(f"{folder}/runs"), sys.argv[1:] or list(STOPS))
        finally:
            server.terminate()
            server.wait(20)


def take(address: str, store: Store, stops: list[str]) -> None:
    """Take a picture of every stop, in light and in the dark."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
        for stop in stops:
            for ground in ("light", "dark"):
                width, height = STOPS[stop]
                page = browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme=ground
                )
                getattr(Tour(page, address, store), stop)()
                page.mouse.move(0, 0)
                page.wait_for_timeout(2500)
                path = TO / f"tour-{stop}-{ground}.png"
                page.screenshot(path=path)
                page.close()
                compact(path)
                print(path)
        browser.close()


def compact(path: Path) -> None:
    """Write a picture with a palette that keeps its scales even: a third of the size."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
