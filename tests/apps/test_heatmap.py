"""Heat maps: row 0 uppermost, colours that do not flicker, names and units on everything."""

import numpy as np
import pytest
import xarray as xr
from bokeh.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from spiking_runs import ENGRAM, MEMBERS, WEIGHTS, members, weights

from apps.drawing.grid import MOST, averaged, grid, rounded, scale
from apps.drawing.heatmap import HeatMap
from apps.drawing.palette import BLANK, CLEAR, INKED, MAGNITUDE, SIGNED, colour, ground
from workbench import Matrix, variable

SQUARE = np.arange(16.0).reshape(4, 4)


def picture(plot):
    (image,) = plot._source.data["image"]
    return image


def limits(plot):
    return plot._mapper.low, plot._mapper.high


def test_it_shows_the_numbers_with_row_0_at_the_top():
    plot = HeatMap(WEIGHTS)
    plot.show(weights(SQUARE, border=(2,)))
    np.testing.assert_array_equal(picture(plot), SQUARE)
    fig = plot.figure
    assert (fig.y_range.start, fig.y_range.end) == (4, 0)  # downwards
    assert (fig.x_range.start, fig.x_range.end) == (0, 4)
    assert plot._source.data["wide"] == plot._source.data["high"] == [4]
    assert (fig.xaxis.axis_label, fig.yaxis.axis_label) == ("pre cell", "post cell")
    assert plot._unit.text == "weight (nS)"
    assert plot._unit in fig.right and plot._bar in fig.right
    assert plot._bar.color_mapper is plot._mapper
    assert fig.min_border_right >= 80  # so that wider numbers do not move the matrix


def test_a_matrix_is_replaced():
    plot = HeatMap(WEIGHTS)
    for values in (SQUARE, SQUARE + 1, np.ones((2, 3))):
        plot.show(weights(values, border=()))
        np.testing.assert_array_equal(picture(plot), values)
        assert (plot.figure.y_range.start, plot.figure.x_range.end) == values.shape
    before = plot._source.data
    plot.show(xr.Dataset({"other": variable((), 1.0, "1", "other")}))
    assert plot._source.data is before


def test_a_matrix_that_grows_is_continued():
    codes = np.array([[1, 2, 3, 0], [0, 0, 1, 1], [3, 3, 3, 1]])
    plot, days = HeatMap(ENGRAM), [0.0, 1.0, 10.0, 100.0]
    for i in (0, 1):
        plot.show(members(codes[:, i : i + 1], days[i : i + 1]))
    plot.show(members(codes[:, 2:], days[2:]))
    np.testing.assert_array_equal(picture(plot), np.where(codes > 0, codes, np.nan))
    axis = plot.figure.xaxis[0]
    assert axis.ticker.ticks == [0.5, 1.5, 2.5, 3.5]  # of equal width, however uneven
    assert list(axis.major_label_overrides.values()) == ["0", "1", "10", "100"]
    assert axis.axis_label == "consolidation (day)"
    plot.clear()
    plot.show(members(codes[:, :1], days[:1]))
    assert picture(plot).shape == (3, 1)


def test_the_width_follows_even_where_the_ticks_stay():
    plot = HeatMap(Matrix(("m",), "M"))
    for count in (41, 42):
        plot.show(xr.Dataset({"m": variable(("a", "b"), np.ones((2, count)), "1", "m")}))
        assert plot.figure.x_range.end == count


def test_categories_have_their_colours_and_a_legend():
    for dark in (False, True):
        plot = HeatMap(ENGRAM, dark=not dark)
        plot.show(members([[0, 1], [2, 3]], [0.0, 1.0]))
        plot.paint(dark)
        assert plot._mapper.palette == [colour(role, dark) for _, role in MEMBERS]
        assert limits(plot) == (-0.5, 3.5)  # so that the code 3 has the last colour
        items = plot._legend.items
        assert [item.label.value for item in items] == ["kept", "left", "joined"]
        fills = [item.renderers[0].glyph.fill_color for item in items]
        assert fills == [colour(role, dark) for role in ("engram", "other", "recall")]
        assert plot._bar is None
        assert np.isnan(picture(plot)[0, 0])  # a role without a colour is blank


def test_nothing_is_drawn_where_there_is_no_number():
    plot = HeatMap(WEIGHTS)
    plot.show(weights([[np.nan, 1.0], [0.5, 0.25]]))
    assert np.isnan(picture(plot)[0, 0])
    assert plot._mapper.nan_color == CLEAR
    assert limits(plot) == (0, 1)
    plot.clear()
    plot.show(weights(np.full((2, 2), np.nan)))
    assert limits(plot) == (0, 1)


