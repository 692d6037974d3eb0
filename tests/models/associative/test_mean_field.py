"""The mean field: its capacity against known numbers, its states against their equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from models.associative.covariance import CovarianceMemory, critical_load
from models.associative.interface import correlation
from models.associative.mean_field import (
    asymptotic_load,
    best_threshold,
    expected_overlap,
    recall_branch,
    recall_state,
    sparse_law,
)
from models.associative.patterns import random_patterns


@pytest.mark.parametrize(
    ("coding_level", "load"), [(0.5, 0.138), (0.3, 0.168), (0.1, 0.477), (0.02, 2.23), (0.01, 4.2)]
)
def test_the_capacity_is_the_one_known(coding_level, load):
    assert critical_load(coding_level) == pytest.approx(load, rel=0.03)


def test_the_best_fixed_threshold_allows_a_little_more():
    for level in (0.5, 0.3, 0.1, 0.02, 0.01, 0.001, 1e-5):
        held, best = critical_load(level), critical_load(level, "best")
        assert held <= best * (1 + 1e-6) < held * 1.05
        load, threshold, overlap = best_threshold(level)
        assert load == best and 0.7 < overlap < 0.97
        # No threshold beside it allows more.
        for other in (threshold - 0.02, threshold + 0.02):
            assert critical_load(level, other) < best
    assert best_threshold(0.5)[1] == pytest.approx(0, abs=1e-3)


@given(level=st.floats(1e-4, 0.5), member=st.floats(0.3, 6), other=st.floats(-8, -0.3))
def test_a_state_solves_its_equations(level, member, other):
    load, threshold, overlap, activity = recall_state(member, other, level)
    noise = overlap / (member - other)
    assert member == pytest.approx((overlap * (1 - level) - threshold) / noise, abs=1e-9)
    assert other == pytest.approx((-overlap * level - threshold) / noise, abs=1e-9)
    assert overlap == pytest.approx(norm.cdf(member) - norm.cdf(other), abs=1e-12)
    assert activity == pytest.approx(
        level * norm.cdf(member) + (1 - level) * norm.cdf(other), abs=1e-12
    )
    response = (level * norm.pdf(member) + (1 - level) * norm.pdf(other)) / noise
    if response >= 1:
        assert load == 0
    else:
        power = load * (activity * (1 - 2 * level) + level**2)
        assert noise == pytest.approx(np.sqrt(power) / (1 - response), rel=1e-9)


@pytest.mark.parametrize("threshold", [None, 0.5])
def test_a_branch_begins_at_perfect_recall_and_ends_at_the_capacity(threshold):
    branch = recall_branch(0.05, threshold)
    assert branch.load[0] < 0.04 and branch.overlap[0] == pytest.approx(1, abs=1e-6)
    assert (np.diff(branch.load) > 0).all() and branch.load[-1] == critical_load(0.05, threshold)
    if threshold is None:
        np.testing.assert_allclose(branch.activity, 0.05, rtol=1e-9)
    else:
        np.testing.assert_allclose(branch.threshold, 0.5, atol=1e-9)
    loads = branch.load[[10, 2000, -1]]
    np.testing.assert_allclose(
        expected_overlap(loads, 0.05, threshold), branch.overlap[[10, 2000, -1]]
    )
    assert expected_overlap(1.01 * loads[-1], 0.05, threshold) == 0


@pytest.mark.parametrize("load", [0.5, 1.0, 1.3])
def test_simulated_recall_comes_to_rest_at_the_overlap_of_theory(load):
    units, active, rng = 2000, 60, np.random.default_rng(1)
    patterns = random_patterns(round(load * units), units, active, rng)
    memory = CovarianceMemory(units)
    memory.store(patterns)
    found = correlation(memory.recall(patterns[:100], steps=30), patterns[:100]).mean()
    expected = float(expected_overlap(load, active / units))
    assert expected > 0.9 and found == pytest.approx(expected, abs=0.02)


def test_the_asymptote_is_far_off_and_comes_nearer_as_patterns_get_sparser():
    levels = np.array([0.1, 0.01, 1e-3, 1e-5, 1e-8])
    ratio = [critical_load(f) for f in levels] / asymptotic_load(levels)
    assert (np.diff(ratio) > 0).all() and ratio[1] < 0.42 and 0.5 < ratio[-1] < 0.75
    assert asymptotic_load(0.01) == pytest.approx(10.857, abs=1e-3)


def test_where_the_sparse_law_holds():
    # P / (N / ln N)^2 hardly changes with N where k follows ln N, and falls where f is fixed.
    units = np.array([1e3, 1e4, 1e5, 1e6])
    follows = [critical_load(np.log(n) / n) * n for n in units] / sparse_law(units)
    fixed = [critical_load(0.01) * n for n in units] / sparse_law(units)
    assert follows.max() / follows.min() < 1.3
    assert fixed[0] / fixed[-1] > 100


@pytest.mark.parametrize("level", [0, 0.51, -1, float("nan")])
def test_a_coding_level_out_of_range_is_refused(level):
    sentence = "^coding_level is .*; it must be above 0 and at most 0.5, the share of units"
    for function in (critical_load, recall_branch, best_threshold):
        with pytest.raises(ValueError, match=sentence):
            function(level)


def test_a_threshold_out_of_range_is_refused():
    with pytest.raises(ValueError, match="^threshold is 0.9; it must be from -0.2 to 0.8"):
        critical_load(0.2, 0.9)
    with pytest.raises(
        ValueError, match="^threshold is 'high'; it must be a number, 'best' or None"
    ):
        critical_load(0.2, "high")
