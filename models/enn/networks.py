"""Networks of Engram cells: stacked, in both directions, with heads that classify and predict."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from models.enn.cell import EngramCell
from models.enn.checks import one_of
from models.enn.config import EngramConfig
from models.enn.layers import checked_dropout, glorot_linear
from models.enn.readout import AttentionPool, Readout, read_out
from models.enn.state import Details, EngramState, Output
from workbench.model import ParameterError


def lengths_mask(lengths: Tensor, steps: int) -> Tensor:
    """Return the mask (B, T) of sequences of so many steps."""
    return torch.arange(steps, device=lengths.device) < lengths[:, None]


class Engram(nn.Module):
    """Layers of Engram cells over sequences, as `torch.nn.LSTM` is of LSTM cells.

    Parameters
    ----------
    config : EngramConfig
        Of the first layer; the others differ in their input's width, and draw other noise.
    layers : int
    bidirectional : bool
        Whether each layer also reads backwards; outputs are then 2h wide.
    dropout : float
        Share of values dropped between layers, in [0, 1).
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.
    """

    def __init__(
        self,
        config: EngramConfig,
        *,
        layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(layers, int) or layers < 1:
            raise ParameterError(f"layers = {layers!r} is not allowed; it must be at least 1.")
        self.config, self.layers, self.bidirectional = config, layers, bidirectional
        ways = 1 + bidirectional
        width = config.hidden_size * ways
        self.cells = nn.ModuleList()
        for place in range(layers * ways):
            changed = {"seed": config.seed + place}
            if place >= ways:
                changed["input_size"] = width
            self.cells.append(EngramCell(dataclasses.replace(config, **changed), generator))
        self.drop = nn.Dropout(checked_dropout(dropout))

    def cell(self, place: int = 0) -> EngramCell:
        """Return a cell: layer by layer, and in each the way forward first."""
        cell = self.cells[place]
        assert isinstance(cell, EngramCell)
        return cell

    @property
    def output_size(self) -> int:
        """Return the width of the outputs."""
        return self.config.hidden_size * (1 + self.bidirectional)

    def forward(
        self,
        x: Tensor | PackedSequence,
        state: tuple[EngramState, ...] | None = None,
        *,
        mask: Tensor | None = None,
        reward: Tensor | None = None,
        details: bool = False,
    ) -> Any:
        """Return the outputs of the last layer, and the state of every cell.

        Parameters
        ----------
        x : Tensor, shape (B, T, d), or PackedSequence
        state : tuple of EngramState, optional
            Of each cell, as an earlier call returned them.
        mask : Tensor of bool, shape (B, T), optional
            False where a sample has no such step.
        reward : Tensor, shape (B, T), optional
        details : bool
            Whether to return what each cell's memory did too, in the order of the input's steps.

        Returns
        -------
        output : Tensor, shape (B, T, h) or (B, T, 2h), or PackedSequence
        state : tuple of EngramState
        details : tuple of Details
            Where it was asked for.
        """
        if isinstance(x, PackedSequence):
            if mask is not None or reward is not None:
                raise ParameterError("Packed sequences go without mask and reward; pad them.")
            return self.unpacked(x, state, details)
        ways = 1 + self.bidirectional
        if state is not None and len(state) != len(self.cells):
            raise ParameterError(
                f"state has {len(state)} parts; it must have one for each of the "
                f"{len(self.cells)} cells."
            )
        states, told = [], []
        for layer in range(self.layers):
            if layer:
                x = self.drop(x)
            outputs = []
            for way in range(ways):
                place = layer * ways + way
                turn = (lambda what: what.flip(1)) if way else (lambda what: what)
                parts = self.cell(place)(
                    turn(x),
                    None if state is None else state[place],
                    mask=None if mask is None else turn(mask),
                    reward=None if reward is None else turn(reward),
                    details=details,
                )
                outputs.append(turn(parts[0]))
                states.append(parts[1])
                if details:
                    told.append(backwards(parts[2]) if way else parts[2])
            x = torch.cat(outputs, -1) if ways == 2 else outputs[0]
        return (x, tuple(states), tuple(told)) if details else (x, tuple(states))

    def unpacked(
        self, packed: PackedSequence, state: tuple[EngramState, ...] | None, details: bool
    ) -> Any:
        """Return what `forward` does, of sequences that are packed."""
        x, lengths = pad_packed_sequence(packed, batch_first=True)
        mask = lengths_mask(lengths.to(x.device), x.shape[1])
        output, *others = self(x, state, mask=mask, details=details)
        output = pack_padded_sequence(output, lengths, batch_first=True, enforce_sorted=False)
        return output, *others


def backwards(told: Details) -> Details:
    """Return details in the reversed order of steps."""
    pattern, score, attention, retrieved = (part.flip(1) for part in told[:4])
    return Details(pattern, score, attention, retrieved, told.trace.flip(-3))


class Configured(nn.Module):
    """A network of Engram layers that can be made again from its settings."""

    engram: Engram
    drop: nn.Dropout

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, for JSON."""
        engram = self.engram
        return {
            "config": engram.config.to_dict(), "layers": engram.layers, "dropout": self.drop.p,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: dict[str, Any], generator: torch.Generator | None = None) -> Self:
        """Return a network with the settings that `to_dict` told, and new weights."""
        options = {**values, "config": EngramConfig.from_dict(values["config"])}
        return cls(**options, generator=generator)


