r"""A calcium indicator: what an imaging microscope would show of a cell's spikes.

Each spike adds a transient that rises and decays,

.. math:: F(t) = A \, \frac{e^{-t/\tau_d} - e^{-t/\tau_r}}{\max(\ldots)}, \qquad t > 0,

with peak A (in units of dF/F); transients add up. The values are those of GCaMP6s for single
action potentials in mouse visual cortex: peak 0.23, time to peak 0.179 s, half decay 0.55 s (Chen
et al. 2013, doi:10.1038/nature12354).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

PEAK, DECAY, RISE = 0.23, 0.55 / np.log(2), 0.0655


class Indicator:
    """The fluorescence of some cells, brought forward from sample to sample without error.

    Parameters
    ----------
    cells : int
        How many cells there are.
    """

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.time = 0.0
        self._slow, self._fast = np.zeros(cells), np.zeros(cells)
        at_peak = np.log(DECAY / RISE) * DECAY * RISE / (DECAY - RISE)
        self._scale = PEAK / (np.exp(-at_peak / DECAY) - np.exp(-at_peak / RISE))

    def sample(self, time: float, spike_times: ArrayLike, cells: ArrayLike) -> NDArray[np.float64]:
        """Return dF/F at a time, given the spikes since the last sample.

        Parameters
        ----------
        time : float
            Time of the sample (s), not before the last one.
        spike_times : shape (spikes,)
            Times of the spikes (s), none after `time`.
        cells : shape (spikes,)
            The cell of each.

        Returns
        -------
        ndarray, shape (cells,)
        """
        age = time - np.asarray(spike_times, float)
        which = np.asarray(cells, int)
        for level, tau in ((self._slow, DECAY), (self._fast, RISE)):
            level *= np.exp(-(time - self.time) / tau)
            level += np.bincount(which, np.exp(-age / tau), self.cells)
        self.time = time
        return self._scale * (self._slow - self._fast)
