"""SPaSS in networks: closed forms and thresholds against the rule, and the runs against both."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import models.plasticity.spass_inputs as spass_inputs
from models.plasticity.ring_rule import (
    Unit,
    ends,
    kappa_at_rest,
    resting_weight,
    rests,
    slope,
    stable,
    target_at_rest,
)
from models.plasticity.spass import fixed_point
from models.plasticity.spass_chain import (
    FeedForwardChain,
    along_chain,
    chain_course,
    found_threshold,
    layer_map,
    outcome,
    rest_activities,
    settled,
)
from models.plasticity.spass_inputs import (
    CompetingInputs,
    competing_course,
    competing_fixed_point,
)
from models.plasticity.spass_ring import RecurrentRing
from workbench import run

targets, kappas = st.floats(0.05, 3), st.floats(0.05, 15)
rate_lists = st.lists(st.floats(0.2, 4), min_size=1, max_size=4)


def readings(model, data):
    return [observable.reading(data) for observable in model.observables]


# Competing inputs


def test_the_numbers_of_the_specification_and_the_documentation():
    weights, activity = competing_fixed_point([0.5, 1, 2], 0.7, 1.5)
    np.testing.assert_allclose(weights, [0.92722, 1.31129, 1.85445], atol=5e-6)
    assert float(activity) > 0.7
    tried = doctest.testmod(spass_inputs)
    assert tried.attempted and not tried.failed


@given(rate_lists, targets, kappas)
@settings(max_examples=25)
def test_weights_end_at_the_fixed_point_and_order_as_square_roots(rates, target, kappa):
    weights, activity = competing_fixed_point(rates, target, kappa)
    starts = np.stack([0.3 * weights, 2.5 * weights, np.linspace(0.2, 2, len(rates)) * weights])
    times = np.array([0.0, 400 / min(rates) ** 2])
    ended = competing_course(starts, times, rates, target, kappa)[-1]
    np.testing.assert_allclose(ended, np.tile(weights, (3, 1)), rtol=1e-6)
    np.testing.assert_allclose(weights / weights[0], np.sqrt(np.divide(rates, rates[0])), rtol=1e-9)
    assert float(activity) == pytest.approx(float(weights @ rates), rel=1e-12) and activity > target


def test_one_input_alone_is_the_single_synapse():
    weights, activity = competing_fixed_point([2.0], 1.0, 3.0)
    assert (weights[0], activity) == pytest.approx([float(x) for x in fixed_point(2, 1, 3)])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [(([-1.0, 1.0], 1, 1), "input_rates"), (([0.0, 0.0], 1, 1), "not all 0"),
     (([1.0], 0, 1), "target_rate = 0"), (([1.0], 1, np.inf), "kappa = inf")],
)  # fmt: skip
def test_values_that_are_not_allowed_are_told(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        competing_fixed_point(*values)


@pytest.mark.parametrize("preset", [None, *CompetingInputs.presets])
def test_a_run_of_competing_inputs_is_on_its_closed_forms(preset):
    model = CompetingInputs(**CompetingInputs.presets.get(preset, {}), duration=50.0)
    data = run(model, progress=False).data
    there = model.rates > 0
    weights, activity = competing_fixed_point(model.rates, model.target_rate, model.kappa)
    np.testing.assert_allclose(data.ended.values[there], weights[there], atol=1e-6)
    assert float(data.stable_activity) == float(activity)
    for name in ("kappa", "target_rate"):
        closed = np.interp(data[f"{name}_probe"], data[f"{name}_grid"], data[f"closed_{name}"])
        np.testing.assert_allclose(data[f"found_{name}"], closed, rtol=1e-3)
    for i, name in enumerate(("first", "second")):  # on a nullcline its own weight stands still
        w1, w2 = data[f"{name}_still"].values, data[f"{name}_nullcline"].values
        pair = np.stack([w1, w2])[:, np.isfinite(w1) & np.isfinite(w2)]
        v = model.rates[:2] @ pair
        change = model.rates[i] * v + (model.target_rate - v) * pair[i] ** 2 / model.kappa
        assert pair.shape[1] > 5 and np.abs(change / (model.rates[i] * v)).max() < 1e-9
    assert float(data.apart) < 1e-4
    assert all(text.endswith(".") for text in readings(model, data))


# The chain


@given(targets, st.floats(0.02, 2), st.floats(0.1, 5))
@settings(max_examples=25)
def test_the_layer_map_is_where_single_synapses_settle(target, kappa, before):
    assert float(layer_map(before, target, kappa)) == pytest.approx(
        float(fixed_point(before, target, kappa)[1]), rel=1e-12
    )
    found = settled(np.array([before]), target, kappa)
    assert found[0] == pytest.approx(float(layer_map(before, target, kappa)), rel=1e-6)


@given(st.floats(0.05, 3), st.floats(0.02, 0.9))
def test_rests_are_handed_on_and_the_threshold_is_found_to_one_percent(target, share):
    kappa = share / (4 * target)
    low, high = rest_activities(target, kappa)
    for rest in (low, high):
        assert float(layer_map(rest, target, kappa)) == pytest.approx(float(rest), rel=1e-9)
        assert float(rest) == pytest.approx(target + kappa * float(rest) ** 2, rel=1e-9)
    assert float(found_threshold(target, kappa)) == pytest.approx(float(high), rel=0.01)


def test_the_numbers_of_the_specification_of_the_chain():
    low, high = rest_activities(1.0, 0.2)
    assert (float(low), float(high)) == pytest.approx((1.382, 3.618), abs=5e-4)
    below, above = along_chain(np.array([3.546, 3.69]), 1.0, 0.2, 300)[-1]
    assert below == pytest.approx(1.382, abs=1e-3) and above == 1e6


def test_beyond_four_kappa_target_every_trace_grows():
    assert np.isnan(rest_activities(1.0, 0.26)).all()
    assert np.isnan(found_threshold(1.0, 0.26))
    np.testing.assert_array_equal(outcome(3.0, 1.0, np.array([0.2, 0.24, 0.5])), [0, 1, 2])


@pytest.mark.parametrize("input_rate", [0.5, 3.0, 4.0])
def test_layers_settle_where_the_map_says(input_rate):
    course = chain_course(input_rate, 1.0, 0.2, 5, np.array([0.0, 1.0, 300.0]))
    np.testing.assert_allclose(course[-1], along_chain(input_rate, 1.0, 0.2, 5)[1:], rtol=1e-6)


def test_layers_that_grow_beyond_all_are_left_out():
    course = chain_course(8.0, 1.0, 0.5, 12, np.array([0.0, 2.0]))
    assert np.isfinite(course[:, 0]).all() and np.isnan(course[:, -1]).all()


@pytest.mark.parametrize("preset", [None, *FeedForwardChain.presets])
def test_a_run_of_the_chain(preset):
    model = FeedForwardChain(**FeedForwardChain.presets.get(preset, {}))
    data = run(model, progress=False).data
    for name in ("kappa", "target_rate"):
        closed = np.interp(data[f"{name}_probe"], data[f"{name}_grid"], data[f"threshold_{name}"])
        found = data[f"found_threshold_{name}"].values
        there = np.isfinite(found) & np.isfinite(closed)
        np.testing.assert_allclose(found[there], closed[there], rtol=0.01)
    assert float(data.agreement) > 98
    expected = layer_map(data.probe.values, model.target_rate, model.kappa)
    np.testing.assert_allclose(data.simulated_next, expected, rtol=1e-3)
    assert all(text.endswith(".") for text in readings(model, data))


def test_the_chain_says_what_becomes_of_its_input():
    fades, travels, grows = (
        readings(model, run(model, progress=False).data)[0]
        for model in (FeedForwardChain(), FeedForwardChain(input_rate=4.0),
                      FeedForwardChain(kappa=0.5))
    )  # fmt: skip
    assert "below the threshold 3.618, so its trace fades to 1.382" in fades
    assert "above the threshold 3.618, so its trace travels" in travels
    assert grows.startswith("4 kappa v_T is above 1: every trace grows.")


# Rings


@given(st.floats(0.01, 0.3), st.floats(0.1, 10), st.floats(0, 0.3), st.integers(1, 4))
@settings(max_examples=25)
def test_rings_stand_still_at_their_rests(target, kappa, drive, units):
    unit = Unit()
    for activity in rests(unit, target, kappa, drive)[0]:
        weight = resting_weight(activity, target, kappa)
        rise, grow = slope(unit, np.full(units, activity), np.full(units, weight), target, kappa,
                           drive)  # fmt: skip
        assert np.abs(rise).max() < 1e-5 and np.abs(grow).max() < 1e-6 * (1 + weight**2 / kappa)


@given(st.floats(0.01, 0.3), st.floats(0, 0.3))
def test_the_curves_over_kappa_and_target_hold_rests(target, drive):
    unit, v = Unit(), np.linspace(0.32, 0.99, 12)
    kappa = kappa_at_rest(unit, v, target, drive)
    there = np.isfinite(kappa)
    weight = resting_weight(v[there], target, kappa[there])
    np.testing.assert_allclose(unit.activation(weight * v[there] + drive), v[there], rtol=1e-9)
    for activity, ratio in zip(v[there], kappa[there], strict=True):
        found = target_at_rest(unit, np.array([activity]), ratio, drive)
        np.testing.assert_allclose(found, target, rtol=1e-6)


def test_stability_is_that_of_the_numerical_jacobian():
    unit, target, kappa, drive = Unit(), 0.05, 1.0, 0.1
    found, firm = rests(unit, target, kappa, drive)
    assert found.size == 3 and firm.tolist() == [True, False, True]
    for activity, ok in zip(found, firm, strict=True):
        at = np.array([activity, resting_weight(activity, target, kappa)])

        def change(x):
            return np.concatenate(slope(unit, x[:1], x[1:], target, kappa, drive))

        rows = [(change(at + h) - change(at - h)) / 2e-6 for h in 1e-6 * np.eye(2)]
        assert (np.linalg.eigvals(np.array(rows).T).real < 0).all() == ok


def test_self_loops_end_at_stable_rests_from_below_and_above():
    unit = Unit()
    low, high = ends(unit, 0.05, np.array([0.3, 1.0, 3.0]), 0.1, np.array([[0.0], [1.0]]),
                     duration=400.0)[0]  # fmt: skip
    for i, kappa in enumerate((0.3, 1.0, 3.0)):
        found, firm = rests(unit, 0.05, kappa, 0.1)
        assert low[i] == pytest.approx(found[firm][0], rel=1e-2)
        assert high[i] == pytest.approx(found[firm][-1], rel=1e-6)


def test_half_the_step_halves_the_error():
    unit, start = Unit(), np.array([1.0, 1.0])

    def change(_t, x):
        return np.concatenate(slope(unit, x[:1], x[1:], 0.2, 0.5, 0.1))

    exact = solve_ivp(change, (0, 2), start, rtol=1e-10, atol=1e-12).y[:, -1]
    errors = []
    for step in (0.02, 0.01, 0.005):
        v, w = ends(unit, 0.2, 0.5, 0.1, True, duration=2.0, step=step)
        errors.append(abs(float(w) - exact[1]))
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.3)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.3)
    assert (np.asarray([v, w]) > 0).all()


def test_where_the_curve_has_no_rest_there_is_none():
    assert np.isnan(resting_weight(0.1, 0.2, 1.0))
    unit = Unit()
    assert np.isnan(kappa_at_rest(unit, np.array([0.1]), 0.2, 0.0)).all()
    assert not stable(unit, np.array([0.1]), 0.2, 1.0).any()


@pytest.mark.parametrize(
    ("preset", "kept"),
    [(None, True), ("Too short to be kept", False), ("A ring of five", True),
     ("Scaling forbids it", False), ("It lights up by itself", True)],
)  # fmt: skip
def test_a_run_of_the_ring(preset, kept):
    model = RecurrentRing(**RecurrentRing.presets.get(preset, {}))
    data = run(model, progress=False).data
    assert data.ring_activity.shape == (300, model.units)
    assert ((data.ring_activity >= 0) & (data.ring_activity <= 1 + 1e-6)).all()
    assert (data.weights > 0).all()
    assert bool((data.ring_activity[-1] > 0.5).all()) == kept
    told = readings(model, data)
    assert ("it keeps itself" in told[0]) == kept and all(text.endswith(".") for text in told)
    for name in ("kappa", "target_rate"):
        assert ((data[f"low_{name}"] >= 0) & (data[f"high_{name}"] <= 1)).all()
