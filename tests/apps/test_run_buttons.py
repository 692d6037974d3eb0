"""The buttons of a run: what is closed does nothing, whatever a page sends."""

import pytest

from apps.lab.run_buttons import RunButtons
from apps.lab.toolbar import OPEN
from workbench.worker import OVER

NAMES = ("run", "pause", "step", "stop")


@pytest.fixture
def pressed():
    return []


@pytest.fixture
def buttons(pressed):
    return RunButtons(**{name: lambda name=name: pressed.append(name) for name in NAMES})


@pytest.mark.parametrize("state", OPEN)
def test_only_open_buttons_act(monkeypatch, buttons, pressed, state):
    monkeypatch.setattr("apps.lab.run_buttons.when_loaded", lambda act: act())
    buttons.open = OPEN[state]
    for sent in (*({"press": name} for name in NAMES), {"press": "all"}, {}, None, "run"):
        buttons._handle_msg(sent)
    assert pressed == [name for name in NAMES if name in OPEN[state]]


def test_a_run_can_be_held_and_ended_from_its_first_moment():
    for state in ("starting", "running", "paused"):
        assert OPEN[state] == ["pause", "step", "stop"]
    assert all("stop" not in OPEN[state] for state in OVER)
