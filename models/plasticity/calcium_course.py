r"""Calcium at a synapse while pairs of spikes are repeated: its course, and its time above a level.

Each spike adds an amount of calcium at once, which then decays with one time constant,

.. math:: \frac{dc}{dt} = -\frac{c}{\tau_{Ca}} + C_{pre} \sum_i \delta(t - t_i - D)
          + C_{post} \sum_j \delta(t - t_j).

Repeated often enough, a pair makes the same course each period T, which is known in closed form
(Graupner and Brunel 2012, doi:10.1073/pnas.1109359109).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.plasticity.calcium_sets import ParameterSet

Floats = NDArray[np.float64]


class Stretch(NamedTuple):
    """A part of the period without spikes: how long it lasts (ms), and what is added before it."""

    length: Floats
    added: Floats


def stretches(synapse: ParameterSet, delta_t_ms: ArrayLike, rate_hz: ArrayLike) -> list[Stretch]:
    """Return the two parts of the period, each after the calcium of one of the spikes.

    Parameters
    ----------
    delta_t_ms : array_like
        Time of the postsynaptic spike after the presynaptic one, ms.
    rate_hz : array_like
        Pairs a second; it broadcasts with the times.
    """
    delta, rate = np.broadcast_arrays(np.asarray(delta_t_ms, float), np.asarray(rate_hz, float))
    period = 1000.0 / rate
    apart = delta - synapse.delay  # between the calcium of both
    between = np.abs(apart) % period
    first = np.where(apart >= 0, synapse.pre, synapse.post)
    return [Stretch(between, first), Stretch(period - between, synapse.pre + synapse.post - first)]


def steady_levels(synapse: ParameterSet, parts: list[Stretch]) -> list[Floats]:
    """Return the calcium at the beginning of each part, once it is the same in every period."""
    period = sum(part.length for part in parts)
    level = np.zeros_like(parts[0].added)
    for part in parts:  # from an empty synapse through one period
        level = (level + part.added) * np.exp(-part.length / synapse.decay)
    level = level / -np.expm1(-period / synapse.decay)
    found = []
    for part in parts:
        found.append(level + part.added)
        level = found[-1] * np.exp(-part.length / synapse.decay)
    return found


def time_above(synapse: ParameterSet, level: Floats, length: Floats, threshold: float) -> Floats:
    """Return how long (ms) calcium that decays from a level for some time is above a threshold."""
    lasting = synapse.decay * np.log(np.maximum(level, 1e-300) / threshold)
    return np.clip(lasting, 0.0, length)


def shares_above(
    synapse: ParameterSet, delta_t_ms: ArrayLike, rate_hz: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the fractions of time that calcium spends above both thresholds.

    Parameters
    ----------
    delta_t_ms, rate_hz : array_like
        As in `stretches`.

    Returns
    -------
    alpha_d, alpha_p : ndarray
        For depression and for potentiation, 0 to 1, in the broadcast shape.
    """
    parts = stretches(synapse, delta_t_ms, rate_hz)
    levels = steady_levels(synapse, parts)
    period = sum(part.length for part in parts)
    depression, potentiation = (
        np.sum([time_above(synapse, level, part.length, threshold)
                for level, part in zip(levels, parts, strict=True)], axis=0) / period
        for threshold in (synapse.depression_threshold, synapse.potentiation_threshold)
    )  # fmt: skip
    return depression, potentiation


def trace(synapse: ParameterSet, delta_t_ms: float, rate_hz: float, times_ms: ArrayLike) -> Floats:
    """Return the calcium at times (ms) after a presynaptic spike, once it repeats every period."""
    times = np.asarray(times_ms, float)
    period = 1000.0 / rate_hz
    spikes = (synapse.delay, synapse.pre), (delta_t_ms, synapse.post)
    since = [(amount, (times - at) % period) for at, amount in spikes]
    total = sum(amount * np.exp(-passed / synapse.decay) for amount, passed in since)
    return np.asarray(total / -np.expm1(-period / synapse.decay))
