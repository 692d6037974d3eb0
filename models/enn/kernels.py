"""Both recurrences of a cell on a GPU, in a few launches of Triton kernels.

Step by step from Python each takes some ten operations a step, which a GPU ends sooner than they
can be launched. Here the hidden state's recurrence is one launch forward and one backward for any
number of samples, and so is the memory's where the batch is small; where it is large, the memory
takes two launches a step (`models.enn.kernels_memory` says why). What does not wait for an
earlier step stays a matrix product over all steps, as in `models.enn.fused`, whose numbers these
are; sums are added in one order every time.

Products are exact in single precision, unless `torch.set_float32_matmul_precision` allows
TensorFloat-32, or automatic mixed precision asks for another type in the hidden state's recurrence.

Tests run every kernel in Triton's interpreter, and compile each for devices of compute capability
8.0 to 12.0; none has run on a device so far. `TILE`, `WIDEST` and the blocks are what compiles
without spilling many registers; `ALONE` is an estimate.
"""

# pyright: reportIndexIssue=false, reportCallIssue=false
# (a kernel is indexed by its grid and called with options, of which pyright does not know)
from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

#: Largest batch x slots x width that one program takes through the memory alone.
ALONE = 2**21
#: Largest slots x width, each rounded up to a power of two: what registers hold without spilling.
TILE = 2**13
#: Widest hidden state, for the same reason.
WIDEST = 256
#: Samples that a program takes at a time.
ROWS = 16
#: Most numbers of one tensor: places within it are counted in 32 bits.
MOST = 2**31 - 1


def interpreted() -> bool:
    """Return whether kernels run in Triton's interpreter, on the processor."""
    return os.environ.get("TRITON_INTERPRET") == "1"


@cache
def installed() -> bool:
    """Return whether Triton is there."""
    return find_spec("triton") is not None


def runs(like: Tensor) -> bool:
    """Return whether kernels compute tensors of this device and type."""
    if not installed():
        return False
    if interpreted():
        return like.dtype in (torch.float32, torch.float64) and like.device.type == "cpu"
    able = like.is_cuda and torch.version.cuda is not None and like.dtype == torch.float32
    return able and torch.cuda.get_device_capability(like.device) >= (8, 0)


def fit_memory(pattern: Tensor, slots: Tensor) -> bool:
    """Return whether `MemoryKernels` computes patterns (T, B, h) with slots (N, h)."""
    count, width = slots.shape
    small = power(count) * power(width) <= TILE
    steps, batch, _ = pattern.shape
    return small and (steps + 1) * max(batch, count) * max(width, count) <= MOST and runs(slots)


def fit_hidden(drive: Tensor, recurrent: Tensor) -> bool:
    """Return whether `HiddenKernels` computes drives (B, T, 3h), in their type the products."""
    if interpreted() and drive.dtype == torch.bfloat16:
        return False  # the interpreter multiplies their bits
    return recurrent.shape[1] <= WIDEST and drive.numel() <= MOST and runs(recurrent)


def power(size: int) -> int:
    """Return the power of two, at least 16 as matrix products need, that holds a size."""
    return max(16, 1 << (size - 1).bit_length())


def precision() -> str:
    """Return how precise products of single precision are."""
    return "ieee" if torch.get_float32_matmul_precision() == "highest" else "tf32"


def processors(like: Tensor) -> int:
    """Return how many programs run side by side."""
    if not like.is_cuda:
        return 2
    return torch.cuda.get_device_properties(like.device).multi_processor_count


def on_device(way: Callable[..., Any]) -> Callable[..., Any]:
    """Run a pass on the device of its first tensor, without automatic mixed precision."""

    @wraps(way)
    def run(ctx: Any, first: Tensor, *others: Any) -> Any:
        with torch.autocast(first.device.type, enabled=False), torch.cuda.device_of(first):
            return way(ctx, first, *others)

    return run


# -- memory ----------------------------------------------------------------------------------------


