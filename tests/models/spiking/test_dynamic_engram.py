"""The dynamic engram: its course on a small network, and (slow) what the paper found."""

import numpy as np
import pytest
import xarray as xr

import workbench
from models.spiking.dynamic_engram import DynamicEngram
from models.spiking.dynamic_engram_course import (
    ALWAYS,
    BARRIER,
    BLOCKED,
    CONSOLIDATION,
    DRIVEN,
    Experiment,
)
from models.spiking.dynamic_engram_frames import Test as Found
from models.spiking.dynamic_engram_frames import discrimination, found, matrix
from models.spiking.dynamic_engram_readings import answered, listed
from models.spiking.simulation import Simulation
from models.spiking.stimulus_shapes import SHAPES
from workbench import ParameterError
from workbench.run import LocalRun

SMALL = {
    "cells": 64, "resolution": "16 x 16", "step": 1.0, "burn_in": 1.0, "training": 8.0,
    "consolidation": 6.0, "tests": 2, "probes": 3, "cue_presentations": 2, "pause_test": 0.3,
}  # fmt: skip


def run(seed=1, **values):
    return workbench.run(DynamicEngram(**(SMALL | values)), seed=seed, progress=False).data


@pytest.fixture(scope="module")
def data():
    return run()


def test_same_seed_same_record_and_another_seed_another(data):
    xr.testing.assert_equal(data, run())
    assert run(seed=2).spike_time.size != data.spike_time.size


def test_phases_take_the_time_asked_for(data):
    labels = data.event_label.values.astype(str)
    lasted = (data.event_end - data.event_start).values
    expected = [("burn-in", 1), ("training", 8), ("consolidation", 3), ("consolidation", 3)]
    phases = [(name, s) for name, s in zip(labels, lasted, strict=True) if name != "test"]
    assert [name for name, _ in phases] == [name for name, _ in expected]
    assert [s for _, s in phases] == pytest.approx([s for _, s in expected])
    assert (labels == "test").sum() == 3
    assert data.step.values.tolist() == [0, 3, 6]
    assert data.test.values.tolist() == [0, 3, 6]


def test_the_whole_square_drives_the_cells_that_then_are_engram_cells(data):
    assert 0 < data.engram_size[0] < 1
    assert data.rate_excitatory.max() > 2
    assert data.recalled_square[0] == 1
    assert (data.membership.values[:, 0] == 1).mean() == data.engram_size[0]


def test_tests_change_no_weight_and_phases_do(data):
    starts, ends = data.event_start.values, data.event_end.values
    tests = data.event_label.values.astype(str) == "test"
    for start, end in zip(starts[tests], ends[tests], strict=True):
        within = data.weight_feedforward.sel(time=slice(start + 2.01, end)).values
        assert within.size > 1
        assert np.ptp(within) == 0
    assert np.ptp(data.weight_feedforward.values) > 1e-3
    assert np.ptp(data.weight_inhibition.values) > 1e-4


def test_without_learning_rates_no_weight_changes():
    still = run(learning_rate=0.0, inhibitory_rate=0.0)
    for name in ("feedforward", "recurrent", "inhibition"):
        assert np.ptp(still[f"weight_{name}"].values) == 0


def test_blocked_inhibitory_plasticity_stops_when_consolidation_begins(data):
    began = float(data.event_start.values[data.event_label.values.astype(str) == "test"][0])
    blocked = run(blocked=CONSOLIDATION).weight_inhibition
    assert np.ptp(blocked.sel(time=slice(0, began)).values) > 0
    assert np.ptp(blocked.sel(time=slice(began, None)).values) == 0
    assert np.ptp(run(blocked=ALWAYS).weight_inhibition.values) == 0


def test_a_blocked_training_engram_is_not_recalled_and_a_driven_one_is():
    blocked = run(recall_test=BLOCKED)
    assert blocked.recalled_square[0] == 0
    said = {one.title: one.reading(blocked) for one in DynamicEngram.observables}
    assert said["Selectivity of recall"].startswith("No cue recalls the engram")
    assert run(recall_test=DRIVEN).answer_square[0] > 20


