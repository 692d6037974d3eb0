"""Continual learning at work: what sparse codes, metaplasticity and gates are worth on digits.

The slow tests of SDMLP take the published step, 80 epochs a task; the quick ones the default.
"""

import numpy as np
import pytest

import models
from models.gating import metrics
from models.gating.choices import EWC, GATING, JOINT, METAPLASTIC, NAIVE, PRESETS, REHEARSAL, SI
from models.gating.engrams import ordered
from models.gating.scenarios import CLASS, DOMAIN, PERMUTED, TASK
from models.gating.search import SPACES, Trial, decided, drawn, measure, reached, search
from workbench import ParameterError, run

Continual = models.get("continual")
PUBLISHED = PRESETS["SDMLP at the published step (Bricken 2023)"]
KEYED = PRESETS["Gates keyed by task, domain-incremental"]
PERMUTED_DIGITS = PRESETS["Metaplasticity, permuted digits (Laborieux 2021)"]


def accuracy(seed=1, **values):
    model = Continual(**values)
    model.validate()
    return metrics.average_accuracy(reached(model, seed))


# What the methods are worth


def test_sdmlp_forgets_less_with_fewer_active_units_and_all_its_parts_matter():
    assert 0.38 < accuracy() < 0.55
    assert accuracy(active=50) < 0.3
    assert accuracy(unit_length=False) < 0.25


def test_a_plain_network_answers_with_the_last_task_and_ewc_does_not_change_that():
    small = {"units": 1000, "epochs": 15}
    r = reached(Continual(method=NAIVE, **small), 1)
    assert r[-1, -1] > 0.95 and r[-1, :-1].max() < 0.05
    naive = metrics.average_accuracy(r)
    assert abs(accuracy(method=EWC, **small) - naive) < 0.015
    assert naive < 0.25


def test_the_best_settings_of_a_search_remember_most_of_it():
    best = PRESETS["SDMLP, the best of a search"]
    assert accuracy(12, **best | {"epochs": 20}) > 0.75


def test_rehearsal_and_joint_training_remember():
    small = {"units": 200, "epochs": 10}
    assert accuracy(method=REHEARSAL, **small) > 0.9
    assert accuracy(method=JOINT, **small) > 0.95


@pytest.mark.slow
def test_forgetting_falls_with_metaplasticity():
    short = PERMUTED_DIGITS | {"epochs": 25, "tasks": 3}
    without, strong = (accuracy(**short | {"metaplasticity": m}) for m in (0.0, 10.0))
    assert without + 0.1 < strong


def test_gates_keyed_by_the_task_keep_tasks_apart_where_it_may_be_told():
    assert accuracy(**KEYED) > 0.95
    assert accuracy(**KEYED | {"method": METAPLASTIC}) < 0.9


def test_as_reconstructed_engram_gates_do_not_help_in_class_incremental_learning():
    shown = PRESETS["Engram gates (after Aguilar 2025)"]
    assert accuracy(**shown | {"epochs": 5}) < 0.25


def test_fixed_gates_few_open_and_a_full_readout_do():
    best = PRESETS["Engram gates, the best of a search"]
    assert accuracy(**best) > 0.4
    assert accuracy(**best | {"open_share": 1.0}) < 0.3
    assert accuracy(**best | {"readout": "binary"}) < 0.3


@pytest.mark.slow
def test_the_ordering_at_the_published_step():
    for seed in (1, 2):
        ten, fifty = (accuracy(seed, **PUBLISHED, active=k) for k in (10, 50))
        assert ten >= 0.40 and fifty < 0.3
        assert accuracy(seed, **PUBLISHED, active=1) > 0.4
        assert accuracy(seed, **PUBLISHED, unit_length=False) <= 0.25
        assert 0.2 < accuracy(seed, **PUBLISHED, gaba=False) < ten
        assert accuracy(seed, **PUBLISHED | {"optimizer": "Adam", "learning_rate": 0.001}) > 0.75
        assert accuracy(seed, **PUBLISHED, method=NAIVE, optimizer="SGD") <= 0.25


