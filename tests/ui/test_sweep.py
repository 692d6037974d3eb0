"""The page of sweeps, driven as a person would."""

from __future__ import annotations

import re

import pytest
from axe import LOOK, nothing_serious
from conftest import leaves
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.ui

SMALL = "model=spass&across=kappa&values=0.5,1,2&down=target_rate&rows=0.1,1&seeds=2"
#: Runs of some seconds each.
LONG = "model=sdm&patterns=random+words&stored=1000&cues=100&across=cue_noise&values=0:0.4:9"


@pytest.fixture
def visit(page: Page, server: str):
    """Open the page of sweeps; no error may be told in it, and nothing may leave the machine."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: said.append(r.url) if leaves(r.url, server) else None)
    page.set_default_timeout(60_000)

    def open_page(query: str) -> Page:
        page.goto(f"{server}/sweep?{query}")
        page.get_by_role("heading", name="Sweep", level=1).wait_for()
        return page

    yield open_page
    assert said == []


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("scheme", LOOK)
def test_a_sweep_is_run_drawn_read_and_its_runs_are_opened(visit, page, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(SMALL)
    expect(page.get_by_text(re.compile("12 runs, about"))).to_be_visible()
    run = page.get_by_role("button", name=re.compile("^(Run|Go on)$"))  # some may be there already
    if run.is_enabled():
        run.click()
        expect(page.get_by_text(re.compile("^Finished: 12 of 12 runs"))).to_be_visible()
    expect(
        page.get_by_text(re.compile("^Weight w, mean is highest, .* at kappa 2"))
    ).to_be_visible()
    page.get_by_label("measure").select_option(label="activity v, mean")
    expect(page.get_by_text(re.compile("^Activity v, mean is highest"))).to_be_visible()
    canvas = page.locator(".bk-Figure").first
    canvas.wait_for()
    nothing_serious(page)
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.3 * box["height"])
    expect(page.get_by_role("heading", name="The point you chose")).to_be_visible()
    page.get_by_text("All 6 points and their runs").click()
    links = page.get_by_role("link", name=re.compile("^Open the run of seed"))
    expect(links).to_have_count(14)
    links.first.click()
    expect(page).to_have_url(re.compile("/lab[?]record=[0-9a-f]{12}$"))
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()


@pytest.mark.slow
def test_it_is_stopped_and_goes_on_where_it_was(visit):
    page = visit(LONG)
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("^Running: [1-9] of 9 runs"))).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("^Stopped: [1-8] of 9 runs"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("^[1-8] of these runs are there already"))).to_be_visible()
    expect(button(page, "Go on")).to_be_enabled()


def test_what_cannot_be_swept_is_told_and_the_rest_stays(visit):
    page = visit(SMALL)
    field = page.get_by_label("its values").first
    field.fill("0.5,-1")
    field.press("Tab")
    expect(page.get_by_role("alert")).to_have_text(re.compile("kappa = '-1' is not allowed"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(button(page, "Run")).to_be_disabled()
    field.fill("0.5,3")
    field.press("Tab")
    expect(page.get_by_role("alert")).to_have_text("")
    expect(page).to_have_url(re.compile("values=0.5%2C3"))
    expect(page.get_by_label("seeds")).to_have_value("2")
