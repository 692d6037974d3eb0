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
        pattern.transpose(0, 1), trace, slots, temperature, noise, rule
    )
    return retrieved.transpose(0, 1), last


class MemoryRecurrence(torch.autograd.Function):
    """Time-major: patterns (T, B, h) to retrieved (T, B, h) and the last trace (N, h)."""

    @staticmethod
    def forward(ctx: Any, pattern, trace, slots, temperature, noise, rule):  # noqa: D102
        rate, scale, clip, floor = rule
        steps, batch, _ = pattern.shape
        pattern = pattern.contiguous()
        lengths = pattern.square().sum(-1, keepdim=True)
        inverse = lengths.clamp(min=floor).rsqrt()
        units = pattern * inverse
        attention = pattern.new_empty(steps, batch, slots.shape[0])
        score = torch.empty_like(attention)
        effective = slots.new_empty(steps, *slots.shape)
        sizes = slots.new_empty(steps, slots.shape[0], 1)
        inside = torch.empty(steps, *slots.shape, dtype=torch.bool, device=slots.device)
        for t in range(steps):
            torch.add(slots, trace, alpha=scale, out=effective[t])
            torch.sum(effective[t].square(), -1, keepdim=True, out=sizes[t])
            directions = effective[t] * (sizes[t].clamp(min=floor).rsqrt() / temperature)
            torch.mm(units[t], directions.mT, out=score[t])
            torch.softmax(score[t], -1, out=attention[t])
            trace = torch.addmm(
                trace, attention[t].mT, pattern[t], beta=1 - rate, alpha=rate / batch
            )
            if noise is not None:
                trace = trace.add_(noise[t], alpha=rate)
            torch.le(trace.abs(), clip, out=inside[t])
            trace = trace.clamp_(-clip, clip)
        retrieved = torch.bmm(attention, effective)
        ctx.save_for_backward(
            pattern,
            units,
            inverse,
            lengths,
            attention,
            score,
            effective,
            sizes,
            inside,
            temperature,
        )
        ctx.rule = rule
        return retrieved, trace

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
        attention_grad = torch.bmm(retrieved_grad, effective.mT)
        effective_grad = torch.bmm(attention.mT, retrieved_grad)
        score_grad = torch.empty_like(score)
        writes = torch.empty_like(effective)
        long = sizes >= floor
        for t in reversed(range(len(pattern))):
            write = torch.mul(trace_grad, inside[t], out=writes[t])
            whole = torch.addmm(attention_grad[t], pattern[t], write.mT, alpha=share)
            mean = (whole * attention[t]).sum(-1, keepdim=True)
            torch.mul(attention[t], whole - mean, out=score_grad[t])
            turn = score_grad[t].mT @ units[t] / temperature
            along = (directions[t] * turn).sum(-1, keepdim=True) * long[t]
            effective_grad[t] += size[t] * (turn - directions[t] * along)
            trace_grad = (1 - rate) * write + scale * effective_grad[t]
        unit_grad = torch.bmm(score_grad, directions) / temperature
        along = (units * unit_grad).sum(-1, keepdim=True) * (lengths >= floor)
        pattern_grad = inverse * (unit_grad - units * along)
        pattern_grad.baddbmm_(attention, writes, alpha=share)
        temperature_grad = -(score_grad * score).sum() / temperature
        return pattern_grad, trace_grad, effective_grad.sum(0), temperature_grad, None, None


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
            gain, offset, epsilon, here,
        )  # fmt: skip
    return states.transpose(0, 1), last


class HiddenRecurrence(torch.autograd.Function):
    """Time-major: drives (T, B, 3h) to hidden states (T, B, h) and the last one (B, h)."""

    @staticmethod
    def forward(  # noqa: D102
        ctx: Any, drive, hidden, recurrent, weight, bias, gain, offset, epsilon, here
    ):
        steps, batch, _ = drive.shape
        size = hidden.shape[-1]
        wide = torch.empty_like(drive, memory_format=torch.contiguous_format)
        narrow = drive.new_empty(steps, batch, size)
        states = drive.new_empty(steps + 1, batch, size)
        means, deviations = drive.new_empty(2, steps, batch, 1)
        states[0] = hidden
        outputs = states[1:] if here is None else torch.empty_like(narrow)
        for t in range(steps):
            torch.addmm(drive[t], states[t], recurrent.mT, out=wide[t]).relu_()
            torch.addmm(bias, wide[t], weight.mT, out=narrow[t]).relu_()
            if gain is None:
                states[t + 1] = narrow[t]
            else:
                torch.ops.aten.native_layer_norm.out(
                    narrow[t], [size], gain, offset, epsilon,
                    out0=states[t + 1], out1=means[t], out2=deviations[t],
                )  # fmt: skip
            if here is not None:
                torch.mul(states[t + 1], here[t], out=outputs[t])
                torch.where(here[t], states[t + 1], states[t], out=states[t + 1])
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
        steps, batch, size = narrow.shape
        output_grad = output_grad.contiguous()
        arriving = torch.empty_like(narrow)
        narrow_grad, wide_grad = torch.empty_like(narrow), torch.empty_like(wide)
        awake = torch.ops.aten.threshold_backward
        for t in reversed(range(steps)):
            torch.add(output_grad[t], hidden_grad, out=arriving[t])
            if here is not None:
                arriving[t] *= here[t]
            through = arriving[t]
            if gain is not None:
                through = torch.ops.aten.native_layer_norm_backward(
                    through, narrow[t], [size], means[t], deviations[t], gain, offset,
                    [True, False, False],
                )[0]  # fmt: skip
            awake.grad_input(through, narrow[t], 0, grad_input=narrow_grad[t])
            torch.mm(narrow_grad[t], weight, out=wide_grad[t])
            awake.grad_input(wide_grad[t], wide[t], 0, grad_input=wide_grad[t])
            stays = None if here is None else hidden_grad * ~here[t]
            hidden_grad = wide_grad[t] @ recurrent
            if stays is not None:
                hidden_grad += stays
        before = states[:-1]
        rows = narrow_grad.flatten(0, 1)
        gains = None, None
        if gain is not None:
            normed = (narrow - means) * deviations
            gains = (arriving * normed).sum((0, 1)), arriving.sum((0, 1))
        return (
            wide_grad, hidden_grad,
            wide_grad.flatten(0, 1).mT @ before.flatten(0, 1),
            rows.mT @ wide.flatten(0, 1), rows.sum(0), *gains, None, None,
        )  # fmt: skip