class MemoryKernels(torch.autograd.Function):
    """As `models.enn.fused.MemoryRecurrence`."""

    @staticmethod
    @on_device
    def forward(ctx: Any, pattern, trace, slots, temperature, noise, rule, keep):  # noqa: D102
        from models.enn.kernels_memory import attend_step, remember, settle_step

        rate, scale, clip, floor = rule
        steps, batch, _ = pattern.shape
        pattern, slots, trace = pattern.contiguous(), slots.contiguous(), trace.contiguous()
        sizes, options, parts = memory_plan(pattern, slots)
        attention = pattern.new_empty(steps, batch, len(slots))
        effective = slots.new_empty(steps + 1, *slots.shape)
        inside = torch.empty(steps * keep, *slots.shape, dtype=torch.uint8, device=slots.device)
        written = slots if noise is None else noise.contiguous()
        write = {
            "RATE": rate, "SCALE": scale, "CLIP": clip, "NOISY": noise is not None, "KEEP": keep,
        }  # fmt: skip
        if parts == 1:
            last = torch.empty_like(slots)
            remember[(1,)](
                pattern, trace, slots, temperature, written, attention, effective, inside,
                last, steps, batch, **sizes, **write, FLOOR=floor, **options,
            )  # fmt: skip
        else:
            last, partial = trace.clone(), slots.new_empty(parts, *slots.shape)
            torch.add(slots, trace, alpha=scale, out=effective[0])
            for t in range(steps):
                attend_step[(parts,)](
                    pattern, temperature, attention, effective, partial, t, batch,
                    **sizes, FLOOR=floor, **options,
                )  # fmt: skip
                settle_step[(len(slots),)](
                    partial, last, slots, written, effective, inside, t, batch, parts,
                    **of_slot(sizes), **write, num_warps=4,
                )  # fmt: skip
        effective = effective[:steps]
        ctx.save_for_backward(pattern, attention, effective, inside, temperature)
        ctx.rule = rule
        return torch.bmm(attention, effective), last

    @staticmethod
    @once_differentiable
    @on_device
    def backward(ctx: Any, retrieved_grad, trace_grad):  # noqa: D102 # pyright: ignore
        from models.enn.kernels_memory import gather_step, recall, turn_step

        pattern, attention, effective, inside, temperature = ctx.saved_tensors
        rate, scale, _, floor = ctx.rule
        steps, batch, _ = pattern.shape
        sizes, options, parts = memory_plan(pattern, effective[0])
        rule = {"RATE": rate, "FLOOR": floor}
        retrieved_grad, trace_grad = retrieved_grad.contiguous(), trace_grad.contiguous()
        attention_grad = torch.bmm(retrieved_grad, effective.mT)
        effective_grad = torch.bmm(attention.mT, retrieved_grad)
        score_grad, writes = torch.empty_like(attention), torch.empty_like(effective)
        first = torch.empty_like(trace_grad)
        if parts == 1:
            recall[(1,)](
                pattern, attention, attention_grad, effective, inside, temperature,
                trace_grad, score_grad, effective_grad, writes, first, steps, batch,
                **sizes, **rule, SCALE=scale, **options,
            )  # fmt: skip
        else:
            partial = trace_grad.new_empty(parts, *trace_grad.shape)
            torch.mul(trace_grad, inside[-1], out=writes[-1])
            for t in reversed(range(steps)):
                gather_step[(parts,)](
                    pattern, attention, attention_grad, score_grad, writes, partial, t, batch,
                    **sizes, **rule, **options,
                )  # fmt: skip
                turn_step[(effective.shape[1],)](
                    partial, effective, inside, temperature, effective_grad, writes, first,
                    t, parts, **of_slot(sizes), **rule, SCALE=scale, num_warps=4,
                )  # fmt: skip
        lengths = pattern.square().sum(-1, keepdim=True)
        inverse = lengths.clamp(min=floor).rsqrt()
        units, size = pattern * inverse, effective.square().sum(-1, keepdim=True)
        directions = effective * size.clamp(min=floor).rsqrt()
        unit_grad = torch.bmm(score_grad, directions) / temperature
        along = (units * unit_grad).sum(-1, keepdim=True)
        temperature_grad = -along.sum() / temperature
        pattern_grad = inverse * (unit_grad - units * (along * (lengths >= floor)))
        pattern_grad.baddbmm_(attention, writes, alpha=rate / batch)
        return pattern_grad, first, effective_grad.sum(0), temperature_grad, None, None, None


