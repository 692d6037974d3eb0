r"""Six rules of plasticity on the same spikes: rates and calcium are traces of them.

Rate rules see presynaptic and postsynaptic rates u and v, which are the spikes filtered with one
time constant and divided by a unit of rate; spike rules see the spikes; the calcium rule sees the
calcium that they let in. All are followed on one grid of times, many pairs of trains at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.plasticity import spike_rule_sets as sets
from models.plasticity.calcium_sets import BARRIER, PARAMETER_SETS
from models.plasticity.spike_rules import course, trace_before

Floats = NDArray[np.float64]
Trains = list[tuple[Floats, Floats]]
NAMES = {
    "hebb": "Hebb", "bcm": "BCM", "spass": "SPaSS", "pairs": "spike pairs",
    "triplets": "spike triplets", "calcium": "calcium",
}  # fmt: skip


@dataclass(frozen=True)
class RateRules:
    """What the rate rules share.

    Attributes
    ----------
    tau : float
        Time constant with which spikes are filtered, ms.
    unit : float
        Rate that counts as 1, Hz.
    speed : float
        mu, the rate of learning, 1/s.
    threshold_time : float
        Time constant of BCM's sliding threshold, s.
    target, kappa : float
        v_T and kappa of SPaSS.
    """

    tau: float = 50.0
    unit: float = 10.0
    speed: float = 0.05
    threshold_time: float = 1.0
    target: float = 1.0
    kappa: float = 3.0


def rates(trains: list[Floats], times: Floats, rules: RateRules) -> Floats:
    """Return the filtered spikes in units of rate, shape (trains, times)."""
    scale = 1000.0 / rules.tau / rules.unit
    return scale * np.array([trace_before(one, times, rules.tau, False) for one in trains])


def follow(trains: Trains, times: Floats, rules: RateRules) -> dict[str, Floats]:
    """Follow all rules on pairs of trains; every weight begins at 1.

    Parameters
    ----------
    trains : list of (ndarray, ndarray)
        Pre- and postsynaptic spikes, ms.
    times : ndarray, shape (times,)
        An even grid, ms.
    rules : RateRules

    Returns
    -------
    dict of str to ndarray, shape (trains, times)
        Weight over weight at the start, by the keys of `NAMES`. Rates are taken at the middle of
        each step (midpoint rule).
    """
    step = (times[1] - times[0]) / 1000.0
    middle = times[:-1] + 500.0 * step
    u, v = (rates([pair[i] for pair in trains], middle, rules) for i in (0, 1))
    triplets = sets.triplet(sets.VISUAL, terms=sets.MINIMAL)
    spiking = {
        name: np.array([course(rule, *pair, times, bounds=(0.0, np.inf)) for pair in trains])
        for name, rule in (("pairs", sets.HEBBIAN), ("triplets", triplets))
    }
    return {
        "hebb": summed(rules.speed * u * v * step),
        "bcm": summed(rules.speed * u * v * (v - sliding(v, step, rules)) * step),
        "spass": scaled(u, v, step, rules),
        **spiking,
        "calcium": calcium(trains, times),
    }


def summed(changes: Floats) -> Floats:
    """Return 1 and the sums of all changes up to each step, kept from falling below 0.

    Shape (trains, steps + 1); a weight that was stopped at 0 grows from there.
    """
    free = 1 + np.concatenate([np.zeros((len(changes), 1)), np.cumsum(changes, axis=1)], axis=1)
    return free + np.maximum.accumulate(np.maximum(-free, 0.0), axis=1)


def sliding(v: Floats, step: float, rules: RateRules) -> Floats:
    """Return BCM's threshold at the middle of each step: a running mean of v^2, from 1."""
    kept = np.exp(-step / rules.threshold_time)
    found, threshold = [], np.ones(len(v))
    for squared in (v**2).T:
        threshold = squared + (threshold - squared) * kept
        found.append(threshold)
    return np.array(found).T


def scaled(u: Floats, v: Floats, step: float, rules: RateRules) -> Floats:
    """Return the weights under SPaSS, by linearly implicit steps."""
    weight = np.ones(len(u))
    found = [weight]
    growth = rules.speed * u * v
    pull = rules.speed * (rules.target - v) / rules.kappa
    for grown, pulled in zip(growth.T, pull.T, strict=True):
        change = step * (grown + pulled * weight**2)
        weight = weight + change / np.maximum(1 - step * pulled * weight, 0.5)
        found.append(weight)
    return np.array(found).T


def calcium(trains: Trains, times: Floats, name: str = "DP") -> Floats:
    """Return the strength under the calcium rule without noise, from between its two states."""
    synapse = PARAMETER_SETS[name]
    step, middle = times[1] - times[0], (times[1:] + times[:-1]) / 2
    level = np.array([
        synapse.pre * trace_before(pre + synapse.delay, middle, synapse.decay, False)
        + synapse.post * trace_before(post, middle, synapse.decay, False)
        for pre, post in trains
    ])  # fmt: skip
    up = synapse.potentiation_rate * (level > synapse.potentiation_threshold)
    down = synapse.depression_rate * (level > synapse.depression_threshold)
    share = step / (1000.0 * synapse.time_constant)
    kept = np.exp(-share * (up + down))
    target = np.divide(up, up + down, out=np.zeros_like(level), where=up + down > 0)
    rho = np.full(len(trains), BARRIER)
    found = [rho]
    for kept_now, target_now in zip(kept.T, target.T, strict=True):
        rho = rho - share * rho * (1 - rho) * (BARRIER - rho)
        rho = target_now + (rho - target_now) * kept_now
        found.append(rho)
    gain = synapse.ratio - 1
    return (1 + gain * np.array(found).T) / (1 + gain * BARRIER)
