"""Same spikes, six rules: each against its rule written out, and what the page says of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plasticity import spike_rule_sets as sets
from models.plasticity.calcium_sets import PARAMETER_SETS
from models.plasticity.rules_beside import NAMES, RateRules, follow, rates, summed
from models.plasticity.six_rules import DELTAS, SixRules
from models.plasticity.spike_rules import jumps
from models.plasticity.stdp import regular_pairs
from workbench import run

spikes = st.lists(st.floats(0, 400), max_size=12, unique=True).map(sorted).map(np.array)


def ended(trains, steps, rules=None):
    times = np.linspace(0, 500, steps + 1)
    return {name: w[:, -1] for name, w in follow(trains, times, rules or RateRules()).items()}


@given(spikes, spikes)
@settings(max_examples=20)
def test_no_weight_falls_below_zero_and_all_begin_at_one(pre, post):
    for weights in follow([(pre, post)], np.linspace(0, 500, 200), RateRules(speed=0.5)).values():
        assert weights.shape == (1, 200) and weights[0, 0] == 1.0
        assert (weights >= 0).all() and np.isfinite(weights).all()


def test_without_spikes_only_scaling_moves_a_weight():
    silent = [(np.array([]), np.array([]))]
    found = ended(silent, 300)
    for name in NAMES:
        if name != "spass":
            assert found[name] == pytest.approx(1.0)
    assert found["spass"] > 1  # below its target
    still = ended(silent, 300, RateRules(speed=0.0))
    assert all(value == pytest.approx(1.0) for value in still.values())


def test_spike_rules_are_those_of_the_page_of_spike_timing():
    pair = regular_pairs(20.0, 8.0, 10)
    found = ended([pair], 400)
    for name, rule in (("pairs", sets.HEBBIAN),
                       ("triplets", sets.triplet(sets.VISUAL, terms=sets.MINIMAL))):  # fmt: skip
        total = 1 + sum(part.sum() for part in jumps(rule, *pair))
        assert found[name][0] == pytest.approx(total)


def test_rates_are_filtered_spikes():
    rules, train = RateRules(tau=40.0), np.array([10.0, 60.0])
    found = rates([train], np.array([5.0, 30.0, 100.0]), rules)[0]
    scale = 1000 / 40 / 10
    expected = [0, scale * np.exp(-0.5), scale * (np.exp(-90 / 40) + np.exp(-1))]
    np.testing.assert_allclose(found, expected)


def fine(trains):
    """Return the rate rules' weights, by many small Euler steps."""
    rules, steps = RateRules(), 200_000
    times = np.linspace(0, 500, steps + 1)[:-1]
    u, v = (rates([pair[i] for pair in trains], times, rules)[0] for i in (0, 1))
    h, theta, bcm, spass = 0.5 / steps, 1.0, 1.0, 1.0
    for a, b in zip(u.tolist(), v.tolist(), strict=True):
        bcm += h * rules.speed * a * b * (b - theta)
        theta += h * (b * b - theta) / rules.threshold_time
        spass += h * rules.speed * (a * b + (rules.target - b) * spass**2 / rules.kappa)
    return {"hebb": 1 + rules.speed * h * (u @ v), "bcm": bcm, "spass": spass}


def test_rate_rules_follow_their_equations_and_finer_steps_come_nearer():
    trains = [(np.array([20.0, 90, 95, 300]), np.array([30.0, 100, 280, 290]))]
    exact = fine(trains)
    errors = {}
    for steps in (250, 500, 1000, 2000):  # spikes lie on the grid
        found = ended(trains, steps)
        for name, value in exact.items():
            errors.setdefault(name, []).append(abs(float(found[name][0]) - value))
    for name, found in errors.items():
        assert found[-1] < 1e-4 and found[-1] < 0.6 * found[0], (name, found)


def test_calcium_is_that_of_the_thresholds_without_noise():
    pair, s = regular_pairs(5.0, 10.0, 2), PARAMETER_SETS["DP"]
    found = ended([pair], 2000)["calcium"][0]
    rho, level, step = 0.5, 0.0, 0.01
    arriving = {}
    for times, amount, delay in ((pair[0], s.pre, s.delay), (pair[1], s.post, 0.0)):
        for time in times:
            at = round((time + delay) / step)
            arriving[at] = arriving.get(at, 0.0) + amount
    for i in range(round(500 / step)):
        level += arriving.get(i, 0.0)
        slope = s.potentiation_rate * (1 - rho) * (level > s.potentiation_threshold)
        slope -= s.depression_rate * rho * (level > s.depression_threshold)
        rho += (slope - rho * (1 - rho) * (0.5 - rho)) * step / (1000 * s.time_constant)
        level -= level * step / s.decay
    assert found == pytest.approx((1 + 4 * rho) / 3, abs=2e-3)


def test_a_weight_that_was_stopped_at_zero_grows_from_there():
    np.testing.assert_allclose(summed(np.array([[-0.5, -1.0, 0.25, 0.5]]))[0],
                               [1, 0.5, 0, 0.25, 0.75])  # fmt: skip


@pytest.mark.parametrize("preset", [None, *SixRules.presets])
def test_a_run_tells_potentiation_from_depression(preset):
    data = run(SixRules(**SixRules.presets.get(preset, {})), progress=False).data
    assert data.rule.values.tolist() == [name.split()[-1] for name in NAMES.values()]
    assert data.glance.shape == (6, 1 + DELTAS.size)
    assert np.abs(data.glance).max() == pytest.approx(100)
    for i, name in enumerate(NAMES):
        assert float(data[f"weight_{name}"][-1]) == pytest.approx(1 + float(data.change[i, 0]))
    for observable in SixRules.observables:
        assert observable.reading(data).endswith(".")


def test_order_decides_for_spike_rules_and_not_for_rate_rules():
    after, before = (run(SixRules(delta_t=delta), progress=False).data.change[:, 0].values
                     for delta in (10.0, -10.0))  # fmt: skip
    signs = [np.sign(change) for change in (after, before)]
    assert (signs[0] > 0).all()
    assert signs[1].tolist() == [1, 1, 1, -1, -1, -1]


def test_silent_cells_change_nothing_that_is_told():
    data = run(SixRules(spikes="dragged spikes", dragged="pre; post", duration=0.5),
               progress=False).data  # fmt: skip
    assert "potentiation under SPaSS" in SixRules.observables[0].reading(data)
