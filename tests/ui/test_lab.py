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


def test_a_run_shows_its_pictures_and_says_what_they_mean(lab):
    page = lab(SMALL)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    expect(button(page, "Pause")).to_be_disabled()
    expect(button(page, "Stop")).to_be_disabled()
    button(page, "Run").click()
    expect(page.get_by_text(re.compile(r"^Finished in "))).to_be_visible()
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
    """Return a text that stands still for two seconds, as a paused run's does.

    A run waits at its next frame. Until then it may bring that one and one that is on its way, on
    a busy machine later than the page says "Paused"; of a run that goes on the text never rests.
    """
    for _ in range(4):
        before = line.inner_text()
        page.wait_for_timeout(2000)
        if line.inner_text() == before:
            return before
    raise AssertionError(f"a paused run goes on: {line.inner_text()}")


def test_pause_step_and_stop(lab):
    page = lab(LONG)
    button(page, "Run").click()
    expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
    button(page, "Pause").click()
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


def test_space_runs_and_pauses(lab):
    page = lab(LONG)
    expect(page.get_by_text("Ready. Press Run to start.")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_text(re.compile("writing word|reading cues"))).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_text(re.compile("^Paused"))).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible()


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


def test_a_typed_value_is_taken_and_a_bad_one_is_refused_in_a_sentence(lab):
    page = lab("model=spass")
    typed = field(page, "input rate")
    typed.fill("2")
    typed.press("Enter")
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()
    typed.fill("nan")
    typed.press("Enter")
    expect(
        page.get_by_text("input_rate = 'nan' is not allowed: it must be a number")
    ).to_be_visible()
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()


def test_values_that_do_not_go_together_are_told_before_a_run(lab):
    page = lab("model=sdm&hard_locations=1000&access_fraction=0.00001")
    refusals = page.get_by_text(re.compile("access_fraction = 1e-05 is not allowed"))
    expect(refusals).to_have_count(2)  # of the link, and of the run that it would be
    expect(button(page, "Run")).to_be_disabled()
    expect(button(page, "Step")).to_be_disabled()


