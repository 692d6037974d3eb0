"""What an experiment is done with: data or a task, in the batches that a trainer wants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from models.enn.batches import ArrayBatches, Batch, Batches, MadeBatches, seeded
from models.enn.dataset import Part
from models.enn.loading import load
from models.enn.tasks import Task

#: Samples of a task that are held out, and that are tested.
HELD_OUT = 500
#: Places of the parts of a task's seed.
TRAINING, VALIDATION, TEST = range(3)


@dataclass(frozen=True)
class Material:
    """What to train, to choose by and to test on.

    Attributes
    ----------
    training, validation : Batches
    test : Batch
    features, outputs : int
        Width of a step, and number of classes.
    classes : tuple of str
    note : str
        Where it is from and what was done to it, in a sentence.
    chance : float
        Share of right answers of one who has not seen the sequence.
    """

    training: Batches
    validation: Batches
    test: Batch
    features: int
    outputs: int
    classes: tuple[str, ...]
    note: str
    chance: float

    @property
    def asks_each(self) -> bool:
        """Return whether answers are asked at steps, and not of the whole sequence."""
        return self.test.asked is not None

    def example(self, number: int) -> Batch:
        """Return one test sequence, numbered from 1; the last if there are fewer."""
        place = min(number, len(self.test.x)) - 1
        return self.test.take(slice(place, place + 1))


def of_data(
    name: str, folder: str, batch: int, seed: int, samples: int, most: int = 2000
) -> Material:
    """Return a data set of sequences with classes.

    Parameters
    ----------
    name, folder
        As `models.enn.loading.load`.
    batch : int
        Samples in a batch.
    seed : int
    samples : int
        Samples to train on at most; 0: all there are.
    most : int
        Samples to choose by and to test on at most.
    """
    data = load(name, folder, "sound", seed)
    train = data.at_most(samples, seed).train if samples else data.train
    few = data.at_most(most, seed)
    training = ArrayBatches(*tensors(train), batch, seed)
    validation = ArrayBatches(*tensors(few.validation), 256)
    counts = np.bincount(few.test.y)
    return Material(
        training, validation, Batch(*tensors(few.test)), data.features, data.outputs, data.classes,
        f"{data.source}. {data.preprocessing}", float(counts.max() / counts.sum()),
    )  # fmt: skip


def of_task(task: Task, batch: int, batches: int, seed: int) -> Material:
    """Return fresh sequences of a task, so many batches an epoch."""
    last = task.questions == 1

    def made(size: int, part: int) -> Batch:
        return task.batch(size, seeded(seed, part), last=last)

    held_out = made(HELD_OUT, VALIDATION)
    return Material(
        MadeBatches(
            lambda generator: task.batch(batch, generator, last=last), batches, seed + TRAINING
        ),
        OneBatch(held_out), made(HELD_OUT, TEST), task.features, task.outputs,
        tuple(map(str, range(task.outputs))), f"{type(task).__name__}, fresh in every step.",
        task.chance(),
    )  # fmt: skip


@dataclass(frozen=True)
class OneBatch:
    """The same batch in every epoch."""

    batch: Batch
    count: int = 1

    def epoch(self, number: int, start: int = 0):
        """Return the batch."""
        yield self.batch


def tensors(part: Part) -> tuple[torch.Tensor, torch.Tensor]:
    """Return sequences and answers as tensors."""
    return torch.as_tensor(part.x), torch.as_tensor(part.y)
