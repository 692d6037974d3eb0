"""Patterns of a tree: how they overlap, what they take, and how they are damaged."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.associative.ultrametric import flip_bits, flipped, tree, tree_bits

ROOM = 4.0  # deviations
RNG = np.random.default_rng(1)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.6, 1.0])
def test_siblings_overlap_by_the_square_of_what_is_kept_and_strangers_by_nothing(gamma):
    count, units, children = 60, 2000, 5
    patterns, parents, family = tree(count, units, children, gamma, np.random.default_rng(2))
    assert patterns.shape == (count, units) and parents.shape == (12, units)
    assert set(np.unique(patterns)) == {-1, 1}
    match = patterns.astype(int) @ patterns.T / units
    same = family[:, None] == family
    alone = ~np.eye(count, dtype=bool)
    # Pairs of a family share their parent, so they count as one for each family and unit.
    room = ROOM / np.sqrt(12 * units)
    assert match[same & alone].mean() == pytest.approx((1 - gamma) ** 2, abs=room)
    assert match[~same].mean() == pytest.approx(0, abs=ROOM / np.sqrt(66 * units))
    to_parent = (patterns * parents[family]).mean(1)
    assert to_parent.mean() == pytest.approx(1 - gamma, abs=room)


def test_families_follow_each_other_and_the_last_may_be_smaller():
    patterns, parents, family = tree(7, 10, 3, 0.0, np.random.default_rng(1))
    assert family.tolist() == [0, 0, 0, 1, 1, 1, 2]
    np.testing.assert_array_equal(patterns, parents[family])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 0}, "count is 0"),
        ({"units": 1.5}, "units is 1.5"),
        ({"children": -1}, "children is -1"),
        ({"gamma": 1.1}, "gamma is 1.1; it must be from 0 to 1"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        tree(**{"count": 5, "units": 10, "children": 2, "gamma": 0.5} | values, rng=RNG)


@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_as_many_units_are_flipped_as_asked_and_more_damage_adds_to_less(units, one, two, seed):
    rng = np.random.default_rng(seed)
    patterns = tree(3, units, 2, 0.5, rng)[0]
    keys = rng.random(patterns.shape)
    less, more = (flipped(patterns, share, keys) != patterns for share in sorted((one, two)))
    assert (less.sum(1) == round(min(one, two) * units)).all()
    assert (more | ~less).all()


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match="share is 1.2; it must be from 0 to 1"):
        flipped(np.ones((1, 4), np.int8), 1.2, np.zeros((1, 4)))


@pytest.mark.parametrize("gamma", [0.0, 0.2, 0.7, 1.0])
@pytest.mark.parametrize("children", [1, 2, 5])
def test_bits_of_a_tree_are_the_entropy_of_all_ways_a_family_can_be(gamma, children):
    whole = 0.0
    for signs in itertools.product((-1, 1), repeat=children):
        chance = 0.0
        for parent in (-1, 1):
            each = [1 - gamma / 2 if sign == parent else gamma / 2 for sign in signs]
            chance += 0.5 * np.prod(each)
        if chance:
            whole -= chance * np.log2(chance)
    assert tree_bits(children, gamma) == pytest.approx(whole / children, abs=1e-12)


def test_more_departure_takes_more_bits():
    bits = [tree_bits(10, gamma) for gamma in np.linspace(0, 1, 11)]
    assert (np.diff(bits) > 0).all()
    assert flip_bits([0, 0.5, 1]) == pytest.approx([0, 1, 0], abs=1e-9)
    assert flip_bits(0.11) == pytest.approx(0.4999, abs=1e-3)
