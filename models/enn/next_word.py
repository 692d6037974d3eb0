"""The next word of each step, over a vocabulary so large that no table of logits is kept."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.enn.baselines import Recurrent
from models.enn.batches import Batch
from models.enn.language import ROOM, EngramLanguageModel, linear_cross_entropy
from models.enn.layers import checked_dropout
from models.enn.networks import Engram, EngramNetwork
from models.enn.state import Output


class Words(NamedTuple):
    """Logits that are computed when they are asked for, a few rows at a time.

    Attributes
    ----------
    hidden : Tensor, shape (B, T, width)
    head : Linear
        From hidden states to words.
    """

    hidden: Tensor
    head: nn.Linear

    def argmax(self, axis: int = -1) -> Tensor:
        """Return the most probable word of each step, (B, T)."""
        chunk = max(1, ROOM // self.head.out_features)
        best = [self.head(rows).argmax(axis) for rows in self.hidden.flatten(0, -2).split(chunk)]
        return torch.cat(best).view(self.hidden.shape[:-1])


class NextWord(nn.Module):
    """Layers that read words, and a head that predicts the next one at each step.

    Parameters
    ----------
    layers : Engram or Recurrent
        A Recurrent network's own head is taken off.
    head : Linear
    embedding : Embedding, optional
        Without it, words come as numbers that the layers read as they are.
    dropout : float
        Of embedding and before the head.
    """

    def __init__(
        self,
        layers: Engram | Recurrent,
        head: nn.Linear,
        embedding: nn.Embedding | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.layers, self.head, self.embedding = layers, head, embedding
        self.drop = nn.Dropout(checked_dropout(dropout))

    @classmethod
    def of(cls, network: EngramNetwork | Recurrent | EngramLanguageModel) -> NextWord:
        """Return a network with a head as one that keeps no logits; its parts are shared."""
        if isinstance(network, EngramLanguageModel):
            return cls(network.engram, network.linear, network.embedding, network.drop.p)
        if isinstance(network, EngramNetwork):
            return cls(network.engram, network.head, None, network.drop.p)
        head = network.head
        network.register_module("head", nn.Identity())
        return cls(network, head)

    @property
    def engram(self) -> Engram:
        """Return the Engram layers."""
        assert isinstance(self.layers, Engram)
        return self.layers

    def forward(
        self, x: Tensor, *, mask: Tensor | None = None, details: bool = False
    ) -> Output[Words]:
        """Return what each step (B, T) or (B, T, d) predicts."""
        if self.embedding is not None:
            x = self.drop(self.embedding(x))
        asked = {"details": True} if details else {}
        hidden, state, *told = self.layers(x, mask=mask, **asked)
        return Output(Words(self.drop(hidden), self.head), state, told[0] if told else None)

    def measured(self, batch: Batch) -> tuple[Tensor, float, float]:
        """Return the mean loss, the number of right words (NaN in training) and of words."""
        words = self(batch.x).output
        rows, wanted = words.hidden.flatten(0, -2), batch.y.flatten()
        loss = linear_cross_entropy(rows, self.head.weight, self.head.bias, wanted)
        right = math.nan  # logits are not computed twice where only the loss is needed
        if not self.training:
            right = float((words.argmax().flatten() == wanted).sum())
        return loss, right, float(len(wanted))
