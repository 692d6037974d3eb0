"""New classes from one example: labels that hold for one sequence only."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from models.enn.tasks import Question, Task, distinct
from workbench.model import ParameterError


@dataclass(frozen=True, kw_only=True)
class FewShot(Task):
    """Pictures are shown once with labels that were dealt at random; then a new one of a class.

    One-shot classification with shuffled labels, Santoro et al. 2016, arXiv:1605.06065, section
    4. A class has another label in each sequence, so that only the sequence tells it. An example
    is shown with its label in the same step (or the step after); a question shows a picture alone.

    Attributes
    ----------
    ways : int
        Classes in a sequence, and labels.
    shots : int
        Examples of each, in random order.
    queries : int
        New pictures, each of a class drawn at random.
    together : bool
        Whether the label is shown with its picture, or in the next step; a column then marks the
        steps that ask.
    size : int
        Width of random prototypes, where no pictures are given.
    noise : float
        Standard deviation of an example around its prototype, whose values have deviation 1.
    pictures, classes : Tensor, shapes (n, d) and (n,), optional
        Pictures to draw from, each as one vector, and their classes; each class needs more
        pictures than `shots` (a question's picture is never one that was shown).
    """

    ways: int = 5
    shots: int = 1
    queries: int = 1
    together: bool = True
    size: int = 32
    noise: float = 0.3
    pictures: Tensor | None = field(default=None, repr=False, compare=False)
    classes: Tensor | None = field(default=None, repr=False, compare=False)

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value of the dials."""
        most = math.inf if self.classes is None else len(self.classes.unique())
        return {
            "ways": (2, most), "shots": (1, math.inf), "queries": (1, math.inf),
            "size": (1, math.inf),
        }  # fmt: skip

    def __post_init__(self) -> None:
        if (self.pictures is None) != (self.classes is None):
            raise ParameterError("Pictures and classes must be given together, or neither.")
        if self.pictures is not None and self.classes is not None:
            if self.pictures.ndim != 2 or len(self.pictures) != len(self.classes):
                raise ParameterError(
                    f"There are pictures of shape {tuple(self.pictures.shape)} and "
                    f"{len(self.classes)} classes; there must be one vector for each class number."
                )
            fewest = int(self.classes.unique(return_counts=True)[1].min())
            if fewest <= self.shots:
                raise ParameterError(
                    f"shots = {self.shots} is not allowed; a class has {fewest} pictures, and one "
                    "must be left to ask for."
                )
        super().__post_init__()

    @property
    def width(self) -> int:
        """Return the width of a picture."""
        return self.size if self.pictures is None else self.pictures.shape[1]

    @property
    def features(self) -> int:
        """Return the width: a picture, the labels, and where needed a mark."""
        return self.width + self.ways + (not self.together)

    @property
    def steps(self) -> int:
        """Return the length of a sequence."""
        return self.ways * self.shots * (1 if self.together else 2) + self.queries

    @property
    def outputs(self) -> int:
        """Return the number of labels."""
        return self.ways

    @property
    def questions(self) -> int:
        """Return how many pictures are asked for."""
        return self.queries

    def make(self, size: int, generator: torch.Generator) -> tuple[Tensor, Question]:
        """Return sequences (B, T, d) and what is asked of them."""
        shown = torch.arange(self.ways).repeat(size, self.shots)
        shown = shown.gather(1, distinct(size, shown.shape[1], shown.shape[1], generator))
        wanted = torch.randint(self.ways, (size, self.queries), generator=generator)
        seen = self.examples(torch.cat([shown, wanted], 1), generator)
        x = torch.zeros(size, self.steps, self.features)
        each = 1 if self.together else 2
        places = torch.arange(shown.shape[1]) * each
        x[:, places, : self.width] = seen[:, : shown.shape[1]]
        labels = one_hot(shown, self.ways).float()
        x[:, places + each - 1, self.width : self.width + self.ways] = labels
        asked = torch.arange(self.steps - self.queries, self.steps)
        x[:, asked, : self.width] = seen[:, shown.shape[1] :]
        if not self.together:
            x[:, asked, -1] = 1
        return x, Question(asked, wanted)

    def examples(self, way: Tensor, generator: torch.Generator) -> Tensor:
        """Return a picture (B, E, d) for each of some ways (B, E); none twice where they are drawn.

        Only the questions of a sequence may, where they are many, show one picture twice.
        """
        if self.pictures is None or self.classes is None:
            prototype = torch.randn(len(way), self.ways, self.width, generator=generator)
            chosen = prototype.gather(1, way[..., None].expand(-1, -1, self.width))
            return chosen + self.noise * torch.randn(chosen.shape, generator=generator)
        kinds, counts = self.classes.unique(return_counts=True)
        starts = counts.cumsum(0) - counts
        mixed = torch.randperm(len(self.classes), generator=generator)
        ordered = mixed[self.classes[mixed].argsort(stable=True)]  # class by class, each mixed
        kind = distinct(len(way), len(kinds), self.ways, generator).gather(1, way)
        # A sequence takes a class's pictures in turn, from a start of its own.
        start = torch.rand(len(way), self.ways, generator=generator).gather(1, way)
        start = (start * counts[kind]).long()
        turn = (one_hot(way, self.ways).cumsum(1) - 1).gather(2, way[..., None])[..., 0]
        later = turn >= self.shots  # questions: any picture but those shown
        room = counts[kind] - self.shots
        drawn = (torch.rand(way.shape, generator=generator) * room).long() + self.shots
        place = torch.where(later, drawn, turn)
        return self.pictures[ordered[starts[kind] + (start + place) % counts[kind]]].float()
