"""A Transformer block with an engram path beside attention and feed-forward.

    x <- x + Attention(LN(x))     what is within reach of attention
    x <- x + W Engram(LN(x))      what the memory carries, from earlier pieces too
    x <- x + FFN(LN(x))

Pre-normalised as in Xiong et al. 2020 (arXiv:2002.04745). Attention is causal and sees one piece of
a sequence; the engram path's state goes on from piece to piece.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from models.enn.cell import EngramCell
from models.enn.config import EngramConfig
from models.enn.layers import checked_dropout, glorot_linear
from models.enn.state import EngramState
from workbench.model import ParameterError


class BlockOutput(NamedTuple):
    """Outputs (B, T, d), and the state of the engram path."""

    output: Tensor
    state: EngramState


class EngramTransformerBlock(nn.Module):
    """Causal self-attention, an engram path and a feed-forward path, each with a residual.

    Parameters
    ----------
    config : EngramConfig
        Of the engram path; its `input_size` is the block's width d.
    heads : int
        A divisor of the width.
    widening : int
        The feed-forward path is so many times as wide.
    dropout : float
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.

    Examples
    --------
    >>> import torch
    >>> block = EngramTransformerBlock(EngramConfig(input_size=16, hidden_size=8, slots=4), heads=2)
    >>> block(torch.randn(3, 5, 16)).output.shape
    torch.Size([3, 5, 16])
    """

    def __init__(
        self,
        config: EngramConfig,
        *,
        heads: int = 4,
        widening: int = 4,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        width = config.input_size
        if heads < 1 or width % heads:
            raise ParameterError(
                f"heads = {heads} is not allowed; it must divide the width, {width}."
            )
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.asking = glorot_linear(width, 3 * width, generator)
        self.attended = glorot_linear(width, width, generator)
        self.engram = EngramCell(config, generator)
        self.recalled = glorot_linear(config.hidden_size, width, generator)
        self.wide = glorot_linear(width, widening * width, generator)
        self.narrow = glorot_linear(widening * width, width, generator)
        self.drop = nn.Dropout(checked_dropout(dropout))

    def forward(
        self, x: Tensor, state: EngramState | None = None, *, mask: Tensor | None = None
    ) -> BlockOutput:
        """Return the outputs of a piece of a sequence.

        Parameters
        ----------
        x : Tensor, shape (B, T, d)
        state : EngramState, optional
            Of the piece before.
        mask : Tensor of bool, shape (B, T), optional
            False where a sample has no such step.
        """
        for_attention, for_engram, for_feed = self.norms
        x = x + self.drop(self.attend(for_attention(x), mask))
        hidden, after = self.engram(for_engram(x), state, mask=mask)
        x = x + self.drop(self.recalled(hidden))
        return BlockOutput(x + self.drop(self.narrow(gelu(self.wide(for_feed(x))))), after)

    def attend(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return what each step finds in those up to it."""
        batch, steps, width = x.shape
        parts = self.asking(x).view(batch, steps, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if mask is None:
            found = scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            earlier = torch.ones(steps, steps, dtype=torch.bool, device=x.device).tril()
            own = torch.eye(steps, dtype=torch.bool, device=x.device)
            seen = (earlier & mask[:, None, None, :]) | own  # a step without any would be NaN
            found = scaled_dot_product_attention(query, key, value, attn_mask=seen)
        return self.attended(found.transpose(1, 2).reshape(batch, steps, width))
