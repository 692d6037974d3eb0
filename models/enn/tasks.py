"""What a task that needs recall is, and the plainest: a copy after a delay.

A task makes fresh sequences from a generator, so that nothing but the sequence itself tells the
answer. `models.enn.associations` and `models.enn.few_shot` have more.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from models.enn.batches import Batch
from workbench.model import ParameterError


class Question(NamedTuple):
    """Where answers are read, and what they are.

    Attributes
    ----------
    places : Tensor of int64, shape (Q,)
        Steps at which an answer is asked, the same in all sequences.
    answers : Tensor of int64, shape (B, Q)
    """

    places: Tensor
    answers: Tensor


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """Sequences with questions about what was shown before."""

    @property
    @abstractmethod
    def features(self) -> int:
        """Return the width of a step."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """Return the length of a sequence."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Return the number of possible answers."""

    @property
    @abstractmethod
    def questions(self) -> int:
        """Return how many answers a sequence asks for."""

    @abstractmethod
    def make(self, size: int, generator: torch.Generator) -> tuple[Tensor, Question]:
        """Return sequences (B, T, d) and what is asked of them."""

    def chance(self) -> float:
        """Return the share of right answers of one who knows the task but not the sequence."""
        return 1 / self.outputs

    def batch(self, size: int, generator: torch.Generator, *, last: bool = False) -> Batch:
        """Return fresh sequences.

        Parameters
        ----------
        size : int
            Sequences in the batch.
        generator : torch.Generator
        last : bool
            Whether y is the one answer (B,) that is asked at the last step, for a network that
            reads the last state; otherwise y is (B, T), and `asked` says at which steps it counts.

        Raises
        ------
        ParameterError
            If `last` is asked for and there is more than one answer.
        """
        if size < 1:
            raise ParameterError(f"size = {size} is not allowed; it must be at least 1.")
        x, (places, answers) = self.make(size, generator)
        if last:
            if self.questions > 1:
                raise ParameterError(
                    f"last = True is not allowed: {self.questions} answers are asked, not one."
                )
            return Batch(x, answers[:, 0])
        asked = torch.zeros(x.shape[:2], dtype=torch.bool)
        asked[:, places] = True
        y = torch.zeros(x.shape[:2], dtype=torch.int64)
        y[:, places] = answers
        return Batch(x, y, asked=asked)

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value of each dial that has others than 0 and infinity."""
        return {}

    def __post_init__(self) -> None:
        limits = self.limits()
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int | float):
                continue
            low, high = limits.get(field.name, (0, math.inf))
            if not low <= value <= high or (field.type == "int" and value != int(value)):
                limit = f"from {low} to {high}" if math.isfinite(high) else f"at least {low}"
                limit = f"a whole number {limit}" if field.type == "int" else limit
                raise ParameterError(
                    f"{field.name} = {value!r} is not allowed; it must be {limit}."
                )


@dataclass(frozen=True, kw_only=True)
class Copy(Task):
    """Symbols are shown, then nothing, then a mark; after it they are to be told in order.

    The copy task of Graves et al. 2014, arXiv:1410.5401, section 4.1, with one-hot symbols and a
    delay, as in Hochreiter and Schmidhuber 1997.

    Attributes
    ----------
    length : int
        Symbols shown, and told.
    symbols : int
        Symbols there are.
    delay : int
        Blank steps before the mark.
    """

    length: int = 10
    symbols: int = 8
    delay: int = 20

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value of the dials."""
        return {"length": (1, math.inf), "symbols": (2, math.inf)}

    @property
    def features(self) -> int:
        """Return the width: the symbols and the mark."""
        return self.symbols + 1

    @property
    def steps(self) -> int:
        """Return the length of a sequence."""
        return 2 * self.length + self.delay + 1

    @property
    def outputs(self) -> int:
        """Return the number of symbols."""
        return self.symbols

    @property
    def questions(self) -> int:
        """Return how many symbols are asked for."""
        return self.length

    def make(self, size: int, generator: torch.Generator) -> tuple[Tensor, Question]:
        """Return sequences (B, T, d) and what is asked of them."""
        symbol = torch.randint(self.symbols, (size, self.length), generator=generator)
        x = torch.zeros(size, self.steps, self.features)
        x[:, : self.length, : self.symbols] = one_hot(symbol, self.symbols).float()
        x[:, self.length + self.delay, self.symbols] = 1
        return x, Question(torch.arange(self.steps - self.length, self.steps), symbol)


def distinct(size: int, among: int, count: int, generator: torch.Generator) -> Tensor:
    """Return rows (size, count) of whole numbers below `among`, none twice in a row."""
    return torch.rand(size, among, generator=generator).argsort(1)[:, :count]
