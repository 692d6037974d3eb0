"""Who stays in an engram, drops out and drops in: exact values, bounds and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.measures import MEMBERSHIP, cell_overlap, membership, turnover

BEFORE = [True, True, True, False, False, False]
AFTER = [True, True, False, True, False, False]
pairs = st.integers(1, 30).flatmap(lambda n: st.tuples(arrays(bool, n), arrays(bool, n)))


class TestTurnover:
    def test_counts_and_fractions(self) -> None:
        change = turnover(BEFORE, [True, False, False, True, True, True])
        assert change == (1, 2, 3)
        assert change.fraction_stayed == pytest.approx(1 / 3)
        assert change.fraction_dropped_out == pytest.approx(2 / 3)
        assert change.fraction_dropped_in == pytest.approx(3 / 4)

    def test_consecutive_ensembles(self) -> None:
        ensembles = np.array([BEFORE, AFTER, AFTER])
        change = turnover(ensembles[:-1], ensembles[1:])
        assert [n.tolist() for n in change] == [[2, 3], [1, 0], [1, 0]]

    def test_fractions_of_nobody_are_undefined(self) -> None:
        change = turnover([False, False], [True, False])
        assert change == (0, 0, 1)
        assert np.isnan([change.fraction_stayed, change.fraction_dropped_out]).all()
        assert change.fraction_dropped_in == 1
        assert np.isnan(turnover([True], [False]).fraction_dropped_in)

    @given(pairs)
    def test_backwards_out_is_in_and_no_cell_is_lost(self, pair: tuple) -> None:
        before, after = pair
        change, back = turnover(before, after), turnover(after, before)
        assert back == (change.stayed, change.dropped_in, change.dropped_out)
        assert sum(change) == (before | after).sum()
        kept = cell_overlap(before, after, relative_to="first")
        assert change.fraction_stayed == pytest.approx(kept, nan_ok=True)

    @pytest.mark.parametrize(
        ("before", "after", "message"),
        [
            ([0, 1], [True, False], "before must be a boolean mask"),
            ([True, False], [1.0, 0.0], "after must be a boolean mask"),
            ([True], [True, False], "before has shape"),
        ],
    )
    def test_bad_masks_are_named(self, before, after, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            turnover(before, after)


class TestMembership:
    def test_the_four_codes(self) -> None:
        codes = membership(BEFORE, [BEFORE, AFTER])
        assert codes.dtype == np.uint8
        assert codes.T.tolist() == [[1, 1, 1, 0, 0, 0], [1, 1, 2, 3, 0, 0]]
        assert [MEMBERSHIP[code] for code in codes[:4, 1]] == [
            "member since training", "member since training", "dropped out", "dropped in"
        ]  # fmt: skip
        assert MEMBERSHIP[codes[5, 0]] == "not a member"

    @given(arrays(bool, 8), arrays(bool, (5, 8)))
    def test_agrees_with_the_turnover_since_training(self, training, ensembles) -> None:
        codes = membership(training, ensembles)
        assert codes.shape == (8, 5)
        counts = [(codes == code).sum(axis=0).tolist() for code in (1, 2, 3)]
        assert counts == [n.tolist() for n in turnover(training, ensembles)]

    @pytest.mark.parametrize(
        ("training", "ensembles", "message"),
        [
            ([True], [True], r"training has shape \(1,\) and ensembles \(1,\)"),
            ([[True]], [[True]], r"must be of shapes \(cells,\) and \(times, cells\)"),
            ([True, False], [[True]], "their last axes must be of one length"),
            ([1, 0], [[True, False]], "training must be a boolean mask"),
        ],
    )
    def test_bad_masks_are_named(self, training, ensembles, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            membership(training, ensembles)