class EngramNetwork(Configured):
    """Engram layers, a readout, dropout and a linear head.

    Parameters
    ----------
    config : EngramConfig
    outputs : int
        Width of the head.
    readout : {"last", "mean", "attention", "each"}
        What of the sequence the head sees: its last state, the mean, an attention pool, or each
        step. The published classifier asks for attention and gets the last state.
    dropout : float
        Before the head, and between layers.
    layers, bidirectional
        As `Engram`.
    generator : torch.Generator, optional
        Of the first weights.
    """

    def __init__(
        self,
        config: EngramConfig,
        outputs: int,
        *,
        readout: Readout = "last",
        dropout: float = 0.0,
        layers: int = 1,
        bidirectional: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        one_of("readout", readout, Readout)
        if not isinstance(outputs, int) or outputs < 1:
            raise ParameterError(f"outputs = {outputs!r} is not allowed; it must be at least 1.")
        self.outputs = outputs
        self.readout: Readout = readout
        self.engram = Engram(
            config, layers=layers, bidirectional=bidirectional, dropout=dropout,
            generator=generator,
        )  # fmt: skip
        width = self.engram.output_size
        self.pool = AttentionPool(width, generator) if readout == "attention" else None
        self.drop = nn.Dropout(checked_dropout(dropout))
        self.head = glorot_linear(width, outputs, generator)

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, for JSON."""
        return super().to_dict() | {
            "outputs": self.outputs, "readout": self.readout,
            "bidirectional": self.engram.bidirectional,
        }  # fmt: skip

    def forward(
        self,
        x: Tensor,
        state: tuple[EngramState, ...] | None = None,
        *,
        mask: Tensor | None = None,
        reward: Tensor | None = None,
        details: bool = False,
    ) -> Output[Tensor]:
        """Return the head's output (B, outputs), or (B, T, outputs) for each step."""
        hidden, states, *told = self.engram(x, state, mask=mask, reward=reward, details=details)
        output = self.head(self.drop(self.read(hidden, mask)))
        return Output(output, states, told[0] if told else None)

    def read(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Return what the head sees of the hidden states (B, T, h)."""
        back = self.engram.config.hidden_size if self.engram.bidirectional else 0
        return read_out(self.readout, hidden, mask, self.pool, back)


class EngramClassifier(EngramNetwork):
    """A network whose outputs are the logits of classes; dropout 0.3 as published.

    Examples
    --------
    >>> import torch
    >>> classifier = EngramClassifier(EngramConfig(input_size=8, hidden_size=16, slots=4), 10)
    >>> classifier(torch.randn(2, 5, 8)).output.shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        config: EngramConfig,
        outputs: int,
        *,
        readout: Readout = "attention",
        dropout: float = 0.3,
        **options: Any,
    ) -> None:
        super().__init__(config, outputs, readout=readout, dropout=dropout, **options)


class EngramRegressor(EngramNetwork):
    """A network that predicts numbers, at each step unless told otherwise."""

    def __init__(
        self, config: EngramConfig, outputs: int, *, readout: Readout = "each", **options: Any
    ) -> None:
        super().__init__(config, outputs, readout=readout, **options)
