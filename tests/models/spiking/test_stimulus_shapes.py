"""Shapes, cues and the times at which they are shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.spiking.dynamic_engram_schedule import beat, cues_begin, drawn, of_test, whole
from models.spiking.simulation import BEAT
from models.spiking.stimulus_shapes import SHAPES, coverage, outline, partial_cues

SIZES = {"square": 1316, "circle": 1356, "pentagon": 1219, "hexagon": 1260}
SHARED = {"circle": 0.593, "pentagon": 0.507, "hexagon": 0.520}

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_as_large_as_the_published_ones(shape):
    assert outline(shape).sum() == pytest.approx(SIZES[shape], rel=0.005)


@pytest.mark.parametrize("shape", SHARED)
def test_shapes_share_as_much_of_the_square_as_the_published_ones(shape):
    square = outline("square")
    shared = (outline(shape) & square).sum() / square.sum()
    assert shared == pytest.approx(SHARED[shape], rel=0.02)


def test_the_square_is_a_frame_seven_pixels_wide():
    rows = np.flatnonzero(outline("square").any(axis=1))
    assert (rows[0], rows[-1]) == (5, 58)
    assert outline("square")[32].sum() == 14


def test_a_pentagon_stands_on_a_side_and_a_circle_is_round():
    widths = outline("pentagon").sum(axis=1)
    assert np.flatnonzero(widths)[0] < 5
    assert widths[widths > 0][0] < 6 < 30 < widths[widths > 0][-1]
    assert (outline("circle") == outline("circle").T).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_four_cues_lack_one_side_or_corner_each(shape):
    whole, cues = outline(shape), partial_cues(shape)
    assert cues.shape == (4, 64, 64)
    assert not (cues & ~whole).any()
    shares = cues.sum(axis=(1, 2)) / whole.sum()
    assert shares.min() >= 0.68 and shares.max() <= 0.795
    missing = whole & ~cues
    assert (missing.sum(axis=0) <= 1).all()
    for cue, edge in zip(missing, ("top", "right", "bottom", "left"), strict=True):
        y, x = np.argwhere(cue).mean(axis=0) - 31.5
        assert {"top": -y, "right": x, "bottom": y, "left": -x}[edge] > 15


@given(seed=seeds, side=st.sampled_from([4, 16, 32, 64]))
def test_a_coarser_sheet_is_driven_as_strongly_as_a_fine_one(seed, side):
    mask = np.random.default_rng(seed).random((64, 64)) < 0.3
    covered = coverage(mask, side)
    assert covered.shape == (side**2,)
    assert covered.sum() * (64 / side) ** 2 == pytest.approx(mask.sum())
    assert covered.min() >= 0 and covered.max() <= 1


def test_neurons_of_a_sheet_are_counted_row_by_row():
    mask = np.zeros((64, 64), bool)
    mask[3, 40] = True
    assert np.flatnonzero(coverage(mask, 64)).tolist() == [3 * 64 + 40]
    assert coverage(mask, 16)[10] == 1 / 16


@given(seed=seeds, start=st.integers(0, 5000), length=st.integers(1, 5000), pause=st.floats(0.1, 5))
def test_presentations_lie_within_their_time_one_after_the_other(seed, start, length, pause):
    end = start + length
    times = np.array(
        drawn(np.random.default_rng(seed), start * BEAT, end * BEAT, pause), int
    ).reshape(-1, 2)
    assert (times >= start).all() and (times <= end).all()
    assert (times[:, 1] > times[:, 0]).all()
    assert (times[1:, 0] >= times[:-1, 1]).all()
    assert length < 250 or times.size  # none but a very long one would not fit


def test_presentations_last_a_second_and_pauses_as_long_as_asked():
    times = np.array(drawn(np.random.default_rng(1), 10, 12000, 2.0)) * BEAT
    on, off = times[:, 1] - times[:, 0], times[1:, 0] - times[:-1, 1]
    assert times[0, 0] == 10 and 11980 < times[-1, 1] <= 12000
    assert on.min() > 0
    assert on.mean() == pytest.approx(1.0, abs=0.02)
    assert on.std() == pytest.approx(1 / 3, abs=0.02)
    assert off.mean() == pytest.approx(2.0, abs=0.1)
    assert off.std() == pytest.approx(2.0, abs=0.15)


@given(seed=seeds, start=st.floats(0, 1000), seconds=st.floats(5, 300))
def test_a_test_shows_the_whole_square_and_then_cues_of_all_shapes_in_turn(seed, start, seconds):
    shown = of_test(np.random.default_rng(seed), start, start + seconds, 0.5)
    boundary = beat(cues_begin(start, start + seconds))
    assert boundary * BEAT == pytest.approx(start + 0.4 * seconds, abs=BEAT)
    probes = [one for one in shown if one.cue is None]
    cues = shown[len(probes) :]
    assert all(one.shape == "square" and one.end <= boundary for one in probes)
    assert all(one.start >= beat(start + 1) for one in probes)
    assert all(one.start >= boundary and one.cue is not None for one in cues)
    numbers = [SHAPES.index(one.shape) + 4 * one.cue for one in cues]
    assert numbers == [number % 16 for number in range(len(cues))]


def test_a_whole_shape_is_shown_again_and_again():
    shown = whole(np.random.default_rng(2), 0, 60, 1.0, "hexagon")
    assert {(one.shape, one.cue) for one in shown} == {("hexagon", None)}
    assert 20 < len(shown) < 45
