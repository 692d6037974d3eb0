"""What a curve of recall against load says: how many patterns a memory holds.

Loads ascend; recall that is not known yet, or was not measured any more, is NaN. Between two loads
everything lies on a straight line over their logarithm.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def capacity(loads: ArrayLike, recall: ArrayLike, criterion: float) -> float:
    """Return the largest load whose recall reaches the criterion, up to the crossing after it.

    0 where no load does; the largest of all where that one does, so that it is "at least".

    Parameters
    ----------
    loads, recall : array, shape (loads,)
    criterion : float
    """
    there, known = measured(loads, recall)
    good = np.flatnonzero(known >= criterion)
    return crossing(there, known, int(good[-1]), criterion) if good.size else 0.0


def first_failure(loads: ArrayLike, recall: ArrayLike, criterion: float) -> float:
    """Return the load at which recall first falls below the criterion.

    The last load where recall never falls, NaN where it is below from the first.

    Examples
    --------
    >>> round(first_failure([1, 10, 100], [1.0, 1.0, 0.8], 0.9), 3)
    31.623
    """
    there, known = measured(loads, recall)
    bad = np.flatnonzero(known < criterion)
    last = (int(bad[0]) if bad.size else known.size) - 1
    return crossing(there, known, last, criterion) if last >= 0 else math.nan


def crossing(loads: Numbers, recall: Numbers, last: int, criterion: float) -> float:
    """Return where recall crosses the criterion after the place `last`, which still reaches it."""
    if last + 1 == loads.size:
        return float(loads[last])
    share = (recall[last] - criterion) / (recall[last] - recall[last + 1])
    return float(loads[last] * (loads[last + 1] / loads[last]) ** share)


def at_load(load: float, loads: ArrayLike, values: ArrayLike) -> float:
    """Return a value between loads; NaN at a load of 0."""
    there, known = measured(loads, values)
    if not load or not known.size:
        return math.nan
    return float(np.interp(math.log(load), np.log(there), known))


def measured(loads: ArrayLike, values: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return the loads at which there is a value, and the values."""
    there, known = np.asarray(loads, float), np.asarray(values, float)
    kept = np.isfinite(known)
    return there[kept], known[kept]
