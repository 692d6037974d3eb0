"""From the hidden states of a sequence to what a head sees of them."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from models.enn.layers import glorot_linear

Readout = Literal["last", "mean", "attention", "each"]


class AttentionPool(nn.Module):
    """One vector of a sequence: softmax over its steps of tanh(x W_a + b_a), times x.

    Parameters
    ----------
    width : int
    generator : torch.Generator, optional
    """

    def __init__(self, width: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.score = glorot_linear(width, 1, generator)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the (B, h) mean of x (B, T, h), weighted by attention."""
        score = torch.tanh(self.score(x))
        if mask is not None:
            score = score.masked_fill(~mask[..., None], -math.inf)
        return (torch.softmax(score, 1) * x).sum(1)


def read_out(
    readout: Readout, hidden: Tensor, mask: Tensor | None, pool: nn.Module | None, back: int = 0
) -> Tensor:
    """Return what a head sees: (B, width), or (B, T, width) of each step.

    Parameters
    ----------
    readout : {"last", "mean", "attention", "each"}
    hidden : Tensor, shape (B, T, width)
    mask : Tensor of bool, shape (B, T), optional
    pool : Module, optional
        For "attention".
    back : int
        How many of the values, the last ones, were read backwards: their last step is the first.
    """
    if readout == "each":
        return hidden
    if readout == "attention":
        assert pool is not None
        return pool(hidden, mask)
    if readout == "mean" and mask is None:
        return hidden.mean(1)
    if readout == "mean":
        assert mask is not None
        return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
    if mask is None:
        last = hidden[:, -1]
    else:
        place = (mask.sum(1) - 1).clamp(min=0)
        last = hidden[torch.arange(len(hidden), device=hidden.device), place]
    if not back:
        return last
    return torch.cat([last[:, :-back], hidden[:, 0, -back:]], -1)
