"""Calcium thresholds: the closed form against the specification, and synapses against both."""

import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import erf

import models.plasticity.calcium as calcium
from models.plasticity.calcium import CalciumThresholds, relative_change
from models.plasticity.calcium_course import shares_above, trace
from models.plasticity.calcium_sets import BARRIER, PARAMETER_SETS
from models.plasticity.calcium_synapses import bistable, follow, simulated_change
from workbench import run

every_set = pytest.mark.parametrize("name", PARAMETER_SETS)
names = st.sampled_from(list(PARAMETER_SETS))
rates = st.floats(0.1, 50)
deltas = st.floats(-100, 100)


def stepped(synapse, delta, rate, step=0.01, periods=40):
    """Return times (ms) and calcium of the last period, followed spike by spike in small steps."""
    period = 1000 / rate
    times = np.arange(0, period, step)
    level = np.zeros_like(times)
    for amount, at in ((synapse.pre, synapse.delay), (synapse.post, delta)):
        for back in range(periods):
            since = times - at % period + back * period
            level += np.where(since >= 0, amount * np.exp(-since / synapse.decay), 0)
    return times, level


def test_what_the_documentation_shows_is_true():
    tried = doctest.testmod(calcium)
    assert tried.attempted and not tried.failed


# The closed form


@pytest.mark.parametrize(
    ("name", "delta", "value"),
    [("DP", -24, 0.724), ("DP", 5, 1.241), ("DP", 10, 1.221), ("DP", -20, 0.765),
     ("P", -8, 1.266), ("D", 0, 0.637), ("D", 80, 1.0)],
)  # fmt: skip
def test_the_numbers_of_the_specification(name, delta, value):
    assert float(relative_change(name, delta)) == pytest.approx(value, abs=1e-3)


def test_the_extremes_lie_where_the_specification_has_them():
    delta = np.arange(-100, 101)
    for name, lowest, highest in (("DP", (0.724, -24), (1.241, 5)), ("P", (1.0, None), (1.266, -8)),
                                  ("D", (0.637, 0), (1.0, None))):  # fmt: skip
        change = relative_change(name, delta)
        for (value, place), at in ((lowest, change.argmin()), (highest, change.argmax())):
            assert change[at] == pytest.approx(value, abs=3e-3)
            assert place is None or delta[at] == place


@every_set
def test_the_closed_form_is_the_one_that_is_printed(name):
    s, delta, pairs, rate = PARAMETER_SETS[name], np.linspace(-100, 100, 41), 60, 1.0
    alpha_d, alpha_p = shares_above(s, delta, rate)
    up, down = s.potentiation_rate * alpha_p, s.depression_rate * alpha_d
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, time = up / (up + down), s.time_constant / (up + down)
        spread = s.noise**2 * (alpha_p + alpha_d) / (up + down)
        decay = np.exp(-pairs / rate / time)
        width = np.sqrt(spread * (1 - decay**2))
        rises = (1 + erf(-(0.5 - mean + mean * decay) / width)) / 2
        falls = (1 - erf(-(0.5 - mean + (mean - 1) * decay) / width)) / 2
    beta, b = s.down_share, s.ratio
    after = beta * (1 - rises) + (1 - beta) * falls
    after += b * (beta * rises + (1 - beta) * (1 - falls))
    expected = np.where(up + down > 0, after / (beta + (1 - beta) * b), 1.0)
    np.testing.assert_allclose(relative_change(name, delta), expected, atol=1e-9)


@given(names, deltas, st.floats(2, 50))
@settings(max_examples=20)
def test_calcium_and_its_time_above_are_those_of_small_steps(name, delta, rate):
    s = PARAMETER_SETS[name]
    times, level = stepped(s, delta, rate)
    np.testing.assert_allclose(trace(s, delta, rate, times), level, rtol=1e-6, atol=1e-9)
    for share, threshold in zip(shares_above(s, delta, rate),
                                (s.depression_threshold, s.potentiation_threshold),
                                strict=True):  # fmt: skip
        assert float(share) == pytest.approx((level > threshold).mean(), abs=2e-3)


@given(names, deltas, rates, st.integers(1, 400))
def test_a_change_stays_between_all_down_and_all_up(name, delta, rate, pairs):
    s = PARAMETER_SETS[name]
    whole = s.down_share + (1 - s.down_share) * s.ratio
    depressed, potentiated = shares_above(s, delta, rate)
    assert 0 <= potentiated <= depressed <= 1
    assert 1 / whole - 1e-12 <= float(relative_change(name, delta, pairs, rate)) <= s.ratio / whole


@given(deltas, rates)
def test_spikes_without_calcium_change_nothing(delta, rate):
    still = replace(PARAMETER_SETS["DP"], pre=0.0, post=0.0)
    assert float(relative_change(still, delta, 60, rate)) == 1.0
    rng = np.random.default_rng(1)
    assert float(simulated_change(still, delta, 5, rate, 20, rng)) == 1.0


