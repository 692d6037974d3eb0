r"""The covariance rule: a synapse follows how two units vary together, not how often they fire.

    J_ij = 1 / (N f (1 - f)) sum over patterns of (xi_i - f)(xi_j - f),    J_ii = 0
    h_i = sum_j J_ij (s_j - f),    s_i = 1 if h_i > theta

A unit of the pattern recalled gets a field of about 1 - f, any other one of about -f, and the mean
of the cross-talk is 0. The field is computed exactly from integer counts of pairs, so recall reads
only the rows of active units: where unit i is active in n_i = C_ii of P patterns,

    sum over mu of (xi_i - f)(xi_j - f) = C_ij - f n_i - f n_j + f^2 P

and every sum over all j of these terms is closed.

Sources: M. V. Tsodyks and M. V. Feigelman, The enhanced storage capacity in neural networks with
low activity level, Europhysics Letters 6:101-105, 1988, doi:10.1209/0295-5075/6/2/002; S. Amari,
Characteristics of sparsely encoded associative memory, Neural Networks 2:451-457, 1989,
doi:10.1016/0893-6080(89)90043-9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.cooccurrence import CooccurrenceMemory
from models.associative.interface import check_coding_level, parse_patterns
from models.associative.mean_field import critical_load

__all__ = ["CovarianceMemory", "critical_load"]


class CovarianceMemory(CooccurrenceMemory):
    """The network of Tsodyks and Feigelman, and of Amari, with counts in place of real synapses.

    Parameters
    ----------
    units : int
        Length N of a pattern.
    coding_level : float, optional
        Share f of active units that the rule takes away, above 0 and at most 0.5; the mean of the
        patterns stored when None.

    Raises
    ------
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from models.associative.patterns import random_patterns, replaced
    >>> rng = np.random.default_rng(1)
    >>> patterns = random_patterns(500, 1000, 30, rng)
    >>> memory = CovarianceMemory(1000)
    >>> memory.store(patterns)
    >>> cues = replaced(patterns, 0.3, rng)
    >>> bool((memory.recall(cues, steps=5) == patterns).all())
    True
    """

    def __init__(self, units: int, coding_level: float | None = None) -> None:
        super().__init__(units)
        self._fixed = None if coding_level is None else check_coding_level(coding_level)
        self._learned()

    @property
    def coding_level(self) -> float:
        """Share f of active units that the rule takes away; one half while nothing is stored."""
        if self._fixed is not None:
            return self._fixed
        return self.mean_active / self.units if self.stored else 0.5

    def _learned(self) -> None:
        """Compute what a field needs of every unit whatever the cue is."""
        f, n = self.coding_level, self._tallies.astype(float)
        self._scale = self.units * f * (1 - f) if f < 1 else 1.0
        self._own = n * (1 - 2 * f) + f**2 * self.stored  # sum over patterns of (xi_i - f)^2
        self._n, self._f = n, f
        self._rest = (f**2 * self.units * n - f * self._row_sums) + f * self._own
        self._rest += f**2 * n.sum() - f**3 * self.stored * self.units

    def _field(self, sums: NDArray[np.int32], active: NDArray[np.int64]) -> NDArray[np.float64]:
        f, size = self._f, active.size
        field = sums - (f * size) * self._n
        field += self._rest
        field += f**2 * self.stored * size - f * self._n[active].sum()
        field[active] += self._n[active] - self._own[active]
        field /= self._scale
        return field

    def synapses(self, units: ArrayLike, partners: ArrayLike) -> NDArray[np.float64]:
        """Return a part of the matrix J, shape (units, partners); 0 from a unit to itself."""
        rows, columns = np.asarray(units)[:, None], np.asarray(partners)[None]
        f, n = self._f, self._n
        joint = self._counts[rows, columns] - f * (n[rows] + n[columns]) + f**2 * self.stored
        return np.where(rows == columns, 0.0, joint / self._scale)

    def energy(self, states: ArrayLike, threshold: float = 0.0) -> NDArray[np.float64]:
        """Return -1/2 sum_ij J_ij (s_i - f)(s_j - f) + threshold sum_i s_i, shape (...).

        It never rises where units are updated one at a time with this threshold, or where pairs
        of units swap and their number stays (k winners).

        Parameters
        ----------
        states : array of bool, shape (..., units)
        threshold : float
        """
        flat = parse_patterns(states, self.units, "state", silent=True)
        energy = []
        for state in flat:
            field = self._read(state)
            energy.append(-0.5 * ((state - self._f) @ field) + threshold * state.sum())
        return np.array(energy).reshape(np.shape(states)[:-1])
