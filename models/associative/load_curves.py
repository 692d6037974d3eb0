"""What a curve of recall against load says: how many patterns a memory holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def capacity(loads: NDArray[np.int64], recall: Numbers, criterion: float) -> float:
    """Return the largest load whose recall reaches the criterion.

    0 where no load does; the largest of all where that one does, so that it is "at least". Else
    the crossing to the next load, on a straight line over the logarithm of the load.

    Parameters
    ----------
    loads : ndarray of int, ascending, shape (loads,)
    recall : ndarray, shape (loads,)
    criterion : float
    """
    good = np.flatnonzero(recall >= criterion)
    if not good.size:
        return 0.0
    last = good[-1]
    if last + 1 == loads.size:
        return float(loads[last])
    share = (recall[last] - criterion) / (recall[last] - recall[last + 1])
    return float(loads[last] * (loads[last + 1] / loads[last]) ** share)


def at_load(load: float, loads: NDArray[np.int64], values: Numbers) -> float:
    """Return a value between loads, on a line over their logarithm; NaN at a load of 0."""
    return float(np.interp(np.log(load), np.log(loads), values)) if load else float("nan")
