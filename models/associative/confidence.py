"""Means over independent draws, some of which may be missing, and how sure they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def mean_over(values: Numbers) -> Numbers:
    """Return the mean over the first axis of what is there; NaN where there is none."""
    count = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan)


def interval(values: Numbers, share: float = 0.95) -> tuple[Numbers, Numbers]:
    """Return the ends of the confidence interval of the mean over the first axis (Student's t).

    NaN where there are fewer than two values.
    """
    from scipy import stats

    count = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(values, axis=0) / count
        squares = np.nansum((values - mean) ** 2, axis=0)
        error = np.sqrt(squares / (count - 1) / count)
        half = stats.t.ppf((1 + share) / 2, np.maximum(count - 1, 1)) * error
    known = count > 1
    return np.where(known, mean - half, np.nan), np.where(known, mean + half, np.nan)
