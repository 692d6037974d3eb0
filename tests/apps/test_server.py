"""An address asks for a page: good values are kept, all others are told in a sentence."""

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import parse_qs, urlencode

import panel as pn
import pytest
from bokeh.server.contexts import ApplicationContext
from hypothesis import example, given
from hypothesis import strategies as st
from panel.io.location import Location
from panel.io.state import state
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

import models
from apps.server import guard
from apps.server import serving as server
from apps.server.building import built_aside
from apps.work.desk import Desk
from tests.workers import Clock
from workbench.link import query
from workbench.parameters import Choice, Count, ParameterError, Quantity, Switch
from workbench.store import Store

KINDS = [models.get(key) for key in models.names()]


def good(parameter):
    """Return a strategy of values that a parameter allows."""
    if isinstance(parameter, Quantity):
        return st.floats(*parameter.bounds)
    if isinstance(parameter, Count):
        return st.integers(*parameter.bounds)
    if isinstance(parameter, Choice):
        return st.sampled_from(parameter.options)
    return st.booleans() if isinstance(parameter, Switch) else st.just(parameter.default)


def refuses(parameter, text):
    try:
        parameter.parse(text)
    except ParameterError:
        return True
    return False


@st.composite
def asked(draw):
    """Draw a model, good values of some parameters, bad texts for others, and foreign names."""
    kind = draw(st.sampled_from(KINDS))
    declared = kind.parameters()
    names = draw(st.lists(st.sampled_from(list(declared)), unique=True))
    split = draw(st.integers(0, len(names)))
    kept = {name: draw(good(declared[name])) for name in names[:split]}
    bad = {
        name: draw(st.text(max_size=20).filter(lambda t, p=declared[name]: refuses(p, t)))
        for name in names[split:]
    }
    foreign = draw(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9)))
    known = {*declared, "model", "seed", "version", "changes"}
    return kind, kept, bad, {n: v for n, v in foreign.items() if n not in known}


def fields(text):
    """Return the fields of a query as a server gives them."""
    return {
        name: [each.encode() for each in values]
        for name, values in parse_qs(text, keep_blank_values=True).items()
    }


def test_each_page_of_a_lab_begins_with_a_model_of_its_own():
    assert {here: models.get(key).key for here, key in server.FIRST.items()} == server.FIRST
    assert [server.asked_for({}, key).model.key for key in server.FIRST.values()] == [
        "sdm",
        "arena",
        "enn",
    ]


@given(asked(), st.integers(0, 2**32 - 1))
def test_no_good_value_is_dropped_and_each_other_is_told(drawn, seed):
    kind, kept, bad, foreign = drawn
    asked_for = urlencode(
        {"model": kind.key, "seed": seed}
        | {name: str(value) for name, value in (kept | bad | foreign).items()},
        errors="replace",
    )
    linked = server.asked_for(fields(asked_for), "sdm")
    assert type(linked.model) is kind and linked.seed == seed
    for name, value in kept.items():
        assert getattr(linked.model, name) == value
    for name in bad:
        assert getattr(linked.model, name) == kind.parameters()[name].default
        if len(linked.refused) < 20:
            assert any(name in told for told in linked.refused)
    assert len(linked.refused) >= min(20, len(bad) + len(foreign))
    assert all(told.endswith((".", "?")) for told in linked.refused)


HOSTS = ("localhost:5006", "[::1]:5006", "lab.example.org", "[", "a:b:c", "")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)), st.sampled_from(HOSTS))
@example("model=spass?x=1", "localhost:5006")
@example("model=spass&model=sdm&kappa=%zz%ff%00#here?", "[::1]:5006")
def test_whatever_an_address_asks_for_opens_a_page(raw, host):
    found = guard.place("http", host, f"/lab?{raw}")
    location = Location(search=found["search"], hash=found["hash"])  # which checks both
    assert found["pathname"] == "/lab"
    assert f"{location.search or '?'}{location.hash}" in (f"?{raw}", f"?{raw}".rstrip("#"))
    linked = server.asked_for(fields(raw.partition("#")[0]), "sdm")
    assert all(told.endswith((".", "?")) for told in linked.refused)


