"""The lab page, driven as a new user would."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import models

pytestmark = pytest.mark.ui

SMALL = "model=sdm&hard_locations=5000&access_fraction=0.005&stored=30&cues=8&noise_levels=6"

#: Long enough to be paused and stopped on any machine.
LONG = "model=sdm&patterns=random+words&stored=1000&cues=1000&noise_levels=100&reads=20"


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def field(page: Page, name: str):
    return page.get_by_role("textbox", name=name)


FOCUS = """() => {
  let at = document.activeElement
  while (at.shadowRoot?.activeElement) { at = at.shadowRoot.activeElement }
  return at.id || at.getAttribute("aria-label") || at.textContent
}"""


#: Whether the focus is in a dialog, or in the browser's own frame between its last and first field.
INSIDE = """() => {
  let at = document.activeElement
  while (at.shadowRoot?.activeElement) { at = at.shadowRoot.activeElement }
  return at === document.body || at.closest("dialog") !== null
}"""


#: Closes the dialog and presses Space before the focus has left what stood in it.
SPACE_AT_ONCE = """() => {
  let at = document.activeElement
  while (at.shadowRoot?.activeElement) { at = at.shadowRoot.activeElement }
  at.closest("dialog").close()
  at.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true, composed: true }))
}"""


#: Notes, in the moment in which the line tells the end of a run, the buttons that are open then.
AT_THE_END = """line => {
  window.open = []
  const buttons = []
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.matches("[aria-label='the run'] button")) { buttons.push(one) }
      if (one.shadowRoot) { walk(one.shadowRoot) }
    }
  }
  walk(document)
  const look = () => {
    if (line.textContent.startsWith("Finished")) {
      const open = buttons.filter((each) => !each.disabled)
      window.open.push(open.map((each) => each.textContent).join())
    }
    requestAnimationFrame(look)
  }
  look()
}"""


def test_a_run_shows_its_pictures_and_says_what_they_mean(lab):
    page = lab(SMALL)
    line = page.get_by_text("Ready. Press Run to start.")
    expect(line).to_be_visible()
    expect(page.get_by_role("slider", name="rewind")).to_have_count(0)  # it keeps no states
    expect(button(page, "Pause")).to_be_disabled()
    expect(button(page, "Stop")).to_be_disabled()
    line.evaluate(AT_THE_END)
    button(page, "Run").press("Enter")
    expect(page.get_by_text(re.compile(r"^Finished in "))).to_be_visible()
    assert set(page.evaluate("window.open")) == {"Run,Step"}
    assert page.evaluate(FOCUS) == "Run"  # again, after Pause while it went on
    expect(
        page.get_by_text(re.compile("reads recall every bit|reads .* are wrong"))
    ).to_be_visible()
    expect(page.get_by_text(re.compile(r"softmax attention with beta = \d"))).to_be_visible()
    expect(button(page, "Run")).to_be_enabled()
    expect(button(page, "Stop")).to_be_disabled()


def test_a_reloaded_page_finds_its_run_again(lab):
    page = lab(SMALL)
    button(page, "Run").click()
    page.wait_for_url("**run=*")
    page.reload()
    expect(page.get_by_text(re.compile(r"^Finished in "))).to_be_visible()
    expect(page.get_by_text(re.compile(r"softmax attention with beta = \d"))).to_be_visible()


def settled(page: Page, line) -> str:
    """Return a text that stands still for a second, as a paused run's does.

    A run waits at its next frame. Until then it may bring that one and one that is on its way, on
    a busy machine later than the page says "Paused"; of a run that goes on the text never rests.
    """
    for _ in range(8):
        before = line.inner_text()
        page.wait_for_timeout(1000)
        if line.inner_text() == before:
            return before
    raise AssertionError(f"a paused run goes on: {line.inner_text()}")


def test_pause_step_and_stop(lab):
    page = lab(LONG)
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
    page.locator("body").click(position={"x": 700, "y": 160})
    page.keyboard.press("Space")
    paused = page.get_by_text(re.compile("^Paused"))
    expect(paused).to_be_visible()
    before = settled(page, paused)
    button(page, "Step").click()
    expect(page.get_by_text(before, exact=True)).to_have_count(0)
    assert settled(page, paused) != before
    button(page, "Go on").click()
    expect(paused).to_have_count(0)
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile(r"^Stopped after .* is kept"))).to_be_visible()
    expect(button(page, "Run")).to_be_enabled()


def test_a_live_model_answers_its_sliders(lab):
    page = lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    slider = page.get_by_role("slider", name=re.compile("^input rate")).first
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    # u = 1.25: [1 + sqrt(1 + 4 * 1.25**3)] / 2.5 = 1.5868
    expect(page.get_by_text(re.compile(r"end at 1\.587"))).to_be_visible()
    expect(field(page, "input rate")).to_have_value("1.25")


#: What is offered of every run: its button, the end of the file's name, and how the file begins.
FILES = {
    "Script": (".py", b'"""'),
    "Data (NetCDF)": (".nc", b"\x89HDF"),
    "Data (CSV)": (".csv.zip", b"PK"),
    "Figure (PNG)": (".png", b"\x89PNG"),
    "Figure (SVG)": (".svg", b"<?xml"),
}


