"""Kanerva's sparse distributed memory: a location is active within a Hamming radius of the address.

    y_m(x) = 1 if hamming(x, A_m) <= R,    C_m += y_m (2 w - 1),    S = sum over m of y_m C_m

Source: P. Kanerva, Sparse Distributed Memory, MIT Press, 1988.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.sdm.compiled import CompiledMemory, Sums
from models.sdm.overlap import access_fraction_of_radius, radius_for_access_fraction
from models.sdm.parallel import split
from models.sdm.planes import LANES, padded_bits, plane_addresses, random_planes
from models.sdm.sizes import counter_row

DEFAULT_ACCESS_FRACTION = 0.001
# Blocks times queries that are worth starting a thread for.
_LEAST_WORK = 32


class SparseDistributedMemory(CompiledMemory):
    """Sparse distributed memory with random hard locations and a Hamming access radius.

    Parameters
    ----------
    address_bits : int
        Length N of an address.
    hard_locations : int
        Number M of hard locations; their addresses are uniformly random and fixed.
    data_bits : int, optional
        Length U of a data word; ``address_bits`` by default.
    radius : int, optional
        Access radius R in bits, inclusive; 0 to ``address_bits``.
    access_fraction : float, optional
        Wanted share p of active locations, between 0 and 1; the radius is the smallest with at
        least that share. Give a radius or an access fraction; with neither it is 0.001.
    seed : int or sequence of int
        Seed of the hard-location addresses, which depend on nothing else: the first locations of
        a larger memory are those of a smaller one.
    counter_bits : int
        8, 16 or 32; a counter saturates at plus and minus 127, 32767 or 2147483647.

    Raises
    ------
    ValueError
        If a size is not a whole number of at least 1, radius and access fraction are both given
        or out of range, or ``counter_bits`` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> memory = SparseDistributedMemory(256, 10_000, access_fraction=0.005, seed=1)
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
        radius: int | None = None,
        access_fraction: float | None = None,
        seed: Any = 0,
        counter_bits: int = 8,
    ) -> None:
        super().__init__(address_bits, hard_locations, data_bits, counter_bits)
        self.radius = choose_radius(self.address_bits, radius, access_fraction)
        self._planes = random_planes(self.address_bits, self.hard_locations, seed)
        self._allocate()

    @property
    def access_fraction(self) -> float:
        """Probability that a random address activates a given hard location."""
        return float(access_fraction_of_radius(self.address_bits, self.radius))

    @property
    def nbytes(self) -> int:
        """Bytes held by hard-location addresses and counters."""
        return self._planes.nbytes + self._rows.nbytes

    @staticmethod
    def estimate_bytes(
        address_bits: int,
        hard_locations: int,
        data_bits: int | None = None,
        counter_bits: int = 8,
    ) -> int:
        """Bytes that a memory of these sizes will hold (its ``nbytes``), without building it."""
        blocks = -(-hard_locations // LANES)
        row = counter_row(data_bits or address_bits, counter_bits) * counter_bits // 8
        return blocks * padded_bits(address_bits) * LANES // 8 + hard_locations * row

    def location_addresses(self, locations: Any) -> NDArray[np.bool_]:
        """Addresses of hard locations.

        Parameters
        ----------
        locations : int or array of int, shape (...)

        Returns
        -------
        ndarray of bool, shape (..., address_bits)
        """
        return plane_addresses(self._planes, self.address_bits, locations)

    def _batches(self, bits: NDArray[np.bool_]) -> Iterator[tuple[slice, Any, int]]:
        """Cut a batch to what the scan takes at once; yield its place, its scan, least blocks."""
        from models.sdm.kernels import MOST_QUERIES, prepare

        for start in range(0, len(bits), MOST_QUERIES):
            part = slice(start, start + MOST_QUERIES)
            scan = prepare(self._planes, self.hard_locations, bits[part], self.radius)
            yield part, scan, -(-_LEAST_WORK // len(bits[part]))

    def _add(self, bits: NDArray[np.bool_], signs: NDArray[np.bool_]) -> None:
        from models.sdm.kernels import update_range, workspace
        from models.sdm.rows import sign_rows

        limit = self._rows.dtype.type(self.counter_limit)
        for part, scan, least in self._batches(bits):
            words = sign_rows(signs[part], self._rows.shape[1], self._rows.dtype)
            split(
                lambda a, b, scan=scan, words=words: update_range(
                    scan, workspace(scan), a, b, self._rows, words, limit
                ),
                len(self._planes),
                least,
            )

    def _sum(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        from models.sdm.kernels import sum_range, workspace

        total = np.zeros((len(bits), self.data_bits), dtype=np.int64)
        for part, scan, least in self._batches(bits):

            def work(first: int, last: int, sums: Sums, most: int, scan: Any = scan) -> None:
                sum_range(scan, workspace(scan), first, last, self._rows, *sums, most)

            queries = scan.codes.shape[1]
            total[part] = self._sum_in_parts(work, queries, len(self._planes), least)
        return total

    def _active_counts(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        counts = np.zeros(len(bits), dtype=np.int64)
        for part, scan, least in self._batches(bits):
            lister = self._lister(scan)
            counts[part] = sum(split(lister, len(self._planes), least))
        return counts

    def _active(self, bits: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        active = []
        for _, scan, least in self._batches(bits):
            counts = sum(split(self._lister(scan), len(self._planes), least))
            ends = np.cumsum(counts)
            found = np.empty(int(ends[-1]), dtype=np.int64)
            self._lister(scan, ends - counts, found)(0, len(self._planes))
            active += np.split(found, ends[:-1])
        return active

    def _lister(
        self,
        scan: Any,
        places: NDArray[np.int64] | None = None,
        found: NDArray[np.int64] | None = None,
    ) -> Callable[[int, int], NDArray[np.int64]]:
        """Work for :func:`split` that counts active locations, and lists them if given room."""
        from models.sdm.kernels import list_range, workspace

        none = np.empty(0, dtype=np.int64)

        def work(first: int, last: int) -> NDArray[np.int64]:
            counts = np.zeros(scan.codes.shape[1], dtype=np.int64)
            start, room = (none, none) if found is None or places is None else (places, found)
            list_range(scan, workspace(scan), first, last, self._rows, counts, start, room)
            return counts

        return work


def choose_radius(bits: int, radius: int | None, access_fraction: float | None) -> int:
    """Access radius from a radius or an access fraction, at most one of them given."""
    if radius is not None and access_fraction is not None:
        raise ValueError(
            f"radius is {radius} and access_fraction {access_fraction}; give only one of them"
        )
    if radius is not None:
        if isinstance(radius, bool) or radius != int(radius) or not 0 <= radius <= bits:
            raise ValueError(f"radius is {radius}; it must be a whole number from 0 to {bits}")
        return int(radius)
    fraction = DEFAULT_ACCESS_FRACTION if access_fraction is None else access_fraction
    return int(radius_for_access_fraction(bits, fraction))
