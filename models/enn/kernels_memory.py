"""Triton kernels of the memory's recurrence, which `models.enn.kernels` launches.

The trace couples the samples: a step needs what the whole batch wrote a step before. So either one
program goes through all steps (`remember`, `recall`), or each step is two launches: one over
blocks of samples that leaves a sum for each block (`attend_step`, `gather_step`), one over slots
that adds them, in the same order every time (`settle_step`, `turn_step`). A barrier across the
device within one launch would save the second, but can neither be tested without a device nor be
left when it fails.

Names are those of `models.enn.fused`. N, H are the slots and the width, NP and HP powers of two
that hold them; what lies outside N and H is zero.
"""

# What Triton compiles is no Python: its blocks are made and indexed where pyright sees scalars.
# pyright: reportMissingImports=false, reportIndexIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false
from __future__ import annotations

import triton
import triton.language as tl

#: Numbers that differ from call to call, for which no kernel of its own is worth while.
FREE = ["t", "steps", "batch", "parts"]


@triton.jit
def product(a, b, PRECISION: tl.constexpr):
    """Return the matrix product, summed as precisely as its factors are kept."""
    return tl.dot(a, b, input_precision=PRECISION, out_dtype=a.dtype)


@triton.jit
def block(ptr, row, column, rows, H: tl.constexpr):
    """Return a block of a matrix of H columns, with zeros outside."""
    there = (row < rows)[:, None] & (column < H)[None, :]
    return tl.load(ptr + row[:, None] * H + column[None, :], mask=there, other=0.0)


@triton.jit
def put(ptr, row, column, rows, H: tl.constexpr, values):
    """Store a block of a matrix of H columns."""
    there = (row < rows)[:, None] & (column < H)[None, :]
    tl.store(ptr + row[:, None] * H + column[None, :], values, mask=there)


@triton.jit
def shrink(vectors, FLOOR: tl.constexpr):
    """Return what each row is multiplied by to have length one."""
    return tl.rsqrt(tl.maximum(tl.sum(vectors * vectors, 1), FLOOR))[:, None]


# -- forward ---------------------------------------------------------------------------------------


