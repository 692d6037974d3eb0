"""Networks of which a part of the memory is taken away."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator

import torch

from models.enn.batches import seeded
from models.enn.networks import EngramNetwork


def changed(network: EngramNetwork, **values) -> None:
    """Change settings of every cell."""
    for place in range(len(network.engram.cells)):
        cell = network.engram.cell(place)
        cell.config = cell.memory.config = dataclasses.replace(cell.config, mode="engram", **values)


def without_trace(network: EngramNetwork, seed: int) -> None:
    """Read from the memory alone: alpha = 0."""
    changed(network, trace_scale=0.0)


def without_retrieval(network: EngramNetwork, seed: int) -> None:
    """Give the integrator nothing from the memory: m = 0."""
    for place in range(len(network.engram.cells)):
        network.engram.cell(place).memory.retrieves = False


def with_one_slot(network: EngramNetwork, seed: int) -> None:
    """Keep the first slot alone, so that attention has no choice."""
    for place in range(len(network.engram.cells)):
        memory = network.engram.cell(place).memory
        memory.slots = torch.nn.Parameter(memory.slots[:1].detach())
        if memory.config.slot_gate:
            memory.gate.weight = torch.nn.Parameter(memory.gate.weight[:1].detach())
            memory.gate.bias = torch.nn.Parameter(memory.gate.bias[:1].detach())
        if memory.config.start == "learned":
            memory.first_trace = torch.nn.Parameter(memory.first_trace[:1].detach())
        if memory.config.trace == "frozen":
            memory.kept = memory.kept[:1]
    changed(network, slots=1)


def with_shuffled_trace(network: EngramNetwork, seed: int) -> None:
    """Read the same numbers of the trace in other places, so that they mean nothing."""
    for place in range(len(network.engram.cells)):
        memory = network.engram.cell(place).memory
        order = torch.randperm(memory.slots.numel(), generator=seeded(seed, place))
        memory.shuffled = order.to(memory.slots.device)


def with_own_trace(network: EngramNetwork, seed: int) -> None:
    """Give each sample a trace of its own."""
    changed(network, trace="sample")


def ablated(network: EngramNetwork, seed: int) -> Iterator[tuple[str, EngramNetwork]]:
    """Return copies of a network by what was taken away from each."""
    for name, ablate in ABLATIONS.items():
        changed = copy.deepcopy(network)
        ablate(changed, seed)
        yield name, changed


ABLATIONS: dict[str, Callable[[EngramNetwork, int], None]] = {
    "trace removed": without_trace,
    "retrieval removed": without_retrieval,
    "one slot": with_one_slot,
    "trace shuffled": with_shuffled_trace,
    "a trace a sample": with_own_trace,
}
