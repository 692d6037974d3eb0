"""Integer counts of pairs of active units: what the Hebbian and the covariance rule both need.

    C_ij = sum over patterns mu of xi_i xi_j,    n_i = sum over mu of xi_i,    xi in {0, 1}

A pattern with k active units changes k^2 counts, and reading a sparse cue takes k rows of counts,
one for each active unit: the terms of a rule that concern all units have closed forms. Counts are
bytes at first and are widened when the most frequent pair asks for it; those of single units stand
apart, and the diagonal is 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import (
    Patterns,
    active_units,
    check_count,
    largest_fields,
    parse_patterns,
)

#: Types of a count, narrowest first.
COUNT_TYPES = (np.int8, np.int16, np.int32)


class CooccurrenceMemory(ABC):
    """A memory whose synapses follow from counts of pairs; a unit has no synapse to itself.

    Parameters
    ----------
    units : int
        Length N of a pattern.
    """

    def __init__(self, units: int) -> None:
        self.units = check_count("units", units)
        self.stored = 0
        self._counts: NDArray[Any] = np.zeros((self.units, self.units), COUNT_TYPES[0])
        self._tallies = np.zeros(self.units, np.int64)
        #: Active units of all patterns that each unit is in: sum over j of C_ij, and n_i.
        self._row_sums = np.zeros(self.units, np.int64)

    # What a rule says; `sums` is the sum over active j other than i of C_ij.

    @abstractmethod
    def _field(self, sums: NDArray[np.int32], active: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the field of every unit, shape (units,), from sums over the active units."""

    @abstractmethod
    def synapses(self, units: ArrayLike, partners: ArrayLike) -> NDArray[np.float64]:
        """Return a part of the matrix J, shape (units, partners); 0 from a unit to itself."""

    @abstractmethod
    def energy(self, states: ArrayLike, threshold: float = 0.0) -> NDArray[np.float64]:
        """Return the energy of states, shape (..., units)."""

    # The public face.

    @property
    def bits(self) -> int:
        """Bits of all N^2 counts of pairs and N of units, at the size they are held."""
        return 8 * (self._counts.nbytes + self._tallies.nbytes)

    @property
    def counts(self) -> NDArray[Any]:
        """The counts C_ij of pairs, (units, units), 0 on the diagonal; a read-only view."""
        view = self._counts[:]
        view.flags.writeable = False
        return view

    @property
    def unit_counts(self) -> NDArray[np.int64]:
        """In how many stored patterns each unit is active, n_i, shape (units,)."""
        return self._tallies.copy()

    @property
    def mean_active(self) -> float:
        """Mean number of active units of the stored patterns; 0 while there are none."""
        return float(self._tallies.sum() / self.stored) if self.stored else 0.0

    def store(self, patterns: ArrayLike) -> None:
        """Count the pairs of active units of each pattern.

        Parameters
        ----------
        patterns : array of bool, shape (..., units)

        Raises
        ------
        ValueError
            If a pattern has the wrong length or no active unit.
        """
        from models.associative.kernels import add_pairs

        flat = parse_patterns(patterns, self.units, "pattern")
        active = active_units(flat)
        done = 0
        while done < len(flat):
            limit = np.iinfo(self._counts.dtype).max
            done = add_pairs(self._counts, self._tallies, *active, done, limit)
            if done < len(flat):
                self._widen()
        weights = np.repeat(active.counts, active.counts).astype(float)
        summed = np.bincount(active.units, weights, self.units)
        self._row_sums += np.rint(summed).astype(np.int64)
        self.stored += len(flat)
        self._learned()

    def _learned(self) -> None:
        """Prepare what follows from the counts, after patterns were stored."""
        return

    def _widen(self) -> None:
        """Give counts the next wider type."""
        narrow = COUNT_TYPES.index(self._counts.dtype.type)
        self._counts = self._counts.astype(COUNT_TYPES[narrow + 1])

    def fields(self, cues: ArrayLike) -> NDArray[np.float64]:
        """Return the fields h_i that cues give all units, shape (..., units)."""
        flat = parse_patterns(cues, self.units, "cue")
        return np.array([self._read(cue) for cue in flat]).reshape(np.shape(cues))

    def recall(
        self,
        cues: ArrayLike,
        *,
        threshold: float | None = None,
        winners: int | None = None,
        steps: int = 1,
    ) -> Patterns:
        """Recall patterns from cues.

        Parameters
        ----------
        cues : array of bool, shape (..., units)
        threshold : float, optional
            Field above which a unit fires.
        winners : int, optional
            Number of units with the largest fields that fire, in place of a threshold; of equal
            fields at the edge, the lowest units. Without either it is the mean number of active
            units of the stored patterns.
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
        if threshold is not None and winners is not None:
            raise ValueError(
                f"threshold is {threshold} and winners {winners}; give only one of them"
            )
        most = max(1, round(self.mean_active)) if winners is None else winners
        winners = check_count("winners", most, self.units)
        steps = check_count("steps", steps)
        recalled = [self._settle(cue, threshold, winners, steps) for cue in flat]
        return np.array(recalled).reshape(np.shape(cues))

    def _settle(
        self, state: Patterns, threshold: float | None, winners: int, steps: int
    ) -> Patterns:
        """Read a state again and again; one without active units stays so."""
        for step in range(steps, 0, -1):
            if not state.any():
                break
            before, field = state, self._read(state)
            state = largest_fields(field, winners) if threshold is None else field > threshold
            if step > 1 and np.array_equal(state, before):
                break
        return state

    def _read(self, state: Patterns) -> NDArray[np.float64]:
        """Return the field that one state gives."""
        from models.associative.kernels import sum_rows

        active = np.flatnonzero(state)
        sums = np.empty(self.units, np.int32)
        sum_rows(self._counts, active, sums)
        return self._field(sums, active)
