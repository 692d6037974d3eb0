"""A timeline: read back as written, checked event by event, told in one sentence when refused."""

import doctest
import math
import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st

import workbench
from workbench import (
    Event,
    EventKind,
    Model,
    ParameterError,
    Protocol,
    Record,
    Run,
    Timeline,
    protocol,
    variable,
)
from workbench.link import parse, query
from workbench.parameters import shown
from workbench.protocol import lanes
from workbench.script import script

KINDS = {
    "tag": EventKind("cells active now are tagged", role="engram"),
    "light": EventKind("light pulses", role="cue", targets=("tagged", "module 1", "all"),
                       strength=(0.5, 5), unit="mW/mm²"),
    "light off": EventKind("no light", targets=("tagged",), lane="light"),
    "step": EventKind("a current step", strength=(-200, 200), unit="pA"),
    "no inhibitory plasticity": EventKind("inhibitory weights are held", role="inhibitory"),
    "rest": EventKind("background input alone", phase=True),
    "learn": EventKind("patterns are presented", role="paired", phase=True),
    "cue": EventKind("part of a pattern", role="cue", targets=("module 1", "module 2"), phase=True),
}  # fmt: skip
DAY = "0-5 rest; 5-40 learn; 30-40 tag; 40-60 rest; 60-61.5 cue module 1; 60.5-61 light all x 1.5"


class Session(Model):
    """A model that emits its own protocol."""

    key = "session"
    title = "Session"
    protocol = Timeline(DAY, kinds=KINDS, doc="what happens when", group="Session")

    def simulate(self, run: Run) -> None:
        strip = Protocol.parse(self.protocol, KINDS).dataset(KINDS, now=3.0)
        run.emit(strip, progress=1.0)


PARAMETER: Timeline = Session.parameters()["protocol"]  # type: ignore[assignment]

times = st.floats(0, 1e12)
word = st.text("abcxyz019é+-.", min_size=1, max_size=4)
spans = st.lists(times, min_size=2, max_size=2, unique=True).map(sorted)
strengths = st.floats(allow_nan=False, allow_infinity=False)
events = st.builds(
    lambda span, kind, target, strength: Event(kind, *span, " ".join(target), strength),
    spans,
    word,
    st.lists(word, max_size=3),
    st.one_of(st.just(1.0), strengths),
)
protocols = st.lists(events, max_size=6).map(lambda each: Protocol(tuple(each)))


@st.composite
def days(draw):
    """Return phases and interventions that are allowed."""
    day = Protocol()
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["rest", "learn", "cue"]))
        target = draw(st.sampled_from(KINDS[kind].targets or ("",)))
        day = day.then(kind, draw(st.floats(1e-3, 1e4)), target)
    for kind, target in draw(st.lists(st.sampled_from(INTERVENTIONS), unique=True)):
        low, high = KINDS[kind].strength or (1, 1)
        start, end = draw(
            st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted)
        )
        start, end = start * day.duration, end * day.duration
        if start < end:
            day = day.during(kind, start, end, target, draw(st.floats(low, high)))
    return day


INTERVENTIONS = [
    (name, target)
    for name, kind in KINDS.items()
    if not kind.phase
    for target in kind.targets or ("",)
]

texts = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            ["0-5", "5-40", "1e400", "5", "-", "\u2013", "rest", "cue", "module", "1", "tag", ";",
             "\n", "light", "tagged", "x", "2", "x 9", "no inhibitory", "plasticity", "\0", "é"]
        ),
        max_size=14,
    ).map(" ".join),
    protocols.map(str),
    days().map(str),
)  # fmt: skip


def refused(value):
    with pytest.raises(ParameterError) as told:
        Session(protocol=value)
    return str(told.value)


def test_the_examples_of_the_module():
    tried = doctest.testmod(protocol, optionflags=doctest.ELLIPSIS)
    assert tried.attempted >= 4 and not tried.failed


@given(day=protocols)
@example(day=Protocol().then("light", 1, "box x 2"))
@example(day=Protocol().then("light", 1, "x", 2).then("x", 1, "x 3", -1e300))
def test_a_protocol_is_read_back_exactly(day):
    assert Protocol.parse(str(day)) == day


@given(day=days())
def test_kinds_of_several_words_are_read_back(day):
    assert Protocol.parse(str(day), KINDS) == day
    assert Protocol.parse(str(day).replace("; ", "\n"), KINDS) == day


