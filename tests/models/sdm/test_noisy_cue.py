"""Predictions for noisy cues, and simulated memories against the published rows."""

import numpy as np
import pytest

from models.sdm import SelectedCoordinateMemory, SparseDistributedMemory
from models.sdm.noisy_cue import (
    autoassociative_distance,
    critical_distance,
    disturbance,
    heteroassociative_distance,
    simple_distance,
)
from models.sdm.overlap import circle_overlap, selected_coordinate_overlap

PREDICTIONS = (autoassociative_distance, heteroassociative_distance, simple_distance)

# Address bits, locations, radius, stored words; critical distance auto, hetero, simple.
CRITICAL = [
    (1000, 1_000_000, 451, 10_000, (235, 155, 221)),
    (1000, 1_000_000, 447, 10_000, (215, 171, 185)),
    (1000, 1_000_000, 451, 1_000, (349, 323, 381)),
    (1000, 100_000, 451, 1_000, (223, 211, 221)),
    (256, 1_000_000, 103, 10_000, (85, 35, 55)),
    (256, 100_000, 103, 1_000, (63, 53, 55)),
]


@pytest.mark.parametrize(("bits", "locations", "radius", "stored", "expected"), CRITICAL)
def test_critical_distances(bits, locations, radius, stored, expected):
    overlap = circle_overlap(bits, radius)
    found = tuple(critical_distance(p(overlap, locations, stored)) for p in PREDICTIONS)
    assert found == expected


def test_autoassociative_prediction_at_the_classical_setting():
    predicted = autoassociative_distance(circle_overlap(1000, 451), 1_000_000, 10_000)
    cues = [50, 100, 150, 180, 200, 210, 220, 250, 300]
    expected = [0.9, 21.5, 85.4, 137.4, 173.6, 191.5, 209.1, 259.0, 329.7]
    np.testing.assert_allclose(predicted[cues], expected, atol=0.06)


def test_disturbance_is_the_sum_over_distances():
    """Two bits: distances 0, 1, 2 with probability 1/4, 1/2, 1/4."""
    pull, variance = disturbance([0.5, 0.2, 0.1], 10, 8)
    assert pull == pytest.approx(8 * (0.25 * 5 * 1 + 0 - 0.25 * 1 * 1))
    assert variance == pytest.approx(8 * (0.25 * (5 + 25) + 0.5 * (2 + 4) + 0.25 * (1 + 1)))


def test_critical_distance_of_a_curve():
    assert critical_distance([0, 0, 1, 3, 4]) == 3
    assert critical_distance([0, 2, 1, 0]) == 1
    assert critical_distance([0, 0, 0]) == 3


@pytest.mark.parametrize("curve", [0.5, [0.5], [[0.5, 0.2]]])
def test_a_curve_has_one_axis(curve):
    for predict in (*PREDICTIONS, disturbance):
        with pytest.raises(ValueError, match="a curve has shape"):
            predict(curve, 10, 10)
    with pytest.raises(ValueError, match="a curve has shape"):
        critical_distance(curve)


def recall(memory, stored, distance, rng, data=None, cues=64):
    """Wrong bits after one read, and the fraction that ends at the stored word."""
    wanted = stored[:cues] if data is None else data[:cues]
    noisy = stored[:cues].copy()
    for cue in noisy:
        cue[rng.choice(stored.shape[1], distance, replace=False)] ^= True
    if data is not None:
        return (memory.read(noisy) != wanted).sum(axis=1).mean(), np.nan
    reads = memory.read_iterated(noisy, steps=10)
    one = (reads.words[0] != wanted).sum(axis=1).mean()
    return one, (reads.words[-1] == wanted).all(axis=1).mean()


def simulate(bits, locations, radius, count, distances, seeds):
    """Mean over seeds of one-read distance and fraction converged, for each cue distance."""
    rows = np.zeros((len(seeds), len(distances), 2))
    for row, seed in zip(rows, seeds, strict=True):
        rng = np.random.default_rng(seed)
        memory = SparseDistributedMemory(bits, locations, radius=radius, seed=seed)
        stored = rng.integers(0, 2, (count, bits)).astype(bool)
        memory.write(stored)
        row[:] = [recall(memory, stored, d, rng) for d in distances]
    return rows.mean(axis=0)