def memory_plan(pattern: Tensor, slots: Tensor) -> tuple[dict, dict, int]:
    """Return the sizes and options of the memory's kernels, and over how many programs."""
    batch, count, width = pattern.shape[1], *slots.shape
    sizes = {"N": count, "H": width, "NP": power(count), "HP": power(width), "ROWS": ROWS}
    warps = 4 if power(count) * power(width) <= 2048 else 8
    options = {"PRECISION": precision(), "num_warps": warps, "num_stages": 1}
    alone = batch * count * width <= ALONE
    parts = 1 if alone else min(-(-batch // ROWS), processors(pattern))
    return sizes, options, parts


def of_slot(sizes: dict[str, int]) -> dict[str, int]:
    """Return the sizes that a slot's own program needs."""
    return {name: sizes[name] for name in ("N", "H", "HP")}


# -- hidden state ----------------------------------------------------------------------------------


class HiddenKernels(torch.autograd.Function):
    """As `models.enn.fused.HiddenRecurrence`.

    `kind` is the type of the products' factors.
    """

    @staticmethod
    @on_device
    def forward(  # noqa: D102
        ctx: Any, drive, hidden, recurrent, weight, bias, gain, offset, epsilon, here, keep, kind
    ):
        from models.enn.kernels_hidden import integrate

        drive, hidden = drive.contiguous(), hidden.contiguous()
        steps, batch, _ = drive.shape
        factors = recurrent.to(kind).contiguous(), weight.to(kind).contiguous()
        awake = None if here is None else here.to(torch.uint8).contiguous()
        states = drive.new_empty(steps, batch, hidden.shape[1])
        wide = torch.empty_like(drive) if keep else drive
        narrow = torch.empty_like(states) if keep else states
        outputs = states if here is None else torch.empty_like(states)
        count, sizes = hidden_plan(hidden, gain, epsilon, awake)
        integrate[(count,)](
            drive, hidden, *factors, bias, stand_in(gain, bias), stand_in(offset, bias),
            stand_in(awake, bias), wide, narrow, states, outputs, steps, batch,
            KEEP=keep, **sizes,
        )  # fmt: skip
        ctx.save_for_backward(wide, narrow, hidden, states, *factors, bias, gain, awake)
        ctx.epsilon = epsilon
        return outputs, states[-1].clone()

    @staticmethod
    @once_differentiable
    @on_device
    def backward(ctx: Any, output_grad, hidden_grad):  # noqa: D102 # pyright: ignore
        from models.enn.kernels_hidden import integrate_back

        wide, narrow, hidden, states, recurrent, weight, bias, gain, awake = ctx.saved_tensors
        steps, batch, width = narrow.shape
        wide_grad, narrow_grad = torch.empty_like(wide), torch.empty_like(narrow)
        first_grad = torch.empty_like(hidden)
        count, sizes = hidden_plan(hidden, gain, ctx.epsilon, awake)
        gain_grad, offset_grad = hidden.new_empty(2, count, width)
        integrate_back[(count,)](
            output_grad.contiguous(), hidden_grad.contiguous(), wide, narrow, recurrent,
            weight, stand_in(gain, bias), stand_in(awake, bias), wide_grad, narrow_grad,
            first_grad, gain_grad, offset_grad, steps, batch, **sizes,
        )  # fmt: skip
        recurrent_grad = wide_grad[0].mT @ hidden
        recurrent_grad.addmm_(wide_grad[1:].flatten(0, 1).mT, states[:-1].flatten(0, 1))
        rows = narrow_grad.flatten(0, 1)
        gains = (None, None) if gain is None else (gain_grad.sum(0), offset_grad.sum(0))
        return (
            wide_grad, first_grad, recurrent_grad, rows.mT @ wide.flatten(0, 1), rows.sum(0),
            *gains, None, None, None, None,
        )  # fmt: skip


def hidden_plan(
    hidden: Tensor, gain: Tensor | None, epsilon: float, awake: Tensor | None
) -> tuple[int, dict[str, Any]]:
    """Return over how many programs the hidden state's kernels run, and their sizes and options.

    The more samples a program takes, the less often weights are read; but a device has many
    processors to keep busy.
    """
    batch, width = hidden.shape
    most = max(ROWS, min(2 * ROWS, 2**12 // power(width)))
    rows = min(most, power(-(-batch // processors(hidden))))
    return -(-batch // rows), {
        "H": width, "HP": power(width), "CHUNK": most, "ROWS": rows, "EPSILON": epsilon,
        "NORM": gain is not None, "MASKED": awake is not None, "PRECISION": precision(),
        "num_warps": 8, "num_stages": 2,
    }  # fmt: skip


def stand_in(given: Tensor | None, other: Tensor) -> Tensor:
    """Return what is given, or for nothing what a kernel then does not read."""
    return other if given is None else given
