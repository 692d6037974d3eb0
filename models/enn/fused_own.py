"""The memory's recurrence where each sample has a trace of its own, with its gradients.

The same numbers as the plain loop. A trace is B times larger than a shared one, and time is spent
in moving it: each step goes over it as few times as it can, no slot is made a vector of length
one (its score is divided instead), and of each step only the trace before it is clipped is kept.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.enn.products import exactly


class OwnMemoryRecurrence(torch.autograd.Function):
    """Time-major: patterns (T, B, h) to retrieved (T, B, h) and the last trace (B, N, h)."""

    @staticmethod
    def forward(ctx: Any, pattern, trace, slots, temperature, noise, rule, keep):  # noqa: D102
        rate, scale, clip, floor, written = rule
        steps = len(pattern)
        pattern = pattern.contiguous()
        lengths = pattern.square().sum(-1, keepdim=True)
        inverse = lengths.clamp(min=floor).rsqrt() / temperature
        units = pattern * inverse
        score, attention, sizes = pattern.new_empty(3, *pattern.shape[:2], len(slots))
        retrieved = torch.empty_like(pattern)
        free = trace.new_empty(steps if keep else 1, *trace.shape).expand(steps, -1, -1, -1)
        first, effective, clipped = trace, free.new_empty(trace.shape), free.new_empty(trace.shape)
        for t in range(steps):
            torch.add(slots, trace, alpha=scale, out=effective)
            torch.linalg.vector_norm(effective, dim=-1, out=sizes[t])
            shrink = sizes[t].square_().clamp(min=floor).rsqrt_()
            torch.mul(row(units[t], effective.mT), shrink, out=score[t])
            torch.softmax(score[t], -1, out=attention[t])
            retrieved[t] = row(attention[t], effective)
            fade = 1 - rate * attention[t][..., None] if written else 1 - rate
            torch.mul(trace, fade, out=free[t])
            free[t].addcmul_(attention[t][..., None], pattern[t][:, None], value=rate)
            if noise is not None:
                free[t].add_(noise[:, t], alpha=rate)
            trace = torch.clamp(free[t], -clip, clip, out=clipped)
        if keep:
            ctx.rule = rule
            ctx.save_for_backward(
                pattern, units, inverse, lengths, score, attention, sizes, free, first, slots,
                temperature,
            )  # fmt: skip
        return retrieved, trace

    @staticmethod
    @exactly
    def backward(ctx: Any, retrieved_grad, trace_grad):  # noqa: D102 # pyright: ignore
        (
            pattern, units, inverse, lengths, score, attention, sizes, free, first, slots,
            temperature,
        ) = ctx.saved_tensors  # fmt: skip
        rate, scale, clip, floor, written = ctx.rule
        edge = beyond(clip, free)
        score_grad = torch.empty_like(score)
        unit_grad, pattern_grad = torch.empty_like(units), torch.empty_like(pattern)
        effective, write, clipped, summed = free.new_empty(4, *first.shape)
        summed.zero_()
        for t in reversed(range(len(pattern))):
            weights, given = attention[t], retrieved_grad[t]
            before = torch.clamp(free[t - 1], -clip, clip, out=clipped) if t else first
            torch.add(slots, before, alpha=scale, out=effective)
            torch.ops.aten.hardtanh_backward.grad_input(
                trace_grad, free[t], -edge, edge, grad_input=write
            )
            pattern_grad[t] = row(weights, write)
            whole = row(pattern[t], write.mT)
            if written:
                whole -= (write * before).sum(-1)
            whole = row(given, effective.mT).add_(whole, alpha=rate)
            slope = torch.ops.aten._softmax_backward_data.out(
                whole, weights, -1, weights.dtype, grad_input=score_grad[t]
            )
            shrink = sizes[t].clamp(min=floor).rsqrt_()
            push = slope * shrink
            unit_grad[t] = row(push, effective)
            pull = push * score[t] * shrink * (sizes[t] >= floor)
            effective_grad = effective.mul_(pull.neg_()[..., None])
            effective_grad.addcmul_(push[..., None], units[t][:, None])
            effective_grad.addcmul_(weights[..., None], given[:, None])
            summed += effective_grad
            fade = 1 - rate * weights[..., None] if written else 1 - rate
            trace_grad = (write * fade).add_(effective_grad, alpha=scale)
        along = (units * unit_grad).sum(-1, keepdim=True)
        temperature_grad = -along.sum() / temperature  # along: each score by its gradient, summed
        along *= (lengths >= floor) * temperature**2
        pattern_grad.mul_(rate).addcmul_(unit_grad.addcmul_(units, along, value=-1), inverse)
        return pattern_grad, trace_grad, summed.sum(0), temperature_grad, *(None,) * 3


def row(vectors: Tensor, matrices: Tensor) -> Tensor:
    """Return each sample's vector (B, k) times its matrix (B, k, n): (B, n)."""
    return torch.bmm(vectors[:, None], matrices)[:, 0]


def beyond(clip: float, like: Tensor) -> float:
    """Return the next number after a clip: what is smaller, the clip too, is not clipped."""
    end = torch.tensor(clip, dtype=like.dtype)
    return torch.nextafter(end, torch.full_like(end, torch.inf)).item()
