"""Engram gating after Aguilar et al. 2025: which units take part is drawn for each stimulus.

A reconstruction. Known are the parts (a feed-forward encoder to a latent, gates drawn from a
Bernoulli distribution, a metaplastic binarised network that they gate); sizes, the strength of
metaplasticity and the tables are not, nor how the latent enters the gate.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.gating.learner import linear
from models.gating.metaplastic import BinarisedNetwork, sign

NO_GATE, SHARED, LAYERED, KEYED = "none", "shared", "one for each layer", "keyed by task"
GATES = (NO_GATE, SHARED, LAYERED, KEYED)
SAMPLED, WINNERS, ALWAYS = "drawn", "the likeliest in tests", "the likeliest always"
BINARY, WHOLE = "binary", "full precision"
ENCODER, LATENT = 64, 32


class EngramGatedNetwork(BinarisedNetwork):
    """A binarised network whose hidden units are gated: h = z sign(BN(W x)), z 0 or 1.

    latent l = ReLU(E2 ReLU(E1 x)), p = sigmoid(gain G l + b), z drawn from Bernoulli(p), its
    gradient that of p. The offset b is such that the share `open_share` of gates is open where
    G l is 0. Keyed by task, z is a fixed random choice of that share for each task, which uses what
    class-incremental learning does not tell.

    Parameters
    ----------
    gate : {"none", "shared", "one for each layer", "keyed by task"}
        Shared: one gate for both hidden layers.
    open_share : float
        Share of units whose gate is open.
    gain : float
        How much the latent decides, beside chance.
    learns : bool
        Whether the encoder learns, or stays as it is drawn.
    choice : {"drawn", "the likeliest in tests", "the likeliest always"}
        Whether gates are drawn, or the share `open_share` with the largest p is open.
    readout : {"binary", "full precision"}
        A binary readout is normalised by the batch, as in the network that is gated.
    generator : torch.Generator
        Of weights, and of gates.

    References
    ----------
    Aguilar, Herbozo Contreras and Kavehei 2025, arXiv:2503.21436, by its abstract; task keys as
    the context gates of Masse, Grant and Freedman 2018.
    """

    keys: Tensor

    def __init__(
        self, pixels: int, units: int, outputs: int, tasks: int, generator: torch.Generator, *,
        apart: bool = False, width: float = 0.1, gate: str = SHARED, open_share: float = 0.1,
        gain: float = 1.0, learns: bool = True, choice: str = SAMPLED, readout: str = BINARY,
    ) -> None:  # fmt: skip
        super().__init__(pixels, units, outputs, tasks, generator, apart, width)
        self.gate, self.share, self.gain, self.choice = gate, open_share, gain, choice
        self.generator = generator
        self.offset = math.log(open_share / (1 - open_share)) if open_share < 1 else 50.0
        self.open = max(1, round(open_share * units))
        if readout == WHOLE:
            self.layers[2] = linear(units, outputs, generator, bias=False)
            self.norms[2] = Unchanged()
        if gate == KEYED:
            self.register_buffer("keys", self.drawn_keys(tasks, units))
        elif gate != NO_GATE:
            self.encoder = nn.Sequential(
                linear(pixels, ENCODER, generator), nn.ReLU(),
                linear(ENCODER, LATENT, generator), nn.ReLU(),
            )  # fmt: skip
            self.gates = nn.ModuleList(
                gate_layer(LATENT, units, generator) for _ in range(2 if gate == LAYERED else 1)
            )
            self.encoder.requires_grad_(learns)
            self.gates.requires_grad_(learns)

    @property
    def knows_task(self) -> bool:
        """Whether gates or normalisation are told the task."""
        return self.apart or self.gate == KEYED

    def drawn_keys(self, tasks: int, units: int) -> Tensor:
        """Return the gates of each task (2, tasks, units)."""
        order = torch.rand(2, tasks, units, generator=self.generator).argsort(-1)
        return (order < self.open).float()

    def opened(self, x: Tensor, task: int) -> list[Tensor]:
        """Return the gates z of both hidden layers, (samples, units) or alike for all samples."""
        if self.gate == NO_GATE:
            return [torch.ones(1), torch.ones(1)]
        if self.gate == KEYED:
            return [self.keys[0, task], self.keys[1, task]]
        latent = functional.normalize(self.encoder(x))
        drawn = [self.drawn(self.gain * layer(latent)) for layer in self.gates]
        return drawn * (2 // len(drawn))

    def drawn(self, field: Tensor) -> Tensor:
        """Return gates by the field at them."""
        likely = torch.sigmoid(field + self.offset)
        if self.choice == ALWAYS or (self.choice == WINNERS and not self.training):
            drawn = field >= field.topk(self.open, dim=1).values[:, -1:]
        else:
            drawn = torch.rand(field.shape, generator=self.generator) < likely
        return drawn + likely - likely.detach()

    def gated(self, x: Tensor, task: int) -> tuple[Tensor, Tensor]:
        """Return the states of the second hidden layer, and its gates."""
        opened = self.opened(x, task)
        for layer, norm, z in zip(self.layers[:2], self.norms[:2], opened, strict=True):
            x = z * sign(norm(layer(x), task))
        return x, opened[1]

    def states(self, x: Tensor, task: int) -> Tensor:
        """Return the states of the second hidden layer."""
        return self.gated(x, task)[0]

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return 1 where a gate of the second layer is open; without gates, where a unit is 1."""
        states, z = self.gated(x, task)
        return torch.relu(states) if self.gate == NO_GATE else z.expand_as(states)


class Unchanged(nn.Module):
    """No normalisation."""

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return what is given."""
        return x

    def begin(self, task: int) -> None:
        """Do nothing: there is nothing to begin."""


def gate_layer(before: int, after: int, generator: torch.Generator) -> nn.Linear:
    """Return the layer before the gates: rows of length about 1, so that the gain is in units."""
    layer = linear(before, after, generator, bias=False)
    with torch.no_grad():
        layer.weight.normal_(generator=generator)
    return layer
