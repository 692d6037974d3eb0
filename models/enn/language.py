"""A language model of Engram cells, and its loss without a table of logits.

Over a vocabulary of V words the logits of B T positions are the largest array of a step by far:
188,590 words at 4,096 positions take 3 GB. `linear_cross_entropy` computes loss and gradients a
few positions at a time and keeps none of them.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from models.enn.checks import one_of
from models.enn.config import EngramConfig
from models.enn.layers import checked_dropout, glorot_linear
from models.enn.networks import Configured, Engram
from models.enn.state import EngramState
from workbench.model import ParameterError

Head = Literal["linear", "tied", "adaptive"]
#: A target that does not count.
IGNORED = -100
#: Numbers that the logits of a chunk may take.
ROOM = 2**24
#: Shares of the vocabulary that divide an adaptive head, and how much narrower parts are at most.
CUTOFFS, NARROWER = (0.02, 0.1, 0.4), 4


class LanguageOutput(NamedTuple):
    """Hidden states (B, T, h), and the state of every cell."""

    hidden: Tensor
    state: tuple[EngramState, ...]


class EngramLanguageModel(Configured):
    """Words in, the next word out.

    Parameters
    ----------
    config : EngramConfig
        `input_size` is the width of the embedding.
    vocabulary : int
        Words there are, numbered from 0, the most frequent first where the head is adaptive.
    head : {"linear", "tied", "adaptive"}
        A matrix of its own; the embedding's (Press & Wolf 2017, arXiv:1608.05859), through a
        projection where the widths differ; or rare words in narrower clusters (Grave et al. 2017,
        arXiv:1609.04309).
    layers : int
    dropout : float
        Of embedding, between layers and before the head.
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.

    Examples
    --------
    >>> import torch
    >>> from models.enn.config import EngramConfig
    >>> model = EngramLanguageModel(EngramConfig(input_size=16, hidden_size=16, slots=4), 100)
    >>> words = torch.randint(100, (2, 9))
    >>> loss, state = model.loss(words[:, :-1], words[:, 1:])
    >>> bool(loss > 0)
    True
    """

    def __init__(
        self,
        config: EngramConfig,
        vocabulary: int,
        *,
        head: Head = "linear",
        layers: int = 1,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        one_of("head", head, Head)
        if not isinstance(vocabulary, int) or vocabulary < 2:
            raise ParameterError(f"vocabulary = {vocabulary!r} is not allowed; at least 2.")
        self.vocabulary, self.kind = vocabulary, head
        self.embedding = nn.Embedding(vocabulary, config.input_size, _weight=torch.empty(
            vocabulary, config.input_size
        ))  # fmt: skip
        nn.init.normal_(self.embedding.weight, std=0.1, generator=generator)
        self.engram = Engram(config, layers=layers, dropout=dropout, generator=generator)
        self.drop = nn.Dropout(checked_dropout(dropout))
        width = self.engram.output_size
        self.bridge: nn.Module = nn.Identity()
        if head == "adaptive":
            self.adaptive = adaptive(width, vocabulary, generator)
        elif head == "linear":
            self.linear = glorot_linear(width, vocabulary, generator)
        else:
            self.bias = nn.Parameter(torch.zeros(vocabulary))
            if width != config.input_size:
                self.bridge = glorot_linear(width, config.input_size, generator)

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, for JSON."""
        return super().to_dict() | {"vocabulary": self.vocabulary, "head": self.kind}

    def forward(
        self, words: Tensor, state: tuple[EngramState, ...] | None = None
    ) -> LanguageOutput:
        """Return what the head sees of words (B, T)."""
        hidden, states = self.engram(self.drop(self.embedding(words)), state)
        return LanguageOutput(self.bridge(self.drop(hidden)), states)

    def weights(self) -> tuple[Tensor, Tensor]:
        """Return the head's matrix (V, width) and bias (V,)."""
        if self.kind == "tied":
            return self.embedding.weight, self.bias
        return self.linear.weight, self.linear.bias

    def loss(
        self, words: Tensor, targets: Tensor, state: tuple[EngramState, ...] | None = None
    ) -> tuple[Tensor, tuple[EngramState, ...]]:
        """Return the mean cross-entropy (nats a word) and the state after the words.

        Parameters
        ----------
        words, targets : Tensor of int64, shape (B, T)
            A target of -100 does not count.
        state : tuple of EngramState, optional
        """
        hidden, states = self(words, state)
        rows, wanted = hidden.flatten(0, 1), targets.flatten()
        if self.kind == "adaptive":
            counted = wanted != IGNORED
            return self.adaptive(rows[counted], wanted[counted]).loss, states
        return linear_cross_entropy(rows, *self.weights(), wanted), states

    @torch.no_grad()
    def log_probability(
        self, words: Tensor, state: tuple[EngramState, ...] | None = None
    ) -> tuple[Tensor, tuple[EngramState, ...]]:
        """Return the log-probability of every word at the next place, (B, V), and the state."""
        hidden, states = self(words, state)
        if self.kind == "adaptive":
            return self.adaptive.log_prob(hidden[:, -1]), states
        weight, bias = self.weights()
        return torch.log_softmax(nn.functional.linear(hidden[:, -1], weight, bias), -1), states