@given(day=protocols)
def test_edges_are_sorted_and_unique_and_all(day):
    edges = day.edges()
    assert list(edges) == sorted(set(edges))
    assert set(edges) == {e.start for e in day.events} | {e.end for e in day.events}
    assert day.duration == max(edges, default=0)


@given(day=protocols, time=times)
def test_what_goes_on_at_a_time(day, time):
    assert set(day.at(time)) == {e for e in day.events if e.start <= time < e.end}
    for event in day.events:
        assert event in day.at(event.start)
        assert event not in day.at(event.end)


@given(each=st.lists(events, max_size=5), data=st.data())
def test_the_order_in_which_events_are_given_does_not_matter(each, data):
    shuffled = data.draw(st.permutations(each))
    assert Protocol(tuple(shuffled)) == Protocol(tuple(each))
    assert [e.start for e in Protocol(tuple(each)).events] == sorted(e.start for e in each)


def test_numbers_are_written_as_short_as_they_are_read_back():
    for text, canonical in {
        "0-5.0 rest": "0-5 rest",
        "0-1e3 rest": "0-1000 rest",
        " .5 - 1.50  rest ;;\n": "0.5-1.5 rest",
        "0\u20132 rest": "0-2 rest",
        "1e-3-1e-2 rest": "0.001-0.01 rest",
        "0-1 light  all x2": "0-1 light all x 2",
        "0-1 light all x 1.0": "0-1 light all",
        "0-1 step x -2e2": "0-1 step x -200",
        "3-4 b; 1-2 a; 1-3 c": "1-3 c; 1-2 a; 3-4 b",
    }.items():
        assert str(Protocol.parse(text)) == canonical


def test_the_longest_kind_that_fits_counts():
    kinds = ["light", "light off", "no"]
    (event,) = Protocol.parse("0-1 light off tagged", kinds).events
    assert (event.kind, event.target) == ("light off", "tagged")
    (event,) = Protocol.parse("0-1 light offset", kinds).events
    assert (event.kind, event.target) == ("light", "offset")
    (event,) = Protocol.parse("0-1 light off tagged").events
    assert (event.kind, event.target) == ("light", "off tagged")


def test_a_protocol_is_built_in_steps():
    day = (
        Protocol()
        .then("rest", 0.1)
        .then("cue", 0.2, "module 2")
        .during("light", 0.1, 0.2, "all", 2)
    )
    assert str(day) == "0-0.1 rest; 0.1-0.3 cue module 2; 0.1-0.2 light all x 2"
    assert day.of("cue", "rest") == day.events[:2]
    assert Session(protocol=day).protocol == str(day)
    model = Session()
    model.protocol = day  # type: ignore[assignment]
    assert model.protocol == str(day)


