"""What engram science measures: exact values, bounds, symmetries and refusals."""

import doctest
import importlib
import inspect
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench import measures
from workbench.measures import (
    capacity,
    cell_overlap,
    engram_cells,
    hit_fraction,
    overlap,
    reactivation,
    reactivation_significance,
    recall,
)

masks = st.integers(1, 40).flatmap(lambda n: st.tuples(arrays(bool, n), arrays(bool, n)))
real_pairs = st.integers(1, 20).flatmap(
    lambda n: st.tuples(*[arrays(float, (1, n), elements=st.floats(-1e3, 1e3))] * 2)
)
rates = arrays(float, st.integers(1, 30), elements=st.floats(0, 200))
E_CELLS = [True, True, True, True, False, False, False, False, False, False]
A_CELLS = [True, True, True, False, True, True, False, False, False, False]


HOMES = {getattr(measures, name).__module__ for name in measures.__all__ if name != "MEMBERSHIP"}


@pytest.mark.parametrize("home", sorted(HOMES))
def test_the_examples_in_the_docstrings_hold(home: str) -> None:
    done = doctest.testmod(importlib.import_module(home))
    assert done.attempted > 0
    assert done.failed == 0


def test_the_face_holds_every_measure() -> None:
    for home in HOMES - {
        "workbench.spike_trains"
    }:  # which also holds what spikes are made ready by
        module = importlib.import_module(home)
        public = {
            name for name, one in vars(module).items()
            if inspect.isroutine(one) and one.__module__ == home and not name.startswith("_")
        }  # fmt: skip
        assert public <= set(measures.__all__)


