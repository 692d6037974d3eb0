"""The editor of a timeline: what a person does in its fields, and what becomes of the value."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.lab.controls import Control, Controls
from apps.lab.event_rows import fitting
from apps.lab.timeline import preview
from workbench import EventKind, Model, Protocol, Quantity, Run, Timeline

KINDS = {
    "rest": EventKind("background input alone", phase=True),
    "learn": EventKind("patterns are presented", role="paired", phase=True),
    "cue": EventKind("part of a pattern", role="cue", phase=True, targets=("module 1", "module 2"),
                     strength=(0, 2)),
    "tag": EventKind("cells active now are tagged", role="engram"),
    "light": EventKind("light pulses", targets=("tagged", "all"), strength=(2, 5), unit="mW"),
}  # fmt: skip
DAY = "0-5 rest; 5-40 learn; 30-40 tag; 40-42 cue module 2 x 0.5; 41-42 light all x 3"


class Session(Model):
    """A model with a timeline and another parameter."""

    key = "session"
    protocol = Timeline(DAY, kinds=KINDS, doc="what happens when")
    gain = Quantity(1.0, bounds=(0, 5), unit="1", doc="a number")

    def simulate(self, run: Run) -> None:
        run.emit(Protocol.parse(self.protocol, KINDS).dataset(KINDS), progress=1)


class Bench:
    """A control with what it reported, and its fields by what they are."""

    def __init__(self, value=DAY):
        self.set, self.said = [], []
        self.control = Control(
            "protocol", Session.parameters()["protocol"], value, self.note, self.said.append
        )
        self.editor = self.control._field

    def note(self, name, value):
        self.set.append((name, value))

    @property
    def phases(self):
        return self.editor._phases.shown

    @property
    def others(self):
        return self.editor._others.shown

    def press(self, label):
        (button,) = [b for b in self.editor._buttons if b.label == label]
        button.clicks += 1

    def marked(self):
        return [field.label for field in self.editor._fields() if field.error_state]

    def shown(self):
        """Return the protocol that the fields show, in the order of the rows."""
        return [str(event) for event in self.editor._draft(self.phases, self.others)]


@pytest.fixture
def bench():
    return Bench()


def test_the_fields_show_the_value(bench):
    assert bench.shown() == [
        "0-5 rest", "5-40 learn", "40-42 cue module 2 x 0.5", "30-40 tag", "41-42 light all x 3",
    ]  # fmt: skip
    assert [row.times[0].value for row in bench.phases] == ["5", "35", "2"]
    assert [row.kind.label for row in bench.phases][1] == "phase 2, 5\u201340 s"
    assert [row.target.visible for row in bench.phases] == [False, False, True]
    assert [row.strength.visible for row in bench.others] == [False, True]
    assert bench.others[1].strength.label == "strength (mW)"
    assert bench.editor._text.value == DAY.replace("; ", "\n")
    assert (bench.set, bench.said) == ([], [])


def test_a_longer_phase_shifts_the_later_ones_and_no_intervention(bench):
    bench.phases[0].times[0].value = "7.5"
    assert bench.editor.value == (
        "0-7.5 rest; 7.5-42.5 learn; 30-40 tag; 41-42 light all x 3; 42.5-44.5 cue module 2 x 0.5"
    )
    assert bench.set == [("protocol", bench.editor.value)]
    assert set(bench.said) == {""}
    assert bench.phases[1].kind.label == "phase 2, 7.5\u201342.5 s"


def test_lengths_are_added_without_the_dust_of_binary_numbers():
    bench = Bench("0-0.1 rest; 0.1-0.3 learn")
    bench.phases[1].kind.value = "rest"
    assert bench.editor.value == "0-0.1 rest; 0.1-0.3 rest"
    bench.phases[0].times[0].value = "0.7"
    assert bench.editor.value == "0-0.7 rest; 0.7-0.9 rest"


def test_what_is_refused_is_told_and_marked_and_the_value_stays(bench):
    bench.others[0].times[0].value = "50"
    assert bench.said == [
        "'50-40 tag' is not allowed: it must start at 0 s or later and end after it starts."
    ]
    assert (bench.editor.value, bench.set, bench.marked()) == (DAY, [], ["from (s)"])
    assert bench.others[0].times[0].value == "50"  # it is a draft, which the next edit may mend
    bench.others[0].times[1].value = "60"
    assert "it must end by 42 s" in bench.said[-1]
    assert (bench.set, bench.marked()) == ([], ["to (s)"])
    bench.phases[2].times[0].value = "20"
    assert bench.editor.value.endswith("40-60 cue module 2 x 0.5; 41-42 light all x 3; 50-60 tag")
    assert (bench.said[-1], bench.marked(), len(bench.set)) == ("", [], 1)


@pytest.mark.parametrize("text", ["soon", "", "nan", "inf", "1-2", "5; 9-9 tag", "0", "-3"])
def test_a_field_takes_numbers_only(bench, text):
    bench.phases[1].times[0].value = text
    assert bench.said[-1].startswith("lasts (s) = ") and "must be a number" in bench.said[-1]
    assert bench.marked() == ["lasts (s)"]
    bench.phases[0].times[0].value = "6"  # good, but the draft as a whole is not
    assert "must be a number" in bench.said[-1] and bench.marked() == ["lasts (s)"]
    assert bench.phases[1].times[0].error_state and not bench.set


def test_an_edit_that_changes_nothing_clears_the_refusal(bench):
    bench.phases[0].times[0].value = "x"
    bench.phases[0].times[0].value = "5.0"
    assert (bench.said[-1], bench.marked(), bench.set) == ("", [], [])
    assert bench.phases[0].times[0].value == "5"


def test_another_kind_has_a_target_and_a_strength_it_may_have(bench):
    bench.others[0].kind.value = "light"
    assert "30-40 light tagged x 2" in bench.editor.value
    bench.others[0].kind.value = "tag"
    assert bench.editor.value == DAY
    bench.phases[2].kind.value = "learn"
    assert bench.editor.value.endswith("40-42 learn; 41-42 light all x 3")
    bench.phases[0].kind.value = "cue"
    assert bench.editor.value.startswith("0-5 cue module 1; ")


def test_another_kind_mends_a_strength_that_is_no_number(bench):
    bench.others[1].strength.value = "much"
    assert bench.marked() == ["strength (mW)"]
    bench.others[1].kind.value = "tag"
    assert bench.editor.value.endswith("40-42 cue module 2 x 0.5; 41-42 tag")
    bench.others[1].kind.value = "light"
    assert bench.editor.value.endswith("41-42 light tagged x 2") and not bench.marked()


def test_target_and_strength_stay_as_near_as_the_kind_allows():
    assert fitting(KINDS["light"], "all", 9.0) == ("all", 5)
    assert fitting(KINDS["light"], "nobody", float("nan")) == ("tagged", 2)
    assert fitting(KINDS["tag"], "all", 9.0) == ("", 1)


def test_target_and_strength_are_edited(bench):
    bench.others[1].target.value = "tagged"
    bench.others[1].strength.value = "4"
    assert bench.editor.value.endswith("41-42 light tagged x 4")
    bench.others[1].strength.value = "9"
    assert "the strength of light must be 2 to 5 mW" in bench.said[-1]
    assert bench.marked() == ["strength (mW)"]


def test_rows_keep_their_places_while_they_are_edited(bench):
    bench.others[0].times[1].value = "42"
    bench.others[0].times[0].value = "41.5"
    assert bench.shown()[3:] == ["41.5-42 tag", "41-42 light all x 3"]
    bench.control.show(bench.editor.value)
    assert bench.shown()[3:] == ["41-42 light all x 3", "41.5-42 tag"]


def test_events_are_added(bench):
    bench.press("Add phase")
    assert bench.editor.value == f"{DAY}; 42-44 rest"
    bench.press("Add intervention")
    bench.press("Add intervention")
    added = "42-44 light tagged x 2; 42-44 rest; 42-44 tag"
    assert bench.editor.value == f"{DAY}; {added}"
    assert len(bench.set) == 3
    for _ in range(2):
        bench.press("Add intervention")
    assert "it must not overlap '42-44 tag'" in bench.said[-1]  # each kind and target is there


def test_the_first_phase_can_be_added_where_there_is_none_and_the_last_not_removed():
    bench = Bench("0-5 rest")
    bench.phases[0]._remove.clicks += 1
    assert "there must be a phase, rest, learn or cue" in bench.said[-1]
    assert len(bench.phases) == 1 and not bench.set


def test_an_event_is_removed_and_later_phases_close_the_gap(bench):
    bench.others[1]._remove.clicks += 1
    bench.others[0]._remove.clicks += 1
    bench.phases[1]._remove.clicks += 1
    assert bench.editor.value == "0-5 rest; 5-7 cue module 2 x 0.5"
    rows = bench.editor._phases.view.objects
    assert [row.visible for row in rows] == [True, True, False]
    bench.press("Add phase")
    assert [row.visible for row in rows] == [True, True, True]
    assert bench.editor.value.endswith("7-9 rest")


def test_a_phase_is_moved_earlier(bench):
    bench.phases[2]._up.clicks += 1
    assert bench.shown()[:3] == ["0-5 rest", "5-7 cue module 2 x 0.5", "7-42 learn"]
    assert [row._up.disabled for row in bench.phases] == [True, False, False]


def test_the_whole_is_typed_as_text(bench):
    bench.editor._text.value = "0-5 rest\n5-6 cue module 1; 5.5-6 tag"
    assert bench.editor.value == "0-5 rest; 5-6 cue module 1; 5.5-6 tag"
    assert bench.editor._text.value == "0-5 rest\n5-6 cue module 1\n5.5-6 tag"
    assert bench.shown() == ["0-5 rest", "5-6 cue module 1", "5.5-6 tag"]
    bench.editor._text.value = "0-5 rest\n5-6 nap"
    assert bench.said[-1].startswith("protocol: '5-6 nap' is not allowed: ")
    assert bench.marked() == ["the whole protocol, an event a line"]
    assert bench.shown() == ["0-5 rest", "5-6 cue module 1", "5.5-6 tag"]


def test_a_value_is_shown_quietly_and_in_place_of_a_draft(bench):
    bench.phases[0].times[0].value = "x"
    bench.said.clear()
    bench.control.show(DAY)
    assert bench.phases[0].times[0].value == "5" and not bench.marked()
    bench.control.show("0-1 rest")
    assert (bench.shown(), bench.editor.value) == (["0-1 rest"], "0-1 rest")
    assert (bench.set, bench.said) == ([], [])


def test_it_is_closed_and_opened_as_a_whole(bench):
    def closed():
        rows = [*bench.phases, *bench.others]
        widgets = [w for row in rows for w in (*row.fields, row._remove)]
        return {w.disabled for w in (*widgets, *bench.editor._buttons, bench.editor._text)}

    bench.control.enable(False)
    assert closed() == {True} and all(row._up.disabled for row in bench.phases)
    bench.control.show(f"{DAY}; 42-44 rest")
    assert closed() == {True}
    bench.control.enable(True)
    assert closed() == {False}
    assert [row._up.disabled for row in bench.phases] == [True, False, False, False]


def test_the_text_is_unfolded_and_folded(bench):
    behind = bench.editor._view.objects[-1]
    (button,) = [b for b in bench.editor._view.objects[-2] if b.label == "As text"]
    assert not behind.visible
    button.clicks += 1
    assert behind.visible and button.label == "Hide text"
    assert "<b>cue (module 1 or module 2, x 0 to 2)</b>: part of a pattern" in behind[1].object
    button.clicks += 1
    assert not behind.visible and button.label == "As text"


def test_a_label_stands_as_it_was_given():
    class Named(Model):
        """A model with labels."""

        key = "named"
        hebbian_gain = Quantity(1.0, bounds=(0, 5), unit="1", doc="d", label="Hebbian gain")
        first_weight = Quantity(1.0, bounds=(0, 5), unit="nS", doc="d")
        test_pulses = Quantity(1.0, bounds=(0, 5), unit="s", doc="d", label="test pulses")

    named = Controls(Named(), lambda *_: None)._controls
    assert [one.label for one in named.values()] == [
        "Hebbian gain", "first weight (nS)", "test pulses (s)",
    ]  # fmt: skip


def test_controls_keep_the_model_and_say_what_is_refused():
    told = []
    controls = Controls(Session(), lambda name, value, _gesture: told.append((name, value)))
    editor = controls._controls["protocol"]._field
    editor._phases.shown[0].times[0].value = "6"
    assert told == [("protocol", controls.model.protocol)]
    assert controls.model.protocol.startswith("0-6 rest; 6-41 learn")
    editor._phases.shown[0].times[0].value = "-6"
    assert controls.refusal == "lasts (s) = '-6' is not allowed: it must be a number above 0."
    assert controls.model.protocol.startswith("0-6 rest")
    controls.display(Session())
    assert editor.value == DAY and not controls.refusal
    controls.running(True)
    assert editor.disabled
    controls.running(False)
    assert not editor.disabled


lengths = st.floats(0.01, 1000).map(lambda x: float(f"{x:.4g}"))


@settings(max_examples=25)
@given(new=st.lists(lengths, min_size=3, max_size=3))
def test_whatever_lengths_are_typed_phases_tile_the_time(new):
    bench = Bench("0-1000 rest; 1000-2000 learn; 2000-3000 rest")
    for row, lasts in zip(bench.phases, new, strict=True):
        row.times[0].value = repr(lasts)
    events = Protocol.parse(bench.editor.value, KINDS).events
    ends = np.cumsum([0, *new])
    assert np.allclose([e.start for e in events], ends[:-1], rtol=0, atol=1e-8)
    assert np.allclose([e.end for e in events], ends[1:], rtol=0, atol=1e-8)
    assert [float(row.times[0].value) for row in bench.phases] == new
    assert set(bench.said) <= {""}


def test_the_strip_is_seen_before_any_run():
    model = Session(protocol="0-5 rest; 1-2 tag")
    strip = preview(model)
    assert isinstance(strip, xr.Dataset)
    assert strip.event_row.values.tolist() == ["phase", "tag"] and float(strip.now) == 0

    class Plain(Model):
        gain = Quantity(1.0, bounds=(0, 5), unit="1", doc="a number")

    assert preview(Plain()) is None
