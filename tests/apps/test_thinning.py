"""Long lines lose points, never their shape."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.drawing.thinning import BUCKETS, MOST, thinned

X = np.arange(10_000) / 7


def test_short_lines_stay():
    x, y = thinned(X[:MOST], X[:MOST] ** 2)
    assert x.size == MOST
    np.testing.assert_array_equal(y, X[:MOST] ** 2)


def test_what_does_not_run_from_left_to_right_stays():
    circle = np.sin(X), np.cos(X)
    assert thinned(*circle)[0].size == X.size
    upright = np.zeros(X.size), X
    assert thinned(*upright)[0].size == X.size


@given(st.lists(st.integers(1, X.size - 2), min_size=1, max_size=20, unique=True))
def test_single_peaks_stay(at):
    y = np.zeros(X.size)
    y[at] = np.where(np.arange(len(at)) % 2, -1.0, 1.0) * (1 + np.arange(len(at)))
    x, shown = thinned(X, y)
    assert x.size <= MOST and (np.diff(x) > 0).all()
    assert (x[0], x[-1]) == (X[0], X[-1])
    assert {*zip(x, shown, strict=True)} <= {*zip(X, y, strict=True)}
    bucket = ((X - X[0]) / (X[-1] - X[0]) * BUCKETS).astype(int)
    for one in at:
        rivals = y[bucket == bucket[one]]
        if y[one] in (rivals.max(), rivals.min()):
            assert X[one] in x


def test_gaps_stay():
    y = np.where((X > 500) & (X < 700), np.nan, 1.0)
    x, shown = thinned(X, y)
    assert np.isnan(shown[(x > 505) & (x < 695)]).all()
    assert not np.isnan(shown[(x < 495) | (x > 705)]).any()
