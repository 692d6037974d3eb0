"""Patterns have the active units asked for, damage takes what it says, and measures agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.associative.interface import active_units, correlation, largest_fields
from models.associative.patterns import (
    digit_patterns,
    family_patterns,
    left_out,
    random_patterns,
    replaced,
)

rows = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(rng=rows, units=st.integers(1, 400), data=st.data())
def test_random_patterns_have_exactly_so_many_active_units(rng, units, data):
    active = data.draw(st.integers(1, units))
    patterns = random_patterns(7, units, active, rng)
    assert patterns.shape == (7, units) and patterns.dtype == bool
    assert (patterns.sum(axis=1) == active).all()


@pytest.mark.parametrize("active", [3, 40])
def test_every_unit_and_pair_is_as_frequent(active):
    patterns = random_patterns(40_000, 60, active, np.random.default_rng(1))
    chance = active / 60
    spread = np.sqrt(chance * (1 - chance) / 40_000)
    assert np.abs(patterns.mean(axis=0) - chance).max() < 4.5 * spread
    pairs = (patterns[:, :-1] & patterns[:, 1:]).mean(axis=0)
    wanted = chance * (active - 1) / 59
    assert np.abs(pairs - wanted).max() < 4.5 * np.sqrt(wanted / 40_000)


def test_families_share_more_units_within_than_between():
    patterns, family = family_patterns(200, 1000, 50, 10, 0.6, np.random.default_rng(2))
    assert (patterns.sum(axis=1) == 50).all() and np.bincount(family).tolist() == [20] * 10
    shared = patterns.astype(int) @ patterns.T.astype(int)
    alike = family[:, None] == family
    np.fill_diagonal(alike, False)
    assert shared[alike].mean() == pytest.approx(50 * 0.36, rel=0.05)
    assert shared[family[:, None] != family].mean() == pytest.approx(2.5, rel=0.1)
    same, _ = family_patterns(6, 100, 10, 2, 1.0, np.random.default_rng(3))
    assert (same[::2] == same[0]).all()


def test_digits_hold_their_inkiest_pixels_and_context():
    patterns, side = digit_patterns(100, 1000, 80, 0.5, np.random.default_rng(4))
    assert side == 14 and (patterns.sum(axis=1) == 80).all()
    assert (patterns[:, : side**2].sum(axis=1) == 40).all()
    # Pixels are alike in all digits, context is not.
    picture, context = patterns[:, : side**2].mean(axis=0), patterns[:, side**2 :].mean(axis=0)
    assert picture.max() > 0.4 and picture.min() == 0 and context.max() < 0.2
    whole, side = digit_patterns(5, 400, 40, 1.0, np.random.default_rng(5))
    assert (whole[:, : side**2].sum(axis=1) == 40).all()


@given(rng=rows, share=st.floats(0, 1), active=st.integers(1, 30))
def test_damage_takes_so_many_units(rng, share, active):
    patterns = random_patterns(5, 60, active, rng)
    before, lost = patterns.copy(), round(share * active)
    partial, corrupted = left_out(patterns, share, rng), replaced(patterns, share, rng)
    np.testing.assert_array_equal(patterns, before)
    assert (partial <= patterns).all()
    assert (partial.sum(axis=1) == active - min(lost, active - 1)).all()
    assert (corrupted.sum(axis=1) == active).all()
    assert ((corrupted & patterns).sum(axis=1) == active - lost).all()


def test_more_damage_adds_to_less():
    rng = np.random.default_rng(6)
    patterns, keys = random_patterns(3, 200, 20, rng), rng.random((3, 200))
    courses = [left_out(patterns, share, keys=keys) for share in (0.0, 0.2, 0.5, 1.0)]
    assert all((b <= a).all() for a, b in zip(courses, courses[1:], strict=False))
    wrong = [replaced(patterns, share, keys=keys) & ~patterns for share in (0.1, 0.4, 0.9)]
    assert all((a <= b).all() for a, b in zip(wrong, wrong[1:], strict=False))


def test_every_unit_is_damaged_as_often():
    patterns = np.ones((4000, 10), bool)
    kept = left_out(patterns, 0.3, np.random.default_rng(7)).mean(axis=0)
    np.testing.assert_allclose(kept, 0.7, atol=0.03)


@given(rng=rows, data=st.data())
def test_correlation_is_pearsons(rng, data):
    a, b = (rng.random((3, 40)) < data.draw(st.floats(0.05, 0.95)) for _ in range(2))
    found = correlation(a, b)
    for one, first, second in zip(found, a, b, strict=True):
        if first.std() and second.std():
            assert one == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-9)
        else:
            assert one == 0
    assert correlation(a[0], a).shape == (3,)


@given(rng=rows, count=st.integers(1, 20))
def test_the_largest_fields_fire_and_of_equal_ones_the_first(rng, count):
    fields = rng.integers(0, 6, 20).astype(float)
    order = np.argsort(-fields, kind="stable")
    assert np.flatnonzero(largest_fields(fields, count)).tolist() == sorted(order[:count])


@given(rng=rows)
def test_active_units_are_listed_in_order(rng):
    patterns = rng.random((6, 30)) < 0.2
    active = active_units(patterns)
    assert active.counts.tolist() == patterns.sum(axis=1).tolist()
    for index, pattern in enumerate(patterns):
        assert active.of(index).tolist() == np.flatnonzero(pattern).tolist()


def test_what_cannot_be_is_refused():
    rng = np.random.default_rng(8)
    with pytest.raises(ValueError, match="^active is 9; it must be a whole number from 1 to 8"):
        random_patterns(1, 8, 9, rng)
    with pytest.raises(ValueError, match="^similarity is 1.5; it must be from 0 to 1"):
        family_patterns(1, 8, 2, 1, 1.5, rng)
    with pytest.raises(ValueError, match="^families is 0; it must be a whole number at least 1"):
        family_patterns(1, 8, 2, 0, 0.5, rng)
    with pytest.raises(ValueError, match="^count is 1798; it must be at most 1,797, the digits"):
        digit_patterns(1798, 500, 40, 0.5, rng)
    with pytest.raises(ValueError, match="^active is 90; of 100 units only 0 are left for context"):
        digit_patterns(1, 100, 90, 0.5, rng)
    for damage in (left_out, replaced):
        with pytest.raises(ValueError, match="^share is 1.1; it must be from 0 to 1"):
            damage(np.ones((1, 3), bool), 1.1, rng)
        with pytest.raises(ValueError, match="^rng is None; give random numbers or keys"):
            damage(np.ones((1, 3), bool), 0.5)
