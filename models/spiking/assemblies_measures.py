"""What is measured while the network of modular assemblies runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.spiking.assemblies_layout import Layout
from workbench.arrays import ratio

#: Pathways by kinds of presynaptic and postsynaptic cells, as the source calls them.
PATHWAYS = {"EE": ("E", "E"), "HE": ("H", "E"), "AE": ("A", "E"),
            "EI": ("E", "HA"), "HI": ("H", "HA"), "AI": ("A", "HA")}  # fmt: skip


class PathwayWeights:
    """Mean weights within and between modules, of each pathway."""

    def __init__(self, layout: Layout) -> None:
        codes = np.full((layout.cells, layout.cells), -1)
        for code, (pre, post) in enumerate(PATHWAYS.values()):
            ends = np.isin(layout.kind, list(pre))[:, None] & np.isin(layout.kind, list(post))
            codes[ends] = 2 * code
        codes[~layout.same] += 1
        self._codes = codes[layout.wired]
        self._numbers = np.bincount(self._codes, minlength=2 * len(PATHWAYS))

    def means(self, weights: NDArray[np.float64]) -> dict[str, float]:
        """Return names such as "EE_within" with mean weights; NaN where there is no synapse."""
        sums = np.bincount(self._codes, weights, minlength=2 * len(PATHWAYS))
        names = (f"{name}_{where}" for name in PATHWAYS for where in ("within", "between"))
        return dict(zip(names, ratio(sums, self._numbers).tolist(), strict=True))


class ModuleOrder:
    """Synchrony of each module on a grid of times, brought up to date with every spike.

    The Kuramoto order parameter of phases that turn once from each spike of a cell to its next,
    as `workbench.synchrony` computes it from a whole record; a time is decided when every cell
    that ever fires again has.

    Parameters
    ----------
    module : shape (cells,)
        The module of each cell, -1 for cells that are left out.
    modules : int
        Number of modules.
    times : shape (times,)
        The grid (s), increasing.
    """

    def __init__(self, module: ArrayLike, modules: int, times: NDArray[np.float64]) -> None:
        self.module = np.asarray(module)
        self.times = times
        self._last = np.full(self.module.size, np.nan)
        self._sums = np.zeros((2, modules, times.size), complex)
        self._number = np.zeros((modules, times.size), np.intp)

    def add(self, times: NDArray[np.float64], cells: NDArray[np.integer]) -> None:
        """Take further spikes, in the order of time."""
        kept = self.module[cells] >= 0
        order = np.argsort(cells[kept], kind="stable")
        end, cell = times[kept][order], cells[kept][order]
        first = np.diff(cell, prepend=-1) != 0
        begin = np.where(first, self._last[cell], np.roll(end, 1))
        self._last[cell] = end  # of several the last one stays
        known = ~np.isnan(begin)
        self._turn(begin[known], end[known], self.module[cell[known]])

    def _turn(
        self, begin: NDArray[np.float64], end: NDArray[np.float64], module: NDArray[np.integer]
    ) -> None:
        """Add the phases of intervals between spikes at all times of the grid in them."""
        at = np.searchsorted(self.times, begin)
        number = np.searchsorted(self.times, end) - at
        interval = np.repeat(np.arange(number.size), number)
        place = np.arange(interval.size) + np.repeat(at - (np.cumsum(number) - number), number)
        share = (self.times[place] - begin[interval]) / (end - begin)[interval]
        where = (module[interval], place)
        turned = np.exp(2j * np.pi * share)
        np.add.at(self._sums[0], where, turned)
        np.add.at(self._sums[1], where, turned**2)
        np.add.at(self._number, where, 1)

    def order(self, harmonic: int = 1) -> NDArray[np.float64]:
        """Return the order, shape (modules, times); NaN where fewer than two cells turn.

        The second harmonic, of doubled phases, is 1 as well where two groups of cells alternate.
        """
        number = np.where(self._number > 1, self._number, 0)
        return np.minimum(ratio(np.abs(self._sums[harmonic - 1]), number), 1.0)
