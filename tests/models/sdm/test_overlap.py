"""Access fraction, radius, overlap curves and the attention fit, against published numbers."""

import time
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.sdm.overlap import (
    access_fraction_of_radius,
    attention_fit,
    circle_overlap,
    radius_for_access_fraction,
    selected_coordinate_overlap,
    shared_locations,
)


@pytest.mark.parametrize(
    ("bits", "radius", "fraction", "digits"),
    [
        (256, 103, 0.0010668, 5e-8),
        (1000, 451, 0.0010719, 5e-8),
        (1000, 447, 0.000445, 5e-7),
        (10_000, 4845, 0.001, 1e-6),
    ],
)
def test_radius_table(bits, radius, fraction, digits):
    assert access_fraction_of_radius(bits, radius) == pytest.approx(fraction, abs=digits)
    assert radius_for_access_fraction(bits, access_fraction_of_radius(bits, radius)) == radius


def test_activated_locations_of_a_million():
    """1066.85 with a standard deviation of 32.65 at N = 256, R = 103."""
    p = access_fraction_of_radius(256, 103)
    assert 1e6 * p == pytest.approx(1066.85, abs=0.005)
    assert np.sqrt(1e6 * p * (1 - p)) == pytest.approx(32.65, abs=0.005)


@given(bits=st.integers(1, 2000), fraction=st.floats(1e-9, 1 - 1e-9))
def test_radius_is_the_binomial_quantile(bits, fraction):
    shares = access_fraction_of_radius(bits, np.arange(bits + 1))
    # At a step of the distribution the last digit of either library decides.
    assume(np.abs(shares / fraction - 1).min() > 1e-9)
    assert radius_for_access_fraction(bits, fraction) == binom.ppf(fraction, bits, 0.5)


def test_radius_takes_arrays():
    radii = radius_for_access_fraction(1000, [[0.001, 0.000368]])
    np.testing.assert_array_equal(radii, [[451, 447]])
    np.testing.assert_allclose(access_fraction_of_radius(4, [0, 2, 4]), [1 / 16, 11 / 16, 1])


@pytest.mark.parametrize("fraction", [0, 1, -0.1, float("nan"), [0.5, 2]])
def test_fraction_out_of_range(fraction):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        radius_for_access_fraction(100, fraction)


@pytest.mark.parametrize("radius", [-1, 101, [3, 200]])
def test_radius_out_of_range(radius):
    with pytest.raises(ValueError, match="from 0 to 100"):
        access_fraction_of_radius(100, radius)


def counted_overlap(bits, radius, distance):
    """Count exactly, in integers, the addresses in both circles."""
    total = sum(
        comb(distance, i) * comb(bits - distance, j)
        for i in range(distance + 1)
        for j in range(bits - distance + 1)
        if i + j <= radius and distance - i + j <= radius
    )
    return total / 2**bits


@settings(max_examples=60, deadline=None)
@given(data=st.data(), bits=st.integers(1, 40))
def test_overlap_equals_the_count(data, bits):
    radius = data.draw(st.integers(0, bits))
    distance = data.draw(st.integers(0, bits))
    expected = counted_overlap(bits, radius, distance)
    assert circle_overlap(bits, radius, distance) == pytest.approx(expected, rel=1e-11, abs=1e-300)


def test_overlap_at_200000_locations():
    shared = shared_locations(200_000, circle_overlap(1000, 451, [0, 100, 150, 200]))
    np.testing.assert_allclose(shared, [214.4, 57.2, 34.7, 20.7], atol=0.05)


@pytest.mark.parametrize("bits", [100, 101])
def test_overlap_is_a_staircase(bits):
    overlap = circle_overlap(bits, 40)
    assert overlap.shape == (bits + 1,)
    np.testing.assert_array_equal(overlap[1:-1:2], overlap[2::2][: len(overlap[1:-1:2])])
    assert (np.diff(overlap[::2]) < 0)[:40].all()
    assert overlap[0] == pytest.approx(access_fraction_of_radius(bits, 40), rel=1e-12)
    assert overlap[82:].max() == 0


