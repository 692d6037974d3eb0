"""Both recurrences of a cell with their gradients written out, for cells like the published one.

The same numbers as the plain loops, with fewer and larger operations: what a step of the loop need
not wait for is one matrix product over all steps, before or after it, forward and backward. The
plain loops of `models.enn.cell` are the definition, and tests hold these to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from models.enn.computing import processes
from models.enn.products import multiplier, weight_gradient

if TYPE_CHECKING:
    from models.enn.memory import EngramMemory


def fits_memory(memory: EngramMemory) -> bool:
    """Return whether `memory_recurrence` computes a memory as it is now."""
    config, training = memory.config, memory.training
    shared = config.trace == "batch" or (config.trace == "frozen" and training)
    plain = config.attention == "softmax" and config.decay == "all" and config.rate == "fixed"
    simple = not (config.slot_gate or config.asymmetry or config.rank)
    whole = memory.shuffled is None and memory.retrieves
    return processes() == 1 and shared and plain and simple and whole and config.gradient


def memory_recurrence(
    pattern: Tensor, trace: Tensor, memory: EngramMemory, noise: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return what each step retrieves (B, T, h) and the last trace (N, h).

    Parameters
    ----------
    pattern : Tensor, shape (B, T, h)
    trace : Tensor, shape (N, h)
    memory : EngramMemory
        One that `fits_memory`.
    noise : Tensor, shape (T, N, h), optional
    """
    config, slots = memory.config, memory.slots
    temperature = torch.as_tensor(memory.temperature(), dtype=slots.dtype, device=slots.device)
    rule = (config.hebbian_rate, config.trace_scale, config.clip, memory.floor)
    pattern = pattern.to(slots.dtype)
    retrieved, last = MemoryRecurrence.apply(
        pattern.transpose(0, 1), trace, slots, temperature, noise, rule, torch.is_grad_enabled()
    )
    return retrieved.transpose(0, 1), last


class MemoryRecurrence(torch.autograd.Function):
    """Time-major: patterns (T, B, h) to retrieved (T, B, h) and the last trace (N, h)."""

    @staticmethod
    def forward(ctx: Any, pattern, trace, slots, temperature, noise, rule, keep):  # noqa: D102
        rate, scale, clip, floor = rule
        steps, batch, _ = pattern.shape
        pattern = pattern.contiguous()
        lengths = pattern.square().sum(-1, keepdim=True)
        inverse = lengths.clamp(min=floor).rsqrt() / temperature
        units = pattern * inverse
        attention = pattern.new_empty(steps, batch, len(slots))
        score = torch.empty_like(attention)
        effective, free = slots.new_empty(2, steps, *slots.shape)
        sizes = slots.new_empty(steps, len(slots), 1)
        added = None if noise is None else (rate * noise).unbind()
        for t, (seen, unit, scores, weights, whole, size, after) in enumerate(
            each(pattern, units, score, attention, effective, sizes, free)
        ):
            torch.add(slots, trace, alpha=scale, out=whole)
            torch.sum(whole.square(), -1, keepdim=True, out=size)
            torch.mm(unit, (whole * size.clamp(min=floor).rsqrt_()).mT, out=scores)
            torch.softmax(scores, -1, out=weights)
            torch.addmm(trace, weights.mT, seen, beta=1 - rate, alpha=rate / batch, out=after)
            if added is not None:
                after.add_(added[t])
            trace = after.clamp(-clip, clip)
        if keep:
            ctx.rule = rule
            ctx.save_for_backward(
                pattern, units, inverse, lengths, attention, score, effective, sizes,
                free.abs() <= clip, temperature,
            )  # fmt: skip
        return torch.bmm(attention, effective), trace

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, retrieved_grad, trace_grad):  # noqa: D102 # pyright: ignore
        (
            pattern, units, inverse, lengths, attention, score, effective, sizes, inside,
            temperature,
        ) = ctx.saved_tensors  # fmt: skip
        rate, scale, _, floor = ctx.rule
        share = rate / pattern.shape[1]
        size = sizes.clamp(min=floor).rsqrt()
        directions = effective * size
        turning = directions * (sizes >= floor)  # below the floor a length is no longer made one
        attention_grad = torch.bmm(retrieved_grad, effective.mT)
        effective_grad = torch.bmm(attention.mT, retrieved_grad)
        score_grad, writes = torch.empty_like(score), torch.empty_like(effective)
        for (
            seen, unit, weights, across, turned, length, held, through, slope, write, outer,
        ) in reversed(each(
            pattern, units, attention, directions, turning, size, inside, attention_grad,
            score_grad, writes, effective_grad,
        )):  # fmt: skip
            torch.mul(trace_grad, held, out=write)
            whole = torch.addmm(through, seen, write.mT, alpha=share)
            torch.ops.aten._softmax_backward_data.out(
                whole, weights, -1, weights.dtype, grad_input=slope
            )
            turn = torch.mm(slope.mT, unit)
            along = (turned * turn).sum(-1, keepdim=True)
            outer.addcmul_(length, turn.addcmul_(across, along, value=-1))
            trace_grad = torch.add((1 - rate) * write, outer, alpha=scale)
        unit_grad = torch.bmm(score_grad, directions)
        along = (units * unit_grad).sum(-1, keepdim=True) * (lengths >= floor) * temperature**2
        pattern_grad = unit_grad.addcmul_(units, along, value=-1).mul_(inverse)
        pattern_grad.baddbmm_(attention, writes, alpha=share)
        temperature_grad = -(score_grad * score).sum() / temperature
        return pattern_grad, trace_grad, effective_grad.sum(0), temperature_grad, *(None,) * 3


