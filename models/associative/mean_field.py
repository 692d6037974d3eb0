r"""Mean-field theory of the covariance rule: overlap and capacity at any coding level.

Replica-symmetric equations at zero temperature for N units, P = alpha N patterns with coding level
f and a threshold theta. With the fields x1 = (m (1 - f) - theta) / sigma of units that belong to
the pattern and x0 = (-m f - theta) / sigma of the others, in units of the noise sigma,

    m = Phi(x1) - Phi(x0)                        overlap with the pattern recalled
    q = f Phi(x1) + (1 - f) Phi(x0)              share of units that fire
    C = [f phi(x1) + (1 - f) phi(x0)] / sigma    response to small fields
    sigma^2 = alpha (q (1 - 2 f) + f^2) / (1 - C)^2

x1 and x0 determine everything else, alpha and theta included, so nothing has to be iterated: states
of recall are followed from small loads, where x1 is large, to where the load is largest. With a
threshold that holds activity at the coding level (k winners) x0 follows from x1.

Sources: M. V. Tsodyks and M. V. Feigelman 1988, doi:10.1209/0295-5075/6/2/002; J. Buhmann, R.
Divko and K. Schulten, Physical Review A 39:2689-2692, 1989, doi:10.1103/PhysRevA.39.2689 (activity
held); at f = 1/2 it is the theory of D. J. Amit, H. Gutfreund and H. Sompolinsky 1985,
doi:10.1103/PhysRevLett.55.1530, with its capacity of 0.138 N.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import check_coding_level

Floats = NDArray[np.float64]
_POINTS = 4000
_LARGEST = 12.0


class Recall(NamedTuple):
    """States of recall; each attribute a number or an array of one shape.

    Attributes
    ----------
    load : patterns per unit, alpha
    threshold : theta, in units in which the signal is m
    overlap : m, 1 for perfect recall
    activity : q, share of units that fire
    """

    load: Floats
    threshold: Floats
    overlap: Floats
    activity: Floats


def recall_state(member: ArrayLike, other: ArrayLike, coding_level: float) -> Recall:
    """Return the state with these fields x1 of member units and x0 of the others.

    The load is 0 where there is none, that is where the response C is not below 1.
    """
    from scipy.special import ndtr

    f, x1, x0 = coding_level, np.asarray(member, float), np.asarray(other, float)
    overlap = ndtr(x1) - ndtr(x0)
    activity = f * ndtr(x1) + (1 - f) * ndtr(x0)
    noise = overlap / (x1 - x0)
    response = (f * _bell(x1) + (1 - f) * _bell(x0)) / noise
    power = activity * (1 - 2 * f) + f**2
    load = (noise * np.clip(1 - response, 0.0, None)) ** 2 / power
    return Recall(load, overlap * (1 - f) - x1 * noise, overlap, activity)


def _bell(x: Floats) -> Floats:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@lru_cache(maxsize=256)
def recall_branch(coding_level: float, threshold: float | None = None) -> Recall:
    """Follow recall from no load to the largest that there is, ascending.

    Parameters
    ----------
    coding_level : float
        f, above 0 and at most 0.5.
    threshold : float, optional
        Fixed threshold, above -f and below 1 - f; when None, the one that holds activity at f.

    Returns
    -------
    Recall
        Of arrays, the load ascending; the last is the critical one.
    """
    from scipy.special import ndtr, ndtri

    f = check_coding_level(coding_level)
    x1 = np.linspace(_LARGEST, 0.0, _POINTS, endpoint=False)
    if threshold is None:
        x0 = ndtri(f * ndtr(-x1) / (1 - f))
    else:
        if not -f < threshold < 1 - f:
            raise ValueError(f"threshold is {threshold}; it must be from {-f:g} to {1 - f:g}")
        x0 = _other_field(x1, f, threshold)
    states = recall_state(x1, x0, f)
    falling = np.flatnonzero(np.diff(states.load) <= 0)
    last = falling[0] + 1 if falling.size else _POINTS
    return Recall._make(part[:last] for part in states)


def _other_field(x1: Floats, f: float, threshold: float) -> Floats:
    """Find x0 for which the threshold is the one given, by bisection."""
    low, high = np.full_like(x1, -40.0), x1 - 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        # The threshold falls as x0 rises.
        above = recall_state(x1, middle, f).threshold > threshold
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2


def critical_load(coding_level: float, threshold: float | str | None = None) -> float:
    """Return the largest load P / N at which patterns can be recalled.

    Parameters
    ----------
    coding_level : float
        f, above 0 and at most 0.5.
    threshold : float or "best", optional
        A fixed threshold; "best" for the largest load that any fixed threshold allows. When None,
        the threshold follows the load so that as many units fire as a pattern has (k winners).

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the coding level or the threshold is out of range.

    Examples
    --------
    >>> round(critical_load(0.5), 3)
    0.138
    >>> round(critical_load(0.01), 2), round(critical_load(0.01, "best"), 2)
    (4.27, 4.4)
    """
    if threshold == "best":
        return best_threshold(coding_level)[0]
    if isinstance(threshold, str):
        raise ValueError(f"threshold is {threshold!r}; it must be a number, 'best' or None")
    return float(recall_branch(float(coding_level), threshold).load[-1])


@lru_cache(maxsize=256)
def best_threshold(coding_level: float) -> tuple[float, float, float]:
    """Return the largest load for any fixed threshold, that threshold, and the overlap there."""
    from scipy.optimize import minimize

    def load(fields: NDArray[np.float64]) -> float:
        return float(recall_state(fields[0], fields[1], f).load)

    f = check_coding_level(coding_level)
    held = recall_branch(f)
    overlap, threshold = held.overlap[-1], held.threshold[-1]
    noise = np.sqrt(held.load[-1] * f)  # near enough to begin with, as C is small
    start = [(overlap * (1 - f) - threshold) / noise, (-overlap * f - threshold) / noise]
    found = minimize(
        lambda fields: -load(fields), start, method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 2000},
    )  # fmt: skip
    best = recall_state(found.x[0], found.x[1], f)
    return float(best.load), float(best.threshold), float(best.overlap)


def expected_overlap(
    load: ArrayLike, coding_level: float, threshold: float | None = None
) -> Floats:
    """Return the overlap m of recalled patterns at loads P / N; 0 above the critical load."""
    branch = recall_branch(float(coding_level), threshold)
    return np.interp(np.asarray(load, float), branch.load, branch.overlap, right=0.0)


def asymptotic_load(coding_level: ArrayLike) -> Floats:
    """Return 1 / (2 f |ln f|), to which the critical load tends extremely slowly as f falls."""
    f = np.asarray(coding_level, float)
    return 1 / (2 * f * np.abs(np.log(f)))


def sparse_law(units: ArrayLike) -> Floats:
    """Return (N / ln N)^2, the number of patterns that fit when k grows as ln N, up to a factor."""
    n = np.asarray(units, float)
    return (n / np.log(n)) ** 2
