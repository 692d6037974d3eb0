"""The field of two spike trains, without a browser: what is told is taken or refused."""

import pytest

from apps.lab.controls import Control
from apps.lab.spike_field import SpikeField
from workbench import SpikeTimes


@pytest.fixture
def field():
    """Return a field and the list of sentences it said."""
    said = []
    parameter = SpikeTimes("pre 10; post 20", doc="which spikes there are", end=100)
    parameter.name = "spikes"
    made = SpikeField(parameter, "pre 10; post 20", "spikes", said.append)
    return made, said


def test_what_the_browser_tells_becomes_the_value(field):
    made, said = field
    made.take({"text": "pre 30 5; post 20", "number": 4})
    assert made.value == "pre 5 30; post 20"
    assert made._lanes.text == "pre 5 30; post 20" and made._lanes.heard == 4
    assert said == [""]


def test_what_is_not_allowed_is_told_and_nothing_is_lost(field):
    made, said = field
    made.take({"text": "pre 300; post 20", "number": 1})
    assert made.value == "pre 10; post 20" and made._lanes.heard == 1
    assert "spikes = 'pre 300; post 20' is not allowed" in said[0]


def test_it_can_be_set_and_closed_from_outside(field):
    made, _ = field
    made.value = "pre 1; post"
    made.disabled = True
    assert made._lanes.text == "pre 1; post" and made._lanes.disabled


def test_a_control_of_spikes_is_edited_by_it():
    told = []
    parameter = SpikeTimes("pre 10; post 20", doc="which spikes there are")
    parameter.name = "spikes"
    control = Control(
        "spikes", parameter, "pre 10; post 20", lambda *set_: told.append(set_), lambda _: None
    )
    control.view.take({"text": "pre 11; post 20", "number": 1})
    assert told == [("spikes", "pre 11; post 20")]
    control.show("pre; post")
    assert control.view.value == "pre; post" and len(told) == 1
