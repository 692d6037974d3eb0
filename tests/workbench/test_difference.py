"""What differs between two runs: exact numbers, and what is refused."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench import ParameterError
from workbench.difference import (
    Difference,
    array_difference,
    group_rates,
    histogram_difference,
    line_difference,
    rate_edges,
)
from workbench.difference_words import array_words, event_words, line_words, value_words

NAN = float("nan")
finite = st.floats(-1e6, 1e6)


def columns(found):
    return found.values.T.tolist()


def test_on_the_same_points_it_is_the_plain_difference():
    found = line_difference([0, 1, 2], [1, 2, 4], [0, 1, 2], [1, 5, 3])
    assert found.x.tolist() == [0, 1, 2]
    assert columns(found) == [[0, 3, -1]]
    assert not found.interpolated and not found.same
    assert found.mean == pytest.approx(2 / 3)
    assert found.end == -1
    assert found.largest == (3, 1)


def test_points_that_are_the_same_need_not_rise():
    assert columns(line_difference([3, 1, 2], [0, 0, 0], [3, 1, 2], [1, 2, 3])) == [[1, 2, 3]]


def test_several_lines_are_compared_one_by_one():
    found = line_difference([0, 1], [[0, 10], [1, 11]], [0, 1], [[1, 10], [3, 9]])
    assert columns(found) == [[1, 2], [0, -2]]
    assert found.end == 0 and found.mean == 0.25
    assert found.largest == (2, 1)


def test_a_run_that_goes_on_longer_is_compared_as_far_as_both_go_without_interpolation():
    found = line_difference([0, 1, 2, 3], [0, 0, 0, 0], [0, 1, 2], [5, 6, 7])
    assert (found.x.tolist(), columns(found), found.interpolated) == ([0, 1, 2], [[5, 6, 7]], False)
    finer = line_difference([0, 1], [0, 0], [0, 0.5, 1], [5, 9, 7])
    assert (columns(finer), finer.interpolated) == ([[5, 7]], False)


def test_other_points_are_interpolated_and_that_is_told():
    found = line_difference([0, 1, 2, 3], [0, 0, 0, 0], [0.5, 2.5], [1, 3])
    assert found.x.tolist() == [1, 2]
    assert columns(found) == [[1.5, 2.5]]
    assert found.interpolated and not found.same


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (([0, 1], [0, 0], [2, 3], [0, 0]), "do not overlap \\(0 to 1 and 2 to 3\\)"),
        (([0, 1], [[0, 0], [0, 0]], [0, 1], [0, 0]), "have 2 and 1 lines"),
        (([0, 2, 1], [0, 0, 0], [0, 1], [0, 0]), "do not rise"),
        (([0, 1], [0, 0], [1, 0], [0, 0]), "do not rise"),
        (([], [], [1], [0]), "do not rise"),
    ],
)
def test_lines_that_cannot_be_compared(given, sentence):
    with pytest.raises(ParameterError, match=sentence):
        line_difference(*given)


def test_what_is_not_known_in_both_is_unknown():
    found = line_difference([0, 1, 2], [0, NAN, 0], [0, 1, 2], [1, 2, NAN])
    assert np.array_equal(found.values[:, 0], [1, NAN, NAN], equal_nan=True)
    assert (found.mean, found.end, found.largest) == (1, 1, (1, 0))
    nothing = Difference(np.arange(2.0), np.full((2, 1), NAN))
    assert np.isnan([nothing.mean, nothing.end, *nothing.largest]).all()


@given(arrays(float, (7, 2), elements=finite), arrays(float, (7, 2), elements=finite))
def test_the_difference_the_other_way_is_its_negative(one, two):
    x = np.arange(7)
    there, back = line_difference(x, one, x, two), line_difference(x, two, x, one)
    assert np.array_equal(there.values, -back.values)
    assert there.same == np.array_equal(one, two) == back.same
    assert abs(there.largest[0]) == np.abs(two - one).max()


@given(st.floats(-3, 3), st.floats(-3, 3), st.lists(st.floats(0, 9), min_size=2, unique=True))
def test_straight_lines_are_interpolated_exactly(slope, start, places):
    x, x2 = np.linspace(0, 9, 10), np.sort([-0.25, *places, 9.25])
    if not (np.diff(x2) > 0).all():
        return
    found = line_difference(x, 2 * x, x2, start + slope * x2)
    assert np.allclose(found.values[:, 0], start + (slope - 2) * x, atol=1e-9)


def test_bins_that_one_lacks_count_nothing():
    found = histogram_difference([10, 12, 14], [1, 2, 3], [14, 16], [5, 7])
    assert found.x.tolist() == [10, 12, 14, 16]
    assert columns(found) == [[-1, -2, 2, 7]]
    apart = histogram_difference([0, 1], [1, 1], [3, 4], [2, 2])
    assert columns(apart) == [[-1, -1, 0, 2, 2]]
    assert not apart.same and histogram_difference([0, 1], [1, 2], [0, 1], [1, 2]).same


@pytest.mark.parametrize(("edges", "others"), [([0, 1], [0.5, 1.5]), ([0, 1], [0, 2, 4])])
def test_other_bins_are_refused(edges, others):
    with pytest.raises(ParameterError, match="bins differ"):
        histogram_difference(edges, [1] * len(edges), others, [1] * len(others))


def matrix(values, rows, columns):
    return xr.DataArray(np.array(values, float), {"row": rows, "time": columns}, ("row", "time"))


def test_matrices_are_compared_where_both_have_a_place():
    first = matrix([[1, 2, 3], [4, 5, 6]], ["a", "b"], [0, 1, 2])
    second = matrix([[10, 20], [40, 50], [70, 80]], ["b", "a", "c"], [1, 2])
    found = array_difference(first, second)
    assert found.dims == ("row", "time")
    assert found.sel(row="a").values.tolist() == [38, 47]
    assert found.sel(row="b").values.tolist() == [5, 14]
    assert found.time.values.tolist() == [1, 2]


def test_matrices_without_a_place_in_common_are_refused():
    with pytest.raises(ParameterError, match=r"no place \(1 x 2 and 1 x 1\)"):
        array_difference(matrix([[1, 2]], ["a"], [0, 1]), matrix([[1]], ["b"], [0]))
    bare = [xr.DataArray(np.zeros((2, n)), dims=("row", "column")) for n in (2, 3)]
    with pytest.raises(ParameterError, match=r"sizes differ \(2 x 2 and 2 x 3\)"):
        array_difference(*bare)
    assert array_difference(bare[0], bare[0] + 1).values.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("duration", "width", "bins"), [(1, 0.01, 100), (12, 0.2, 60), (60, 1, 60), (0.03, 0.0005, 60)]
)
def test_bins_of_rates_are_round_and_cover_all(duration, width, bins):
    edges = rate_edges(duration)
    assert np.allclose(edges, np.arange(bins + 1) * width)


def test_no_time_has_one_bin():
    assert rate_edges(0).tolist() == [0, 1]


@given(st.floats(1e-3, 1e5))
def test_bins_cover_a_time_and_are_few(duration):
    edges = rate_edges(duration)
    assert edges[-1] >= duration * (1 - 1e-6)
    assert 40 <= edges.size - 1 <= 101


def test_rates_of_groups_are_spikes_a_second_for_each_cell():
    rates = group_rates([0.1, 0.2, 0.6, 0.7], [0, 1, 2, 2], ["e", "e", "i"], [0, 0.5, 1])
    assert {name: rate.tolist() for name, rate in rates.items()} == {"e": [2, 0], "i": [0, 4]}


def words(found, grows=True, unit="nS"):
    return line_words("weights", unit, ("time", "s"), found, "learning rate 0.2", grows)


def test_a_line_says_where_it_ends_and_where_it_differs_most():
    found = line_difference([0, 12, 20], [0, 0, 0], [0, 12, 20], [0, 0.3, 0.12])
    assert words(found) == (
        "weights: ends 0.12 nS higher, on average 0.14 nS higher with learning rate 0.2; largest "
        "difference +0.3 nS at 12 s."
    )
    assert words(found, grows=False, unit="1") == (
        "weights: on average 0.14 higher with learning rate 0.2; largest difference +0.3 at 12 s."
    )


def test_a_line_says_what_else_a_person_must_know():
    assert "ends 2 nS lower" in words(line_difference([0, 1], [0, 2], [0, 1], [0, 0]))
    assert "ends equal" in words(line_difference([0, 1], [0, 2], [0, 1], [1, 2]))
    same = line_difference([0, 1], [0, NAN], [0, 1], [0, NAN])
    assert words(same) == "weights: the same with learning rate 0.2, number for number."
    longer = line_difference([0, 1, 2], [3, 4, 5], [0, 1], [3, 4])
    assert words(longer) == "weights: the same with learning rate 0.2, as far as both go."
    assert "Interpolated" in words(line_difference([0, 2], [0, 2], [-1, 1, 3], [0, 0, 0]))
    assert "(mean of 2 lines)" in words(line_difference([0], [[0, 0]], [0], [[1, 2]]))
    unknown = line_difference([0, 1], [NAN, 1], [0, 1], [1, NAN])
    assert words(unknown).startswith("weights: never known in both")


def test_a_matrix_and_a_value_in_words():
    assert array_words("weight", "nS", [[0, -2], [0, NAN]], "noise 1") == (
        "weight: on average 0.667 nS lower with noise 1; largest difference -2 nS; 33.3 % of the "
        "3 places differ."
    )
    assert array_words("code", "1", [[0, 1], [1, 0]], "noise 1", coded=True) == (
        "code: 50 % of the 4 places differ with noise 1."
    )
    assert array_words("weight", "nS", [[0, 0]], "noise 1") == (
        "weight: the same with noise 1, number for number."
    )
    rounded = array_words("share", "1", [[0.5, -0.5 + 1e-8]], "noise 1")
    assert rounded.startswith("share: on average equal with noise 1; largest difference")
    assert "0.0005 higher" in array_words("share", "1", [[0.5, -0.499]], "noise 1")
    assert "wherever both are known" in array_words("weight", "nS", [[0, NAN]], "noise 1")
    assert value_words("radius", "bit", 3, 5, "noise 1") == (
        "radius: 2 bit higher with noise 1 (5 bit against 3 bit)."
    )
    assert value_words("radius", "bit", 5, 5, "noise 1") == "radius: the same with noise 1, 5 bit."
    assert value_words("radius", "bit", NAN, 5, "noise 1") == ""


def test_a_protocol_in_words():
    rest, cue, light = ("phase", "rest", 0, 1), ("phase", "cue", 1, 2), ("light", "", 1, 1.5)
    assert event_words([rest], [rest], "noise 1") == "protocol: the same with noise 1."
    assert event_words([rest, cue], [rest, light], "noise 1") == (
        "protocol: without cue at 1–2 s, with light at 1–1.5 s (noise 1)."
    )
    many = [("phase", f"{n}", n, n + 1) for n in range(5)]
    assert "and 2 more" in event_words([], many, "noise 1")
