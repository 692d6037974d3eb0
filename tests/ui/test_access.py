"""Nothing serious stands in the way of people who cannot see or point: axe-core's rules."""

from __future__ import annotations

import re

import pytest
from axe import LOOK, nothing_serious
from playwright.sync_api import expect
from test_lab import LONG, button
from ui_server import served

import models
from apps.drawing.palette import ground, luminance
from apps.lab.page import Lab
from apps.server.serving import furnish
from apps.work.desk import Desk
from tests.workers import Breaks
from workbench.store import Store

pytestmark = [
    pytest.mark.ui,
    # FileDownload of panel-material-ui 0.16 gives its own base a deprecated argument.
    pytest.mark.filterwarnings(
        "ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"
    ),
]

#: A desk and a phone; what is seen on light ground at one is seen on dark at the other.
PLACES = {"light": (1400, 1000), "dark": (390, 844)}


#: Runs of spiking networks that end soon.
RUNS = {
    "assemblies": "protocol=0-1 rest; 1-4 learn; 4-5 cue module 1; 4-5 tag excitatory",
    "silent_assemblies": "protocol=0-0.5 rest; 0.5-1.5 balance; 1.5-2 cue assembly 1",
}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_gallery(page, server, look):
    page.emulate_media(color_scheme=look)
    page.goto(server)
    page.locator("a.card").first.wait_for()
    nothing_serious(page)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOK)
def test_every_state_of_a_run(lab, page, look):
    width, height = PLACES[look]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=look)
    lab(LONG)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    nothing_serious(page)
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
    nothing_serious(page)
    button(page, "Pause").click()
    expect(page.get_by_text(re.compile("^Paused"))).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible()
    nothing_serious(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    nothing_serious(page)
    page.keyboard.press("Escape")
    if width < 700:
        button(page, "Parameters").click()
        expect(page.get_by_role("dialog", name="Parameters")).to_be_visible()
    page.locator("summary", has_text="Memory").click()
    page.get_by_role("textbox", name="stored words").fill("many")
    page.get_by_role("textbox", name="stored words").press("Enter")
    expect(page.get_by_text("stored = 'many' is not allowed")).to_be_visible()
    nothing_serious(page)


@pytest.mark.parametrize("look", LOOK)
def test_a_run_that_failed_and_one_that_finished(page, tmp_path, look, monkeypatch):
    monkeypatch.setitem(models.REGISTRY, "breaks", "tests.workers:Breaks")
    width, height = PLACES[look]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=look)
    desk = Desk(Store(tmp_path), 1)
    with served({"/lab": lambda: furnish(Lab(desk, Breaks(how="raise")), [], "/lab")}) as address:
        page.goto(f"{address}/lab")
        button(page, "Run").click()
        expect(page.get_by_text(re.compile("^Failed: .* press Run to try again"))).to_be_visible()
        expect(button(page, "Run")).to_be_enabled()
        nothing_serious(page)
        page.get_by_role("tab", name="Data").click()
        nothing_serious(page)
    desk.close()


def test_a_lost_connection_is_told_and_the_page_loads_again(page, server):
    sockets = []

    def between(socket) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/lab/ws"), between)
    page.goto(f"{server}/lab?model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    expect(page.locator("#loader")).to_be_hidden()
    sockets[0].close()
    told = page.get_by_role("alert").filter(has_text="The connection to the workbench was lost")
    expect(told).to_be_visible()
    expect(button(page, "Reload")).to_be_focused()
    nothing_serious(page)
    page.keyboard.press("Enter")
    expect(told).to_have_count(0)
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()


def ink_of(words) -> str:
    """Return the colour of an element's text, ``#RRGGBB``."""
    told = words.evaluate("element => getComputedStyle(element).color")
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", told)[:3])


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOK)
def test_links_and_refusals(lab, page, look):
    page.emulate_media(color_scheme=look)
    lab("model=spass")
    page.get_by_role("tab", name="Sources").click()
    link = page.get_by_role("link", name=re.compile("^doi:")).first
    expect(link).to_be_visible()
    page.get_by_label("seed").fill("never")
    page.get_by_label("seed").press("Enter")
    refusal = page.get_by_text("seed = 'never' is not allowed")
    expect(refusal).to_be_visible()
    nothing_serious(page)
    for words in (link, refusal):  # axe does not know their ground, and says nothing of them
        paper, ink = (luminance(paint) for paint in (ground(look == "dark").paper, ink_of(words)))
        assert (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) >= 4.5


@pytest.mark.slow  # the networks are compiled first
@pytest.mark.parametrize("model", RUNS)
def test_results_of_a_spiking_network(lab, page, model):
    lab(f"model={model}&{RUNS[model]}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible(timeout=180_000)
    expect(page.get_by_text("The reading follows when the run has ended.")).to_have_count(0)
    for _ in LOOK:
        nothing_serious(page)
        page.get_by_role("button", name="Toggle theme").click()
