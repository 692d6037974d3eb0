"""Both recurrences of a cell with their gradients written out, for cells like the published one.

The same numbers as the plain loops, with fewer and larger operations: what a step of the loop need
not wait for is one matrix product over all steps, before or after it, forward and backward. The
plain loops of `models.enn.cell` are the definition, and tests hold these to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.enn.computing import processes
from models.enn.fused_hidden import HiddenRecurrence, each
from models.enn.fused_own import OwnMemoryRecurrence, beyond
from models.enn.kernels import HiddenKernels, MemoryKernels, fit_hidden, fit_memory
from models.enn.products import exactly

if TYPE_CHECKING:
    from models.enn.memory import EngramMemory


def fits_memory(memory: EngramMemory) -> bool:
    """Return whether `memory_recurrence` computes a memory as it is now."""
    config, training = memory.config, memory.training
    written = config.trace != "frozen" or training
    decays = ("all", "written") if config.per_sample else ("all",)
    plain = config.attention == "softmax" and config.decay in decays and config.rate == "fixed"
    simple = not (config.slot_gate or config.asymmetry or config.rank)
    whole = memory.shuffled is None and memory.retrieves
    return processes() == 1 and written and plain and simple and whole and config.gradient


def memory_recurrence(
    pattern: Tensor,
    trace: Tensor,
    memory: EngramMemory,
    noise: Tensor | None,
    kernels: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return what each step retrieves (B, T, h) and the last trace.

    Parameters
    ----------
    pattern : Tensor, shape (B, T, h)
    trace : Tensor, shape (N, h), or (B, N, h) where each sample has its own
    memory : EngramMemory
        One that `fits_memory`.
    noise : Tensor, shape (T, N, h), or (B, T, N, h), optional
    kernels : bool
        Whether `models.enn.kernels` computes where it can.
    """
    config, slots = memory.config, memory.slots
    temperature = memory.temperature()
    if not isinstance(temperature, Tensor):  # filled on the device, which then need not wait
        temperature = slots.new_full((), temperature)
    rule = (config.hebbian_rate, config.trace_scale, config.clip, memory.floor)
    pattern, recurrence = pattern.to(slots.dtype).transpose(0, 1), MemoryRecurrence
    if config.per_sample:
        recurrence, rule = OwnMemoryRecurrence, (*rule, config.decay == "written")
    elif kernels and fit_memory(pattern, slots):
        recurrence = MemoryKernels
    retrieved, last = recurrence.apply(
        pattern, trace, slots, temperature, noise, rule, torch.is_grad_enabled()
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
        score, retrieved = torch.empty_like(attention[0]), torch.empty_like(pattern)
        effective, free = slots.new_empty(2, steps, *slots.shape)
        sizes = slots.new_empty(steps, len(slots), 1)
        added = None if noise is None else (rate * noise).unbind()
        for t, (seen, unit, weights, recalled, whole, size, after) in enumerate(
            each(pattern, units, attention, retrieved, effective, sizes, free)
        ):
            torch.add(slots, trace, alpha=scale, out=whole)
            torch.sum(whole.square(), -1, keepdim=True, out=size)
            torch.mm(unit, (whole * size.clamp(min=floor).rsqrt_()).mT, out=score)
            torch.softmax(score, -1, out=weights)
            torch.mm(weights, whole, out=recalled)
            torch.addmm(trace, weights.mT, seen, beta=1 - rate, alpha=rate / batch, out=after)
            if added is not None:
                after.add_(added[t])
            trace = after.clamp(-clip, clip)
        if keep:
            ctx.rule = rule
            ctx.save_for_backward(
                pattern, units, inverse, lengths, attention, effective, sizes, free, temperature
            )  # fmt: skip
        return retrieved, trace

    @staticmethod
    @exactly
    def backward(ctx: Any, retrieved_grad, trace_grad):  # noqa: D102 # pyright: ignore
        pattern, units, inverse, lengths, attention, effective, sizes, free, temperature = (
            ctx.saved_tensors
        )
        rate, scale, clip, floor = ctx.rule
        edge = beyond(clip, free)
        share = rate / pattern.shape[1]
        size = sizes.clamp(min=floor).rsqrt()
        directions = effective * size
        turning = directions * (sizes >= floor)  # below the floor a length is no longer made one
        attention_grad = torch.bmm(retrieved_grad, effective.mT)
        effective_grad = torch.bmm(attention.mT, retrieved_grad)
        score_grad, writes = torch.empty_like(attention), torch.empty_like(effective)
        for (
            seen, unit, weights, across, turned, length, after, through, slope, write, outer,
        ) in reversed(each(
            pattern, units, attention, directions, turning, size, free, attention_grad,
            score_grad, writes, effective_grad,
        )):  # fmt: skip
            torch.ops.aten.hardtanh_backward.grad_input(
                trace_grad, after, -edge, edge, grad_input=write
            )
            whole = torch.addmm(through, seen, write.mT, alpha=share)
            torch.ops.aten._softmax_backward_data.out(
                whole, weights, -1, weights.dtype, grad_input=slope
            )
            turn = torch.mm(slope.mT, unit)
            along = (turned * turn).sum(-1, keepdim=True)
            outer.addcmul_(length, turn.addcmul_(across, along, value=-1))
            trace_grad = torch.add((1 - rate) * write, outer, alpha=scale)
        unit_grad = torch.bmm(score_grad, directions)
        along = (units * unit_grad).sum(-1, keepdim=True)
        temperature_grad = -along.sum() / temperature  # along: each score by its gradient, summed
        along *= (lengths >= floor) * temperature**2
        pattern_grad = unit_grad.addcmul_(units, along, value=-1).mul_(inverse)
        pattern_grad.baddbmm_(attention, writes, alpha=share)
        return pattern_grad, trace_grad, effective_grad.sum(0), temperature_grad, *(None,) * 3


def hidden_recurrence(
    drive: Tensor,
    hidden: Tensor,
    recurrent: Tensor,
    output: nn.Linear,
    norm: nn.Module,
    mask: Tensor | None,
    kernels: bool = True,
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
    kernels : bool
        Whether `models.enn.kernels` computes where it can.
    """
    with torch.autocast(drive.device.type, enabled=False):
        kind = output.weight.dtype
        gain, offset, epsilon = None, None, 0.0
        if isinstance(norm, nn.LayerNorm):
            gain, offset, epsilon = norm.weight, norm.bias, norm.eps
        here = None if mask is None else mask.mT[..., None]
        given = (
            drive.to(kind).transpose(0, 1), hidden.to(kind), recurrent, output.weight, output.bias,
            gain, offset, epsilon, here, torch.is_grad_enabled(),
        )  # fmt: skip
        if kernels and fit_hidden(drive, recurrent):
            # Under automatic mixed precision the drives come in the type that products have.
            states, last = HiddenKernels.apply(*given, drive.dtype)
        else:
            states, last = HiddenRecurrence.apply(*given)
    return states.transpose(0, 1), last
