"""One hidden layer made sparse in six ways: in its weights, its activity, or its units' gates."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.gating import hard_concrete
from models.gating.learner import Learner, Network, Recipe, linear
from models.gating.scenarios import Stream

SUBGRADIENT, PROXIMAL, HARD = "L1, subgradient", "L1, proximal", "L0, hard concrete"
DIVERGENCE, WINNERS, GATES = "KL divergence", "Top-K", "engram gates"
#: What is made sparse by each.
ON_WEIGHTS = (SUBGRADIENT, PROXIMAL, HARD)
ON_ACTIVITY = (DIVERGENCE, WINNERS, GATES)
METHODS = (*ON_WEIGHTS, *ON_ACTIVITY)
#: Weight of the divergence beside the cross-entropy, latent units and gain of gates.
BETA, LATENT, GAIN = 0.03, 32, 10.0
#: An activity of a sigmoid unit counts where it is above half of its range.
HALF = 0.5


class SparseNetwork(Network):
    """A perceptron that is made sparse by one of `METHODS`.

    Parameters
    ----------
    pixels, units, outputs : int
    generator : torch.Generator
    method : str
    strength : float
        On weights: what each costs, lambda. On activity: the share of units wanted, rho or k / n.
    rate : float
        Learning rate, which the proximal step is made with.
    """

    def __init__(
        self, pixels: int, units: int, outputs: int, generator: torch.Generator, *,
        method: str, strength: float, rate: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.method, self.strength, self.rate = method, strength, rate
        self.generator = generator
        self.hidden = linear(pixels, units, generator)
        self.readout = linear(units, outputs, generator)
        self.wanted = max(1, round(strength * units)) if method in (WINNERS, GATES) else units
        if method == HARD:
            drawn = torch.empty(units, pixels).normal_(1.0, 0.01, generator=generator)
            self.log_alpha = nn.Parameter(drawn)
        if method == GATES:
            self.encoder = linear(pixels, LATENT, generator)
            self.gate = linear(LATENT, units, generator, bias=False)
            nn.init.normal_(self.gate.weight, generator=generator)
            share = self.wanted / units
            self.offset = math.log(share / (1 - share)) if share < 1 else 50.0

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return logits."""
        self.active = self.hidden_activity(x)
        return self.readout(self.active)

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return the activity of the hidden units; of sigmoid units what is above one half."""
        found = self.hidden_activity(x)
        return torch.relu(found - HALF) if self.method == DIVERGENCE else found

    def hidden_activity(self, x: Tensor) -> Tensor:
        """Return what the readout reads."""
        field = functional.linear(x, self.weights(), self.hidden.bias)
        if self.method == DIVERGENCE:
            return torch.sigmoid(field)
        active = torch.relu(field)
        if self.method == WINNERS and self.wanted < active.shape[1]:
            least = active.detach().topk(self.wanted + 1, dim=1).values[:, -1:]
            return active * (active > least)
        return active * self.gates(x) if self.method == GATES else active

    def weights(self) -> Tensor:
        """Return the weights of the hidden layer as they act."""
        if self.method != HARD:
            return self.hidden.weight
        if self.training:
            return self.hidden.weight * hard_concrete.sampled(self.log_alpha, self.generator)
        return self.hidden.weight * hard_concrete.tested(self.log_alpha)

    def gates(self, x: Tensor) -> Tensor:
        """Return which units take part: drawn in training, the likeliest in tests."""
        field = GAIN * self.gate(functional.normalize(torch.relu(self.encoder(x))))
        if not self.training:
            return (field >= field.topk(self.wanted, dim=1).values[:, -1:]).float()
        likely = torch.sigmoid(field + self.offset)
        drawn = torch.rand(field.shape, generator=self.generator) < likely
        return drawn + likely - likely.detach()

    def penalty(self) -> Tensor:
        """Return what is added to the loss; `forward` came before."""
        if self.method == SUBGRADIENT:
            return self.strength * self.hidden.weight.abs().sum()
        if self.method == HARD:
            return self.strength * hard_concrete.open_chance(self.log_alpha).sum()
        if self.method == DIVERGENCE:
            return BETA * divergence(self.strength, self.active.mean(0)).sum()
        return torch.zeros(())

    @torch.no_grad()
    def constrain(self) -> None:
        """Take the proximal step, and keep log alpha within its range."""
        if self.method == PROXIMAL:
            weight = self.hidden.weight
            weight.copy_(torch.sign(weight) * (weight.abs() - self.rate * self.strength).relu())
        elif self.method == HARD:
            self.log_alpha.clamp_(hard_concrete.LOWEST, hard_concrete.HIGHEST)


def divergence(wanted: float, mean: Tensor) -> Tensor:
    """Return KL(rho || rho_j) of units that are to be active with chance rho and are with rho_j."""
    mean = mean.clamp(1e-6, 1 - 1e-6)
    rest = (1 - wanted) * (math.log(1 - wanted) - torch.log1p(-mean))
    return wanted * (math.log(wanted) - mean.log()) + rest


class Regularised(Learner):
    """A learner that makes its network sparse; gates of weights learn at a rate of their own."""

    network: SparseNetwork

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss with the penalty."""
        return super().loss(x, y) + self.network.penalty()

    def made_optimizer(self) -> torch.optim.Optimizer:
        """Return Adam."""
        gates = [w for name, w in self.network.named_parameters() if name == "log_alpha"]
        other = [w for name, w in self.network.named_parameters() if name != "log_alpha"]
        rate = self.recipe.learning_rate
        groups = [{"params": other}, *([{"params": gates, "lr": 20 * rate}] if gates else [])]
        return torch.optim.Adam(groups, rate)


def learner(
    tasks: Stream, method: str, strength: float, units: int, recipe: Recipe, seed: int
) -> Regularised:
    """Return a learner of one method at one strength."""
    drawn = torch.Generator().manual_seed(seed)
    network = SparseNetwork(
        tasks.pixels, units, tasks.outputs, drawn, method=method, strength=strength,
        rate=recipe.learning_rate,
    )  # fmt: skip
    return Regularised(network, tasks, recipe, seed + 1)