def check_rows(table, found):
    for (distance, one, fraction), (one_found, fraction_found) in zip(table, found, strict=True):
        assert abs(one_found - one) <= 0.08 * distance, distance
        if fraction is not None:
            assert abs(fraction_found - fraction) <= 0.15, distance


# Cue distance, distance after one read, fraction converged.
ROWS_1000 = [
    (0, 0, 1.0),
    (150, 73.6, 0.97),
    (180, 122.9, 0.89),
    (200, 177.1, 0.67),
    (220, 237.8, 0.41),
    (250, 287.5, 0.19),
]
ROWS_256 = [(0, 0, 1.0), (30, 3.4, None), (40, 15.9, 1.0), (50, 36.9, 0.91), (60, 57.2, 0.59)]
ROWS_MILLION = [
    (0, 0, 1.0),
    (50, 1.5, 1.0),
    (100, 23.7, 1.0),
    (150, 93.0, 1.0),
    (180, 144.2, 0.81),
    (190, 161.5, None),
    (200, 181.9, 0.27),
    (210, 197.7, 0.11),
    (220, 220.0, 0.0),
    (250, 265.0, 0.0),
    (300, 336.0, 0.0),
]


def test_noisy_cues_of_1000_bits():
    found = simulate(1000, 100_000, 451, 1000, [row[0] for row in ROWS_1000], seeds=range(4))
    check_rows(ROWS_1000, found)


def test_noisy_cues_of_256_bits():
    found = simulate(256, 100_000, 103, 1000, [row[0] for row in ROWS_256], seeds=range(4))
    check_rows(ROWS_256, found)


def test_heteroassociative_noisy_cues(words):
    """75.9 wrong bits at distance 150 and 199.9 at 200."""
    rng, rows = np.random.default_rng(0), []
    for seed in range(4):
        memory = SparseDistributedMemory(1000, 100_000, radius=451, seed=seed)
        addresses, data = words(1000, 1000, 2 * seed), words(1000, 1000, 2 * seed + 1)
        memory.write(addresses, data)
        rows.append([recall(memory, addresses, d, rng, data)[0] for d in (150, 200)])
    found = np.mean(rows, axis=0)
    allowed = 0.08 * np.array([150, 200])
    assert (np.abs(found - [75.9, 199.9]) <= allowed).all()
    theory = heteroassociative_distance(circle_overlap(1000, 451), 100_000, 1000)
    assert (np.abs(found - theory[[150, 200]]) <= allowed).all()


def test_selected_coordinates_follow_the_same_prediction(words, flip):
    memory = SelectedCoordinateMemory(1000, 100_352, seed=1)
    stored = words(1000, 1000, 3)
    memory.write(stored)
    overlap = selected_coordinate_overlap(1000, 10)
    predicted = autoassociative_distance(overlap, memory.hard_locations, 1000)
    for distance in (100, 150, 200):
        one = (memory.read(flip(stored[:200], distance)) != stored[:200]).sum(axis=1).mean()
        assert abs(one - predicted[distance]) <= 0.08 * distance


@pytest.mark.slow
def test_the_classical_memory_of_a_million_locations():
    distances = [row[0] for row in ROWS_MILLION]
    found = simulate(1000, 1_000_000, 451, 10_000, distances, seeds=range(4))
    check_rows(ROWS_MILLION, found)
    # The published 0.50 is one memory; four others gave 0.54 to 0.78, the curve is steepest here.
    assert 0.45 <= found[distances.index(190)][1] <= 0.85


@pytest.mark.slow
def test_counters_of_the_classical_memory_stay_small(words):
    """The largest counter after 10,000 writes is 22: eight bits are enough."""
    memory = SparseDistributedMemory(1000, 1_000_000, radius=451)
    memory.write(words(10_000, 1000))
    values, _ = memory.counter_histogram()
    assert 18 <= np.abs(values).max() <= 30
