"""Competing assemblies: wiring, the compiled step, what counts as an assembly, the result."""

import numpy as np
import pytest

from models.plasticity.assembly_competition import (
    STEPS,
    STIMULATED,
    UNITS,
    AssemblyCompetition,
    Wiring,
    assembly,
    highest_weight,
    wave,
    wired,
)
from models.plasticity.assembly_kernel import trial
from workbench import run

CONSTANTS = (0.5, 0.012, 9.0, 20.0, 100.0, 0.03, 120.0, 1.0, 1 / 3e4, 1 / 18e5)


def test_wiring_leads_on_from_the_stimulated_groups_and_never_back():
    wiring = wired(np.random.default_rng(1))
    group = np.repeat([0, 1, 1, 1, 2], 20)
    pairs = set(zip(group[wiring.pre], group[wiring.post], strict=True))
    assert pairs == {(0, 0), (0, 1), (1, 1), (2, 1), (2, 2)}
    assert (wiring.pre != wiring.post).all()
    assert wiring.pre.size == pytest.approx(0.1 * (20 * 80 * 2 + 60 * 60), rel=0.15)
    assert wiring.inhibitory_pre.size == pytest.approx(0.2 * UNITS**2, rel=0.1)


def test_an_assembly_is_what_strong_synapses_reach():
    pre, post = np.array([0, 1, 2, 3, 30]), np.array([21, 30, 31, 32, 40])
    none = np.array([], int)
    wiring = Wiring(pre, post, none, none)
    weights = np.array([0.9, 0.9, 0.1, 0.9, 0.9])
    found = assembly(wiring, weights, np.arange(STIMULATED), 0.5)
    assert set(np.flatnonzero(found)) == {*range(20), 21, 30, 32, 40}


def stepped(u, w, wiring, drive, noise, constants):
    """Return potentials, weights and mean activities, by whole matrices."""
    dt, gain, spread, inhibition, most, beta, middle, target, hebb, scaling = constants
    activity, total = most / (1 + np.exp(beta * (middle - u))), 0.0
    for t in range(len(drive)):
        excited = np.bincount(wiring.post, w * activity[wiring.pre], UNITS)
        inhibited = np.bincount(wiring.inhibitory_post, activity[wiring.inhibitory_pre], UNITS)
        after = activity[wiring.post]
        w = w + dt * (hebb * activity[wiring.pre] * after + scaling * (target - after) * w**2)
        u = u + dt * (gain * (excited - inhibition * inhibited) + drive[t] - u) + spread * noise[t]
        activity = most / (1 + np.exp(beta * (middle - u)))
        total = total + activity
    return u, w, total / len(drive)


def test_the_compiled_step_is_the_rule():
    rng = np.random.default_rng(2)
    wiring = wired(rng)
    u, w = rng.normal(0, 20, UNITS), rng.uniform(0, 70, wiring.pre.size)
    drive, noise = rng.uniform(0, 150, (40, UNITS)), rng.standard_normal((40, UNITS))
    expected = stepped(u.copy(), w.copy(), wiring, drive, noise, CONSTANTS)
    mean = trial(u, w, wiring.pre, wiring.post, wiring.inhibitory_pre, wiring.inhibitory_post,
                 drive, noise, CONSTANTS)  # fmt: skip
    for found, wanted in zip((u, w, mean), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_without_plasticity_weights_stay_as_they_are():
    rng = np.random.default_rng(3)
    wiring = wired(rng)
    w = rng.uniform(0, 70, wiring.pre.size)
    before = w.copy()
    trial(np.zeros(UNITS), w, wiring.pre, wiring.post, wiring.inhibitory_pre,
          wiring.inhibitory_post, np.full((20, UNITS), 80.0), np.zeros((20, UNITS)),
          (*CONSTANTS[:8], 0.0, 0.0))  # fmt: skip
    np.testing.assert_array_equal(w, before)


def test_the_highest_weight_is_where_full_activity_stops_growth():
    most, target, ratio = 100.0, 1.0, 60.0
    w = highest_weight(ratio)
    assert most * most + (target - most) * w**2 / ratio == pytest.approx(0, abs=1e-6)


def test_the_stimulus_waits_and_then_swings():
    shown = wave(3)
    assert shown.shape == (STEPS,) and (shown[: int(0.4 * STEPS)] == 0).all()
    late = shown[int(0.4 * STEPS) :]
    assert late.min() >= 0 and late.max() <= 200 and late.mean() == pytest.approx(100, abs=1)


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, 1), (49, 1), (50, 0), (51, 1), (52, 0)])
def test_stimuli_come_in_turn_and_then_three_to_one(number, shown):
    model = AssemblyCompetition()
    assert model.stimulus(number) == shown
    told = [model.stimulus(n) for n in range(52, 92)]
    assert sum(told) == 10


@pytest.fixture(scope="module")
def published():
    """Return the data of a run as published."""
    return run(AssemblyCompetition(), seed=3, progress=False).data


def test_balanced_assemblies_are_alike_and_the_favoured_one_wins(published):
    balanced = slice(35, 50)
    first, second = (published[f"assembly_{name}"][balanced].mean() for name in "ab")
    assert 25 <= float(first) <= 45 and 25 <= float(second) <= 45
    assert abs(float(first - second)) < 8
    last, other = (float(published[f"assembly_{name}"][-10:].mean()) for name in "ab")
    assert last > float(first) + 5 and last > other + 8
    assert other < float(second) + 3


def test_weights_stay_within_their_bounds(published):
    there = published.matrix.values[np.isfinite(published.matrix.values)]
    assert there.min() >= 0 and there.max() < 1.2
    for observable in AssemblyCompetition.observables:
        assert observable.reading(published).endswith(".")
