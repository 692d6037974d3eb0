"""The capacity laboratory: capacities against theory, prices, and what a run tells."""

from __future__ import annotations

import numpy as np
import pytest

import models
import workbench
from models.associative import capacity_trial as trial
from models.associative import capacity_views as views
from models.associative.load_curves import first_failure
from workbench.cells import declared, read_values
from workbench.parameters import ParameterError
from workbench.sweep import Sweep

SMALL = {"units": 200, "coding_level": 0.05, "cues": 20, "largest": 3000}


def ran(seed=1, **values):
    return workbench.run(models.get("capacity")(**SMALL | values), seed, progress=False).data


@pytest.fixture(scope="module")
def data():
    return ran()


def test_the_capacity_is_where_recall_crosses_the_criterion():
    load = np.array([1.0, 10.0, 100.0, 1000.0])
    assert first_failure(load, np.array([1, 1, 0.8, 0.0]), 0.9) == pytest.approx(10**1.5)
    assert first_failure(load, np.array([1, 0.8, 1, 0.0]), 0.9) == pytest.approx(10**0.5)
    assert first_failure(load, np.array([1, 1, np.nan, np.nan]), 0.9) == 10
    assert np.isnan(first_failure(load, np.array([0.5, 1, 1, 1]), 0.9))


def test_loads_are_even_within_each_doubling():
    loads = np.array(trial.loads(20_000))
    assert loads[0] == 1 and loads[-1] == 20_000 and (np.diff(loads) > 0).all()
    assert (loads[loads > 20][1:] / loads[loads > 20][:-1] < 2 ** (1 / 3) + 0.03).all()


@pytest.mark.parametrize("memory", ["Willshaw", "covariance", "Hebbian", "dense"])
def test_one_step_is_what_theory_expects(memory):
    found = ran(memory=memory, steps=1, fillings=4, largest=800)
    apart = np.abs(found.recall - found.expected_recall).values
    assert apart.mean() < 0.04 and apart.max() < 0.15


def test_the_covariance_rule_holds_a_seventh_of_its_units_at_half_activity():
    hopfield = models.get("capacity").presets["Hopfield 1982: half of the units"]
    found = ran(**hopfield | {"units": 600})
    assert float(found.capacity_per_unit) == pytest.approx(0.138, rel=0.08)


@pytest.mark.parametrize("memory", ["Willshaw", "covariance", "Hebbian"])
def test_a_matrix_holds_more_sparse_patterns_than_dense_ones(memory):
    sparse, dense = (ran(memory=memory, coding_level=level) for level in (0.04, 0.3))
    assert float(sparse.capacity) > 3 * float(dense.capacity)
    gained = [float(one.gained_per_event_at_capacity) for one in (sparse, dense)]
    assert gained[0] > gained[1] > 0


def test_bits_are_counted_from_what_is_recalled():
    data = ran(fillings=1)
    few = int(np.flatnonzero(data.recall.values > 0.9999)[-1])
    k, units = int(data.active), SMALL["units"]
    lost = round(0.5 * k)
    gained = np.log2([(units - k + lost - i) / (lost - i) for i in range(lost)]).sum()
    load = int(data["load"][few])
    assert float(data.gained_per_synapse[few]) == pytest.approx(load * gained / units**2, rel=1e-4)
    assert (data.gained_per_synapse <= data.stored_per_synapse).all()
    per = data.gained_per_synapse * units**2 / data["load"] / data.events
    np.testing.assert_allclose(per, data.gained_per_event, rtol=1e-6)


def test_a_modern_hopfield_network_grows_with_what_it_keeps():
    found = ran(memory="dense", largest=300)
    per = found.stored_per_synapse.values
    np.testing.assert_allclose(per, per[0])
    assert "more would fit" in views.recall_reading(found) and int(found.reached) == 0
    assert float(found.capacity) == 300


def test_a_filling_ends_when_recall_is_hopeless(data):
    assert data["load"][-1] < SMALL["largest"]
    model = models.get("capacity")(**SMALL)
    fillings = trial.Fillings(model)
    told = list(fillings.work(np.random.default_rng(1)))
    assert len(told) < model.fillings * len(fillings.load) and fillings.progress == 1.0
    worst = np.nanmin(fillings.recall, axis=1)
    assert (worst < trial.HOPELESS * model.criterion).all()
    frame = fillings.frame()
    assert np.isfinite(frame.recall).all() and np.isfinite(frame.recall_low).all()


def test_readings_tell_the_numbers(data):
    assert trial_number(views.recall_reading(data)) == f"{float(data.capacity):.3g}"
    for one in models.get("capacity").observables:
        assert one.reading(data).endswith(".")
    none = data.assign(capacity=0 * data.capacity)
    assert "Not even one" in views.recall_reading(none)


def trial_number(text: str) -> str:
    return text.split()[1].replace(",", "")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"units": 100, "coding_level": 0.005}, "leaves fewer than 2 of 100 units"),
        ({"units": 10_000, "largest": 500_000, "memory": "dense"}, "lower units or stored"),
    ],
)
def test_sizes_that_cannot_work_are_refused(values, words):
    with pytest.raises(ParameterError, match=words):
        models.get("capacity")(**values).validate()


def test_the_sparse_distributed_memory_takes_part():
    found = ran(memory="sparse distributed", locations=4.0)
    assert float(found.capacity) > 5 and "expected_recall" not in found
    wide = ran(memory="sparse distributed", locations=4.0, access=0.4)
    assert float(wide.capacity) < float(found.capacity)


@pytest.mark.parametrize("key", models.names())
def test_every_plan_is_a_sweep_that_can_be_run(key):
    kind = models.get(key)
    for name, plan in kind.plans.items():
        model = kind(**plan.values)
        axes = {
            parameter: read_values(declared(model, parameter), text)
            for parameter, text in plan.over.items()
        }
        sweep = Sweep.grid(model, axes, plan.seeds)
        assert 1 < len(sweep) <= 200, name
