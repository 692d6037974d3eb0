"""The networks of the paper's experiments, and those of a comparison that is fair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn

from models.enn.baselines import Recurrent, matched_widths, trained
from models.enn.config import EngramConfig
from models.enn.language import EngramLanguageModel
from models.enn.networks import EngramNetwork
from models.enn.next_word import NextWord
from models.enn.readout import Readout

Kind = Literal["enn", "rnn", "gru", "lstm"]
Task = Literal["classes", "numbers", "words"]
KINDS: tuple[Kind, ...] = ("enn", "gru", "rnn", "lstm")
READ = {"last": "last state", "attention": "attention pool", "mean": "mean", "each": "each step"}
#: The published head over words, however few of them a text has.
PUBLISHED_WORDS = 188_590


@dataclass(frozen=True)
class Net:
    """A network of an experiment.

    Attributes
    ----------
    name : str
        As the paper's row is called, where there is one.
    kind : {"enn", "rnn", "gru", "lstm"}
    readout : {"last", "mean", "attention", "each"}
    widths : tuple of int
        Of a baseline's layers; empty: one layer with as many weights as the ENN beside it.
    dropout : float
    """

    name: str
    kind: Kind
    readout: Readout = "last"
    widths: tuple[int, ...] = ()
    dropout: float = 0.0

    @property
    def group(self) -> str:
        """Return what it has in common with the networks it may be compared with."""
        return READ[self.readout]


def published_nets(
    readout: Readout, widths: tuple[int, ...], dropout: float, kinds: tuple[Kind, ...] = KINDS
) -> tuple[Net, ...]:
    """Return the paper's networks: dropout in the ENN alone, layers of their own in the others."""
    return tuple(
        Net("ENN", "enn", readout, dropout=dropout) if kind == "enn"
        else Net(kind.upper(), kind, readout, widths)
        for kind in kinds
    )  # fmt: skip


def fair_nets(readouts: tuple[Readout, ...], width: int, dropout: float) -> tuple[Net, ...]:
    """Return one-layer networks with the same readout, head and dropout.

    Each baseline comes as wide as the ENN, and with as many trained weights.
    """
    nets = []
    for readout in readouts:
        said = f", {READ[readout]}" if len(readouts) > 1 else ""
        for kind in KINDS:
            name = kind.upper() + said
            if kind == "enn":
                nets.append(Net(name, kind, readout, dropout=dropout))
            else:
                nets.append(Net(f"{name}, as wide", kind, readout, (width,), dropout))
                nets.append(Net(f"{name}, as large", kind, readout, (), dropout))
    return tuple(nets)


def network_of(
    net: Net, task: Task, features: int, outputs: int, cell: dict[str, Any], seed: int, fair: bool
) -> nn.Module:
    """Return a network before training.

    Parameters
    ----------
    net : Net
    task : {"classes", "numbers", "words"}
    features, outputs : int
        Width of a step (0 of tokens, which get an embedding), and of the head.
    cell : dict
        Settings of the Engram cell.
    seed : int
        Of the first weights, and of the noise in the cell.
    fair : bool
        Whether the cell is deterministic in evaluation, and its answer to a sequence does not
        depend on the others of the batch; otherwise it is the published cell.
    """
    width = features or cell["hidden_size"]
    generator = torch.Generator().manual_seed(seed)
    if fair:
        config = EngramConfig(**{"input_size": width, "trace": "frozen", "seed": seed, **cell})
    else:
        config = EngramConfig.reference(width, seed=seed, **cell)
    if task == "words" and not features:
        return with_embedding(net, config, outputs, generator)
    engram = net.kind == "enn"
    if engram:
        network = EngramNetwork(
            config, outputs, readout=net.readout, dropout=net.dropout, generator=generator
        )
    else:
        widths = net.widths or as_large(net, config, outputs)
        network = Recurrent(
            net.kind, width, widths, outputs, readout=net.readout,  # type: ignore[arg-type]
            dropout=net.dropout, generator=generator,
        )  # fmt: skip
    return NextWord.of(network) if task == "words" else network


def as_large(net: Net, config: EngramConfig, outputs: int) -> tuple[int, ...]:
    """Return the width of a layer with which a baseline has no more weights than the ENN."""
    with torch.device("meta"):
        most = trained(EngramNetwork(config, outputs, readout=net.readout))
    assert net.kind != "enn"
    return matched_widths(net.kind, most, config.input_size, outputs, readout=net.readout)


def with_embedding(
    net: Net, config: EngramConfig, words: int, generator: torch.Generator
) -> NextWord:
    """Return a language model: tokens, embedding, layers, head."""
    model = EngramLanguageModel(config, words, dropout=net.dropout, generator=generator)
    if net.kind == "enn":
        return NextWord.of(model)
    widths = net.widths or as_large(net, config, words)
    layers = Recurrent(
        net.kind, config.input_size, widths, words, readout="each", generator=generator
    )
    head = NextWord.of(layers).head
    return NextWord(layers, head, model.embedding, net.dropout)
