"""What a network is trained and tested on: batches of sequences, from arrays or made on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.model import ParameterError


class Batch(NamedTuple):
    """Sequences and what is to be said of them.

    Attributes
    ----------
    x : Tensor, shape (B, T, d), or (B, T) of token numbers
    y : Tensor
        Class numbers (B,), or (B, T) for each step; or numbers (B, k), (B, T, k).
    mask : Tensor of bool, shape (B, T), optional
        False where a sequence has no such step.
    asked : Tensor of bool, shape (B, T), optional
        Steps at which an answer counts; all where None.
    """

    x: Tensor
    y: Tensor
    mask: Tensor | None = None
    asked: Tensor | None = None

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on a device."""
        moved = (None if part is None else part.to(device, non_blocking=True) for part in self)
        return Batch(*moved)  # type: ignore[arg-type]

    def take(self, which: Tensor | slice) -> Batch:
        """Return some of the sequences."""
        parts = (None if part is None else part[which] for part in self)
        return Batch(*parts)  # type: ignore[arg-type]


class Batches(Protocol):
    """Batches of an epoch, the same ones whenever they are asked for again."""

    @property
    def count(self) -> int:
        """Return the number of batches in an epoch."""
        ...

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Return the batches of an epoch from number `start` on."""
        ...


@dataclass(frozen=True)
class ArrayBatches:
    """Batches of stored sequences, in an order of its own for each epoch.

    Parameters
    ----------
    x, y : Tensor
        With one sample along the first axis.
    size : int
        Samples in a batch; the last may have fewer.
    seed : int or None
        Of the orders; None leaves the samples as they are.
    share : (int, int)
        Which of how many equal parts of each batch to take, where several processes train.
    """

    x: Tensor
    y: Tensor
    size: int
    seed: int | None = None
    share: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise ParameterError(
                f"There are {len(self.x)} sequences and {len(self.y)} answers; there must be as "
                "many of both."
            )
        if not len(self.x) or self.size < 1:
            raise ParameterError("There must be at least one sequence, and one in a batch.")

    @property
    def count(self) -> int:
        """Return the number of batches in an epoch."""
        whole, rest = divmod(len(self.x), self.size)
        return whole + bool(rest and self.share[1] == 1)

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Return the batches of an epoch from number `start` on."""
        order = torch.arange(len(self.x))
        if self.seed is not None:
            order = torch.randperm(len(order), generator=seeded(self.seed, number))
        place, parts = self.share
        for batch in range(start, self.count):
            chosen = order[batch * self.size : (batch + 1) * self.size]
            chosen = chosen.tensor_split(parts)[place]
            yield Batch(self.x[chosen], self.y[chosen])


@dataclass(frozen=True)
class MadeBatches:
    """Fresh batches of a task, the same ones for the same seed, epoch and place.

    Parameters
    ----------
    make : callable
        Given a generator, returns a batch.
    count : int
        Batches in an epoch.
    seed : int
    """

    make: Callable[[torch.Generator], Batch]
    count: int
    seed: int

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Return the batches of an epoch from number `start` on."""
        for place in range(start, self.count):
            yield self.make(seeded(self.seed, number, place))


def seeded(*numbers: int) -> torch.Generator:
    """Return a generator for a place in a course of training."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63 - 1)
    return torch.Generator().manual_seed(seed)