@pytest.mark.slow
def test_more_metaplasticity_forgets_less_on_every_seed():
    for seed in (1, 2):
        found = [
            accuracy(seed, **PERMUTED_DIGITS | {"metaplasticity": m})
            for m in (0.0, 1.35, 4.0, 10.0)
        ]
        assert found == sorted(found) and found[-1] > 0.6


@pytest.mark.slow
def test_keyed_gates_over_seeds():
    assert min(accuracy(seed, **KEYED) for seed in (1, 2, 3)) > 0.95


@pytest.mark.slow
def test_elastic_weights_stay_near_naive_at_the_default_budget():
    for seed in (1, 2):
        assert abs(accuracy(seed, method=EWC) - accuracy(seed, method=NAIVE)) < 0.015


# A run


@pytest.fixture(scope="module")
def record():
    small = {"units": 60, "active": 4, "samples": 400, "gaba_threshold": 500.0}
    return run(Continual(**small, epochs=6), seed=2, progress=False)


def test_the_naive_network_is_beside_every_method(record):
    data = record.data
    assert data.method.values.tolist() == ["SDMLP", NAIVE]
    assert {"average_sdmlp", "average_naive", "average_chance"} <= set(data)
    other = run(Continual(method=SI, units=16, epochs=1, samples=100), seed=1, progress=False).data
    assert other.method.values.tolist() == [SI, NAIVE]


def test_all_baselines_learn_beside_where_they_are_asked_for():
    model = Continual(units=16, active=2, epochs=2, samples=100, beside="all baselines")
    data = run(model, seed=1, progress=False).data
    assert data.method.values.tolist() == ["SDMLP", NAIVE, EWC, SI, REHEARSAL, JOINT]
    assert np.isfinite(data.accuracies.values).all()


def test_curves_matrix_and_measures_agree(record):
    data = record.data
    matrix = data.accuracies.values
    ends = np.flatnonzero(np.diff(np.isfinite(data.accuracy).sum("task"), append=9))
    for task, at in enumerate(ends):
        np.testing.assert_allclose(data.accuracy[at, : task + 1], matrix[0, task, : task + 1])
        for row, name in enumerate(("sdmlp", "naive")):
            mean = matrix[row, task, : task + 1].mean()
            assert float(data[f"average_{name}"][at]) == pytest.approx(mean)
    measures = data.measure.values.tolist()
    assert data.scores.values[0, measures.index("ACC")] == pytest.approx(matrix[0, -1].mean())
    bwt, learnt = measures.index("BWT"), measures.index("forgetting, from learnt")
    np.testing.assert_allclose(data.scores[:, bwt], -data.scores[:, learnt])


def test_each_task_s_curve_begins_with_the_task(record):
    known = np.isfinite(record.data.accuracy.values)
    first = known.argmax(0)
    assert first.tolist() == sorted(first) and len(set(first)) == 5
    assert all(known[begin:, task].all() for task, begin in enumerate(first))


def test_switches_go_from_excitation_to_inhibition(record):
    mean = record.data.mean_gaba.values
    assert mean[0] < 0 and (np.diff(mean) >= 0).all() and mean.max() <= 1
    stuck = run(
        Continual(units=30, active=3, epochs=1, samples=100, gaba_threshold=1e7), 1, progress=False
    ).data
    assert (stuck.excited_gaba == 1).all() and (stuck.active_share == 1).all()
    (told,) = [o for o in Continual.observables if "mean_gaba" in o.variables]
    assert "the threshold was not reached" in told.reading(stuck)


def test_engrams_are_of_the_units_and_chance_is_one(record):
    data = record.data
    np.testing.assert_allclose(np.diag(data.engram_overlap), 1.0)
    now = data.reactivated.values
    learnt = np.tril(np.ones((5, 5), bool))
    assert np.isnan(now.transpose(1, 0, 2)[:, ~learnt]).all()
    assert all(now[task, task, task] > 1 for task in range(5))
    assert data.reactivated_said.values[4].startswith("After 5 tasks stimuli of the first task")
    assert f"engram {now[4, 0, 0]:.1f} times chance" in data.reactivated_said.values[4]
    alive = int(data.unit_selectivity.sum())
    assert alive + int(data.silent_units) == int(data.units) == 60


