"""The lab's parameters: fields and sliders, what is refused, undo, the sheet on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from test_lab import FOCUS, button, field

pytestmark = pytest.mark.ui


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
    link = "model=spass&input_rate=2&kappa=3&seed=7&target_rate=-1&colour=red&starts=%ff"
    page = lab(f"{link}&version=0.0.1")
    expect(page.get_by_text(re.compile("target_rate = '-1' is not allowed"))).to_be_visible()
    expect(page.get_by_text(re.compile("'colour' is no parameter"))).to_be_visible()
    expect(page.get_by_text(re.compile("starts = .* is not allowed"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"0\.0\.1"))).to_be_visible()
    expect(page.get_by_label("seed")).to_have_value("7")
    expect(page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible()


def test_what_was_set_is_marked_taken_back_done_again_and_reset(lab):
    page = lab("model=spass")
    expect(page.get_by_text("All values are those of the model's defaults.")).to_be_visible()
    typed, reset = field(page, "input rate"), button(page, "reset input rate to 1")
    expect(reset).to_be_hidden()
    slider = page.get_by_role("slider", name="input rate")
    slider.hover(position={"x": 30, "y": 12})  # waits until the page no longer moves
    box = slider.bounding_box()
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
    expect(page.get_by_text(re.compile(r"end at 2\.712"))).to_be_visible()
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


def test_on_a_phone_the_picture_is_first_and_the_parameters_are_a_sheet(lab, page):
    page.set_viewport_size({"width": 390, "height": 844})
    lab("model=spass")
    expect(page.get_by_text(re.compile(r"end at 1\.618"))).to_be_visible()
    expect(page.get_by_role("slider").first).not_to_be_in_viewport()
    box = button(page, "Run").bounding_box()
    assert box and 600 < box["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
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


def test_a_choice_of_ones_own_words_unfolds_their_fields(lab):
    page = lab("model=sdm")
    lines = field(page, "your lines of text")
    expect(lines).to_be_hidden()
    page.get_by_label("patterns", exact=True).select_option("your lines of text")
    expect(lines).to_be_visible()
    page.locator("summary", has_text="Your own").click()
    field(page, "reads").or_(field(page, "cue noise")).first.fill("0.3")
    page.keyboard.press("Enter")
    expect(button(page, "reset cue noise to 0.2")).to_be_visible()
    expect(lines).to_be_hidden()  # a person folded it
