"""A digit is drawn on the page of a trained network, which reads it step by step."""

from __future__ import annotations

import re

import pytest
from axe import nothing_serious
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.ui

SMALL = "model=enn&samples=600&hidden=32&slots=8&epochs=4&learning_rate=0.005"
#: The stroke of a one, in shares of the square.
ONE = [(0.42, 0.2), (0.5, 0.08), (0.5, 0.92)]
ANSWER = re.compile(r"^The network's answer is \d, with \d+%\.$")


def write(page: Page, stroke) -> None:
    """Write on the square with the mouse."""
    square = page.get_by_role("img", name="A square to write a digit on")
    square.scroll_into_view_if_needed()
    box = square.bounding_box()
    for i, (x, y) in enumerate(stroke):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def slider(page: Page, name: str):
    return page.get_by_role("slider", name=name, exact=True)


@pytest.mark.slow
def test_a_trained_network_is_looked_into_and_asked(lab):
    page = lab(SMALL)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Finished in "))).to_be_visible()
    leaf_through_the_run(page)
    draw_and_step(page)
    page.reload()  # the stored record answers as well, by the keyboard too
    page.get_by_role("combobox", name="or a test example").select_option(index=3)
    expect(page.get_by_role("status").filter(has_text=ANSWER)).to_be_visible()
    nothing_serious(page)


def leaf_through_the_run(page: Page) -> None:
    """Look at every epoch of the trace, and at slots."""
    epochs = slider(page, "The Hebbian trace")
    expect(epochs).to_have_attribute("aria-valuetext", "epoch 4")
    epochs.focus()
    epochs.press("Home")
    expect(page.get_by_text(re.compile("^After epoch 1 sequence 1 leaves"))).to_be_visible()
    slots = slider(page, "One slot, its strongest steps")
    slots.focus()
    for _ in range(2):
        slots.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^Slot 3 has \d"))).to_be_visible()
    other = slider(page, "One slot, answer by answer")
    expect(other).to_have_attribute("aria-valuetext", "slot 3")


def draw_and_step(page: Page) -> None:
    """Draw a digit, see it played to its end, and go back to its first step."""
    write(page, ONE)
    expect(page.get_by_role("status").filter(has_text=ANSWER)).to_be_visible()
    told = slider(page, "Attention so far")
    expect(told).to_have_attribute("aria-valuetext", "step 8")
    expect(page.get_by_text(re.compile(r"^After 8 of 8 steps: \d"))).to_be_visible()
    told.focus()
    told.press("Home")
    expect(page.get_by_text(re.compile(r"^After 1 of 8 steps: \d"))).to_be_visible()
    expect(slider(page, "The trace after this step")).to_have_attribute("aria-valuetext", "step 1")
