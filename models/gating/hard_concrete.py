"""Hard-concrete gates (Louizos, Welling and Kingma 2018): weights that are exactly 0 by chance.

s = sigmoid((ln u - ln(1 - u) + log alpha) / beta), z = clip(s (zeta - gamma) + gamma, 0, 1).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

BETA, GAMMA, ZETA = 2 / 3, -0.1, 1.1
TINY = 1e-6
#: Range of log alpha: ln 0.01 to ln 100.
LOWEST, HIGHEST = math.log(0.01), math.log(100)


def sampled(log_alpha: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Return gates z, 0 to 1, drawn for each entry of log alpha; differentiable in it."""
    u = torch.rand(log_alpha.shape, generator=generator).clamp(TINY, 1 - TINY)
    s = torch.sigmoid((u.log() - (-u).log1p() + log_alpha) / BETA)
    return (s * (ZETA - GAMMA) + GAMMA).clamp(0, 1)


def tested(log_alpha: Tensor) -> Tensor:
    """Return the gates that are used in tests, clip(sigmoid(log alpha)(zeta - gamma) + gamma)."""
    return (torch.sigmoid(log_alpha) * (ZETA - GAMMA) + GAMMA).clamp(0, 1)


def open_chance(log_alpha: Tensor) -> Tensor:
    """Return P(z > 0) = sigmoid(log alpha - beta ln(-gamma / zeta)), whose sum is the penalty."""
    return torch.sigmoid(log_alpha - BETA * math.log(-GAMMA / ZETA))


def full_chance(log_alpha: Tensor) -> Tensor:
    """Return P(z = 1) = sigmoid(log alpha - beta ln((1 - gamma) / (zeta - 1)))."""
    return torch.sigmoid(log_alpha - BETA * math.log((1 - GAMMA) / (ZETA - 1)))
