"""Jaeckel's design in groups: one active location a group, overlap, sizes."""

import numpy as np
import pytest

from models.sdm import SelectedCoordinateMemory
from models.sdm.overlap import selected_coordinate_overlap


def test_each_group_has_one_active_location(words):
    memory = SelectedCoordinateMemory(100, 50 * 256, selected_bits=8)
    cues = words(6, 100)
    active = np.array(memory.activated(cues))
    assert memory.groups == 50
    np.testing.assert_array_equal(active >> 8, np.tile(np.arange(50), (6, 1)))
    np.testing.assert_array_equal(memory.activated_counts(cues), 50)
    powers = 1 << np.arange(8)[::-1]
    np.testing.assert_array_equal(active & 255, cues[:, memory.coordinates] @ powers)


def test_coordinates_are_distinct_and_spread():
    memory = SelectedCoordinateMemory(100, 400 * 16, 1, selected_bits=4)
    assert all(len(set(row)) == 4 for row in memory.coordinates.tolist())
    use = np.bincount(memory.coordinates.ravel(), minlength=100)
    assert len(use) == 100 and use.min() > 3 and use.max() < 35


@pytest.mark.parametrize(
    ("wanted", "groups"), [(1, 1), (1024, 1), (1535, 1), (1536, 2), (1_000_000, 977)]
)
def test_locations_are_the_nearest_whole_groups(wanted, groups):
    memory = SelectedCoordinateMemory(64, wanted, 1)
    assert (memory.groups, memory.hard_locations) == (groups, groups * 1024)
    assert memory.access_fraction == 1 / 1024


def test_the_number_of_shared_locations_follows_the_overlap():
    memory = SelectedCoordinateMemory(200, 3000 * 16, 1, selected_bits=4)
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, 200).astype(bool)
    for distance in (10, 50, 100):
        shared = []
        for _ in range(20):
            cue = base.copy()
            cue[rng.choice(200, distance, replace=False)] ^= True
            shared.append((memory.activated(base) == memory.activated(cue)).sum())
        expected = memory.hard_locations * selected_coordinate_overlap(200, 4, distance)
        assert np.mean(shared) == pytest.approx(float(expected), rel=0.05)


@pytest.mark.parametrize(
    ("selected", "message"),
    [(0, "selected_bits is 0"), (11, "selected_bits is 11; it must be from 1 to 10")],
)
def test_selected_bits_fit_the_address(selected, message):
    with pytest.raises(ValueError, match=message):
        SelectedCoordinateMemory(10, 100, selected_bits=selected)


def test_selected_bits_have_an_upper_bound():
    with pytest.raises(ValueError, match="from 1 to 24"):
        SelectedCoordinateMemory(100, 100, selected_bits=25)
    assert SelectedCoordinateMemory(10, 1024, 1, selected_bits=10).groups == 1


@pytest.mark.parametrize("counter_bits", [8, 32])
@pytest.mark.parametrize("data_bits", [None, 70])
def test_bytes_are_known_beforehand(counter_bits, data_bits):
    memory = SelectedCoordinateMemory(
        100, 1000, data_bits, selected_bits=5, counter_bits=counter_bits
    )
    estimate = SelectedCoordinateMemory.estimate_bytes(100, 1000, data_bits, counter_bits, 5)
    assert estimate == memory.nbytes
    line = -(-(data_bits or 100) * counter_bits // 512) * 64
    assert memory.nbytes == memory.hard_locations * line + memory.groups * 5 * 8


def test_many_groups_are_shared_among_threads(words):
    memory = SelectedCoordinateMemory(300, 4000 * 4, 9, selected_bits=2)
    addresses, data = words(30, 300, 1), words(30, 9, 2)
    memory.write(addresses, data)
    expected = np.zeros((memory.hard_locations, 9), dtype=int)
    for active, word in zip(memory.activated(addresses), data, strict=True):
        expected[active] += 2 * word.astype(int) - 1
    np.testing.assert_array_equal(memory.counters, expected)
    for cue, sums in zip(addresses, memory.read_sums(addresses), strict=True):
        np.testing.assert_array_equal(sums, expected[memory.activated(cue)].sum(axis=0))


def test_a_noisy_cue_is_cleaned_up(words, flip):
    memory = SelectedCoordinateMemory(1000, 100_000, seed=1)
    stored = words(500, 1000)
    memory.write(stored)
    cues = flip(stored[:20], 100)
    assert (memory.read(cues) != stored[:20]).mean() < 0.03
    assert memory.read_iterated(cues).converged.all()
    np.testing.assert_array_equal(memory.read_iterated(cues).words[-1], stored[:20])
