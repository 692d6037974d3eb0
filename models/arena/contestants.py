"""Who takes part: each memory as large as a budget of bits allows.

A memory is anything that keeps to `models.associative.interface.PatternMemory`: `store`, `recall`
and its size in bits. A new one takes part with a line in `CONTESTANTS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.associative.interface import PatternMemory, Patterns

#: Length of an address of the sparse distributed memory, and its fewest hard locations.
ADDRESS_BITS, FEWEST_LOCATIONS = 256, 20


@dataclass(frozen=True)
class Setting:
    """What all memories are given alike.

    Attributes
    ----------
    units : int
        Length N of a pattern.
    active : int
        Its active units k.
    budget : int
        Bits that a memory may take.
    load : int
        Patterns that will be stored.
    seed : int
        Of what a memory draws for itself.
    """

    units: int
    active: int
    budget: int
    load: int
    seed: int = 0

    @property
    def pattern_bits(self) -> int:
        """Bits of a pattern written down: a bit a unit, or the numbers of its active units."""
        return min(self.units, self.active * math.ceil(math.log2(self.units)))


class Modules:
    """Several memories of one kind, among which patterns are dealt in turn.

    A matrix has so many synapses as its units allow. With more bits at hand there are more
    matrices: every one answers a cue, and the answer counts that is most like a memory and like
    the cue: mean synapse among its units, times the share of the cue's units that it holds.

    Parameters
    ----------
    parts : list of memories with `synapses`
    """

    def __init__(self, parts: list) -> None:
        self.parts, self.units, self.stored = parts, parts[0].units, 0

    @property
    def bits(self) -> int:
        """Bits of all parts."""
        return sum(part.bits for part in self.parts)

    def store(self, patterns: ArrayLike) -> None:
        """Deal patterns, shape (patterns, units), to the parts in turn."""
        flat = np.asarray(patterns)
        turn = (self.stored + np.arange(len(flat))) % len(self.parts)
        for k, part in enumerate(self.parts):
            if (turn == k).any():
                part.store(flat[turn == k])
        self.stored += len(flat)

    def recall(self, cues: ArrayLike, *, winners: int | None = None, steps: int = 1) -> Patterns:
        """Return, for each cue of shape (cues, units), what the part recalls that knows it best."""
        asked = np.asarray(cues)
        full = [part for part in self.parts if part.stored]
        answers = np.array([part.recall(asked, winners=winners, steps=steps) for part in full])
        if len(full) == 1:
            return answers[0]
        alike = (answers & asked).sum(axis=-1) / asked.sum(axis=-1)
        tied = [[joined(part, one) for one in told] for part, told in zip(full, answers,
                                                                         strict=True)]  # fmt: skip
        return answers[np.argmax(alike * tied, axis=0), np.arange(len(asked))]


def joined(part, pattern: Patterns) -> float:
    """Return the mean synapse among the active units of a pattern."""
    active = np.flatnonzero(pattern)
    if active.size < 2:
        return 0.0
    among = np.asarray(part.synapses(active, active), float)
    return float((among.sum() - np.trace(among)) / (active.size * (active.size - 1)))


@dataclass(frozen=True)
class Contestant:
    """A memory that takes part.

    Attributes
    ----------
    key, title, role : str
        Its name, what it is called, and whose colour it has.
    build : callable
        Returns it, empty, for a setting; None where the budget is too small for any.
    held : callable
        Returns the bits that it takes in a setting.
    """

    key: str
    title: str
    role: str
    build: Callable[[Setting], PatternMemory | None]
    held: Callable[[Setting, PatternMemory], int] = lambda setting, memory: memory.bits


def matrices(setting: Setting, make: Callable[[], PatternMemory]) -> Modules | None:
    """Return as many matrices as the budget holds."""
    count = setting.budget // make().bits
    return Modules([make() for _ in range(count)]) if count else None


def willshaw(setting: Setting) -> PatternMemory | None:
    """Return Willshaw's matrices, a bit a synapse."""
    from models.associative.willshaw import WillshawMemory

    return matrices(setting, lambda: WillshawMemory(setting.units))


def covariance(setting: Setting) -> PatternMemory | None:
    """Return matrices of the covariance rule, a byte a synapse."""
    from models.associative.covariance import CovarianceMemory

    level = min(0.5, setting.active / setting.units)
    return matrices(setting, lambda: CovarianceMemory(setting.units, level))


def hebbian(setting: Setting) -> PatternMemory | None:
    """Return matrices of the Hebbian rule, a byte a synapse."""
    from models.associative.hebbian import HebbianMemory

    return matrices(setting, lambda: HebbianMemory(setting.units))


def distributed(setting: Setting) -> PatternMemory | None:
    """Return a sparse distributed memory with as many hard locations as the budget holds.

    They are accessed by the share that gives the best signal for this load, (2 M T)^(-1/3).
    """
    from models.associative.distributed import DistributedMemory

    words = setting.units * ADDRESS_BITS
    locations = (setting.budget - words) // (8 * setting.units + ADDRESS_BITS)
    if locations < FEWEST_LOCATIONS:
        return None
    share = max((2.0 * locations * setting.load) ** (-1 / 3), 2 / locations)
    return DistributedMemory(
        setting.units, locations, address_bits=ADDRESS_BITS, access_fraction=share,
        seed=setting.seed,
    )  # fmt: skip


def dense(setting: Setting) -> PatternMemory | None:
    """Return a dense memory that keeps as many patterns as the budget holds, the latest."""
    from models.associative.dense import DenseMemory

    most = setting.budget // setting.pattern_bits
    return DenseMemory(setting.units, most=most) if most else None


def kept_bits(setting: Setting, memory: PatternMemory) -> int:
    """Return the bits of the patterns that a dense memory keeps, written as shortly as can be."""
    return min(memory.stored, setting.budget // setting.pattern_bits) * setting.pattern_bits


#: In the order of a legend.
CONTESTANTS = (
    Contestant("willshaw", "Willshaw", "engram", willshaw),
    Contestant("covariance", "covariance rule", "recall", covariance),
    Contestant("hebbian", "Hebbian rule", "inhibitory", hebbian),
    Contestant("distributed", "sparse distributed", "cue", distributed),
    Contestant("dense", "modern Hopfield", "excitatory", dense, kept_bits),
)
