"""Kanerva's memory: activation sets, radius, hard locations, sizes, threads."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest

from models.sdm import SparseDistributedMemory
from models.sdm.overlap import circle_overlap


def brute_force(memory, cue):
    places = np.arange(memory.hard_locations)
    distance = (memory.location_addresses(places) != cue).sum(axis=1)
    return np.flatnonzero(distance <= memory.radius)


@pytest.mark.parametrize("count", [1, 3, 4, 20])
def test_activation_equals_brute_force_at_20000_locations(words, count):
    memory = SparseDistributedMemory(1000, 20_000, radius=451, seed=5)
    cues = words(count, 1000)
    counts = memory.activated_counts(cues)
    assert counts.sum() > 10 * count
    for cue, active, total in zip(cues, memory.activated(cues), counts, strict=True):
        np.testing.assert_array_equal(active, brute_force(memory, cue))
        assert total == len(active)


@pytest.mark.parametrize("count", [2, 6])
@pytest.mark.parametrize(
    ("bits", "radius"),
    [(1, 0), (1, 1), (47, 20), (48, 0), (49, 49), (97, 40), (600, 511), (600, 512), (1100, 600)],
)
def test_any_length_and_radius(words, count, bits, radius):
    memory = SparseDistributedMemory(bits, 1000, 1, radius=radius)
    cues = words(count, bits)
    cues[0] = memory.location_addresses(777)
    for cue, active in zip(cues, memory.activated(cues), strict=True):
        np.testing.assert_array_equal(active, brute_force(memory, cue))
    assert 777 in memory.activated(cues)[0]


@pytest.mark.parametrize("count", [1, 8])
def test_long_addresses_count_beyond_the_fixed_planes(words, count):
    memory = SparseDistributedMemory(10_000, 600, 1, radius=5010)
    for cue, active in zip(
        words(count, 10_000), memory.activated(words(count, 10_000)), strict=True
    ):
        np.testing.assert_array_equal(active, brute_force(memory, cue))


@pytest.mark.parametrize("locations", [1, 511, 512, 513, 1500])
def test_no_location_beyond_the_last_is_active(words, locations):
    memory = SparseDistributedMemory(32, locations, 4, radius=32)
    for count in (1, 5):
        np.testing.assert_array_equal(memory.activated_counts(words(count, 32)), locations)
        np.testing.assert_array_equal(memory.activated(words(1, 32)[0]), np.arange(locations))
    memory.write(words(5, 32), np.ones((5, 4), dtype=bool))
    np.testing.assert_array_equal(memory.counters, 5)


def test_the_radius_is_inclusive():
    memory = SparseDistributedMemory(100, 50, radius=7)
    cue = memory.location_addresses(31)
    at, beyond = cue.copy(), cue.copy()
    at[:7] ^= True
    beyond[:8] ^= True
    assert 31 in memory.activated(at)
    assert 31 not in memory.activated(beyond)


@pytest.mark.parametrize("bits", [256, 1000])
def test_a_batch_beyond_one_scan(words, bits):
    memory = SparseDistributedMemory(bits, 3000, 40, access_fraction=0.02, seed=2)
    addresses, data = words(600, bits, 1), words(600, 40, 2)
    memory.write(addresses, data)
    sums, counts = memory.read_sums(addresses), memory.activated_counts(addresses)
    active = memory.activated(addresses)
    assert len(active) == 600
    for index in (0, 255, 256, 511, 599):
        np.testing.assert_array_equal(active[index], brute_force(memory, addresses[index]))
        assert counts[index] == len(active[index])
        expected = memory.counters[active[index]].astype(int).sum(axis=0)
        np.testing.assert_array_equal(sums[index], expected)
    total = sum((2 * d.astype(int) - 1).sum() * n for d, n in zip(data, counts, strict=True))
    assert memory.counters.astype(int).sum() == total


def test_threads_do_not_change_the_result(words):
    addresses = words(40, 200)
    memories = []
    before = numba.get_num_threads()
    for threads in (1, before):
        numba.set_num_threads(threads)
        try:
            memory = SparseDistributedMemory(200, 40_000, access_fraction=0.01)
            memory.write(addresses)
            memories.append((memory.counters, memory.read_sums(addresses)))
        finally:
            numba.set_num_threads(before)
    np.testing.assert_array_equal(memories[0][0], memories[1][0])
    np.testing.assert_array_equal(memories[0][1], memories[1][1])


def test_reads_from_several_threads_at_once(words):
    memory = SparseDistributedMemory(200, 20_000)
    addresses = words(64, 200)
    memory.write(addresses)
    expected = memory.read_sums(addresses)
    with ThreadPoolExecutor(4) as pool:
        for sums in pool.map(memory.read_sums, [addresses] * 8):
            np.testing.assert_array_equal(sums, expected)


def test_locations_are_random_and_nested():
    small = SparseDistributedMemory(100, 700, 1, seed=3)
    large = SparseDistributedMemory(100, 3000, 1, seed=3)
    addresses = large.location_addresses(np.arange(3000))
    np.testing.assert_array_equal(small.location_addresses(np.arange(700)), addresses[:700])
    assert abs(addresses.mean() - 0.5) < 0.01
    distances = (addresses[:1500] != addresses[1500:]).sum(axis=1)
    assert abs(distances.mean() - 50) < 1 and abs(distances.std() - 5) < 0.5
    assert large.location_addresses(5).shape == (100,)
    assert large.location_addresses([[1, 2], [3, 4]]).shape == (2, 2, 100)


def test_overlap_of_two_circles_as_counted(words):
    """214.4 / 57.2 / 34.7 / 20.7 shared locations of 200,000 at distance 0 / 100 / 150 / 200."""
    memory = SparseDistributedMemory(1000, 200_000, 1, radius=451)
    predicted = 200_000 * circle_overlap(1000, 451, [0, 100, 150, 200])
    rng, shared = np.random.default_rng(0), np.zeros((4, 200))
    for column in range(200):
        base = rng.integers(0, 2, 1000).astype(bool)
        cues = np.tile(base, (4, 1))
        order = rng.permutation(1000)
        for cue, distance in zip(cues, (0, 100, 150, 200), strict=True):
            cue[order[:distance]] ^= True
        first, *others = memory.activated(cues)
        shared[0, column] = len(first)
        shared[1:, column] = [len(np.intersect1d(first, o, assume_unique=True)) for o in others]
    np.testing.assert_allclose(shared.mean(axis=1), predicted, rtol=0.02, atol=0.4)
    assert shared[0].std() == pytest.approx(predicted[0] ** 0.5, rel=0.2)


def test_radius_or_access_fraction():
    assert SparseDistributedMemory(1000, 10, 1).radius == 451
    assert SparseDistributedMemory(1000, 10, 1, access_fraction=0.000368).radius == 447
    memory = SparseDistributedMemory(256, 10, 1, radius=103)
    assert memory.radius == 103
    assert memory.access_fraction == pytest.approx(0.0010668, abs=5e-8)
    for radius in (0, 256):
        assert SparseDistributedMemory(256, 10, 1, radius=radius).radius == radius


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius": 3, "access_fraction": 0.1}, "radius is 3 and access_fraction 0.1; give only"),
        ({"radius": -1}, "radius is -1; it must be a whole number from 0 to 64"),
        ({"radius": 65}, "from 0 to 64"),
        ({"radius": 1.5}, "radius is 1.5"),
        ({"radius": True}, "radius is True"),
        ({"access_fraction": 0.0}, "access_fraction is 0.0; it must be above 0 and below 1"),
        ({"access_fraction": 1.0}, "above 0 and below 1"),
        ({"access_fraction": float("nan")}, "above 0 and below 1"),
    ],
)
def test_bad_radius_or_fraction(options, message):
    with pytest.raises(ValueError, match=message):
        SparseDistributedMemory(64, 100, **options)


@pytest.mark.parametrize("counter_bits", [8, 16, 32])
@pytest.mark.parametrize("data_bits", [None, 1, 64, 65])
def test_bytes_are_known_beforehand(counter_bits, data_bits):
    memory = SparseDistributedMemory(100, 1000, data_bits, counter_bits=counter_bits)
    estimate = SparseDistributedMemory.estimate_bytes(100, 1000, data_bits, counter_bits)
    assert estimate == memory.nbytes
    units = data_bits or 100
    assert memory.nbytes >= 1000 * (100 + units * counter_bits) // 8
    line = -(-units * counter_bits // 512) * 64
    assert memory.nbytes == 1000 * line + 2 * 144 * 64


def test_counters_are_a_view_that_cannot_be_written():
    memory = SparseDistributedMemory(64, 10)
    with pytest.raises(ValueError, match="read-only"):
        memory.counters[0, 0] = 1


def test_a_memory_can_be_pickled(words):
    memory = SparseDistributedMemory(64, 500)
    memory.write(words(5, 64))
    again = pickle.loads(pickle.dumps(memory))
    np.testing.assert_array_equal(again.read_sums(words(9, 64)), memory.read_sums(words(9, 64)))
    again.write(words(5, 64))
    assert (again.counters != memory.counters).any()


OTHER_MACHINE = """
import numpy as np
from models.sdm import SparseDistributedMemory
from models.sdm.bitslice import _TERNARY
assert not _TERNARY
memory = SparseDistributedMemory(1000, 1100, 3, radius=470)
locations = memory.location_addresses(np.arange(1100))
cues = np.random.default_rng(0).integers(0, 2, (20, 1000)).astype(bool)
for batch in (cues[:2], cues):
    for cue, active in zip(batch, memory.activated(batch), strict=True):
        within = (locations != cue).sum(axis=1) <= 470
        assert np.array_equal(active, np.flatnonzero(within))
"""


def test_a_machine_without_wide_vectors():
    environment = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    subprocess.run([sys.executable, "-c", OTHER_MACHINE], check=True, env=environment)


def test_importing_the_package_is_cheap():
    code = (
        "import sys, models.sdm as s; from models.sdm import theory; "
        "assert not {'numba', 'torch'} & set(sys.modules); "
        "assert 'SparseDistributedMemory' in dir(s); s.SparseDistributedMemory; "
        "assert not {'numba', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there():
    import models.sdm

    for name in models.sdm.__all__:
        assert getattr(models.sdm, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = models.sdm.Nonsense
