"""Networks to compare with: plain, gated and long short-term recurrent layers.

They have the readouts, dropout and head of `models.enn.networks.EngramNetwork`, the first weights
and the number of trained weights of Keras' layers, and a width that can be matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from models.enn.checks import one_of
from models.enn.layers import checked_dropout, glorot_linear
from models.enn.readout import AttentionPool, Readout, read_out
from models.enn.state import Output
from workbench.model import ParameterError

Kind = Literal["rnn", "gru", "lstm"]
LAYERS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
#: torch has two biases a gate; only in a GRU do they differ in what they do.
BIASES = {"rnn": 1, "gru": 2, "lstm": 1}
#: Widths of the published baselines' layers.
PUBLISHED = {"mnist": (128, 64), "wikitext": (128, 128)}


class Recurrent(nn.Module):
    """Recurrent layers, a readout, dropout and a linear head.

    Parameters
    ----------
    kind : {"rnn", "gru", "lstm"}
    input_size : int
    widths : sequence of int
        Of each layer.
    outputs : int
        Width of the head.
    readout : {"last", "mean", "attention", "each"}
        As `EngramNetwork`.
    dropout : float
        Before the head, and between layers.
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.

    Raises
    ------
    ParameterError
        If a value is not allowed.
    """

    def __init__(
        self,
        kind: Kind,
        input_size: int,
        widths: Sequence[int],
        outputs: int,
        *,
        readout: Readout = "last",
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        one_of("kind", kind, Kind)
        one_of("readout", readout, Readout)
        if not widths or min(*widths, input_size, outputs, 1) < 1:
            raise ParameterError(
                f"input_size = {input_size}, widths = {tuple(widths)}, outputs = {outputs} are not "
                "allowed; there must be a layer, and each at least 1 wide."
            )
        self.kind, self.input_size, self.widths = kind, input_size, tuple(widths)
        self.outputs = outputs
        self.readout: Readout = readout
        self.layers = nn.ModuleList(
            layer(kind, inputs, width, generator)
            for inputs, width in zip((input_size, *widths), widths, strict=False)
        )
        self.pool = AttentionPool(widths[-1], generator) if readout == "attention" else None
        self.drop = nn.Dropout(checked_dropout(dropout))
        self.head = glorot_linear(widths[-1], outputs, generator)

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, for JSON; `Recurrent(**settings)` is the same network."""
        return {
            "kind": self.kind, "input_size": self.input_size, "widths": list(self.widths),
            "outputs": self.outputs, "readout": self.readout, "dropout": self.drop.p,
        }  # fmt: skip

    def forward(
        self, x: Tensor, state: tuple[Any, ...] | None = None, *, mask: Tensor | None = None
    ) -> Output[Tensor]:
        """Return the head's output (B, outputs), or (B, T, outputs) for each step.

        Parameters
        ----------
        x : Tensor, shape (B, T, d)
        state : tuple, optional
            As an earlier call returned it; not together with a mask.
        mask : Tensor of bool, shape (B, T), optional
            False where a sample has no such step; only after its last one.
        """
        if mask is not None and (state is not None or (mask[:, 1:] & ~mask[:, :-1]).any()):
            raise ParameterError(
                "A mask must be True up to the last step of a sample and False after it, and "
                "goes without a state."
            )
        states = []
        for place, layer in enumerate(self.layers):
            x, last = layer(self.drop(x) if place else x, None if state is None else state[place])
            states.append(last)
        seen = read_out(self.readout, x, mask, self.pool)
        return Output(self.head(self.drop(seen)), tuple(states))


def layer(kind: Kind, inputs: int, width: int, generator: torch.Generator | None) -> nn.Module:
    """Return a recurrent layer with first weights as Keras draws them.

    Input weights: Glorot's uniform; recurrent ones: orthogonal; biases 0, and 1 of the forget
    gate (Jozefowicz et al. 2015). A bias that only repeats another is not trained.
    """
    made = LAYERS[kind](inputs, width, batch_first=True, device="meta")
    made = made.to_empty(device=torch.get_default_device())
    with torch.no_grad():
        nn.init.xavier_uniform_(made.weight_ih_l0, generator=generator)
        nn.init.orthogonal_(made.weight_hh_l0, generator=generator)
        nn.init.zeros_(made.bias_ih_l0)
        nn.init.zeros_(made.bias_hh_l0)
        if kind == "lstm":
            made.bias_ih_l0[width : 2 * width] = 1
    made.bias_hh_l0.requires_grad_(BIASES[kind] == 2)
    return made


def trained(network: nn.Module) -> int:
    """Return the number of weights that are trained."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def weights(
    kind: Kind, input_size: int, widths: Sequence[int], outputs: int, readout: Readout = "last"
) -> int:
    """Return how many weights of such a network are trained, without making it."""
    total = (widths[-1] + 1) * outputs + (widths[-1] + 1 if readout == "attention" else 0)
    for inputs, width in zip((input_size, *widths), widths, strict=False):
        total += GATES[kind] * width * (inputs + width + BIASES[kind])
    return total


def matched_widths(
    kind: Kind,
    most: int,
    input_size: int,
    outputs: int,
    *,
    shape: Sequence[int] = (1,),
    readout: Readout = "last",
) -> tuple[int, ...]:
    """Return the widest layers with no more trained weights than another network has.

    Parameters
    ----------
    kind : {"rnn", "gru", "lstm"}
    most : int
        Weights of the other network, as `trained` counts them.
    input_size, outputs : int
    shape : sequence of int
        Widths of the layers in relation to each other: (1,) one layer, (2, 1) two, the first
        twice as wide.
    readout
        As `Recurrent`.

    Raises
    ------
    ParameterError
        If not even the narrowest network has so few weights.
    """

    def count(factor: int) -> int:
        widths = [factor * width for width in shape]
        return weights(kind, input_size, widths, outputs, readout)

    if count(1) > most:
        raise ParameterError(
            f"most = {most:,} is not allowed; the narrowest such network has {count(1):,} weights."
        )
    low, high = 1, 2
    while count(high) <= most:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= most else (low, middle)
    return tuple(low * width for width in shape)
