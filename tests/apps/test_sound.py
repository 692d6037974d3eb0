"""What is sent to the browser to be heard: which spikes, when, how high, and nothing while off."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from apps.lab import sound
from apps.lab.sound import LONGEST, MOST, SHORTEST, Sound
from workbench import variable


class Sent(Sound):
    """A sound whose messages are kept instead of sent, on a clock that is set by hand."""

    def __init__(self, on: bool = True) -> None:
        super().__init__(on)
        self.messages: list[dict] = []
        self.view._send_msg = self.messages.append
        self._last = 0.0

    def played(self, times, roles=None) -> dict:
        self.play(times, [""] * len(times) if roles is None else roles)
        return self.messages[-1]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Stop the clock 0.2 s after the last tick; return a function that sets it."""
    now = [0.2]
    monkeypatch.setattr(sound.time, "monotonic", lambda: now[0])
    return lambda value: now.__setitem__(0, value)


def data(times, cells, **more) -> xr.Dataset:
    spikes = {
        "spike_time": variable("spike", np.asarray(times, float), "s", "time"),
        "spike_cell": variable("spike", np.asarray(cells, int), "1", "cell"),
    }
    return xr.Dataset(spikes | more)


def roles(*names: str) -> dict:
    return {"cell_role": variable("cell", np.array(names), "1", "role")}


def test_off_nothing_is_sent():
    quiet = Sent(on=False)
    quiet.hear(data([1.0, 2.0], [0, 1]))
    quiet.play([1.0], ["excitatory"])
    assert not quiet.on
    assert quiet.messages == []
    quiet.view.hearing = True
    assert quiet.on
    quiet.hear(data([1.0], [0]))
    assert len(quiet.messages) == 1


def test_it_is_off_unless_asked_for():
    assert not Sound().on
    assert Sound(on=True).view.hearing


def test_spikes_are_spread_in_order_over_the_time_since_the_last_tick():
    sent = Sent().played([12.0, 10.0, 11.0], ["inhibitory", "excitatory", "engram"])
    assert sent["at"] == pytest.approx([0.0, 0.1, 0.2])
    assert sent["low"] == [False, False, True]


@pytest.mark.parametrize(("since", "spread"), [(0.001, SHORTEST), (0.3, 0.3), (60.0, LONGEST)])
def test_the_spread_has_limits(clock, since, spread):
    clock(since)
    assert Sent().played([0.0, 5.0])["at"] == pytest.approx([0.0, spread])


def test_a_tick_without_spikes_is_a_tick_too(clock):
    heard = Sent()
    heard.hear(data([], []))
    assert heard.messages == []
    clock(0.3)
    assert heard.played([0.0, 5.0])["at"] == pytest.approx([0.0, 0.1])


def test_spikes_at_one_time_click_together():
    assert Sent().played([3.0])["at"] == [0.0]
    assert Sent().played([3.0, 3.0])["at"] == [0.0, 0.0]


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=300))
def test_of_many_spikes_as_many_are_heard_as_can_be_told_apart(times):
    at = Sent().played(times)["at"]
    assert len(at) == min(len(times), MOST)
    assert at == sorted(at)
    assert at[0] == 0
    assert at[-1] <= 0.2 + 1e-9
    if min(times) < max(times):  # the first and the last are among them
        assert at[-1] == pytest.approx(0.2, abs=1e-4)


def test_those_heard_are_spread_evenly_among_all():
    times = np.arange(1000.0)
    sent = Sent().played(times, np.where(times < 500, "inhibitory", "excitatory"))
    assert sum(sent["low"]) == MOST / 2
    assert np.ptp(np.diff(sent["at"])) < 0.001


def test_roles_come_from_the_data_and_are_kept_until_others_come():
    heard = Sent()
    heard.hear(data([0.0, 1.0], [1, 0], **roles("excitatory", "inhibitory")))
    heard.hear(data([0.0, 1.0], [0, 1]))
    heard.hear(xr.Dataset(roles("inhibitory", "inhibitory")))
    heard.hear(data([0.0, 1.0], [0, 1]))
    heard.hear(data([0.0, 1.0], [0, 2]))  # another network, whose cells are not known yet
    assert [sent["low"] for sent in heard.messages] == [
        [True, False], [False, True], [True, True], [False, False]
    ]  # fmt: skip


def test_data_without_spikes_are_no_matter():
    heard = Sent()
    heard.hear(xr.Dataset({"level": variable("time", [1.0], "1", "level")}))
    assert heard.messages == []
