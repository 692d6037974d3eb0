"""The metaplastic binarised network of Laborieux et al. 2021, whose weights grow hard to flip."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.gating.learner import Learner, Network, linear

#: Of Adam, and of BatchNorm.
FIRST, SECOND, TINY, EPSILON = 0.9, 0.999, 1e-8, 1e-5
WEIGHT_DECAY = 1e-7


class Sign(torch.autograd.Function):
    """The sign of a unit's input; its gradient is let through where the input is within 1."""

    @staticmethod
    def forward(ctx, u: Tensor) -> Tensor:
        """Return -1 or 1."""
        ctx.save_for_backward(u)
        return torch.where(u >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, *slopes: Tensor) -> Tensor:
        """Return the gradient of hard tanh."""
        (u,) = ctx.saved_tensors
        return slopes[0] * (u.abs() <= 1)


def sign(u: Tensor) -> Tensor:
    """Return the sign of a unit's input, differentiable as hard tanh."""
    return Sign.apply(u)  # type: ignore[return-value]


class BinaryLinear(nn.Module):
    """A layer with weights -1 and 1, the signs of hidden weights that learn; it has no bias."""

    def __init__(self, before: int, after: int, generator: torch.Generator, width: float) -> None:
        super().__init__()
        weight = torch.empty(after, before).uniform_(-width / 2, width / 2, generator=generator)
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighted sum; the gradient reaches the hidden weights as it is."""
        signs = self.weight + (torch.sign(self.weight) - self.weight).detach()
        return functional.linear(x, signs)


class Normalisation(nn.Module):
    """BatchNorm by the statistics of the batch, in tests too, with a gain and shift to learn.

    Running statistics are not kept, as in the authors' program. With `apart` each task has a gain
    and a shift of its own, which begin where those of the task before were.
    """

    def __init__(self, units: int, tasks: int, apart: bool) -> None:
        super().__init__()
        own = tasks if apart else 1
        self.gains = nn.ParameterList(torch.ones(units) for _ in range(own))
        self.shifts = nn.ParameterList(torch.zeros(units) for _ in range(own))
        self.apart = apart

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return each unit's input with mean 0 and deviation 1 over the batch, then scaled."""
        own = task if self.apart else 0
        return functional.batch_norm(
            x, None, None, self.gains[own], self.shifts[own], training=True, eps=EPSILON
        )

    @torch.no_grad()
    def begin(self, task: int) -> None:
        """Begin where the task before was."""
        if self.apart and task:
            for values in (self.gains, self.shifts):
                values[task].copy_(values[task - 1])


class BinarisedNetwork(Network):
    """Two hidden layers of units -1 and 1: binary weights, BatchNorm, sign.

    Parameters
    ----------
    pixels, units, outputs, tasks : int
    generator : torch.Generator
    apart : bool
        Whether each task has a normalisation of its own, for which it must be told the task.
    width : float
        Of the interval around 0 from which hidden weights are drawn.
    """

    def __init__(
        self, pixels: int, units: int, outputs: int, tasks: int, generator: torch.Generator,
        apart: bool = False, width: float = 0.1,
    ) -> None:  # fmt: skip
        super().__init__()
        sizes = [(pixels, units), (units, units), (units, outputs)]
        self.layers = nn.ModuleList(BinaryLinear(*size, generator, width) for size in sizes)
        self.norms = nn.ModuleList(Normalisation(after, tasks, apart) for _, after in sizes)
        self.apart = apart

    @property
    def knows_task(self) -> bool:
        """Whether normalisation is told the task."""
        return self.apart

    def begin(self, task: int) -> None:
        """Give a new task its normalisation."""
        for norm in self.norms:
            norm.begin(task)  # type: ignore[operator]

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return logits."""
        return self.norms[2](self.layers[2](self.states(x, task)), task)

    def states(self, x: Tensor, task: int) -> Tensor:
        """Return the states of the second hidden layer."""
        for layer, norm in zip(self.layers[:2], self.norms[:2], strict=True):
            x = sign(norm(layer(x), task))
        return x

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return 1 where a unit of the second layer is 1, and 0 where it is -1."""
        return torch.relu(self.states(x, task))


class MetaplasticAdam(torch.optim.Optimizer):
    r"""Adam whose steps toward 0 are the smaller the larger a hidden weight is.

    W <- W - s f a / (sqrt(v) + 1e-8), with a and v Adam's means and s its corrected rate;
    f = 1 - tanh^2(m |W|) where sign(W) a > 0, since that step would bring the weight nearer to
    where its sign flips, and f = 1 elsewhere and for all that is not a matrix of binary weights.

    Parameters
    ----------
    binary : iterable of Tensor
        Hidden weights of binary layers.
    other : iterable of Tensor
        What learns by Adam alone.
    rate : float
    metaplasticity : float
        m.

    References
    ----------
    Laborieux et al. 2021, equations 1 and 2, and the program of its authors.
    """

    def __init__(
        self, binary: Iterable[Tensor], other: Iterable[Tensor], rate: float, metaplasticity: float
    ) -> None:
        groups: list[dict[str, Any]] = [
            {"params": list(binary), "m": metaplasticity}, {"params": list(other), "m": 0.0},
        ]  # fmt: skip
        super().__init__([group for group in groups if group["params"]], {"rate": rate})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Take one step."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self.move(weight, weight.grad, group["rate"], group["m"])

    def move(self, weight: Tensor, slope: Tensor, rate: float, m: float) -> None:
        """Change one tensor of weights."""
        state = self.state[weight]
        if not state:
            state.update(steps=0, a=torch.zeros_like(weight), v=torch.zeros_like(weight))
        state["steps"] += 1
        slope = slope + WEIGHT_DECAY * weight
        a = state["a"].lerp_(slope, 1 - FIRST)
        v = state["v"].mul_(SECOND).addcmul_(slope, slope, value=1 - SECOND)
        unbiased = math.sqrt(1 - SECOND ** state["steps"]) / (1 - FIRST ** state["steps"])
        change = a / (v.sqrt() + TINY)
        if m:
            hard = 1 - torch.tanh(m * weight.abs()).square()
            change = torch.where(torch.sign(weight) * a > 0, hard * change, change)
        weight -= rate * unbiased * change


class Metaplastic(Learner):
    """A learner whose binary weights grow hard to flip; each task begins with a fresh Adam.

    Parameters
    ----------
    metaplasticity : float
        m; 0 for plain Adam.
    """

    def __init__(self, *args, metaplasticity: float = 1.35, **options) -> None:
        self.metaplasticity = metaplasticity
        super().__init__(*args, **options)

    def made_optimizer(self) -> torch.optim.Optimizer:
        """Return the optimiser of a task."""
        binary = {m.weight for m in self.network.modules() if isinstance(m, BinaryLinear)}
        learns = [weight for weight in self.network.parameters() if weight.requires_grad]
        return MetaplasticAdam(
            [weight for weight in learns if weight in binary],
            [weight for weight in learns if weight not in binary],
            self.recipe.learning_rate, self.metaplasticity,
        )  # fmt: skip

    def begin(self, task: int) -> None:
        """Turn to the next task with a fresh optimiser."""
        super().begin(task)
        self.optimizer = self.made_optimizer()


__all__ = ["BinarisedNetwork", "BinaryLinear", "Metaplastic", "MetaplasticAdam", "linear", "sign"]