class TestEngramCells:
    def test_a_cell_at_the_threshold_is_not_above_it(self) -> None:
        cells = engram_cells([9.9, 10.0, 10.1], above=10.0)
        assert cells.dtype == bool
        assert cells.tolist() == [False, False, True]

    def test_the_threshold_follows_mean_and_deviation_of_each_row(self) -> None:
        # rows of mean 2 and 20, deviation sqrt(3) and 10 sqrt(3): the last cell is sqrt(3) above
        activity = [[1.0, 1.0, 1.0, 5.0], [10.0, 10.0, 10.0, 50.0]]
        just_below, just_above = np.sqrt(3.0) - 1e-9, np.sqrt(3.0) + 1e-9
        assert engram_cells(activity, deviations=just_below).tolist() == [[False] * 3 + [True]] * 2
        assert not engram_cells(activity, deviations=just_above).any()

    @given(st.integers(1, 200), st.floats(0.01, 100), st.floats(0, 5))
    def test_equal_activity_makes_no_engram(self, n: int, rate: float, k: float) -> None:
        assert not engram_cells(np.full(n, rate), deviations=k).any()

    @given(rates, st.floats(0.1, 10), st.floats(0, 3))
    def test_fewer_cells_pass_a_higher_threshold(self, r: np.ndarray, up: float, k: float) -> None:
        assert not (engram_cells(r, above=10 + up) & ~engram_cells(r, above=10)).any()
        assert not (engram_cells(r, deviations=k + up) & ~engram_cells(r, deviations=k)).any()

    @pytest.mark.parametrize("both", [{}, {"above": 1.0, "deviations": 1.0}])
    def test_exactly_one_threshold_is_needed(self, both: dict) -> None:
        with pytest.raises(ValueError, match="exactly one of above"):
            engram_cells([1.0], **both)

    @pytest.mark.parametrize(
        ("activity", "threshold", "message"),
        [
            ([], {"above": 1.0}, "activity is empty"),
            ([np.nan], {"above": 1.0}, "activity holds NaN"),
            ([np.inf], {"deviations": 1.0}, "activity holds NaN or infinity"),
            ([1.0], {"above": np.nan}, "above holds NaN"),
            ([1.0], {"deviations": np.nan}, "deviations holds NaN"),
        ],
    )
    def test_bad_input_is_named(self, activity: list, threshold: dict, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            engram_cells(activity, **threshold)


class TestReactivation:
    def test_three_of_four_engram_cells_where_half_are_active(self) -> None:
        assert reactivation(E_CELLS, A_CELLS) == (0.75, 0.5, 1.5)

    def test_trials_broadcast_against_one_engram(self) -> None:
        again = reactivation(E_CELLS, [A_CELLS, E_CELLS])
        assert again.fraction.tolist() == [0.75, 1.0]
        assert again.chance.tolist() == [0.5, 0.4]
        assert again.ratio.tolist() == [1.5, 2.5]

    def test_an_empty_ensemble_leaves_the_measure_undefined(self) -> None:
        nobody = np.zeros(10, bool)
        assert np.isnan(reactivation(nobody, A_CELLS).fraction)
        silent = reactivation(E_CELLS, nobody)
        assert (silent.fraction, silent.chance) == (0.0, 0.0)
        assert np.isnan(silent.ratio)

    def test_independent_ensembles_meet_at_chance(self) -> None:
        rng = np.random.default_rng(1)
        engram, active = rng.random((2, 200_000)) < np.array([[0.1], [0.3]])
        again = reactivation(engram, active)
        assert again.fraction == pytest.approx(0.3, abs=0.01)  # 3 standard errors
        assert again.ratio == pytest.approx(1.0, abs=0.03)

    @given(masks, st.randoms(use_true_random=False))
    def test_bounds_and_order_of_cells(self, pair: tuple, random) -> None:
        engram, active = pair
        assume(engram.any() and active.any())
        again = reactivation(engram, active)
        assert 0 <= again.fraction <= 1
        assert 0 < again.chance <= 1
        assert again.ratio == pytest.approx(reactivation(active, engram).ratio)  # symmetric
        order = random.sample(range(engram.size), engram.size)
        assert reactivation(engram[order], active[order]) == again


class TestReactivationSignificance:
    def test_counts_of_ways_to_draw(self) -> None:
        # 5 of 10 cells are drawn and 4 are engram cells: 3 or all 4 of these are among the 5
        ways = comb(4, 3) * comb(6, 2) + comb(4, 4) * comb(6, 1)
        assert reactivation_significance(E_CELLS, A_CELLS) == pytest.approx(ways / comb(10, 5))

    def test_an_empty_ensemble_is_no_surprise(self) -> None:
        nobody = np.zeros(10, bool)
        assert reactivation_significance(E_CELLS, nobody) == 1
        assert reactivation_significance(nobody, A_CELLS) == 1

    def test_a_strong_reactivation_has_a_small_p_that_is_exact(self) -> None:
        engram = np.arange(1000) < 100
        assert reactivation_significance(engram, engram) == pytest.approx(
            1 / comb(1000, 100), rel=1e-9
        )

    def test_trials_broadcast_against_one_engram(self) -> None:
        p = reactivation_significance(E_CELLS, [A_CELLS, E_CELLS])
        assert p.tolist() == pytest.approx([66 / 252, 1 / 210])

    @given(masks)
    def test_equals_the_sum_over_the_draws_and_is_symmetric(self, pair: tuple) -> None:
        engram, active = pair
        n, marked, drawn = engram.size, int(engram.sum()), int(active.sum())
        shared = int((engram & active).sum())
        ways = sum(
            comb(marked, k) * comb(n - marked, drawn - k)
            for k in range(shared, min(marked, drawn) + 1)
        )
        p = reactivation_significance(engram, active)
        assert 0 < p <= 1
        assert p == pytest.approx(ways / comb(n, drawn))
        assert p == pytest.approx(reactivation_significance(active, engram))

    def test_bad_masks_are_named(self) -> None:
        with pytest.raises(ValueError, match="engram must be a boolean mask"):
            reactivation_significance([0, 1], [True, False])


class TestHitFraction:
    RATES = [[20.0, 8.0, 0.0], [12.0, 8.0, 50.0], [30.0, 0.0, 9.0], [0.0, 0.0, 90.0]]

    def test_the_mean_over_engram_cells_must_be_above_the_threshold(self) -> None:
        # means of the first two cells: 14, 10, 15, 0
        assert hit_fraction(self.RATES, [True, True, False], above=10) == 0.5
        assert hit_fraction(self.RATES, [True, True, False], above=9.9) == 0.75
        assert hit_fraction(self.RATES, [False, False, True], above=9) == 0.5

    def test_one_value_for_each_of_a_batch(self) -> None:
        both = hit_fraction([self.RATES[:2], self.RATES[2:]], [True, False, False], above=25)
        assert both.tolist() == [0.0, 0.5]

    def test_without_engram_cells_it_is_undefined(self) -> None:
        assert np.isnan(hit_fraction(self.RATES, [False] * 3, above=10))
        assert (
            np.isnan(hit_fraction([self.RATES] * 2, [False] * 3, above=10)).tolist() == [True] * 2
        )

    @given(arrays(float, (5, 4), elements=st.floats(0, 100)), st.floats(0, 100), st.floats(0, 100))
    def test_a_higher_threshold_never_gives_more_hits(self, r, a: float, b: float) -> None:
        members = [True, True, False, True]
        lower, higher = (hit_fraction(r, members, above=x) for x in sorted((a, b)))
        assert 0 <= higher <= lower <= 1

    @pytest.mark.parametrize(
        ("rates", "engram", "above", "message"),
        [
            ([1.0, 2.0], [True, True], 1, r"rates has shape \(2,\)"),
            ([[1.0, 2.0]], [True], 1, r"engram \(1,\)"),
            ([[1.0, 2.0]], [[True, True]], 1, r"engram \(1, 2\)"),
            ([[1.0, 2.0]], [0, 1], 1, "engram must be a boolean mask"),
            ([[1.0, -2.0]], [True, True], 1, "rates holds -2"),
            ([[1.0, np.nan]], [True, True], 1, "rates holds NaN"),
            ([[1.0, 2.0]], [True, True], np.nan, "above holds NaN"),
        ],
    )
    def test_bad_input_is_named(self, rates, engram, above, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            hit_fraction(rates, engram, above=above)


class TestCellOverlap:
    @pytest.mark.parametrize(
        ("relative_to", "value"), [("union", 3 / 6), ("first", 3 / 4), ("smaller", 3 / 4)]
    )
    def test_three_cells_shared_by_four_and_five(self, relative_to, value: float) -> None:
        assert cell_overlap(E_CELLS, A_CELLS, relative_to=relative_to) == value

    def test_the_divisor_depends_on_the_order_only_where_it_should(self) -> None:
        assert cell_overlap(A_CELLS, E_CELLS, relative_to="first") == 3 / 5
        assert cell_overlap(A_CELLS, E_CELLS, relative_to="smaller") == 3 / 4
        assert cell_overlap(A_CELLS, E_CELLS) == 3 / 6

    def test_one_value_for_each_of_a_batch(self) -> None:
        both = cell_overlap([E_CELLS, A_CELLS], A_CELLS)
        assert both.tolist() == [0.5, 1.0]

    @given(masks)
    def test_bounds_and_identity(self, pair: tuple) -> None:
        first, second = pair
        assume(first.any() and second.any())
        union, kept, inside = (
            cell_overlap(first, second, relative_to=whole)
            for whole in ("union", "first", "smaller")
        )
        assert 0 <= union <= kept <= inside <= 1
        assert cell_overlap(second, first) == union
        assert cell_overlap(first, first) == 1
        assert cell_overlap(first, ~first) == 0

    @pytest.mark.parametrize("relative_to", ["union", "first", "smaller"])
    def test_no_cells_at_all_is_undefined(self, relative_to) -> None:
        assert np.isnan(cell_overlap([False], [False], relative_to=relative_to))

    def test_an_unknown_divisor_is_refused(self) -> None:
        with pytest.raises(ValueError, match="relative_to is 'second'; it must be union"):
            cell_overlap(E_CELLS, A_CELLS, relative_to="second")  # pyright: ignore


@pytest.mark.parametrize("measure", [reactivation, cell_overlap])
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([0, 3], [True, False], "must be a boolean mask over cells, but is int64"),
        ([True, False], [0.0, 1.0], "must be a boolean mask over cells, but is float64"),
        ([True], [True, False], r"has shape \(1,\) and .* has shape \(2,\); their last axes"),
        ([], [], "not empty"),
    ],
)
def test_ensembles_must_be_masks_over_the_same_cells(measure, first, second, message) -> None:
    with pytest.raises(ValueError, match=message):
        measure(first, second)


