"""The bench of instruments: what it does to cells, and what it reads of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench
from models.spiking.calcium import DECAY, PEAK, Indicator
from models.spiking.electrode import Electrode, Signal
from models.spiking.instruments import Bench, moments
from models.spiking.responses import answer
from tests.instrument_toys import CELLS, EXCITATORY, Bystanders
from workbench import Change, Protocol

ALL = np.arange(CELLS)


def run(protocol, changes=(), **values):
    return workbench.run(
        Bystanders(protocol=protocol, **values), seed=1, progress=False, changes=changes
    ).data


def spikes_of(data, begin, end):
    """Return the number of spikes of each cell in a stretch of time."""
    times = data.spike_time.values
    within = data.spike_cell.values[(times >= begin) & (times < end)]
    return np.bincount(within, minlength=CELLS)


def steady_rate(current):
    """Return the rate (Hz) of a leaky cell with threshold 1 and tau 20 ms under a current."""
    return 1 / (0.020 * np.log(current / (current - 1)))


# What is done


def test_light_drives_the_cells_it_falls_on_once_a_pulse():
    data = run("0-2 rest; 0.5-1.5 light module 1 x 5", light_rate=20, light_width=5)
    assert list(spikes_of(data, 0.5, 1.5)) == [20] * 8 + [0] * 12
    assert spikes_of(data, 0, 0.5).sum() == spikes_of(data, 1.5, 2).sum() == 0
    times = data.spike_time.values[data.spike_cell.values == 3]
    np.testing.assert_allclose(np.diff(times), 0.05, atol=2e-4)


def test_the_light_can_be_changed_while_it_is_on():
    changes = [Change(10, "light_rate", 50.0)]
    data = run("0-2 rest; 0-2 light all x 5", changes, light_rate=10, light_width=5)
    assert spikes_of(data, 0, 1)[0] == 10
    assert spikes_of(data, 1, 2)[0] == 50


def test_silenced_cells_do_not_answer_their_cue():
    data = run("0-1 cue module 1; 0.4-0.7 silence module 1 x 3")
    assert (spikes_of(data, 0.0, 0.4)[:8] > 20).all()
    assert spikes_of(data, 0.401, 0.7).sum() == 0
    assert (spikes_of(data, 0.72, 1.0)[:8] > 10).all()


@pytest.mark.parametrize("strength", [1.2, 2.0])
def test_a_current_step_draws_the_rate_that_theory_gives(strength):
    data = run(f"0-4 rest; 0-4 step all x {strength}")
    assert spikes_of(data, 0, 4)[0] / 4 == pytest.approx(steady_rate(strength), rel=0.03)
    assert answer(data, "module 2", "step") == pytest.approx(steady_rate(strength), rel=0.03)


def test_one_rheobase_is_where_firing_begins():
    assert run("0-2 rest; 0-2 step all x 0.99").spike_cell.size == 0
    assert run("0-2 rest; 0-2 step all x 1.01").spike_cell.size > 0


def test_a_drug_comes_and_goes_with_its_time_constant():
    data = run("0-6 rest; 1-3 excite module 2 x 0.8; 1-3 inhibit module 1 x 0.5", chemo_tau=0.5)
    time, chemo = data.time.values, data.chemo.values
    rise = 1 - np.exp(-(np.clip(time, 1, 3) - 1) / 0.5)
    fall = np.exp(-(np.maximum(time, 3) - 3) / 0.5)
    np.testing.assert_allclose(chemo[:, 8], 0.8 * rise * fall, atol=2e-3)
    np.testing.assert_allclose(chemo[:, 0], -0.5 * rise * fall, atol=2e-3)
    assert not chemo[:, EXCITATORY:].any()


# Tagging


def test_the_cells_active_in_the_window_are_tagged_and_then_driven():
    data = run("0-1 rest; 1-2 cue module 1; 1-2 tag all; 2-3 rest; 2-3 light tagged x 5")
    assert list(data.cell_role.values) == ["engram"] * 8 + ["excitatory"] * 8 + ["inhibitory"] * 4
    assert list(data.tagged_cells.values[[5, 15, 18, 19, 29]]) == [0, 0, 0, 8, 8]
    assert (spikes_of(data, 2, 3)[:8] > 0).all() and not spikes_of(data, 2, 3)[8:].any()


def test_the_threshold_of_tagging_is_a_rate_over_the_window():
    protocol = "0-2 rest; 0-2 tag all; 0-1 step module 1 x 2; 0-1 step module 2 x 1.2"
    rates = steady_rate(2) / 2, steady_rate(1.2) / 2  # driven for half of the window
    between = sum(rates) / 2
    tagged = run(protocol, tag_rate=between).cell_role.values == "engram"
    assert list(np.flatnonzero(tagged)) == list(range(8))
    assert (run(protocol, tag_rate=rates[1] - 1).cell_role.values == "engram").sum() == 16
    assert not (run(protocol, tag_rate=rates[0] + 2).cell_role.values == "engram").any()


def test_inhibitory_cells_are_not_tagged_and_a_second_window_adds():
    data = run("0-2 rest; 0-2 step all x 2; 0-1 tag module 1; 1-2 tag module 2")
    assert list(data.cell_role.values[:8]) == ["engram"] * 8
    assert list(data.tagged_cells.values[[8, 9, 18, 19]]) == [0, 8, 8, 16]
    assert (run("0-1 rest; 0-1 step all x 2; 0-1 tag all").cell_role == "engram").sum() == 16


# What is read


def test_light_driven_cells_are_no_answer_of_the_network():
    data = run("0-1 cue module 1; 0-1 tag all; 1-2 rest; 1-2 light tagged x 5; 1-2 step all x 1.2")
    assert np.isnan(answer(data, "module 1", "light"))
    assert answer(data, "module 2", "light") == pytest.approx(steady_rate(1.2), rel=0.08)
    assert answer(data, "tagged", "light") >= 20
    assert answer(data, "module 1", "cue") == pytest.approx(steady_rate(2.0), rel=0.08)
    assert np.isnan(answer(data, "module 3", "cue")) and np.isnan(answer(data, "module 1", "tag x"))


def test_the_strip_tells_the_protocol_and_how_far_it_is():
    data = run("0-1 rest; 1-2 cue module 2; 1-2 tag all")
    assert list(data.event_label.values) == ["rest", "cue module 2", "tag all"]
    assert list(data.event_row.values) == ["phase", "phase", "tag"]
    assert float(data.now) == 2.0


def test_frames_end_at_every_edge_of_the_protocol():
    data = run("0-0.25 rest; 0.25-1 cue module 1; 0.33-0.5 tag all", frame=200)
    np.testing.assert_allclose(data.time, [0.2, 0.25, 0.33, 0.4, 0.5, 0.6, 0.8, 1.0])


def test_stretches_hold_every_edge_and_multiple():
    protocol = Protocol.parse("0-0.25 rest; 0.25-1 rest; 0.1-0.12 tag")
    assert moments(protocol, 0.5) == [0, 10, 12, 25, 50, 100]


def test_the_speed_limit_is_kept_and_changes_nothing():
    import time

    begun = time.perf_counter()
    slow = run("0-1 rest; 0-1 step all x 2", speed=2)
    assert 0.4 < time.perf_counter() - begun < 2
    assert slow.drop_attrs().identical(run("0-1 rest; 0-1 step all x 2").drop_attrs())


# Several groups of cells


class Notes:
    """A simulation that only notes what it is told, and hands out spikes."""

    def __init__(self):
        self.written, self.next = {}, {}

    def write(self, name, value):
        self.written[name] = np.array(value)

    def spikes(self, monitor):
        return self.next.get(monitor, (np.empty(0), np.empty(0, np.int32)))


def test_rows_of_several_groups_are_written_and_read_by_group():
    notes = Notes()
    taggable = np.array([True, True, True, False, False])
    bench = Bench(
        notes, Protocol.parse("0-1 rest; 0-1 light all x 2"),
        {"excitatory": 3, "inhibitory": 2}, lambda _name: taggable, taggable,
    )  # fmt: skip
    bench.write("light", np.arange(5.0))
    assert list(notes.written["excitatory.light"]) == [0, 1, 2]
    assert list(notes.written["inhibitory.light"]) == [3, 4]
    notes.next = {
        "excitatory_spikes": (np.array([0.1, 0.3]), np.array([0, 2])),
        "inhibitory_spikes": (np.array([0.2]), np.array([1])),
    }
    times, rows = bench.observe()
    assert list(times) == [0.1, 0.2, 0.3] and list(rows) == [0, 4, 2]
    with pytest.raises(KeyError):
        Bench(notes, bench.protocol, {"a": 5}, {}.__getitem__, taggable).mask("module 9")


# The electrode


class Recorded:
    """A simulation whose StateMonitor hands out what it is given."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def samples(self, monitor, *variables):
        assert (monitor, variables) == ("probe", ("v", "I"))
        times, v, current = self.pieces.pop(0)
        return np.array(times), np.outer(v, [1, 9]), np.outer(current, [1, 9])


