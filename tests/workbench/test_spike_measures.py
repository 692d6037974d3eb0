"""Selectivity, sparseness, regularity and correlation: exact values, bounds and refusals."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.measures import (
    cv2,
    discrimination_index,
    fano_factor,
    interval_cv,
    interval_cvs,
    mean_correlation,
    selectivity,
    treves_rolls_sparseness,
    vinje_gallant_sparseness,
)

responses = arrays(float, st.integers(2, 30), elements=st.floats(0, 1e3))
intervals = arrays(float, st.integers(2, 30), elements=st.floats(0.01, 10))
response_measures = (selectivity, treves_rolls_sparseness, vinje_gallant_sparseness)


class TestDiscriminationIndex:
    def test_difference_over_sum(self) -> None:
        assert discrimination_index(3.0, 1.0) == 0.5
        assert discrimination_index([2, 0, 5], [0, 2, 5]).tolist() == [1, -1, 0]

    def test_no_response_at_all_is_undefined(self) -> None:
        assert np.isnan(discrimination_index(0, 0))

    @given(st.floats(0, 1e6), st.floats(0.001, 1e6))
    def test_bounded_and_antisymmetric(self, target: float, other: float) -> None:
        index = discrimination_index(target, other)
        assert -1 <= index <= 1
        assert index == -discrimination_index(other, target)
        assert index == pytest.approx(discrimination_index(7 * target, 7 * other))

    @pytest.mark.parametrize(
        ("target", "other", "message"),
        [
            (-0.5, 1.0, "target holds -0.5; every value must be at least 0"),
            (1.0, -0.5, "other holds -0.5; every value must be at least 0"),
            (np.nan, 1.0, "target holds NaN"),
            ([], 1.0, "target is empty"),
            ([1.0, 2.0], [1.0, 2.0, 3.0], "shape"),
        ],
    )
    def test_bad_responses_are_named(self, target, other, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            discrimination_index(target, other)


class TestResponses:
    def test_depth_of_selectivity(self) -> None:
        assert selectivity([8.0, 2.0, 2.0, 0.0]) == pytest.approx(1 - (4 / 3) / 8)

    def test_treves_rolls_of_a_binary_code_is_its_activity(self) -> None:
        assert treves_rolls_sparseness([7, 7, 0, 0, 0, 0, 0, 0]) == pytest.approx(2 / 8)
        assert treves_rolls_sparseness([1.0, 3.0]) == pytest.approx(2**2 / 5)

    def test_vinje_gallant_stretches_it_to_the_unit_interval(self) -> None:
        assert vinje_gallant_sparseness([1.0, 3.0]) == pytest.approx((1 - 0.8) / (1 - 1 / 2))

    def test_population_and_lifetime_run_over_different_axes(self) -> None:
        stimuli_by_cells = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]])
        assert treves_rolls_sparseness(stimuli_by_cells).tolist() == [1.0, 0.25]
        assert vinje_gallant_sparseness(stimuli_by_cells, axis=-1).tolist() == [0.0, 1.0]
        assert vinje_gallant_sparseness(stimuli_by_cells, axis=0).tolist() == [1.0, 1.0, 1.0, 0.0]
        assert selectivity(stimuli_by_cells, axis=0).tolist() == [1.0, 1.0, 1.0, 0.0]

    @pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
    @pytest.mark.parametrize("measure", response_measures)
    def test_the_unit_does_not_matter(self, measure, scale: float) -> None:
        r = np.array([1.0, 3.0, 4.0])
        assert measure(scale * r) == pytest.approx(measure(r))

    @pytest.mark.parametrize("measure", response_measures)
    @given(r=responses)
    def test_bounds_and_order(self, measure, r: np.ndarray) -> None:
        assume(r.any())
        value = measure(r)
        lowest = 1 / r.size if measure is treves_rolls_sparseness else 0
        assert lowest <= value <= 1
        assert measure(r[::-1]) == pytest.approx(value)

    @given(st.integers(2, 30), st.floats(0.01, 1e3))
    def test_the_limits_all_alike_and_one_alone(self, n: int, rate: float) -> None:
        alike, alone = np.full(n, rate), rate * np.eye(n)[0]
        assert [m(alike) for m in response_measures] == pytest.approx([0, 1, 0], abs=1e-12)
        assert [m(alone) for m in response_measures] == pytest.approx([1, 1 / n, 1])

    def test_rounding_stays_inside_the_bounds(self) -> None:
        for n in range(2, 60):
            assert treves_rolls_sparseness(np.eye(n)[0]) >= 1 / n
            assert treves_rolls_sparseness(1 + 1e-9 * np.arange(n)) <= 1

    @pytest.mark.parametrize("measure", response_measures)
    def test_silence_is_undefined(self, measure) -> None:
        values = measure([[0.0, 0.0], [1.0, 0.0]])
        assert np.isnan(values).tolist() == [True, False]

    @pytest.mark.parametrize("measure", [*response_measures, fano_factor])
    @pytest.mark.parametrize(
        ("r", "message"),
        [
            ([], "is empty"),
            ([1.0, np.nan], "holds NaN"),
            ([1.0, -2.0], "holds -2; every value must be at least 0"),
            ([1.0], "holds one value along axis -1; at least two are needed"),
        ],
    )
    def test_bad_responses_are_named(self, measure, r: list, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            measure(r)


class TestIntervals:
    def test_exact_values(self) -> None:
        train = np.cumsum([0.0, 1.0, 3.0, 1.0, 3.0])
        assert interval_cv(train) == pytest.approx(1 / 2)
        assert cv2(train) == pytest.approx(2 * 2 / 4)
        assert cv2(np.cumsum([0.0, 1.0, 3.0, 3.0])) == pytest.approx((1 + 0) / 2)

    def test_a_clock_has_none(self) -> None:
        assert interval_cv(np.arange(10)) == cv2(np.arange(10)) == 0

    def test_a_poisson_train_has_one(self) -> None:
        train = np.cumsum(np.random.default_rng(3).exponential(0.02, 100_000))
        assert interval_cv(train) == pytest.approx(1, abs=0.015)
        assert cv2(train) == pytest.approx(1, abs=0.015)

    def test_a_slow_change_of_rate_raises_cv_but_hardly_cv2(self) -> None:
        train = np.cumsum(np.geomspace(0.01, 1, 200))
        assert interval_cv(train) > 0.9
        assert cv2(train) < 0.03

    @given(intervals, st.floats(-5, 5), st.floats(0.5, 20))
    def test_neither_start_nor_unit_of_time_matters(
        self, gaps: np.ndarray, start: float, unit: float
    ) -> None:
        train = np.concatenate([[0.0], np.cumsum(gaps)])
        assert interval_cv(start + unit * train) == pytest.approx(interval_cv(train), abs=1e-6)
        assert cv2(start + unit * train) == pytest.approx(cv2(train), abs=1e-6)
        assert cv2(-train[::-1]) == pytest.approx(cv2(train), abs=1e-9)
        assert 0 <= cv2(train) <= 2

    @pytest.mark.parametrize("measure", [interval_cv, cv2])
    @pytest.mark.parametrize("train", [[], [0.1], [0.1, 0.3]])
    def test_two_spikes_say_nothing_of_regularity(self, measure, train: list) -> None:
        assert np.isnan(measure(train))

    @pytest.mark.parametrize("measure", [interval_cv, cv2])
    @pytest.mark.parametrize(
        ("train", "message"),
        [
            ([0.2, 0.1], "must increase strictly"),
            ([0.1, 0.1], "must increase strictly"),
            ([0.1, np.nan], "holds NaN"),
            ([[0.1, 0.2]], r"has shape \(1, 2\); one train"),
        ],
    )
    def test_bad_trains_are_named(self, measure, train: list, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            measure(train)


class TestFanoFactor:
    def test_variance_over_mean(self) -> None:
        assert fano_factor([2, 4, 6]) == pytest.approx((8 / 3) / 4)
        assert fano_factor([5, 5, 5]) == 0

    def test_windows_may_lie_on_any_axis(self) -> None:
        counts = np.array([[1, 0], [3, 0]])
        assert fano_factor(counts, axis=0).tolist() == pytest.approx([0.5, np.nan], nan_ok=True)

    def test_a_poisson_count_has_one(self) -> None:
        counts = np.random.default_rng(4).poisson(5, 200_000)
        assert fano_factor(counts) == pytest.approx(1, abs=0.015)


class TestIntervalCvs:
    def test_each_cell_alone(self) -> None:
        times = [0.0, 1.0, 4.0, 0.5, 1.0, 1.5, 2.0, 3.0]
        cells = [0, 0, 0, 2, 2, 2, 3, 3]
        expected = [0.5, np.nan, 0.0, np.nan]
        assert interval_cvs(times, cells, 4).tolist() == pytest.approx(expected, nan_ok=True)

    @given(
        st.lists(intervals, min_size=1, max_size=5),
        st.randoms(use_true_random=False),
    )
    def test_agrees_with_one_train_at_a_time_in_any_order(self, gaps: list, random) -> None:
        trains = [np.cumsum(one) for one in gaps]
        times = np.concatenate(trains)
        cells = np.repeat(np.arange(len(trains)), [len(one) for one in trains])
        order = random.sample(range(times.size), times.size)
        together = interval_cvs(times[order], cells[order], len(trains))
        alone = [interval_cv(one) for one in trains]
        assert together.tolist() == pytest.approx(alone, abs=1e-9, nan_ok=True)

    def test_nobody_fires(self) -> None:
        assert np.isnan(interval_cvs([], [], 3)).tolist() == [True] * 3

    def test_two_spikes_of_a_cell_at_one_time_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"cell 1 has two spikes at 0\.5 s"):
            interval_cvs([0.5, 0.5, 0.5], [0, 1, 1], 2)


class TestMeanCorrelation:
    def test_exact_values(self) -> None:
        assert mean_correlation([[0, 1, 2], [3, 5, 7]]) == pytest.approx(1)
        assert mean_correlation([[0, 1], [1, 0]]) == pytest.approx(-1)
        assert mean_correlation([[0, 0, 1, 1], [0, 1, 0, 1]]) == pytest.approx(0)

    def test_a_cell_that_never_varies_is_left_out(self) -> None:
        counts = [[0, 1, 2], [0.1, 0.1, 0.1], [3, 5, 7], [0, 0, 0]]
        assert mean_correlation(counts) == pytest.approx(1)
        assert np.isnan(mean_correlation([[0, 1, 2], [4, 4, 4]]))

    def test_rounding_stays_inside_the_bounds(self) -> None:
        for counts in 10 * np.random.default_rng(6).random((100, 7)):
            assert mean_correlation([counts, counts]) <= 1

    def test_poisson_counts_with_a_shared_part(self) -> None:
        rng = np.random.default_rng(5)
        counts = rng.poisson(3, (20, 20_000)) + rng.poisson(1, 20_000)
        assert mean_correlation(counts) == pytest.approx(1 / 4, abs=0.01)

    @given(arrays(float, (4, 6), elements=st.floats(0, 100).map(lambda x: round(x, 3))))
    def test_is_the_mean_of_the_matrix_of_pairs(self, counts: np.ndarray) -> None:
        assume((np.ptp(counts, axis=1) > 0).all())
        pairs = np.corrcoef(counts)[np.triu_indices(4, 1)]
        assert mean_correlation(counts) == pytest.approx(pairs.mean(), abs=1e-9)
        assert mean_correlation(7 * counts[::-1, ::-1]) == pytest.approx(pairs.mean(), abs=1e-9)

    @pytest.mark.parametrize(
        ("counts", "message"),
        [
            ([1, 2, 3], r"counts has shape \(3,\)"),
            ([[1], [2]], "holds one value along axis -1; at least two are needed"),
            ([[1, np.nan]], "counts holds NaN"),
            ([[1, -1]], "counts holds -1"),
        ],
    )
    def test_bad_counts_are_named(self, counts: list, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            mean_correlation(counts)


def test_a_large_population_is_measured_cell_by_cell():
    rng = np.random.default_rng(3)
    times, cells = np.sort(rng.uniform(0, 9, 9000)), rng.integers(0, 600, 9000)
    expected = [interval_cv(times[cells == cell]) for cell in range(600)]
    np.testing.assert_allclose(interval_cvs(times, cells, 600), expected)
