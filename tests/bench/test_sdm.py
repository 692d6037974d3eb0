"""Sparse distributed memory against torch-hd and against the limits of the machine.

Each memory lives in a process of its own, so each has a peak of its own. They take turns within one
run, so whatever else the machine does falls on both; on a busy machine the processor seconds, of
all threads together, say more than the clock. ``pytest tests/bench -m bench -s`` prints.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(find_spec("torchhd") is None, reason="the bench extra is not installed"),
]

HERE = Path(__file__).parent
ROUNDS = 5
ADDRESS_BYTES = 1000 / 8
ROW_BYTES = 1000
ACCESS_FRACTION = 0.0010719
POPCOUNT_ROUNDS, POPCOUNT_BYTES = 200_000, 16 * 1024
STREAM_MEGABYTES = 1024


class Timing(NamedTuple):
    """Seconds by the clock, processor seconds of all threads, peak resident bytes."""

    seconds: float
    processor: float
    peak: int


class Worker:
    """A memory in another process."""

    def __init__(self, kind, locations=0):
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "sdm_worker.py"), kind, str(locations)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout.readline() == "ready\n"

    def __call__(self, operation, batch, repeats=1):
        """Time one repeat at best."""
        self.process.stdin.write(f"{operation} {batch} {repeats}\n")
        self.process.stdin.flush()
        seconds, processor, peak = self.process.stdout.readline().split()
        return Timing(float(seconds), float(processor), int(peak))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture(scope="module")
def limits():
    """Popcounts out of the first-level cache and main memory read once, in bytes.

    By the clock, bytes a second of all cores; by the processor, bytes a second of one core.
    """
    with Worker("limits") as worker:
        popcount = worker("popcount", POPCOUNT_ROUNDS, ROUNDS)
        memory = worker("stream", STREAM_MEGABYTES, ROUNDS)
    counted, read = POPCOUNT_ROUNDS * POPCOUNT_BYTES, STREAM_MEGABYTES * 2**20
    found = {
        "popcount": counted / popcount.seconds,
        "popcount of a core": counted / popcount.processor,
        "memory": read / memory.seconds,
    }
    print("\nlimits, GB/s:", shown({name: value / 1e9 for name, value in found.items()}))
    return found


@pytest.fixture(scope="module", params=[100_000, 1_000_000], ids=lambda m: f"M={m}")
def pair(request):
    """This project's memory and torch-hd's, of the same size."""
    with ExitStack() as stack:
        ours = stack.enter_context(Worker("hamming", request.param))
        peer = stack.enter_context(Worker("torchhd", request.param))
        yield request.param, ours, peer


def take_turns(benchmark, ours, peer, operation, batch, repeats):
    """Time one operation of both, one after the other; the timing of each turn."""
    mine, theirs = [], []
    benchmark.pedantic(
        lambda: mine.append(ours(operation, batch, repeats)),
        setup=lambda: theirs.append(peer(operation, batch)),
        rounds=ROUNDS,
        warmup_rounds=1,
    )
    return mine[1:], theirs[1:]


def best(timings, kind="seconds"):
    return min(getattr(timing, kind) for timing in timings)


@pytest.mark.parametrize("batch", [1, 256])
@pytest.mark.parametrize("operation", ["write", "read"])
def test_against_torch_hd(benchmark, pair, limits, operation, batch):
    locations, ours, peer = pair
    repeats = max(1, 2_000_000 // locations // batch)
    mine, theirs = take_turns(benchmark, ours, peer, operation, batch, repeats)
    per_second = batch / best(mine)
    passes = 2 if operation == "write" else 1
    traffic = locations * (ADDRESS_BYTES / batch + ACCESS_FRACTION * ROW_BYTES * passes)
    figures = {
        "per second": per_second,
        "torch-hd per second": batch / best(theirs),
        "ratio of bests": best(theirs) / best(mine),
        "median ratio": median(t.seconds / m.seconds for m, t in zip(mine, theirs, strict=True)),
        "processor ratio": best(theirs, "processor") / best(mine, "processor"),
        "popcount limit reached": per_second * locations * ADDRESS_BYTES / limits["popcount"],
        "memory limit reached": per_second * traffic / limits["memory"],
    }
    benchmark.extra_info.update(figures)
    print(f"\nM={locations} {operation} of {batch}:", shown(figures))
    if batch == 256:
        assert figures["ratio of bests"] >= 15
    elif locations == 100_000 and operation == "read":
        assert figures["ratio of bests"] >= 40


def test_scan(benchmark, pair, limits):
    """The activation of 256 queries alone, in popcounts a machine would need for it."""
    locations, ours, _ = pair
    timings = []
    benchmark.pedantic(lambda: timings.append(ours("scan", 256, 3)), rounds=ROUNDS, warmup_rounds=1)
    counted = 256 * locations * ADDRESS_BYTES
    figures = {
        "GB/s": counted / best(timings) / 1e9,
        "popcount limit reached": counted / best(timings) / limits["popcount"],
        "popcount limit of a core reached": counted
        / best(timings, "processor")
        / limits["popcount of a core"],
    }
    benchmark.extra_info.update(figures)
    print(f"\nM={locations} scan of 256:", shown(figures))


def test_memory(pair):
    """Peak resident bytes of each process, after everything above."""
    locations, ours, peer = pair
    mine, theirs = ours("read", 256).peak, peer("read", 256).peak
    print(f"\nM={locations} peak: {mine / 1e9:.2f} GB, torch-hd {theirs / 1e9:.2f} GB")
    if locations == 1_000_000:
        assert mine <= theirs / 6


@pytest.mark.parametrize("batch", [1, 256])
@pytest.mark.parametrize("operation", ["write", "read"])
def test_selected_coordinates(benchmark, operation, batch):
    """The grouped design with a million locations, which a slider uses."""
    timings = []
    with Worker("selected", 1_000_000) as ours:
        benchmark.pedantic(
            lambda: timings.append(ours(operation, batch, 5)), rounds=ROUNDS, warmup_rounds=1
        )
    benchmark.extra_info["per second"] = batch / best(timings)
    print(f"\nselected {operation} of {batch}:", shown(benchmark.extra_info))


def shown(figures):
    return ", ".join(f"{name} {value:.3g}" for name, value in figures.items())
