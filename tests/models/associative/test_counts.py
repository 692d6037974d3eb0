"""The Hebbian and the covariance rule against plain matrices of real numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.associative import CovarianceMemory, HebbianMemory
from models.associative.interface import correlation
from models.associative.patterns import left_out, random_patterns, replaced

from .conftest import strongest, synapses

BOTH = pytest.mark.parametrize("kind", [HebbianMemory, CovarianceMemory])
rows = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def filled(kind, patterns, *values):
    memory = kind(patterns.shape[1], *values)
    memory.store(patterns)
    return memory


def some(rng, count, units, share):
    """Return patterns with any number of active units, one at least."""
    patterns = rng.random((count, units)) < share
    patterns[:, rng.integers(units)] = True
    return patterns


@given(rng=rows, units=st.integers(2, 80), share=st.floats(0.02, 0.5), cued=st.floats(0.02, 1.0),
       level=st.none() | st.floats(0.01, 0.5))  # fmt: skip
@settings(max_examples=80)
def test_the_covariance_field_from_counts_is_exact(rng, units, share, cued, level):
    patterns, cues = some(rng, 9, units, share), some(rng, 4, units, cued)
    if level is None and patterns.all():
        patterns[0, 0] = False
    memory = filled(CovarianceMemory, patterns, level)
    f = patterns.mean() if level is None else level
    assert memory.coding_level == pytest.approx(f, rel=1e-12)
    plain, all_units = synapses(patterns, f), np.arange(units)
    np.testing.assert_allclose(memory.fields(cues), (cues - f) @ plain, atol=1e-9)
    np.testing.assert_allclose(memory.synapses(all_units, all_units), plain, atol=1e-9)
    apart = cues - f
    energy = -0.5 * np.einsum("pi,ij,pj->p", apart, plain, apart) + 0.3 * cues.sum(axis=1)
    np.testing.assert_allclose(memory.energy(cues, 0.3), energy, atol=1e-9)


@given(rng=rows, units=st.integers(2, 80), share=st.floats(0.02, 0.8))
def test_the_hebbian_field_from_counts_is_exact(rng, units, share):
    patterns, cues = some(rng, 9, units, share), some(rng, 4, units, 0.3)
    memory, plain = filled(HebbianMemory, patterns), synapses(patterns)
    np.testing.assert_allclose(memory.fields(cues), cues @ plain, atol=1e-12)
    np.testing.assert_allclose(memory.synapses([0, 1], [1]), plain[:2, [1]])
    energy = -0.5 * np.einsum("pi,ij,pj->p", 1.0 * cues, plain, 1.0 * cues)
    np.testing.assert_allclose(memory.energy(cues), energy, atol=1e-12)


@BOTH
def test_recall_is_that_of_the_plain_matrix(kind):
    rng = np.random.default_rng(1)
    patterns = random_patterns(60, 200, 12, rng)
    memory = filled(kind, patterns)
    f = 12 / 200 if kind is CovarianceMemory else None
    plain = synapses(patterns, f)
    state = cues = replaced(patterns, 0.4, rng)
    for steps in range(1, 4):
        fields = (state - (f or 0)) @ plain
        state = strongest(fields.round(9), 12)
        np.testing.assert_array_equal(memory.recall(cues, winners=12, steps=steps), state)
        np.testing.assert_array_equal(memory.recall(cues, steps=steps), state)
    fields = (cues - (f or 0)) @ plain
    np.testing.assert_array_equal(memory.recall(cues, threshold=0.0371), fields > 0.0371)
    assert memory.recall(cues[:6].reshape(2, 3, 200)).shape == (2, 3, 200)


@BOTH
def test_a_state_without_active_units_stays_so(kind):
    memory = filled(kind, np.eye(6, dtype=bool) | np.eye(6, k=1, dtype=bool))
    assert not memory.recall([1, 0, 0, 0, 0, 0], threshold=9.0, steps=3).any()


@BOTH
def test_counts_are_those_of_pairs_and_storing_in_parts_is_storing_at_once(kind):
    rng = np.random.default_rng(2)
    patterns = some(rng, 50, 40, 0.3)
    memory = filled(kind, patterns[:10])
    memory.store(patterns[10])
    memory.store(patterns[11:].reshape(3, 13, 40))
    pairs = patterns.T.astype(int) @ patterns.astype(int)
    np.testing.assert_array_equal(memory.unit_counts, pairs.diagonal())
    np.fill_diagonal(pairs, 0)
    np.testing.assert_array_equal(memory.counts, pairs)
    assert memory.stored == 50 and memory.mean_active == patterns.sum() / 50
    cues = left_out(patterns, 0.3, rng)
    at_once = filled(kind, patterns)
    np.testing.assert_allclose(memory.fields(cues), at_once.fields(cues), atol=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        memory.counts[0, 0] = 1


@BOTH
def test_counts_are_widened_only_when_a_pair_asks_for_it(kind):
    often = np.array([[1, 1, 0, 0], [1, 0, 1, 0]], bool)
    memory = kind(4)
    memory.store(often[[0] * 127 + [1] * 100])
    assert memory.counts.dtype == np.int8 and memory.counts.max() == 127
    assert memory.unit_counts[0] == 227  # a unit may be more frequent than a byte holds
    narrow = memory.bits
    memory.store(often[[1] * 20 + [0] * 3])
    assert memory.counts.dtype == np.int16 and memory.bits > narrow
    assert memory.counts[0].tolist() == [0, 130, 120, 0]
    assert memory.unit_counts.tolist() == [250, 130, 120, 0]
    memory.store(np.repeat(often[:1], 33_000, axis=0))
    assert memory.counts.dtype == np.int32 and memory.counts[1, 0] == 33_130
    plain = synapses(often.repeat([33_130, 120], axis=0), memory.coding_level) \
        if kind is CovarianceMemory else synapses(often.repeat([33_130, 120], axis=0))  # fmt: skip
    np.testing.assert_allclose(memory.synapses(range(4), range(4)), plain, atol=1e-9)


@given(rng=rows)
@settings(max_examples=20)
def test_one_unit_at_a_time_lowers_the_energy(rng):
    patterns = random_patterns(30, 40, 5, rng)
    for kind in (HebbianMemory, CovarianceMemory):
        memory, state = filled(kind, patterns), random_patterns(1, 40, 9, rng)[0]
        threshold = 0.2 if kind is CovarianceMemory else 0.03
        energy = float(memory.energy(state, threshold))
        for unit in rng.permutation(40):
            if not state.any():
                break
            state[unit] = memory.fields(state)[unit] > threshold
            after = float(memory.energy(state, threshold))
            assert after <= energy + 1e-9
            energy = after


def test_the_covariance_rule_recalls_where_the_hebbian_one_is_lost():
    # Units that are in many patterns win by the Hebbian rule, more so as k^2 / N grows.
    rng = np.random.default_rng(3)
    patterns = random_patterns(300, 1000, 50, rng)
    cues = replaced(patterns[:100], 0.3, rng)
    found = [
        correlation(filled(kind, patterns).recall(cues, steps=6), patterns[:100]).mean()
        for kind in (HebbianMemory, CovarianceMemory)
    ]
    assert found[0] < 0.6 and found[1] > 0.99


def test_holding_activity_widens_the_basin():
    # Amari 1989, at the size of the suite: alpha = 1.5, f = 0.02, 30 % of the units replaced.
    rng = np.random.default_rng(4)
    patterns = random_patterns(3000, 2000, 40, rng)
    memory = filled(CovarianceMemory, patterns)
    cues = replaced(patterns[:60], 0.4, rng)
    fixed = correlation(memory.recall(cues, threshold=0.6, steps=20), patterns[:60]).mean()
    held = correlation(memory.recall(cues, steps=20), patterns[:60]).mean()
    assert fixed < 0.5 and held > 0.97


@pytest.mark.slow
def test_the_table_of_the_covariance_rule_at_10000_units():
    rng, memory = np.random.default_rng(5), CovarianceMemory(10_000, 0.01)
    seen = {}
    for load in (20_000, 30_000, 36_000):
        while memory.stored < load:
            batch = random_patterns(1000, 10_000, 100, rng)
            memory.store(batch)
        kept, cues = batch[:60], replaced(batch[:60], 0.3, rng)
        itself = memory.recall(kept, threshold=0.6, steps=20)
        fixed = memory.recall(cues, threshold=0.6, steps=20)
        held = memory.recall(cues, winners=100, steps=20)
        hits = [(found & kept).sum(axis=1).mean() / 100 for found in (itself, fixed, held)]
        seen[load] = (*hits, itself.sum(axis=1).mean())
    assert memory.counts.dtype == np.int8
    itself, fixed, held, active = seen[20_000]
    assert itself > 0.98 and fixed > 0.98 and held > 0.98 and active < 101
    itself, fixed, held, active = seen[30_000]
    assert itself == pytest.approx(0.984, abs=0.02) and active < 140
    assert held == pytest.approx(0.977, abs=0.02) and fixed < held - 0.04
    itself, fixed, held, active = seen[36_000]
    assert held == pytest.approx(0.93, abs=0.03)
    assert active > 180  # with a fixed threshold activity explodes


def test_what_cannot_be_is_refused():
    memory = CovarianceMemory(5)
    with pytest.raises(ValueError, match="^pattern 0 has no active unit"):
        memory.store(np.zeros((1, 5)))
    with pytest.raises(ValueError, match=r"^patterns have shape \(4,\); the last axis must be 5"):
        memory.store(np.ones(4))
    with pytest.raises(ValueError, match="^threshold is 0.5 and winners 2; give only one"):
        memory.recall(np.ones(5), threshold=0.5, winners=2)
    for level in (0, -0.1, 0.6, float("nan")):
        with pytest.raises(ValueError, match="^coding_level is .*above 0 and at most 0.5"):
            CovarianceMemory(5, level)