def test_a_link_sets_the_whole_run_and_tells_what_was_refused(lab):
    page = lab("model=spass&input_rate=2&kappa=3&seed=7&target_rate=-1&colour=red")
    expect(page.get_by_text(re.compile("target_rate = '-1' is not allowed"))).to_be_visible()
    expect(page.get_by_text(re.compile("'colour' is no parameter"))).to_be_visible()
    expect(page.get_by_label("seed")).to_have_value("7")
    expect(page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible()


def test_a_preset_sets_its_values(lab):
    page = lab("model=spass")
    page.get_by_role("combobox", name="preset").click()
    page.get_by_role("menuitem", name="Strong input").click()
    expect(page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible()


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


def test_equations_and_sources_can_be_read(lab):
    page = lab("model=spass")
    page.get_by_role("tab", name="Equations").click()
    expect(page.get_by_text(re.compile("sometimes printed"))).to_be_visible()
    assert page.locator("math").count() >= 3
    page.get_by_role("tab", name="Sources").click()
    expect(page.get_by_role("link", name=re.compile("fncom"))).to_be_visible()


def test_a_phone_shows_the_picture_first_and_run_at_the_bottom(lab, page):
    page.set_viewport_size({"width": 390, "height": 844})
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    expect(page.get_by_role("slider").first).not_to_be_in_viewport()  # in a closed sheet
    box = button(page, "Run").bounding_box()
    assert box and 600 < box["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


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


def test_a_live_answer_can_be_kept(lab):
    page = lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    button(page, "Keep").click()
    expect(page.get_by_text(re.compile("^Kept as record [0-9a-f]{12}"))).to_be_visible()


def test_a_link_of_another_version_says_so(lab):
    page = lab("model=spass&version=0.0.1&kappa=%ff")
    expect(page.get_by_text(re.compile(r"0\.0\.1"))).to_be_visible()
    expect(page.get_by_text(re.compile("kappa = .* is not allowed"))).to_be_visible()


def test_what_was_set_is_marked_taken_back_done_again_and_reset(lab):
    page = lab("model=spass")
    expect(page.get_by_text("All values are those of the model's defaults.")).to_be_visible()
    typed, reset = field(page, "input rate"), button(page, "reset input rate to 1")
    expect(reset).to_be_hidden()
    slider = page.get_by_role("slider", name="input rate")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 12)
    page.mouse.down()
    for i in range(12):
        page.mouse.move(box["x"] + 30 + 8 * i, box["y"] + 12)
    page.mouse.up()
    expect(reset).to_be_visible()
    expect(page.get_by_text("input rate differs from the model's defaults.")).to_be_visible()
    dragged = f"{0.1 + 0.05 * int(slider.input_value()):.6g}"  # from 0.1 in steps of 0.05
    assert float(dragged) > 2
    expect(typed).to_have_value(dragged)
    button(page, "Undo").click()  # the whole drag
    expect(typed).to_have_value("1")
    expect(button(page, "Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+Z")
    expect(typed).to_have_value(dragged)
    reset.click()
    expect(typed).to_have_value("1")
    assert page.evaluate(FOCUS) == "input_rate-slider"  # and not lost with the button
    page.keyboard.press("Control+z")
    expect(typed).to_have_value(dragged)
    typed.fill("2.5")
    typed.press("Control+z")  # the field's own
    expect(typed).to_have_value(dragged)
    page.get_by_role("combobox", name="preset").click()
    page.get_by_role("menuitem", name="Strong input").click()
    expect(page.get_by_text(re.compile("preset .Strong input"))).to_be_visible()
    expect(typed).to_have_value("2")
    button(page, "Undo").click()
    expect(typed).to_have_value(dragged)
    expect(page.get_by_role("combobox", name="preset")).to_have_text("the model's defaults")


def test_an_edit_before_the_page_has_loaded_is_not_lost(lab, page, server):
    page.goto(f"{server}/lab?model=spass", wait_until="commit")
    field(page, "input rate").fill("2")
    field(page, "input rate").press("Enter")
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()
    expect(button(page, "reset input rate to 1")).to_be_visible()


def test_a_parameter_tells_what_it_means_where_nothing_moves(lab):
    page = lab("model=sdm")
    slider = page.get_by_role("slider", name="cue noise")
    slider.focus()
    before = slider.bounding_box()
    expect(page.get_by_text(re.compile("^cue noise: .*default 0.2"))).to_be_visible()
    field(page, "cue noise").focus()
    slider.hover()
    assert slider.bounding_box() == before
    expect(slider).to_have_accessible_description(re.compile("default 0.2"))
    expect(slider).to_have_attribute("aria-valuetext", "0.2")
    expect(page.get_by_role("slider", name="reads")).to_be_hidden()
    more = page.locator("summary", has_text="4 more")
    more.focus()
    more.press("Enter")
    expect(page.get_by_role("slider", name="reads")).to_be_visible()


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
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    page.keyboard.press("Space")
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
    page = lab(f"{SMALL}&beside=0123456789ab")
    expect(page.get_by_text(re.compile("Change one parameter and press Run"))).to_be_visible()
    expect(page.get_by_text("is no parameter")).to_have_count(0)
    button(page, "Run").click()
    compare = page.get_by_role("link", name="Compare with 0123456789ab")
    expect(compare).to_have_attribute(
        "href", re.compile(r"^\./compare\?runs=0123456789ab%2C[0-9a-f]{12}$")
    )


def test_a_run_that_the_server_no_longer_has_is_told(lab):
    page = lab(f"{SMALL}&run=0123456789")
    expect(page.get_by_text(re.compile("no longer has this run at hand"))).to_be_visible()
    expect(field(page, "stored words")).to_have_value("30")


def test_on_a_phone_the_parameters_are_a_sheet_with_a_way_out(lab, page):
    page.set_viewport_size({"width": 390, "height": 844})
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    sheet = page.get_by_role("dialog", name="Parameters")
    for leave in ("Escape", "button"):
        button(page, "Parameters").click()
        expect(sheet).to_be_visible()
        if leave == "Escape":
            typed = field(page, "input rate")
            typed.fill("2")
            typed.press("Enter")
            expect(typed).to_have_value("2")
            page.keyboard.press("Escape")
        else:
            button(page, "Close the parameters").click()
        expect(sheet).to_have_count(0)
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()


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
