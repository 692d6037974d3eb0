"""Training steps that a GPU replays without Python: CUDA graphs of a network's two passes.

A step of a small network ends sooner on a GPU than Python can launch it. `torch.cuda` records the
launches of the forward and the backward pass once for each shape of input, and replays them as a
whole. What needs the processor stays outside: the loss's checks, clipping, and the optimizer.

    trainer.called = graphed(trainer.network)

Only the decisions of this module are tested; no graph has been recorded on a device so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.enn.cell import EngramCell

#: Shapes that are recorded; each holds the memory of its activations. Others run as they are.
MOST = 4


class Answer(NamedTuple):
    """What a replayed network tells: its output, which the next replay of that shape overwrites."""

    output: Tensor


class Graphed:
    """Calls a network, and replays what is worth it: training without a mask, on a GPU."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.recorded: dict[tuple, Callable[..., Any]] = {}

    def __call__(self, x: Tensor, *, mask: Tensor | None = None) -> Any:
        """Return what the network answers; of a replayed one the output alone."""
        plain = mask is not None or not self.network.training or not torch.is_grad_enabled()
        if plain or x.requires_grad or not able(x):
            return self.network(x, mask=mask)
        kind = tuple(x.shape), x.dtype, torch.is_autocast_enabled(x.device.type)
        if kind not in self.recorded:
            if len(self.recorded) == MOST:
                return self.network(x)
            self.recorded[kind] = record(self.network, x)
        return Answer(self.recorded[kind](x))


def graphed(network: nn.Module) -> Graphed | nn.Module:
    """Return what `Trainer.called` may be set to for a network.

    That is the network itself where it measures itself, as `models.enn.next_word.NextWord`, or
    is trained by several processes: both wait for the processor within a step.

    The noise and start of an Engram cell are part of a graph. They are then drawn from the GPU's
    own random numbers, as dropout is, and not from the cell's.
    """
    parallel = isinstance(network, nn.parallel.DistributedDataParallel)
    return network if parallel or hasattr(network, "measured") else Graphed(network)


def able(x: Tensor) -> bool:
    """Return whether the device of a tensor has graphs."""
    return x.is_cuda


class OutputAlone(nn.Module):
    """A network from tensor to tensor, as graphs need it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return the output."""
        return self.network(x).output


def record(network: nn.Module, x: Tensor) -> Callable[..., Any]:
    """Return a function that replays a network for inputs like this one."""
    kind = x.device.type
    mixed = torch.autocast(
        kind, torch.get_autocast_dtype(kind), torch.is_autocast_enabled(kind), cache_enabled=False
    )
    with mixed, torch.random.fork_rng(devices=[x.device]), untouched(network, x.device.index):
        return torch.cuda.make_graphed_callables(
            OutputAlone(network), (x.clone(),), allow_unused_input=True
        )


@contextmanager
def untouched(network: nn.Module, device: int) -> Iterator[None]:
    """Draw random numbers where a graph can, and undo what trial runs do to a network's buffers."""
    cells = [part for part in network.modules() if isinstance(part, EngramCell)]
    noises = [cell.noise for cell in cells]
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    for cell in cells:
        cell.noise = torch.cuda.default_generators[device]
    try:
        yield
    finally:
        for cell, noise in zip(cells, noises, strict=True):
            cell.noise = noise
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
