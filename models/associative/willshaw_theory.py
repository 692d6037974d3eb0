"""Theory of Willshaw's matrix: its density, its spurious units, how much fits.

Sources: as for `models.associative.willshaw`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def density(
    patterns: ArrayLike, units: float, active: float, *, exactly: bool = True
) -> NDArray[np.float64] | float:
    """Expect the share of synapses between different units that are on.

    Parameters
    ----------
    patterns : array, shape (...)
        Number P of stored patterns.
    units, active : float
        Number N of units, and k of active ones in a pattern.
    exactly : bool
        Whether every pattern has exactly k active units, so that it switches on a synapse with
        probability k (k - 1) / (N (N - 1)); otherwise each unit is active on its own, and the
        probability is f^2 = (k / N)^2, as in the textbook's formula.

    Returns
    -------
    float or ndarray, shape (...), from 0 to 1

    Raises
    ------
    ValueError
        If there are fewer than 0 patterns, or not 0 < active <= units.

    Examples
    --------
    >>> round(density(401_263, 10_000, 13), 3)
    0.465
    >>> round(density(401_263, 10_000, 13, exactly=False), 3)
    0.492
    """
    number = np.asarray(patterns, float)
    if not (number >= 0).all():
        raise ValueError(f"patterns is {patterns}; there must be at least 0")
    pair = _pair_chance(units, active, exactly)
    found: Any = -np.expm1(number * np.log1p(-pair)) if pair < 1 else 1.0 * (number > 0)
    return float(found) if np.ndim(found) == 0 else found


def spurious_units(
    patterns: ArrayLike,
    units: float,
    active: float,
    threshold: float | None = None,
    *,
    exactly: bool = True,
) -> NDArray[np.float64] | float:
    """Expect the number of units that fire and do not belong, (N - k) rho^theta.

    Takes the synapses of a unit as independent, which is good for very sparse patterns (k near
    log2 N); for denser ones there are more spurious units than this.

    Parameters
    ----------
    patterns, units, active, exactly
        As for `density`.
    threshold : float, optional
        Number theta of active units of the cue, all of which must agree; `active`, that is a full
        cue, when None.
    """
    theta = active if threshold is None else threshold
    return (units - active) * density(patterns, units, active, exactly=exactly) ** theta


def capacity(
    units: float,
    active: float,
    spurious: float = 1.0,
    threshold: float | None = None,
    *,
    exactly: bool = True,
) -> float:
    """Return the number of patterns at which so many spurious units are expected.

    rho = (spurious / (N - k))^(1/theta) and P = ln(1 - rho) / ln(1 - p), with the chance p that a
    pattern switches on a synapse. Parameters as for `spurious_units`.

    Examples
    --------
    >>> round(capacity(10_000, 13, exactly=False))
    401263
    """
    pair = _pair_chance(units, active, exactly)
    if not 0 < spurious < units - active:
        raise ValueError(
            f"spurious is {spurious}; it must be above 0 and below {units - active}, the number "
            "of units that are not in a pattern"
        )
    theta = active if threshold is None else threshold
    if pair == 0:
        return math.inf
    rho = (spurious / (units - active)) ** (1 / theta)
    return math.log1p(-rho) / math.log1p(-pair)


def information(patterns: float, units: float, active: float) -> float:
    """Return bits per synapse when each of the patterns is one of all that could have been.

    P log2 binomial(N, k) / N^2, which comes near ln 2 = 0.69 for very large N: what the matrix
    holds when it maps patterns to others of the same kind. A pattern that is completed from a
    part of itself is worth at most a quarter of that.
    """
    _pair_chance(units, active, True)
    choices = math.lgamma(units + 1) - math.lgamma(active + 1) - math.lgamma(units - active + 1)
    return patterns * choices / math.log(2) / units**2


def _pair_chance(units: float, active: float, exactly: bool) -> float:
    """Return the chance that a pattern has two given units active."""
    if not 0 < active <= units:
        raise ValueError(f"active is {active}; it must be above 0 and at most {units}, the units")
    if not exactly:
        return (active / units) ** 2
    return active * max(0.0, active - 1) / (units * max(1.0, units - 1))
