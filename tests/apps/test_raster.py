"""Rasters: each spike has its pixel, in the colour of its cell, whatever the frames were."""

import numpy as np
import pytest
import xarray as xr
from bokeh.document import Document
from bokeh.events import Reset
from hypothesis import given, settings
from hypothesis import strategies as st
from spiking_runs import CELLS, END, RASTER, ROLLING, frames, protocol, spiking

from apps.drawing.palette import colour
from apps.drawing.raster import TILES, RasterPlot
from apps.drawing.series import series
from apps.drawing.spikes import CODES, COLUMNS, ROWS, Canvas, spikes
from workbench import Raster, variable
from workbench.frames import Frames


def painted(plot):
    """Return the picture as a browser puts it together, and where its columns begin."""
    data, bin = plot._source.data, plot._canvas.bin
    rows = plot._canvas.image.shape[0]
    picture = np.zeros((rows, 4000), np.uint8)
    for image, x, wide, high in zip(
        *(data[k] for k in ("image", "x", "wide", "high")), strict=True
    ):
        first, count = round(x / bin), image.shape[1]
        assert x == pytest.approx(first * bin) and wide == pytest.approx(count * bin)
        assert image.shape[0] == rows and high == rows * plot._canvas.row
        shown = picture[:, first : first + count]
        shown[image > 0] = image[image > 0]  # what is clear hides nothing
    return picture


def expected(plot, times, cells, codes, since=0.0):
    """Return the picture that has just these spikes, from a time on."""
    picture = np.zeros((plot._canvas.image.shape[0], 4000), np.uint8)
    for time, cell, code in zip(times, cells, codes, strict=True):
        if time >= since:
            at = cell // plot._canvas.row, int(time // plot._canvas.bin)
            picture[at] = max(picture[at], code)
    return picture


def whole(some):
    joined = Frames()
    for frame in some:
        joined.add(frame)
    return joined.dataset()


def test_every_spike_has_its_pixel_in_the_colour_its_cell_had():
    plot, times, cells, codes = RasterPlot(RASTER), [], [], []
    for frame in frames():
        plot.show(frame)
        times += frame.spike_time.values.tolist()
        cells += frame.spike_cell.values.tolist()
        names = frame.cell_role.values[frame.spike_cell.values]
        codes += [CODES.index(name) for name in names]
    assert {"excitatory", "inhibitory", "engram"} == {CODES[code] for code in codes}
    assert len(plot._source.data["x"]) > 5  # it was sent in parts
    np.testing.assert_array_equal(painted(plot), expected(plot, times, cells, codes))


def test_a_redraw_shows_the_same_spikes_with_their_last_roles():
    data, plot = whole(frames()), RasterPlot(RASTER)
    plot.replace(data)
    found = spikes(RASTER, data)
    wanted = expected(plot, found.times, found.cells, found.codes)
    np.testing.assert_array_equal(painted(plot), wanted)
    plot.replace(spiking([1.0], [2], ["cue"] * CELLS))
    assert painted(plot).sum() == CODES.index("cue")


def test_live_and_finished_show_the_same_spikes():
    data, plot = whole(frames()), RasterPlot(RASTER)
    plot.show(data)
    finished = [
        (x, y, CODES.index(one.role)) for one in series(RASTER, data)
        for x, y in zip(one.x, one.y, strict=True)
    ]  # fmt: skip
    assert len(finished) == data.sizes["spike"]
    np.testing.assert_array_equal(painted(plot), expected(plot, *zip(*finished, strict=True)))


