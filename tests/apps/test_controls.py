"""Parameters as a person sets them, and what a form is told of them."""

from __future__ import annotations

import json

import pytest

from apps.lab.control_scale import Scale
from apps.lab.controls import VISIBLE, Controls
from apps.shell.control_words import hint, shortly
from workbench import Choice, Count, EventKind, Lines, Model, Picture, Quantity, Switch, Text
from workbench import Timeline as Day

KINDS = {"rest": EventKind("nothing happens", phase=True)}
BLANK = "A" * 24


class Bench(Model):
    """A parameter of each kind, and more than are seen at once."""

    key = "bench"
    presets = {"Noisy": {"noise": 0.5, "cells": 200}}

    noise = Quantity(0.2, bounds=(0, 1), unit="1", doc="share of bits", group="Cue", live=True)
    rate = Quantity(1.0, bounds=(0.01, 100), unit="Hz", doc="how often", log=True, group="Cue")
    cells = Count(100, bounds=(1, 1000), unit="1", doc="how many", group="Net", source="Hebb 1949")
    kind = Choice("one", options=["one", "two"], doc="which", group="Net")
    own = Switch(True, doc="whether", group="Net")
    name_of = Text("", doc="a name", group="Net")
    words = Lines("a", doc="some words", group="Net")
    last = Quantity(0.0, bounds=(-1, 1), unit="1", doc="a number", group="Net")
    day = Day("0-5 rest", kinds=KINDS, doc="what happens", group="Later")
    sketch = Picture(BLANK, side=12, doc="a picture", group="Later")


class Sheet:
    """Controls with what they told, and what a form shows."""

    def __init__(self, **values):
        self.told = []
        self.controls = Controls(Bench(**values), lambda *each: self.told.append(each))

    def do(self, name, **told):
        """Do what a browser tells."""
        form = next(f for f, cs in self.controls._forms if name in [c.name for c in cs])
        form._handle_msg({"name": name, "number": form.heard + 1, "gesture": 3, **told})
        return self.seen(name)

    def seen(self, name):
        states = [json.loads(form.state)["shown"] for form, _ in self.controls._forms]
        return next(state[name] for state in states if name in state)

    def fields(self):
        return [json.loads(form.fields) for form, _ in self.controls._forms]


@pytest.fixture
def sheet():
    return Sheet()


def test_a_slider_and_a_field_set_the_same_value(sheet):
    assert sheet.do("noise", place=300)["text"] == "0.3"
    assert sheet.do("noise", text=" 0.45 ")["place"] == 450
    assert sheet.controls.model.noise == 0.45
    assert sheet.told == [("noise", 0.3, 3), ("noise", 0.45, 3)]


@pytest.mark.parametrize(
    ("name", "told", "value"),
    [
        ("cells", {"text": "1e3"}, 1000),
        ("kind", {"text": "two"}, "two"),
        ("own", {"on": False}, False),
        ("name_of", {"text": "Hebb"}, "Hebb"),
        ("rate", {"place": 1000}, 100.0),
        ("rate", {"place": 500}, 1.0),
    ],
)
def test_every_kind_is_set(sheet, name, told, value):
    sheet.do(name, **told)
    assert getattr(sheet.controls.model, name) == value


def test_lines_are_typed_one_below_the_other(sheet):
    assert sheet.do("words", text="first\nsecond")["text"] == "first\nsecond"
    assert Lines.split(sheet.controls.model.words) == ["first", "second"]


def test_what_is_refused_is_told_and_stays_as_it_was_typed(sheet):
    seen = sheet.do("noise", text="nan")
    assert "noise = 'nan' is not allowed: it must be a number" in sheet.controls.refusal
    assert (seen["refused"], seen["text"], seen["changed"]) == (True, "nan", False)
    assert sheet.controls.model.noise == 0.2 and not sheet.told
    seen = sheet.do("noise", text="0.3")
    assert not sheet.controls.refusal and not seen["refused"] and seen["text"] == "0.3"