SIGNALS = {
    "v": Signal("potential", "mV", 1e3, "membrane"), "I": Signal("current", "pA", 1e12, "input")
}  # fmt: skip


def test_an_electrode_shows_the_last_samples_in_the_units_of_its_signals():
    pieces = ([0.001, 0.002], [-0.06, -0.05], [1e-12, 2e-12]), ([0.003], [-0.04], [3e-12])
    electrode = Electrode(Recorded(*pieces), "probe", SIGNALS, kept=2, before="ago")
    np.testing.assert_allclose(electrode.take(), [[-60, 1], [-50, 2]])
    np.testing.assert_allclose(electrode.take(), [[-40, 3]])
    np.testing.assert_allclose(electrode.values, [[-50, 2], [-40, 3]])
    shown = electrode.shown()
    assert list(shown) == ["ago", "potential", "current"]
    np.testing.assert_allclose(shown["ago"].values, [-1, 0], atol=1e-12)
    np.testing.assert_allclose(shown["potential"].values, [-50, -40])
    np.testing.assert_allclose(shown["current"].values, [2, 3])
    assert [one.attrs["units"] for one in shown.values()] == ["ms", "mV", "pA"]
    assert [one.attrs["long_name"] for one in shown.values()] == [
        "time before now", "membrane", "input",
    ]  # fmt: skip
    assert {one.dims for one in shown.values()} == {("ago",)}


