"""Compiled work on rows of counters: prefetch, saturating update, sums that cannot overflow.

Sums run in an integer twice as wide as a counter, one row of sums for each query, and are emptied
into 64 bits before they could overflow. Rows are fetched ahead of their use.
"""

import numpy as np
from numpy.typing import NDArray

from models.sdm.caching import compiled
from models.sdm.intrinsics import prefetch, saturating_add

PREFETCH_AHEAD = 8
_LINE = 64


@compiled
def prefetch_row(counters, row):
    """Fetch one row of counters ahead of its use."""
    start = counters.ctypes.data + row * counters.strides[0]
    for offset in range(0, counters.strides[0], _LINE):
        prefetch(start + offset)


@compiled
def update_row(counters, row, signs, query, limit):
    """Add one data word of +1 and -1 to one row, within [-limit, limit]."""
    target, change = counters[row], signs[query]
    for unit in range(target.size):
        value = saturating_add(target[unit], change[unit])
        target[unit] = -limit if value < -limit else value


@compiled
def empty_sums(narrow, used, query, sums):
    """Move one query's narrow sums into its 64-bit sums."""
    source, target = narrow[query], sums[query]
    for unit in range(target.size):
        target[unit] += source[unit]
    source[:] = 0
    used[query] = 0


@compiled
def sum_row(counters, row, narrow, used, query, sums, most):
    """Add one row to a query's sums, emptying the narrow ones after ``most`` rows."""
    source, target = counters[row], narrow[query]
    for unit in range(target.size):
        target[unit] += source[unit]
    used[query] += 1
    if used[query] == most:
        empty_sums(narrow, used, query, sums)


@compiled
def sum_listed(rows, first, last, counters, narrow, used, sums, most):
    """Sum rows listed by slot and query, rows of shape (slots, queries), for a range of slots."""
    queries = rows.shape[1]
    flat = rows[first:last].ravel()
    for index in range(flat.size):
        if index + PREFETCH_AHEAD < flat.size:
            prefetch_row(counters, flat[index + PREFETCH_AHEAD])
        sum_row(counters, flat[index], narrow, used, index % queries, sums, most)
    for query in range(queries):
        empty_sums(narrow, used, query, sums)


@compiled
def update_listed(rows, first, last, counters, signs, limit):
    """Write queries to the rows listed by slot and query, for a range of slots."""
    queries = rows.shape[1]
    flat = rows[first:last].ravel()
    for index in range(flat.size):
        if index + PREFETCH_AHEAD < flat.size:
            prefetch_row(counters, flat[index + PREFETCH_AHEAD])
        update_row(counters, flat[index], signs, index % queries, limit)


@compiled
def listed_rows(bits, coordinates, rows):
    """Row of each group that each word selects: its bits at the group's coordinates, in binary."""
    groups, selected = coordinates.shape
    for group in range(groups):
        for query in range(bits.shape[0]):
            code = 0
            for place in range(selected):
                code = 2 * code + bits[query, coordinates[group, place]]
            rows[group, query] = (group << selected) + code


def narrow_type(counter: np.dtype) -> tuple[np.dtype, int]:
    """Type twice as wide as a counter, and how many counters it can sum without overflow."""
    wide = {1: np.int16, 2: np.int32, 4: np.int64}[counter.itemsize]
    return np.dtype(wide), int(np.iinfo(wide).max) // int(np.iinfo(counter).max)


def sign_rows(signs: NDArray[np.bool_], width: int, counter: np.dtype) -> NDArray:
    """Write data words as +1 and -1 in the type of a counter, zero beyond their last bit."""
    rows = np.zeros((len(signs), width), dtype=counter)
    np.subtract(2 * signs.astype(counter), 1, out=rows[:, : signs.shape[1]], casting="unsafe")
    return rows
