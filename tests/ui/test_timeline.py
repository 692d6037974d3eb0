"""The editor of a timeline, driven with mouse and keys, at a desk and on a phone."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator

import numpy as np
import panel as pn
import pytest
from axe import LOOK, nothing_serious
from playwright.sync_api import Page, expect
from ui_server import free_port

import models
from apps.lab.page import Lab
from apps.server.serving import furnish
from apps.work.desk import Desk
from workbench import EventKind, Model, Protocol, Run, Timeline, Trace, variable
from workbench.store import Store

pytestmark = [
    pytest.mark.ui,
    # FileDownload of panel-material-ui 0.16 gives its own base a deprecated argument.
    pytest.mark.filterwarnings(
        "ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"
    ),
]
KINDS = {
    "rest": EventKind("background input alone", phase=True),
    "learn": EventKind("patterns are presented", role="paired", phase=True),
    "cue": EventKind("part of a pattern", role="cue", phase=True, targets=("module 1", "module 2")),
    "tag": EventKind("cells active now are tagged", role="engram"),
    "light": EventKind("light pulses", role="cue", targets=("tagged", "all"), strength=(0, 5)),
}


class Session(Model):
    """How many events go on at a time, answered at once."""

    key = "session"
    title = "A session"
    summary = "Events of a protocol are counted."
    pace = "live"
    observables = (
        Trace(("events",), "Events", reading=lambda data: f"It lasts {float(data.length):g} s."),
    )
    protocol = Timeline(
        "0-5 rest; 5-40 learn; 30-40 tag; 40-42 cue module 1; 41-42 light tagged x 1.5",
        kinds=KINDS, doc="what happens, and when", group="Session", live=True,
    )  # fmt: skip

    def simulate(self, run: Run) -> None:
        day = Protocol.parse(self.protocol, KINDS)
        times = np.linspace(0, day.duration, 50)
        counts = np.array([float(len(day.at(time))) for time in times])
        frame = day.dataset(KINDS).assign(
            events=variable("time", counts, "1", "events"),
            length=variable((), day.duration, "s", "duration"),
        )
        run.emit(frame.assign_coords(time=variable("time", times, "s", "time")), progress=1)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a lab with the toy model."""
    sys.modules.setdefault("session_toy", sys.modules[__name__])
    models.REGISTRY["session"] = "session_toy:Session"
    desk = Desk(Store(tmp_path_factory.mktemp("runs")), 1)
    port = free_port()
    server = pn.serve(
        {"/lab": lambda: furnish(Lab(desk, Session()), [], "/lab")},
        port=port, show=False, threaded=True, verbose=False,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not reachable(port):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)
    yield f"http://localhost:{port}/lab"
    server.stop()
    desk.close()
    del models.REGISTRY["session"]


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


@pytest.fixture
def open_lab(page: Page, address: str):
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(60_000)

    def opened() -> Page:
        page.goto(address)
        lasts(page, 42)
        return page

    yield opened
    assert said == []


def lasts(page: Page, seconds: float) -> None:
    expect(page.get_by_text(f"It lasts {seconds:g} s.")).to_have_count(1)


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def field(page: Page, name: str | re.Pattern[str]):
    return page.get_by_role("textbox", name=name)


def focused(page: Page) -> str:
    """Return the name of what the keyboard acts on."""
    return page.evaluate(
        """() => {
          let at = document.activeElement
          while (at?.shadowRoot?.activeElement) { at = at.shadowRoot.activeElement }
          return at.getAttribute("aria-label") || at.innerText
        }"""
    )


def test_the_picture_answers_every_edit(open_lab):
    page = open_lab()
    box = field(page, "lasts (s)").nth(1)
    box.fill("50")
    box.press("Enter")
    lasts(page, 57)
    expect(page.get_by_role("combobox", name="phase 3, 55\u201357 s")).to_be_visible()
    expect(field(page, "from (s)").first).to_have_value("30")
    page.get_by_role("combobox", name="phase 1, 0\u20135 s").click()
    page.get_by_role("menuitem", name="cue").press("Enter")
    expect(page.get_by_role("combobox", name="target")).to_have_count(3)
    lasts(page, 57)
    button(page, "Add phase").press("Enter")
    lasts(page, 59)
    assert focused(page) == "Add phase"
    button(page, "Remove cue module 1, 0\u20135 s").press("Enter")
    lasts(page, 54)
    expect(field(page, "lasts (s)").first).to_have_value("50")
    assert focused(page) == "Remove learn, 0\u201350 s"  # where one was, so that one can go on


def test_what_is_refused_is_told_where_it_is_seen(open_lab):
    page = open_lab()
    page.set_viewport_size({"width": 1400, "height": 500})
    box = field(page, "to (s)").nth(1)
    box.fill("50")
    box.press("Enter")
    told = page.get_by_text("'41-50 light tagged x 1.5' is not allowed: it must end by 42 s")
    expect(told).to_be_in_viewport()
    expect(box).to_have_attribute("aria-invalid", "true")
    lasts(page, 42)
    box.fill("41.5")
    box.press("Enter")
    expect(told).to_be_hidden()
    expect(box).to_have_attribute("aria-invalid", "false")


def test_a_protocol_is_pasted_as_text(open_lab):
    page = open_lab()
    text = field(page, "the whole protocol, an event a line")
    expect(text).to_be_hidden()
    button(page, "As text").click()
    expect(text).to_have_value(re.compile("^0-5 rest\n5-40 learn\n"))
    text.fill("0-1 learn\n1-3 cue module 2; 2-3 light all x 5")
    text.press("Tab")
    lasts(page, 3)
    expect(page.get_by_role("combobox", name="target").last).to_have_text("all")
    expect(field(page, "strength")).to_have_value("5")
    text.fill("0-1 nap")
    text.press("Tab")
    expect(page.get_by_text("protocol: '0-1 nap' is not allowed")).to_be_visible()
    lasts(page, 3)


def test_on_a_phone_every_field_fits_into_the_sheet(open_lab, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_lab()
    page.get_by_role("button", name=re.compile("drawer")).click()
    texts = field(page, re.compile(r"lasts|from|to \(s\)|strength"))
    choices = page.get_by_role("combobox", name=re.compile("phase|intervention|target"))
    buttons = page.get_by_role("button", name=re.compile("^(Remove|Move|Add|As) "))
    for widgets, many in ((texts, 8), (choices, 7), (buttons, 11)):
        expect(widgets).to_have_count(many)
    expect(texts.first).to_be_in_viewport()
    for widget in (*texts.all(), *choices.all(), *buttons.all()):
        box = widget.bounding_box()
        assert box and box["width"] >= 20
        assert box["x"] >= 0 and box["x"] + box["width"] <= 340
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOK)
def test_nothing_serious_stands_in_the_way(open_lab, page, look):
    page.emulate_media(color_scheme=look)
    open_lab()
    button(page, "As text").click()
    expect(page.get_by_text("part of a pattern")).to_be_visible()
    box = field(page, "lasts (s)").first
    box.fill("never")
    box.press("Enter")
    expect(page.get_by_text("lasts (s) = 'never' is not allowed")).to_be_visible()
    nothing_serious(page)
