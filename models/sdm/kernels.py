"""Compiled scan of all hard locations for a batch of addresses.

Blocks of 512 locations are the outer loop and the queries of a batch the inner one, so a block is
read from memory once. While one block is being scanned, the counter rows that the block before it
activated are fetched, so the wait for memory hides behind the scan; then they are summed or
written. A range of blocks belongs to one thread: writes never meet.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.sdm.bitslice import (
    GROUPS,
    LOW_PLANES,
    TABLE_BYTES,
    count_direct,
    count_tabulated,
    tabulate,
)
from models.sdm.caching import compiled
from models.sdm.intrinsics import prefetch, trailing_zeros
from models.sdm.planes import CHUNK_BITS, LANES
from models.sdm.rows import empty_sums, prefetch_row, sum_row, update_row
from models.sdm.sizes import aligned_zeros

MOST_QUERIES = 256
TABULATE_FROM = 8
TILE_CHUNKS = 2
_GROUP = 16
_LINE = 64
_CHUNK_BYTES = CHUNK_BITS * _LINE
_WORDS = LANES // 64


class Scan(NamedTuple):
    """One batch of queries against the bit planes of all hard locations.

    planes : uint64 (blocks, padded bits, 8); locations : how many of the lanes count;
    codes : uint64 (chunks, queries), 48 query bits each; masks : int64 (queries, padded bits), 0 or
    -1, empty if not needed; start : uint64, counter before the first bit, 8 words a plane.
    """

    planes: NDArray[np.uint64]
    locations: int
    codes: NDArray[np.uint64]
    masks: NDArray[np.int64]
    start: NDArray[np.uint64]


class Workspace(NamedTuple):
    """Scratch memory of one thread: tables of a tile, and a bit-sliced counter for each query."""

    tables: NDArray[np.uint8]
    state: NDArray[np.uint64]


def prepare(
    planes: NDArray[np.uint64], locations: int, bits: NDArray[np.bool_], radius: int
) -> Scan:
    """Lay out boolean queries, (queries, address bits), for the scan."""
    queries, width = len(bits), planes.shape[1]
    padded = np.zeros((queries, width), dtype=bool)
    padded[:, : bits.shape[1]] = bits
    chunked = padded.reshape(queries, width // CHUNK_BITS, CHUNK_BITS)
    codes = np.zeros((*chunked.shape[:2], 8), dtype=np.uint8)
    codes[..., : CHUNK_BITS // 8] = np.packbits(chunked, axis=-1, bitorder="little")
    codes = np.ascontiguousarray(codes.view(np.uint64)[..., 0].T)
    direct = padded if queries < TABULATE_FROM else padded[:0]
    return Scan(planes, locations, codes, -direct.astype(np.int64), _start(radius))


def _start(radius: int) -> NDArray[np.uint64]:
    """Counter that passes 2**planes exactly when a distance exceeds the radius."""
    planes = max(LOW_PLANES, radius.bit_length())
    value = 2**planes - 1 - radius
    digits = [np.uint64(2**64 - 1) * np.uint64(value >> p & 1) for p in range(planes + 1)]
    return np.repeat(np.array(digits, dtype=np.uint64), _WORDS)


def workspace(scan: Scan) -> Workspace:
    """Scratch memory for one thread."""
    tables = aligned_zeros((TILE_CHUNKS * TABLE_BYTES,), np.uint8)
    return Workspace(tables, aligned_zeros((scan.codes.shape[1], scan.start.size), np.uint64))


@compiled
def _scan_block(scan, work, block, counters, rows, pending):
    """Count distances of all queries to one block; meanwhile fetch the pending rows."""
    chunks, queries = scan.codes.shape
    planes = scan.start.size // _WORDS - 1
    for query in range(queries):
        for index in range(scan.start.size):
            work.state[query, index] = scan.start[index]
    if queries < TABULATE_FROM:
        for index in range(pending):
            prefetch_row(counters, rows[index])
        source = scan.planes[block].ctypes.data
        for query in range(queries):
            mask, state = scan.masks[query].ctypes.data, work.state[query].ctypes.data
            count_direct(source, mask, state, chunks, planes)
        return
    tables, fetched, slot = work.tables.ctypes.data, 0, 0
    groups = -(-queries // _GROUP)
    slots = -(-chunks // TILE_CHUNKS) * groups
    # The planes of the next tile come while this one is in use; planes are contiguous.
    ahead = -(-TILE_CHUNKS * _CHUNK_BYTES // groups // _LINE) * _LINE
    for chunk in range(0, chunks, TILE_CHUNKS):
        size = min(TILE_CHUNKS, chunks - chunk)
        source = scan.planes[block, chunk * CHUNK_BITS :].ctypes.data
        tabulate(source, tables, size * GROUPS)
        source += size * _CHUNK_BYTES
        for first in range(0, queries, _GROUP):
            codes = scan.codes[chunk, first:].ctypes.data
            state = work.state[first].ctypes.data
            count = min(_GROUP, queries - first)
            count_tabulated(tables, codes, 8 * queries, state, count, size, planes)
            for offset in range(0, ahead, _LINE):
                prefetch(source + offset)
            source += ahead
            slot += 1
            while fetched * slots < pending * slot:
                prefetch_row(counters, rows[fetched])
                fetched += 1


@compiled
def _collect(scan, work, block, rows, members):
    """List the active (row, query) pairs of a scanned block, queries ascending."""
    top, found = scan.start.size - _WORDS, 0
    for query in range(work.state.shape[0]):
        for word in range(_WORDS):
            active = ~work.state[query, top + word]
            while active:
                row = block * LANES + word * 64 + trailing_zeros(active)
                active &= active - np.uint64(1)
                if row < scan.locations:
                    rows[found] = row
                    members[found] = query
                    found += 1
    return found


@compiled
def sum_range(scan, work, first, last, counters, narrow, used, sums, most):
    """Add the active rows of a range of blocks to the sums of each query."""
    room = work.state.shape[0] * LANES
    rows, members, pending = np.empty(room, np.int64), np.empty(room, np.int32), 0
    for block in range(first, last):
        _scan_block(scan, work, block, counters, rows, pending)
        for index in range(pending):
            sum_row(counters, rows[index], narrow, used, members[index], sums, most)
        pending = _collect(scan, work, block, rows, members)
    for index in range(pending):
        sum_row(counters, rows[index], narrow, used, members[index], sums, most)
    for query in range(work.state.shape[0]):
        empty_sums(narrow, used, query, sums)


@compiled
def update_range(scan, work, first, last, counters, signs, limit):
    """Write each query's data word to its active rows in a range of blocks."""
    room = work.state.shape[0] * LANES
    rows, members, pending = np.empty(room, np.int64), np.empty(room, np.int32), 0
    for block in range(first, last):
        _scan_block(scan, work, block, counters, rows, pending)
        for index in range(pending):
            update_row(counters, rows[index], signs, members[index], limit)
        pending = _collect(scan, work, block, rows, members)
    for index in range(pending):
        update_row(counters, rows[index], signs, members[index], limit)


@compiled
def list_range(scan, work, first, last, counters, counts, places, found):
    """Count the active rows of each query; list them from ``places`` on if there is room."""
    room = work.state.shape[0] * LANES
    rows, members = np.empty(room, np.int64), np.empty(room, np.int32)
    for block in range(first, last):
        _scan_block(scan, work, block, counters, rows, 0)
        for index in range(_collect(scan, work, block, rows, members)):
            query = members[index]
            if found.size:
                found[places[query] + counts[query]] = rows[index]
            counts[query] += 1
