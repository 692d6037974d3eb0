"""Is the memory of a trained network used? Its state in numbers, and what is lost without parts.

A network may hold a memory and do without it: accuracy alone does not tell. `memory_use` measures
what attention and trace look like on test data, and tests the network again with parts of the
memory taken away. A memory is used where taking it away costs accuracy.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import Tensor

from models.enn.ablations import ablated
from models.enn.attention import effective_slots, entropy
from models.enn.batches import Batch
from models.enn.networks import EngramNetwork
from models.enn.state import Details
from workbench import variable

#: Share of the attention that an even use would give a slot, below which it counts as dead.
DEAD = 0.01


@dataclass(frozen=True)
class Ablation:
    """A network tested without a part of its memory.

    Attributes
    ----------
    accuracy : float
        Share of right answers.
    changed : float
        Share of answers that are not those of the whole network.
    """

    accuracy: float
    changed: float


@dataclass(frozen=True)
class MemoryUse:
    """What a network does with its memory, on test data.

    Attributes
    ----------
    certainty : float
        1 - entropy of attention / ln N, mean over samples and steps: 0 uniform, 1 one slot.
    effective_slots : float
        Mean of 1 / sum a^2; N where attention is uniform.
    largest_weight : float
        Mean of the largest attention.
    usage : array, shape (N,)
        Mean attention of each slot.
    dead_slots : float
        Share of slots with less than a hundredth of an even use.
    clipped : float
        Share of the trace's entries that are at the clip, at the last step.
    trace_size : array, shape (T,)
        Norm of alpha H over the norm of M, after each step.
    ablations : dict of str to Ablation
        "whole" is the network as it is.
    chance : float
        Accuracy of the most frequent answer given always.
    slots : int
        N.
    """

    certainty: float
    effective_slots: float
    largest_weight: float
    usage: NDArray[np.float64]
    dead_slots: float
    clipped: float
    trace_size: NDArray[np.float64]
    ablations: dict[str, Ablation]
    chance: float
    slots: int

    @property
    def used(self) -> float:
        """Return the accuracy that is lost when nothing is retrieved."""
        return self.ablations["whole"].accuracy - self.ablations["retrieval removed"].accuracy

    @property
    def trace_used(self) -> float:
        """Return the accuracy that is lost when the trace is removed."""
        return self.ablations["whole"].accuracy - self.ablations["trace removed"].accuracy

    def sentence(self) -> str:
        """Return in words whether the memory is used."""
        whole = self.ablations["whole"].accuracy
        lost = {
            "the trace": self.ablations["trace removed"].accuracy,
            "all retrieval": self.ablations["retrieval removed"].accuracy,
        }
        without = " and ".join(f"{got:.1%} without {what}" for what, got in lost.items())
        verdict = "inert"
        if max(self.used, self.trace_used) > 0.01:
            most = self.trace_used > max(0.01, 0.5 * (whole - self.chance))
            verdict = "what answers" if most and whole > self.chance else "used in part"
        return (
            f"The memory is {verdict}: {whole:.1%} right, {without} (chance {self.chance:.1%}); "
            f"attention spreads over {self.effective_slots:.1f} of {self.slots} slots."
        )

    def table(self) -> str:
        """Return the report as text."""
        lines = [
            self.sentence(),
            f"  attention: certainty {self.certainty:.4f}, largest weight {self.largest_weight:.3f}"
            f", dead slots {self.dead_slots:.1%}",
            f"  trace: {self.trace_size[-1]:.3f} of the memory's norm at the last step, "
            f"{self.clipped:.1%} clipped",
            "  tested                      accuracy   answers changed",
        ]
        lines += [
            f"  {name:<28}{each.accuracy:8.2%}   {each.changed:8.2%}"
            for name, each in self.ablations.items()
        ]
        return "\n".join(lines)

    def dataset(self) -> xr.Dataset:
        """Return the report as variables of a record."""
        names = list(self.ablations)
        table = [[each.accuracy, each.changed] for each in self.ablations.values()]
        numbers = {
            "certainty": ("1", "certainty of attention"),
            "effective_slots": ("slots", "effective slots"),
            "largest_weight": ("1", "mean largest attention"),
            "dead_slots": ("1", "share of dead slots"),
            "clipped": ("1", "share of the trace at its clip"),
            "chance": ("1", "chance"),
        }
        return xr.Dataset(
            {
                "ablated": variable(("ablation", "answers"), table, "1", "share of answers"),
                "slot_usage": variable("slot", self.usage, "1", "mean attention"),
                "trace_size": variable("moment", self.trace_size, "1", "norm of alpha H over M"),
                **{
                    name: variable((), getattr(self, name), *told) for name, told in numbers.items()
                },
            },
            coords={
                "ablation": variable("ablation", names, "1", "memory"),
                "answers": variable("answers", ["right", "changed"], "1", "answers"),
            },
        )


def memory_use(network: EngramNetwork, test: Batch, batch: int = 128, seed: int = 0) -> MemoryUse:
    """Return what a network does with its memory.

    Parameters
    ----------
    network : EngramNetwork
        Of one cell or more; the first cell's memory is described, and all are ablated.
    test : Batch
        Sequences with class numbers, at least one for each answer that matters.
    batch : int
        Samples that are computed together, which matters where one trace serves a batch.
    seed : int
        Of the order in which the trace is shuffled.
    """
    network = copy.deepcopy(network).eval()
    whole, right = answers(network, test, batch)
    ablations = {"whole": Ablation(share(right), 0.0)}
    for name, changed in ablated(network, seed):
        given, correct = answers(changed, test, batch)
        ablations[name] = Ablation(share(correct), share(given != whole))
    if test.y.dim() == 1:
        order = test.y.argsort(stable=True)
        given, correct = answers(network, test.take(order), batch)
        ablations["batches of one class"] = Ablation(share(correct), share(given != whole[order]))
    wanted = test.y if test.asked is None else test.y[test.asked]
    most = wanted.flatten().bincount().max().item() / wanted.numel()
    return MemoryUse(**described(network, test, batch), ablations=ablations, chance=most)


@torch.no_grad()
def described(network: EngramNetwork, test: Batch, batch: int) -> dict:
    """Return what attention and trace of the first cell look like."""
    config = network.engram.config
    memory = network.engram.cell().memory
    sums = {"entropy": 0.0, "effective": 0.0, "largest": 0.0, "clipped": 0.0}
    usage = torch.zeros(config.slots, dtype=torch.float64)
    sizes: Tensor | float = 0.0
    steps = parts = 0
    for piece in pieces(test, batch):
        told: Details = network(piece.x, mask=piece.mask, details=True).details[0]
        there = piece.mask if piece.mask is not None else torch.ones(told.pattern.shape[:2]).bool()
        attention = told.attention[there].double()
        sums["entropy"] += entropy(attention).sum().item()
        sums["effective"] += effective_slots(attention).sum().item()
        sums["largest"] += attention.amax(-1).sum().item()
        usage += attention.sum(0).cpu()
        trace = told.trace if config.per_sample else told.trace[None]
        sums["clipped"] += (trace[:, -1].abs() >= config.clip).double().mean().item()
        norm = torch.linalg.matrix_norm(trace.double()).mean(0)
        sizes = sizes + config.trace_scale * norm / torch.linalg.matrix_norm(memory.slots.double())
        steps, parts = steps + len(attention), parts + 1
    usage = usage / steps
    certain = 1 - sums["entropy"] / steps / math.log(config.slots) if config.slots > 1 else 1.0
    return {
        "certainty": certain,
        "effective_slots": sums["effective"] / steps,
        "largest_weight": sums["largest"] / steps,
        "usage": usage.numpy(),
        "dead_slots": share(usage < DEAD / config.slots),
        "clipped": sums["clipped"] / parts,
        "trace_size": (torch.as_tensor(sizes) / parts).cpu().numpy(),
        "slots": config.slots,
    }


@torch.no_grad()
def answers(network: EngramNetwork, test: Batch, batch: int) -> tuple[Tensor, Tensor]:
    """Return a network's answers, and which of them are right."""
    given, right = [], []
    for piece in pieces(test, batch):
        output = network(piece.x, mask=piece.mask).output.argmax(-1)
        wanted = piece.y
        if piece.asked is not None:
            output, wanted = output[piece.asked], wanted[piece.asked]
        given.append(output.flatten())
        right.append((output == wanted).flatten())
    return torch.cat(given), torch.cat(right)


def pieces(test: Batch, batch: int) -> Iterable[Batch]:
    """Return the samples of a batch, so many at a time."""
    for start in range(0, len(test.x), batch):
        yield test.take(slice(start, start + batch))


def share(which: Tensor) -> float:
    """Return the share of what is true."""
    return which.double().mean().item()
