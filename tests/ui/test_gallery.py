"""The gallery in a browser: found by words, told once what it is, light or dark; and an upload."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import models

pytestmark = pytest.mark.ui


@pytest.fixture
def gallery(page, server):
    """Open the gallery; the page says nothing amiss and asks no other host."""
    said, asked = [], []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: asked.append(r.url) if "/lab" not in page.url else None)

    def open_gallery(query=""):
        page.goto(f"{server}/{query}")
        return page

    yield open_gallery
    assert said == []
    assert all(url.startswith(server) for url in asked)
    assert not any("bokeh" in url or "bundle" in url for url in asked)


def test_cards_are_found_by_their_words(gallery):
    page = gallery()
    cards, found = page.locator("a.card:visible"), page.get_by_role("status")
    every = len(models.names())
    expect(found).to_have_text(f"{every} models")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("kanerva ALPHA")
    expect(page.get_by_text("No model has the words kanerva ALPHA.")).to_be_visible()
    expect(cards).to_have_count(0)
    expect(page.locator("h2:visible")).to_have_count(0)
    page.get_by_role("button", name="Show all models").click()
    expect(cards).to_have_count(every)
    page.keyboard.type("Tomé consolid")
    expect(found).to_have_text(f"1 of {every} models")
    expect(page.locator("h2:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(cards).to_have_count(every)
    page.keyboard.type("hundred")
    expect(page).to_have_url(re.compile(r"\?words=hundred$"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("lab.model=sdm"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("hundred")
    expect(cards).to_have_count(1)


def test_what_this_is_is_told_once_and_again_when_asked(gallery, page, context):
    gallery()
    welcome = page.get_by_text("Here you can watch a memory being formed")
    expect(welcome).to_be_visible()
    page.get_by_role("button", name="Got it").click()
    expect(welcome).to_be_hidden()
    page.reload()
    expect(page.locator("a.card").first).to_be_visible()
    expect(welcome).to_be_hidden()
    about = page.get_by_role("button", name="What this is")
    expect(about).to_have_attribute("aria-expanded", "false")
    about.click()
    expect(welcome).to_be_visible()
    expect(about).to_have_attribute("aria-expanded", "true")
    assert context.cookies() == []


def test_the_ground_follows_the_system_until_it_is_chosen(gallery, page):
    page.emulate_media(color_scheme="dark")
    gallery()
    shown = "() => document.querySelector('a.card img').currentSrc"
    assert "-dark.png" in page.evaluate(shown)
    page.get_by_role("button", name="Light ground").click()
    page.wait_for_function(
        "() => !document.querySelector('a.card img').currentSrc.includes('-dark')"
    )
    page.reload()
    assert "-dark.png" not in page.evaluate(shown)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [390, 768, 1400])
def test_nothing_is_wider_than_the_page(gallery, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    gallery()
    expect(page.locator("a.card").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_persons_picture_is_shown_as_bits_and_stored(lab, tmp_path):
    quick = "stored=10&hard_locations=2000&access_fraction=0.02&cues=4&noise_levels=3"
    page = lab(f"model=sdm&patterns=your+picture+among+digits&{quick}")
    ring = np.hypot(*np.mgrid[-59.5:60, -59.5:60]) > 40
    Image.fromarray(np.where(ring, 255, 0).astype(np.uint8)).save(tmp_path / "disc.png")
    (tmp_path / "drawing.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "large.png").write_bytes(bytes(3_000_000))

    def choose(name):
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose your picture").click()
        chooser.value.set_files(tmp_path / name)

    bits = page.get_by_text(re.compile(r"^\d+ of 576 bits are on\.$"))
    before = bits.text_content()
    choose("drawing.png")
    expect(page.get_by_text("'drawing.png' is no picture that can be read")).to_be_visible()
    choose("large.png")
    expect(page.get_by_text("'large.png' has 3.0 MB: a picture may have")).to_be_visible()
    assert bits.text_content() == before
    choose("disc.png")
    expect(bits).not_to_have_text(str(before))
    expect(page.get_by_text("'large.png' has 3.0 MB")).to_be_hidden()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile("picture=AAAA"))
    expect(page.get_by_text(re.compile("^Finished in"))).to_be_visible()


@pytest.mark.bench
def test_time_to_the_first_card(browser, server, capsys):
    """Cold is a browser that has never been here; warm is one that has."""
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(5):
        context = browser.new_context()
        for found in times.values():
            page = context.new_page()
            began = time.perf_counter()
            page.goto(server, wait_until="commit")
            page.locator("a.card img").first.wait_for()
            found.append(time.perf_counter() - began)
            page.close()
        context.close()
    with capsys.disabled():
        for state, found in times.items():
            print(
                f"\nfirst card, {state}: median {np.median(found):.2f} s, most {max(found):.2f} s"
            )
