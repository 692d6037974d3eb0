"""Noise, capacity and information against published numbers."""

import numpy as np
import pytest
from scipy.stats import norm

from models.sdm import theory
from models.sdm.capacity import (
    best_capacity,
    binary_entropy,
    bit_error,
    bits_per_connection,
    capacity,
    optimal_access_fraction,
    signal_to_noise,
    word_rate,
)
from models.sdm.overlap import access_fraction_of_radius, radius_for_access_fraction


def test_optimal_access_fraction():
    best = optimal_access_fraction(1e6, 1e4)
    assert best == pytest.approx(0.000368, abs=5e-7)
    assert radius_for_access_fraction(1000, best) == 447


def test_the_optimum_is_the_maximum():
    best = optimal_access_fraction(1e6, [1e3, 1e4])
    at_best = signal_to_noise(1e6, [1e3, 1e4], best)
    for factor in (0.97, 1.03):
        assert (signal_to_noise(1e6, [1e3, 1e4], best * factor) < at_best).all()


def test_optimum_of_the_infinite_memory():
    """1024 patterns, 2**64 neurons, 64 bits: p = 2.98e-8 and a radius of 11."""
    best = optimal_access_fraction(2.0**64, 1024)
    assert best == pytest.approx(2.98e-8, rel=1e-3)
    distances = abs(np.log(access_fraction_of_radius(64, np.arange(65)) / best))
    assert distances.argmin() == 11


def test_signal_to_noise():
    best = optimal_access_fraction(1e6, 1e4)
    assert signal_to_noise(1e6, 1e4, best) == pytest.approx(8.43, abs=0.005)
    p = access_fraction_of_radius(1000, 451)
    assert signal_to_noise(1e6, 1e4, p) == pytest.approx(6.68, abs=0.005)


def test_signal_to_noise_of_a_simulated_memory(words):
    from models.sdm import SparseDistributedMemory

    memory = SparseDistributedMemory(256, 20_000, 400, access_fraction=0.005)
    addresses, data = words(400, 256, 1), words(400, 400, 2)
    memory.write(addresses, data)
    aligned = memory.read_sums(addresses) * np.where(data, 1, -1)
    expected = signal_to_noise(20_000, 400, memory.access_fraction)
    assert aligned.mean() / aligned.std() == pytest.approx(float(expected), rel=0.06)


def test_bit_error():
    np.testing.assert_allclose(bit_error([0, 2.33, 6.68]), norm.sf([0, 2.33, 6.68]), rtol=1e-10)


@pytest.mark.parametrize(
    ("locations", "z_score", "fraction", "stored", "within"),
    [
        (1e6, 2.33, 1.42e-4, 173_657, 0.5),
        (1e6, norm.ppf(0.5**0.001), 1.78e-4, 89_356, 1),
        (1e6, norm.ppf(0.99**0.001), 2.18e-4, 48_133, 1),
        (1e5, norm.ppf(0.5**0.001), 8.5e-4, 8_025, 1),
    ],
)
def test_best_capacity(locations, z_score, fraction, stored, within):
    best = best_capacity(locations, z_score)
    assert best.stored_words == pytest.approx(stored, abs=within)
    assert best.access_fraction == pytest.approx(fraction, rel=0.006)
    grid = capacity(locations, np.geomspace(1e-5, 0.1, 2001), z_score)
    assert grid.max() == pytest.approx(best.stored_words, rel=1e-4)
    assert grid.max() <= best.stored_words


def test_capacity_at_the_authors_grid_point():
    assert capacity(1e6, 1.456e-4, 2.33) == pytest.approx(173_650, rel=5e-4)


def test_capacity_at_the_usual_access_fraction():
    p = access_fraction_of_radius(1000, 451)
    z = norm.ppf(0.5**0.001)
    assert capacity(1e6, p, z) == pytest.approx(45_074, rel=5e-4)


def test_binary_entropy():
    np.testing.assert_allclose(binary_entropy([0, 0.5, 1]), [0, 1, 0], atol=1e-15)
    assert binary_entropy(0.11) == pytest.approx(0.49992, abs=1e-5)


def test_bits_per_connection():
    np.testing.assert_allclose(bits_per_connection([2.33, 3, 4]), [0.169, 0.109, 0.062], atol=5e-4)


def test_word_rate():
    rates = word_rate([0.05, 0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(rates, [0.714, 0.531, 0.278, 0.119, 0.029], atol=5e-4)


def test_the_theory_module_offers_everything():
    for name in theory.__all__:
        assert getattr(theory, name).__name__ == name
        assert getattr(theory, name).__doc__
