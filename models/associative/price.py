"""What a memory costs, and what it gives: synapses touched and active units beside bits.

A **synaptic event** is a synapse that carries a signal: one that is not zero, from a unit that is
active. Spikes and synaptic events are what nervous tissue pays for (Attwell and Laughlin 2001), so
a code is judged by bits for each of them as well as by bits for each synapse (Levy and Baxter
1996).

Of memories whose synapses are of another kind:

- Covariance rule: every pair of units has a weight, since a unit that is silent changes it too. So
  each active unit reaches all others, and storing a pattern changes every synapse.
- Sparse distributed memory: the unit's fixed word (one synapse for each bit of the address), the
  address of every hard location, and the counters of those that are activated.
- Modern Hopfield network: synapses to every stored pattern that has the unit, and back from every
  pattern to its units, since attention weighs them all.

Sources: D. Attwell and S. B. Laughlin, J. Cereb. Blood Flow Metab. 21:1133-1145, 2001,
doi:10.1097/00004647-200110000-00001; W. B. Levy and R. A. Baxter, Neural Computation 8:531-543,
1996, doi:10.1162/neco.1996.8.3.531; bits by what is left to correct: A. Knoblauch, G. Palm and
F. T. Sommer, Neural Computation 22:289-341, 2010, doi:10.1162/neco.2009.08-07-588.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.covariance import CovarianceMemory
from models.associative.dense import DenseMemory
from models.associative.distributed import DistributedMemory
from models.associative.hebbian import HebbianMemory
from models.associative.interface import Patterns
from models.associative.willshaw import WillshawMemory

Numbers = NDArray[np.float64]


def bits_to_correct(wanted: ArrayLike, state: ArrayLike) -> Numbers:
    """Return how many bits tell a pattern to someone who has a state.

    Who knows that k' units are active in the state, h of them rightly, and that the pattern has k,
    has log2 [C(k', h) C(N - k', k - h)] bits to learn. A silent state leaves log2 C(N, k), all that
    there is; the pattern itself leaves none. What recall **gains** is the difference between its
    cue and its answer.

    Parameters
    ----------
    wanted, state : array of bool, shape (..., units)

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> pattern = np.arange(8) < 2
    >>> round(float(bits_to_correct(pattern, np.zeros(8, bool))), 3)  # one of 28
    4.807
    >>> float(bits_to_correct(pattern, pattern))
    0.0
    """
    first, second = np.asarray(wanted, bool), np.asarray(state, bool)
    units, k, here = first.shape[-1], first.sum(axis=-1), second.sum(axis=-1)
    right = (first & second).sum(axis=-1)
    return _ways(here, right) + _ways(units - here, k - right)


def _ways(size: ArrayLike, chosen: ArrayLike) -> Numbers:
    """Return log2 of the number of ways to choose."""
    from scipy.special import gammaln

    n, k = np.asarray(size, float), np.asarray(chosen, float)
    return (gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)) / np.log(2)


@singledispatch
def synapses(memory: Any) -> int:
    """Return the number of synapses that learn.

    N^2 of a matrix; of a sparse distributed memory its counters; of a modern Hopfield network a
    synapse for each unit of each pattern that it keeps.
    """
    return memory.units**2


@synapses.register
def _(memory: DistributedMemory) -> int:
    return memory.units * memory.memory.hard_locations


@synapses.register
def _(memory: DenseMemory) -> int:
    return memory.units * len(memory.patterns)


def reached(states: Patterns, fan_out: ArrayLike) -> Numbers:
    """Return how many synapses the active units of each state have together."""
    return states.astype(float) @ np.asarray(fan_out, float)


@singledispatch
def events(memory: Any, states: Patterns) -> Numbers:
    """Return the synaptic events of reading each state once.

    Parameters
    ----------
    memory : a memory of this package
    states : ndarray of bool, shape (states, units)

    Returns
    -------
    ndarray, shape (states,)
    """
    raise TypeError(f"{type(memory).__name__} is no memory whose synaptic events are known")


@events.register
def _(memory: WillshawMemory, states: Patterns) -> Numbers:
    return reached(states, memory.fan_out)


@events.register
def _(memory: HebbianMemory, states: Patterns) -> Numbers:
    return reached(states, np.count_nonzero(memory.counts, axis=1))


@events.register
def _(memory: CovarianceMemory, states: Patterns) -> Numbers:
    return states.sum(axis=1).astype(float) * (memory.units - 1)


@events.register
def _(memory: DistributedMemory, states: Patterns) -> Numbers:
    inside = memory.memory
    found = np.zeros(len(states))
    alive = states.any(axis=1)
    if alive.any():
        activated = inside.activated_counts(memory.addresses(states[alive]))
        found[alive] = (
            states[alive].sum(axis=1) * inside.address_bits
            + inside.hard_locations * inside.address_bits
            + activated * memory.units
        )
    return found


@events.register
def _(memory: DenseMemory, states: Patterns) -> Numbers:
    kept = memory.patterns
    back = states.any(axis=1).astype(float) * kept.sum()
    return reached(states, kept.sum(axis=0)) + back


@singledispatch
def touched(memory: Any, active: int) -> float:
    """Return how many synapses storing a pattern of so many active units touches.

    Those between two of its active units; for the covariance rule all; of a sparse distributed
    memory the counters of the hard locations that are activated on average; of a modern Hopfield
    network one for each active unit.
    """
    return float(active * (active - 1))


@touched.register
def _(memory: CovarianceMemory, active: int) -> float:
    return float(memory.units * (memory.units - 1))


@touched.register
def _(memory: DistributedMemory, active: int) -> float:
    inside = memory.memory
    return inside.access_fraction * inside.hard_locations * memory.units


@touched.register
def _(memory: DenseMemory, active: int) -> float:
    return float(active)
