"""What stands at the side of a lab: presets, parameters, and the way back."""

from __future__ import annotations

import html
import re

import pytest

from apps.lab.values import DEFAULTS, Values
from workbench import Count, Model, Quantity


class Noisy(Model):
    """Two parameters, one of them live."""

    key = "noisy"
    title = "Noisy"
    presets = {"Loud": {"noise": 0.8}, "Large & loud": {"noise": 0.8, "cells": 500}}

    noise = Quantity(0.2, bounds=(0, 1), unit="1", doc="share of bits", live=True)
    cells = Count(100, bounds=(1, 1000), unit="1", doc="how many")


class Bench:
    """Values with what they told."""

    def __init__(self, **values):
        self.told = []
        self.values = Values(Noisy(**values), self.told.append)
        self.numbers = iter(range(1, 100))

    def type(self, name, value, gesture=None):
        (form, _controls), *_ = self.values.controls._forms
        number = next(self.numbers)
        form._handle_msg(
            {"name": name, "text": str(value), "number": number, "gesture": gesture or number}
        )

    @property
    def says(self):
        """What is told, and the address of the page that sweeps over these values."""
        text = html.unescape(self.values._undo._line.object)
        told, sweep = re.fullmatch(r"<p>(.*) <a href='(.*)'>Sweep over them</a></p>", text).groups()
        return told, sweep

    @property
    def now(self):
        return self.values.model.noise, self.values.model.cells

    @property
    def open(self):
        undo = self.values._undo
        return [not one.disabled for one in (undo._undo, undo._redo, undo._reset)]


@pytest.fixture
def bench():
    return Bench()


def test_what_is_set_is_told_taken_back_and_done_again(bench):
    assert bench.open == [False, False, False]
    bench.type("noise", 0.5)
    bench.type("cells", 7)
    assert (bench.now, bench.open) == ((0.5, 7), [True, False, True])
    bench.values.undo()
    assert (bench.now, bench.open) == ((0.5, 100), [True, True, True])
    bench.values.undo()
    assert (bench.now, bench.open) == ((0.2, 100), [False, True, False])
    bench.values.undo()
    bench.values.redo()
    assert bench.now == (0.5, 100)
    assert bench.told == [["noise"], ["cells"], ["cells"], ["noise"], ["noise"]]


def test_a_drag_is_taken_back_as_a_whole(bench):
    for value in (0.3, 0.4, 0.5):
        bench.type("noise", value, gesture=9)
    bench.values.undo()
    assert bench.now == (0.2, 100)


def test_a_preset_is_one_step_and_what_values_are_compared_with(bench):
    bench.type("cells", 7)
    bench.values._presets.value = "Large & loud"
    assert bench.now == (0.8, 500)
    assert bench.says[0] == "All values are those of the preset “Large & loud”."
    assert bench.says[1] == "./sweep?model=noisy&noise=0.8&cells=500"
    bench.type("cells", 600)
    assert bench.says[0] == "cells differs from the preset “Large & loud”."
    bench.values.undo()
    bench.values.undo()
    assert bench.now == (0.2, 7) and bench.values._presets.value == DEFAULTS
    assert bench.says[0] == "cells differs from the model's defaults."
    bench.values.redo()
    assert bench.values.preset == bench.values._presets.value == "Large & loud"


def test_all_are_reset_to_the_preset_in_one_step(bench):
    bench.values._presets.value = "Loud"
    bench.type("noise", 0.1)
    bench.type("cells", 7)
    assert bench.says[0].startswith("2 values differ from the preset")
    bench.values.reset()
    assert bench.now == (0.8, 100) and bench.values.preset == "Loud"
    bench.values.undo()
    assert bench.now == (0.1, 7)


def test_values_that_are_a_presets_are_known_as_such():
    assert Bench(noise=0.8).values.preset == "Loud"
    assert Bench(noise=0.8, cells=500).values._presets.value == "Large & loud"
    bench = Bench(noise=0.7)
    assert bench.values.preset == "" and bench.values.controls.changed == ["noise"]


def test_while_a_run_goes_on_only_live_values_are_taken_back(bench):
    bench.type("cells", 7)
    bench.values.running(True)
    assert bench.open == [False, False, False] and bench.values._presets.disabled
    bench.values.undo()
    assert bench.now == (0.2, 7)
    bench.type("noise", 0.5)
    assert bench.open == [True, False, False]
    bench.values.undo()
    assert bench.now == (0.2, 7) and bench.told[-1] == ["noise"]
    bench.values.running(False)
    assert bench.open == [True, True, True] and not bench.values._presets.disabled


def test_the_given_model_is_not_changed():
    model = Noisy()
    values = Values(model.copy(), lambda names: None)
    values.choose("Loud")
    assert (model.noise, values.model.noise) == (0.2, 0.8)
