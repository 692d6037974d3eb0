"""Tasks that a memory may help with, and the networks that are asked to do them.

Every network of a case has as many trained weights as the Engram network or a few less, the same
head and the same sequences in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import nn

from models.enn.associations import AssociativeRecall, Stream
from models.enn.baselines import Kind, Recurrent, matched_widths, trained
from models.enn.batches import seeded
from models.enn.config import EngramConfig
from models.enn.few_shot import FewShot
from models.enn.networks import EngramNetwork
from models.enn.readout import Readout
from models.enn.tasks import Copy, Task

ENN, SYMMETRIC = "ENN", "ENN, symmetric write"
TRACELESS, PUBLISHED = "ENN without a trace", "ENN as published"
#: What learns, and in a few words what it is.
NETWORKS = {
    ENN: "a memory for recall (EngramConfig.recall), with an STDP-like write where a task needs it",
    SYMMETRIC: "the same with the plain Hebbian write, where the other has an STDP-like one",
    TRACELESS: "the first, trained without its trace (alpha = 0)",
    PUBLISHED: "the published memory",
    "LSTM": "one layer",
    "GRU": "one layer",
}
#: Those with slots.
ENGRAM = (ENN, SYMMETRIC, TRACELESS, PUBLISHED)
#: Places of the random numbers of a seed.
WEIGHTS = 7


@dataclass(frozen=True, kw_only=True)
class Case:
    """A task with its dials set, and how long it is learnt.

    Attributes
    ----------
    name, title : str
    task : Task
    steps : int
        Of training; each takes `batch` fresh sequences.
    longer : int
        Times as many steps that networks without slots (LSTM, GRU) are given.
    batch : int
    cell : dict
        Settings of the Engram cell besides `EngramConfig.recall`.
    only : tuple of str
        Networks it is for; empty: all that make sense.
    """

    name: str
    title: str
    task: Task
    steps: int = 800
    longer: int = 5
    batch: int = 32
    cell: dict[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()

    @property
    def readout(self) -> Readout:
        """Return what a head sees: the last state, or each where more than one answer is asked."""
        return "last" if self.task.questions == 1 else "each"

    @property
    def unbound(self) -> float:
        """Return the accuracy of one who knows what was shown, but nothing that ties it together.

        For key-value pairs that is who knows the values and not their keys; else it is chance.
        """
        task = self.task
        return task.unbound() if isinstance(task, AssociativeRecall) else task.chance()

    @property
    def networks(self) -> list[str]:
        """Return the names of the networks that it makes sense for."""
        return [name for name in self.only or NETWORKS if self.cell or name != SYMMETRIC]

    def trained_for(self, network: str) -> int:
        """Return the steps that a network is trained for."""
        return self.steps * (1 if network in ENGRAM else self.longer)


SIZES: dict[str, Any] = {"hidden_size": 32, "slots": 24}

CASES: dict[str, Case] = {
    made.name: made for made in (
        Case(
            name="pairs-4", title="4 pairs of 8 keys and 4 values, then a key",
            task=AssociativeRecall(pairs=4, keys=8, values=4),
        ),
        Case(
            name="pairs-8", title="8 pairs of 32 keys and 16 values, then a key",
            task=AssociativeRecall(pairs=8),
        ),
        Case(
            name="pairs-16", title="16 pairs of 32 keys and 16 values, then a key",
            task=AssociativeRecall(pairs=16),
        ),
        Case(
            name="few-shot", title="5 new classes seen once with a label, then a new example",
            task=FewShot(),
        ),
        Case(
            name="continual", title="3 maps learnt one after another, all asked after each",
            task=Stream(maps=3, pairs=3),
        ),
        Case(
            name="apart", title="8 pairs, each value in the step after its key, then a key",
            task=AssociativeRecall(pairs=8, together=False),
            cell={"asymmetry": 2.0, "timing": 1.0},
        ),
        Case(
            name="copy", title="5 symbols told in order after 10 blank steps",
            task=Copy(length=5, delay=10),
        ),
    )
}  # fmt: skip


def network_of(case: Case, name: str, seed: int) -> nn.Module:
    """Return a network before training.

    Parameters
    ----------
    case : Case
    name : str
        One of `NETWORKS`.
    seed : int
        Of the first weights, and of the noise in the cell.
    """
    task, generator = case.task, seeded(seed, WEIGHTS)
    if name in ENGRAM:
        config = config_of(case, name, seed)
        return EngramNetwork(config, task.outputs, readout=case.readout, generator=generator)
    with torch.device("meta"):
        most = trained(EngramNetwork(config_of(case, ENN, seed), task.outputs))
    kind = cast(Kind, name.lower())
    widths = matched_widths(kind, most, task.features, task.outputs)
    return Recurrent(
        kind, task.features, widths, task.outputs, readout=case.readout, generator=generator
    )


def config_of(case: Case, name: str, seed: int) -> EngramConfig:
    """Return the settings of an Engram cell."""
    width = case.task.features
    if name == PUBLISHED:
        return EngramConfig(input_size=width, seed=seed, **SIZES)
    changes = SIZES if name == SYMMETRIC else {**SIZES, **case.cell}
    if name == TRACELESS:
        changes = {**changes, "trace_scale": 0.0}
    return EngramConfig.recall(width, seed=seed, **changes)
