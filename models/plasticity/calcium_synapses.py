r"""Synapses that follow the calcium-based rule one by one, with their noise: the Monte Carlo.

Between two crossings of a threshold the rule is linear but for its bistable part, so it is not
stepped through in small steps: what a period's calcium does to an efficacy is one linear map with
Gaussian noise of known variance, and the bistable part has a closed form. The two take turns, half
of the bistable part before and half after (Strang splitting). Calcium starts from zero with the
first pair; after the last one it decays below the thresholds (Graupner and Brunel 2012,
doi:10.1073/pnas.1109359109).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.plasticity.calcium_course import Floats, Stretch, stretches, time_above
from models.plasticity.calcium_sets import BARRIER, ParameterSet

#: Decay times of calcium that are followed after the last pair.
TAIL = 5.0


def simulated_change(
    synapse: ParameterSet,
    delta_t_ms: ArrayLike,
    pairs: ArrayLike,
    rate_hz: ArrayLike,
    synapses: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the mean strength after a protocol over that before it, as synapses show it.

    Parameters
    ----------
    delta_t_ms, pairs, rate_hz : array_like
        The protocols; they broadcast.
    synapses : int
        How many begin UP, and how many DOWN; beta and b weight them afterwards.
    rng : numpy.random.Generator
        Of the noise.

    Returns
    -------
    ndarray
        One value a protocol, in the broadcast shape.
    """
    given = np.broadcast_arrays(delta_t_ms, pairs, rate_hz)
    delta, count, rate = (np.ravel(one).astype(float) for one in given)
    efficacy = np.zeros((delta.size, 2, synapses))
    efficacy[:, 1] = 1.0
    follow(synapse, efficacy, delta, count, rate, rng)
    up, stayed = (efficacy > BARRIER).mean(axis=2).T
    return weighted(synapse, up, 1 - stayed).reshape(given[0].shape)


def weighted(synapse: ParameterSet, up: Floats, down: Floats) -> Floats:
    """Return the change of the mean strength from the shares that went up and down.

    Parameters
    ----------
    up, down : ndarray
        Share U of DOWN synapses that went UP, and share D of UP synapses that went DOWN.
    """
    beta, b = synapse.down_share, synapse.ratio
    after = beta * (1 - up) + (1 - beta) * down + b * (beta * up + (1 - beta) * (1 - down))
    return after / (beta + (1 - beta) * b)


def follow(
    synapse: ParameterSet,
    efficacy: Floats,
    delta: Floats,
    pairs: Floats,
    rate: Floats,
    rng: np.random.Generator,
) -> None:
    """Follow efficacies, shape (protocols, 2, synapses), in place through all their pairs."""
    parts = stretches(synapse, delta, rate)
    level = np.zeros_like(delta)
    for pair in range(int(pairs.max())):
        going = pair < pairs
        share, shift, spread, level = period_map(synapse, parts, level, going)
        half = np.where(going, 500.0 / rate, 0.0)
        bistable(synapse, efficacy, half)
        move(efficacy, share, shift, spread, rng)
        bistable(synapse, efficacy, half)
    tail = Stretch(np.full_like(delta, TAIL * synapse.decay), np.zeros_like(delta))
    share, shift, spread, _ = period_map(synapse, [tail], level, np.full(delta.shape, True))
    move(efficacy, share, shift, spread, rng)


def move(
    efficacy: Floats, share: Floats, shift: Floats, spread: Floats, rng: np.random.Generator
) -> None:
    """Apply a linear map with noise, one for each protocol, in place."""
    noise = rng.standard_normal(efficacy.shape)
    noise *= spread[:, None, None]
    efficacy *= share[:, None, None]
    efficacy += shift[:, None, None] + noise


def period_map(
    synapse: ParameterSet, parts: list[Stretch], level: Floats, going: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what the parts do to an efficacy, and the calcium after them.

    Returns
    -------
    share, shift, spread, level : ndarray, shape (protocols,)
        An efficacy x becomes ``share * x + shift``, with noise of standard deviation `spread`. A
        protocol that is over keeps its calcium for the tail.
    """
    share, shift, variance = np.ones_like(level), np.zeros_like(level), np.zeros_like(level)
    calcium = level
    for part in parts:
        calcium = calcium + part.added
        above = [
            time_above(synapse, calcium, part.length, threshold)
            for threshold in (synapse.potentiation_threshold, synapse.depression_threshold)
        ]
        both, only_depression = above[0], above[1] - above[0]
        up, down = synapse.potentiation_rate, synapse.depression_rate
        for lasting, total, target, sources in (
            (both, up + down, up / (up + down), 2),
            (only_depression, down, 0.0, 1),
        ):
            passed = total * np.where(going, lasting, 0.0) / (1000.0 * synapse.time_constant)
            kept = np.exp(-passed)
            share, shift = share * kept, shift * kept + target * (1 - kept)
            own = synapse.noise**2 * sources / (2 * total) * -np.expm1(-2 * passed)
            variance = variance * kept**2 + own
        calcium = calcium * np.exp(-part.length / synapse.decay)
    return share, shift, np.sqrt(variance), np.where(going, calcium, level)


def bistable(synapse: ParameterSet, efficacy: Floats, lasting: Floats) -> None:
    r"""Let the bistable part act alone for some time (ms, one for each protocol), in place.

    With x = rho - 1/2 it is tau dx/dt = x (1/4 - x^2), solved by
    x(t) = x e^{t / 4 tau} / sqrt(1 + 4 x^2 (e^{t / 2 tau} - 1)).
    """
    grown = np.exp(lasting / (4000.0 * synapse.time_constant))[:, None, None]
    efficacy -= BARRIER
    efficacy *= grown / np.sqrt(1 + 4 * (grown**2 - 1) * efficacy**2)
    efficacy += BARRIER