def each(*parts: Tensor) -> list[tuple[Tensor, ...]]:
    """Return views of each step of time-major parts; all at once, which is quicker than one by one."""
    return list(zip(*(part.unbind() for part in parts), strict=True))


def hidden_recurrence(
    drive: Tensor,
    hidden: Tensor,
    recurrent: Tensor,
    output: nn.Linear,
    norm: nn.Module,
    mask: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """Return the hidden states (B, T, h) and the last one (B, h).

    Parameters
    ----------
    drive : Tensor, shape (B, T, 3h)
        What does not depend on the hidden state, with the bias in it.
    hidden : Tensor, shape (B, h)
        First hidden state.
    recurrent : Tensor, shape (3h, h)
    output : Linear
        From 3h to h.
    norm : LayerNorm or Identity
    mask : Tensor of bool, shape (B, T), optional
    """
    with torch.autocast(drive.device.type, enabled=False):
        kind = output.weight.dtype
        gain, offset, epsilon = None, None, 0.0
        if isinstance(norm, nn.LayerNorm):
            gain, offset, epsilon = norm.weight, norm.bias, norm.eps
        here = None if mask is None else mask.mT[..., None]
        states, last = HiddenRecurrence.apply(
            drive.to(kind).transpose(0, 1), hidden.to(kind), recurrent, output.weight, output.bias,
            gain, offset, epsilon, here, torch.is_grad_enabled(),
        )  # fmt: skip
    return states.transpose(0, 1), last


class HiddenRecurrence(torch.autograd.Function):
    """Time-major: drives (T, B, 3h) to hidden states (T, B, h) and the last one (B, h)."""

    @staticmethod
    def forward(  # noqa: D102
        ctx: Any, drive, hidden, recurrent, weight, bias, gain, offset, epsilon, here, keep
    ):
        steps, batch, width = drive.shape
        size = hidden.shape[-1]

        def room(width: int) -> Tensor:  # of every step, or always the same where none is kept
            return drive.new_empty(steps if keep else 1, batch, width).expand(steps, -1, -1)

        wide, narrow, means, deviations = room(width), room(size), room(1), room(1)
        states = drive.new_empty(steps + 1, batch, size)
        states[0] = hidden
        recur = multiplier(recurrent, batch)
        put_out = multiplier(weight, batch, bias, relu=True)
        outputs = states[1:] if here is None else torch.empty_like(narrow)
        for t, (driven, before, after, thick, thin, output, mean, deviation) in enumerate(
            each(drive, states[:-1], states[1:], wide, narrow, outputs, means, deviations)
        ):
            torch.clamp_min(recur(before).add_(driven), 0, out=thick)
            thin.copy_(put_out(thick))
            if gain is None:
                after.copy_(thin)
            else:
                torch.ops.aten.native_layer_norm.out(
                    thin, [size], gain, offset, epsilon, out0=after, out1=mean, out2=deviation
                )
            if here is not None:
                torch.mul(after, here[t], out=output)
                torch.where(here[t], after, before, out=after)
        ctx.save_for_backward(
            wide, narrow, states, means, deviations, recurrent, weight, gain, offset, here
        )
        return outputs.clone(), states[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, output_grad, hidden_grad):  # noqa: D102 # pyright: ignore
        wide, narrow, states, means, deviations, recurrent, weight, gain, offset, here = (
            ctx.saved_tensors
        )
        size = narrow.shape[-1]
        arriving = torch.empty_like(narrow)
        narrow_grad, wide_grad = torch.empty_like(narrow), torch.empty_like(wide)
        recur_back = multiplier(recurrent.mT, narrow.shape[1])
        put_back = multiplier(weight.mT, narrow.shape[1])
        awake = torch.ops.aten.threshold_backward.grad_input
        normed = torch.ops.aten.native_layer_norm_backward
        parts = each(
            output_grad, arriving, narrow, narrow_grad, wide, wide_grad, means, deviations
        )
        for t in reversed(range(len(parts))):
            given, through, thin, thin_grad, thick, thick_grad, mean, deviation = parts[t]
            torch.add(given, hidden_grad, out=through)
            if here is not None:
                through *= here[t]
            if gain is not None:
                through = normed(
                    through, thin, [size], mean, deviation, gain, offset, [True, False, False]
                )[0]
            awake(through, thin, 0, grad_input=thin_grad)
            awake(put_back(thin_grad), thick, 0, grad_input=thick_grad)
            stays = None if here is None else hidden_grad * ~here[t]
            hidden_grad = recur_back(thick_grad)
            if stays is not None:
                hidden_grad += stays
        gains = None, None
        if gain is not None:
            gains = normed(
                arriving, narrow, [size], means, deviations, gain, offset, [False, True, True]
            )[1:]
        rows, columns = narrow_grad.flatten(0, 1), wide_grad.flatten(0, 1)
        return (
            wide_grad, hidden_grad,
            weight_gradient(columns, states[:-1].flatten(0, 1)),
            weight_gradient(rows, wide.flatten(0, 1)), rows.sum(0), *gains,
            None, None, None,
        )  # fmt: skip
