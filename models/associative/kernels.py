"""Compiled loops over packed rows: Willshaw's matrix read a word of 64 units at a time.

A matrix of bits is kept as rows of 64-bit words. A sparse cue has few active units, so recall reads
few rows: with a threshold as high as the number of active units it is their logical and; with any
other threshold the rows are added in bit-sliced counters, one plane of words for each binary digit
of the sums, so that 512 sums or more are added by one instruction. Winners are chosen in the planes
too, from the highest digit down. Cues with very many active units are counted the other way round:
a row's sum is the number of bits that it has in common with the cue.
"""

from pathlib import Path

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from models.sdm.caching import compiler, sources_stamp
from models.sdm.intrinsics import intrinsic, prefetch, trailing_zeros

compiled = compiler(sources_stamp(Path(__file__).parent, ("kernels.py", "../sdm/intrinsics.py")))

ONE = np.uint64(1)


@intrinsic
def population(typingctx, word):
    """Count the ones of a 64-bit word."""

    def codegen(context, builder, signature, arguments):
        int64 = ir.IntType(64)
        kind = ir.FunctionType(int64, [int64])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.ctpop.i64")
        return builder.call(function, arguments)

    return types.int64(types.uint64), codegen


@compiled
def set_pairs(matrix, units, starts):
    """Set the bit of every pair of units of each pattern.

    Returns
    -------
    int
        How many synapses between different units were switched on by it.
    """
    added = 0
    for pattern in range(starts.size - 1):
        active = units[starts[pattern] : starts[pattern + 1]]
        for first in active:
            for second in active:
                bit, word = ONE << np.uint64(second & 63), second >> 6
                if not matrix[first, word] & bit:
                    matrix[first, word] |= bit
                    added += first != second
    return added


@compiled
def all_agree(matrix, active, out):
    """Write the logical and of the rows of the active units."""
    for word in range(out.size):
        out[word] = matrix[active[0], word]
    for unit in active[1:]:
        row = matrix[unit]
        for word in range(out.size):
            out[word] &= row[word]


@compiled
def _ripple(planes, carry, first, last):
    """Add a word of ones of weight `first` to the counters below plane `last`."""
    for plane in range(first, last):
        for word in range(carry.size):
            old = planes[plane, word]
            planes[plane, word] = old ^ carry[word]
            carry[word] &= old


@compiled
def count_rows(matrix, active, planes, carry):
    """Add the rows of the active units in bit-sliced counters; return the planes in use.

    Rows are added four at a time with full adders, so that a carry runs through the planes once
    for four rows.
    """
    planes[:] = 0
    depth, added = 0, 0
    rounds = active.size // 4
    for index in range(rounds):
        first, second = matrix[active[4 * index]], matrix[active[4 * index + 1]]
        third, fourth = matrix[active[4 * index + 2]], matrix[active[4 * index + 3]]
        for word in range(carry.size):
            a, b, c, d = first[word], second[word], third[word], fourth[word]
            ones = planes[0, word]
            total = ones ^ a ^ b
            one = (a & b) | (ones & (a | b))
            planes[0, word] = total ^ c ^ d
            two = (c & d) | (total & (c | d))
            twos = planes[1, word]
            planes[1, word] = twos ^ one ^ two
            carry[word] = (one & two) | (twos & (one | two))
        added += 4
        while added >> depth:
            depth += 1
        _ripple(planes, carry, 2, depth)
    for unit in active[4 * rounds :]:
        carry[:] = matrix[unit]
        added += 1
        while added >> depth:
            depth += 1
        _ripple(planes, carry, 0, depth)
    return depth


@compiled
def at_least(planes, depth, threshold, out):
    """Write which counters have reached a threshold of at least 1."""
    if threshold >> depth:
        out[:] = 0
        return
    for word in range(out.size):
        above, equal = np.uint64(0), ~np.uint64(0)
        for plane in range(depth - 1, -1, -1):
            bits = planes[plane, word]
            if threshold >> plane & 1:
                equal &= bits
            else:
                above |= equal & bits
                equal &= ~bits
        out[word] = above | equal