def test_units_are_drawn_by_the_task_that_prefers_them_silent_ones_not_at_all():
    responses = np.array([[0.1, 0.0, 0.9, 0.5], [0.6, 0.0, 0.0, 0.4]])
    member = np.array([True, False, True, False])
    assert ordered(responses, member).tolist() == [2, 3, 0]
    assert ordered(np.zeros((2, 3)), np.zeros(3, bool)).tolist() == [0, 1, 2]


def test_scenarios_are_told_and_what_needs_the_task_is_refused():
    for scenario in (CLASS, DOMAIN, TASK):
        model = Continual(scenario=scenario, units=16, active=2, epochs=1, samples=60)
        data = run(model, seed=1, progress=False).data
        assert scenario in Continual.observables[0].reading(data)
        assert bool(data.told) == (scenario == TASK)
    with pytest.raises(ParameterError, match="keyed by task.*does not tell"):
        Continual(**KEYED | {"scenario": CLASS}).validate()
    with pytest.raises(ParameterError, match="own_normalisation = True .*does not tell"):
        Continual(**PERMUTED_DIGITS | {"scenario": CLASS}).validate()
    with pytest.raises(ParameterError, match="batch = 1 is not allowed for a binarised network"):
        Continual(**KEYED | {"batch": 1}).validate()
    with pytest.raises(ParameterError, match="active = 20 is not allowed with units = 16"):
        Continual(active=20, units=16).validate()


def test_sources_are_those_of_what_is_used():
    cited = {source.authors.split()[0] for source in Continual(method=EWC).cite()}
    assert "Kirkpatrick" in cited and "Zenke" not in cited
    assert "Zenke" in {s.authors.split()[0] for s in Continual(beside="all baselines").cite()}
    assert "Xiao" in {s.authors.split()[0] for s in Continual(data="fashion-mnist").cite()}


def test_permuted_pixels_in_a_run():
    model = Continual(kind=PERMUTED, tasks=2, scenario=DOMAIN, units=16, active=2, epochs=1,
                      samples=100)  # fmt: skip
    data = run(model, seed=1, progress=False).data
    assert data.task.values.tolist() == ["order 1", "order 2"]


# The search


def test_a_search_draws_within_its_space_and_drops_the_worse():
    rng = np.random.default_rng(1)
    for method, space in SPACES.items():
        for _ in range(20):
            Continual(method=method, **drawn(space, rng)).validate()
    said = []
    fixed = {"units": 16, "samples": 60, "epochs": 1}
    found = search(NAIVE, 5, tell=said.append, **fixed)
    assert [len(trial.reached) for trial in found] == [3, 2, 1, 1, 1]
    assert len(said) == 5 + 2 + 1
    again = search(NAIVE, 5, **fixed)
    assert [trial.values for trial in again] == [trial.values for trial in found]


def test_what_decided_is_told_by_putting_each_setting_back():
    best = Trial({"open_share": 0.2, "gain": 1.0, "metaplasticity": 3.0})
    fixed = {"units": 16, "samples": 60, "epochs": 1}
    found = decided(best, GATING, seeds=[1], **fixed)
    assert sorted(str(trial.values) for trial in found) == [
        "{'metaplasticity': 0.0}", "{'open_share': 1.0}",
    ]  # fmt: skip
    model = Continual(method=GATING, open_share=1.0, metaplasticity=3.0, **fixed)
    assert measure(Trial({"open_share": 1.0, "metaplasticity": 3.0}), [1], method=GATING,
                   **fixed).mean == metrics.average_accuracy(reached(model, 1))  # fmt: skip


def test_a_trial_whose_loss_is_lost_counts_as_nothing():
    values = {"optimizer": "SGD", "learning_rate": 1.0, "strength": 1e10}
    trial = measure(Trial(values), [1], method=EWC, units=16, epochs=3)
    assert trial.reached == {1: 0.0}
