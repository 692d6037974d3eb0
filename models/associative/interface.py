"""What every memory of patterns offers, and what its callers hand over.

A pattern is a boolean array with one entry a unit, True where the unit is active. Whoever wants to
ask the same of many memories (store these, recall that, how many bits do you take) needs no more
than `PatternMemory`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Patterns = NDArray[np.bool_]


@runtime_checkable
class PatternMemory(Protocol):
    """A memory that stores patterns and completes damaged ones.

    Attributes
    ----------
    units : int
        Length of a pattern.
    stored : int
        Number of patterns stored so far.
    bits : int
        What the memory takes, in bits: all that recall reads, at the size it is held.
    """

    units: int
    stored: int

    @property
    def bits(self) -> int:
        """Bits that recall reads, at the size they are held."""
        ...

    def store(self, patterns: ArrayLike) -> None:
        """Store patterns, shape (..., units), in order."""
        ...

    def recall(self, cues: ArrayLike, *, winners: int | None = None, steps: int = 1) -> Patterns:
        """Return what the cues, shape (..., units), recall, in the same shape.

        `winners` is the number of units that are active in what is recalled, where the memory
        is to hold it; `steps` is how often recall is fed back at most.
        """
        ...


class Active(NamedTuple):
    """Patterns as lists of their active units.

    Attributes
    ----------
    units : ndarray of int64
        The active units of all patterns, one pattern after another, ascending in each.
    starts : ndarray of int64, shape (patterns + 1,)
        Where the units of each pattern begin.
    """

    units: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of active units of each pattern."""
        return np.diff(self.starts)

    def of(self, pattern: int) -> NDArray[np.int64]:
        """Active units of one pattern."""
        return self.units[self.starts[pattern] : self.starts[pattern + 1]]


def parse_patterns(patterns: ArrayLike, units: int, what: str, *, silent: bool = False) -> Patterns:
    """Return patterns as rows of booleans.

    Parameters
    ----------
    patterns : array of bool, or of 0 and 1, shape (..., units)
    units : int
        Length that a pattern must have.
    what : str
        What one of them is called in a sentence: ``"pattern"`` or ``"cue"``.
    silent : bool
        Whether one without any active unit is allowed.

    Returns
    -------
    ndarray of bool, shape (patterns, units)

    Raises
    ------
    ValueError
        For other values or another length, and for a pattern without any active unit.
    """
    array = np.asarray(patterns)
    if array.ndim == 0 or array.shape[-1] != units:
        raise ValueError(
            f"{what}s have shape {array.shape}; the last axis must be {units:,}, the number of "
            "units of this memory"
        )
    if array.dtype != bool:
        if not np.isin(array, (0, 1)).all():
            raise ValueError(f"{what}s must hold only bits: False and True, or 0 and 1")
        array = array == 1
    flat = array.reshape(-1, units)
    empty = np.flatnonzero(~flat.any(axis=1))
    if empty.size and not silent:
        raise ValueError(
            f"{what} {empty[0]} has no active unit; each {what} must have at least one of the "
            f"{units:,} units active"
        )
    return flat


def active_units(patterns: Patterns) -> Active:
    """List the active units of patterns, shape (patterns, units)."""
    pattern, unit = np.divmod(np.flatnonzero(patterns), patterns.shape[1])
    starts = np.zeros(len(patterns) + 1, np.int64)
    np.cumsum(np.bincount(pattern, minlength=len(patterns)), out=starts[1:])
    return Active(unit, starts)


def check_count(name: str, value: int, most: int | None = None) -> int:
    """Return a whole number of at least 1 and at most `most`, or raise ValueError naming it."""
    whole = not isinstance(value, bool) and isinstance(value, int | np.integer)
    if not whole or value < 1 or (most is not None and value > most):
        limit = "at least 1" if most is None else f"from 1 to {most:,}"
        raise ValueError(f"{name} is {value!r}; it must be a whole number {limit}")
    return int(value)


def check_coding_level(value: float) -> float:
    """Return a coding level above 0 and at most one half, or raise ValueError."""
    if not 0 < value <= 0.5:
        raise ValueError(
            f"coding_level is {value}; it must be above 0 and at most 0.5, the share of units "
            "that are active in a pattern"
        )
    return float(value)


def largest_fields(fields: NDArray[np.floating], count: int) -> Patterns:
    """Return which `count` fields are the largest; of equal ones at the edge, the first.

    Parameters
    ----------
    fields : ndarray, shape (units,)
    """
    edge = np.partition(fields, fields.size - count)[fields.size - count]
    fire = fields > edge
    tied = np.flatnonzero(fields == edge)
    fire[tied[: count - np.count_nonzero(fire)]] = True
    return fire


def correlation(recalled: ArrayLike, patterns: ArrayLike) -> NDArray[np.float64]:
    """Measure how well sparse patterns were recalled: 1 is perfect, 0 is chance.

    Pearson's correlation of two binary patterns, (n11 n00 - n10 n01) / sqrt(product of the four
    margins). Unlike the share of agreeing units it is not near 1 for two sparse patterns that
    have nothing in common, and unlike the mean-field overlap it counts each spurious unit as
    much as each missing one.

    Parameters
    ----------
    recalled, patterns : array of bool, shape (..., units)
        Leading axes broadcast.

    Returns
    -------
    ndarray, shape (...), 0 where one of the two has all units in one state.
    """
    a, b = np.asarray(recalled, bool), np.asarray(patterns, bool)
    units = a.shape[-1]
    both = (a & b).sum(axis=-1).astype(float)
    first, second = a.sum(axis=-1), b.sum(axis=-1)
    covariance = units * both - first * second
    spread = np.sqrt(1.0 * first * (units - first) * second * (units - second))
    return np.divide(covariance, spread, out=np.zeros(np.shape(covariance)), where=spread > 0)
