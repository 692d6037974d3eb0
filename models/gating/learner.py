"""How a network learns one task after the other, and what it is asked meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.gating.scenarios import Stream

SGD, MOMENTUM, ADAM = "SGD", "SGD with momentum", "Adam"


@dataclass(frozen=True)
class Recipe:
    """How steps are taken.

    Attributes
    ----------
    optimizer : {"SGD", "SGD with momentum", "Adam"}
    learning_rate : float
    batch : int
    clip : float
        Norm that gradients are scaled down to, all together; 0 for not at all.
    standardised : bool
        Whether pixels are less their mean over their deviation in training, or as they are.
    """

    optimizer: str = ADAM
    learning_rate: float = 1e-3
    batch: int = 16
    clip: float = 0.0
    standardised: bool = True


class Network(nn.Module):
    """What a learner asks of a network; pixels are (samples, pixels) throughout."""

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return logits (samples, outputs); `task` matters only to those that are told it."""
        raise NotImplementedError

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return the activity (samples, units) of hidden units, 0 where one is not active."""
        raise NotImplementedError

    def begin(self, task: int) -> None:
        """Prepare for a task that is new."""

    @property
    def knows_task(self) -> bool:
        """Whether the network itself is told the task, whatever the scenario."""
        return False

    def constrain(self) -> None:
        """Bring the weights back to where they may be, after each step."""


class Perceptron(Network):
    """One hidden layer of rectified linear units, the network of all baselines."""

    def __init__(self, pixels: int, units: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.hidden = linear(pixels, units, generator)
        self.readout = linear(units, outputs, generator)

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return logits."""
        return self.readout(self.activity(x, task))

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return the activity of the hidden units."""
        return torch.relu(self.hidden(x))


def linear(before: int, after: int, generator: torch.Generator, bias: bool = True) -> nn.Linear:
    """Return a layer as torch makes it, drawn from a generator of one's own."""
    layer = nn.Linear(before, after, bias=bias, device="meta").to_empty(device="cpu")
    with torch.no_grad():
        for weight in layer.parameters():
            weight.uniform_(-(before**-0.5), before**-0.5, generator=generator)
    return layer


def batches(order: Tensor, size: int) -> list[Tensor]:
    """Return the batches of an epoch; one sample left over, which has no variance, joins them."""
    parts = list(order.split(size))
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


