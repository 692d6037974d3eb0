r"""Willshaw's associative memory: a matrix of binary synapses, each switched on once and for all.

    W_ij = 1 if any stored pattern has units i and j both active (clipped Hebbian learning)
    h_i = sum_j W_ij s_j,    s_i = 1 if h_i >= theta

A synapse is a bit. With k of N units active in each of P patterns, f = k / N, the share of synapses
that are on is

    rho = 1 - (1 - f^2)^P

and a full cue of k units, read with the threshold k, brings (N - k) rho^k spurious units with it.
Where one is expected, information is greatest at k = log2 N: then rho = 1/2 and P = ln 2 (N / k)^2.

Sources: D. J. Willshaw, O. P. Buneman and H. C. Longuet-Higgins, Non-holographic associative
memory, Nature 222:960-962, 1969, doi:10.1038/222960a0; G. Palm, On associative memory, Biological
Cybernetics 36:19-31, 1980, doi:10.1007/BF00337019.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import Patterns, active_units, check_count, parse_patterns
from models.associative.willshaw_theory import capacity, density, information, spurious_units
from models.sdm.parallel import split

__all__ = ["WillshawMemory", "capacity", "density", "information", "spurious_units"]

#: From this share of active units on, common bits are counted rather than rows added.
DENSE_CUE = 1 / 3
_LEAST_CUES = 16  # cues that are worth a thread of their own


class WillshawMemory:
    """Willshaw's matrix, a bit a synapse.

    The matrix includes its diagonal: an active unit supports itself, as in Willshaw's own network,
    where a pattern is mapped to another.

    Parameters
    ----------
    units : int
        Length N of a pattern.

    Examples
    --------
    >>> import numpy as np
    >>> from models.associative.patterns import left_out, random_patterns
    >>> rng = np.random.default_rng(1)
    >>> patterns = random_patterns(1000, 2000, 11, rng)
    >>> memory = WillshawMemory(2000)
    >>> memory.store(patterns)
    >>> cues = left_out(patterns, 0.2, rng)
    >>> bool((memory.recall(cues, winners=11, steps=3) == patterns).all())
    True
    """

    def __init__(self, units: int) -> None:
        self.units = check_count("units", units)
        self.stored = 0
        self._rows = np.zeros((self.units, -(-self.units // 64)), np.uint64)
        self._on = 0
        self._valid = pack(np.ones((1, self.units), bool))[0]

    @property
    def bits(self) -> int:
        """One bit for each of the N^2 synapses."""
        return self.units**2

    @property
    def density(self) -> float:
        """Share of synapses between different units that are on."""
        return self._on / max(1, self.units * (self.units - 1))

    @property
    def fan_out(self) -> NDArray[np.int64]:
        """Synapses from each unit to others that are on, shape (units,)."""
        unit = np.arange(self.units)
        itself = self._rows[unit, unit >> 6] >> (unit & 63).astype(np.uint64) & 1
        return np.bitwise_count(self._rows).sum(axis=1, dtype=np.int64) - itself.astype(np.int64)

    def synapses(self, units: ArrayLike, partners: ArrayLike) -> NDArray[np.bool_]:
        """Return a part of the matrix, shape (units, partners)."""
        row, column = np.asarray(units)[:, None], np.asarray(partners)[None]
        return (self._rows[row, column >> 6] >> (column & 63).astype(np.uint64) & 1).astype(bool)

    def store(self, patterns: ArrayLike) -> None:
        """Switch on the synapses among the active units of each pattern.

        Parameters
        ----------
        patterns : array of bool, shape (..., units)

        Raises
        ------
        ValueError
            If a pattern has the wrong length or no active unit.
        """
        from models.associative.kernels import set_pairs

        flat = parse_patterns(patterns, self.units, "pattern")
        self._on += set_pairs(self._rows, *active_units(flat))
        self.stored += len(flat)

    def recall(
        self,
        cues: ArrayLike,
        *,
        threshold: int | None = None,
        winners: int | None = None,
        steps: int = 1,
    ) -> Patterns:
        """Recall patterns from cues.

        Parameters
        ----------
        cues : array of bool, shape (..., units)
        threshold : int, optional
            Sum theta from which a unit fires. Without threshold and winners it is the number of
            active units of the state that is read: all of them must agree (Willshaw's rule, for
            cues that lack units but have no false ones).
        winners : int, optional
            Number of units with the largest sums that fire, in place of a threshold; of equal
            sums at the edge, the lowest units.
        steps : int
            How often recall is fed back as the next cue; fewer where nothing changes.

        Returns
        -------
        ndarray of bool, shape (..., units)

        Raises
        ------
        ValueError
            If a cue has the wrong length or no active unit, threshold and winners are both given,
            or one of the numbers is out of range.
        """
        flat = parse_patterns(cues, self.units, "cue")
        threshold, winners = self._rule(threshold, winners)
        state = pack(flat)
        for step in range(check_count("steps", steps), 0, -1):
            before, state = state, self._step(state, threshold, winners)
            if step > 1 and np.array_equal(state, before):
                break
        return unpack(state, self.units).reshape(np.shape(cues))

    def sums(self, cues: ArrayLike) -> NDArray[np.int64]:
        """Return the sums h_i of all units, shape (..., units)."""
        from models.associative.kernels import common_bits

        packed = pack(parse_patterns(cues, self.units, "cue"))
        sums = np.empty((len(packed), self.units), np.int64)
        for cue, row in zip(packed, sums, strict=True):
            common_bits(self._rows, cue, row)
        return sums.reshape(np.shape(cues))

    def energy(self, states: ArrayLike, threshold: float = 0.0) -> NDArray[np.float64]:
        """Return -1/2 sum_ij W_ij s_i s_j + threshold sum_i s_i of states, shape (..., units)."""
        from models.associative.kernels import common_bits

        flat = parse_patterns(states, self.units, "state", silent=True)
        sums, energy = np.empty(self.units, np.int64), np.empty(len(flat))
        for index, (state, packed) in enumerate(zip(flat, pack(flat), strict=True)):
            common_bits(self._rows, packed, sums)
            energy[index] = threshold * state.sum() - 0.5 * sums[state].sum()
        return energy.reshape(np.shape(states)[:-1])

    def _rule(self, threshold: int | None, winners: int | None) -> tuple[int, int]:
        """Return threshold and winners, 0 for what is not used."""
        if threshold is not None and winners is not None:
            raise ValueError(
                f"threshold is {threshold} and winners {winners}; give only one of them"
            )
        theta = 0 if threshold is None else check_count("threshold", threshold)
        return theta, 0 if winners is None else check_count("winners", winners, self.units)

    def _step(self, cues: NDArray[np.uint64], threshold: int, winners: int) -> NDArray[np.uint64]:
        """Read packed cues once; a cue without active units recalls nothing."""
        from models.associative.kernels import read_range

        out = np.zeros_like(cues)
        common = (threshold, winners, int(DENSE_CUE * self.units), self._valid, out)

        def part(first: int, last: int) -> None:
            read_range(self._rows, cues, first, last, *common)

        if len(cues) < 2 * _LEAST_CUES:
            part(0, len(cues))
        else:
            split(part, len(cues), _LEAST_CUES)
        return out


def pack(patterns: Patterns) -> NDArray[np.uint64]:
    """Pack patterns, shape (patterns, units), into words of 64 units; unit 0 is the lowest bit."""
    count, units = patterns.shape
    words = np.zeros((count, -(-units // 64) * 8), np.uint8)
    words[:, : -(-units // 8)] = np.packbits(patterns, axis=1, bitorder="little")
    return words.view(np.uint64)


def unpack(words: NDArray[np.uint64], units: int) -> Patterns:
    """Return packed patterns as booleans, shape (patterns, units)."""
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little", count=units).view(bool)
