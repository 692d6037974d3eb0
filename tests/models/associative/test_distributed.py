"""Kanerva's memory keeps sparse patterns like the others: one small interface for all."""

import numpy as np
import pytest

from models.associative import (
    CovarianceMemory,
    DenseMemory,
    DistributedMemory,
    HebbianMemory,
    PatternMemory,
    WillshawMemory,
)
from models.associative.interface import correlation
from models.associative.patterns import random_patterns, replaced


def every(units):
    yield from (kind(units) for kind in (WillshawMemory, HebbianMemory, CovarianceMemory,
                                         DenseMemory))  # fmt: skip
    yield DistributedMemory(units, 20_000, access_fraction=0.02)


def test_every_memory_answers_to_the_same_calls():
    rng = np.random.default_rng(1)
    patterns = random_patterns(40, 300, 20, rng)
    cues = replaced(patterns, 0.2, rng)
    for memory in every(300):
        assert isinstance(memory, PatternMemory)
        empty = memory.bits
        memory.store(patterns[:30])
        memory.store(patterns[30:].reshape(2, 5, 300))
        assert memory.units == 300 and memory.stored == 40 and memory.bits >= empty
        found = memory.recall(cues, winners=20, steps=5)
        assert found.shape == (40, 300) and found.dtype == bool
        assert (found.sum(axis=1) == 20).all()
        assert correlation(found, patterns).mean() > 0.95
        assert memory.recall(cues.reshape(8, 5, 300)).shape == (8, 5, 300)
        with pytest.raises(ValueError, match="the last axis must be 300"):
            memory.store(np.ones(299, bool))
        with pytest.raises(ValueError, match="^pattern 0 has no active unit"):
            memory.store(np.zeros(300, bool))
        with pytest.raises(ValueError, match="^cue 0 has no active unit"):
            memory.recall(np.zeros(300, bool))


def test_addresses_of_patterns_without_common_units_are_unrelated():
    memory = DistributedMemory(400, 2000, access_fraction=0.01, address_bits=2000)
    patterns = np.zeros((3, 400), bool)
    patterns[0, :20] = patterns[1, 4:24] = patterns[2, 200:220] = True
    first, near, far = memory.addresses(patterns)
    assert (first != near).mean() < 0.25 and abs((first != far).mean() - 0.5) < 0.05


def test_bits_are_counters_addresses_and_words():
    memory = DistributedMemory(100, 2000, access_fraction=0.01, address_bits=128, counter_bits=16)
    assert memory.bits == 2000 * (100 * 16 + 128) + 100 * 128


def test_the_same_seed_is_the_same_memory():
    pattern = np.arange(100) < 10
    one, same, other = (
        DistributedMemory(100, 2000, access_fraction=0.01, address_bits=128, seed=seed)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one.addresses(pattern), same.addresses(pattern))
    assert (one.addresses(pattern) != other.addresses(pattern)).any()


def test_a_state_without_active_units_stays_so():
    memory = DistributedMemory(100, 2000, access_fraction=0.01, address_bits=128)
    assert not memory.recall(np.arange(100) < 5, steps=3).any()  # nothing was written