def adaptive(
    width: int, vocabulary: int, generator: torch.Generator | None
) -> nn.AdaptiveLogSoftmaxWithLoss:
    """Return an adaptive head with weights of the generator."""
    cutoffs = sorted({max(1, round(share * vocabulary)) for share in CUTOFFS} - {vocabulary})
    narrower = max(1, min(NARROWER, int(width ** (1 / len(cutoffs)) + 1e-9)))
    with torch.random.fork_rng(devices=[]):
        head = nn.AdaptiveLogSoftmaxWithLoss(width, vocabulary, cutoffs, narrower)
    for layer in head.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
    return head


def linear_cross_entropy(
    hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, chunk: int | None = None
) -> Tensor:
    """Return the mean cross-entropy of ``hidden @ weight.T + bias``, a few rows at a time.

    Parameters
    ----------
    hidden : Tensor, shape (rows, width)
    weight : Tensor, shape (V, width)
    bias : Tensor, shape (V,)
    targets : Tensor of int64, shape (rows,)
        -100 does not count.
    chunk : int, optional
        Rows whose logits are there at once; otherwise what takes 64 MB.
    """
    chunk = chunk or max(1, ROOM // len(weight))
    return LinearCrossEntropy.apply(hidden, weight, bias, targets, chunk)


class LinearCrossEntropy(torch.autograd.Function):
    """Gradients are computed along with the loss, while the logits of a chunk are there."""

    @staticmethod
    def forward(ctx: Any, hidden, weight, bias, targets, chunk):  # noqa: D102
        counted = targets != IGNORED
        share = 1 / counted.sum().clamp(min=1)
        needed = any(ctx.needs_input_grad[:3])
        gradients = [torch.zeros_like(part) for part in (hidden, weight, bias)] if needed else []
        loss = hidden.new_zeros((), dtype=torch.promote_types(hidden.dtype, torch.float32))
        for start in range(0, len(hidden), chunk):
            rows = slice(start, start + chunk)
            logits = nn.functional.linear(hidden[rows], weight, bias).to(loss.dtype)
            scale = logits.logsumexp(-1, keepdim=True)
            places = targets[rows].clamp(min=0)[:, None]
            here = counted[rows, None]
            loss += ((scale - logits.gather(1, places)) * here).sum()
            if needed:
                chances = logits.sub_(scale).exp_()
                chances.scatter_add_(1, places, -torch.ones_like(places, dtype=loss.dtype))
                chances = chances.mul_(here * share).to(hidden.dtype)
                gradients[0][rows] = chances @ weight
                gradients[1].addmm_(chances.mT, hidden[rows])
                gradients[2] += chances.sum(0)
        ctx.save_for_backward(*gradients)
        return loss * share

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, loss_grad):  # noqa: D102 # pyright: ignore
        parts = (part * loss_grad.to(part.dtype) for part in ctx.saved_tensors)
        return *parts, None, None