def test_colours_only_become_wider_within_a_run():
    plot, told = HeatMap(WEIGHTS), []
    for most in (0.0, 0.31, 0.9, 0.2, 1.7, 0.1):
        plot.show(weights(np.full((2, 2), most)))
        told.append(limits(plot))
    assert told == [(0, 1), (0, 0.4), (0, 1), (0, 1), (0, 2), (0, 2)]
    assert plot._mapper.palette == MAGNITUDE
    plot.show(weights([[-0.5, 1.0]]))
    assert limits(plot) == (-2, 2) and plot._mapper.palette == SIGNED
    plot.show(weights([[0.5, 1.0]]))
    assert limits(plot) == (-2, 2) and plot._mapper.palette == SIGNED
    plot.replace(weights([[0.5, 1.0]]))  # another run
    assert limits(plot) == (0, 1) and plot._mapper.palette == MAGNITUDE


@given(st.floats(1e-9, 1e9))
def test_scales_end_at_round_numbers_close_by(value):
    most = rounded(value)
    assert value * (1 - 1e-5) <= most <= 1.5 * value
    assert len(f"{most:.6g}".rstrip("0").replace(".", "").lstrip("0").split("e")[0]) <= 2


@given(some.arrays(np.float32, (3, 4), elements=st.floats(-100, 100, width=32)))
def test_a_scale_covers_all_values(values):
    shades = scale(values)
    assert shades.high >= np.abs(values).max() * (1 - 1e-5)
    assert shades.low == (-shades.high if (values < 0).any() else 0)


def test_lines_part_the_blocks():
    plot = HeatMap(WEIGHTS)
    for line, at in zip(plot._lines, ([1, 3], [1, 3]), strict=True):
        plot.show(weights(SQUARE, border=(1, 3)))
        assert line.data_source.data["at"] == at
    assert [type(line.glyph).__name__ for line in plot._lines] == ["HSpan", "VSpan"]
    plot.show(weights(SQUARE[:, :2], border=(1,)))  # not a square: rows only
    assert [line.data_source.data["at"] for line in plot._lines] == [[1], []]
    plot.clear()
    assert [line.data_source.data["at"] for line in plot._lines] == [[], []]


@pytest.mark.parametrize("dark", [False, True])
def test_lines_and_words_stand_out(dark):
    def lines(plot):
        return {line.glyph.line_color for line in plot._lines}

    plot = HeatMap(WEIGHTS, dark=not dark)
    plot.paint(dark)
    plot.show(weights(SQUARE))
    assert lines(plot) == {BLANK}
    plot.show(weights(-SQUARE))
    assert lines(plot) == {INKED}
    ink = ground(dark).ink
    assert plot._bar.major_label_text_color == plot._unit.text_color == ink
    assert plot.figure.xaxis.major_label_text_color == ink
    plot = HeatMap(ENGRAM, dark)
    assert lines(plot) == {ink}


def over(coordinate, units="1"):
    """Return a matrix whose columns have this coordinate."""
    return xr.Dataset(
        {"m": variable(("a", "b"), np.ones((1, len(coordinate))), "1", "m")},
        coords={"b": variable("b", np.array(coordinate), units, "what")},
    )


@pytest.mark.parametrize(
    ("coordinate", "ticks"),
    [
        ([3, 4], {0.5: "3", 1.5: "4"}),
        (range(100), {0.5: "0", 20.5: "20", 40.5: "40", 60.5: "60", 80.5: "80"}),
        (np.arange(1, 11) / 10, {1.5: "0.2", 3.5: "0.4", 5.5: "0.6", 7.5: "0.8", 9.5: "1"}),
        (np.arange(-5, 5), {1.5: "-4", 3.5: "-2", 5.5: "0", 7.5: "2", 9.5: "4"}),
        (2.0 ** np.arange(10), {0.5: "1", 2.5: "4", 4.5: "16", 6.5: "64", 8.5: "256"}),
        (["a", "cue of module 1"], {0.5: "a", 1.5: "cue of module 1"}),
        (["cue module 1"] * 4, {i + 0.5: "cue\nmodule 1" for i in range(4)}),
        (["56-57.5 cue module 1"] * 7, {i + 0.5: "56-57.5 cue module 1" for i in range(7)}),
    ],
)
def test_ticks_are_few_and_round(coordinate, ticks):
    shown = grid(Matrix(("m",), "M"), over(coordinate)).columns
    assert {round(at, 6): text for at, text in shown.ticks.items()} == ticks
    assert shown.name == "what"


