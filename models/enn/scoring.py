"""How well a network does."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from models.enn.batches import Batch, Batches
from models.enn.computing import mixed
from models.enn.recipe import Precision


class Score(NamedTuple):
    """How well a network does: mean loss, and the share of right answers (NaN for numbers)."""

    loss: float
    accuracy: float


class Tally:
    """Sums up the scores of batches.

    Attributes
    ----------
    sums : list of float
        Loss, right answers (NaN where numbers are predicted) and answers.
    """

    def __init__(self) -> None:
        self.sums = [0.0, 0.0, 0.0]

    def add(self, loss: Tensor, right: float, answers: float) -> None:
        """Take a batch with its mean loss."""
        for place, value in enumerate((loss.item() * answers, right, answers)):
            self.sums[place] += value

    def score(self) -> Score:
        """Return the score of all batches; of none it is 0."""
        loss, right, answers = self.sums
        return Score(loss / max(answers, 1), right / max(answers, 1))


def measured(network: nn.Module, batch: Batch) -> tuple[Tensor, float, float]:
    """Return the mean loss, the number of right answers (NaN for numbers) and of answers.

    A network whose output is too large to keep has a method `measured` of its own.
    """
    if (own := getattr(network, "measured", None)) is not None:
        return own(batch)
    output = network(batch.x, mask=batch.mask).output.float()
    y, asked = batch.y, batch.asked
    if y.is_floating_point():
        each = mse_loss(output, y.view_as(output), reduction="none").mean(-1)
        each = each[asked] if asked is not None else each
        return each.mean(), math.nan, float(each.numel())
    if asked is not None:
        output, y = output[asked], y[asked]
    output, y = output.flatten(0, -2), y.flatten()
    right = (output.argmax(-1) == y).sum().item()
    return cross_entropy(output, y), float(right), float(len(y))


@torch.no_grad()
def evaluate(
    network: nn.Module, batches: Batches, device: str = "cpu", precision: Precision = "float32"
) -> Score:
    """Return how well a network does over one epoch of batches, without dropout."""
    was = network.training
    network.eval()
    tally = Tally()
    for batch in batches.epoch(0):
        with mixed(device, precision):
            tally.add(*measured(network, batch.to(device)))
    network.train(was)
    return tally.score()
