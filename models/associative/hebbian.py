r"""The plain Hebbian rule on binary units, J_ij = (1/N) sum over patterns of xi_i xi_j, J_ii = 0.

    h_i = sum_j J_ij s_j

A unit of the cue's own pattern gets (k - 1) / N; but every unit gets cross-talk too, whose mean
P f^2 k / N grows with the load, and which is larger for units that happen to be in many patterns. A
threshold has to follow the mean (k winners do), and the second part remains: the variance of the
cross-talk is (1 + k f) times that of the covariance rule, k f = k^2 / N.

Source: the rule of D. O. Hebb (The Organization of Behavior, 1949) as J. J. Hopfield put it (1982,
doi:10.1073/pnas.79.8.2554), for units 0 and 1; compared with the covariance rule in C. Meunier, H.
Yanai and S. Amari, Network: Computation in Neural Systems 2:469-487, 1991.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.cooccurrence import CooccurrenceMemory
from models.associative.interface import parse_patterns


class HebbianMemory(CooccurrenceMemory):
    """Synapses in proportion to how often two units were active together.

    Parameters
    ----------
    units : int
        Length N of a pattern.

    Examples
    --------
    >>> import numpy as np
    >>> memory = HebbianMemory(4)
    >>> memory.store([[1, 1, 0, 0], [0, 1, 1, 0]])
    >>> memory.fields([1, 0, 0, 0])
    array([0.  , 0.25, 0.  , 0.  ])
    """

    def _field(self, sums: NDArray[np.int32], active: NDArray[np.int64]) -> NDArray[np.float64]:
        return sums / self.units

    def synapses(self, units: ArrayLike, partners: ArrayLike) -> NDArray[np.float64]:
        """Return a part of the matrix J, shape (units, partners); 0 from a unit to itself."""
        rows, columns = np.asarray(units)[:, None], np.asarray(partners)[None]
        return self._counts[rows, columns] / self.units

    def energy(self, states: ArrayLike, threshold: float = 0.0) -> NDArray[np.float64]:
        """Return -1/2 sum_ij J_ij s_i s_j + threshold sum_i s_i of states, shape (..., units).

        It never rises where units are updated one at a time with this threshold, or where pairs
        of units swap and their number stays (k winners).
        """
        flat = parse_patterns(states, self.units, "state", silent=True)
        energy = [-0.5 * self._read(state)[state].sum() + threshold * state.sum() for state in flat]
        return np.array(energy).reshape(np.shape(states)[:-1])
