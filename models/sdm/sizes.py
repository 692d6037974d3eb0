"""Sizes: checking them, and what a row of counters takes in memory."""

import numpy as np
from numpy.typing import NDArray

COUNTER_TYPES = {8: np.int8, 16: np.int16, 32: np.int32}
CACHE_LINE = 64


def check_size(name: str, value: int) -> int:
    """Return a whole number of at least 1, or raise ValueError naming it."""
    if isinstance(value, bool) or value != int(value) or value < 1:
        raise ValueError(f"{name} is {value}; it must be a whole number, at least 1")
    return int(value)


def counter_row(data_bits: int, counter_bits: int) -> int:
    """Counters in a stored row: data_bits filled up to whole cache lines of 64 bytes."""
    line = CACHE_LINE * 8 // counter_bits
    return -(-data_bits // line) * line


def aligned_zeros(shape: tuple[int, ...], dtype: type) -> NDArray:
    """Zeroed array that starts on a cache line."""
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    buffer = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -buffer.ctypes.data % CACHE_LINE
    return buffer[start : start + size].view(dtype).reshape(shape)
