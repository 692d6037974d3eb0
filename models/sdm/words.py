"""Binary words as callers hand them over, and back again in the same form.

A word is either a boolean array with one entry a bit, or a ``uint8`` array with eight bits a byte
in the order of :func:`numpy.packbits` (first bit in the highest place). Leading axes are a batch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class WordForm:
    """The form a batch of words came in: its leading axes, and packed or boolean."""

    batch: tuple[int, ...]
    packed: bool

    def restore(self, bits: NDArray[np.bool_]) -> NDArray:
        """Bring bits of shape (..., words, bits) back into this form."""
        words = np.packbits(bits, axis=-1) if self.packed else bits
        return self.unflatten(words, axis=-2)

    def unflatten(self, values: NDArray, axis: int) -> NDArray:
        """Replace the axis that counts words by the leading axes of this form."""
        axis %= values.ndim
        return values.reshape((*values.shape[:axis], *self.batch, *values.shape[axis + 1 :]))


def parse_words(words: ArrayLike, bits: int, what: str) -> tuple[NDArray[np.bool_], WordForm]:
    """Read words given as booleans or packed bytes.

    Parameters
    ----------
    words : array, shape (..., bits) of bool or (..., ceil(bits / 8)) of uint8
    bits : int
        Length of a word.
    what : str
        What the words are, for messages: ``"addresses"`` or ``"data"``.

    Returns
    -------
    flat : ndarray of bool, shape (words, bits), C order
    form : WordForm

    Raises
    ------
    ValueError
        If the array is neither boolean nor uint8, has no axis, or its last axis has another length.
    """
    array = np.asarray(words)
    if array.dtype not in (np.dtype(bool), np.dtype(np.uint8)):
        raise ValueError(
            f"{what} have dtype {array.dtype}; allowed are bool (one entry a bit) "
            "and uint8 (eight bits a byte, numpy.packbits order)"
        )
    packed = array.dtype == np.uint8
    length = -(-bits // 8) if packed else bits
    if array.ndim == 0 or array.shape[-1] != length:
        raise ValueError(
            f"{what} have shape {array.shape}; the last axis of {array.dtype} words of "
            f"{bits} bits must be {length}"
        )
    form = WordForm(array.shape[:-1], packed)
    rows = int(np.prod(form.batch, dtype=np.int64))
    flat = array.reshape(rows, length)
    if packed:
        flat = np.unpackbits(flat, axis=-1, count=bits).view(bool)
    return np.ascontiguousarray(flat), form
