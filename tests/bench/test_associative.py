"""Sparse recall against a dense float32 product of matrix and vector, in turns within one run.

Both have one thread, so that a busy machine falls on both alike; each figure is the least of
several rounds. ``pytest tests/bench/test_associative.py -m bench -s`` prints.
"""

import time

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from models.associative import CovarianceMemory, WillshawMemory
from models.associative.patterns import left_out, random_patterns

pytestmark = pytest.mark.bench

UNITS, BATCH, ROUNDS = 10_000, 256, 15


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    with threadpool_limits(1):
        yield
    numba.set_num_threads(threads)


@pytest.fixture(scope="module")
def dense():
    """Return a full matrix of float32, as a dense network would read it."""
    return np.random.default_rng(1).random((UNITS, UNITS), dtype=np.float32)


def least(*works, rounds=ROUNDS):
    """Time works in turn; return the least seconds of each."""
    found = np.full(len(works), np.inf)
    for _ in range(rounds):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            found[index] = min(found[index], time.perf_counter() - start)
    return found


def compare(benchmark, name, dense, cues, recall):
    """Time recall one by one and of a batch, and the dense products for the same cues."""
    vector, block = cues[0].astype(np.float32), cues.T.astype(np.float32).copy()
    alone, batch, product, products = least(
        lambda: [recall(cue) for cue in cues],
        lambda: recall(cues),
        lambda: dense @ vector,
        lambda: dense @ block,
    )
    alone, batch, products = (seconds / len(cues) for seconds in (alone, batch, products))
    figures = {
        "one by one, us": alone * 1e6,
        "of a batch, us": batch * 1e6,
        "dense, ms": product * 1e3,
        "dense of a batch, ms": products * 1e3,
        "ratio one by one": product / alone,
        "ratio of a batch to single products": product / batch,
        "ratio of batches": products / batch,
    }
    benchmark.extra_info.update(figures)
    benchmark.pedantic(lambda: recall(cues), rounds=3)
    print(f"\n{name}:", ", ".join(f"{key} {value:.4g}" for key, value in figures.items()))
    return figures


@pytest.fixture(scope="module", params=[(14, 60_000), (100, 6000)], ids=lambda p: f"k={p[0]}")
def willshaw(request):
    """Return a filled matrix and patterns that it holds."""
    active, stored = request.param
    rng, memory = np.random.default_rng(2), WillshawMemory(UNITS)
    while memory.stored < stored:
        patterns = random_patterns(2000, UNITS, active, rng)
        memory.store(patterns)
    return memory, patterns[:BATCH], active


@pytest.mark.parametrize("way", ["all agree", "threshold", "winners"])
def test_willshaw(benchmark, willshaw, dense, way):
    memory, cues, active = willshaw
    how = {"all agree": {}, "threshold": {"threshold": active - 2}, "winners": {"winners": active}}
    figures = compare(
        benchmark, f"Willshaw, k = {active}, {way}", dense, cues,
        lambda cue: memory.recall(cue, **how[way]),
    )  # fmt: skip
    if active == 14:
        assert figures["ratio one by one"] >= 400
        assert figures["ratio of a batch to single products"] >= 1000


def test_willshaw_dense_cue(benchmark, willshaw, dense):
    memory, _, active = willshaw
    cues = np.random.default_rng(3).random((16, UNITS)) < 0.5
    compare(
        benchmark, f"Willshaw, k = {active}, half of the units in the cue", dense, cues,
        lambda cue: memory.recall(cue, threshold=2500),
    )  # fmt: skip


@pytest.fixture(scope="module")
def covariance():
    """Return a filled memory of counts and cues for it."""
    rng, memory = np.random.default_rng(4), CovarianceMemory(UNITS, 0.01)
    while memory.stored < 20_000:
        patterns = random_patterns(2000, UNITS, 100, rng)
        memory.store(patterns)
    return memory, left_out(patterns[:64], 0.1, rng)


@pytest.mark.parametrize("values", [{"threshold": 0.6}, {"winners": 100}], ids=lambda v: [*v][0])
def test_covariance(benchmark, covariance, dense, values):
    memory, cues = covariance
    assert memory.counts.dtype == np.int8
    figures = compare(
        benchmark, f"covariance, k = 100, {values}", dense, cues,
        lambda cue: memory.recall(cue, **values),
    )  # fmt: skip
    assert figures["ratio of a batch to single products"] >= 80
