"""Three predictions of what one read makes of a noisy cue, and the distance where it stops helping.

T random words are stored and a cue at distance d from one of them is read once. With the overlap
curve I, ``phi = M I(d)`` locations hold the wanted word. Every other stored word lies at a
distance delta from the cue with probability ``P(delta) = Binom(N, 1/2)`` and disturbs through its
own ``M I(delta)`` locations. The predictions differ in how they count that disturbance:

- autoassociative: neighbours of the cue share its bits, which pulls the read toward the cue;
- heteroassociative: the disturbing data words are independent of their addresses;
- simple: the pooled words are taken as distinct, the classical analysis.

All leave out the spread of the number of active locations from cue to cue. They take an overlap
curve, so they hold for Hamming circles and for selected coordinates.

Sources
-------
P. Kanerva, Sparse Distributed Memory, MIT Press, 1988 (chapter 7: simple); the autoassociative
and heteroassociative forms are derived here from the same model.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr

Floats = NDArray[np.float64]


class Disturbance(NamedTuple):
    """Mean pull toward the cue and variance that other stored words add to a sum."""

    pull: float
    variance: float


def disturbance(overlap: ArrayLike, hard_locations: int, stored_words: int) -> Disturbance:
    """Pull and variance of one sum from T random words.

    ``mu = T sum P(delta) M I (1 - 2 delta / N)``, ``s**2 = T sum P(delta) (M I + (M I)**2)``.

    Parameters
    ----------
    overlap : array, shape (N + 1,)
        Overlap curve I(d).
    hard_locations, stored_words : int
        M and T.

    Returns
    -------
    Disturbance

    Raises
    ------
    ValueError
        If the overlap is not a curve of at least two distances.
    """
    overlap = _curve(overlap)
    bits = len(overlap) - 1
    delta = np.arange(bits + 1)
    log_choose = gammaln(bits + 1) - gammaln(delta + 1) - gammaln(bits - delta + 1)
    probability = np.exp(log_choose - bits * np.log(2))
    shared = hard_locations * overlap
    pull = stored_words * probability @ (shared * (1 - 2 * delta / bits))
    return Disturbance(float(pull), float(stored_words * probability @ (shared + shared**2)))


def autoassociative_distance(overlap: ArrayLike, hard_locations: int, stored_words: int) -> Floats:
    """Predict the distance from the stored word after one read, words stored at themselves.

    ``(N - d) Phi(-(phi + mu) / s) + d Phi(-(phi - mu) / s)``

    Parameters
    ----------
    overlap : array, shape (N + 1,)
        Overlap curve I(d).
    hard_locations, stored_words : int
        M and T.

    Returns
    -------
    ndarray, shape (N + 1,)
        New distance in bits for a cue at distance d = 0 to N.

    Raises
    ------
    ValueError
        If the overlap is not a curve of at least two distances.
    """
    overlap = _curve(overlap)
    distance, bits = np.arange(len(overlap)), len(overlap) - 1
    pull, variance = disturbance(overlap, hard_locations, stored_words)
    wanted, spread = hard_locations * overlap, np.sqrt(variance)
    agreeing = (bits - distance) * ndtr(-(wanted + pull) / spread)
    return agreeing + distance * ndtr(-(wanted - pull) / spread)


def heteroassociative_distance(
    overlap: ArrayLike, hard_locations: int, stored_words: int
) -> Floats:
    """Predict the wrong bits of the data word after one read, data independent of addresses.

    ``N Phi(-phi / s)``. Parameters, shapes and errors as :func:`autoassociative_distance`.
    """
    overlap = _curve(overlap)
    _, variance = disturbance(overlap, hard_locations, stored_words)
    return (len(overlap) - 1) * ndtr(-hard_locations * overlap / np.sqrt(variance))


def simple_distance(overlap: ArrayLike, hard_locations: int, stored_words: int) -> Floats:
    """Predict the wrong bits after one read as if all pooled words were distinct.

    ``N Phi(-phi / sqrt(T M p**2))`` with ``p = I(0)``. Parameters, shapes and errors as
    :func:`autoassociative_distance`.
    """
    overlap = _curve(overlap)
    spread = np.sqrt(stored_words * hard_locations) * overlap[0]
    return (len(overlap) - 1) * ndtr(-hard_locations * overlap / spread)


def critical_distance(new_distance: ArrayLike) -> int:
    """Smallest cue distance, from 1 up, that one read does not reduce.

    Parameters
    ----------
    new_distance : array, shape (N + 1,)
        Distance after one read for cues at distance 0 to N, predicted or simulated.

    Returns
    -------
    int
        Distance in bits; N + 1 if every cue gets closer.

    References
    ----------
    Kanerva 1988, chapter 7.
    """
    new_distance = _curve(new_distance)
    kept = new_distance[1:] >= np.arange(1, len(new_distance))
    return int(np.argmax(kept)) + 1 if kept.any() else len(new_distance)


def _curve(values: ArrayLike) -> Floats:
    curve = np.asarray(values, dtype=float)
    if curve.ndim != 1 or len(curve) < 2:
        raise ValueError(
            f"a curve has shape {curve.shape}; it must be one value for each distance from 0 to N"
        )
    return curve
