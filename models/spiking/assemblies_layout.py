"""Who is who in the network of modular assemblies: kinds of cells, modules, first weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

BOTH, HEBBIAN, ANTI_HEBBIAN = "Hebbian and anti-Hebbian", "Hebbian", "anti-Hebbian"
RANDOM, PROTO, LEARNT = "random", "proto-modules", "modules"
#: Standard deviation of first weights that nothing has formed.
SPREAD = {RANDOM: 0.2, PROTO: 0.15, LEARNT: 0.0}
FORMED = {RANDOM: 0.0, PROTO: 0.7, LEARNT: 1.0}


@dataclass(frozen=True)
class Layout:
    """The cells in their order: excitatory, Hebbian inhibitory, anti-Hebbian inhibitory.

    Parameters
    ----------
    excitatory, inhibitory : int
        Numbers of cells.
    modules : int
        Into how many equal parts the cells are divided.
    inhibition : str
        Which inhibitory cells there are; where both, every second one is Hebbian.
    """

    excitatory: int
    inhibitory: int
    modules: int
    inhibition: str

    @property
    def cells(self) -> int:
        """Number of all cells."""
        return self.excitatory + self.inhibitory

    @cached_property
    def kind(self) -> NDArray[np.str_]:
        """The kind of each cell: "E", "H" or "A"."""
        every = self.inhibitory
        found = {BOTH: every // 2, HEBBIAN: every, ANTI_HEBBIAN: 0}[self.inhibition]
        numbers = {"E": self.excitatory, "H": found, "A": every - found}
        return np.repeat(list(numbers), list(numbers.values()))

    @cached_property
    def module(self) -> NDArray[np.intp]:
        """The module of each cell, from 0; Hebbian and anti-Hebbian cells are dealt in turn."""
        excitatory = np.arange(self.excitatory) * self.modules // self.excitatory
        places = np.arange(self.inhibitory)
        if self.inhibition == BOTH:
            places = np.concatenate([places[1::2], places[::2]])
        return np.concatenate([excitatory, places * self.modules // max(1, self.inhibitory)])

    @cached_property
    def same(self) -> NDArray[np.bool_]:
        """Whether two cells are of one module, shape (cells, cells)."""
        return self.module[:, None] == self.module

    @cached_property
    def wired(self) -> NDArray[np.bool_]:
        """Where there are synapses, shape (presynaptic, postsynaptic): all but autapses."""
        return ~np.eye(self.cells, dtype=bool)

    @cached_property
    def borders(self) -> NDArray[np.intp]:
        """The rows at which another kind or module begins."""
        changed = (self.kind[1:] != self.kind[:-1]) | (self.module[1:] != self.module[:-1])
        return np.flatnonzero(changed) + 1

    @cached_property
    def ensembles(self) -> list[NDArray[np.bool_]]:
        """The excitatory cells of each module."""
        return [self.members("E", module) for module in range(self.modules)]

    def members(self, kind: str, module: int) -> NDArray[np.bool_]:
        """Return the cells of some kinds ("E", "HA") in one module."""
        return np.isin(self.kind, list(kind)) & (self.module == module)

    def partners(self, kind: str) -> NDArray[np.float64]:
        """Return for each cell 1 + the number of presynaptic cells of a kind."""
        of_kind = self.kind == kind
        return 1.0 + of_kind.sum() - of_kind

    def first_weights(self, start: str, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return the weights that a run starts with, shape (presynaptic, postsynaptic).

        Parameters
        ----------
        start : str
            "random", "proto-modules" or "modules": what learning forms is at 0, 0.7 or 1.
        rng : numpy.random.Generator
            Source of all else, the absolute value of a normal variable.
        """
        size = (self.cells, self.cells)
        weights = np.minimum(np.abs(rng.normal(0.0, SPREAD[start], size)), 1.0)
        anti = (self.kind == "A")[:, None]
        if start != RANDOM:
            weights[self.same != anti] = FORMED[start]  # anti-Hebbian cells inhibit the others
        return np.where((self.kind == "E")[:, None], weights, -weights)


@lru_cache
def layout_of(excitatory: int, inhibitory: int, modules: int, inhibition: str) -> Layout:
    """Return a layout, the same one for the same values: what it holds is computed once."""
    return Layout(excitatory, inhibitory, modules, inhibition)
