"""The measures of continual learning, from matrices made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.gating import metrics

#: Task 2 is better known after task 3 than after itself, so both kinds of forgetting differ.
HAND = np.array(
    [
        [0.9, 0.1, 0.2, 0.0],
        [0.5, 0.6, 0.3, 0.1],
        [0.7, 0.8, 1.0, 0.3],
        [0.4, 0.2, 0.9, 0.5],
    ]
)


def test_by_hand():
    assert metrics.average_accuracy(HAND) == pytest.approx((0.4 + 0.2 + 0.9 + 0.5) / 4)
    assert metrics.backward_transfer(HAND) == pytest.approx((-0.5 - 0.4 - 0.1) / 3)
    assert metrics.forgetting_from_best(HAND) == pytest.approx((0.5 + 0.6 + 0.1) / 3)
    assert metrics.forgetting_from_learnt(HAND) == pytest.approx((0.5 + 0.4 + 0.1) / 3)
    before = [0.25, 0.05, 0.1, 0.2]
    assert metrics.forward_transfer(HAND, before) == pytest.approx((0.05 + 0.2 + 0.1) / 3)
    way = (0.9 + (0.5 + 0.6) / 2 + (0.7 + 0.8 + 1.0) / 3 + 0.5) / 4
    assert metrics.average_incremental_accuracy(HAND) == pytest.approx(way)


def test_the_best_may_come_before_the_task_was_learnt():
    seen_before = np.array([[0.5, 0.9], [0.5, 0.4]])
    assert metrics.forgetting_from_best(seen_before) == 0.0  # of task 1 alone
    three = np.array([[0.5, 0.9, 0.0], [0.5, 0.6, 0.0], [0.5, 0.4, 1.0]])
    assert metrics.forgetting_from_best(three) == pytest.approx((0.0 + 0.5) / 2)
    assert metrics.forgetting_from_learnt(three) == pytest.approx((0.0 + 0.2) / 2)


def test_a_single_task_can_be_neither_forgotten_nor_foreseen():
    one = [[0.75]]
    assert metrics.average_accuracy(one) == metrics.average_incremental_accuracy(one) == 0.75
    for measure in (metrics.backward_transfer, metrics.forgetting_from_best):
        assert np.isnan(measure(one))
    assert np.isnan(metrics.forward_transfer(one, [0.1]))


@given(
    st.integers(2, 6).flatmap(
        lambda n: arrays(float, (n, n), elements=st.floats(0, 1, allow_subnormal=False))
    )
)
def test_avalanche_s_forgetting_is_minus_backward_transfer_and_never_above_chaudhry_s(r):
    assert metrics.forgetting_from_learnt(r) == -metrics.backward_transfer(r)
    assert metrics.forgetting_from_best(r) >= metrics.forgetting_from_learnt(r) - 1e-12


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ([[0.5, 0.5]], r"shape \(1, 2\); it must be \(tasks, tasks\)"),
        ([0.5], r"shape \(1,\)"),
        (np.empty((0, 0)), r"shape \(0, 0\)"),
        ([[1.5]], "from 0 to 1"),
        ([[np.nan]], "from 0 to 1"),
    ],
)
def test_what_is_no_matrix_of_accuracies_is_refused(given_, told):
    with pytest.raises(ValueError, match=told):
        metrics.average_accuracy(given_)


def test_the_untrained_network_must_have_met_every_task():
    with pytest.raises(ValueError, match=r"untrained has shape \(2,\); it must be \(4,\)"):
        metrics.forward_transfer(HAND, [0.1, 0.1])