@compiled
def largest(planes, depth, count, tied, out):
    """Write the `count` largest counters; of equal ones at the edge, those of the lowest units.

    `tied` is scratch: the units that are equal in all digits seen so far.
    """
    out[:] = 0
    chosen = 0
    for plane in range(depth - 1, -1, -1):
        bits, ones = planes[plane], 0
        for word in range(out.size):
            ones += population(tied[word] & bits[word])
        if chosen + ones > count:
            for word in range(out.size):
                tied[word] &= bits[word]
        else:
            chosen += ones
            for word in range(out.size):
                out[word] |= tied[word] & bits[word]
                tied[word] &= ~bits[word]
    for word in range(out.size):
        left = tied[word]
        while left and chosen < count:
            lowest = left & (~left + ONE)
            out[word] |= lowest
            left ^= lowest
            chosen += 1


@compiled
def gather(planes, depth, sums):
    """Write plain numbers into bit-sliced counters."""
    planes[:] = 0
    for unit in range(sums.size):
        word, shift = unit >> 6, np.uint64(unit & 63)
        for plane in range(depth):
            planes[plane, word] |= np.uint64(sums[unit] >> plane & 1) << shift


@compiled
def common_bits(matrix, cue, sums):
    """Count the bits that each row has in common with a cue."""
    for unit in range(sums.size):
        row, total = matrix[unit], 0
        for word in range(cue.size):
            total += population(row[word] & cue[word])
        sums[unit] = total


@compiled
def listed(cue, units):
    """List the units whose bits are set, ascending; return how many there are."""
    found = 0
    for word in range(cue.size):
        left = cue[word]
        while left:
            units[found] = word * 64 + trailing_zeros(left)
            left &= left - ONE
            found += 1
    return found


@compiled
def add_pairs(counts, tallies, units, starts, first, limit):
    """Count every unit and every pair of units of each pattern, from pattern `first` on.

    Returns
    -------
    int
        The pattern at which a count of a pair would pass the limit, before it is added; the
        number of patterns where none does.
    """
    for pattern in range(first, starts.size - 1):
        active = units[starts[pattern] : starts[pattern + 1]]
        # No pair is more frequent than the rarer of its units.
        for one in active:
            if tallies[one] >= limit:
                for other in active:
                    if tallies[other] >= limit and counts[one, other] >= limit:
                        return pattern
        for one in active:
            tallies[one] += 1
            for other in active:
                counts[one, other] += 1
            counts[one, one] = 0
    return starts.size - 1


@compiled
def sum_rows(counts, active, sums):
    """Add the rows of counts of the active units; the next row is fetched meanwhile."""
    sums[:] = 0
    length = counts.shape[1] * counts.itemsize
    for index in range(active.size):
        row = counts[active[index]]
        following = counts[active[min(index + 1, active.size - 1)]].ctypes.data
        for offset in range(0, length, 64):
            prefetch(following + offset)
        for other in range(sums.size):
            sums[other] += row[other]


@compiled
def read_range(matrix, cues, first, last, threshold, winners, dense, valid, out):
    """Read packed cues once, each by a threshold or by winners (the other is 0).

    Where both are 0 all active units of a cue must agree. Cues with more than `dense` active
    units are counted by common bits. `valid` has the bit of every unit.
    """
    size, words = matrix.shape
    units = np.empty(size, np.int64)
    sums = np.empty(size, np.int64)
    planes = np.empty((np.int64(np.log2(size)) + 3, words), np.uint64)
    spare = np.empty(words, np.uint64)
    for index in range(first, last):
        found = listed(cues[index], units)
        if found == 0:
            continue
        active = units[:found]
        theta = threshold if threshold else found
        if not winners and theta == found:
            all_agree(matrix, active, out[index])
            continue
        if found > dense:
            common_bits(matrix, cues[index], sums)
            depth = 0
            while found >> depth:
                depth += 1
            gather(planes, depth, sums)
        else:
            depth = count_rows(matrix, active, planes, spare)
        if winners:
            spare[:] = valid
            largest(planes, depth, winners, spare, out[index])
        else:
            at_least(planes, depth, theta, out[index])