@pytest.mark.parametrize("text", ["", "model=", "model=nothing", "seed=5", "cue_noise=0.2"])
def test_without_a_model_the_first_is_shown_with_what_fits_to_it(text):
    linked = server.asked_for(fields(f"{text}&seed=7" if text else ""), "sdm")
    assert linked.model.key == "sdm"
    if not text:
        assert linked.refused == [] and linked.seed == 1
    elif "seed=5" in text:
        assert linked.seed == 5 and "is given more than once" in " ".join(linked.refused)
    else:
        assert linked.seed == 7 and len(linked.refused) == 1
    assert linked.model.values().get("cue_noise") == (
        0.2 if "cue" in text else models.get("sdm")().cue_noise
    )


def test_a_link_made_here_is_taken_whole():
    model = models.get("sdm")(cue_noise=0.35)
    linked = server.asked_for(fields(query(model, 9)), "enn")
    assert (linked.model.values(), linked.seed, linked.refused) == (model.values(), 9, [])


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Return a function that asks for the lab page, as far as its lab and what it says."""
    desk = Desk(Store(tmp_path / "runs"), 1)

    def ask(text, here="/lab"):
        state = SimpleNamespace(session_args=fields(text))
        monkeypatch.setattr(server, "pn", SimpleNamespace(state=state))
        return server.lab_page(desk, here)

    lab = lambda desk, model, seed=1, changes=(), job=None, **more: SimpleNamespace(  # noqa: E731
        model=model, seed=seed, changes=changes, job=job, **more
    )
    monkeypatch.setattr(server, "Lab", lab)
    monkeypatch.setattr(server, "furnish", lambda lab, told, _here: (lab, told))
    monkeypatch.setattr(server, "attend", lambda desk: None)
    monkeypatch.setattr(server, "session", lambda: "me")
    ask.desk = desk
    yield ask
    desk.close()


def test_the_page_train_knows_its_model(opened):
    lab, told = opened("epochs=3", "/train")
    assert (lab.model.key, lab.model.epochs, told) == ("enn", 3, [])
    assert opened("epochs=3")[1][0] == "The link names no model."


def test_a_run_is_found_again_and_goes_on_while_its_page_is_there(opened):
    job = opened.desk.start(Clock(frames=1_000_000, wait=0.01), 3, session="before the reload")
    lab, told = opened(f"model=sdm&run={job.id}")
    assert (lab.job, lab.seed, told) == (job, 3, [])
    opened.desk.left("before the reload")
    assert job.sessions == {"me"} and job._leaving is None


@pytest.mark.parametrize("run", ["", "0", "../../etc/passwd", "%ff", "%00", "x" * 10_000])
def test_a_run_that_is_gone_leaves_what_was_asked_for(opened, run):
    lab, told = opened(f"model=spass&seed=4&kappa=2.0&run={run}")
    assert (lab.model.key, lab.model.kappa, lab.seed, lab.job) == ("spass", 2.0, 4, None)
    assert told == ([server.FORGOTTEN] if run else [])


@pytest.mark.parametrize("id", ["../../etc/passwd", "/etc/passwd", "%2e%2e", "", "*", "\0"])
def test_a_record_that_is_not_there_is_told(opened, id):
    lab, told = opened(urlencode({"record": id, "seed": 5}))
    assert lab.model.key == "sdm"
    assert len(told) >= 1 and all(each.endswith((".", "?")) for each in told)


def test_pages_are_built_beside_the_event_loop():
    threads = []

    def make():
        threads.append(threading.current_thread())
        return pn.Column(pn.pane.HTML("here"))

    async def visit():
        application = built_aside({"/": make}, "Title")["/"]
        context = ApplicationContext(application, url="/")
        line = RequestStartLine("GET", "/", "HTTP/1.1")
        request = HTTPServerRequest(
            start_line=line, headers=HTTPHeaders({"Host": "localhost"}), connection=Mock()
        )
        found = await context.create_session_if_needed("one", request)
        return found.document

    document = asyncio.run(visit())
    assert len(threads) == 1 and threads[0] is not threading.current_thread()
    assert document.roots and document.title == "Title"
    assert state._thread_id_[document] == threading.get_ident()


def test_the_event_loop_is_kept_free():
    code = (
        "import gc, sys; from apps.server.loop import keep_free; keep_free();"
        "print(gc.get_freeze_count() > 100_000, gc.get_threshold()[2] >= 1000,"
        "sys.getswitchinterval() < 0.001)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
