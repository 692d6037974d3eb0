"""The recurrence of the hidden state, whose samples are independent, with its gradients."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from models.enn.products import exactly, product, weight_gradient


def each(*parts: Tensor) -> list[tuple[Tensor, ...]]:
    """Return views of each step of time-major parts, all at once: quicker than one by one."""
    return list(zip(*(part.unbind() for part in parts), strict=True))


def hidden_forward(
    pattern: Tensor,
    retrieved: Tensor,
    hidden: Tensor,
    integrator: nn.Linear,
    output: nn.Linear,
    norm: nn.Module,
) -> tuple[Tensor, Tensor]:
    """Return what `hidden_recurrence` does, without gradients and from what drives it.

    Nothing is kept for a backward pass, so that all three parts of a step, pattern and retrieved
    (B, T, h) and the hidden state, are multiplied at once.
    """
    batch, steps, size = pattern.shape
    joint = pattern.new_empty(steps, batch, 3 * size)
    seen, recalled, before = joint.split(size, -1)
    seen.copy_(pattern.transpose(0, 1))
    recalled.copy_(retrieved.transpose(0, 1))
    states = []
    for t in range(steps):
        before[t] = hidden
        wide = product(joint[t], integrator.weight, integrator.bias, relu=True)
        hidden = norm(product(wide, output.weight, output.bias, relu=True))
        states.append(hidden)
    return torch.stack(states, 1), hidden


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
        recurrent = recurrent.contiguous()
        outputs = states[1:] if here is None else torch.empty_like(narrow)
        for t, (driven, before, after, thick, thin, output, mean, deviation) in enumerate(
            each(drive, states[:-1], states[1:], wide, narrow, outputs, means, deviations)
        ):
            torch.clamp_min(product(before, recurrent).add_(driven), 0, out=thick)
            thin.copy_(product(thick, weight, bias, relu=True))
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
    @exactly
    def backward(ctx: Any, output_grad, hidden_grad):  # noqa: D102 # pyright: ignore
        wide, narrow, states, means, deviations, recurrent, weight, gain, offset, here = (
            ctx.saved_tensors
        )
        size = narrow.shape[-1]
        arriving = torch.empty_like(narrow)
        narrow_grad, wide_grad = torch.empty_like(narrow), torch.empty_like(wide)
        awake = torch.ops.aten.threshold_backward.grad_input
        normed = torch.ops.aten.native_layer_norm_backward
        parts = each(output_grad, arriving, narrow, narrow_grad, wide, wide_grad, means, deviations)
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
            awake(product(thin_grad, weight.mT), thick, 0, grad_input=thick_grad)
            stays = None if here is None else hidden_grad * ~here[t]
            hidden_grad = product(thick_grad, recurrent.mT)
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
