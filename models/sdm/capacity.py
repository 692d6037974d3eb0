"""Noise, capacity and information of a sparse distributed memory.

Sources
-------
P. Kanerva, Sparse Distributed Memory, MIT Press, 1988.
J. D. Keeler, Comparison between Kanerva's SDM and Hopfield-type neural networks, Cognitive
Science 12, 299-329, 1988.
P. A. Chou, The capacity of the Kanerva associative memory, IEEE Transactions on Information Theory
35, 281-298, 1989.
T. Bricken and C. Pehlevan, Attention approximates sparse distributed memory, NeurIPS 2021,
arXiv:2111.05498.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import entr, ndtr

Floats = NDArray[np.float64]


def signal_to_noise(
    hard_locations: ArrayLike, stored_words: ArrayLike, access_fraction: ArrayLike
) -> Floats:
    """Signal-to-noise ratio of one sum, read at an address that was written.

    ``SNR**2 = M / (T (1 + p**2 M) + 1 / p)`` for T random words stored at random addresses
    independent of them (heteroassociative). Arguments broadcast.

    Parameters
    ----------
    hard_locations, stored_words, access_fraction : array
        M, T and p.

    Returns
    -------
    ndarray
        Ratio of mean to standard deviation.

    References
    ----------
    Kanerva 1988, chapter 7, with the variance of the number of active locations added.
    """
    m, t, p = (np.asarray(a, dtype=float) for a in (hard_locations, stored_words, access_fraction))
    return np.sqrt(m / (t * (1 + p**2 * m) + 1 / p))


def optimal_access_fraction(hard_locations: ArrayLike, stored_words: ArrayLike) -> Floats:
    """Access fraction with the best signal-to-noise ratio, ``p = (2 M T)**(-1/3)``.

    Parameters
    ----------
    hard_locations, stored_words : array
        M and T; they broadcast.

    Returns
    -------
    ndarray

    References
    ----------
    Kanerva 1988; the optimum of :func:`signal_to_noise`.
    """
    product = np.asarray(hard_locations, dtype=float) * np.asarray(stored_words, dtype=float)
    return (2 * product) ** (-1 / 3)


def bit_error(signal_to_noise: ArrayLike) -> Floats:
    """Probability that a bit is read wrongly at a signal-to-noise ratio, ``Phi(-SNR)``.

    Parameters
    ----------
    signal_to_noise : array, shape (...)

    Returns
    -------
    ndarray, shape (...)
    """
    return ndtr(-np.asarray(signal_to_noise, dtype=float))


def capacity(hard_locations: ArrayLike, access_fraction: ArrayLike, z_score: ArrayLike) -> Floats:
    """Words that can be stored until a bit's z-score falls to a value.

    ``T = ((p M)**2 / z**2 - p M) / (p**2 M + p**4 M**2) + 1``

    Parameters
    ----------
    hard_locations, access_fraction, z_score : array
        M, p and z; they broadcast. A z of 2.33 recalls 99 % of bits, 3.20 half of all 1000-bit
        words without an error, 4.26 99 % of them.

    Returns
    -------
    ndarray
        Number of words T; below 1 where one word already fails.

    Notes
    -----
    The spread of the number of active locations enters as if it were noise on every read, which
    makes the formula cautious where few locations are active: a memory of 20,000 locations was
    filled with 1,636 words until half of them held an error, where it says 1,383.

    References
    ----------
    Bricken and Pehlevan 2021, code of the optimal Hamming distance.
    """
    m, p, z = (np.asarray(a, dtype=float) for a in (hard_locations, access_fraction, z_score))
    active = p * m
    return (active**2 / z**2 - active) / (p * active + (p * active) ** 2) + 1


class BestCapacity(NamedTuple):
    """Largest capacity over all access fractions, and the fraction that gives it."""

    access_fraction: float
    stored_words: float


def best_capacity(hard_locations: int, z_score: float) -> BestCapacity:
    """Maximise :func:`capacity` over the access fraction.

    Parameters
    ----------
    hard_locations : int
        Number M of hard locations.
    z_score : float
        z-score of a bit that is still good enough.

    Returns
    -------
    BestCapacity
        Access fraction and number of words.

    References
    ----------
    Bricken and Pehlevan 2021.
    """
    best = minimize_scalar(
        lambda log_p: -float(capacity(hard_locations, np.exp(log_p), z_score)),
        bounds=(-np.log(hard_locations), np.log(0.5)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    fraction = float(np.exp(best.x))
    return BestCapacity(fraction, float(capacity(hard_locations, fraction, z_score)))


def binary_entropy(probability: ArrayLike) -> Floats:
    """Entropy in bits of a binary choice, ``h2(x) = -x log2 x - (1 - x) log2 (1 - x)``."""
    x = np.asarray(probability, dtype=float)
    return (entr(x) + entr(1 - x)) / np.log(2)


def bits_per_connection(signal_to_noise: ArrayLike) -> Floats:
    """Information stored per connection at a signal-to-noise ratio r.

    ``eta = (1 - h2(Phi(-r))) / r**2`` bits, the same for sparse distributed memories and
    Hopfield networks of any order.

    Parameters
    ----------
    signal_to_noise : array, shape (...)
        Ratio r, above 0.

    Returns
    -------
    ndarray, shape (...)
        Bits per connection.

    References
    ----------
    Keeler 1988 for the common constant; the closed form is derived from it.
    """
    r = np.asarray(signal_to_noise, dtype=float)
    return (1 - binary_entropy(bit_error(r))) / r**2


def word_rate(attraction: ArrayLike) -> Floats:
    """Largest exponential rate of the number of words for an attraction radius delta N.

    ``1 - h2(delta)``: about ``2**(N (1 - h2(delta)))`` words of N bits, reached with optimal
    parameters and exponentially many locations.

    Parameters
    ----------
    attraction : array, shape (...)
        Radius of attraction as a share delta of the address bits, 0 to 1/2.

    Returns
    -------
    ndarray, shape (...)
        Bits per address bit.

    References
    ----------
    Chou 1989.
    """
    return 1 - binary_entropy(attraction)
