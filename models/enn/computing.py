"""What computes: threads, processes, precision, and torch's own random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor, nn

from models.enn.recipe import Precision


@cache
def keep_freed() -> None:
    """Let the process keep what it frees, up to 62 MiB, for what it allocates next.

    A step's arrays are freed together, and glibc gives them back to the system, which clears them
    again page by page: a tenth of a training step. glibc keeps twice the largest block that was
    ever freed (mallopt(3), M_MMAP_THRESHOLD, at most 32 MiB a block); this one is never touched.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


@contextmanager
def threads(count: int = 1) -> Iterator[None]:
    """Compute with so many threads; with one, sums have one order in every run."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def processes() -> int:
    """Return how many processes train together."""
    there = torch.distributed.is_available() and torch.distributed.is_initialized()
    return torch.distributed.get_world_size() if there else 1


def over_processes(mean: Tensor) -> Tensor:
    """Return the mean over the batches of all processes that train together, gradients too."""
    return mean if processes() == 1 else Summed.apply(mean) / processes()


class Summed(torch.autograd.Function):
    """The sum over all processes; each one's gradient is the sum of all its receivers'."""

    @staticmethod
    def forward(ctx, part: Tensor) -> Tensor:
        """Return the sum of all processes' parts."""
        whole = part.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(whole)
        return whole

    @staticmethod
    def backward(ctx, *slopes: Tensor) -> Tensor:
        """Return the gradient of each part: all processes' gradients of the sum, added."""
        return Summed.forward(ctx, *slopes)


def mixed(device: str, precision: Precision):
    """Return the context in which large matrix products have a precision."""
    kind = torch.device(device).type
    return torch.autocast(kind, torch.bfloat16, enabled=precision == "bfloat16")


def parallel(network: nn.Module) -> nn.Module:
    """Return the network, as several processes train it where there are several."""
    if processes() == 1:
        return network
    return nn.parallel.DistributedDataParallel(network)


@contextmanager
def own_random(state: dict[str, Tensor] | None, device: str) -> Iterator[dict[str, Tensor]]:
    """Draw torch's own random numbers (dropout) from where a state stands, not from elsewhere's.

    What is yielded holds, at the end, where they stand then.
    """
    after: dict[str, Tensor] = {}
    gpu = torch.device(device).type == "cuda"
    with torch.random.fork_rng(devices=[device] if gpu else []):
        if state is not None:
            torch.set_rng_state(state["cpu"].cpu())
            if gpu:
                torch.cuda.set_rng_state(state["cuda"].cpu(), device)
        yield after
        after["cpu"] = torch.get_rng_state()
        if gpu:
            after["cuda"] = torch.cuda.get_rng_state(device)


def drawn(shape: tuple[int, ...], like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return standard normal numbers; the generator may be of another device."""
    device = like.device if generator is None else generator.device
    return torch.randn(shape, generator=generator, device=device, dtype=like.dtype).to(like.device)
