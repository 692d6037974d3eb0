"""One memory in a process of its own, timed on request: ``python sdm_worker.py KIND LOCATIONS``.

Reads lines "OPERATION BATCH REPEATS" from standard input and answers each with the seconds and the
processor seconds, all threads together, that one repeat took at best, and the peak resident bytes
of the process so far.
"""

import resource
import sys
from time import perf_counter, process_time

import numpy as np

BITS = 1000
RADIUS = 451
BASELINE = 3000


class Engram:
    """A memory of this project with some words in it already."""

    def __init__(self, kind, locations):
        from models.sdm import SelectedCoordinateMemory, SparseDistributedMemory

        if kind == "selected":
            self.memory = SelectedCoordinateMemory(BITS, locations)
        else:
            self.memory = SparseDistributedMemory(BITS, locations, radius=RADIUS)
        rng = np.random.default_rng(1)
        self.words = rng.integers(0, 2, (BASELINE, BITS)).astype(bool)
        self.memory.write(self.words)

    def prepare(self, operation, batch):
        calls = {
            "write": self.memory.write,
            "read": self.memory.read,
            "scan": self.memory.activated_counts,
        }
        return lambda: calls[operation](self.words[:batch])


class TorchHD:
    """torch-hd's SparseDistributed of the same sizes and the same radius."""

    def __init__(self, locations):
        import torch
        from torchhd.memory import SparseDistributed

        torch.manual_seed(1)
        self.memory = SparseDistributed(locations, BITS, BITS, p=0.00107)
        if self.memory.threshold != BITS - 2 * RADIUS:
            raise SystemExit("torch-hd chose another radius")
        self.memory.values.data.zero_()

    def prepare(self, operation, batch):
        import torch
        import torchhd

        keys = torchhd.random(batch, BITS)
        read = torch.no_grad()(self.memory.read)
        if operation == "write":
            return lambda: self.memory.write(keys, keys)
        return lambda: read(keys)


class Limits:
    """What the machine can do: popcounts out of the first cache, bytes out of main memory."""

    def prepare(self, operation, batch):
        import sdm_limits

        return getattr(sdm_limits, operation)(batch)


def build(kind, locations):
    if kind == "limits":
        return Limits()
    return TorchHD(locations) if kind == "torchhd" else Engram(kind, locations)


def main():
    kind, locations = sys.argv[1], int(sys.argv[2])
    subject = build(kind, locations)
    print("ready", flush=True)
    for line in sys.stdin:
        operation, batch, repeats = line.split()
        call = subject.prepare(operation, int(batch))
        times = []
        for _ in range(int(repeats)):
            start = perf_counter(), process_time()
            call()
            times.append((perf_counter() - start[0], process_time() - start[1]))
        wall, processor = (min(column) for column in zip(*times, strict=True))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(wall, processor, peak, flush=True)


if __name__ == "__main__":
    main()