def test_files_of_a_run_are_offered(lab, tmp_path):
    page = lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    for name, (ending, first) in FILES.items():
        with page.expect_download() as coming:
            button(page, name).click()
        assert coming.value.suggested_filename.startswith("spass-seed1-")
        assert coming.value.suggested_filename.endswith(ending)
        saved = tmp_path / coming.value.suggested_filename
        coming.value.save_as(saved)
        assert saved.read_bytes().startswith(first)
    page.get_by_role("combobox", name="figure").click()
    page.get_by_role("menuitem", name="Activity of the neuron").click()
    expect(page.get_by_role("combobox", name="figure")).to_have_text("Activity of the neuron")
    with page.expect_download() as coming:
        button(page, "Figure (SVG)").click()
    assert coming.value.suggested_filename.endswith("-activity-of-the-neuron.svg")
    button(page, "Keep").click()
    expect(page.get_by_text(re.compile("^Kept as record [0-9a-f]{12}"))).to_be_visible()


def test_equations_and_sources_can_be_read(lab):
    page = lab("model=spass")
    page.get_by_role("tab", name="Equations").click()
    expect(page.get_by_text(re.compile("sometimes printed"))).to_be_visible()
    assert page.locator("math").count() >= 3
    page.get_by_role("tab", name="Sources").click()
    expect(page.get_by_role("link", name=re.compile("fncom"))).to_be_visible()


@pytest.mark.slow
def test_the_gallery_leads_to_every_model(page, server):
    page.goto(server)
    cards = page.locator("a.card")
    expect(cards).to_have_count(len(models.names()))
    page.wait_for_load_state("networkidle")
    for picture in page.locator("a.card img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
    cards.first.click()
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()


def test_the_link_of_a_run_with_live_changes_holds_them(lab):
    page = lab(LONG)
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
    expect(page.get_by_role("combobox", name="preset")).to_be_disabled()
    slider = page.get_by_role("slider", name=re.compile("^cue noise")).first
    slider.press("ArrowRight")
    expect(field(page, "cue noise")).to_have_value("0.21")
    page.wait_for_timeout(1000)  # some frames with the new value
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible()
    button(page, "Copy link").click()
    page.wait_for_url(re.compile("changes="))
    assert "cue_noise=0.2&" in page.url  # where it began; the change is told apart
    assert "run=" not in page.url


def test_the_keys_are_listed_and_can_be_switched_off(lab):
    page = lab(SMALL)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    button(page, "Keys").click()
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_be_visible()
    for _ in range(4):  # the focus stays inside
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE)
    listed.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    assert page.evaluate(FOCUS) == "Keys"
    page.locator("body").click(position={"x": 700, "y": 160})
    page.keyboard.press("Space")
    page.wait_for_timeout(500)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    page.keyboard.press("?")
    listed.get_by_role("checkbox").check()
    page.evaluate(SPACE_AT_ONCE)
    expect(listed).to_have_count(0)
    expect(page.get_by_text(re.compile("^Finished in "))).to_be_visible()
    expect(page.get_by_text("The values were changed since")).to_have_count(0)
    field(page, "stored words").fill("31")
    field(page, "stored words").press("Enter")
    expect(page.get_by_text(re.compile("^Finished in .*The values were changed"))).to_be_visible()


def test_citation_and_link_are_copied_with_the_keys(lab, page, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    lab("model=spass&kappa=3")
    page.get_by_role("tab", name="Sources").click()
    copy = page.get_by_role("button", name="Copy BibTeX of Tetzlaff C 2012")
    copy.focus()
    copy.press("Enter")
    expect(page.get_by_text("BibTeX copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@article{tetzlaff2012,")
    button(page, "Copy link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Link copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{server}/lab?model=spass&seed=1&") and "kappa=3.0" in copied


def test_the_next_run_is_compared_with_a_record(lab):
    page = lab("model=spass&beside=0123456789ab")
    expect(page.get_by_text(re.compile("Change one parameter and press Run"))).to_be_visible()
    expect(page.get_by_text("is no parameter")).to_have_count(0)
    button(page, "Run").click()
    compare = page.get_by_role("link", name="Compare with 0123456789ab")
    expect(compare).to_have_attribute(
        "href", re.compile(r"^\./compare\?runs=0123456789ab%2C[0-9a-f]{12}$")
    )


def test_a_run_that_the_server_no_longer_has_is_told(lab):
    page = lab("model=spass&input_rate=2&run=0123456789")
    expect(page.get_by_text(re.compile("no longer has this run at hand"))).to_be_visible()
    expect(field(page, "input rate")).to_have_value("2")


MOVING = """() => {
  const found = []
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const style = getComputedStyle(one)
      const moves = (times) => times.split(",").some((time) => parseFloat(time) > 0.01)
      if (!one.checkVisibility({ opacityProperty: true })) { continue }
      if (moves(style.transitionDuration) || moves(style.animationDuration)) {
        found.push(one.className)
      }
      if (one.shadowRoot) { walk(one.shadowRoot) }
    }
  }
  walk(document)
  return [...new Set(found.map(String))]
}"""


def test_nothing_moves_for_those_who_asked_for_it(lab, page):
    page.emulate_media(reduced_motion="reduce")
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    page.get_by_role("combobox", name="preset").click()
    expect(page.get_by_role("menuitem", name="Strong input")).to_be_visible()
    assert page.evaluate(MOVING) == []
