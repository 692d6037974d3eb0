"""Measures of stored patterns: how alike words are, how well they are recalled, how many fit."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import finite, ratio, same_length


def overlap(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Measure the agreement of binary words, from -1 (opposite) over 0 (chance) to 1 (equal).

    m = (1/n) sum_i s_i t_i with bits written as -1 and 1, which is 1 - 2 d/n for Hamming
    distance d; (1 + m)/2 is the fraction of bits that agree.

    Parameters
    ----------
    first, second : shape (..., bits)
        Words of bits 0 and 1 (or False and True), or of bits -1 and 1; leading axes broadcast.

    Returns
    -------
    shape (...), without unit.

    Raises
    ------
    ValueError
        For words that are empty, of unequal length, or hold anything but two such values.

    References
    ----------
    Amit, Gutfreund and Sompolinsky 1985, doi:10.1103/PhysRevA.32.1007.

    Examples
    --------
    >>> float(overlap([0, 1, 1, 0], [0, 1, 1, 1]))
    0.5
    """
    a, b = _bits(first=first, second=second)
    return (2 * (a == b).sum(axis=-1) - a.shape[-1]) / a.shape[-1]


def recall(
    recalled: ArrayLike, stored: ArrayLike, *, similarity: Literal["overlap", "cosine"] = "overlap"
) -> NDArray[np.float64]:
    """Measure how well each pattern of a batch was recalled.

    "overlap" is `overlap`, for binary patterns; "cosine" is x.y / (|x| |y|), for real ones.
    On bits -1 and 1 the two agree.

    Parameters
    ----------
    recalled : shape (patterns, units)
        The states that the cues led to.
    stored : shape (patterns, units)
        The pattern that belongs to each of them.
    similarity : the measure, as above

    Returns
    -------
    shape (patterns,), from -1 to 1, without unit; cosine is NaN where a pattern is all zero.

    Raises
    ------
    ValueError
        For unequal shapes, batches that are empty or not finite, and an unknown `similarity`.

    References
    ----------
    Hopfield 1982, doi:10.1073/pnas.79.8.2554.
    """
    if np.shape(recalled) != np.shape(stored) or np.ndim(recalled) != 2:
        raise ValueError(
            f"recalled has shape {np.shape(recalled)} and stored {np.shape(stored)}; "
            "both must be of the same shape (patterns, units)"
        )
    if similarity == "overlap":
        return overlap(recalled, stored)
    if similarity != "cosine":
        raise ValueError(f"similarity is {similarity!r}; it must be overlap or cosine")
    x, y = _unit_norm(finite(recalled, "recalled")), _unit_norm(finite(stored, "stored"))
    return np.clip((x * y).sum(axis=-1), -1.0, 1.0)


def capacity(loads: ArrayLike, recalled: ArrayLike, *, criterion: float) -> float:
    """Find the largest load up to which recall stays at the criterion or above.

    The first downward crossing of `criterion`, linear between the two loads around it. A later
    recovery does not count. The largest load is returned when recall never falls below the
    criterion (a lower bound), NaN when it already does at the smallest.

    Parameters
    ----------
    loads : shape (loads,), strictly increasing
        Number of patterns stored, or that number per unit or synapse.
    recalled : shape (loads,)
        Mean recall at each load, in the unit of `criterion`.
    criterion : float
        Least recall that counts as remembered.

    Returns
    -------
    float, in the unit of `loads`.

    Raises
    ------
    ValueError
        For inputs that are empty, not finite, of unequal shapes, or loads that do not increase.

    References
    ----------
    Hopfield 1982, doi:10.1073/pnas.79.8.2554 (recall against load).

    Examples
    --------
    >>> capacity([10, 20, 30], [1.0, 0.75, 0.25], criterion=0.5)
    25.0
    """
    x, y = finite(loads, "loads"), finite(recalled, "recalled")
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"loads has shape {x.shape} and recalled {y.shape}; both must be of one shape (loads,)"
        )
    if (np.diff(x) <= 0).any():
        raise ValueError("loads must increase strictly from one value to the next")
    failing = np.flatnonzero(y < finite(criterion, "criterion"))
    if failing.size == 0:
        return float(x[-1])
    if failing[0] == 0:
        return float("nan")
    around = [failing[0], failing[0] - 1]
    return float(np.interp(criterion, y[around], x[around]))


def _bits(**words: ArrayLike) -> list[NDArray[np.bool_]]:
    """Return binary words of one length as booleans, whether of bits 0, 1 or of bits -1, 1."""
    arrays = {name: finite(word, name) for name, word in words.items()}
    for name, array in arrays.items():
        if not (np.isin(array, (0, 1)).all() or np.isin(array, (-1, 1)).all()):
            raise ValueError(f"{name} must hold only bits, either 0 and 1 or -1 and 1")
    return same_length({name: array > 0 for name, array in arrays.items()})


def _unit_norm(patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each pattern to length 1, by its peak first lest squares over- or underflow."""
    scaled = ratio(patterns, np.abs(patterns).max(axis=-1, keepdims=True))
    return scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)
