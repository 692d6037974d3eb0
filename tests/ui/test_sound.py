"""Hearing spikes in a real browser: silent until it is switched on, and when it is off again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import nothing_serious
from playwright.sync_api import Page, expect
from sound_server import SPIKES
from ui_server import free_port, wait_until_served

pytestmark = pytest.mark.ui
HERE = Path(__file__).parent
#: Counts the clicks that are handed to the synthesiser (when, how high), and keeps it at hand.
COUNTED = """
window.clicks = []
window.AudioContext = class extends AudioContext {
  constructor() { super(); window.audio = this }
}
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (when) {
  window.clicks.push([when - this.context.currentTime, this.frequency.value])
  return start.call(this, when)
}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a page with the switch, served by a process of its own."""
    port, log = free_port(), tmp_path_factory.mktemp("sound") / "log.txt"
    with log.open("w") as out:
        command = [sys.executable, str(HERE / "sound_server.py"), str(port)]
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=HERE.parents[1]
        )
        try:
            wait_until_served(f"http://localhost:{port}", process, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def heard(page: Page, address: str):
    """Open the page; it must stay free of errors and ask nothing of any other host."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: said.append(r.url) if "localhost" not in r.url[:20] else None)
    page.add_init_script(COUNTED)

    def open_page(query: str = "") -> Page:
        page.goto(address + query)
        switch(page).wait_for()
        return page

    yield open_page
    assert [one for one in said if not one.startswith(("data:", "blob:"))] == []


def switch(page: Page):
    return page.get_by_role("switch", name="Hear the spikes")


def bring(page: Page, number: int) -> list:
    """Let spikes come for the n-th time; return all clicks so far once they have been seen."""
    page.get_by_role("button", name="Bring spikes").click()
    page.get_by_text(f"{number} brought").wait_for()  # said after the spikes were sent
    return page.evaluate("window.clicks")


def wait_until_awake(page: Page) -> None:
    page.wait_for_function("window.audio && window.audio.state === 'running'")


def test_it_clicks_while_it_is_on_and_only_then(heard):
    page = heard()
    expect(switch(page)).not_to_be_checked()
    assert bring(page, 1) == []
    switch(page).focus()
    page.keyboard.press("Space")
    expect(switch(page)).to_be_checked()
    wait_until_awake(page)
    clicks = bring(page, 2)
    assert len(clicks) == SPIKES
    waits, pitches = zip(*clicks, strict=True)
    assert list(waits) == sorted(waits)
    assert 0 <= waits[0] < waits[-1] <= 0.6  # spread, and soon over
    low, high = sorted(set(pitches))
    assert [pitch == low for pitch in pitches] == [i % 3 == 2 for i in range(SPIKES)]
    assert high > 2 * low
    switch(page).click()
    expect(switch(page)).not_to_be_checked()
    assert len(bring(page, 3)) == SPIKES
    page.wait_for_function("window.audio.state === 'suspended'")


def test_where_it_is_on_from_the_start_the_first_gesture_wakes_it(heard):
    page = heard("/?on=1")
    expect(switch(page)).to_be_checked()
    assert page.evaluate("window.audio === undefined")
    page.keyboard.press("Shift")
    wait_until_awake(page)
    assert len(bring(page, 1)) == SPIKES


def test_nothing_serious_stands_in_the_way_in_light_and_dark(heard, page):
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        heard()
        nothing_serious(page)