class Learner:
    """A network that meets the tasks of a stream one by one; without more, it is the naive one.

    Parameters
    ----------
    network : Network
    stream : Stream
    recipe : Recipe
    seed : int
        Of the order of samples.
    """

    def __init__(self, network: Network, stream: Stream, recipe: Recipe, seed: int) -> None:
        self.network, self.stream, self.recipe = network.eval(), stream, recipe
        self.generator = torch.Generator().manual_seed(seed)
        self.optimizer = self.made_optimizer()
        pixels = np.concatenate([task.train.x for task in stream.tasks])
        mean, deviation = pixels.mean(), pixels.std()
        self.mean, self.deviation = (
            (float(mean), float(deviation)) if recipe.standardised else (0.0, 1.0)
        )
        self.heads = [torch.from_numpy(task.head) for task in stream.tasks]
        self.tests = [self.tensors(task.test.x, task.test.y) for task in stream.tasks]
        self.steps = 0
        self.task = -1
        self.x = self.y = torch.empty(0)

    def made_optimizer(self) -> torch.optim.Optimizer:
        """Return the optimiser of the recipe."""
        rate, weights = self.recipe.learning_rate, list(self.network.parameters())
        if self.recipe.optimizer == ADAM:
            return torch.optim.Adam(weights, rate)
        return torch.optim.SGD(weights, rate, 0.9 if self.recipe.optimizer == MOMENTUM else 0.0)

    def tensors(self, x: NDArray, y: NDArray) -> tuple[Tensor, Tensor]:
        """Return samples as the network takes them."""
        return (torch.from_numpy(x) - self.mean) / self.deviation, torch.from_numpy(y)

    def begin(self, task: int) -> None:
        """Turn to the next task."""
        self.task = task
        part = self.stream.tasks[task].train
        self.x, self.y = self.tensors(part.x, part.y)
        self.network.begin(task)

    def learn(self, epochs: int, tell: Callable[[], None] | None = None) -> None:
        """Go over the task's samples so many times; `tell` is called after each."""
        self.network.train()
        for _ in range(epochs):
            order = torch.randperm(len(self.x), generator=self.generator)
            for batch in batches(order, self.recipe.batch):
                self.step(self.x[batch], self.y[batch])
            if tell is not None:
                tell()
        self.network.eval()

    def step(self, x: Tensor, y: Tensor) -> None:
        """Take one step."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(x, y)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss.item()} after {self.steps} steps; lower the learning rate "
                f"({self.recipe.learning_rate:g}) or the strength of the penalty."
            )
        loss.backward()
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.network.constrain()
        self.steps += 1

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return what a step lowers."""
        return functional.cross_entropy(self.logits(x, self.task), y)

    def end(self) -> None:
        """Conclude the task."""

    def logits(self, x: Tensor, task: int) -> Tensor:
        """Return the answers (samples, outputs), outputs that may not answer at minus infinity."""
        found = self.network(x, task)
        return found.masked_fill(~self.heads[task], -torch.inf) if self.stream.told else found

    @torch.no_grad()
    def accuracies(self, upto: int | None = None) -> NDArray[np.float64]:
        """Return the test accuracy on each of the first `upto` tasks (all unless told), (tasks,).

        Where nothing tells the task, all tests are asked in one mixture: a network that normalises
        by the batch would else be told it by the batch.
        """
        tests = self.tests[:upto]
        if self.stream.told or self.network.knows_task:
            right = [self.logits(x, task).argmax(1) == y for task, (x, y) in enumerate(tests)]
        else:
            found = self.logits(torch.cat([x for x, _ in tests]), 0).argmax(1)
            parts = found.split([len(x) for x, _ in tests])
            right = [part == y for part, (_, y) in zip(parts, tests, strict=True)]
        return np.array([part.double().mean().item() for part in right])

    @torch.no_grad()
    def activities(self, tasks: Iterable[int]) -> list[NDArray[np.bool_]]:
        """Return for some tasks which units (stimuli, units) their test stimuli switch on."""
        return [(self.network.activity(self.tests[task][0], task) > 0).numpy() for task in tasks]


class Joint(Learner):
    """Trains on the samples of all tasks so far together: what a stream could reach at best."""

    def begin(self, task: int) -> None:
        """Take the samples of all tasks so far."""
        super().begin(task)
        before = [self.tensors(t.train.x, t.train.y) for t in self.stream.tasks[: task + 1]]
        self.places = torch.cat([torch.full((len(x),), i) for i, (x, _) in enumerate(before)])
        self.x = torch.cat([x for x, _ in before])
        self.y = torch.cat([y for _, y in before])

    def learn(self, epochs: int, tell: Callable[[], None] | None = None) -> None:
        """Go over all samples; each answers by the head of its own task."""
        self.network.train()
        for _ in range(epochs):
            order = torch.randperm(len(self.x), generator=self.generator)
            for batch in batches(order, self.recipe.batch):
                self.now = self.places[batch]
                self.step(self.x[batch], self.y[batch])
            if tell is not None:
                tell()
        self.network.eval()

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return what a step lowers."""
        found = self.network(x, self.task)
        if self.stream.told:
            found = found.masked_fill(~torch.stack(self.heads)[self.now], -torch.inf)
        return functional.cross_entropy(found, y)


class Rehearsal(Learner):
    """Keeps some samples of every task and mixes as many of them as new ones into each step.

    Parameters
    ----------
    kept : int
        Samples that are kept of each task.
    """

    def __init__(self, *args, kept: int = 50, **options) -> None:
        super().__init__(*args, **options)
        self.kept = kept
        self.memory: list[tuple[Tensor, Tensor]] = []

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of new samples and that of kept ones, each task counting alike."""
        new = super().loss(x, y)
        if not self.memory:
            return new
        total = new
        share = max(1, len(x) // len(self.memory))
        for task, (old, answers) in enumerate(self.memory):
            drawn = torch.randint(len(old), (share,), generator=self.generator)
            total = total + functional.cross_entropy(self.logits(old[drawn], task), answers[drawn])
        return total / (1 + len(self.memory))

    def end(self) -> None:
        """Keep some samples of the task."""
        drawn = torch.randperm(len(self.x), generator=self.generator)[: self.kept]
        self.memory.append((self.x[drawn], self.y[drawn]))
