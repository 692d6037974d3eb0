"""Memories of every design, and a plain reference that they must equal exactly."""

import numpy as np
import pytest

from models.sdm import (
    SelectedCoordinateMemory,
    SparseDistributedMemory,
    TorchSparseDistributedMemory,
)


def random_words(count, bits, seed=0):
    return np.random.default_rng(seed).integers(0, 2, (count, bits)).astype(bool)


def flipped(words, distance, seed=0):
    """Copy words with ``distance`` random bits changed in each."""
    rng = np.random.default_rng(seed)
    changed = words.copy()
    for word in changed:
        word[rng.choice(words.shape[1], distance, replace=False)] ^= True
    return changed


class Reference:
    """Sparse distributed memory written out with whole activation matrices."""

    def __init__(self, active, data_bits, limit):
        self.active = active
        self.limit = limit
        self.counters = None
        self.data_bits = data_bits

    def write(self, addresses, data):
        for active, word in zip(self.active(addresses), data, strict=True):
            if self.counters is None:
                self.counters = np.zeros((len(active), self.data_bits), dtype=np.int64)
            self.counters[active] += 2 * word.astype(np.int64) - 1
            np.clip(self.counters, -self.limit, self.limit, out=self.counters)

    def read_sums(self, addresses):
        return self.active(addresses).astype(np.int64) @ self.counters


def within_radius(memory):
    """Activation by counting differing bits one by one."""
    locations = memory.location_addresses(np.arange(memory.hard_locations))

    def active(addresses):
        return np.array([(locations != a).sum(axis=1) <= memory.radius for a in addresses])

    return active


def matching(memory):
    """Activation by comparing selected coordinates with each location's assigned values."""
    places = np.arange(memory.selected_bits)[::-1]
    assigned = (np.arange(2**memory.selected_bits)[:, np.newaxis] >> places & 1).astype(bool)

    def active(addresses):
        return np.array(
            [
                np.concatenate([(assigned == a[c]).all(axis=1) for c in memory.coordinates])
                for a in addresses
            ]
        )

    return active


# One in sixteen, as with four selected bits, so that small memories have active locations.
SIXTEENTH = {"access_fraction": 1 / 16}


def hamming(bits, locations, data_bits=None, **options):
    return SparseDistributedMemory(bits, locations, data_bits, **SIXTEENTH | options)


def selected(bits, locations, data_bits=None, **options):
    return SelectedCoordinateMemory(bits, locations, data_bits, selected_bits=4, **options)


def on_torch(bits, locations, data_bits=None, **options):
    options = SIXTEENTH | options | {"device": "cpu"}
    return TorchSparseDistributedMemory(bits, locations, data_bits, **options)


def on_gpu(bits, locations, data_bits=None, **options):
    options = SIXTEENTH | options | {"device": "cuda"}
    return TorchSparseDistributedMemory(bits, locations, data_bits, **options)


@pytest.fixture(
    params=[hamming, selected, on_torch, pytest.param(on_gpu, marks=pytest.mark.gpu)],
    ids=lambda build: build.__name__,
)
def build(request):
    """Builder of a memory of each design: ``build(bits, locations, data_bits, **options)``."""
    if request.param is on_gpu:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")
    return request.param


@pytest.fixture
def words():
    return random_words


@pytest.fixture
def flip():
    return flipped


@pytest.fixture
def reference():
    """Build the reference for a memory: ``reference(memory)``."""

    def make(memory):
        rule = within_radius if hasattr(memory, "radius") else matching
        if isinstance(memory, TorchSparseDistributedMemory):
            twin = SparseDistributedMemory(
                memory.address_bits, memory.hard_locations, 1, radius=memory.radius
            )
            return Reference(within_radius(twin), memory.data_bits, memory.counter_limit)
        return Reference(rule(memory), memory.data_bits, memory.counter_limit)

    return make
