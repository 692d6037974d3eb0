"""What every sparse distributed memory has in common, whichever way its locations are activated.

An address activates some hard locations; writing adds the data word, as +1 and -1, to the counters
of those locations; reading sums their counters and takes the sign.

    S = sum over active m of C_m,     bit u of the word read = 1 if S_u > 0, else 0

A sum of exactly zero reads as 0. Counters are signed integers that saturate symmetrically.
"""

import copy
from abc import ABC, abstractmethod
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.sdm.sizes import COUNTER_TYPES, check_size
from models.sdm.words import parse_words


class IteratedRead(NamedTuple):
    """What :meth:`HardLocationMemory.read_iterated` returns.

    Attributes
    ----------
    words : ndarray, shape (reads, ..., bits) or (reads, ..., bytes)
        The word after each read, in the form the addresses were given.
    converged : ndarray of bool, shape (...)
        Whether the last read returned its own cue: a fixed point.
    reads : ndarray of int, shape (...)
        Reads until the word no longer changed; the number made, where it never did.
    """

    words: NDArray
    converged: NDArray[np.bool_]
    reads: NDArray[np.int64]


class HardLocationMemory(ABC):
    """A memory of hard locations with saturating counters.

    Subclasses say which locations an address activates. Words are boolean arrays ``(..., bits)`` or
    packed ``uint8`` arrays ``(..., ceil(bits / 8))``; one word or any batch of them; what comes
    back has the form of what was given.
    """

    def __init__(
        self, address_bits: int, hard_locations: int, data_bits: int | None, counter_bits: int
    ) -> None:
        self.address_bits = check_size("address_bits", address_bits)
        self.hard_locations = check_size("hard_locations", hard_locations)
        self.data_bits = self.address_bits
        if data_bits is not None:
            self.data_bits = check_size("data_bits", data_bits)
        if counter_bits not in COUNTER_TYPES:
            raise ValueError(f"counter_bits is {counter_bits}; allowed are 8, 16 and 32")
        self.counter_bits = counter_bits

    # What a design of memory provides; ``bits`` is boolean, (words, address_bits).

    @property
    @abstractmethod
    def access_fraction(self) -> float:
        """Probability that a random address activates a given hard location."""

    @abstractmethod
    def _add(self, bits: NDArray[np.bool_], signs: NDArray[np.bool_]) -> None:
        """Write the words in order."""

    @abstractmethod
    def _sum(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Sum the counters of the active locations, (words, data_bits)."""

    @abstractmethod
    def _active(self, bits: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        """List the active locations of each word, ascending."""

    @abstractmethod
    def _active_counts(self, bits: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the active locations of each word."""

    @property
    @abstractmethod
    def counters(self) -> NDArray:
        """The counters, (hard_locations, data_bits), as a read-only view or copy."""

    @abstractmethod
    def _load_counters(self, counters: NDArray) -> None:
        """Overwrite all counters."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes held by hard-location addresses and counters."""

    # The public face.

    @property
    def counter_limit(self) -> int:
        """Largest absolute value of a counter: 127, 32767 or 2147483647."""
        return int(np.iinfo(COUNTER_TYPES[self.counter_bits]).max)

    def write(self, addresses: ArrayLike, data: ArrayLike | None = None) -> None:
        """Store data words at addresses.

        Words of a batch are written one after another, so a batch leaves the same counters as
        single writes in the same order, saturation included.

        Parameters
        ----------
        addresses : words of ``address_bits``
        data : words of ``data_bits``, optional
            Leading axes as ``addresses``, or one word for all of them; without it the addresses
            themselves are stored (autoassociative).

        Raises
        ------
        ValueError
            If a word has the wrong dtype or length, the batches do not match, or ``data`` is left
            out although ``data_bits`` differs from ``address_bits``.
        """
        bits, form = parse_words(addresses, self.address_bits, "addresses")
        if data is None:
            self._check_autoassociative("write without data")
            self._add(bits, bits)
            return
        signs, data_form = parse_words(data, self.data_bits, "data")
        if data_form.batch == () and form.batch != ():
            signs = np.repeat(signs, len(bits), axis=0)
        elif data_form.batch != form.batch:
            raise ValueError(
                f"data have batch shape {data_form.batch} and addresses {form.batch}; "
                "they must be equal, or data a single word"
            )
        self._add(bits, signs)

    def read(self, addresses: ArrayLike, weighting: float = 1) -> NDArray:
        """Read the words at addresses; a bit is 1 where its sum is above zero, a tie is 0.

        Parameters
        ----------
        addresses : words of ``address_bits``
        weighting : float
            See :meth:`read_sums`.

        Returns
        -------
        ndarray, shape (..., data_bits) of bool or (..., ceil(data_bits / 8)) of uint8
        """
        bits, form = parse_words(addresses, self.address_bits, "addresses")
        return form.restore(self._weighted_sum(bits, weighting) > 0)

    def read_sums(self, addresses: ArrayLike, weighting: float = 1) -> NDArray:
        """Sum the counters of the active locations.

        Parameters
        ----------
        addresses : words of ``address_bits``
        weighting : float
            Exponent z: a counter c enters as ``sign(c) |c|**z``. 1 is Kanerva's rule; 0 lets every
            location cast one vote for a bit. Other values than 1 take a slower path.

        Returns
        -------
        ndarray, shape (..., data_bits)
            int64 for ``weighting`` 1, else float64.

        Raises
        ------
        ValueError
            If ``weighting`` is negative or not finite, or the addresses are malformed.
        """
        bits, form = parse_words(addresses, self.address_bits, "addresses")
        return form.unflatten(self._weighted_sum(bits, weighting), axis=-2)

    def read_iterated(self, addresses: ArrayLike, steps: int = 10) -> IteratedRead:
        """Read again and again, each word read being the next address, until nothing changes.

        Parameters
        ----------
        addresses : words of ``address_bits``
        steps : int
            Most reads to make, at least 1. Reading stops early once every word is a fixed point.

        Returns
        -------
        IteratedRead

        Raises
        ------
        ValueError
            If ``data_bits`` differs from ``address_bits``, ``steps`` is below 1, or the addresses
            are malformed.
        """
        self._check_autoassociative("read_iterated")
        steps = check_size("steps", steps)
        current, form = parse_words(addresses, self.address_bits, "addresses")
        moving = np.ones(len(current), dtype=bool)
        reads = np.zeros(len(current), dtype=np.int64)
        history = []
        for step in range(steps):
            following = current.copy()
            following[moving] = self._sum(current[moving]) > 0
            moving = (following != current).any(axis=-1)
            reads[moving] = step + 1
            history.append(following)
            current = following
            if not moving.any():
                break
        return IteratedRead(
            form.restore(np.stack(history)),
            form.unflatten(~moving, axis=-1),
            form.unflatten(reads, axis=-1),
        )

    def activated(self, addresses: ArrayLike) -> NDArray[np.int64] | list[NDArray[np.int64]]:
        """List the hard locations that addresses activate.

        Returns
        -------
        ndarray of int64, ascending, for a single word; for a batch a list of them, one for each
        word in C order.
        """
        bits, form = parse_words(addresses, self.address_bits, "addresses")
        active = self._active(bits)
        return active[0] if form.batch == () else active

    def activated_counts(self, addresses: ArrayLike) -> NDArray[np.int64]:
        """Count the hard locations each address activates, shape (...): cheaper than listing."""
        bits, form = parse_words(addresses, self.address_bits, "addresses")
        return form.unflatten(self._active_counts(bits), axis=-1)

    def counter_histogram(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count how often each counter value occurs.

        Returns
        -------
        values : ndarray of int64, ascending
            Every integer from the smallest to the largest value present.
        counts : ndarray of int64
            Number of counters (of ``hard_locations * data_bits``) with that value.
        """
        counters = self.counters
        low, high = int(counters.min()), int(counters.max())
        counts = np.zeros(high - low + 1, dtype=np.int64)
        for start in range(0, len(counters), 4096):
            part = counters[start : start + 4096].astype(np.int64).ravel() - low
            counts += np.bincount(part, minlength=len(counts))
        return np.arange(low, high + 1), counts

    def copy(self) -> Self:
        """Return an independent memory with the same addresses and the same counters."""
        twin = copy.copy(self)
        twin._detach()
        return twin

    @abstractmethod
    def _detach(self) -> None:
        """Give this object counters of its own after a shallow copy."""

    def get_state(self) -> dict[str, Any]:
        """Take a snapshot of everything that writing changes."""
        return {"counters": self.counters.copy()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Return to a snapshot of a memory of the same size.

        Raises
        ------
        ValueError
            If the snapshot's counters have another shape or type.
        """
        counters, own = state["counters"], self.counters
        if counters.shape != own.shape or counters.dtype != own.dtype:
            raise ValueError(
                f"the snapshot has {counters.dtype} counters of shape {counters.shape}; "
                f"this memory has {own.dtype} counters of shape {own.shape}"
            )
        self._load_counters(counters)

    def _check_autoassociative(self, what: str) -> None:
        if self.data_bits != self.address_bits:
            raise ValueError(
                f"{what} needs data_bits equal to address_bits; "
                f"they are {self.data_bits} and {self.address_bits}"
            )

    def _weighted_sum(self, bits: NDArray[np.bool_], weighting: float) -> NDArray:
        if weighting == 1:
            return self._sum(bits)
        if not (weighting >= 0 and np.isfinite(weighting)):
            raise ValueError(f"weighting is {weighting}; it must be a finite number, at least 0")
        sums = np.zeros((len(bits), self.data_bits))
        counters = self.counters
        for total, active in zip(sums, self._active(bits), strict=True):
            rows = counters[active].astype(float)
            total[:] = (np.sign(rows) * np.abs(rows) ** weighting).sum(axis=0)
        return sums
