"""Tests on runs, intervals, scores of classes, and the published numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.enn.classification import classification
from models.enn.published import RESULTS, TESTED_ACCURACY, TESTED_LOSS, beside, results
from models.enn.statistics import compare, interval
from workbench import ParameterError


def test_the_published_tests():
    accuracy, loss = compare(TESTED_ACCURACY), compare(TESTED_LOSS)
    assert f"{accuracy.f:.2f} {accuracy.anova_p:.5f}" == "83.33 0.00046"
    assert f"{loss.h:.2f} {loss.kruskal_p:.4f}" == "6.17 0.1038"
    (pair,) = (pair for pair in accuracy.pairs if (pair.first, pair.second) == ("ENN", "RNN"))
    assert f"{pair.p:.4f}" == "0.0026"  # the published table; its text says 0.071
    assert pair.difference == pytest.approx(np.mean([0.9832, 0.9806]) - np.mean([0.9642, 0.9682]))
    assert pair.low < pair.difference < pair.high
    said = str(accuracy)
    assert "F = 83.33, p = 0.00046" in said and "ENN - RNN: +0.0157 [" in said
    assert "ENN: 0.9662 [0.9408, 0.9916] (95%, 2 runs)" in said
    assert "H = 6.17, p = 0.1038" in str(loss)


def test_tukey_by_the_studentised_range():
    groups = {"a": [1.0, 2, 3, 4], "b": [2.0, 4, 4, 5], "c": [8.0, 9, 9, 11]}
    told = compare(groups, level=0.9)
    assert [(pair.first, pair.second) for pair in told.pairs] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    from scipy import stats

    within = np.mean([np.var(values, ddof=1) for values in groups.values()])
    half = stats.studentized_range.ppf(0.9, 3, 9) * math.sqrt(within / 4)
    assert told.pairs[1].difference == 6.75
    assert (told.pairs[1].low, told.pairs[1].high) == pytest.approx((6.75 - half, 6.75 + half))


@given(arrays(float, st.integers(2, 8), elements=st.floats(-10, 10)), st.floats(-5, 5))
def test_an_interval_moves_and_grows_with_its_runs(values, shift):
    told, moved = interval(values), interval(values + shift)
    assert told.low <= told.mean <= told.high and told.runs == len(values)
    assert moved.low == pytest.approx(told.low + shift, abs=1e-6)
    wide = interval(values, 0.99)
    assert wide.high - wide.low >= told.high - told.low


def test_an_interval_by_hand():
    told = interval([1.0, 2.0, 3.0])
    assert told.mean == 2 and told.high == pytest.approx(2 + 4.302653 / math.sqrt(3))
    assert str(interval([0.5])) == "0.5 (one run)" and interval([0.5]).high == math.inf


def test_groups_without_any_spread():
    differ = compare({"a": [1, 1], "b": [0.5, 0.5]})
    assert differ.f == math.inf and differ.anova_p == 0 and differ.pairs[0].p == 0
    assert 0 < differ.kruskal_p < 1 and differ.pairs[0].difference == -0.5
    same = compare({"a": [1, 1], "b": [1, 1]})
    assert math.isnan(same.f) and math.isnan(same.h) and same.pairs[0].p == 1
    assert "F = nan" in str(same)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: compare({"a": [1, 2]}), "at least two groups to compare, not 1"),
        (lambda: compare({"a": [1, 2], "b": [1]}), "'b' has 1 runs; it must have at least 2"),
        (lambda: compare({"a": [1, 2], "b": [1, math.nan]}), "'b' has a value that is no finite"),
        (lambda: interval([]), "at least one run"),
        (lambda: interval([1, 2], 1), "level = 1 "),
        (lambda: classification([0], [0, 1], "ab"), "1 classes and 2 predictions"),
        (lambda: classification([], [], "ab"), "0 classes"),
        (lambda: classification([0], [2], "ab"), "outside 0 to 1"),
        (lambda: classification([-1], [0], "ab"), "outside 0 to 1"),
    ],
)
def test_what_cannot_be_compared_is_told(make, said):
    with pytest.raises(ParameterError, match=said):
        make()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_scores_of_classes_by_counting(pairs):
    true, predicted = np.array(pairs).T
    told = classification(true, predicted, ["a", "b", "c", "d"])
    for i in range(4):
        hits = sum(pair == (i, i) for pair in pairs)
        said, there = (predicted == i).sum(), (true == i).sum()
        precision, recall = hits / said if said else 0, hits / there if there else 0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0
        assert (told.precision[i], told.recall[i], told.f1[i]) == pytest.approx(
            (precision, recall, f1)
        )
        assert told.support[i] == there
        for j in range(4):
            assert told.confusion[i, j] == pairs.count((i, j))
    assert told.accuracy == pytest.approx(told.confusion.trace() / len(pairs))
    assert told.averages["macro average"][2] == pytest.approx(told.f1.mean())
    assert told.averages["weighted average"][1] == pytest.approx(told.accuracy)
    assert "d " in str(told) and f"accuracy {told.accuracy:.4f} of {len(pairs)}" in str(told)


def test_published_numbers_stand_beside_ours():
    assert results("mnist")["ENN"].measures["parameters"] == 219_018
    table = beside("mnist", {"ENN": {"accuracy": 0.9701}, "mine": {"accuracy": 0.5}})
    rows = [line.split() for line in table.splitlines()]
    assert ["ENN", "accuracy", "0.9680", "0.9701"] in rows
    assert ["ENN", "parameters", "219,018", "-"] in rows and [
        "mine",
        "accuracy",
        "-",
        "0.5000",
    ] in rows
    assert "notebook has 0.9890" in table
    assert beside("copy", {}).split() == ["model", "measure", "published", "ours"]


def test_published_perplexity_is_not_of_the_published_loss():
    """It is the mean over batches, and so above exp(loss) by Jensen's inequality."""
    rows = results("wikitext-103").values()
    assert len(rows) == 4
    for row in rows:
        assert row.measures["perplexity"] > math.exp(row.measures["loss"])


def test_the_published_parameters_follow_from_the_sizes():
    def engram(d, h, slots, outputs):
        return d * h + h + 4 * h + 2 * slots * h + 12 * h**2 + 4 * h + (h + 1) * outputs

    for experiment, d, outputs in (
        ("mnist", 28, 10),
        ("cifar10", 96, 10),
        ("wikitext-103", 1, 188_590),
    ):
        assert results(experiment)["ENN"].measures["parameters"] == engram(d, 128, 64, outputs)
    assert len({(row.experiment, row.model) for row in RESULTS}) == len(RESULTS)