@pytest.mark.parametrize(
    "broken",
    [
        ("rest", 2, 1), ("rest", 1, 1), ("rest", -1, 1), ("rest", 0, math.inf),
        ("rest", math.nan, 1), ("rest", 0, math.nan), ("", 0, 1), ("a;b", 0, 1), ("a\0", 0, 1),
        ("rest", 0, 1, "a;"), ("rest", 0, 1, "\x1b"), ("rest", 0, 1, "", math.inf),
        ("rest", 0, 1, "", math.nan),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_refused(broken):
    with pytest.raises(ParameterError, match="is not allowed: it"):
        Event(*broken)


def test_events_that_only_touch_do_not_overlap():
    first, second = Event("tag", 1, 3), Event("tag", 3, 4)
    assert not first.overlaps(second) and not second.overlaps(first)
    third = Event("tag", 2.5, 3.5)
    assert all(one.overlaps(third) and third.overlaps(one) for one in (first, second, third))


def test_an_event_has_its_words_in_order():
    assert Event(" no  plasticity ", -0.0, 1, "a\tb").words == "no plasticity a b"
    assert str(Event("rest", -0.0, 1)) == "0-1 rest"


@given(day=days())
def test_an_allowed_day_is_taken_and_stays_as_it_is(day):
    value = Session(protocol=str(day)).protocol
    assert value == str(day) == PARAMETER.check(value)
    assert Session(protocol=day).protocol == value


@given(day=days(), shift=st.floats(1e-3, 10))
def test_a_gap_or_an_overlap_of_phases_is_refused(day, shift):
    end = day.duration
    for start in (end + shift, max(end - shift, end / 2)):
        late = Event("rest", start, end + 2 * shift)
        said = refused(Protocol((*day.events, late)))
        assert "phases follow one another without gap, so it must start at" in said


@given(text=texts)
def test_any_text_is_taken_or_refused_in_a_sentence_that_names_what(text):
    try:
        value = PARAMETER.parse(text)
    except ParameterError as error:
        sentence = str(error)
        assert sentence.startswith("protocol: ") and sentence.endswith(".")
        assert len(sentence) < 300 and sentence.isprintable()
        named = sentence.removeprefix("protocol: ").split(" is not allowed: ")[0]
        assert named in {shown(one) for one in parts(text)}
    else:
        assert PARAMETER.check(value) == value
        assert value.isprintable()


def parts(text):
    """Return the text, its events as given, and as they are understood."""
    yield text
    yield text.strip()
    for piece in re.split("[;\n]", text):
        yield " ".join(piece.split())
        try:
            yield str(Protocol.parse(piece, KINDS))
        except ParameterError as error:  # an event that can be read but cannot be
            yield str(error).split(" is not allowed")[0].strip("'")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there must be a phase, rest, learn or cue"),
        ("0-5 tag", "there must be a phase"),
        ("soon", "an event is start-end kind [target] [x strength], as in '0-5 rest'"),
        ("0-5", "an event is start-end kind"),
        ("-1-5 rest", "an event is start-end kind"),
        ("0-5 sleep", "no such kind of event; it may be tag, light, light off, step, no "
                      "inhibitory plasticity, rest, learn or cue"),
        ("0-5 lern", "no such kind of event; 'learn' is the nearest"),
        ("0-5 rest; 1-2 no inhibitory plastic", "'no inhibitory plasticity' is the nearest"),
        ("0-5 rest all", "rest takes no target"),
        ("0-5 cue", "the target of cue must be module 1 or module 2"),
        ("0-5 cue module 3", "the target of cue must be module 1 or module 2"),
        ("0-5 rest x 2", "rest takes no strength"),
        ("0-5 rest; 1-2 light all x 5.1", "the strength of light must be 0.5 to 5 mW/mm²"),
        ("0-5 rest; 1-2 light all x 0.4", "the strength of light must be 0.5 to 5 mW/mm²"),
        ("5-0 rest", "it must start at 0 s or later and end after it starts"),
        ("0-1e400 rest", "it must start at 0 s or later and end after it starts"),
        ("1-5 rest", "it must start at 0 s"),
        ("0-5 rest; 6-7 rest", "it must start at 5 s"),
        ("0-5 rest; 4-7 rest", "it must start at 5 s"),
        ("0-5 rest; 5-6 rest; 0-5.5 tag; 6-7 tag", "it must end by 6 s, when the last phase does"),
        ("0-5 rest; 1-3 tag; 2-4 tag", "it must not overlap '1-3 tag', of the same kind"),
        (f"0-{'9' * 5000} rest", "it must have at most 4,000 characters"),
    ],
)  # fmt: skip
def test_each_refusal_says_why(text, why):
    assert why in refused(text)


@pytest.mark.parametrize("value", [None, 5, b"0-5 rest", ["0-5 rest"], Event("rest", 0, 5)])
def test_what_is_no_protocol_is_refused(value):
    assert "it must be text such as '0-5 rest; 5-40 learn'" in refused(value)


@pytest.mark.parametrize(
    "text",
    [
        "0-5 rest; 1-3 tag; 3-4 tag",
        "0-5 rest; 1-3 light all; 2-4 light tagged; 2-4 tag",
        "0-5 rest; 0-5 tag; 1-2 light all x 5; 3-4 light all x 0.5",
    ],
)
def test_interventions_may_touch_and_others_may_overlap(text):
    assert Session(protocol=text).protocol == str(Protocol.parse(text, KINDS))


def test_sentences_stay_short_however_many_kinds_there_are():
    many = {f"a kind number {i}": EventKind("", targets=tuple(f"target {j}" for j in range(99)))
            for i in range(99)}  # fmt: skip
    many["rest"] = EventKind("", phase=True)
    wide = Timeline("0-1 rest", kinds=many, doc="")
    for text in ("0-1 zzz", "0-1 rest; 0-1 a kind number 3 zzz", "0-1 rest; 0-1 " + "z" * 3000):
        with pytest.raises(ParameterError) as told:
            wide.check(text)
        assert len(str(told.value)) < 300


def test_a_model_without_phases_needs_none():
    free = Timeline("3-4 tag", kinds={"tag": KINDS["tag"]}, doc="")
    assert free.check("") == "" and free.check("8-9 tag;3-5 tag") == "3-5 tag; 8-9 tag"


