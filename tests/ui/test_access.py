"""Nothing serious stands in the way of people who cannot see or point: axe-core's rules."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.ui

LOOK = ("light", "dark")
#: The info sign of panel-material-ui 0.16 carries its text on a bare span.
KNOWN = {"aria-prohibited-attr"}


def serious(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical") and one["id"] not in KNOWN
        for node in one["nodes"]
        if "Mui-disabled" not in node["html"]  # what cannot be used now may be pale
    ]


#: Runs of spiking networks that end soon.
RUNS = {
    "assemblies": "protocol=0-1 rest; 1-4 learn; 4-5 cue module 1; 4-5 tag excitatory",
    "silent_assemblies": "protocol=0-0.5 rest; 0.5-1.5 balance; 1.5-2 cue assembly 1",
}


@pytest.mark.parametrize("look", LOOK)
def test_gallery(page, server, look):
    page.emulate_media(color_scheme=look)
    page.goto(server)
    page.locator("a.card").first.wait_for()
    page.wait_for_timeout(1000)
    assert serious(page) == []


@pytest.mark.parametrize("look", LOOK)
def test_lab(lab, page, look):
    page.emulate_media(color_scheme=look)
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    page.wait_for_timeout(1000)
    assert serious(page) == []


@pytest.mark.parametrize("look", LOOK)
def test_links_and_refusals(lab, page, look):
    page.emulate_media(color_scheme=look)
    lab("model=spass")
    page.get_by_role("tab", name="Sources").click()
    expect(page.get_by_role("link", name=re.compile("^doi:")).first).to_be_visible()
    page.get_by_label("seed").fill("never")
    page.get_by_label("seed").press("Enter")
    expect(page.get_by_text("seed = 'never' is not allowed")).to_be_visible()
    page.wait_for_timeout(1000)
    assert serious(page) == []


@pytest.mark.parametrize("model", RUNS)
def test_results_of_a_spiking_network(lab, page, model):
    lab(f"model={model}&{RUNS[model]}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible(timeout=180_000)
    expect(page.get_by_text("The reading follows when the run has ended.")).to_have_count(0)
    for _ in LOOK:
        for _wait in range(10):  # a busy machine takes its time to paint it all
            page.wait_for_timeout(1000)
            if not serious(page):
                break
        assert serious(page) == []
        page.get_by_role("button", name="Toggle theme").click()
