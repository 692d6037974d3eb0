r"""Rules that change a weight at spikes alone, in one form: pairs, triplets, and inhibitory ones.

A presynaptic spike leaves traces r1 and r2, a postsynaptic one o1 and o2, which decay with time
constants tau_plus, tau_x, tau_minus and tau_y. At each spike the weight jumps (Pfister and
Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006, equations 3 and 4),

.. math:: \Delta w = r_1 (A_2^+ + A_3^+ o_2) \; \text{(post)}, \qquad
          \Delta w = A_0 - o_1 (A_2^- + A_3^- r_2) \; \text{(pre)},

with traces as they were just before. With no triplet terms it is a pair rule; the lone term A_0 of
presynaptic spikes is that of inhibitory plasticity (Vogels et al. 2011). Every trace sums over all
earlier spikes (all-to-all) or sees the last one alone (nearest).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
#: Largest exponent within which a sum of exponentials is accumulated.
BLOCK = 500.0


@dataclass(frozen=True)
class SpikeRule:
    """A rule; amplitudes as shares of the weight at the start, times in ms.

    Attributes
    ----------
    pair_plus, pair_minus : float
        A2+ and A2-, of pairs.
    triplet_plus, triplet_minus : float
        A3+ and A3-, of triplets.
    tau_plus, tau_minus, tau_x, tau_y : float
        Time constants of r1, o1, r2 and o2, ms.
    alone : float
        A0, what each presynaptic spike adds by itself.
    nearest : bool
        Whether a spike sees only the last one of each kind.
    """

    pair_plus: float
    pair_minus: float
    tau_plus: float
    tau_minus: float
    triplet_plus: float = 0.0
    triplet_minus: float = 0.0
    tau_x: float = 100.0
    tau_y: float = 100.0
    alone: float = 0.0
    nearest: bool = False

    def paired(self, nearest: bool) -> SpikeRule:
        """Return the same rule with nearest or all-to-all pairing."""
        return replace(self, nearest=nearest)

    def reversed(self) -> SpikeRule:
        """Return the rule with every change of the opposite sign."""
        names = "pair_plus", "pair_minus", "triplet_plus", "triplet_minus", "alone"
        return replace(self, **{name: -getattr(self, name) for name in names})


def trace_before(spikes: Floats, times: Floats, tau: float, nearest: bool) -> Floats:
    """Return the trace of sorted spikes just before some times, both in ms.

    Returns
    -------
    ndarray, shape (times,)
        Sum of exp(-age / tau) over all earlier spikes, or of the last one alone.
    """
    if not spikes.size:
        return np.zeros(times.shape)
    left = np.ones(spikes.size) if nearest else trace_after(spikes, tau)
    last = np.searchsorted(spikes, times, side="left") - 1
    age = times - spikes[np.maximum(last, 0)]
    return np.where(last >= 0, left[last] * np.exp(-np.maximum(age, 0.0) / tau), 0.0)


def trace_after(spikes: Floats, tau: float) -> Floats:
    """Return the all-to-all trace right after each spike, in blocks that cannot overflow."""
    found, carried = np.empty(spikes.size), 0.0
    start = 0
    while start < spikes.size:
        since = (spikes[start:] - spikes[start]) / tau
        stop = int(np.searchsorted(since, BLOCK, side="right"))
        grown = np.exp(since[:stop])
        found[start : start + stop] = (np.cumsum(grown) + carried) / grown
        start += stop
        if start < spikes.size:
            carried = found[start - 1] * np.exp(-(spikes[start] - spikes[start - 1]) / tau)
    return found


def jumps(rule: SpikeRule, pre: ArrayLike, post: ArrayLike) -> tuple[Floats, Floats]:
    """Return what each spike does to the weight.

    Parameters
    ----------
    rule : SpikeRule
        What is followed.
    pre, post : array_like
        Sorted spike times, ms. Spikes at the same time do not see each other.

    Returns
    -------
    at_pre, at_post : ndarray
        Change of the weight at each spike.
    """
    pre, post = np.asarray(pre, float), np.asarray(post, float)
    down, up = rule.pair_minus, rule.pair_plus
    if rule.triplet_minus:
        down = down + rule.triplet_minus * trace_before(pre, pre, rule.tau_x, rule.nearest)
    if rule.triplet_plus:
        up = up + rule.triplet_plus * trace_before(post, post, rule.tau_y, rule.nearest)
    at_pre = rule.alone - down * trace_before(post, pre, rule.tau_minus, rule.nearest)
    return at_pre, up * trace_before(pre, post, rule.tau_plus, rule.nearest)


def course(
    rule: SpikeRule,
    pre: ArrayLike,
    post: ArrayLike,
    times: ArrayLike,
    start: float = 1.0,
    bounds: tuple[float, float] = (0.0, np.inf),
) -> Floats:
    """Return the weight at times (ms), kept within bounds at every spike.

    Parameters
    ----------
    rule, pre, post
        As in `jumps`.
    times : array_like
        Sorted times, ms; a spike at that very time counts.
    start : float
        The weight before any spike.
    bounds : tuple of float
        Lowest and highest weight: a jump that would leave them ends there.
    """
    pre, post = np.asarray(pre, float), np.asarray(post, float)
    spikes = np.concatenate([pre, post])
    order = np.argsort(spikes, kind="stable")
    weight, weights = start, [start]
    low, high = bounds
    for jump in np.concatenate(jumps(rule, pre, post))[order].tolist():
        weight = min(max(weight + jump, low), high)
        weights.append(weight)
    seen = np.searchsorted(spikes[order], np.asarray(times, float), side="right")
    return np.array(weights)[seen]


def poisson_drift(rule: SpikeRule, pre_hz: ArrayLike, post_hz: ArrayLike) -> Floats:
    """Return the mean change a second under independent Poisson spikes, in closed form.

    Parameters
    ----------
    pre_hz, post_hz : array_like
        Rates; they broadcast.
    """
    pre, post = np.asarray(pre_hz, float), np.asarray(post_hz, float)
    r1, o1, r2, o2 = (
        mean_trace(rate, tau, rule.nearest)
        for rate, tau in ((pre, rule.tau_plus), (post, rule.tau_minus), (pre, rule.tau_x),
                          (post, rule.tau_y))
    )  # fmt: skip
    up = post * r1 * (rule.pair_plus + rule.triplet_plus * o2)
    return up + pre * (rule.alone - o1 * (rule.pair_minus + rule.triplet_minus * r2))


def mean_trace(rate_hz: Floats, tau_ms: float, nearest: bool) -> Floats:
    """Return the mean of a trace of Poisson spikes."""
    load = rate_hz * tau_ms / 1000.0
    return load / (1 + load) if nearest else load


def pairing_change(
    rule: SpikeRule, delta_t_ms: ArrayLike, pairs: int, rate_hz: ArrayLike
) -> Floats:
    """Return what a number of regular pairs do in all, in closed form.

    Parameters
    ----------
    delta_t_ms : array_like
        Time of each postsynaptic spike after its presynaptic one, ms.
    pairs : int
        How many there are.
    rate_hz : array_like
        Pairs a second; it broadcasts with the times.

    Returns
    -------
    ndarray
        Sum of all jumps, in the broadcast shape, without bounds.
    """
    delta, rate = np.broadcast_arrays(np.asarray(delta_t_ms, float), np.asarray(rate_hz, float))
    delta, period = delta[..., None], 1000.0 / rate[..., None]
    number = np.arange(pairs, dtype=float)

    def seen(shift: Floats | float, tau: float) -> Floats:
        """Return the trace of regular spikes at each spike of the other train, or of their own."""
        last = np.minimum(np.ceil(number + shift / period - 1e-9) - 1, pairs - 1)
        age = (number - last) * period + shift
        share = np.exp(-period / tau)
        full = np.ones_like(share) if rule.nearest else (1 - share ** (last + 1)) / (1 - share)
        return np.where(last >= 0, full * np.exp(-np.maximum(age, 0.0) / tau), 0.0)

    up, down = rule.pair_plus, rule.pair_minus
    if rule.triplet_plus:
        up = up + rule.triplet_plus * seen(0.0, rule.tau_y)
    if rule.triplet_minus:
        down = down + rule.triplet_minus * seen(0.0, rule.tau_x)
    gained, lost = up * seen(delta, rule.tau_plus), down * seen(-delta, rule.tau_minus)
    return np.asarray((gained - lost + rule.alone).sum(axis=-1))