def test_readings_tell_of_this_run(data):
    said = {one.title: one.reading(data) for one in DynamicEngram.observables}
    assert all(text.endswith((".", ")")) and len(text) < 400 for text in said.values())
    members = int((data.membership.values[:, 0] == 1).sum())
    assert f"leaves {members} engram cells" in said["Who is in the engram"]
    assert f"{float(data.discrimination[-1]):.2f}" in said["Selectivity of recall"]
    assert said["Protocol"].endswith("the engram was tested 3 times.")
    first = data.isel(step=slice(1), test=slice(1))
    assert all(one.reading(first) for one in DynamicEngram.observables)


def test_expected_time_is_near_what_a_run_takes(data):
    model = DynamicEngram(**SMALL)
    assert float(data.now) == pytest.approx(model.seconds(), rel=0.15)
    assert DynamicEngram(consolidation=7000).cost().seconds > 3 * DynamicEngram().cost().seconds


def test_a_step_of_time_has_to_divide_a_millisecond():
    with pytest.raises(ParameterError, match="0.3"):
        workbench.run(DynamicEngram(**(SMALL | {"step": 0.3})), progress=False)


def test_membership_is_sorted_by_history():
    was = np.array([[0, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 1, 0]], bool)
    codes = matrix([0.0, 10.0, 20.0], list(was)).membership.values.tolist()
    assert codes == [[1, 1, 1], [1, 1, 2], [1, 2, 2], [0, 3, 3], [0, 0, 3], [0, 0, 0]]


def test_a_test_counts_recall_turnover_and_discrimination():
    training = np.array([True, True, True, True, False, False])
    members = np.array([True, True, True, False, True, False])
    rates = {shape: np.full((4, 6), 4.0) for shape in SHAPES}
    rates["square"] += 10
    rates["circle"][:2, :] = 30.0
    rates["hexagon"][:, 3] = 1000.0  # no member any more, so it does not count
    frame = found(Found(60.0, training, members, rates))
    assert [float(frame[f"recalled_{shape}"][0]) for shape in SHAPES] == [1, 0.5, 0, 0]
    assert float(frame.discrimination[0]) == pytest.approx((1 / 3 + 1 + 1) / 3)
    assert [float(frame[n][0]) for n in ("kept", "dropped_out", "dropped_in")] == [0.75, 0.25, 0.25]
    assert float(frame.answer_circle[0]) == 17
    assert answered(frame, 0) == "the square and the circle"


def test_discrimination_is_unknown_where_nothing_is_recalled():
    assert np.isnan(discrimination(0.0, [0.0, 0.0]))
    assert np.isnan(discrimination(float("nan"), [0.5]))
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"


