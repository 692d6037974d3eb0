"""Kanerva's sparse distributed memory as a memory of sparse patterns, beside the others.

Two sparse patterns differ in few bits, so as addresses they would activate nearly the same hard
locations. Here every unit has a fixed random word, and the address of a pattern is the majority of
the words of its active units, bit by bit: patterns that share no units get unrelated addresses, and
a damaged one gets an address near that of the whole (Kanerva 2009). The pattern itself is written
at its address, and read by the sums of the counters.

Sources: P. Kanerva, Sparse Distributed Memory, 1988; P. Kanerva, Hyperdimensional computing,
Cognitive Computation 1:139-159, 2009, doi:10.1007/s12559-009-9009-8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import (
    Patterns,
    check_count,
    largest_fields,
    parse_patterns,
)
from models.sdm import SparseDistributedMemory


class DistributedMemory:
    """A sparse distributed memory that stores and completes sparse patterns.

    Parameters
    ----------
    units : int
        Length N of a pattern.
    hard_locations : int
    address_bits : int
        Length of a unit's random word, and of an address.
    access_fraction : float
        Share of hard locations that an address activates.
    counter_bits : int
        8, 16 or 32.
    seed : int
        Seed of the units' words and of the hard-location addresses.

    Raises
    ------
    ValueError
        If a size is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from models.associative.patterns import left_out, random_patterns
    >>> rng = np.random.default_rng(1)
    >>> patterns = random_patterns(50, 400, 20, rng)
    >>> memory = DistributedMemory(400, 10_000, access_fraction=0.005)
    >>> memory.store(patterns)
    >>> bool((memory.recall(left_out(patterns, 0.2, rng), winners=20, steps=3) == patterns).all())
    True
    """

    def __init__(
        self,
        units: int,
        hard_locations: int,
        *,
        address_bits: int = 1000,
        access_fraction: float = 0.001,
        counter_bits: int = 8,
        seed: int = 0,
    ) -> None:
        self.units = check_count("units", units)
        self.stored = 0
        self.memory = SparseDistributedMemory(
            address_bits, hard_locations, self.units, access_fraction=access_fraction,
            counter_bits=counter_bits, seed=[seed, 1],
        )  # fmt: skip
        rng: Any = np.random.default_rng([seed, 2])
        self._words = rng.integers(0, 2, (self.units, address_bits), dtype=np.int8) * 2 - 1
        self._bias = rng.random(address_bits) - 0.5  # decides ties

    @property
    def bits(self) -> int:
        """Bits of all counters, of the hard-location addresses and of the units' words."""
        sizes = self.memory
        row = sizes.data_bits * sizes.counter_bits + sizes.address_bits
        return sizes.hard_locations * row + self._words.size

    def addresses(self, patterns: ArrayLike) -> NDArray[np.bool_]:
        """Return the addresses of patterns, shape (patterns, address_bits)."""
        flat = parse_patterns(patterns, self.units, "pattern")
        sums = [self._words[pattern].sum(axis=0, dtype=np.int64) for pattern in flat]
        return np.array(sums) + self._bias > 0

    def store(self, patterns: ArrayLike) -> None:
        """Write each pattern, shape (..., units), at its address.

        Raises
        ------
        ValueError
            If a pattern has the wrong length or no active unit.
        """
        flat = parse_patterns(patterns, self.units, "pattern")
        self.memory.write(self.addresses(flat), flat)
        self.stored += len(flat)

    def recall(self, cues: ArrayLike, *, winners: int | None = None, steps: int = 1) -> Patterns:
        """Recall patterns from cues.

        Parameters
        ----------
        cues : array of bool, shape (..., units)
        winners : int, optional
            Number of units with the largest sums that fire; when None, those whose sum is above 0.
        steps : int
            How often recall is fed back as the next cue; fewer where nothing changes.

        Returns
        -------
        ndarray of bool, shape (..., units)

        Raises
        ------
        ValueError
            If a cue has the wrong length or no active unit, or a number is out of range.
        """
        state = parse_patterns(cues, self.units, "cue")
        if winners is not None:
            winners = check_count("winners", winners, self.units)
        for step in range(check_count("steps", steps), 0, -1):
            before, state = state, self._read(state, winners)
            if step > 1 and np.array_equal(state, before):
                break
        return state.reshape(np.shape(cues))

    def _read(self, states: Patterns, winners: int | None) -> Patterns:
        """Read states once; one without active units recalls nothing."""
        following = np.zeros_like(states)
        alive = np.flatnonzero(states.any(axis=1))
        if alive.size:
            sums = self.memory.read_sums(self.addresses(states[alive]))
            if winners is None:
                following[alive] = sums > 0
            else:
                following[alive] = [largest_fields(one, winners) for one in sums]
        return following
