"""What the pictures of the recall experiment say, on data made by hand."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from models.sdm.readings import (
    activated_reading,
    attention_reading,
    critical_reading,
    crossing,
    measured_critical_distance,
    overlap_reading,
    pictures_reading,
)


def along(name, values):
    return {name: ("trial", np.array(values))}


def recalled(converged, distance=(0, 100, 200, 300)):
    """Return data of a run in which these shares of the cues found their words."""
    return xr.Dataset(along("converged", converged), coords=along("cue_distance", distance))


# Where values fall below a level


@pytest.mark.parametrize(
    ("values", "level", "expected"),
    [
        ([1.0, 0.75, 0.25, 0.0], 0.5, 15.0),
        ([1.0, 0.9, 0.4, 0.0], 0.5, 18.0),
        ([1.0, 0.5, 0.0, 0.0], 0.5, 10.0),  # at the level is not below it
        ([1.0, 0.0, 1.0, 0.0], 0.5, 5.0),  # the first time counts
        ([0.4, 0.9, 0.4, 0.0], 0.5, 0.0),
        ([2.0, 1.0, 1.0, -3.0], 0.0, 22.5),
    ],
)
def test_a_crossing_lies_linearly_between_points(values, level, expected):
    assert crossing(np.array([0, 10, 20, 30]), np.array(values), level) == expected


def test_values_that_never_fall_below_have_no_crossing():
    assert np.isnan(crossing(np.array([0, 1]), np.array([1.0, 0.5]), 0.5))


@given(slope=st.floats(0.01, 10), at=st.floats(1, 99))
def test_the_crossing_of_a_line_is_exact(slope, at):
    distance = np.linspace(0, 100, 12)
    assert crossing(distance, slope * (at - distance), 0.0) == pytest.approx(at, rel=1e-9)


def one_read(distance, after, **more):
    """Return data in which one read left these distances."""
    scalars = {"critical_auto": 81.0, "critical_hetero": 71.0, "address_bits": 256,
               "mean_word_distance": 128.0}  # fmt: skip
    return xr.Dataset(
        along("distance_one_read", after) | scalars | more, coords=along("cue_distance", distance)
    )


def test_the_critical_distance_is_where_one_read_brings_nothing():
    data = one_read([0, 20, 40, 60], [0.0, 0.0, 30.0, 80.0])
    assert measured_critical_distance(data) == 40 + 20 * 10 / 30
    assert np.isnan(measured_critical_distance(one_read([0, 20, 40], [5.0, 1.0, 30.0])))
    assert measured_critical_distance(one_read([0, 20, 40], [0.0, 25.0, 45.0])) == 20


def test_the_critical_reading_tells_both_theories():
    assert critical_reading(one_read([0, 20, 40, 60], [0.0, 0.0, 30.0, 80.0])) == (
        "One read stops helping at 47 bits; theory for random words puts that point at 81 bits "
        "when words are stored at themselves and at 71 bits when data and address are unrelated."
    )


def test_where_every_cue_gets_nearer_the_noisiest_is_told():
    text = critical_reading(one_read([0, 20, 40], [0.0, 0.0, 1.0]))
    assert text.startswith("One read still helps at 40 bits, the noisiest cue tried; theory ")


def test_where_theory_sees_no_end_no_distance_is_told():
    text = critical_reading(one_read([0, 20], [0.0, 0.0], critical_auto=float("nan")))
    assert "puts that point at no distance when words are stored at themselves and at 71" in text
    at_last = critical_reading(one_read([0, 20], [0.0, 0.0], critical_auto=256.0))
    assert "at 256 bits when" in at_last
    at_once = critical_reading(one_read([0, 20], [0.0, 0.0], critical_hetero=1.0))
    assert "and at 1 bit when" in at_once


@pytest.mark.parametrize(("apart", "told"), [(100.0, True), (125.0, True), (126.0, False)])
def test_words_that_are_alike_are_told(apart, told):
    text = critical_reading(one_read([0, 20], [0.0, 0.0], mean_word_distance=apart))
    sentence = (
        f" The stored words are alike (on average {apart:.0f} bits apart, random ones 128), "
        "which costs recall."
    )
    assert text.endswith(sentence) == told
    assert ("alike" in text) == told


def test_a_single_word_is_like_no_other():
    assert "alike" not in critical_reading(one_read([0], [0.0], mean_word_distance=np.nan))


# Recall


@pytest.mark.parametrize(
    ("converged", "text"),
    [
        (
            [1.0, 1.0, 0.75, 0.25],
            "Half of the cues 250 bits away still find their word by repeated reading; up to 100 "
            "bits all do.",
        ),
        (
            [0.9, 0.9, 0.75, 0.25],
            "Half of the cues 250 bits away still find their word by repeated reading.",
        ),
        (
            [1.0, 0.9, 0.75, 0.25],
            "Half of the cues 250 bits away still find their word by repeated reading.",
        ),
        (  # all of the farther cues found theirs by luck
            [1.0, 0.9, 1.0, 0.0],
            "Half of the cues 250 bits away still find their word by repeated reading.",
        ),
        (
            [1.0, 1.0, 0.75, 0.5],
            "Reading again and again recalls most words from cues up to 300 bits away.",
        ),
        (
            [0.25, 1.0, 1.0, 0.0],
            "Even from its own address only 25% of the words are recalled: the memory is "
            "overloaded, or its words are too much alike.",
        ),
    ],
)
def test_the_recall_reading(converged, text):
    assert overlap_reading(recalled(converged)) == text


# Pictures


@pytest.mark.parametrize(
    ("distances", "text"),
    [
        ([200, 50, 3, 0, 0],
         "From a cue with 200 of 1000 bits flipped, 4 reads recall every bit."),
        ([200, 150, 120, 110, 100],
         "The cue had 200 of 1000 bits flipped; after 4 reads 100 are wrong."),
        ([300, 350, 400, 400, 450],
         "The cue had 300 of 1000 bits flipped, too many: reading leads away from the stored "
         "word, to 450 wrong bits."),
        ([300, 250, 300],
         "The cue had 300 of 1000 bits flipped, too many: reading leads away from the stored "
         "word, to 300 wrong bits."),
        ([0, 0, 0, 0, 0], "From a cue with 0 of 1000 bits flipped, 4 reads recall every bit."),
        ([0, 3, 9, 20, 40],
         "Even from the word itself 4 reads lead away, to 40 of 1000 wrong bits."),
    ],
)  # fmt: skip
def test_the_reading_of_the_pictures(distances, text):
    data = xr.Dataset({"shown_distance": ("read", distances), "address_bits": 1000})
    assert pictures_reading(data) == text


# Locations


def test_the_reading_of_the_activated_locations():
    data = xr.Dataset({"activated": ("step", [100, 110, 120]), "expected_activated": 107.0})
    assert activated_reading(data) == (
        "An address activates 110.0 ± 8.2 hard locations; 107.0 are expected. Each word is written "
        "to that many places at once."
    )


def test_the_reading_of_the_attention():
    data = xr.Dataset({"attention_beta": 4.512, "attention_r_squared": 0.9957})
    text = attention_reading(data)
    assert "softmax attention with beta = 4.51 fits" in text and text.endswith("R² = 0.996.")