class Paper(Simulation):
    """A network that only notes what is written to it."""

    def __init__(self, cells):
        self.held = {
            "excitatory.count": np.zeros(cells), "inhibitory.count": np.zeros(cells // 4),
            "excitatory.last": np.ones(cells), "stimulus.last": np.full(256, 2.0),
            "stimulus.next": np.full(256, 3.0), "excitatory.v": np.full(cells, -0.07),
        }  # fmt: skip
        self.written = []

    def read(self, name):
        return np.array(self.held[name])

    def write(self, name, value):
        self.held[name] = np.broadcast_to(value, np.shape(self.held.get(name, value))).copy()
        self.written.append((name, np.array(value)))

    def spikes(self, monitor):
        raise NotImplementedError

    def samples(self, monitor, *variables):
        raise NotImplementedError

    def states(self):
        return ["excitatory.last", "stimulus.last", "stimulus.next", "excitatory.v"]


@pytest.fixture
def experiment():
    def make(**values):
        model = DynamicEngram(**(SMALL | values))
        going = LocalRun(model, 1, [], bar=False)
        made = Experiment(going.model, going, Paper(64))
        made.training[:5] = True
        made.teller.passed = lambda: None
        return made

    return make


def finish(simulated, experiment):
    """Let time pass for whoever waits for it."""
    for seconds in simulated:
        experiment.sim.time += seconds


def test_going_back_moves_moments_along_with_the_time_that_passed(experiment):
    made = experiment()
    state = made.sim.snapshot()
    made.sim.write("excitatory.v", 0.0)
    made.sim.time += 50.0
    made.go_back(state, 0.0)
    assert (made.sim.read("excitatory.v") == -0.07).all()
    assert [made.sim.read(n)[0] for n in state] == pytest.approx([51, 52, 53, -0.07])


def test_inhibitory_cells_are_silenced_by_the_fraction_asked_for(experiment):
    made = experiment(silenced=0.25)
    finish(made.recall(), made)
    barriers = dict(made.sim.written)["inhibitory.barrier"]
    assert (barriers == BARRIER).sum() == 4 and (barriers == 0).sum() == 12


def test_cues_take_turns_and_drive_their_neurons(experiment):
    made = experiment(cue_presentations=5)
    finish(made.recall(), made)
    shown = [value for name, value in made.sim.written if name == "stimulus.rate"][::2]
    assert len(shown) == 20
    assert all(value.min() == 5 and value.max() == 20 for value in shown)
    assert np.array_equal(shown[0], shown[4]) and not np.array_equal(shown[0], shown[1])
    assert np.allclose(shown[0], 5 + 15 * made.cues["square"][0])


def test_potentiation_and_inhibition_in_consolidation_follow_the_switches(experiment):
    for values, potentiation, inhibitory in [
        ({}, 1.0, 2e-5 * DynamicEngram().acceleration),
        ({"potentiation": False}, 0.0, 2e-5 * DynamicEngram().acceleration),
        ({"blocked": CONSOLIDATION}, 1.0, 0.0),
    ]:
        made = experiment(**values)
        made.consolidate()
        written = dict(made.sim.written)
        assert written["excitatory.potentiation"] == potentiation
        assert written["factor.eta"] == pytest.approx(inhibitory)
        assert written["excitatory.eta"] == 1e-3
        assert written["recurrent.consolidates"] == written["feedforward.consolidates"] == 1


def test_without_reactivation_nothing_is_shown(experiment):
    made = experiment()
    finish(made.phase("consolidation", 5.0, None), made)
    assert made.sim.time == pytest.approx(5)
    assert not [name for name, _ in made.sim.written if name.startswith("stimulus")]


SEEDS = range(1, 6)


@pytest.fixture(scope="module")
def ended():
    """Return a function that gives the last tests of five seeds under a condition."""
    held = {}

    def make(**values):
        key = str(sorted(values.items()))
        if key not in held:
            held[key] = [
                workbench.run(DynamicEngram(tests=1, **values), seed=s, progress=False).data
                for s in SEEDS
            ]
        return held[key]

    return make


def means(runs, name, step):
    """Return a variable at a test, averaged over seeds."""
    return np.mean([float(data[name][step]) for data in runs])


@pytest.mark.slow
def test_recall_goes_from_unselective_to_selective_and_the_engram_turns_over(ended):
    runs = ended()
    assert means(runs, "discrimination", 0) <= 0.15
    assert means(runs, "discrimination", -1) >= 0.6
    assert all(data.recalled_square.min() == 1 for data in runs)
    assert all(0.65 <= data.kept[-1] <= 0.95 for data in runs)
    assert means(runs, "kept", -1) >= 0.7
    assert means(runs, "dropped_in", -1) > 0


@pytest.mark.slow
def test_recall_stays_unselective_with_inhibitory_plasticity_blocked(ended):
    runs = ended(blocked=CONSOLIDATION)
    assert means(runs, "discrimination", -1) <= 0.2
    assert means(runs, "kept", -1) > 0.95


@pytest.mark.slow
def test_silencing_inhibition_in_recall_abolishes_selectivity(ended):
    runs = ended(silenced=0.5)
    assert means(runs, "discrimination", -1) <= 0.15
    assert means(runs, "recalled_square", -1) == 1
