"""Linear layers whose weights are drawn from a generator, never from torch's own."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from workbench.model import ParameterError


def empty_linear(inputs: int, outputs: int, bias: bool = True) -> nn.Linear:
    """Return a layer whose weights are still to be drawn."""
    layer = nn.Linear(inputs, outputs, bias=bias, device="meta")
    return layer.to_empty(device=torch.get_default_device())


def glorot_linear(inputs: int, outputs: int, generator: torch.Generator | None) -> nn.Linear:
    """Return a layer with weights from U(-L, L), L = sqrt(6 / (inputs + outputs)), and no bias yet.

    Glorot & Bengio 2010, equation 16.
    """
    layer = empty_linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


def he_normal(weight: Tensor, generator: torch.Generator | None) -> None:
    """Fill a weight (out, in) as Keras' he_normal does: normal, cut off at two deviations.

    He et al. 2015, arXiv:1502.01852, equation 12; the divisor undoes what the cut takes off.
    """
    deviation = math.sqrt(2 / weight.shape[1]) / 0.87962566
    nn.init.trunc_normal_(weight, 0, deviation, -2 * deviation, 2 * deviation, generator)


def checked_dropout(dropout: float) -> float:
    """Return a share of values to drop, or raise `ParameterError`."""
    if not 0 <= dropout < 1:
        raise ParameterError(f"dropout = {dropout!r} is not allowed; it must be in [0, 1).")
    return dropout
