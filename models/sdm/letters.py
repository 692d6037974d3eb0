"""Lines of text as words of bits, and back.

There are as many places as the longest line has letters. Each has an equal share of the word's
bits, and each letter at that place a random pattern of them (a shorter line ends in blanks, which
are letters too). So half of the bits are on, a line with a wrong letter differs in about half of
that letter's bits, and any word, however damaged, is written out with the letters whose patterns
are nearest. A letter that is missing shifts all that follow; write another in its place, such as a
question mark.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]

LONGEST = 60  # letters of a line
KNOWN = string.ascii_letters + string.digits + string.punctuation + " "
BOOK = 1988  # seed of the patterns, which are the same in every run


def bits_needed(lines: Sequence[str]) -> int:
    """Return the least bits of a word that can tell all letters of these lines apart."""
    return _places(lines) * _number_bits(_alphabet(lines))


class Letters:
    """The patterns of all letters at all places.

    Parameters
    ----------
    bits : int
        Length of a word; what is left over when each place has its share stays off.
    lines : sequence of str
        Texts that it is to spell, one at least.

    Raises
    ------
    ValueError
        If the word is too short, see `bits_needed`.
    """

    def __init__(self, bits: int, lines: Sequence[str]) -> None:
        self.bits, self.places, self.alphabet = bits, _places(lines), _alphabet(lines)
        count, each, first = len(self.alphabet), bits // self.places, _number_bits(self.alphabet)
        if each < first:
            raise ValueError(f"{bits} bits are too few: there must be {self.places * first}")
        rng = np.random.default_rng(BOOK)
        # A number of its own keeps any two letters apart, random bits keep them far apart.
        numbers = np.array([rng.permutation(2**first)[:count] for _ in range(self.places)])
        spelled = (numbers[..., None] >> np.arange(first)) & 1
        more = rng.integers(0, 2, (self.places, count, each - first))
        self.patterns: Bits = np.concatenate([spelled, more], axis=2).astype(bool)

    def encode(self, line: str) -> Bits:
        """Return the word of a line, shape (bits,), cut where there are no more places."""
        at = [self.alphabet.index(c) for c in line[: self.places].ljust(self.places)]
        word = np.zeros(self.bits, bool)
        written = self.patterns[np.arange(self.places), at].ravel()
        word[: written.size] = written
        return word

    def decode(self, word: Bits) -> str:
        """Return the line whose letters are nearest to a word's bits."""
        parts = word[: self.patterns.shape[2] * self.places].reshape(self.places, 1, -1)
        nearest = (self.patterns != parts).sum(axis=2).argmin(axis=1)
        return "".join(self.alphabet[at] for at in nearest).rstrip()


def _places(lines: Sequence[str]) -> int:
    return max(map(len, lines))


def _alphabet(lines: Sequence[str]) -> str:
    return KNOWN + "".join(sorted({*"".join(lines)} - {*KNOWN}))


def _number_bits(alphabet: str) -> int:
    return (len(alphabet) - 1).bit_length()
