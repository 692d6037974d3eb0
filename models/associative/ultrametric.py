"""Patterns of a tree: random parents, and children that resemble theirs (Benna and Fusi 2021).

Units are +1 or -1. Each child is its parent with every unit drawn anew with probability gamma, so
siblings overlap by (1 - gamma)^2 and patterns of different families by nothing. The smaller gamma,
the fewer bits tell all patterns.

Sources: N. Parga and M. A. Virasoro, The ultrametric organization of memories in a neural network,
J. Physique 47:1857-1864, 1986; M. K. Benna and S. Fusi, PNAS 118:e2018422118, 2021,
doi:10.1073/pnas.2018422118.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import check_count

Signs = NDArray[np.int8]


def tree(
    count: int, units: int, children: int, gamma: float, rng: np.random.Generator
) -> tuple[Signs, Signs, NDArray[np.int64]]:
    """Draw so many patterns, family after family; the last family may be smaller.

    Parameters
    ----------
    count, units : int
    children : int
        Patterns of a family.
    gamma : float
        Probability, 0 to 1, with which a unit of a child is drawn anew.
    rng : Generator

    Returns
    -------
    patterns : ndarray of int8, +1 and -1, shape (count, units)
    parents : ndarray of int8, shape (families, units)
    family : ndarray of int, shape (count,)
        Place of each pattern's parent.

    Raises
    ------
    ValueError
        If a count is no whole number of at least 1, or gamma no probability.
    """
    for name, value in (("count", count), ("units", units), ("children", children)):
        check_count(name, value)
    if not 0 <= gamma <= 1:
        raise ValueError(f"gamma is {gamma}; it must be from 0 to 1, a probability")
    parents = signs(rng, (-(-count // children), units))
    family = np.arange(count) // children
    anew = rng.random((count, units)) < gamma
    return np.where(anew, signs(rng, (count, units)), parents[family]), parents, family


def signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Signs:
    """Draw +1 and -1, equally likely."""
    return (2 * rng.integers(0, 2, shape) - 1).astype(np.int8)


def flipped(patterns: Signs, share: float, keys: NDArray[np.float64]) -> Signs:
    """Return cues: of each pattern the same number of units has the other sign.

    Parameters
    ----------
    patterns : ndarray of +1 and -1, shape (patterns, units)
    share : float
        Share of the units, 0 to 1, rounded to whole units.
    keys : ndarray, shape (patterns, units)
        Those with the smallest keys are flipped, so that more damage adds to less.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; it must be from 0 to 1, of a pattern's units")
    places = keys.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return np.where(places < round(share * patterns.shape[1]), -patterns, patterns)


def tree_bits(children: int, gamma: float) -> float:
    """Return the bits that a unit of a pattern takes where whole families are told together.

    The entropy of one unit in all children of a family, of parent unknown, over their number: 1
    where gamma is 1, one bit for the whole family where it is 0.

    Examples
    --------
    >>> tree_bits(10, 1.0), tree_bits(10, 0.0)
    (1.0, 0.1)
    """
    plus = np.arange(check_count("children", children) + 1)
    ways = [math.lgamma(children + 1) - math.lgamma(n + 1) - math.lgamma(children - n + 1)
            for n in plus]  # fmt: skip
    other = gamma / 2
    sequence = 0.5 * (
        (1 - other) ** (children - plus) * other**plus
        + (1 - other) ** plus * other ** (children - plus)
    )
    there = sequence > 0
    chance = np.exp(ways)[there] * sequence[there]
    return float(-(chance * np.log2(sequence[there])).sum() / children)


def flip_bits(error: ArrayLike) -> NDArray[np.float64]:
    """Return the entropy, in bits, of a unit that is wrong with this probability."""
    wrong = np.clip(np.asarray(error, float), 1e-12, 1 - 1e-12)
    return -wrong * np.log2(wrong) - (1 - wrong) * np.log2(1 - wrong)