def test_what_is_declared_is_kept_and_the_default_is_canonical():
    made = Timeline(" 0-5.0 rest;\n", kinds=KINDS, doc="d", source="s", group="g",
                    live=True, label="l", longest=20)  # fmt: skip
    assert (made.default, made.doc, made.source, made.group) == ("0-5 rest", "d", "s", "g")
    assert (made.live, made.label, made.unit, made.kinds) == (True, "l", "1", KINDS)
    assert made.check("0-10.00 rest;5-6 tag") == "0-10 rest; 5-6 tag"  # 20 characters
    with pytest.raises(ParameterError, match="at most 20 characters"):
        made.check("0-10.000 rest;5-6 tag")
    assert not Session(protocol=DAY.replace("; ", "\n")).changed()
    for said in (
        "rest",
        "cue (module 1 or module 2)",
        "(tagged, module 1 or all, x 0.5 to 5 mW/mm²)",
    ):
        assert said in PARAMETER.allowed()


@pytest.mark.parametrize(
    "kinds",
    [
        {"light": EventKind("", targets=("off",)), "light off": EventKind("")},
        {"a  b": EventKind("")},
        {"cue": EventKind("", targets=("a;b",))},
    ],
)
def test_kinds_that_would_not_be_read_back_are_refused_at_once(kinds):
    with pytest.raises(ValueError, match="not read back|without a semicolon"):
        Timeline("", kinds=kinds, doc="")


def test_the_strip_has_the_lane_of_phases_first():
    day = Protocol.parse(DAY + "; 61-61.2 light tagged x 2; 60.8-61.1 light off tagged", KINDS)
    strip = day.dataset(KINDS, now=7)
    rows = list(zip(strip.event_row.values, strip.event_label.values, strict=True))
    assert rows == [
        ("phase", "rest"), ("phase", "learn"), ("phase", "rest"), ("phase", "cue module 1"),
        ("tag", "tag"), ("light", "light all x 1.5"), ("light", "light tagged x 2"),
        ("light (2)", "light off tagged"),
    ]  # fmt: skip
    assert strip.event_role.values.tolist()[:5] == ["other", "paired", "other", "cue", "engram"]
    assert float(strip.now) == 7
    assert strip.event_start.values[1] == 5 and strip.event_end.values[1] == 40
    assert {str(name): var.attrs["units"] for name, var in strip.items()} == {
        "event_start": "s", "event_end": "s", "event_row": "1", "event_label": "1",
        "event_role": "1", "now": "s",
    }  # fmt: skip
    assert all(var.attrs["long_name"] for var in strip.values())
    assert lanes(KINDS) == ("phase", "tag", "light", "step", "no inhibitory plasticity")


@given(day=days())
def test_in_a_lane_no_event_hides_another(day):
    strip = day.dataset(KINDS)
    assert strip.sizes["event"] == len(day.events)
    for row in set(strip.event_row.values):
        inside = strip.isel(event=strip.event_row.values == row).sortby("event_start")
        assert (inside.event_end.values[:-1] <= inside.event_start.values[1:]).all()


def test_the_strip_of_nothing_is_empty():
    strip = Protocol().dataset(KINDS)
    assert strip.sizes["event"] == 0 and strip.event_row.dtype.kind == "U"


def test_a_protocol_goes_through_record_link_and_script(tmp_path):
    model = Session(protocol="0-3.5 rest; 1-2 light module 1 x 2")
    record = workbench.run(model, seed=2, progress=False)
    record.save(tmp_path / "session.nc")
    again = Record.open(tmp_path / "session.nc")
    assert again.stamp.parameters == {"protocol": model.protocol}
    assert again.data.event_label.values.tolist() == ["rest", "light module 1 x 2"]
    assert float(again.data.now) == 3
    linked = parse(query(model, 2), lambda _: Session)
    assert linked.model.protocol == model.protocol and not linked.refused
    linked = parse("model=session&protocol=0-5+nap", lambda _: Session)
    assert linked.model.protocol == DAY
    assert linked.refused[0].startswith("protocol: '0-5 nap' is not allowed: ")
    assert f'protocol="{model.protocol}"' in script(record)


def test_a_change_of_the_protocol_can_be_emitted_while_a_run_goes_on():
    class Longer(Session):
        key = "longer"

        def simulate(self, run: Run) -> None:
            for day in (Protocol().then("rest", 5), Protocol().then("rest", 5).then("learn", 2)):
                time = variable("time", np.array([day.duration]), "s", "time")
                run.emit(day.dataset(KINDS).merge(xr.Dataset(coords={"time": time})), progress=1)

    data = workbench.run(Longer(), progress=False).data
    assert data.event_label.values.tolist() == ["rest", "learn"]
