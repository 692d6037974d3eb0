"""The pages of stored runs, driven as a person would: by pointer, by keyboard, on a phone."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import panel as pn
import pytest
from axe import LOOK, nothing_serious
from conftest import leaves
from playwright.sync_api import Page, expect
from ui_server import free_port

import models
import workbench
from apps.compare.page import compare_page
from apps.runs.page import runs_page
from apps.server.serving import lab_page
from apps.work.desk import Desk
from workbench.store import Store

pytestmark = [
    pytest.mark.ui,
    # FileDownload of panel-material-ui 0.16 gives its own base a deprecated argument.
    pytest.mark.filterwarnings(
        "ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"
    ),
]
SMALL = {"hard_locations": 5000, "access_fraction": 0.005, "stored": 30, "cues": 8,
         "noise_levels": 4}  # fmt: skip
RUNS = (
    ("sdm", 1, SMALL), ("sdm", 1, SMALL | {"stored": 60}), ("spass", 1, {}),
    ("spass", 1, {"input_rate": 2.0}), ("spass", 3, {"kappa": 3.0}),
)  # fmt: skip


@pytest.fixture(scope="module")
def records() -> list[workbench.Record]:
    return [workbench.run(models.get(key)(**v), seed, progress=False) for key, seed, v in RUNS]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(Store(tmp_path_factory.mktemp("kept")), 1)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    """The address of a server whose store each test fills."""
    port = free_port()
    pages = {
        "/runs": lambda: runs_page(desk),
        "/compare": lambda: compare_page(desk),
        "/lab": lambda: lab_page(desk, "/lab"),
    }
    server = pn.serve(pages, port=port, show=False, threaded=True, verbose=False)
    deadline = time.monotonic() + 60
    while not reachable(port):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)
    yield f"http://localhost:{port}"
    server.stop()


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


@pytest.fixture
def store(desk: Desk) -> Iterator[Store]:
    """The server's store, empty."""
    yield desk.store
    for entry in desk.store.list():
        desk.store.delete(entry.path.name)
    desk.store.empty_trash()


@pytest.fixture
def filled(store: Store, records: list[workbench.Record]) -> Store:
    for record in records:
        store.add(record)
    return store


