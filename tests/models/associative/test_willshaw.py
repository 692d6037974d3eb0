"""Willshaw's matrix against plain matrices, and its theory against counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.associative import WillshawMemory, kernels
from models.associative.patterns import left_out, random_patterns, replaced
from models.associative.willshaw import capacity, density, information, spurious_units

from .conftest import clipped, strongest


def filled(units, patterns):
    memory = WillshawMemory(units)
    memory.store(patterns)
    return memory


# Recall, exactly

rows = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(rng=rows, units=st.integers(3, 300), share=st.floats(0.01, 0.9), data=st.data())
@settings(max_examples=60)
def test_recall_is_that_of_the_plain_matrix(rng, units, share, data):
    patterns = rng.random((data.draw(st.integers(1, 12)), units)) < share
    patterns[:, rng.integers(units)] = True
    cues = rng.random((5, units)) < data.draw(st.floats(0.02, 1.0))
    cues[:, rng.integers(units)] = True
    memory, matrix = filled(units, patterns), clipped(patterns)
    sums = cues @ matrix
    np.testing.assert_array_equal(memory.sums(cues), sums)
    np.testing.assert_array_equal(memory.recall(cues), sums == cues.sum(axis=1)[:, None])
    theta = data.draw(st.integers(1, units + 2))
    np.testing.assert_array_equal(memory.recall(cues, threshold=theta), sums >= theta)
    count = data.draw(st.integers(1, units))
    np.testing.assert_array_equal(memory.recall(cues, winners=count), strongest(sums, count))


@pytest.mark.parametrize("share", [0.2, 0.3, 0.34, 0.5, 1.0])
def test_rows_added_and_common_bits_counted_are_the_same(share):
    rng = np.random.default_rng(1)
    patterns = random_patterns(60, 500, 40, rng)
    memory, sums = filled(500, patterns), None
    cues = random_patterns(20, 500, round(500 * share), rng)
    sums = cues @ clipped(patterns)
    for theta in (1, 64, 65, sums.max()):
        np.testing.assert_array_equal(memory.recall(cues, threshold=theta), sums >= theta)
    np.testing.assert_array_equal(memory.recall(cues, winners=40), strongest(sums, 40))


def test_many_cues_are_shared_among_threads_with_the_same_result():
    rng = np.random.default_rng(2)
    patterns = random_patterns(200, 300, 9, rng)
    memory = filled(300, patterns)
    together = memory.recall(patterns, winners=9)
    alone = [memory.recall(pattern, winners=9) for pattern in patterns]
    np.testing.assert_array_equal(together, alone)


def test_the_shape_of_cues_is_kept_and_zeros_and_ones_will_do():
    memory = filled(8, [[1, 1, 1, 0, 0, 0, 0, 0]])
    assert memory.recall([1, 0, 0, 0, 0, 0, 0, 0]).tolist() == [True] * 3 + [False] * 5
    assert memory.recall(np.eye(8)[None, :3]).shape == (1, 3, 8)


def test_recall_is_fed_back_until_nothing_changes():
    rng = np.random.default_rng(3)
    patterns = random_patterns(700, 600, 10, rng)
    memory = filled(600, patterns)
    cues = replaced(patterns[:100], 0.4, rng)
    state = cues
    for steps in range(1, 5):
        state = memory.recall(state, winners=10)
        np.testing.assert_array_equal(memory.recall(cues, winners=10, steps=steps), state)
    once = memory.recall(cues, winners=10)
    # Feeding back repairs cues that one step leaves damaged.
    right = [(found == patterns[:100]).all(axis=1).mean() for found in (once, state)]
    assert right[0] < 0.5 and right[1] > right[0] + 0.2


def test_a_state_without_active_units_stays_so():
    memory = filled(6, [[1, 1, 0, 0, 0, 0]])
    assert not memory.recall([1, 0, 0, 0, 0, 0], threshold=2, steps=3).any()


def test_storing_in_parts_is_storing_at_once():
    patterns = random_patterns(50, 130, 7, np.random.default_rng(4))
    once, parts = filled(130, patterns), filled(130, patterns[:20])
    parts.store(patterns[20])
    parts.store(patterns[21:])
    assert once.stored == parts.stored == 50
    assert once.density == parts.density
    units = np.arange(130)
    np.testing.assert_array_equal(once.synapses(units, units), parts.synapses(units, units))
    np.testing.assert_array_equal(once.synapses(units, units), clipped(patterns))
    np.testing.assert_array_equal(once.synapses([3, 5], [9]), clipped(patterns)[[3, 5]][:, [9]])


def test_the_density_is_that_of_synapses_between_different_units():
    patterns = random_patterns(30, 90, 8, np.random.default_rng(5))
    matrix = clipped(patterns)
    np.fill_diagonal(matrix, 0)
    assert filled(90, patterns).density == pytest.approx(matrix.sum() / (90 * 89), abs=1e-12)


@given(rng=rows)
@settings(max_examples=30)
def test_winners_lower_the_energy_of_two_states_in_turn(rng):
    patterns = random_patterns(40, 60, 6, rng)
    memory, matrix = filled(60, patterns), clipped(patterns)
    states = [random_patterns(1, 60, 6, rng)[0]]
    for _ in range(6):
        states.append(memory.recall(states[-1], winners=6))
    between = [-(b @ matrix @ a) for a, b in zip(states, states[1:], strict=False)]
    assert all(after <= before for before, after in zip(between, between[1:], strict=False))
    state = states[-1]
    assert memory.energy(state, 2.0) == -0.5 * (state @ matrix @ state) + 2.0 * state.sum()
    assert memory.energy(np.zeros((2, 60))).tolist() == [0, 0]


def test_the_bits_are_those_of_the_synapses():
    assert WillshawMemory(1000).bits == 1_000_000


# Theory


def test_density_is_the_chance_that_no_pattern_has_both_units():
    assert density(1, 10, 4) == pytest.approx(12 / 90)
    assert density(1, 10, 4, exactly=False) == pytest.approx(0.16)
    assert density(2, 10, 4) == pytest.approx(1 - (1 - 12 / 90) ** 2)
    assert density(0, 10, 4) == 0.0 and density(3, 10, 10) == 1.0 and density(5, 10, 1) == 0.0
    np.testing.assert_allclose(density([0, 1], 10, 4), [0, 12 / 90])


@given(units=st.integers(20, 5000), share=st.floats(0.01, 0.4), spurious=st.floats(0.1, 5))
def test_at_capacity_there_are_so_many_spurious_units(units, share, spurious):
    active = max(2, round(share * units))
    for exactly in (True, False):
        fits = capacity(units, active, spurious, exactly=exactly)
        found = spurious_units(fits, units, active, exactly=exactly)
        assert found == pytest.approx(spurious, rel=1e-6)
    part = capacity(units, active, spurious, threshold=active / 2)
    assert part < capacity(units, active, spurious)
    assert spurious_units(part, units, active, active / 2) == pytest.approx(spurious, rel=1e-6)


@pytest.mark.parametrize(
    ("active", "patterns", "rho", "bits"),
    [(10, 507_741, 0.367, 0.564), (13, 401_263, 0.465, 0.563), (50, 71_314, 0.826, 0.321),
     (100, 24_314, 0.910, 0.195)],
)  # fmt: skip
def test_the_table_of_the_matrix_at_its_limit(active, patterns, rho, bits):
    assert capacity(10_000, active, exactly=False) == pytest.approx(patterns, abs=1)
    assert density(patterns, 10_000, active) == pytest.approx(rho, abs=0.0006)
    assert information(patterns, 10_000, active) == pytest.approx(bits, abs=0.0006)


def test_density_and_spurious_units_are_those_counted():
    # The matrix at its limit, at a size that is quick: 1.0 spurious unit is expected.
    units, active, rng = 2000, 11, np.random.default_rng(6)
    patterns = random_patterns(round(capacity(units, active)), units, active, rng)
    memory = filled(units, patterns)
    assert memory.density == pytest.approx(density(len(patterns), units, active), abs=0.003)
    cues = patterns[:2000]
    spurious = (memory.recall(cues) & ~cues).sum(axis=1).mean()
    assert 0.8 < spurious < 1.5
    # There is no completion at this limit; at a quarter of the load there is.
    half = left_out(cues, 0.5, rng)
    assert (memory.recall(half) & ~cues).sum(axis=1).mean() > 20
    less = filled(units, patterns[: len(patterns) // 4])
    assert (less.recall(half) & ~cues).sum(axis=1).mean() < 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("active", "patterns", "rho", "least", "most", "half"), [
    (10, 507_741, 0.367, 0.3, 0.6, (58, 78)), (13, 401_263, 0.465, 0.3, 1.0, (88, 118)),
    (50, 71_314, 0.826, 0.6, 1.4, (78, 106)), (100, 24_314, 0.910, 1.3, 2.6, (98, 132)),
])  # fmt: skip
def test_the_table_of_the_matrix_counted(active, patterns, rho, least, most, half):
    rng, memory = np.random.default_rng(7), WillshawMemory(10_000)
    while memory.stored < patterns:
        batch = random_patterns(min(2000, patterns - memory.stored), 10_000, active, rng)
        memory.store(batch)
    assert memory.density == pytest.approx(rho, abs=0.003)
    cues = batch[:400]
    assert least < (memory.recall(cues) & ~cues).sum(axis=1).mean() < most
    found = memory.recall(left_out(cues, 1 - (active // 2) / active, rng))
    assert half[0] < (found & ~cues).sum(axis=1).mean() < half[1]


# What is refused


def test_patterns_that_cannot_be_are_refused_and_nothing_is_stored():
    memory = WillshawMemory(5)
    for wrong, sentence in [
        (np.ones((2, 6), bool), r"patterns have shape \(2, 6\); the last axis must be 5, the "
                                "number of units of this memory"),
        (True, r"patterns have shape \(\)"),
        ([[1, 0, 0, 0, 1], [0, 0, 0, 0, 0]], "pattern 1 has no active unit; each pattern must have "
                                             "at least one of the 5 units active"),
        ([[1, 2, 0, 0, 0]], "patterns must hold only bits"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"^{sentence}"):
            memory.store(wrong)
    assert memory.stored == 0 and memory.density == 0
    with pytest.raises(ValueError, match="^cue 0 has no active unit"):
        memory.recall(np.zeros(5))


@pytest.mark.parametrize(("values", "sentence"), [
    ({"threshold": 2, "winners": 3}, "threshold is 2 and winners 3; give only one of them"),
    ({"threshold": 0}, "threshold is 0; it must be a whole number at least 1"),
    ({"winners": 6}, "winners is 6; it must be a whole number from 1 to 5"),
    ({"winners": 1.5}, "winners is 1.5; it must be a whole number"),
    ({"steps": 0}, "steps is 0; it must be a whole number at least 1"),
])  # fmt: skip
def test_numbers_that_cannot_be_are_refused(values, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        WillshawMemory(5).recall(np.ones(5), **values)


def test_theory_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="^units is 0; it must be a whole number at least 1"):
        WillshawMemory(0)
    with pytest.raises(ValueError, match="^patterns is -1; there must be at least 0"):
        density(-1, 10, 2)
    with pytest.raises(ValueError, match="^active is 11; it must be above 0 and at most 10"):
        density(1, 10, 11)
    with pytest.raises(ValueError, match="^spurious is 9; it must be above 0 and below 8"):
        capacity(10, 2, 9)


# Kernels


@given(rng=rows, words=st.integers(1, 5), count=st.integers(1, 40))
def test_counters_hold_the_sums_of_rows(rng, words, count):
    matrix = rng.integers(0, 2**64, (50, words), dtype=np.uint64)
    active = rng.integers(0, 50, count)
    planes = np.full((9, words), 7, np.uint64)
    depth = kernels.count_rows(matrix, active, planes, np.empty(words, np.uint64))
    bits = np.unpackbits(matrix.view(np.uint8), axis=1, bitorder="little")
    sums = sum(
        np.unpackbits(plane[None].view(np.uint8), bitorder="little").astype(int) << p
        for p, plane in enumerate(planes[:depth])
    )
    np.testing.assert_array_equal(sums, bits[active].sum(axis=0, dtype=int))
    assert depth == count.bit_length() and not planes[depth:].any()
