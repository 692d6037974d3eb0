"""How many hard locations an address activates, and how many two addresses share.

An overlap curve ``I(d)`` is the probability that a random hard location is active for both of two
addresses at Hamming distance d; ``I(0)`` is the access fraction p. Hamming circles and selected
coordinates differ only in this curve, so whatever follows from it serves both designs.

Sources
-------
P. Kanerva, Sparse Distributed Memory, MIT Press, 1988.
L. A. Jaeckel, An alternative design for a sparse distributed memory, RIACS report 89.28, 1989;
US patent 5,113,507.
T. Bricken and C. Pehlevan, Attention approximates sparse distributed memory, NeurIPS 2021,
arXiv:2111.05498.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, gammaln

Floats = NDArray[np.float64]


def access_fraction_of_radius(address_bits: int, radius: ArrayLike) -> Floats:
    """Share of all addresses within a radius: the binomial distribution function.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    radius : array of int, shape (...)
        Access radius in bits, inclusive.

    Returns
    -------
    ndarray, shape (...)
        ``p = BinomCDF(R; N, 1/2)``.

    Raises
    ------
    ValueError
        If a radius is outside 0 to ``address_bits``.

    References
    ----------
    Kanerva 1988.
    """
    radius = np.asarray(radius)
    if ((radius < 0) | (radius > address_bits)).any():
        raise ValueError(f"radius is {radius}; it must be from 0 to {address_bits}")
    return np.asarray(bdtr(radius.astype(float), address_bits, 0.5), dtype=float)


def radius_for_access_fraction(address_bits: int, access_fraction: ArrayLike) -> NDArray[np.int64]:
    """Smallest radius whose circle holds at least a share of all addresses.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    access_fraction : array, shape (...)
        Share p, above 0 and below 1.

    Returns
    -------
    ndarray of int, shape (...)
        Radius in bits; equals ``scipy.stats.binom.ppf(p, N, 0.5)``.

    Raises
    ------
    ValueError
        If a fraction is not above 0 and below 1.

    References
    ----------
    Kanerva 1988.
    """
    fraction = np.asarray(access_fraction, dtype=float)
    if not ((fraction > 0) & (fraction < 1)).all():
        raise ValueError(f"access_fraction is {access_fraction}; it must be above 0 and below 1")
    shares = access_fraction_of_radius(address_bits, np.arange(address_bits + 1))
    return np.searchsorted(shares, fraction)


def circle_overlap(address_bits: int, radius: int, distances: ArrayLike | None = None) -> Floats:
    """Overlap of two access circles, as a share of all addresses.

    ``I(d) = 2**-N sum over i, j of C(d, i) C(N - d, j)`` with ``i + j <= R`` and
    ``d - i + j <= R``. An odd distance has the overlap of the next even one.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    radius : int
        Access radius R in bits, inclusive.
    distances : array of int, shape (...), optional
        Distances d between the circles' centres in bits; 0 to N by default.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If the radius or a distance is outside 0 to ``address_bits``.

    References
    ----------
    Kanerva 1988.
    """
    if not 0 <= radius <= address_bits:
        raise ValueError(f"radius is {radius}; it must be from 0 to {address_bits}")
    distances = _checked_distances(address_bits, distances)
    steps = np.minimum(distances + distances % 2, 2 * (address_bits // 2))
    # The last step of an odd address length has no even distance above it.
    steps = np.where(distances > steps, distances, steps)
    log_factorial = gammaln(np.arange(1.0, address_bits + 2))
    needed, places = np.unique(steps, return_inverse=True)
    overlaps = [_circle_overlap(address_bits, radius, int(d), log_factorial) for d in needed]
    return np.array(overlaps)[places].reshape(distances.shape)


def _circle_overlap(bits: int, radius: int, distance: int, log_factorial: Floats) -> float:
    """Sum over i, the differing bits seen from one side, of binomial times cumulated binomial."""
    differing = np.arange(distance + 1)
    left = radius - np.maximum(differing, distance - differing)
    cumulated = np.cumsum(_binomial(bits - distance, log_factorial))
    within = cumulated[np.clip(left, 0, bits - distance)]
    return float(_binomial(distance, log_factorial) @ np.where(left >= 0, within, 0.0))


def _binomial(bits: int, log_factorial: Floats) -> Floats:
    """Binomial probabilities of 0 to ``bits`` at one half."""
    part = log_factorial[: bits + 1]
    return np.exp(log_factorial[bits] - part - part[::-1] - bits * np.log(2))


def _checked_distances(address_bits: int, distances: ArrayLike | None) -> NDArray[np.int64]:
    if distances is None:
        return np.arange(address_bits + 1)
    distances = np.asarray(distances, dtype=np.int64)
    if ((distances < 0) | (distances > address_bits)).any():
        raise ValueError(f"distances are {distances}; they must be from 0 to {address_bits}")
    return distances


def selected_coordinate_overlap(
    address_bits: int, selected_bits: int, distances: ArrayLike | None = None
) -> Floats:
    """Overlap of two addresses in Jaeckel's selected-coordinate design.

    A location looks at q distinct coordinates and is active for both addresses if it is for one
    and none of its coordinates is among the d that differ:
    ``I(d) = 2**-q C(N - d, q) / C(N, q)``.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    selected_bits : int
        Coordinates q of a location.
    distances : array of int, shape (...), optional
        Distances d in bits; 0 to N by default.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If ``selected_bits`` is outside 1 to N, or a distance outside 0 to N.

    References
    ----------
    Jaeckel 1989.
    """
    if not 1 <= selected_bits <= address_bits:
        raise ValueError(f"selected_bits is {selected_bits}; it must be from 1 to {address_bits}")
    distances = _checked_distances(address_bits, distances)
    overlap = np.full(distances.shape, 2.0**-selected_bits)
    for drawn in range(selected_bits):
        overlap *= np.maximum(address_bits - distances - drawn, 0) / (address_bits - drawn)
    return overlap


def shared_locations(hard_locations: int, overlap: ArrayLike) -> Floats:
    """Expect ``phi(d) = M I(d)`` locations to be active for both addresses.

    Parameters
    ----------
    hard_locations : int
        Number M of hard locations.
    overlap : array, shape (...)
        Overlap I(d).

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Kanerva 1988.
    """
    return hard_locations * np.asarray(overlap, dtype=float)


class AttentionFit(NamedTuple):
    """Inverse temperature beta of the softmax nearest an overlap curve, and R squared."""

    beta: float
    r_squared: float


def attention_fit(overlap: ArrayLike, radius: int) -> AttentionFit:
    """Fit ``ln I(d)`` by a line in the cosine ``1 - 2 d / N``; its slope is beta of attention.

    Parameters
    ----------
    overlap : array, shape (N + 1,)
        Overlap curve, ``overlap[d]`` for d from 0 to N.
    radius : int
        The fit takes distances below this radius, in bits.

    Returns
    -------
    AttentionFit

    Raises
    ------
    ValueError
        If the radius leaves fewer than three distances, or the overlap vanishes at one of them.

    References
    ----------
    Bricken and Pehlevan 2021, equation of the exponential approximation to the circle overlap.
    """
    overlap = np.asarray(overlap, dtype=float)
    part = overlap[:radius]
    if len(part) < 3 or (part <= 0).any():
        raise ValueError(
            f"radius is {radius}; it must be at least 3 and the overlap above 0 at every "
            "distance below it"
        )
    cosine = 1 - 2 * np.arange(len(part)) / (len(overlap) - 1)
    logarithm = np.log(part)
    beta, offset = np.polyfit(cosine, logarithm, 1)
    residual = logarithm - (beta * cosine + offset)
    return AttentionFit(float(beta), float(1 - residual.var() / logarithm.var()))
