"""What an Engram cell carries from step to step, and what it tells of itself on request."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from torch import Tensor

Made = TypeVar("Made")


class EngramState(NamedTuple):
    """The state between two steps.

    Attributes
    ----------
    hidden : Tensor, shape (B, h)
    trace : Tensor, shape (N, c), or (B, N, c) where each sample has its own
        c is h, or the rank of a low-rank trace.
    attended, seen : Tensor, shapes (B, N) and (B, h), optional
        Fading records of earlier writes and patterns, where the write is asymmetric.
    """

    hidden: Tensor
    trace: Tensor
    attended: Tensor | None = None
    seen: Tensor | None = None

    def detach(self) -> EngramState:
        """Return the state cut off from what made it, for truncated backpropagation."""
        return EngramState(
            self.hidden.detach(),
            self.trace.detach(),
            None if self.attended is None else self.attended.detach(),
            None if self.seen is None else self.seen.detach(),
        )


class Details(NamedTuple):
    """What the memory did at each step.

    Attributes
    ----------
    pattern : Tensor, shape (B, T, h)
        z, what the encoder made of the input.
    score, attention : Tensor, shape (B, T, N)
    retrieved : Tensor, shape (B, T, h)
    trace : Tensor, shape (T, N, h), or (B, T, N, h) where each sample has its own
        After each step; of a low-rank trace the full matrix.
    """

    pattern: Tensor
    score: Tensor
    attention: Tensor
    retrieved: Tensor
    trace: Tensor


class Output(NamedTuple, Generic[Made]):
    """What a network with a head returns.

    Attributes
    ----------
    output : Tensor, or what stands for one that is too large to keep
    state : tuple
        Of each cell, or layer, where it ended.
    details : tuple of Details, optional
        Of each cell, where it was asked for.
    """

    output: Made
    state: tuple[Any, ...]
    details: tuple[Details, ...] | None = None