def test_an_electrode_shows_the_last_400_samples_unless_told_otherwise():
    taken = np.arange(1, 701) / 1000
    electrode = Electrode(Recorded((taken, taken, taken)), "probe", SIGNALS)
    electrode.take()
    shown = electrode.shown()
    assert shown["before_now"].size == 400 and shown["before_now"].values[0] == pytest.approx(-399)
    np.testing.assert_allclose(shown["potential"].values, 1e3 * taken[300:])


def test_an_electrode_that_recorded_nothing_shows_nothing():
    electrode = Electrode(Recorded(([], [], [])), "probe", SIGNALS)
    assert electrode.take().shape == (0, 2)
    assert {one.size for one in electrode.shown().values()} == {0}


# The calcium indicator


def quiet(cells=1):
    return Indicator(cells)


def test_one_spike_gives_the_measured_transient():
    fine = np.arange(0, 3, 0.001)
    indicator = quiet()
    course = [indicator.sample(t, [0.0] if i == 0 else [], [0] if i == 0 else [])[0]
              for i, t in enumerate(fine)]  # fmt: skip
    assert max(course) == pytest.approx(PEAK, rel=1e-4)
    assert fine[np.argmax(course)] == pytest.approx(0.179, abs=0.002)
    late = np.searchsorted(fine, 1.0)
    half = late + np.searchsorted(-np.array(course[late:]), -course[late] / 2)
    assert fine[half] - 1.0 == pytest.approx(0.55, abs=0.01) and DECAY > 0.7


@given(
    st.lists(st.tuples(st.floats(0, 1.99), st.integers(0, 2)), max_size=20),
    st.lists(st.floats(0.01, 1.99), max_size=5),
)
def test_transients_add_up_however_often_they_are_looked_at(spikes, looks):
    whole, parts = quiet(3), quiet(3)
    expected = whole.sample(2.0, [t for t, _ in spikes], [c for _, c in spikes])
    begun = 0.0
    for end in [*sorted(set(looks)), 2.0]:
        taken = [(t, c) for t, c in spikes if begun <= t < end]
        seen = parts.sample(end, [t for t, _ in taken], [c for _, c in taken])
        begun = end
    np.testing.assert_allclose(seen, expected, atol=1e-9)


def test_the_imaging_of_silent_cells_is_noise_of_the_size_asked_for_at_each_frame():
    changes = [Change(20, "indicator_noise", 0.4)]
    light = run("0-4 rest", changes, frame=20, indicator_noise=0.1).calcium.values
    assert light.shape == (200, 6)
    assert light[:20].std() == pytest.approx(0.1, rel=0.2)
    assert light[20:].std() == pytest.approx(0.4, rel=0.1) and abs(light.mean()) < 0.05
    assert np.unique(light).size == light.size


def test_imaged_cells_shine_with_their_own_spikes():
    data = run("0-1 rest; 0-1 step module 1 x 2", indicator_noise=0)
    driven = data.imaged.values < 8
    assert 0 < driven.sum() < driven.size
    assert (data.calcium.values[-1, driven] > PEAK).all()
    assert not data.calcium.values[:, ~driven].any()
    spikes = data.spike_cell.values == data.imaged.values[0]
    alone = Indicator(1).sample(1.0, data.spike_time.values[spikes], np.zeros(spikes.sum(), int))
    assert data.calcium.values[-1, 0] == pytest.approx(alone[0])