def test_a_changed_value_is_marked_and_reset_alone(sheet):
    assert not sheet.seen("noise")["changed"] and sheet.controls.changed == []
    sheet.do("noise", text="0.3")
    sheet.do("cells", text="7")
    assert sheet.controls.changed == ["noise", "cells"]
    assert (sheet.seen("noise")["changed"], sheet.seen("noise")["base"]) == (True, "0.2")
    assert sheet.do("noise", reset=True)["text"] == "0.2"
    assert sheet.controls.changed == ["cells"] and sheet.controls.model.noise == 0.2


def test_a_preset_is_what_values_are_compared_with_and_reset_to():
    sheet = Sheet()
    values = Bench.from_preset("Noisy")
    sheet.controls.display(values, values.values())
    assert sheet.controls.changed == [] and sheet.seen("noise")["text"] == "0.5"
    assert sheet.do("noise", text="0.2")["changed"]
    assert sheet.do("noise", reset=True)["text"] == "0.5"


def test_only_live_parameters_are_open_while_a_run_goes_on(sheet):
    sheet.controls.running(True)
    assert sheet.seen("cells")["disabled"] and not sheet.seen("noise")["disabled"]
    sheet.do("cells", text="5")
    assert sheet.controls.model.cells == 100 and not sheet.told
    sheet.do("noise", text="0.9")
    assert sheet.controls.model.noise == 0.9
    sheet.controls.running(False)
    assert not sheet.seen("cells")["disabled"]


def test_seven_are_seen_at_once_and_the_timeline_is_among_them(sheet):
    fields = [field for form in sheet.fields() for field in form]
    assert [field["name"] for field in fields] == list(Bench.parameters())
    at_once = [field["name"] for field in fields if not field["more"]]
    assert len(at_once) == VISIBLE and "day" in at_once
    assert at_once == ["noise", "rate", "cells", "kind", "own", "name_of", "day"]


def test_a_group_is_open_at_first_where_something_hidden_differs():
    open_at = {form.heading: form.open for form, _ in Sheet(last=0.5).controls._forms}
    assert open_at == {"Cue": False, "Net": True, "Later": False}


def test_an_editor_behind_more_is_seen_with_it(sheet):
    view = sheet.controls._controls["sketch"].view.__panel__()
    form = next(form for form, _ in sheet.controls._forms if form.heading == "Later")
    assert not view.visible
    form._handle_msg({"open": True})
    assert view.visible
    form._handle_msg({"open": False})
    assert not view.visible


def test_an_editor_is_marked_and_reset_like_a_field(sheet):
    editor = sheet.controls._controls["day"].view
    editor._text.value = "0-9 rest"
    assert sheet.told[-1][:2] == ("day", "0-9 rest") and sheet.seen("day")["changed"]
    sheet.do("day", reset=True)
    assert editor.value == "0-5 rest" and sheet.controls.changed == []


def test_the_words_tell_doc_range_default_and_source():
    parameters = Bench.parameters()
    assert hint(parameters["cells"]) == (
        "how many; a whole number from 1 to 1,000; default 100. Source: Hebb 1949."
    )
    assert hint(parameters["noise"]).endswith("May change while a run goes on.")
    assert [shortly(parameters[n], v) for n, v in (("own", False), ("name_of", ""))] == [
        "off", "empty",
    ]  # fmt: skip
    assert shortly(parameters["day"], "0-5 rest") == ""


ODD = Quantity(1.0, bounds=(0.0123456, 98.7654), unit="1", doc="odd ends", log=True)


@pytest.mark.parametrize(
    "parameter", [*map(Bench.parameters().get, ("noise", "rate", "cells")), ODD]
)
def test_each_place_of_a_slider_stands_for_a_value_that_leads_back_to_it(parameter):
    scale = Scale(parameter)
    places = range(0, scale.steps + 1, max(1, scale.steps // 50))
    values = [scale.value(place) for place in places]
    assert all(parameter.check(value) == value for value in values)
    assert values == sorted(values)
    if not scale.log:
        assert [scale.place(value) for value in values] == list(places)
    assert (scale.value(0), scale.value(scale.steps)) == pytest.approx(parameter.bounds)
