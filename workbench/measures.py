"""What engram science measures, on plain arrays.

Every function is pure: arrays in, arrays (or a number) out, nothing drawn and nothing kept.
Cells, units and bits lie on the last axis; leading axes (trials, patterns, time) are a batch.

Two rules hold throughout. Input that cannot be right (empty, not finite, of unequal length,
out of range) raises ValueError with a sentence that says what was wrong. A ratio whose
denominator is zero is undefined and comes out as NaN, since early in a run no cell may be
active yet. Measures of firing, from selectivity to spike trains: `workbench.spike_measures`.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


def finite(values: ArrayLike, name: str, *, minimum: float = -np.inf) -> NDArray[np.float64]:
    """Return `values` as floats, refusing none at all, NaN, infinity and what is too small."""
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); at least one value is needed")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity; every value must be finite")
    if array.min() < minimum:
        raise ValueError(f"{name} holds {array.min():g}; every value must be at least {minimum:g}")
    return array


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> NDArray[np.float64]:
    """Divide, giving NaN wherever the denominator is zero."""
    top, bottom = np.broadcast_arrays(numerator, denominator)
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)[()]


def engram_cells(
    activity: ArrayLike, *, above: float | None = None, deviations: float | None = None
) -> NDArray[np.bool_]:
    """Tell which cells are active enough to count as engram cells.

    A cell belongs to the ensemble when its activity r_i > theta, with theta either given
    (`above`) or following the population, theta = mean_i(r_i) + k sd_i(r_i) (`deviations` = k).

    Parameters
    ----------
    activity : shape (..., cells)
        Activity of every cell, for instance its mean rate while a stimulus is on (Hz).
    above : float, optional
        Threshold in the unit of `activity`. Tomé et al. use 10 Hz.
    deviations : float, optional
        Threshold in standard deviations (over the cells, divisor n) above the mean.

    Returns
    -------
    shape (..., cells), boolean mask.

    Raises
    ------
    ValueError
        Unless exactly one of `above` and `deviations` is given, both inputs being finite.

    References
    ----------
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w (fixed threshold).
    """
    rates = finite(activity, "activity")
    if above is not None and deviations is None:
        return rates > finite(above, "above")
    if deviations is not None and above is None:
        lowest = rates.min(axis=-1, keepdims=True)  # rounding can put the mean of equal rates below
        mean = np.maximum(rates.mean(axis=-1, keepdims=True), lowest)
        spread = rates.std(axis=-1, keepdims=True)
        return rates > mean + finite(deviations, "deviations") * spread
    raise ValueError("give exactly one of above (in the unit of activity) and deviations")


class Reactivation(NamedTuple):
    """How much of an engram was active again: `fraction`, its `chance` level and their `ratio`."""

    fraction: NDArray[np.float64]
    chance: NDArray[np.float64]
    ratio: NDArray[np.float64]


def reactivation(engram: ArrayLike, active: ArrayLike) -> Reactivation:
    """Measure how many engram cells are active again, against chance.

    fraction = |E and A| / |E|, chance = |A| / N (the fraction expected when the active cells A
    are drawn without regard to the engram E among N cells), ratio = fraction / chance.

    Parameters
    ----------
    engram : shape (..., cells), boolean mask
        Cells active at encoding.
    active : shape (..., cells), boolean mask
        Cells active at recall; leading axes broadcast against those of `engram`.

    Returns
    -------
    Reactivation
        Each field of shape (...), without unit. NaN where E (fraction) or A (ratio) is empty.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean, or of unequal numbers of cells.

    References
    ----------
    Reijmers et al. 2007, doi:10.1126/science.1143839.

    Examples
    --------
    >>> again = reactivation([True, True, False, False], [True, False, False, False])
    >>> float(again.fraction), float(again.chance), float(again.ratio)
    (0.5, 0.25, 2.0)
    """
    before, again = _cells(engram=engram, active=active)
    fraction = ratio((before & again).sum(axis=-1), before.sum(axis=-1))
    chance = again.mean(axis=-1)
    return Reactivation(fraction, chance, ratio(fraction, chance))


def cell_overlap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    relative_to: Literal["union", "first", "smaller"] = "union",
) -> NDArray[np.float64]:
    """Measure how many cells two ensembles share.

    |A and B| divided by |A or B| (the Jaccard index), by |A| (how much of the first ensemble
    is kept in the second) or by min(|A|, |B|) (1 when one ensemble lies inside the other).

    Parameters
    ----------
    first, second : shape (..., cells), boolean masks
        The two ensembles; leading axes broadcast.
    relative_to : what the number of shared cells is divided by

    Returns
    -------
    shape (...), from 0 (no cell shared) to 1, without unit; NaN where the divisor is empty.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean or of unequal length; an unknown `relative_to`.

    References
    ----------
    Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x ("union");
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w ("first").
    """
    a, b = _cells(first=first, second=second)
    shared, in_a, in_b = (a & b).sum(axis=-1), a.sum(axis=-1), b.sum(axis=-1)
    wholes = {"union": in_a + in_b - shared, "first": in_a, "smaller": np.minimum(in_a, in_b)}
    if relative_to not in wholes:
        raise ValueError(f"relative_to is {relative_to!r}; it must be union, first or smaller")
    return ratio(shared, wholes[relative_to])


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


def _cells(**masks: ArrayLike) -> list[NDArray[np.bool_]]:
    """Return boolean masks over the same cells, refusing lists of indices and empty masks."""
    arrays = {name: np.asarray(mask) for name, mask in masks.items()}
    for name, array in arrays.items():
        if array.size and array.dtype != bool:
            raise ValueError(f"{name} must be a boolean mask over cells, but is {array.dtype}")
    return _same_length(arrays)


def _bits(**words: ArrayLike) -> list[NDArray[np.bool_]]:
    """Return binary words of one length as booleans, whether of bits 0, 1 or of bits -1, 1."""
    arrays = {name: finite(word, name) for name, word in words.items()}
    for name, array in arrays.items():
        if not (np.isin(array, (0, 1)).all() or np.isin(array, (-1, 1)).all()):
            raise ValueError(f"{name} must hold only bits, either 0 and 1 or -1 and 1")
    return _same_length({name: array > 0 for name, array in arrays.items()})


def _same_length(arrays: dict[str, NDArray]) -> list[NDArray]:
    """Return the arrays, refusing empty ones and any whose last axes differ."""
    if len({array.shape[-1:] for array in arrays.values()}) > 1 or any(
        array.size == 0 for array in arrays.values()
    ):
        shapes = " and ".join(f"{name} has shape {array.shape}" for name, array in arrays.items())
        raise ValueError(f"{shapes}; their last axes must be of one length, and not empty")
    return list(arrays.values())


def _unit_norm(patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each pattern to length 1, by its peak first lest squares over- or underflow."""
    scaled = ratio(patterns, np.abs(patterns).max(axis=-1, keepdims=True))
    return scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)
