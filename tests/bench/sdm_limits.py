"""Limits of the machine that the memories are held against, on all threads numba uses."""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from models.sdm.parallel import split

VECTOR = ir.VectorType(ir.IntType(64), 8)
# 16 KB: half of the smallest first-level cache in use.
RESIDENT = 16 * 1024


@intrinsic
def count_differing(typingctx, address, query, vectors):
    """Xor, popcount and add 512-bit vectors; eight sums, so that no addition waits for another."""

    def codegen(context, builder, signature, arguments):
        address, query, vectors = arguments
        integer = ir.IntType(64)
        kind = ir.FunctionType(VECTOR, [VECTOR])
        population = cgutils.get_or_insert_function(builder.module, kind, "llvm.ctpop.v8i64")
        zero = ir.Constant(VECTOR, [0] * 8)
        sums = [cgutils.alloca_once_value(builder, zero) for _ in range(8)]
        for place in sums:
            builder.store(zero, place)
        mask = builder.insert_element(zero, query, ir.Constant(ir.IntType(32), 0))
        eights = builder.udiv(vectors, ir.Constant(integer, 8))
        with cgutils.for_range(builder, eights, intp=integer) as loop:
            for lane, place in enumerate(sums):
                offset = builder.mul(loop.index, ir.Constant(integer, 512))
                offset = builder.add(offset, ir.Constant(integer, 64 * lane))
                pointer = builder.inttoptr(builder.add(address, offset), ir.PointerType(VECTOR))
                word = builder.xor(builder.load(pointer, align=8), mask)
                count = builder.call(population, [word])
                builder.store(builder.add(builder.load(place), count), place)
        total = builder.load(sums[0])
        for place in sums[1:]:
            total = builder.add(total, builder.load(place))
        lanes = [builder.extract_element(total, ir.Constant(ir.IntType(32), i)) for i in range(8)]
        result = lanes[0]
        for lane in lanes[1:]:
            result = builder.add(result, lane)
        return result

    return types.int64(types.intp, types.int64, types.intp), codegen


@njit(nogil=True)
def count_many(words, rounds):
    total = 0
    for query in range(rounds):
        total += count_differing(words.ctypes.data, query, words.size // 8)
    return total


@njit(nogil=True)
def add_all(words):
    total = np.uint64(0)
    for word in words:
        total += word
    return total


def popcount(rounds):
    """Work that counts 16 KB out of the first-level cache so many times in all."""
    words = np.ones(RESIDENT // 8, dtype=np.uint64)
    count_many(words, 1)
    return lambda: split(lambda first, last: count_many(words, last - first), rounds)


def stream(megabytes):
    """Work that reads so many megabytes once from main memory."""
    words = np.ones(megabytes * 2**20 // 8, dtype=np.uint64)
    add_all(words[:8])
    return lambda: split(lambda first, last: add_all(words[first:last]), words.size)
