"""Dense associative memory: attention over the patterns, and an energy that falls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.associative import DenseMemory
from models.associative.patterns import left_out, random_patterns, replaced

rows = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def filled(patterns, **values):
    memory = DenseMemory(patterns.shape[1], **values)
    memory.store(patterns)
    return memory


def centred(patterns, mean):
    apart = patterns - mean
    return apart / np.linalg.norm(apart, axis=1, keepdims=True)


@given(rng=rows, beta=st.floats(1, 100))
@settings(max_examples=30)
def test_an_update_is_softmax_attention(rng, beta):
    patterns = random_patterns(12, 50, 7, rng)
    cues = replaced(patterns[:4], 0.3, rng)
    memory = filled(patterns, beta=beta)
    keys = centred(patterns, 7 / 50)
    state = centred(cues, 7 / 50)
    for step in (1, 2):  # a tie grows by up to beta / 2 a step, from rounding in single precision
        weights = np.exp(beta * state @ keys.T)
        weights /= weights.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(memory.attention(cues, step), weights, atol=5e-3)
        votes = weights @ patterns
        clear = np.abs(votes - 0.5) > 0.02
        found = memory.recall(cues, steps=step)
        np.testing.assert_array_equal(found[clear], (votes > 0.5)[clear])
        state = weights @ keys
        np.testing.assert_allclose(memory.states(cues, step)[-1], state, atol=5e-3)


@given(rng=rows, beta=st.floats(1, 200))
@settings(max_examples=30)
def test_every_update_lowers_the_energy(rng, beta):
    patterns = random_patterns(20, 40, 6, rng)
    memory = filled(patterns, beta=beta)
    cues = random_patterns(5, 40, 6, rng)
    energy = np.array([memory.energy(state) for state in memory.states(cues, 6)])
    assert (np.diff(energy, axis=0) <= 1e-5).all() and (energy >= -1e-5).all()


def test_a_course_is_recall_after_each_step():
    rng = np.random.default_rng(1)
    patterns = random_patterns(200, 100, 10, rng)
    memory = filled(patterns, beta=12.0)
    cue = replaced(patterns[:1], 0.5, rng)[0]
    for values in ({}, {"winners": 10}, {"threshold": 0.2}):
        course = memory.course(cue, 5, **values)
        np.testing.assert_array_equal(course[0], cue)
        for step in range(1, 6):
            np.testing.assert_array_equal(course[step], memory.recall(cue, steps=step, **values))


def test_many_more_patterns_than_units_come_back_whole():
    rng = np.random.default_rng(2)
    patterns = random_patterns(3000, 300, 15, rng)
    memory = filled(patterns)
    assert (memory.recall(left_out(patterns[:200], 0.4, rng)) == patterns[:200]).all()
    # A low temperature attends to one pattern, a high one to the mean of all.
    assert filled(patterns, beta=1.0).attention(patterns[:3]).max() < 0.01


def test_its_size_grows_with_the_patterns_and_may_be_held():
    patterns = random_patterns(30, 64, 5, np.random.default_rng(3))
    assert filled(patterns).bits == 30 * 64
    memory = filled(patterns[:20], most=25)
    memory.store(patterns[20:])
    assert memory.bits == 25 * 64 and memory.stored == 30
    np.testing.assert_array_equal(memory.patterns, patterns[5:])
    assert not DenseMemory(8).recall(np.ones(8)).any()  # nothing stored, nothing recalled


def test_what_cannot_be_is_refused():
    for beta in (0, -1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="^beta is .*; it must be above 0"):
            DenseMemory(5, beta=beta)
    with pytest.raises(ValueError, match="^most is 0; it must be a whole number at least 1"):
        DenseMemory(5, most=0)
    memory = DenseMemory(5)
    with pytest.raises(ValueError, match="^pattern 0 has no active unit"):
        memory.store(np.zeros(5))
    with pytest.raises(ValueError, match="^threshold is 0.5 and winners 2; give only one"):
        memory.recall(np.ones(5), threshold=0.5, winners=2)
