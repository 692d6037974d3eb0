"""SPaSS: the closed forms against the rule itself, and the runs against the closed forms."""

import doctest
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import models.plasticity.spass as spass
from models.plasticity.spass import (
    SynapticScaling,
    fixed_point,
    growth,
    integrate,
    misprinted_weight,
    return_rate,
)
from workbench import Change, run

rates = st.floats(0.1, 5.0)
targets = st.floats(0.05, 5.0)
kappas = st.floats(0.05, 20.0)
drawn = {"u": rates, "target": targets, "kappa": kappas}
#: u, v_T, kappa -> w*, from integrating the rule; the misprinted formula gives the last.
CHECKED = [((2, 1, 3), 2.71221, 1.5), ((0.5, 1, 1), 2.22474, 2.73205)]


def rule(w, u, target, kappa):
    """Return dw/dt in units of mu, written out anew."""
    v = w * u
    return u * v + (target - v) * w * w / kappa


def ended(start, u, target, kappa):
    """Return where the rule, integrated for long, takes a weight."""
    rate = float(return_rate(u, target, kappa))
    away = u * u  # growth of a small weight
    end = 40 / rate + 40 / away
    solution = solve_ivp(
        lambda _t, w: rule(w, u, target, kappa),
        (0, end), [start], method="LSODA", rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    assert solution.success
    return solution.y[0, -1]


def done(seed=1, changes=(), **values):
    return run(SynapticScaling(**values), seed, changes=changes, progress=False)


def test_what_the_documentation_shows_is_true():
    tried = doctest.testmod(spass)
    assert tried.attempted and not tried.failed


# The fixed point


@pytest.mark.parametrize(("values", "weight", "misprinted"), CHECKED)
def test_the_fixed_point_and_its_misprint_are_those_checked_by_integration(
    values, weight, misprinted
):
    assert float(fixed_point(*values)[0]) == pytest.approx(weight, abs=5e-6)
    assert float(fixed_point(*values)[1]) == pytest.approx(weight * values[0], abs=2e-5)
    assert float(misprinted_weight(*values)) == pytest.approx(misprinted, abs=5e-6)
    assert ended(0.3, *values) == pytest.approx(weight, abs=5e-6)


@given(**drawn)
@settings(max_examples=25)
def test_the_rule_ends_at_the_fixed_point_from_every_start(u, target, kappa):
    weight = float(fixed_point(u, target, kappa)[0])
    for start in (1e-3, 0.5 * weight, 2 * weight, weight + 20):
        assert ended(start, u, target, kappa) == pytest.approx(weight, rel=1e-6)


@given(**drawn)
def test_the_rule_stands_still_at_the_fixed_point_and_nowhere_else(u, target, kappa):
    weight, activity = (float(x) for x in fixed_point(u, target, kappa))
    scale = u * u * weight  # the Hebbian term, which scaling balances there
    assert abs(float(growth(weight, u, target, kappa))) < 1e-11 * scale * (1 + weight**2 / kappa)
    below, above = np.linspace(0, weight, 22)[1:-1], weight * np.linspace(1.05, 20, 20)
    assert (growth(below, u, target, kappa) > 0).all()
    assert (growth(above, u, target, kappa) < 0).all()
    assert activity == pytest.approx(weight * u, rel=1e-12)
    assert float(growth(0.0, u, target, kappa)) == 0.0


@given(w=st.floats(0, 30), **drawn)
def test_growth_is_the_rule(w, u, target, kappa):
    assert float(growth(w, u, target, kappa)) == pytest.approx(rule(w, u, target, kappa), rel=1e-9)


@given(**drawn)
def test_the_activity_is_equation_5_and_exceeds_its_target(u, target, kappa):
    activity = float(fixed_point(u, target, kappa)[1])
    assert activity == pytest.approx(target / 2 + np.sqrt(kappa * u**3 + target**2 / 4), rel=1e-12)
    assert activity > target


@given(**drawn)
def test_the_misprint_differs_unless_the_input_is_one(u, target, kappa):
    right, wrong = float(fixed_point(u, target, kappa)[0]), misprinted_weight(u, target, kappa)
    assert float(misprinted_weight(1.0, target, kappa)) == float(fixed_point(1.0, target, kappa)[0])
    assume(abs(u - 1) > 0.02)
    assert abs(right - wrong) > 1e-5
    assert (wrong > right) == (u < 1)
    assert np.sign(growth(wrong, u, target, kappa)) == np.sign(u - 1)


@given(**drawn)
def test_displacements_die_out_at_the_rate_told(u, target, kappa):
    weight, rate = (float(x) for x in (fixed_point(u, target, kappa)[0],
                                       return_rate(u, target, kappa)))  # fmt: skip
    step = 1e-5 * weight
    slope = (rule(weight + step, u, target, kappa) - rule(weight - step, u, target, kappa)) / (
        2 * step
    )
    assert rate > 0
    assert -slope == pytest.approx(rate, rel=1e-6)


def test_the_functions_broadcast():
    u, target, kappa = np.ones((3, 1, 1)), np.array([[0.5], [1.0]]), np.array([1, 2, 3, 4])
    u[1:] = [[[2.0]], [[3.0]]]
    for weight in fixed_point(u, target, kappa):
        assert weight.shape == (3, 2, 4)
    for function in (misprinted_weight, return_rate):
        assert function(u, target, kappa).shape == (3, 2, 4)
    assert growth(np.ones(4), u, target, kappa).shape == (3, 2, 4)
    one = fixed_point(3.0, 0.5, 4)[0]
    assert fixed_point(u, target, kappa)[0][2, 0, 3] == one


@pytest.mark.parametrize("function", [fixed_point, misprinted_weight, return_rate])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("value", [0, -1.5, np.nan, np.inf])
def test_values_that_are_not_positive_are_refused(function, place, value):
    values = [1.0, 1.0, 1.0]
    values[place] = value
    name = ("input_rate", "target_rate", "kappa")[place]
    with pytest.raises(ValueError, match=f"^{name} = {value} is not allowed: it must be positive"):
        function(*values)
    values[place] = [1.0, value]
    with pytest.raises(ValueError, match=f"^{name} = "):
        function(*values)


# Following weights


@given(**drawn)
@settings(max_examples=15)
def test_a_course_does_not_depend_on_the_times_it_is_asked_for(u, target, kappa):
    starts = np.array([0.05, 1.0, 4.0])
    coarse = integrate(starts, np.array([0.0, 1.0, 3.0]), u, target, kappa)
    fine = integrate(starts, np.linspace(0, 3, 61), u, target, kappa)
    assert coarse.shape == (3, 3) and fine.shape == (61, 3)
    np.testing.assert_allclose(coarse[0], starts, rtol=1e-15)
    np.testing.assert_allclose(fine[[0, 20, 60]], coarse, rtol=1e-6)


def test_a_course_follows_the_rule():
    """Against a solver of another kind, at tighter tolerance."""
    starts, times = np.array([0.05, 0.7, 6.0]), np.linspace(0, 4, 9)
    course = integrate(starts, times, 2.0, 1.0, 3.0)
    exact = solve_ivp(lambda _t, w: rule(w, 2.0, 1.0, 3.0), (0, 4), starts, method="DOP853",
                      t_eval=times, rtol=1e-12, atol=1e-14)  # fmt: skip
    np.testing.assert_allclose(course, exact.y.T, rtol=1e-6)


def test_a_rule_that_cannot_be_integrated_is_told(monkeypatch):
    broken = SimpleNamespace(success=False, message="the step became too small")
    monkeypatch.setattr(spass, "solve_ivp", lambda *_args, **_options: broken)
    with pytest.raises(ArithmeticError, match="could not be integrated: the step became too small"):
        integrate(np.array([1.0]), np.array([0.0, 1.0]), 1.0, 1.0, 1.0)


# The runs


@pytest.mark.parametrize("preset", [None, *SynapticScaling.presets])
def test_a_long_run_ends_at_the_fixed_point(preset):
    values = dict(SynapticScaling.presets.get(preset, {}), duration=50.0)
    data = done(**values).data
    model = SynapticScaling(**values)
    weight, activity = fixed_point(model.input_rate, model.target_rate, model.kappa)
    assert np.abs(data.weight[-1] - weight).max() < 1e-6
    assert np.abs(data.activity[-1] - activity).max() < 1e-5
    assert float(data.stable_weight) == float(weight)
    assert float(data.stable_activity) == float(activity)


@given(starts=st.integers(1, 20), highest=st.floats(0.1, 20), duration=st.floats(0.5, 50), **drawn)
@settings(max_examples=15)
def test_a_run_shows_the_rule_it_follows(u, target, kappa, starts, highest, duration):
    values = {"input_rate": u, "target_rate": target, "kappa": kappa}
    data = done(**values, starts=starts, highest_start=highest, duration=duration).data
    times = data.time.values
    assert data.weight.dims == ("time", "start") and data.weight.shape == (201, starts)
    np.testing.assert_allclose(times, np.linspace(0, duration, 201), atol=1e-12 * duration)
    assert (np.diff(times) > 0).all()
    np.testing.assert_allclose(data.weight[0], np.linspace(0.05, highest, starts))
    np.testing.assert_allclose(data.activity, u * data.weight)
    assert (data.weight_theory == data.stable_weight).all()
    assert (data.activity_theory == data.stable_activity).all()
    assert (data.target == target).all() and float(data.target_activity) == target
    assert float(data.misprinted_weight) == float(misprinted_weight(u, target, kappa))
    grid = data.weight_grid.values
    assert grid[0] == 0 and grid[-1] == pytest.approx(1.5 * float(data.stable_weight))
    np.testing.assert_allclose(data.growth, growth(grid, u, target, kappa), rtol=1e-12, atol=1e-12)
    whole = integrate(data.weight.values[0], times, u, target, kappa)
    np.testing.assert_allclose(data.weight, whole, rtol=1e-4)  # of pieces and of the whole


def test_a_live_change_bends_the_course_to_the_new_fixed_point():
    frame = 4
    changes = [Change(frame, "input_rate", 2.0), Change(frame, "kappa", 3.0)]
    changed = done(changes=changes, duration=50.0).data
    plain = done(duration=50.0).data
    before, after = slice(0, 20 * frame + 1), slice(20 * frame + 1, None)
    xr.testing.assert_equal(changed.weight.isel(time=before), plain.weight.isel(time=before))
    old, new = (float(fixed_point(*v)[0]) for v in ((1, 1, 1), (2, 1, 3)))
    assert (changed.weight_theory.isel(time=before) == old).all()
    assert (changed.weight_theory.isel(time=after) == new).all()
    assert np.abs(changed.weight.isel(time=20 * frame) - old).max() < 1e-6
    assert np.abs(changed.weight[-1] - new).max() < 1e-6
    assert float(changed.stable_weight) == new
    # Nothing jumps: the course goes on from where it was.
    step = float(np.abs(changed.weight.diff("time").isel(time=20 * frame)).max())
    assert 0 < step < abs(new - old)


def test_a_changed_target_moves_the_line_of_the_target():
    data = done(changes=[Change(5, "target_rate", 2.0)]).data
    assert (data.target.isel(time=slice(101)) == 1.0).all()
    assert (data.target.isel(time=slice(101, None)) == 2.0).all()


def test_frames_come_one_after_another_with_progress():
    class Told(SynapticScaling):
        def simulate(self, run):
            told, emit = [], run.emit

            def tell(frame, progress, message="", **more):
                told.append((progress, message, frame.sizes["time"]))
                emit(frame, progress, message, **more)

            run.emit = tell
            super().simulate(run)
            type(self).told = told

    run(Told(), progress=False)
    assert [progress for progress, _, _ in Told.told] == [n / 10 for n in range(1, 11)]
    assert [size for _, _, size in Told.told] == [21] + [20] * 9
    assert Told.told[-1][1] == "weights at 6 of 6 / mu"


# What the pictures say


def readings(data):
    return [observable.reading(data) for observable in SynapticScaling.observables]


def test_a_run_that_arrived_says_so():
    weights, activity, still = readings(done(duration=50.0, starts=3, input_rate=2.0).data)
    stable = float(fixed_point(2, 1, 1)[0])
    assert weights.startswith("All 3 weights, from 0.05 to 4 at the start, end at ")
    assert f"end at {stable:.4g}, where the formula puts them" in weights
    assert f"activity of {2 * stable:.4g}, {2 * stable - 1:.3g} above the target 1:" in activity
    assert still.startswith(f"Below {stable:.4g} the weight grows, above it shrinks")
    assert f"gives {float(misprinted_weight(2, 1, 1)):.4g}, where the weight still moves." in still


def test_a_run_that_was_too_short_says_how_far_it_is_off():
    data = done(duration=0.5).data
    apart = float(abs(data.weight[-1] - data.stable_weight).max())
    (weights, *_) = readings(data)
    assert weights == (
        f"The weights move towards 1.618; after 0.5 / mu the farthest is still {apart:.2g} away."
    )


def test_where_both_formulas_agree_no_misprint_is_told():
    assert readings(done(input_rate=1.0).data)[-1].endswith("a stable point.")
