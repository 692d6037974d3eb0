"""Spike timing: rules against rules written out spike by spike, and closed forms against both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plasticity import spike_rule_sets as sets
from models.plasticity import stdp_views as views
from models.plasticity.spike_rules import (
    SpikeRule,
    course,
    jumps,
    pairing_change,
    poisson_drift,
    trace_after,
)
from models.plasticity.stdp import SpikeTiming, poisson_train, regular_pairs
from workbench import run

RULES = {
    "hebbian": sets.HEBBIAN, "anti": sets.ANTI_HEBBIAN, "inhibitory": sets.inhibitory(5.0),
    **{f"{data} {pairing} {terms}": sets.triplet(data, pairing, terms)
       for data, pairing, terms in sets.TRIPLET_VALUES},
    "hebbian nearest": sets.HEBBIAN.paired(True),
    "inhibitory nearest": sets.inhibitory(5.0).paired(True),
}  # fmt: skip
every_rule = pytest.mark.parametrize("name", RULES)
some_rule = st.sampled_from(list(RULES)).map(RULES.__getitem__)
trains = st.lists(st.floats(0, 3000).map(lambda t: round(t, 1)), max_size=30, unique=True)
NOTHING = SpikeRule(0.0, 0.0, 20.0, 20.0)


def written_out(rule, pre, post):
    """Return the final weight change, spike by spike with four traces."""
    weight, last = 0.0, 0.0
    traces = {"r1": 0.0, "r2": 0.0, "o1": 0.0, "o2": 0.0}
    taus = {"r1": rule.tau_plus, "r2": rule.tau_x, "o1": rule.tau_minus, "o2": rule.tau_y}
    for time in sorted({*pre, *post}):
        for name in traces:
            traces[name] *= np.exp(-(time - last) / taus[name])
        last = time
        if time in pre:
            weight += rule.alone
            weight -= traces["o1"] * (rule.pair_minus + rule.triplet_minus * traces["r2"])
        if time in post:
            weight += traces["r1"] * (rule.pair_plus + rule.triplet_plus * traces["o2"])
        for names, spikes in ((("r1", "r2"), pre), (("o1", "o2"), post)):
            for name in names:
                if time in spikes:
                    traces[name] = 1.0 if rule.nearest else traces[name] + 1.0
    return weight


@given(some_rule, trains, trains)
def test_jumps_are_those_of_the_rule_written_out(rule, pre, post):
    pre, post = sorted(pre), sorted(post)
    total = sum(part.sum() for part in jumps(rule, pre, post))
    assert total == pytest.approx(written_out(rule, pre, post), rel=1e-9, abs=1e-12)


def test_long_trains_are_accumulated_without_overflow():
    spikes = np.sort(np.random.default_rng(1).uniform(0, 1e6, 20_000))
    found, one = trace_after(spikes, 20.0), 0.0
    for gap, trace in zip(np.diff(spikes, prepend=-np.inf), found, strict=True):
        one = one * np.exp(-gap / 20.0) + 1
        assert trace == pytest.approx(one, rel=1e-9)


# Windows


@pytest.mark.parametrize("delta", [-40.0, -3.0, 3.0, 40.0])
def test_a_lone_pair_draws_the_window(delta):
    rule = sets.HEBBIAN
    side = (rule.pair_plus, rule.tau_plus) if delta > 0 else (-rule.pair_minus, rule.tau_minus)
    expected = side[0] * np.exp(-abs(delta) / side[1])
    assert float(pairing_change(rule, delta, 1, 1.0)) == pytest.approx(expected, rel=1e-12)
    opposite = float(pairing_change(sets.ANTI_HEBBIAN, delta, 1, 1.0))
    assert opposite == pytest.approx(-expected, rel=1e-12)


@given(st.floats(0.1, 100), st.integers(1, 80), st.floats(0.1, 4))
def test_the_inhibitory_window_is_symmetric_but_for_the_ends_of_the_trains(delta, pairs, rate):
    rule = sets.inhibitory(5.0)
    there, back = (float(pairing_change(rule, one, pairs, rate)) for one in (delta, -delta))
    assert there == pytest.approx(back, rel=1e-9, abs=1e-12)


@given(some_rule, st.floats(-100, 100), st.integers(1, 40), st.floats(0.1, 50))
def test_the_closed_form_of_pairs_is_what_the_spikes_do(rule, delta, pairs, rate):
    delta = round(delta, 3) + 0.0005  # no spikes at the same time
    expected = sum(part.sum() for part in jumps(rule, *regular_pairs(rate, delta, pairs)))
    assert float(pairing_change(rule, delta, pairs, rate)) == pytest.approx(
        expected, rel=1e-6, abs=1e-9
    )


def test_pair_and_triplet_rules_differ_over_frequency():
    """Sjöström et al. 2001, as Pfister and Gerstner show: order matters slowly, rate fast."""
    pair, triplet = sets.HEBBIAN, sets.triplet(sets.VISUAL)
    slow = [float(pairing_change(triplet, delta, 60, 0.1)) for delta in (10, -10)]
    fast = [float(pairing_change(triplet, delta, 60, 50)) for delta in (10, -10)]
    assert abs(slow[0]) < 0.01 and slow[1] < -0.25
    assert min(fast) > 0.4
    assert float(pairing_change(pair, 10, 60, 50)) < float(pairing_change(pair, 10, 60, 0.1))
    assert float(pairing_change(pair, -10, 60, 50)) < 0


# Random spikes


@every_rule
def test_the_mean_drift_is_the_expected_one(name):
    rule, rng, seconds = RULES[name], np.random.default_rng(4), 400.0
    drifts = []
    for _ in range(12):
        spikes = [poisson_train(rate, 1000 * seconds, rng) for rate in (12.0, 18.0)]
        drifts.append(sum(part.sum() for part in jumps(rule, *spikes)) / seconds)
    error = np.std(drifts, ddof=1) / np.sqrt(len(drifts))
    assert np.mean(drifts) == pytest.approx(float(poisson_drift(rule, 12.0, 18.0)), abs=4 * error)


def test_the_drift_of_the_inhibitory_rule_changes_its_sign_at_the_target():
    rule = sets.inhibitory(7.0)
    assert float(poisson_drift(rule, 10.0, 7.0)) == pytest.approx(0.0, abs=1e-15)
    assert float(poisson_drift(rule, 10.0, 6.0)) < 0 < float(poisson_drift(rule, 10.0, 8.0))


def test_poisson_trains_have_their_rate_and_are_sorted():
    rng = np.random.default_rng(5)
    train = poisson_train(20.0, 1e6, rng)
    assert train.size == pytest.approx(20_000, abs=600)
    assert (np.diff(train) >= 0).all() and train[0] >= 0 and train[-1] <= 1e6
    assert np.diff(train).std() == pytest.approx(50.0, rel=0.05)


@pytest.mark.parametrize("delta", [-30.0, 0.0, 30.0])
def test_regular_pairs_are_apart_as_asked_and_never_before_zero(delta):
    pre, post = regular_pairs(20.0, delta, 5)
    np.testing.assert_allclose(post - pre, delta)
    np.testing.assert_allclose(np.diff(pre), 50.0)
    assert min(pre[0], post[0]) == 0


# The course


@given(some_rule, trains, trains, st.floats(0, 1), st.floats(1, 1.2))
def test_a_weight_stays_within_its_bounds(rule, pre, post, low, high):
    weight = course(rule, sorted(pre), sorted(post), np.linspace(0, 3000, 50), 1.0, (low, high))
    assert low <= weight.min() and weight.max() <= high


@given(trains, trains)
def test_without_plasticity_weights_stay_as_they_are(pre, post):
    times = np.linspace(0, 3000, 50)
    assert (course(NOTHING, sorted(pre), sorted(post), times) == 1.0).all()
    assert (course(sets.HEBBIAN, sorted(pre), [], times) == 1.0).all()


@given(some_rule, trains, trains)
def test_a_course_ends_with_all_jumps_whatever_times_are_asked_for(rule, pre, post):
    pre, post = sorted(pre), sorted(post)
    total = 1 + sum(part.sum() for part in jumps(rule, pre, post))
    coarse = course(rule, pre, post, [0.0, 1500.0, 3000.0], bounds=(-np.inf, np.inf))
    fine = course(rule, pre, post, np.linspace(0, 3000, 61), bounds=(-np.inf, np.inf))
    assert coarse[-1] == pytest.approx(total)
    np.testing.assert_allclose(fine[[0, 30, 60]], coarse)


# The runs


@pytest.mark.parametrize("preset", [None, *SpikeTiming.presets])
def test_a_run_shows_what_its_functions_say(preset):
    model = SpikeTiming(**SpikeTiming.presets.get(preset, {}))
    data = run(model, seed=2, progress=False).data
    pre, post = (1000 * data.spike_time.values[data.spike_cell.values == cell] for cell in (0, 1))
    for name, rule in model.rules().items():
        weight = course(rule, pre, post, 1000 * data.time.values, 1.0, (0.0, model.highest))
        np.testing.assert_allclose(data[f"weight_{name}"], weight, atol=1e-9)
        window = pairing_change(rule, data.delta_grid.values, model.pairs, model.frequency)
        np.testing.assert_allclose(data[f"window_{name}"], window)
    for observable in SpikeTiming.observables:
        assert observable.reading(data).endswith(".")


def test_expected_and_simulated_weights_meet_after_regular_pairs():
    data = run(SpikeTiming(spikes=views.PAIRS, frequency=20.0, highest=5.0), progress=False).data
    for name in views.NAMES:
        ended = data[f"weight_{name}"][-1], data[f"expected_{name}"][-1]
        assert float(ended[0]) == pytest.approx(float(ended[1]), abs=1e-9)


def test_dragged_spikes_are_followed_and_expect_nothing():
    data = run(SpikeTiming(spikes=views.DRAGGED, dragged="pre 10 90; post 20"), progress=False).data
    np.testing.assert_allclose(data.spike_time, [0.01, 0.02, 0.09])
    assert data.spike_cell.values.tolist() == [0, 1, 0]
    assert np.isnan(data.expected_hebbian).all()
    rise = 0.005 * np.exp(-0.5) - 0.00525 * np.exp(-3.5)
    assert float(data.weight_hebbian[-1]) == pytest.approx(1 + rise)


@settings(max_examples=10)
@given(st.sampled_from([sets.ALL, sets.NEAREST]), st.sampled_from([sets.FULL, sets.MINIMAL]))
def test_the_triplet_values_follow_the_choices(pairing, terms):
    rules = SpikeTiming(pairing=pairing, terms=terms).rules()
    assert rules["visual"] == sets.triplet(sets.VISUAL, pairing, terms)
    assert {rule.nearest for rule in rules.values()} == {pairing == sets.NEAREST}


def test_a_run_without_any_spikes_is_told():
    data = run(SpikeTiming(spikes=views.DRAGGED, dragged="pre; post"), progress=False).data
    assert (data.weight_visual == 1).all()
    assert views.raster_reading(data).startswith("0 presynaptic and 0 postsynaptic")
