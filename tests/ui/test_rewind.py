"""Going back along a run in the browser, and the branch that leaves from there."""

import re

import pytest
from playwright.sync_api import expect

from workbench.store import Store

pytestmark = pytest.mark.ui
SEED = 41  # of no other test's runs


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_run_is_rewound_changed_and_gone_on_from(lab, kept):
    page = lab(f"model=spass&seed={SEED}")
    slider = page.get_by_role("slider", name="rewind")
    go_on = button(page, "Go on from here")
    expect(slider).to_be_disabled()
    expect(go_on).to_be_disabled()
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible()
    expect(slider).to_be_enabled()
    expect(page.get_by_text("end at 1.618")).to_be_visible()

    slider.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("At 40% of the run (weights at 2.4 of 6 / mu)")).to_be_visible()
    expect(page.get_by_text("the farthest is still")).to_be_visible()  # what it showed then
    expect(page.get_by_role("textbox", name=re.compile("duration"))).to_be_disabled()
    kappa = page.get_by_role("textbox", name=re.compile("kappa"))
    kappa.fill("4")
    kappa.press("Enter")
    expect(page.get_by_text("kappa differs from")).to_be_visible()
    go_on.click()
    expect(page.get_by_text(re.compile("It goes on from record .* at 40%"))).to_be_visible()
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible()
    expect(page.get_by_text("end at 2.562")).to_be_visible()
    page.wait_for_timeout(500)
    branch, parent = (one for one in Store(kept).list() if one.seed == SEED)
    assert branch.parent == {"id": parent.id, "frame": 4}
    assert branch.changes == [{"frame": 4, "name": "kappa", "value": 4.0}]
    page.get_by_role("link", name=f"Compare with {parent.id}").click()
    expect(page.get_by_role("heading", name="Weight from several starts")).to_be_visible()
    page.goto(f"{page.url.partition('/compare')[0]}/runs")
    row = page.locator("li.record").filter(has_text=f"branch of {parent.id}")
    expect(row).to_contain_text("then kappa 4 from frame 4")
    expect(row.get_by_role("link", name=re.compile("^Compare with parent"))).to_have_attribute(
        "href", f"/compare?runs={parent.id},{branch.id}"
    )
