"""Hebb, Oja, BCM and SPaSS on correlated inputs: closed forms, eigenvectors, selectivity."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from models.plasticity import rate_rules
from models.plasticity.hebb import OFF_SCALE, CorrelatedInputs, hebb_on_scale
from models.plasticity.rate_rules import (
    Inputs,
    bcm_course,
    bumps,
    followed,
    hebb_course,
    leading_eigenvector,
    oja_course,
    selectivity,
    spass_course,
)
from workbench import run

TIMES = np.linspace(0, 3, 7)
START = np.array([0.2, 0.1, 0.3, 0.15, 0.25])
shapes = st.tuples(
    st.integers(2, 12), st.integers(1, 5), st.floats(0.4, 3), st.floats(1, 4), st.integers(0, 99)
)


def drawn(shape):
    """Return inputs and a start."""
    inputs, patterns, width, favour, seed = shape
    start = np.random.default_rng(seed).uniform(0.05, 0.3, inputs)
    return bumps(inputs, patterns, width, favour), start


def exact(slope, start, times):
    """Return a course at tight tolerance."""
    return solve_ivp(slope, (0, times[-1]), start, t_eval=times, method="DOP853",
                     rtol=1e-11, atol=1e-13).y.T  # fmt: skip


def test_bumps_come_as_often_as_said_and_overlap_by_their_width():
    heard = bumps(21, 5, 1.0, 3.0)
    assert heard.patterns.shape == (5, 21) and heard.patterns.max() <= 1.0
    np.testing.assert_allclose(heard.shares, np.array([1, 1, 3, 1, 1]) / 7)
    narrow, wide = (bumps(21, 5, width, 1.0).patterns for width in (0.5, 3.0))
    assert wide[0] @ wide[1] > narrow[0] @ narrow[1]
    expected = sum(s * np.outer(p, p) for s, p in zip(heard.shares, heard.patterns, strict=True))
    np.testing.assert_allclose(heard.correlations, expected)


@given(shapes)
@settings(max_examples=20)
def test_hebb_follows_its_rule_and_runs_away_along_the_leading_eigenvector(shape):
    heard, start = drawn(shape)
    course = exact(lambda _t, w: heard.correlations @ w, start, TIMES)
    form, growth = hebb_course(heard, start, TIMES)
    np.testing.assert_allclose(form * np.exp(growth)[:, None], course, rtol=1e-7, atol=1e-10)
    value, vector = leading_eigenvector(heard.correlations)
    late, growth = hebb_course(heard, start, np.array([0.0, 1e5]))
    np.testing.assert_allclose(growth, [0, 1e5 * value])
    cosine = late[-1] @ vector / np.linalg.norm(late[-1])
    gap = np.diff(np.linalg.eigvalsh(heard.correlations))[-1]
    assert cosine == pytest.approx(1, abs=1e-6) or gap * 1e5 < 30


@given(shapes)
@settings(max_examples=20)
def test_oja_is_its_rule_and_ends_at_the_leading_eigenvector_of_eigh(shape):
    heard, start = drawn(shape)
    matrix = heard.correlations
    course = exact(lambda _t, w: matrix @ w - (w @ matrix @ w) * w, start, TIMES)
    np.testing.assert_allclose(oja_course(heard, start, TIMES), course, rtol=1e-7, atol=1e-9)
    values, vectors = np.linalg.eigh(matrix)
    if values[-1] - (values[-2] if values.size > 1 else 0) > 1e-3:
        ended = oja_course(heard, start, np.array([0.0, 1e5]))[-1]
        leading = vectors[:, -1] * np.sign(vectors[:, -1] @ start)
        np.testing.assert_allclose(ended, leading, atol=1e-6)
        assert np.linalg.norm(ended) == pytest.approx(1, abs=1e-9)


def test_bcm_becomes_selective_for_one_pattern():
    """With independent patterns the response is the inverse of its share, the others 0."""
    heard, times = bumps(20, 5, 1.5, 1.3), np.array([0.0, 100.0])
    preferred = set()
    for seed in range(4):
        start = np.random.default_rng(seed).uniform(0.0, 0.3, 20)
        weights, threshold = bcm_course(heard, start, times, 0.05)
        responses = heard.patterns @ weights[-1]
        best = int(responses.argmax())
        expected = np.zeros(5)
        expected[best] = 1 / heard.shares[best]
        np.testing.assert_allclose(responses, expected, atol=1e-4)
        assert threshold[-1] == pytest.approx(1 / heard.shares[best], rel=1e-4)
        assert selectivity(responses) == pytest.approx(0.8, abs=1e-4)
        preferred.add(best)
    assert len(preferred) > 1  # by chance of the start


def test_bcm_and_spass_follow_their_rules():
    heard = bumps(5, 3, 0.8, 2.0)
    p, s = heard.patterns, heard.shares

    def bcm(_t, state):
        v = p @ state[:-1]
        return np.append(np.einsum("k,k,ki->i", s, v * (v - state[-1]), p),
                         (s @ v**2 - state[-1]) / 0.3)  # fmt: skip

    first = np.append(START, s @ (p @ START) ** 2)
    weights, threshold = bcm_course(heard, START, TIMES, 0.3)
    np.testing.assert_allclose(np.column_stack([weights, threshold]), exact(bcm, first, TIMES),
                               rtol=1e-4)  # fmt: skip

    def spass(_t, w):
        v = p @ w
        return (s * v) @ p + (1.2 - s @ v) * w**2 / 2.0

    np.testing.assert_allclose(spass_course(heard, START, TIMES, 1.2, 2.0),
                               exact(spass, START, TIMES), rtol=1e-5)  # fmt: skip


def test_silent_inputs_leave_weights_as_they_are():
    silent = Inputs(np.zeros((2, 5)), np.array([0.5, 0.5]))
    form, growth = hebb_course(silent, START, TIMES)
    for course in (form * np.exp(growth)[:, None], oja_course(silent, START, TIMES),
                   bcm_course(silent, START, TIMES, 0.1)[0]):  # fmt: skip
        np.testing.assert_allclose(course, np.tile(START, (TIMES.size, 1)), atol=1e-12)


def test_what_cannot_be_followed_is_told(monkeypatch):
    broken = SimpleNamespace(success=False, message="the step became too small")
    monkeypatch.setattr(rate_rules, "solve_ivp", lambda *_args, **_options: broken)
    with pytest.raises(ArithmeticError, match="could not be integrated: the step became too small"):
        followed(lambda _t, w: w, np.ones(1), np.array([0.0, 10.0]))


def test_selectivity():
    assert selectivity(np.array([1.0, 1.0])) == 0
    assert selectivity(np.array([3.0, 0.0, -5.0])) == pytest.approx(2 / 3)
    assert selectivity(np.zeros(3)) == 0


def test_hebb_leaves_the_scale():
    shape, growth = np.ones((4, 4)), np.array([0.0, 1.0, 2.0, 900.0])
    found = hebb_on_scale(shape, growth)
    assert np.isfinite(found[:2]).all() and np.isnan(found[2:]).all()
    assert 2 * np.e < OFF_SCALE < 2 * np.e**2


@pytest.mark.parametrize("preset", [None, *CorrelatedInputs.presets])
def test_a_run_tells_the_runaway_and_what_became_of_the_others(preset):
    data = run(CorrelatedInputs(**CorrelatedInputs.presets.get(preset, {})), progress=False).data
    slope = np.diff(data.length_hebb.values[-3:]).mean() / np.diff(data.time.values[-3:]).mean()
    assert slope == pytest.approx(float(data.eigenvalue) / np.log(10), rel=0.05)
    assert 10 ** float(data.length_oja[-1]) == pytest.approx(1, abs=0.02)
    for name in ("hebb", "oja", "bcm", "spass"):
        assert np.linalg.norm(data[f"field_{name}"]) == pytest.approx(1)
    for observable in CorrelatedInputs.observables:
        assert observable.reading(data).endswith(".")


def test_one_pattern_alone_is_learnt_by_all():
    data = run(CorrelatedInputs(patterns=1, inputs=2, rule="Oja"), progress=False).data
    assert data.patterns.shape == (1, 2)
    assert data.weights.shape == (200, 2) and data.rule_shown.item() == "Oja"
    for observable in CorrelatedInputs.observables:
        assert observable.reading(data).endswith(".")
