"""Triton kernels of the hidden state's recurrence, which `models.enn.kernels` launches.

Samples do not see each other here: one program takes a block of them through all steps, with
their hidden states in registers and the weights read anew at each step, which the device's second
cache holds (393 kB in single precision at a width of 128). Nothing waits for another program.

Names are those of `models.enn.fused`. H is the width, HP a power of two that holds it, CHUNK the
units of the 3H wide integrator that are computed at a time. Products take their factors in the
type of the weights; all else is in that of the states.
"""

# What Triton compiles is no Python: its blocks are made and indexed where pyright sees scalars.
# pyright: reportMissingImports=false, reportIndexIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false
from __future__ import annotations

import triton
import triton.language as tl

FREE = ["steps", "batch"]


@triton.jit
def product(a, b, KIND: tl.constexpr, PRECISION: tl.constexpr):
    """Return the matrix product a b in the type KIND, of factors in the type of b."""
    return tl.dot(a.to(b.dtype), b, input_precision=PRECISION, out_dtype=KIND)


@triton.jit
def weights(recurrent, weight, start, H: tl.constexpr, HP: tl.constexpr, CHUNK: tl.constexpr):
    """Return some integrating units, the weights into them (CHUNK, HP) and out of them."""
    unit, column = start + tl.arange(0, CHUNK), tl.arange(0, HP)
    into = tl.load(
        recurrent + unit[:, None] * H + column[None, :],
        mask=(unit < 3 * H)[:, None] & (column < H)[None, :], other=0.0,
    )  # fmt: skip
    out = tl.load(
        weight + column[:, None] * (3 * H) + unit[None, :],
        mask=(column < H)[:, None] & (unit < 3 * H)[None, :], other=0.0,
    )  # fmt: skip
    return unit, into, out


@triton.jit
def normed(values, column, H: tl.constexpr, EPSILON: tl.constexpr):
    """Return rows with mean 0 and variance 1, and what they were multiplied by."""
    centred = values - tl.sum(values, 1)[:, None] / H
    centred = tl.where((column < H)[None, :], centred, 0.0)
    factor = tl.rsqrt(tl.sum(centred * centred, 1)[:, None] / H + EPSILON)
    return centred * factor, factor


@triton.jit(do_not_specialize=FREE)
def integrate(
    drive, hidden, recurrent, weight, bias, gain, offset, here, wide, narrow, states, outputs,
    steps, batch,
    H: tl.constexpr, HP: tl.constexpr, CHUNK: tl.constexpr, ROWS: tl.constexpr,
    EPSILON: tl.constexpr, NORM: tl.constexpr, MASKED: tl.constexpr, KEEP: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """Take a block of samples through all steps; KEEP stores what the way back needs."""
    row, column = tl.program_id(0) * ROWS + tl.arange(0, ROWS), tl.arange(0, HP)
    real, used = row < batch, column < H
    there = real[:, None] & used[None, :]
    place = row[:, None] * H + column[None, :]
    now = tl.load(hidden + place, mask=there, other=0.0)
    level = tl.load(bias + column, mask=used, other=0.0)[None, :]
    for t in range(steps):
        at = t * batch
        total = tl.zeros((ROWS, HP), now.dtype) + level
        for start in range(0, 3 * H, CHUNK):
            unit, into, out = weights(recurrent, weight, start, H, HP, CHUNK)
            spot = (at + row)[:, None] * (3 * H) + unit[None, :]
            known = real[:, None] & (unit < 3 * H)[None, :]
            sums = tl.load(drive + spot, mask=known, other=0.0)
            sums += product(now, tl.trans(into), now.dtype, PRECISION)
            sums = tl.where(sums < 0, 0.0, sums)  # and what is not a number stays so
            if KEEP:
                tl.store(wide + spot, sums, mask=known)
            total += product(sums, tl.trans(out), now.dtype, PRECISION)
        after = tl.where(total < 0, 0.0, total)
        if KEEP:
            tl.store(narrow + at * H + place, after, mask=there)
        if NORM:
            after, _ = normed(after, column, H, EPSILON)
            after *= tl.load(gain + column, mask=used, other=0.0)[None, :]
            after += tl.load(offset + column, mask=used, other=0.0)[None, :]
        if MASKED:
            awake = (tl.load(here + at + row, mask=real, other=0) != 0)[:, None]
            tl.store(outputs + at * H + place, tl.where(awake, after, 0.0), mask=there)
            after = tl.where(awake, after, now)
        tl.store(states + at * H + place, after, mask=there)
        now = after


@triton.jit(do_not_specialize=FREE)
def integrate_back(
    output_grad, hidden_grad, wide, narrow, recurrent, weight, gain, here,
    wide_grad, narrow_grad, first_grad, gain_grad, offset_grad, steps, batch,
    H: tl.constexpr, HP: tl.constexpr, CHUNK: tl.constexpr, ROWS: tl.constexpr,
    EPSILON: tl.constexpr, NORM: tl.constexpr, MASKED: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Take a block of samples back through all steps; gains' gradients are left as their sum."""
    own = tl.program_id(0)
    row, column = own * ROWS + tl.arange(0, ROWS), tl.arange(0, HP)
    real, used = row < batch, column < H
    there = real[:, None] & used[None, :]
    place = row[:, None] * H + column[None, :]
    now = tl.load(hidden_grad + place, mask=there, other=0.0)
    gains, offsets = tl.zeros((HP,), now.dtype), tl.zeros((HP,), now.dtype)
    for back in range(steps):
        at = (steps - 1 - back) * batch
        arriving = now + tl.load(output_grad + at * H + place, mask=there, other=0.0)
        awake = there
        if MASKED:
            awake = (tl.load(here + at + row, mask=real, other=0) != 0)[:, None]
            arriving = tl.where(awake, arriving, 0.0)
        values = tl.load(narrow + at * H + place, mask=there, other=0.0)
        through = arriving
        if NORM:
            normal, factor = normed(values, column, H, EPSILON)
            gains += tl.sum(arriving * normal, 0)
            offsets += tl.sum(arriving, 0)
            scaled = arriving * tl.load(gain + column, mask=used, other=0.0)[None, :]
            along = tl.sum(scaled * normal, 1)[:, None] / H
            through = factor * (scaled - tl.sum(scaled, 1)[:, None] / H - normal * along)
        through = tl.where(values > 0, through, 0.0)
        tl.store(narrow_grad + at * H + place, through, mask=there)
        before = tl.zeros((ROWS, HP), now.dtype)
        for start in range(0, 3 * H, CHUNK):
            unit, into, out = weights(recurrent, weight, start, H, HP, CHUNK)
            spot = (at + row)[:, None] * (3 * H) + unit[None, :]
            known = real[:, None] & (unit < 3 * H)[None, :]
            fired = tl.load(wide + spot, mask=known, other=0.0) > 0
            slope = tl.where(fired, product(through, out, now.dtype, PRECISION), 0.0)
            tl.store(wide_grad + spot, slope, mask=known)
            before += product(slope, into, now.dtype, PRECISION)
        now = tl.where(awake, before, now) if MASKED else before
    tl.store(first_grad + place, now, mask=there)
    if NORM:
        tl.store(gain_grad + own * H + column, gains, mask=used)
        tl.store(offset_grad + own * H + column, offsets, mask=used)