@settings(max_examples=6)
@given(st.lists(st.integers(0, 20), max_size=6))
def test_however_it_was_sliced(cuts):
    some = [frame.drop_vars("cell_role") for frame in frames()]
    edges = [0, *sorted(cuts), 20]
    pieces = [some[a:b] for a, b in zip(edges, edges[1:], strict=False) if b > a]
    for observable in (RASTER, ROLLING):
        at_once, sliced = RasterPlot(observable), RasterPlot(observable)
        at_once.show(whole(some))
        for piece in pieces:
            sliced.show(whole(piece))
        since = END - observable.window if observable.window else 0.0
        first = int(since // sliced._canvas.bin) + 1
        np.testing.assert_array_equal(painted(sliced)[:, first:], painted(at_once)[:, first:])


def test_a_rolling_view_shows_the_last_seconds_and_says_so():
    plot, ends = RasterPlot(ROLLING), []
    for frame in frames():
        plot.show(frame)
        ends.append((plot.figure.x_range.start, plot.figure.x_range.end))
    assert ends[:5] == [(0, 2)] * 4 + [(0.5, 2.5)]
    assert ends[-1] == (END - 2, END)
    data = whole(frames())
    found = spikes(ROLLING, data)
    picture = painted(plot)
    first = int((END - 2) // plot._canvas.bin) + 1
    wanted = expected(plot, found.times, found.cells, found.codes) > 0  # roles changed under way
    np.testing.assert_array_equal(picture[:, first:] > 0, wanted[:, first:])
    assert plot._canvas.first > 0  # what is long past is forgotten
    assert plot.figure.xaxis.axis_label == "time (s), the last 2 s"
    assert plot.figure.yaxis.axis_label == "cell"


def test_a_run_that_is_shorter_than_the_window_is_seen_as_a_whole():
    plot = RasterPlot(Raster(window=2 * END))
    assert plot.figure.x_range.end == 2 * END
    for frame in frames():
        plot.show(frame)
        assert (plot.figure.x_range.start, plot.figure.x_range.end) == (0, END)
    plot = RasterPlot(Raster(window=2.0))
    plot.show(spiking([0.5], [0]).assign(protocol([("phase", 0.0, 2.0, "rest", "")])))
    assert (plot.figure.x_range.start, plot.figure.x_range.end) == (0, 2)
    plot = RasterPlot(Raster(window=2.0))
    plot.show(spiking([0.5], [0]))
    assert (plot.figure.x_range.start, plot.figure.x_range.end) == (0, 2)


def test_cells_are_numbered_by_whole_numbers():
    assert RasterPlot(RASTER).figure.yaxis[0].ticker.min_interval == 1


def test_the_view_of_a_whole_run_is_as_long_as_its_protocol_or_grows():
    plot = RasterPlot(RASTER)
    plot.show(next(iter(frames())))
    assert (plot.figure.x_range.start, plot.figure.x_range.end) == (0, END)
    assert plot.figure.xaxis.axis_label == "time (s)"
    assert plot._canvas.bin >= END / COLUMNS
    plot = RasterPlot(RASTER)
    for end in (0.5, 3.0, 70.0):
        plot.show(spiking([end], [0], ["excitatory"] * 3))
        assert plot.figure.x_range.end == end
    assert plot.figure.y_range.end == 2.5


def test_time_goes_on_without_spikes():
    plot = RasterPlot(ROLLING)
    clock = xr.Dataset({"now": variable((), 7.0, "s", "time reached")})
    samples = xr.Dataset(coords={"time": variable("time", [8.0, 9.0], "s", "time")})
    trials = xr.Dataset(coords={"time": variable("time", [90.0], "day", "time")})
    for data, end in ((clock, 7.0), (samples, 9.0), (trials, 9.0)):
        plot.show(data)
        assert plot.figure.x_range.end == end
    plot.show(spiking([], [], ["excitatory"] * 5))
    assert plot.figure.y_range.end == 4.5 and list(plot._source.data["x"]) == []


def test_a_person_may_look_elsewhere_and_come_back():
    plot, some = RasterPlot(ROLLING), list(frames())
    for frame in some[:10]:
        plot.show(frame)
    plot.figure.x_range.update(start=1.0, end=3.0)
    plot.show(some[10])
    assert (plot.figure.x_range.start, plot.figure.x_range.end) == (1.0, 3.0)
    plot.figure._trigger_event(Reset(model=plot.figure))
    plot.show(some[11])
    assert plot.figure.x_range.end == plot.figure.x_range.reset_end == 6.0


def test_clear_empties_and_a_new_run_starts_afresh():
    plot, some = RasterPlot(ROLLING), list(frames())
    for frame in some:
        plot.show(frame)
    height = plot.figure.height
    plot.clear()
    assert all(len(column) == 0 for column in plot._source.data.values())
    plot.show(some[0])
    assert (plot.figure.x_range.start, plot.figure.x_range.end) == (0, 2)
    assert painted(plot).any() and plot.figure.height == height


def test_many_parts_are_put_together():
    plot = RasterPlot(RASTER)
    plot.show(xr.Dataset(protocol()))
    most = 0
    for i in range(3 * TILES):
        plot.show(spiking([END * i / (3 * TILES)], [i % 5]))
        most = max(most, len(plot._source.data["x"]))
    assert 100 < most <= TILES
    assert (painted(plot) > 0).sum() == 3 * TILES


def test_cells_are_told_apart_by_name_and_colour():
    names = ["excitatory", "inhibitory", "granule cell", "excitatory"]
    for dark in (False, True):
        plot = RasterPlot(RASTER, dark=not dark)
        plot.show(spiking([0.1], [0], names))
        plot.paint(dark)
        assert [i.label.value for i in plot._legend.items] == ["granule cell", *names[:2]]
        fills = [i.renderers[0].glyph.fill_color for i in plot._legend.items]
        assert fills == [colour(role, dark) for role in ("other", "excitatory", "inhibitory")]
        assert plot._mapper.palette[1:] == [colour(role, dark) for role in CODES[1:]]
        assert (plot._mapper.low, plot._mapper.high) == (0, len(CODES) - 1)
    plot.show(spiking([0.2], [0], ["engram"] * 4))
    assert plot._legend.items == []


def test_a_model_has_its_own_words_for_roles():
    named = Raster(labels={"engram": "assembly 1", "cue": "its cued part"})
    data = spiking([0.1, 0.2], [0, 1], ["engram", "cue", "inhibitory"])
    plot = RasterPlot(named)
    plot.show(data)
    told = [item.label.value for item in plot._legend.items]
    assert told == ["inhibitory", "its cued part", "assembly 1"]
    fills = [item.renderers[0].glyph.fill_color for item in plot._legend.items]
    assert fills == [colour(role) for role in ("inhibitory", "cue", "engram")]
    drawn = series(named, data)
    assert [one.label for one in drawn] == told
    assert [one.role for one in drawn] == ["inhibitory", "cue", "engram"]
    plot.show(spiking([0.3], [0], ["cue", "cue", "inhibitory"]))
    assert [item.label.value for item in plot._legend.items] == told[:2]


def test_cells_of_which_nothing_is_told_are_grey_and_not_in_the_legend():
    plot = RasterPlot(RASTER)
    plot.show(spiking([0.001], [5], ["excitatory", "inhibitory"]))
    assert [i.label.value for i in plot._legend.items] == ["excitatory", "inhibitory"]
    assert painted(plot)[5].max() == CODES.index("other")


def test_spikes_after_a_silence_have_their_place():
    plot, times = RasterPlot(RASTER), [0.1, 0.2, 5.0, 5.1]
    for part, now in ((times[:2], 0.3), ([], 4.9), (times[2:], 5.2)):
        clock = {"now": variable((), now, "s", "time reached")}
        plot.show(spiking(part, [0] * len(part), ["engram"]).assign(clock))
    wanted = expected(plot, times, [0] * 4, [CODES.index("engram")] * 4)
    np.testing.assert_array_equal(painted(plot), wanted)


def test_a_protocol_that_is_told_once_is_kept():
    plot = RasterPlot(RASTER)
    plot.show(spiking([1.0], [0]).assign(protocol()))
    plot.show(spiking([2.0], [0]))
    assert plot.figure.x_range.end == END


def test_roles_that_are_told_once_are_kept():
    plot = RasterPlot(RASTER)
    plot.show(spiking([0.001], [1], ["excitatory", "engram"]))
    plot.show(spiking([0.005], [1]))
    assert set(np.unique(painted(plot))) == {0, CODES.index("engram")}


def test_a_document_takes_it():
    plot, document = RasterPlot(RASTER), Document()
    document.add_root(plot.figure)
    plot.show(whole(frames()))
    document.validate()
    assert document.to_json()


some_spikes = st.lists(
    st.tuples(st.floats(0, 1e4), st.integers(0, 900), st.integers(1, 7)), min_size=1, max_size=30
)


class TestCanvas:
    @given(some_spikes, st.integers(1, 29))
    def test_it_has_just_the_spikes_whatever_came_first(self, found, cut):
        canvas = Canvas()
        for part in (found[:cut], found[cut:]):
            times, cells, codes = (np.array(c) for c in zip(*part, strict=True)) if part else [
                np.empty(0)] * 3  # fmt: skip
            canvas.paint(times, cells, codes)
        wanted = np.zeros_like(canvas.image)
        for time, cell, code in found:
            at = cell // canvas.row, int(np.floor(time / canvas.bin))
            wanted[at] = max(wanted[at], code)
        np.testing.assert_array_equal(canvas.image, wanted)
        assert canvas.image.shape[0] <= ROWS and canvas.image.shape[1] == COLUMNS
        assert canvas.cells > max(cell for _, cell, _ in found)

    @given(st.lists(st.floats(0, 300), min_size=1, max_size=20).map(sorted), st.integers(0, 19))
    def test_a_window_keeps_what_is_to_be_seen(self, times, cut):
        canvas = Canvas(window=10.0)
        for part in (times[:cut], times[cut:]):
            canvas.paint(np.array(part), np.zeros(len(part), int), np.ones(len(part), int))
        shown = (np.flatnonzero(canvas.image[0]) + canvas.first).tolist()
        bins = {int(np.floor(time / canvas.bin)) for time in times}
        assert set(shown) <= bins
        assert {b for b in bins if b >= max(bins) - 500} <= set(shown)

    @pytest.mark.parametrize(("cells", "row"), [(1, 1), (160, 1), (161, 2), (320, 2), (321, 3)])
    def test_many_cells_share_rows(self, cells, row):
        canvas = Canvas()
        assert canvas.hold(cells) == (cells > 1)
        assert (canvas.row, canvas.image.shape[0]) == (row, -(-cells // row))
        assert not canvas.hold(cells - 1)

    def test_what_it_tells_has_changed(self):
        canvas, one = Canvas(), np.ones(1, int)
        canvas.hold(4)
        assert canvas.paint(np.empty(0), np.empty(0, int), np.empty(0, int)) == (0, 0)
        assert canvas.paint(np.array([0.0105, 0.0145]), np.array([1, 2]), np.array([1, 2])) == (
            10, 15,
        )  # fmt: skip
        assert canvas.paint(np.array([0.7]), one, one) is None  # neighbouring bins were joined
        assert canvas.bin == 0.002
        assert canvas.paint(np.array([0.7]), one * 8, one) is None  # there are more cells


def test_a_raster_names_its_own_axis():
    plot = RasterPlot(Raster(y_label="neuron, sorted"))
    plot.show(spiking([0.1], [0]))
    assert plot.figure.yaxis.axis_label == "neuron, sorted"
    assert plot._legend.items == []
