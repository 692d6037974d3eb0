"""Kanerva's sparse distributed memory on a GPU, or any other device torch knows.

With bits as +1 and -1 the Hamming distance is ``(N - x . A_m) / 2``, so the active locations of a
whole batch come from one matrix product. Products and sums stay whole numbers that their types
hold exactly: the result equals that of the compiled memory bit for bit.

Source: P. Kanerva, Sparse Distributed Memory, MIT Press, 1988.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.sdm.memory import choose_radius
from models.sdm.overlap import access_fraction_of_radius
from models.sdm.planes import plane_addresses, random_planes
from models.sdm.store import HardLocationMemory

# Whole numbers up to this are exact in half precision.
_HALF_EXACT = 2048
_MOST_PRODUCTS = 2**27
_MOST_GATHERED = 2**25
_TYPES = {8: torch.int8, 16: torch.int16, 32: torch.int32}


class TorchSparseDistributedMemory(HardLocationMemory):
    """Sparse distributed memory with its addresses and counters in torch tensors.

    Same locations, same results as :class:`models.sdm.SparseDistributedMemory` of the same
    arguments; its parameters and errors are the same, plus:

    Parameters
    ----------
    device : str or torch.device
        Where the memory lives, ``"cuda"`` by default. Hard-location addresses take two bytes a bit
        on a GPU up to 2048 bits, else four.

    Raises
    ------
    ValueError
        Also if the device is a GPU and torch finds none.
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
        device: str | torch.device = "cuda",
    ) -> None:
        super().__init__(address_bits, hard_locations, data_bits, counter_bits)
        self.radius = choose_radius(self.address_bits, radius, access_fraction)
        self.device = torch.device(device)
        if self.device.type == "cuda" and not torch.cuda.is_available():
            raise ValueError(f"device is {device}, but torch finds no GPU; use 'cpu'")
        self._signs = self._location_signs(seed)
        self._rows = torch.zeros(
            (self.hard_locations, self.data_bits), dtype=_TYPES[counter_bits], device=self.device
        )

    def _location_signs(self, seed: Any) -> torch.Tensor:
        """Hard-location addresses as +1 and -1, (hard_locations, address_bits)."""
        exact = self.device.type == "cuda" and self.address_bits <= _HALF_EXACT
        kind = torch.float16 if exact else torch.float32
        signs = torch.empty(
            (self.hard_locations, self.address_bits), dtype=kind, device=self.device
        )
        planes = random_planes(self.address_bits, self.hard_locations, seed)
        for start in range(0, self.hard_locations, 8192):
            places = np.arange(start, min(start + 8192, self.hard_locations))
            bits = plane_addresses(planes, self.address_bits, places)
            signs[start : start + len(bits)] = self._to_signs(bits, kind)
        return signs

    def _to_signs(self, bits: NDArray[np.bool_], kind: torch.dtype) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(bits)).to(self.device).to(kind) * 2 - 1

    @property
    def access_fraction(self) -> float:
        """Probability that a random address activates a given hard location."""
        return float(access_fraction_of_radius(self.address_bits, self.radius))

    @property
    def nbytes(self) -> int:
        """Bytes held by hard-location addresses and counters."""
        return sum(t.numel() * t.element_size() for t in (self._signs, self._rows))

    @property
    def counters(self) -> NDArray:
        """A copy of the counters in main memory, (hard_locations, data_bits)."""
        return self._rows.cpu().numpy().copy()

    def _load_counters(self, counters: NDArray) -> None:
        self._rows.copy_(torch.from_numpy(np.ascontiguousarray(counters)))

    def _detach(self) -> None:
        self._rows = self._rows.clone()

    def _pairs(self, bits: NDArray[np.bool_]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield active pairs (word, location), words ascending, for one range after another."""
        if not len(bits):
            return
        cues = self._to_signs(bits, self._signs.dtype)
        chunk = max(1, _MOST_PRODUCTS // len(bits))
        least = self.address_bits - 2 * self.radius
        for start in range(0, self.hard_locations, chunk):
            active = cues @ self._signs[start : start + chunk].T >= least
            words, locations = active.nonzero(as_tuple=True)
            yield words, locations + start

    def _add(self, bits: NDArray[np.bool_], signs: NDArray[np.bool_]) -> None:
        changes = self._to_signs(signs, torch.int64)
        for words, locations in self._pairs(bits):
            counts = torch.bincount(words, minlength=len(bits)).tolist()
            for change, rows in zip(changes, locations.split(counts), strict=True):
                updated = self._rows[rows].to(torch.int64) + change
                updated.clamp_(-self.counter_limit, self.counter_limit)
                self._rows[rows] = updated.to(self._rows.dtype)

    def _sum(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        sums = torch.zeros((len(bits), self.data_bits), dtype=torch.int64, device=self.device)
        most = max(1, _MOST_GATHERED // self.data_bits)
        for words, locations in self._pairs(bits):
            for part, rows in zip(words.split(most), locations.split(most), strict=True):
                sums.index_add_(0, part, self._rows[rows].to(torch.int64))
        return sums.cpu().numpy()

    def _active(self, bits: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        parts = [(w.cpu().numpy(), m.cpu().numpy()) for w, m in self._pairs(bits)]
        return [np.concatenate([m[w == word] for w, m in parts]) for word in range(len(bits))]

    def _active_counts(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        counts = np.zeros(len(bits), dtype=np.int64)
        for words, _ in self._pairs(bits):
            counts += torch.bincount(words, minlength=len(bits)).cpu().numpy()
        return counts