@pytest.fixture
def visit(page: Page, address: str):
    """Open a page; no error may be told in it, and nothing may leave the machine."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: said.append(r.url) if leaves(r.url, address) else None)
    page.set_default_timeout(60_000)

    def open_page(where: str) -> Page:
        page.goto(address + where)
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_page
    assert said == []


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def rows(page: Page):
    return page.locator("li.record")


def focused(page: Page) -> str:
    """Return the name of what the keyboard acts on."""
    return page.evaluate(
        """() => {
          let at = document.activeElement
          while (at?.shadowRoot?.activeElement) { at = at.shadowRoot.activeElement }
          return at.getAttribute("aria-label") || at.innerText
        }"""
    )


def both(store: Store, model: str) -> str:
    """Return the address that compares the first two records of a model."""
    ids = [entry.id for entry in store.list(model=model)][::-1][:2]
    return f"/compare?runs={','.join(ids)}"


def test_an_empty_store_says_what_to_do_next(store, visit):
    page = visit("/runs")
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    link = page.get_by_role("link", name="Sparse distributed memory")
    expect(link).to_have_attribute("href", "/lab?model=sdm")
    expect(page.get_by_role("search")).to_be_hidden()


def test_records_are_found_by_model_words_and_day(filled, visit):
    page = visit("/runs")
    expect(rows(page)).to_have_count(5)
    page.get_by_label("model", exact=True).select_option("spass")
    expect(rows(page)).to_have_count(3)
    words = page.get_by_role("searchbox")
    words.fill("input rate=2")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("input rate 2")
    assert page.url.endswith("model=spass&where=input+rate%3D2")
    words.fill("inptrate=2")
    expect(page.get_by_text("No record has a parameter 'inptrate': did").first).to_be_visible()
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(words).to_have_value("inptrate=2")
    button(page, "Clear").click()
    expect(rows(page)).to_have_count(5)
    expect(button(page, "Clear")).to_be_disabled()
    page.get_by_label("until").fill("2001-01-01")
    expect(page.get_by_role("heading", name="No record fits")).to_be_visible()


def test_the_keyboard_deletes_and_brings_back(filled, visit):
    page = visit("/runs")
    name = "SPaSS: Hebbian plasticity with synaptic scaling, seed 3"
    button(page, f"Delete {name}").focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(4)
    expect(page.get_by_role("status")).to_have_text(f"Deleted {name}.")
    assert focused(page) == f"Undo: bring {name} back"
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(5)
    expect(page.get_by_role("status")).to_have_text(f"{name} is back.")
    assert not filled.deleted()


def test_the_trash_is_emptied_after_one_question(filled, visit):
    page = visit("/runs")
    expect(button(page, "Empty the trash")).to_be_disabled()
    page.get_by_role("button", name=re.compile("^Delete ")).first.click()
    expect(
        page.get_by_text(re.compile("1 deleted record takes .* more, in the trash"))
    ).to_be_visible()
    button(page, "Empty the trash").click()
    button(page, "Keep").click()
    assert len(filled.deleted()) == 1
    button(page, "Empty the trash").click()
    button(page, "Remove for good").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert not filled.deleted()


def test_tags_and_notes_by_keyboard(filled, visit):
    page = visit("/runs")
    name = "SPaSS: Hebbian plasticity with synaptic scaling, seed 3"
    button(page, f"Tag: {name}").press("Enter")
    assert focused(page) == f"tag of {name}"
    page.keyboard.type("for the talk")
    page.keyboard.press("Enter")
    tags = page.get_by_role("list", name=f"tags of {name}")
    expect(tags).to_contain_text("for the talk")
    assert focused(page) == f"Tag: {name}"
    button(page, f"Note: {name}").press("Enter")
    page.keyboard.type("look again")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name=f"note of {name}")).to_have_count(0)
    assert focused(page) == f"Note: {name}"
    assert [e.note for e in filled.list(tag="for the talk")] == [""]
    button(page, f"Take the tag for the talk from {name}").click()
    expect(tags).to_have_count(0)


def test_two_records_are_chosen_and_compared(filled, visit):
    page = visit("/runs")

    def box(words: str):
        return rows(page).filter(has_text=words).first.get_by_role("checkbox")

    expect(button(page, "Compare")).to_be_disabled()
    expect(page.get_by_text("Choose two to four records of one model.")).to_be_visible()
    box("Sparse distributed memory").check()
    box("all values at default").check()
    expect(page.get_by_text(re.compile("These are of 2 models"))).to_be_visible()
    expect(button(page, "Compare")).to_be_disabled()
    box("Sparse distributed memory").uncheck()
    box("input rate 2").check()
    page.get_by_role("link", name="Compare 2 records").click()
    expect(page.get_by_role("heading", name="Weight from several starts")).to_be_visible()
    expect(
        page.get_by_text(re.compile("weight w: ends .* higher, on average")).first
    ).to_be_visible()
    expect(page.get_by_role("rowheader", name="input rate")).to_be_visible()


def test_a_record_is_opened_and_repeated_with_one_parameter_changed(filled, visit):
    page = visit("/runs")
    wanted = rows(page).filter(has_text="input rate 2")
    wanted.get_by_role("link", name=re.compile("^Open: ")).click()
    expect(page.get_by_text(re.compile(r"^Record \w{12} of .* as it was stored"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()
    page.go_back()
    wanted.get_by_role("link", name=re.compile("^Change one parameter: ")).click()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    asked = parse_qs(urlsplit(page.url).query)
    (entry,) = [e for e in filled.list() if e.parameters.get("input_rate") == 2]
    assert asked["beside"] == [entry.id] and asked["seed"] == ["1"]
    expect(page.get_by_text(re.compile(r"end at 1\.686"))).to_be_visible()


def test_what_there_is_not_is_told(filled, visit):
    page = visit("/compare?runs=nothing,../../etc/passwd")
    expect(page.get_by_text("There is no record 'nothing'.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing to compare")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOK)
def test_nothing_serious_stands_in_the_way(store, records, visit, page, look):
    page.emulate_media(color_scheme=look)
    visit("/runs")
    nothing_serious(page)
    for record in records:
        store.add(record)
    store.tag(records[0].stamp.id, "a tag")
    store.note(records[0].stamp.id, "a note")
    store.delete(records[1].stamp.id)
    visit("/runs?where=nothing%3D1")
    expect(page.get_by_role("heading", name="No record fits")).to_be_visible()
    nothing_serious(page)
    visit("/runs")
    rows(page).first.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("^Note: ")).first.click()
    page.get_by_text("1 deleted record", exact=True).click()
    nothing_serious(page)
    visit(both(store, "spass"))
    expect(page.get_by_role("heading", name="Weight from several starts")).to_be_visible()
    nothing_serious(page)


@pytest.mark.slow
def test_a_phone_shows_all_of_it(filled, visit, page):
    page.set_viewport_size({"width": 390, "height": 844})
    visit("/runs")
    expect(rows(page)).to_have_count(5)
    for one in (*page.get_by_role("button").all(), *page.get_by_role("link").all()):
        box = one.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    visit(both(filled, "sdm"))
    expect(page.get_by_role("heading", name="Recall overlap against cue noise")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