def test_overlap_keeps_the_shape_of_distances():
    distances = np.array([[0, 3], [4, 10]])
    overlap = circle_overlap(10, 4, distances)
    assert overlap.shape == (2, 2)
    np.testing.assert_array_equal(overlap, circle_overlap(10, 4)[distances])
    assert selected_coordinate_overlap(10, 2, distances).shape == (2, 2)


def test_the_whole_curve_is_quick():
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        circle_overlap(1000, 451)
        best = min(best, time.perf_counter() - start)
    assert best < 0.1


@pytest.mark.parametrize("curve", [circle_overlap, selected_coordinate_overlap])
@pytest.mark.parametrize("distances", [-1, 11, [0, 99]])
def test_distances_out_of_range(curve, distances):
    with pytest.raises(ValueError, match="distances are .* from 0 to 10"):
        curve(10, 3, distances)


@pytest.mark.parametrize("radius", [-1, 11])
def test_circle_radius_out_of_range(radius):
    with pytest.raises(ValueError, match="radius is .* from 0 to 10"):
        circle_overlap(10, radius)


@pytest.mark.parametrize("selected", [0, 11])
def test_selected_bits_out_of_range(selected):
    with pytest.raises(ValueError, match="selected_bits is .* from 1 to 10"):
        selected_coordinate_overlap(10, selected)


@given(bits=st.integers(1, 60), data=st.data())
def test_selected_overlap_equals_the_count(bits, data):
    selected = data.draw(st.integers(1, bits))
    distance = data.draw(st.integers(0, bits))
    expected = comb(bits - distance, selected) / comb(bits, selected) / 2**selected
    overlap = selected_coordinate_overlap(bits, selected, distance)
    assert overlap == pytest.approx(expected, rel=1e-12)


def test_ten_selected_coordinates_of_a_thousand():
    overlap = selected_coordinate_overlap(1000, 10)
    assert overlap[0] == 2**-10
    np.testing.assert_allclose(overlap[:200], 2**-10 * (1 - np.arange(200) / 1000) ** 10, rtol=0.02)


# Bits, radius, beta fitted from distance 0, beta of the authors' notebook (from distance 1).
BETAS = [
    (1000, 384, 24.56, 24.62),
    (1000, 441, 7.90, 7.918),
    (1000, 451, 5.95, None),
    (1000, 447, 6.70, None),
    (64, 11, 14.41, None),
    (64, 9, 17.81, None),
    (64, 15, 9.44, None),
]


@pytest.mark.parametrize(("bits", "radius", "fitted", "published"), BETAS)
def test_attention_beta(bits, radius, fitted, published):
    fit = attention_fit(circle_overlap(bits, radius), radius)
    assert fit.beta == pytest.approx(fitted, abs=0.005)
    if published:
        assert fit.beta == pytest.approx(published, rel=0.005)


def test_attention_r_squared():
    assert attention_fit(circle_overlap(1000, 451), 451).r_squared == pytest.approx(0.992, abs=5e-4)
    assert attention_fit(circle_overlap(64, 11), 11).r_squared == pytest.approx(0.972, abs=5e-4)


def test_an_exponential_curve_is_fitted_exactly():
    cosine = 1 - 2 * np.arange(101) / 100
    fit = attention_fit(0.3 * np.exp(4 * cosine), 30)
    assert fit.beta == pytest.approx(4)
    assert fit.r_squared == pytest.approx(1)


@pytest.mark.parametrize(("bits", "radius"), [(10, 2), (10, 10)])
def test_attention_needs_a_positive_curve(bits, radius):
    with pytest.raises(ValueError, match="overlap above 0"):
        attention_fit(circle_overlap(bits, 2), radius)
