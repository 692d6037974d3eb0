"""What recall costs and gives, against counting by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.associative import price
from models.associative.patterns import random_patterns

UNITS, ACTIVE, STORED = 60, 6, 40


def filled(make):
    rng = np.random.default_rng(3)
    patterns = random_patterns(STORED, UNITS, ACTIVE, rng)
    memory = make()
    memory.store(patterns)
    return memory, patterns


MEMORIES = {
    "willshaw": lambda: price.WillshawMemory(UNITS),
    "hebbian": lambda: price.HebbianMemory(UNITS),
    "covariance": lambda: price.CovarianceMemory(UNITS, 0.13),
    "distributed": lambda: price.DistributedMemory(UNITS, 80, access_fraction=0.1, seed=1),
    "dense": lambda: price.DenseMemory(UNITS),
}


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_bits_to_correct_count_the_patterns_that_are_left(pairs):
    wanted, state = np.array(pairs, bool).T
    k, here, right = wanted.sum(), state.sum(), (wanted & state).sum()
    left = math.comb(here, right) * math.comb(len(pairs) - here, k - right)
    assert float(price.bits_to_correct(wanted, state)) == pytest.approx(math.log2(left), abs=1e-6)


def test_a_pattern_is_worth_its_choices_and_a_whole_cue_nothing():
    pattern = np.arange(100) < 10
    silent = price.bits_to_correct(pattern, np.zeros(100, bool))
    assert float(silent) == pytest.approx(math.log2(math.comb(100, 10)))
    half = np.arange(100) < 5
    assert float(price.bits_to_correct(pattern, half)) == pytest.approx(math.log2(math.comb(95, 5)))
    both = price.bits_to_correct(np.stack([pattern, pattern]), np.stack([pattern, half]))
    assert both.shape == (2,) and both[0] == 0 < both[1]


@pytest.mark.parametrize("name", ["willshaw", "hebbian"])
def test_events_of_a_matrix_are_its_synapses_from_active_units(name):
    memory, patterns = filled(MEMORIES[name])
    every = np.arange(UNITS)
    there = np.asarray(memory.synapses(every, every)) != 0
    np.fill_diagonal(there, False)
    states = np.concatenate([patterns[:5], np.zeros((1, UNITS), bool)])
    expected = [there[:, state].sum() for state in states]
    np.testing.assert_array_equal(price.events(memory, states), expected)
    assert price.events(memory, states)[-1] == 0 < price.events(memory, states)[0]


def test_events_of_other_memories():
    covariance, patterns = filled(MEMORIES["covariance"])
    np.testing.assert_array_equal(price.events(covariance, patterns[:2]), ACTIVE * (UNITS - 1))
    dense, patterns = filled(MEMORIES["dense"])
    with_unit = patterns[:, patterns[0]].sum()
    assert price.events(dense, patterns[:1])[0] == with_unit + STORED * ACTIVE
    memory, patterns = filled(MEMORIES["distributed"])
    active = memory.memory.activated(memory.addresses(patterns[:1]))[0].size
    bits = memory.memory.address_bits
    assert price.events(memory, patterns[:1])[0] == ACTIVE * bits + 80 * bits + active * UNITS
    assert price.events(memory, np.zeros((1, UNITS), bool))[0] == 0


def test_synapses_and_those_that_storing_touches():
    made = {name: filled(make)[0] for name, make in MEMORIES.items()}
    learning = {name: price.synapses(memory) for name, memory in made.items()}
    assert learning == {
        "willshaw": UNITS**2, "hebbian": UNITS**2, "covariance": UNITS**2,
        "distributed": 80 * UNITS, "dense": STORED * UNITS,
    }  # fmt: skip
    touched = {name: price.touched(memory, ACTIVE) for name, memory in made.items()}
    share = made["distributed"].memory.access_fraction
    assert touched == {
        "willshaw": ACTIVE * (ACTIVE - 1), "hebbian": ACTIVE * (ACTIVE - 1),
        "covariance": UNITS * (UNITS - 1), "distributed": pytest.approx(share * 80 * UNITS),
        "dense": ACTIVE,
    }  # fmt: skip


def test_what_is_no_memory_is_told():
    with pytest.raises(TypeError, match="int is no memory"):
        price.events(3, np.zeros((1, 4), bool))
