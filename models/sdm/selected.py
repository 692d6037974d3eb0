"""Jaeckel's selected-coordinate design in groups: no location is scanned to find the active ones.

A hard location looks at q coordinates of the address and is active if all of them have its values.
Here the locations come in groups. A group shares one set of coordinates and holds all ``2**q``
assignments of values, so an address activates exactly one location of each group, the one whose
number is the address's bits at those coordinates. The access fraction ``p = 2**-q`` is that of the
original design; the number of active locations is exactly the number of groups ``G = M / 2**q``
instead of binomial. A read takes G rows whatever the number of locations.

Source: L. A. Jaeckel, An alternative design for a sparse distributed memory, RIACS report 89.28,
1989; US patent 5,113,507. The grouping is this project's.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.sdm.compiled import CompiledMemory, Sums
from models.sdm.parallel import split
from models.sdm.sizes import check_size, counter_row

# Rows that are worth starting a thread for.
_LEAST_ROWS = 512


class SelectedCoordinateMemory(CompiledMemory):
    """Sparse distributed memory whose locations look at a few selected coordinates.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    hard_locations : int
        Wanted number M of hard locations; the attribute ``hard_locations`` is the nearest number
        of whole groups, at least one group of ``2**selected_bits``.
    data_bits : int, optional
        Length U of a data word; ``address_bits`` by default.
    selected_bits : int
        Coordinates q of a location, 1 to 24 and at most ``address_bits``; the access fraction is
        ``2**-q``, about 0.00098 for the default 10.
    seed : int or sequence of int
        Seed of the coordinates, which depend on nothing else.
    counter_bits : int
        8, 16 or 32; a counter saturates at plus and minus 127, 32767 or 2147483647.

    Raises
    ------
    ValueError
        If a size is not a whole number of at least 1, ``selected_bits`` is out of range, or
        ``counter_bits`` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> memory = SelectedCoordinateMemory(256, 10_000, selected_bits=8, seed=1)
    >>> memory.groups, memory.hard_locations
    (39, 9984)
    >>> words = np.random.default_rng(2).integers(0, 2, (20, 256)).astype(bool)
    >>> memory.write(words)
    >>> bool((memory.read(words) == words).all())
    True
    """

    def __init__(
        self,
        address_bits: int,
        hard_locations: int,
        data_bits: int | None = None,
        *,
        selected_bits: int = 10,
        seed: Any = 0,
        counter_bits: int = 8,
    ) -> None:
        super().__init__(address_bits, hard_locations, data_bits, counter_bits)
        self.selected_bits = check_size("selected_bits", selected_bits)
        most = min(24, self.address_bits)
        if self.selected_bits > most:
            raise ValueError(f"selected_bits is {selected_bits}; it must be from 1 to {most}")
        self.hard_locations = whole_groups(self.hard_locations, self.selected_bits)
        self.groups = self.hard_locations >> self.selected_bits
        self._coordinates = random_coordinates(
            self.address_bits, self.groups, self.selected_bits, seed
        )
        self._allocate()

    @property
    def access_fraction(self) -> float:
        """Probability that a random address activates a given hard location, ``2**-q``."""
        return 2.0**-self.selected_bits

    @property
    def coordinates(self) -> NDArray[np.int64]:
        """Coordinates of each group, (groups, selected_bits), read-only."""
        return self._coordinates

    @property
    def nbytes(self) -> int:
        """Bytes held by coordinates and counters."""
        return self._coordinates.nbytes + self._rows.nbytes

    @staticmethod
    def estimate_bytes(
        address_bits: int,
        hard_locations: int,
        data_bits: int | None = None,
        counter_bits: int = 8,
        selected_bits: int = 10,
    ) -> int:
        """Bytes that a memory of these sizes will hold (its ``nbytes``), without building it."""
        locations = whole_groups(hard_locations, selected_bits)
        row = counter_row(data_bits or address_bits, counter_bits) * counter_bits // 8
        return (locations >> selected_bits) * selected_bits * 8 + locations * row

    def _selected(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Active location in each group, (groups, words)."""
        from models.sdm.rows import listed_rows

        rows = np.empty((self.groups, len(bits)), dtype=np.int64)
        listed_rows(bits, self._coordinates, rows)
        return rows

    def _add(self, bits: NDArray[np.bool_], signs: NDArray[np.bool_]) -> None:
        from models.sdm.rows import sign_rows, update_listed

        if not len(bits):
            return
        rows, limit = self._selected(bits), self._rows.dtype.type(self.counter_limit)
        words = sign_rows(signs, self._rows.shape[1], self._rows.dtype)
        split(
            lambda first, last: update_listed(rows, first, last, self._rows, words, limit),
            self.groups,
            -(-_LEAST_ROWS // len(bits)),
        )

    def _sum(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        from models.sdm.rows import sum_listed

        if not len(bits):
            return np.zeros((0, self.data_bits), dtype=np.int64)
        rows = self._selected(bits)

        def work(first: int, last: int, sums: Sums, most: int) -> None:
            sum_listed(rows, first, last, self._rows, *sums, most)

        return self._sum_in_parts(work, len(bits), self.groups, -(-_LEAST_ROWS // len(bits)))

    def _active(self, bits: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        return list(self._selected(bits).T.copy())

    def _active_counts(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.full(len(bits), self.groups, dtype=np.int64)


def whole_groups(hard_locations: int, selected_bits: int) -> int:
    """Nearest number of locations that fills whole groups of ``2**selected_bits``."""
    size = 1 << selected_bits
    return max(1, (hard_locations + size // 2) >> selected_bits) * size


def random_coordinates(bits: int, groups: int, selected: int, seed: Any) -> NDArray[np.int64]:
    """Distinct random coordinates of each group, (groups, selected)."""
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(bits, selected, replace=False) for _ in range(groups)]
    coordinates = np.array(chosen, dtype=np.int64)
    coordinates.flags.writeable = False
    return coordinates