@pytest.mark.parametrize(
    ("names", "slant"),
    [
        (["cue 1"] * 7, 0),
        (["strengthening"] * 4, 35),
        (["56-57.5 cue module 1"] * 7, 60),
        (["56-57.5 cue module 1"] * 8, 90),
        (["56-57.5 cue module 1"] * 40, 90),
    ],
)
def test_names_of_columns_rise_as_steeply_as_they_must(names, slant):
    shown = grid(Matrix(("m",), "M"), over(names))
    assert (shown.columns.slant, shown.rows.slant) == (slant, 0)
    plot = HeatMap(Matrix(("m",), "M"))
    plot.show(over(names))
    assert plot.figure.xaxis[0].major_label_orientation == pytest.approx(np.radians(slant))


def test_of_many_names_of_columns_ten_are_told():
    many = grid(Matrix(("m",), "M"), over([f"event {i}" for i in range(40)])).columns
    assert list(many.ticks.values()) == [f"event {i}" for i in range(0, 40, 4)]


def test_long_names_of_rows_are_broken():
    data = over(["a"]).rename(a="c", b="a").rename(c="b")
    data = data.transpose("a", "b").assign_coords(
        a=variable("a", ["those of module 1, not cued"], "1", "cells")
    )
    assert grid(Matrix(("m",), "M"), data).rows.ticks == {0.5: "those of module 1,\nnot cued"}
    data["a"] = variable("a", ["electroencephalographic units"], "1", "cells")
    rows = grid(Matrix(("m",), "M"), data).rows
    assert (rows.ticks, rows.slant) == ({0.5: "electroencephalographic\nunits"}, 0)


@given(st.integers(1, 3000))
def test_ticks_are_never_crowded(count):
    shown = grid(Matrix(("m",), "M"), over(np.arange(count)))
    assert 1 <= len(shown.columns.ticks) <= 9
    assert all(0 < at < shown.values.shape[1] for at in shown.columns.ticks)


def test_without_a_coordinate_there_are_numbers():
    data = over([1.0, 5.0], "s").drop_vars("b")
    shown = grid(Matrix(("m",), "M", y_label="group"), data)
    assert (shown.columns.name, shown.columns.ticks) == ("b", {0.5: "0", 1.5: "1"})
    plot = HeatMap(Matrix(("m",), "M", y_label="group"))
    plot.show(data)
    assert (plot.figure.xaxis.axis_label, plot.figure.yaxis.axis_label) == ("b", "group")
    assert grid(Matrix(("absent",), "M"), data) is None


@settings(max_examples=30)
@given(
    some.arrays(np.float32, st.tuples(st.integers(1, 7), st.integers(1, 7)),
                elements=st.floats(-9, 9, width=16) | st.just(np.nan)),
    st.integers(1, 4),
)  # fmt: skip
def test_neighbours_are_averaged(values, share):
    found = averaged(values, share, 1, coded=False)
    for i, column in enumerate(range(0, values.shape[1], share)):
        for row, told in zip(values[:, column : column + share], found[:, i], strict=True):
            known = row[np.isfinite(row)]
            np.testing.assert_allclose(told, known.mean() if known.size else np.nan, rtol=1e-4)
    codes = averaged(values, share, 0, coded=True)
    np.testing.assert_array_equal(codes, values[::share])


def test_more_than_a_screen_shows_is_averaged():
    size = 2 * MOST[0]
    plot = HeatMap(WEIGHTS)
    plot.show(weights(np.ones((size, size)), border=(64,)))
    assert picture(plot).shape == (MOST[0], size)
    assert [line.data_source.data["at"] for line in plot._lines] == [[32], [64]]
    assert plot.figure.yaxis[0].ticker.ticks[1] == pytest.approx(50.25)
    assert plot.figure.yaxis[0].major_label_overrides[50.25] == "100"


def test_a_document_takes_it():
    for observable, data in ((WEIGHTS, weights(SQUARE)), (ENGRAM, members([[1]], [0.0]))):
        plot, document = HeatMap(observable), Document()
        document.add_root(plot.figure)
        height = plot.figure.height
        plot.show(data)
        document.validate()
        assert document.to_json() and plot.figure.height == height


def test_numbers_are_written_where_they_are_to_be_read():
    shown = Matrix(("weights",), "Weights", written=".1%")
    values = np.array([[0.0, 1.0], [np.nan, 0.5]])
    plot = HeatMap(shown)
    plot.show(weights(values, border=()))
    told = plot._numbers.data
    assert list(zip(told["x"], told["y"], told["text"], strict=True)) == [
        (0.5, 0.5, "0.0%"), (1.5, 0.5, "100.0%"), (1.5, 1.5, "50.0%"),
    ]  # fmt: skip
    assert told["ink"][0] == BLANK and told["ink"][1] == "#000000"  # dark blue, and yellow
    plot.clear()
    assert not plot._numbers.data["text"]
    plain = HeatMap(WEIGHTS)
    plain.show(weights(values, border=()))
    assert not plain._numbers.data["text"]
