"""Spikes on the page: dragged, moved by keys, added and taken away, and the pictures answer."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.ui

SPIKES = "model=stdp&spikes=dragged+spikes&dragged=pre+100%3B+post+200"


def test_spikes_are_dragged_added_and_taken_away(lab):
    page = lab(SPIKES)
    text = page.get_by_label("dragged spikes (ms) as text")
    expect(text).to_have_value("pre 100; post 200")
    spike = page.get_by_role("slider", name="postsynaptic spike 1")
    spike.scroll_into_view_if_needed()
    box = spike.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    for i in range(8):
        page.mouse.move(middle[0] - 5 * i, middle[1])
    page.mouse.up()
    expect(text).not_to_have_value("pre 100; post 200")
    spike.focus()
    spike.press("ArrowLeft")
    expect(text).to_have_value(re.compile(r"pre 100; post 1\d\d"))
    expect(page.get_by_text(re.compile("1 presynaptic and 1 postsynaptic spikes"))).to_be_visible()
    page.mouse.click(middle[0] + 40, middle[1])  # beside it on its lane
    expect(page.get_by_text(re.compile("1 presynaptic and 2 postsynaptic spikes"))).to_be_visible()
    page.get_by_role("slider", name="presynaptic spike 1", exact=True).press("Delete")
    expect(page.get_by_text(re.compile("0 presynaptic and 2 postsynaptic spikes"))).to_be_visible()
    text.fill("pre 9999; post")
    text.press("Enter")
    expect(page.get_by_text(re.compile("'pre 9999; post' is not allowed"))).to_be_visible()
    expect(page.get_by_text(re.compile("0 presynaptic and 2 postsynaptic spikes"))).to_be_visible()