def test_arguments_broadcast():
    delta, rate = np.linspace(-50, 50, 5)[:, None], np.array([1.0, 10.0, 40.0])
    found = relative_change("cortical slices", delta, [10, 60, 75], rate)
    assert found.shape == (5, 3)
    assert found[1, 2] == relative_change("cortical slices", -25, 75, 40)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [(("hippocampal slice", 0), "'hippocampal slice' is not allowed: did you mean 'hippocampal s"),
     (("xyzzy", 0), "there are DP, DPD"),
     (("DP", np.nan), "delta_t_ms = nan is not allowed"),
     (("DP", 0, 0), "pairs = 0 is not allowed: it must be above 0"),
     (("DP", 0, 60, -1.0), "rate_hz = -1.0 is not allowed")],
)  # fmt: skip
def test_values_that_are_not_allowed_are_told(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        relative_change(*given)


# Synapses one by one


@every_set
def test_simulated_synapses_lie_on_the_closed_form(name):
    s, delta = PARAMETER_SETS[name], np.linspace(-60, 60, 9)
    found = simulated_change(s, delta, 60, 1.0, 4000, np.random.default_rng(2))
    np.testing.assert_allclose(found, relative_change(name, delta), atol=0.03)


def test_simulated_synapses_over_rate_and_number():
    rng, rates, pairs = np.random.default_rng(3), np.array([0.5, 5, 20]), np.array([10, 30, 90])
    found = simulated_change(PARAMETER_SETS["DP"], 10.0, 60, rates, 4000, rng)
    np.testing.assert_allclose(found, relative_change("DP", 10.0, 60, rates), atol=0.03)
    found = simulated_change(PARAMETER_SETS["DP"], -20.0, pairs, 1.0, 4000, rng)
    np.testing.assert_allclose(found, relative_change("DP", -20.0, pairs), atol=0.03)


@pytest.mark.parametrize("delta", [-20.0, 10.0])
@pytest.mark.parametrize("start", [0, 1])
def test_a_synapse_without_noise_follows_the_equation(delta, start):
    s = replace(PARAMETER_SETS["DP"], noise=0.0)
    rho, level, step = float(start), 0.0, 0.005
    arriving = {round((at + 20) / step): amount for at, amount in
                ((s.delay, s.pre), (delta, s.post))}  # fmt: skip
    for i in range(round(200 / step)):  # Euler's steps, through one pair of 200 ms
        level += arriving.get(i, 0.0)
        slope = -rho * (1 - rho) * (BARRIER - rho)
        slope += s.potentiation_rate * (1 - rho) * (level > s.potentiation_threshold)
        slope -= s.depression_rate * rho * (level > s.depression_threshold)
        rho += slope * step / (1000 * s.time_constant)
        level -= level * step / s.decay
    found = np.zeros((1, 2, 1))
    found[:, 1] = 1.0
    pair = (np.array([one]) for one in (delta, 1.0, 5.0))
    follow(s, found, *pair, np.random.default_rng(0))
    assert found[0, start, 0] - start == pytest.approx(rho - start, rel=5e-3)


@given(st.floats(-0.2, 1.2), st.floats(0, 5e5))
def test_the_bistable_part_is_its_own_solution(start, lasting):
    s = PARAMETER_SETS["DP"]
    found = np.full((1, 2, 1), start)
    bistable(s, found, np.array([lasting]))
    solved = solve_ivp(lambda _t, x: -x * (1 - x) * (0.5 - x) / (1000 * s.time_constant),
                       (0, max(lasting, 1e-9)), [start], rtol=1e-9, atol=1e-11)  # fmt: skip
    assert found[0, 0, 0] == pytest.approx(solved.y[0, -1], abs=1e-6)


def test_halves_of_a_time_make_the_whole():
    s, start = PARAMETER_SETS["DP"], np.linspace(-0.1, 1.1, 12).reshape(1, 2, 6)
    once, twice = start.copy(), start.copy()
    bistable(s, once, np.array([8e4]))
    for _ in range(2):
        bistable(s, twice, np.array([4e4]))
    np.testing.assert_allclose(twice, once, atol=1e-12)


# The runs


def test_a_run_draws_the_closed_form_and_no_synapses_unless_asked():
    data = run(CalciumThresholds(parameter_set="DPD", rate=5.0), progress=False).data
    np.testing.assert_allclose(
        data.change_delta, relative_change("DPD", data.delta_grid.values, 60, 5.0)
    )
    np.testing.assert_allclose(
        data.change_rate_other, relative_change("DPD", -10.0, 60, data.rate_grid.values)
    )
    np.testing.assert_allclose(
        data.change_pairs, relative_change("DPD", 10.0, data.pairs_grid.values, 5.0)
    )
    assert np.isnan(data.simulated_delta).all() and np.isnan(data.simulated_rate).all()
    assert data.sizes["trial"] == 21


def test_a_run_with_synapses_draws_them_over_the_closed_form():
    data = run(CalciumThresholds(synapses=3000, pairs=40), seed=3, progress=False).data
    for scan in ("delta", "rate", "rate_other", "pairs"):
        grid = data["delta_grid" if scan == "delta" else f"{scan.split('_')[0]}_grid"]
        expected = np.interp(data[f"place_{scan}"], grid, data[f"change_{scan}"])
        np.testing.assert_allclose(data[f"simulated_{scan}"], expected, atol=0.035)


def test_calcium_is_scaled():
    data = run(CalciumThresholds(pre_scale=0.0, post_scale=2.0), progress=False).data
    assert float(data.calcium.max()) == pytest.approx(4.0, rel=0.05)
    still = run(CalciumThresholds(pre_scale=0.0, post_scale=0.0), progress=False).data
    assert (still.change_delta == 1).all()
    said = [observable.reading(still) for observable in CalciumThresholds.observables]
    assert "no timing changes it by more than 1 %" in said[0]
    assert said[2].startswith("Calcium reaches the potentiation threshold at no timing")


@every_set
def test_every_picture_says_something(name):
    data = run(CalciumThresholds(parameter_set=name, synapses=20), progress=False).data
    for observable in CalciumThresholds.observables:
        assert observable.reading(data).endswith(".")
    assert "from the closed form on average." in CalciumThresholds.observables[0].reading(data)