@triton.jit
def attend(
    pattern, attention, effective, temperature, first, stride, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    FLOOR: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Store the attention of some blocks of samples; return what they write, summed (NP, HP)."""
    slot, column = tl.arange(0, NP), tl.arange(0, HP)
    directions = tl.trans(effective * (shrink(effective, FLOOR) / temperature))
    written = tl.zeros((NP, HP), effective.dtype)
    for start in range(first, batch, stride):
        row = start + tl.arange(0, ROWS)
        z = block(pattern, row, column, batch, H)
        score = product(z * shrink(z, FLOOR), directions, PRECISION)
        score = tl.where((slot < N)[None, :], score, -float("inf"))
        weight = tl.exp(score - tl.max(score, 1)[:, None])
        weight = weight / tl.sum(weight, 1)[:, None]
        put(attention, row, slot, batch, N, weight)
        # Samples past the last have a pattern of zeros, and write nothing.
        written += product(tl.trans(weight), z, PRECISION)
    return written


@triton.jit
def settle(
    now, written, noise, inside, slot, column, batch,
    N: tl.constexpr, H: tl.constexpr, RATE: tl.constexpr, CLIP: tl.constexpr, NOISY: tl.constexpr,
    KEEP: tl.constexpr,
):  # fmt: skip
    """Return slots of the trace after a step; KEEP stores which entries the clip left alone."""
    after = (1 - RATE) * now + written * (RATE / batch.to(now.dtype))
    if NOISY:
        after += RATE * block(noise, slot, column, N, H)
    if KEEP:
        put(inside, slot, column, N, H, tl.abs(after) <= CLIP)
    # So written that what is not a number stays so.
    return tl.where(after > CLIP, CLIP, tl.where(after < -CLIP, -CLIP, after))


@triton.jit(do_not_specialize=FREE)
def remember(
    pattern, trace, slots, temperature, noise, attention, effective, inside, last, steps, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    RATE: tl.constexpr, SCALE: tl.constexpr, CLIP: tl.constexpr, FLOOR: tl.constexpr,
    NOISY: tl.constexpr, KEEP: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Go through all steps in one program."""
    slot, column = tl.arange(0, NP), tl.arange(0, HP)
    memory, now = block(slots, slot, column, N, H), block(trace, slot, column, N, H)
    tau = tl.load(temperature)
    for t in range(steps):
        at = t * N * H
        whole = memory + SCALE * now
        put(effective + at, slot, column, N, H, whole)
        written = attend(
            pattern + t * batch * H, attention + t * batch * N, whole, tau, 0, ROWS, batch,
            N, H, NP, HP, ROWS, FLOOR, PRECISION,
        )  # fmt: skip
        now = settle(
            now, written, noise + at, inside + at, slot, column, batch,
            N, H, RATE, CLIP, NOISY, KEEP,
        )  # fmt: skip
    put(last, slot, column, N, H, now)


@triton.jit(do_not_specialize=FREE)
def attend_step(
    pattern, temperature, attention, effective, partial, t, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    FLOOR: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Attend in a step: one program for some blocks of samples, which leaves their sum."""
    slot, column, own = tl.arange(0, NP), tl.arange(0, HP), tl.program_id(0)
    whole = block(effective + t * N * H, slot, column, N, H)
    written = attend(
        pattern + t * batch * H, attention + t * batch * N, whole, tl.load(temperature),
        own * ROWS, tl.num_programs(0) * ROWS, batch, N, H, NP, HP, ROWS, FLOOR, PRECISION,
    )  # fmt: skip
    put(partial + own * N * H, slot, column, N, H, written)


@triton.jit
def added(partial, slot, parts, N: tl.constexpr, H: tl.constexpr, HP: tl.constexpr):
    """Return the sum (1, HP) of what the programs left for a slot, sixteen of them at a time."""
    column = tl.arange(0, HP)
    total = tl.zeros((1, HP), partial.dtype.element_ty)
    for start in range(0, parts, 16):
        part = start + tl.arange(0, 16)
        there = (part < parts)[:, None] & (column < H)[None, :]
        place = part[:, None] * (N * H) + slot * H + column[None, :]
        total += tl.sum(tl.load(partial + place, mask=there, other=0.0), 0)[None, :]
    return total


@triton.jit(do_not_specialize=FREE)
def settle_step(
    partial, last, slots, noise, effective, inside, t, batch, parts,
    N: tl.constexpr, H: tl.constexpr, HP: tl.constexpr, RATE: tl.constexpr, SCALE: tl.constexpr,
    CLIP: tl.constexpr, NOISY: tl.constexpr, KEEP: tl.constexpr,
):  # fmt: skip
    """Write in a step: one program for each slot; the next step's effective memory with it."""
    slot, column, at = tl.program_id(0) + tl.arange(0, 1), tl.arange(0, HP), t * N * H
    written = added(partial, tl.program_id(0), parts, N, H, HP)
    now = block(last, slot, column, N, H)
    now = settle(
        now, written, noise + at, inside + at, slot, column, batch, N, H, RATE, CLIP, NOISY, KEEP
    )
    put(last, slot, column, N, H, now)
    whole = block(slots, slot, column, N, H) + SCALE * now
    put(effective + at + N * H, slot, column, N, H, whole)


# -- backward --------------------------------------------------------------------------------------


@triton.jit
def gather(
    pattern, attention, attention_grad, score_grad, write, first, stride, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    RATE: tl.constexpr, FLOOR: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Store the gradient of some samples' scores; return how it turns the slots (NP, HP)."""
    slot, column = tl.arange(0, NP), tl.arange(0, HP)
    turn, share = tl.zeros((NP, HP), write.dtype), RATE / batch.to(write.dtype)
    for start in range(first, batch, stride):
        row = start + tl.arange(0, ROWS)
        z = block(pattern, row, column, batch, H)
        weight = block(attention, row, slot, batch, N)
        whole = share * product(z, tl.trans(write), PRECISION)
        whole += block(attention_grad, row, slot, batch, N)
        mean = tl.sum(whole * weight, 1)[:, None]
        slope = weight * (whole - mean)
        put(score_grad, row, slot, batch, N, slope)
        turn += product(tl.trans(slope), z * shrink(z, FLOOR), PRECISION)
    return turn


@triton.jit
def turned(
    effective, effective_grad, turn, write, temperature, slot, column,
    N: tl.constexpr, H: tl.constexpr, RATE: tl.constexpr, SCALE: tl.constexpr,
    FLOOR: tl.constexpr,
):  # fmt: skip
    """Add a step's gradient of slots through their directions; return that of the trace before."""
    whole = block(effective, slot, column, N, H)
    size = shrink(whole, FLOOR)
    directions = whole * size
    turn = turn / temperature
    along = tl.sum(directions * turn, 1)[:, None]
    along = tl.where(tl.sum(whole * whole, 1)[:, None] >= FLOOR, along, 0.0)
    slope = block(effective_grad, slot, column, N, H) + size * (turn - directions * along)
    put(effective_grad, slot, column, N, H, slope)
    return (1 - RATE) * write + SCALE * slope


@triton.jit(do_not_specialize=FREE)
def recall(
    pattern, attention, attention_grad, effective, inside, temperature, trace_grad,
    score_grad, effective_grad, writes, first, steps, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    RATE: tl.constexpr, SCALE: tl.constexpr, FLOOR: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Go back through all steps in one program."""
    slot, column = tl.arange(0, NP), tl.arange(0, HP)
    slope, tau = block(trace_grad, slot, column, N, H), tl.load(temperature)
    for back in range(steps):
        t = steps - 1 - back
        at, rows = t * N * H, t * batch * N
        write = tl.where(block(inside + at, slot, column, N, H) != 0, slope, 0.0)
        put(writes + at, slot, column, N, H, write)
        turn = gather(
            pattern + t * batch * H, attention + rows, attention_grad + rows, score_grad + rows,
            write, 0, ROWS, batch, N, H, NP, HP, ROWS, RATE, FLOOR, PRECISION,
        )  # fmt: skip
        slope = turned(
            effective + at, effective_grad + at, turn, write, tau, slot, column,
            N, H, RATE, SCALE, FLOOR,
        )  # fmt: skip
    put(first, slot, column, N, H, slope)


@triton.jit(do_not_specialize=FREE)
def gather_step(
    pattern, attention, attention_grad, score_grad, writes, partial, t, batch,
    N: tl.constexpr, H: tl.constexpr, NP: tl.constexpr, HP: tl.constexpr, ROWS: tl.constexpr,
    RATE: tl.constexpr, FLOOR: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Go back through some samples' attention in a step, and leave how they turn the slots."""
    slot, column, own = tl.arange(0, NP), tl.arange(0, HP), tl.program_id(0)
    write, rows = block(writes + t * N * H, slot, column, N, H), t * batch * N
    turn = gather(
        pattern + t * batch * H, attention + rows, attention_grad + rows, score_grad + rows, write,
        own * ROWS, tl.num_programs(0) * ROWS, batch, N, H, NP, HP, ROWS, RATE, FLOOR, PRECISION,
    )  # fmt: skip
    put(partial + own * N * H, slot, column, N, H, turn)


@triton.jit(do_not_specialize=FREE)
def turn_step(
    partial, effective, inside, temperature, effective_grad, writes, first, t, parts,
    N: tl.constexpr, H: tl.constexpr, HP: tl.constexpr, RATE: tl.constexpr, SCALE: tl.constexpr,
    FLOOR: tl.constexpr,
):  # fmt: skip
    """Go back through a slot's write in a step; what it passes on, in `first` and to t - 1."""
    slot, column, at = tl.program_id(0) + tl.arange(0, 1), tl.arange(0, HP), t * N * H
    slope = turned(
        effective + at, effective_grad + at, added(partial, tl.program_id(0), parts, N, H, HP),
        block(writes + at, slot, column, N, H), tl.load(temperature), slot, column,
        N, H, RATE, SCALE, FLOOR,
    )  # fmt: skip
    put(first, slot, column, N, H, slope)
    earlier = tl.where(t > 0, N, 0)  # before the first step no row is there
    kept = block(inside + at - N * H, slot, column, earlier, H) != 0
    put(writes + at - N * H, slot, column, earlier, H, tl.where(kept, slope, 0.0))
