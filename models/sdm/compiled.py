"""Counters in main memory, for the memories whose work numba compiles."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.sdm.parallel import split
from models.sdm.sizes import COUNTER_TYPES, aligned_zeros, counter_row
from models.sdm.store import HardLocationMemory

Sums = tuple[NDArray, NDArray[np.int64], NDArray[np.int64]]


class CompiledMemory(HardLocationMemory):
    """Rows of counters, each filled up to whole cache lines."""

    def _allocate(self) -> None:
        width = counter_row(self.data_bits, self.counter_bits)
        self._rows = aligned_zeros((self.hard_locations, width), COUNTER_TYPES[self.counter_bits])

    @property
    def counters(self) -> NDArray:
        """The counters, (hard_locations, data_bits), a read-only view."""
        view = self._rows[:, : self.data_bits]
        view.flags.writeable = False
        return view

    def _load_counters(self, counters: NDArray) -> None:
        self._rows[:, : self.data_bits] = counters

    def _detach(self) -> None:
        rows = self._rows
        self._allocate()
        self._rows[:] = rows

    def _sum_in_parts(
        self,
        work: Callable[[int, int, Sums, int], None],
        queries: int,
        items: int,
        least: int,
    ) -> NDArray[np.int64]:
        """Let each thread sum its range of items on its own, and add the threads' sums."""
        from models.sdm.rows import narrow_type

        wide, most = narrow_type(self._rows.dtype)

        def part(first: int, last: int) -> NDArray[np.int64]:
            narrow = aligned_zeros((queries, self._rows.shape[1]), wide.type)
            sums = np.zeros((queries, self.data_bits), dtype=np.int64)
            work(first, last, (narrow, np.zeros(queries, dtype=np.int64), sums), most)
            return sums

        total, *others = split(part, items, least)
        for sums in others:
            total += sums
        return total
