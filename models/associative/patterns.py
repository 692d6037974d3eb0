"""Sparse patterns to store, and ways to damage them.

Every pattern has exactly `active` of its `units` active. They are random, come in families that
share a prototype, or hold a handwritten digit beside random units that stand for its context.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.associative.interface import Patterns, check_count, largest_fields
from models.associative.presets import LEFT_OUT, REPLACED


def random_patterns(count: int, units: int, active: int, rng: np.random.Generator) -> Patterns:
    """Draw random patterns, each with exactly so many active units; shape (count, units)."""
    active = check_count("active", active, check_count("units", units))
    patterns = np.zeros((count, units), bool)
    np.put_along_axis(patterns, _draw(count, units, active, rng), True, axis=1)
    return patterns


def _draw(count: int, units: int, active: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw different units for each pattern, shape (count, active)."""
    if active**2 > units:  # doublets would be too frequent to draw again
        keys = rng.random((count, units), np.float32)
        return np.argpartition(keys, active - 1, axis=1)[:, :active]
    chosen = np.sort(rng.integers(0, units, (count, active)), axis=1)
    again = np.flatnonzero((np.diff(chosen, axis=1) == 0).any(axis=1))
    if again.size:
        chosen[again] = _draw(again.size, units, active, rng)
    return chosen


def family_patterns(
    count: int,
    units: int,
    active: int,
    families: int,
    similarity: float,
    rng: np.random.Generator,
) -> tuple[Patterns, NDArray[np.int64]]:
    """Draw patterns in families: each keeps a share of the active units of its prototype.

    The distances of such patterns are ultrametric on average: two of a family share more units
    than two of different ones (Parga and Virasoro 1986).

    Parameters
    ----------
    families : int
        Number of prototypes; patterns belong to them in turn.
    similarity : float
        Share of its prototype's active units that a pattern keeps, 0 to 1; the others are drawn
        from the units that are silent in the prototype.

    Returns
    -------
    patterns : ndarray of bool, shape (count, units)
    family : ndarray of int, shape (count,)
    """
    if not 0 <= similarity <= 1:
        raise ValueError(f"similarity is {similarity}; it must be from 0 to 1")
    prototypes = random_patterns(check_count("families", families), units, active, rng)
    family = np.arange(count) % families
    share = 1 - round(similarity * active) / active
    return replaced(prototypes[family], share, rng), family


def digit_patterns(
    count: int, units: int, active: int, share: float, rng: np.random.Generator
) -> tuple[Patterns, int]:
    """Draw handwritten digits as sparse patterns: the inkiest pixels, and random context.

    Parameters
    ----------
    share : float
        Share of the active units that are pixels. They lie in the square of the first
        ``side**2`` units, about a fifth of whose pixels are inked; the other units are context.

    Returns
    -------
    patterns : ndarray of bool, shape (count, units)
    side : int
        Pixels of a side of the pictures.

    Raises
    ------
    ValueError
        If there are not so many digits.
    """
    from models.sdm.inputs import load_images, resized

    images = load_images()
    if count > len(images):
        raise ValueError(f"count is {count}; it must be at most {len(images):,}, the digits")
    inked = max(1, round(share * active))
    side = min(math.isqrt(units), max(8, math.isqrt(5 * inked)))
    inked = min(inked, side**2)
    chosen = resized(images[rng.permutation(len(images))[:count]], side).reshape(count, -1)
    patterns = np.zeros((count, units), bool)
    # Equal shades are told apart by chance, or the upper ones would always be taken.
    shades = chosen + 1e-6 * rng.random(chosen.shape)
    patterns[:, : side**2] = [largest_fields(one, inked) for one in shades]
    left, room = active - inked, units - side**2
    if left > room:
        raise ValueError(f"active is {active}; of {units} units only {room} are left for context")
    if left:
        patterns[:, side**2 :] = random_patterns(count, room, left, rng)
    return patterns, side


# Damage. `keys` say in which order units are damaged, so that more damage adds to less.


def left_out(
    patterns: Patterns, share: float, rng: np.random.Generator | None = None,
    keys: NDArray[np.float64] | None = None,
) -> Patterns:  # fmt: skip
    """Return partial cues: a share of the active units of each pattern is left out.

    At least one unit stays.

    Parameters
    ----------
    patterns : ndarray of bool, shape (patterns, units)
    share : float
        Share of a pattern's active units, 0 to 1, rounded to whole units.
    rng : Generator, optional
        Draws which units, where no keys are given.
    keys : ndarray, shape (patterns, units), optional
        Those with the smallest keys are left out.
    """
    return _damaged(patterns, share, _keys(patterns, rng, keys), False)


def replaced(
    patterns: Patterns, share: float, rng: np.random.Generator | None = None,
    keys: NDArray[np.float64] | None = None,
) -> Patterns:  # fmt: skip
    """Return corrupted cues: a share of the active units is replaced by others.

    The units that come instead are silent in the pattern. Parameters as for `left_out`; of a
    pattern all of whose units are replaced none is left.
    """
    return _damaged(patterns, share, _keys(patterns, rng, keys), True)


#: Kind of damage -> what does it.
DAMAGES = {LEFT_OUT: left_out, REPLACED: replaced}


def _keys(
    patterns: Patterns, rng: np.random.Generator | None, keys: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    if keys is not None:
        return keys
    if rng is None:
        raise ValueError("rng is None; give random numbers or keys")
    return rng.random(patterns.shape)


def _damaged(
    patterns: Patterns, share: float, keys: NDArray[np.float64], replacing: bool
) -> Patterns:
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; it must be from 0 to 1, of a pattern's active units")
    cues = patterns.copy()
    for pattern, cue, key in zip(patterns, cues, keys, strict=True):
        units, others = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        lost = round(share * units.size)
        lost = min(lost, others.size) if replacing else min(lost, units.size - 1)
        if not lost:
            continue
        cue[units[np.argsort(key[units], kind="stable")[:lost]]] = False
        if replacing:
            cue[others[np.argsort(key[others], kind="stable")[:lost]]] = True
    return cues
