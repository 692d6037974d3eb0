"""An autoencoder as a memory: sparse hidden codes rebuild patterns of +1 and -1.

The network is N -> H -> N. While it is trained its hidden units are graded, from 0 to 1; when it
recalls they are binary, active above one half. The loss is the error of what is rebuilt and a
penalty on mean activity that is not the coding level that is desired.

Source: a reconstruction after S. Shah, R. Hen, A. Losonczy and S. Fusi, bioRxiv 2025.01.06.631574,
2025, of whose network, sizes and loss only the abstract was known here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.associative.penalties import DIVERGENCE, LAYER

#: Mean activity is kept so far from 0 and 1 in the divergence, which is infinite there.
EDGE = 1e-6


class Autoencoder:
    """One network; weights are drawn with the deviation 1 / sqrt(inputs), thresholds are 0.

    So half of the hidden units are active at first, whatever coding level is desired.

    Parameters
    ----------
    units, hidden : int
        N and H.
    generator : torch.Generator
    """

    def __init__(self, units: int, hidden: int, generator: torch.Generator) -> None:
        def drawn(rows: int, columns: int) -> Tensor:
            return torch.randn(rows, columns, generator=generator) / math.sqrt(rows)

        self.encoder, self.threshold = drawn(units, hidden), torch.zeros(hidden)
        self.decoder, self.bias = drawn(hidden, units), torch.zeros(units)

    def parameters(self) -> list[Tensor]:
        """Return what is trained."""
        return [self.encoder, self.threshold, self.decoder, self.bias]

    def hidden_fields(self, x: Tensor) -> Tensor:
        """Return the field of each hidden unit, shape (patterns, hidden)."""
        return torch.addmm(self.threshold, x, self.encoder)

    def graded(self, x: Tensor) -> Tensor:
        """Return hidden activity as in training, 0 to 1."""
        return torch.sigmoid(self.hidden_fields(x))

    def code(self, x: Tensor) -> Tensor:
        """Return binary hidden codes: 1 where the activity is above one half."""
        return (self.hidden_fields(x) > 0).to(x.dtype)

    def fields(self, hidden: Tensor) -> Tensor:
        """Return the field of each unit, shape (patterns, units); its sign is the answer."""
        return torch.addmm(self.bias, hidden, self.decoder)

    @torch.no_grad()
    def recall(self, cues: Tensor, steps: int = 1, *, graded: bool = False) -> Tensor:
        """Return what cues of +1 and -1 bring back; each answer is the next cue.

        `graded` leaves hidden units as they are in training.
        """
        for _ in range(steps):
            hidden = self.graded(cues) if graded else self.code(cues)
            cues = torch.where(self.fields(hidden) > 0, 1.0, -1.0)
        return cues


def rebuilding_error(fields: Tensor, x: Tensor) -> Tensor:
    """Return the mean bits of surprise a unit, log2(1 + exp(-x field)): 1 where nothing is known.

    Both have shape (patterns, units); `x` is +1 and -1.
    """
    return functional.softplus(-x * fields).mean() / math.log(2)


def departure(activity: Tensor, level: float, kind: str) -> Tensor:
    """Return how far activity, shape (patterns, hidden), is from the coding level desired.

    Of `EACH` it is the mean over units of (rho_j - f)^2, where rho_j is a unit's mean activity; of
    `LAYER` (rho - f)^2, where rho is the mean of all; of `DIVERGENCE` the mean over units of
    KL(f || rho_j), in nats.
    """
    mean = activity.mean(0)
    if kind == LAYER:
        return (mean.mean() - level).square()
    if kind != DIVERGENCE:
        return (mean - level).square().mean()
    mean = mean.clamp(EDGE, 1 - EDGE)
    on, off = level * torch.log(level / mean), (1 - level) * torch.log((1 - level) / (1 - mean))
    return (on + off).mean()


@dataclass(frozen=True)
class Training:
    """How networks are trained.

    Attributes
    ----------
    level, strength, kind
        Coding level desired, strength lambda of the penalty, and which penalty.
    noise : float
        Share of a pattern's units that are flipped at the input, other ones in every epoch.
    rate : float
        Adam's learning rate at the beginning; it falls to 0 along half a cosine.
    epochs : int
        Steps, each with all patterns.
    """

    level: float
    strength: float
    kind: str
    noise: float
    rate: float
    epochs: int


class SideBySide:
    """Networks that learn ever more of the same patterns, side by side, a step each at a time.

    Parameters
    ----------
    patterns : Tensor of +1 and -1, shape (patterns, units)
    loads : sequence of int
        How many of them each network learns, from the first.
    hidden : int
    training : Training
    generator : torch.Generator
        Draws weights and noise.

    Attributes
    ----------
    errors, penalties : Tensor, shape (loads,)
        What the losses of the last step were made of, without the strength.
    """

    def __init__(
        self, patterns: Tensor, loads: Sequence[int], hidden: int, training: Training,
        generator: torch.Generator,
    ) -> None:  # fmt: skip
        self.training, self._generator = training, generator
        self.patterns = [patterns[:load] for load in loads]
        self.networks = [Autoencoder(patterns.shape[1], hidden, generator) for _ in loads]
        weights = [p.requires_grad_() for one in self.networks for p in one.parameters()]
        self._adam = torch.optim.Adam(weights, training.rate, foreach=True)
        self.errors = self.penalties = torch.full((len(loads),), torch.nan)
        self.epoch = 0

    def step(self) -> None:
        """Take one step of gradient descent with every network."""
        done = self.epoch / self.training.epochs
        self._adam.param_groups[0]["lr"] = self.training.rate * (1 + math.cos(math.pi * done)) / 2
        self._adam.zero_grad(set_to_none=True)
        parts = [self._loss(one, x) for one, x in zip(self.networks, self.patterns, strict=True)]
        errors, penalties = (torch.stack(part) for part in zip(*parts, strict=True))
        (errors + self.training.strength * penalties).sum().backward()
        self._adam.step()
        self.epoch += 1
        self.errors, self.penalties = errors.detach(), penalties.detach()

    def _loss(self, network: Autoencoder, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = network.graded(self._noisy(x))
        error = rebuilding_error(network.fields(hidden), x)
        return error, departure(hidden, self.training.level, self.training.kind)

    def _noisy(self, x: Tensor) -> Tensor:
        if not self.training.noise:
            return x
        drawn = torch.rand(x.shape, generator=self._generator)
        return torch.where(drawn < self.training.noise, -x, x)