class TestOverlap:
    @pytest.mark.parametrize(("flipped", "value"), [(0, 1.0), (2, 0.5), (4, 0.0), (8, -1.0)])
    def test_one_less_two_hamming_distances_for_each_bit(self, flipped: int, value: float) -> None:
        word = np.array([0, 1, 1, 0, 1, 0, 0, 1])
        other = np.where(np.arange(8) < flipped, 1 - word, word)
        assert overlap(word, other) == value

    @given(masks)
    def test_however_bits_are_written(self, pair: tuple) -> None:
        first, second = pair
        m = overlap(first, second)
        assert -1 <= m <= 1
        assert m == overlap(second, first) == -overlap(~first, second)
        assert m == overlap(first.astype(int), 2.0 * second - 1)
        assert m == pytest.approx(np.mean((2.0 * first - 1) * (2.0 * second - 1)))
        assert overlap(first[::-1], second[::-1]) == m

    def test_every_state_against_every_pattern(self) -> None:
        patterns = np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
        assert overlap(patterns[:, None], patterns).tolist() == [[1, 0], [0, 1]]

    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ([-1, 0, 1], "first must hold only bits, either 0 and 1 or -1 and 1"),
            ([0.5, 1, 0], "only bits"),
            ([2, 1, 1], "only bits"),
            ([np.nan, 1, 0], "first holds NaN"),
            ([1, 0], "last axes must be of one length"),
            ([], "first is empty"),
        ],
    )
    def test_only_bits_of_one_length(self, word: list, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            overlap(word, [1, 0, 1])


class TestRecall:
    def test_binary_patterns_by_overlap(self) -> None:
        stored = [[1, 0, 1, 0], [0, 0, 1, 1]]
        assert recall([[1, 0, 1, 1], [1, 1, 0, 0]], stored).tolist() == [0.5, -1.0]

    def test_real_patterns_by_cosine(self) -> None:
        values = recall([[3.0, 4.0], [0.0, 0.0]], [[4.0, 3.0], [1.0, 0.0]], similarity="cosine")
        assert values[0] == pytest.approx(24 / 25)
        assert np.isnan(values[1])

    def test_length_does_not_matter_however_extreme(self) -> None:
        tiny, huge = [[3e-200, 4e-200]], [[4e200, 3e200]]
        assert recall(tiny, huge, similarity="cosine")[0] == pytest.approx(24 / 25)

    @pytest.mark.parametrize("sign", [1, -1])
    def test_rounding_stays_inside_the_bounds(self, sign: int) -> None:
        for units in range(1, 60):
            x = np.arange(1.0, units + 1)[None]
            assert abs(recall(x, sign * x, similarity="cosine")) <= 1

    @given(real_pairs)
    def test_cosine_is_bounded_and_symmetric(self, pair: tuple) -> None:
        x, y = pair
        assume(x.any() and y.any())
        value = recall(x, y, similarity="cosine")
        assert abs(value) <= 1
        assert recall(y, x, similarity="cosine") == pytest.approx(value)
        assert recall(-x, y, similarity="cosine") == pytest.approx(-value)
        assert recall(x, 3 * x, similarity="cosine") == pytest.approx(1)

    @given(masks)
    def test_both_agree_on_bits_of_either_sign(self, pair: tuple) -> None:
        x, y = (2 * mask[None] - 1 for mask in np.asarray(pair, dtype=int))
        assert recall(x, y) == pytest.approx(recall(x, y, similarity="cosine"), abs=1e-12)

    @pytest.mark.parametrize(
        ("recalled", "stored", "similarity", "message"),
        [
            ([[1, 0]], [[1, 0, 1]], "overlap", r"recalled has shape \(1, 2\) and stored \(1, 3\)"),
            ([1, 0], [1, 0], "overlap", r"same shape \(patterns, units\)"),
            ([[1, 0]], [[1, 0]], "dot", "similarity is 'dot'; it must be overlap or cosine"),
            ([[np.nan]], [[1.0]], "cosine", "recalled holds NaN"),
            ([[1.0]], [[np.nan]], "cosine", "stored holds NaN"),
            (np.ones((0, 3)), np.ones((0, 3)), "overlap", "is empty"),
        ],
    )
    def test_bad_batches_are_named(self, recalled, stored, similarity, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            recall(recalled, stored, similarity=similarity)


class TestCapacity:
    def test_the_crossing_lies_between_two_loads(self) -> None:
        assert capacity([10, 20, 40], [1.0, 0.9, 0.5], criterion=0.8) == pytest.approx(25)

    def test_recall_at_the_criterion_counts(self) -> None:
        assert capacity([10, 20, 40], [1.0, 0.75, 0.5], criterion=0.75) == 20
        assert capacity([10, 20, 40], [0.75, 0.75, 0.5], criterion=0.75) == 20

    def test_a_later_recovery_does_not_count(self) -> None:
        assert capacity([1, 2, 3, 4], [1.0, 0.0, 1.0, 0.0], criterion=0.5) == 1.5

    def test_recall_that_never_falls_gives_the_largest_load(self) -> None:
        assert capacity([10, 20], [1.0, 0.95], criterion=0.9) == 20

    def test_recall_that_fails_at_once_gives_no_load(self) -> None:
        assert np.isnan(capacity([10, 20], [0.8, 1.0], criterion=0.9))

    @given(arrays(float, 8, elements=st.floats(0, 1)), st.floats(0, 1), st.floats(0, 1))
    def test_a_stricter_criterion_never_raises_it(self, r: np.ndarray, a: float, b: float) -> None:
        loads = np.arange(1.0, 9)
        lenient, strict = (capacity(loads, r, criterion=c) for c in sorted((a, b)))
        assert np.isnan(strict) or 1 <= strict <= lenient <= 8

    @pytest.mark.parametrize(
        ("loads", "recalled", "criterion", "message"),
        [
            ([], [], 0.5, "loads is empty"),
            ([1, 2], [1.0], 0.5, r"loads has shape \(2,\) and recalled \(1,\)"),
            ([[1, 2]], [[1.0, 0.5]], 0.5, r"one shape \(loads,\)"),
            ([1, 1], [1.0, 0.5], 0.5, "loads must increase strictly"),
            ([1, 3, 2], [1.0, 0.5, 0.2], 0.5, "loads must increase strictly"),
            ([1, 2], [1.0, np.nan], 0.5, "recalled holds NaN"),
            ([1, np.inf], [1.0, 0.5], 0.5, "loads holds NaN or infinity"),
            ([1, 2], [1.0, 0.5], np.nan, "criterion holds NaN"),
        ],
    )
    def test_bad_curves_are_named(self, loads, recalled, criterion, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            capacity(loads, recalled, criterion=criterion)
