"""Finished rasters, heat maps and protocols: the numbers that were seen live, on paper."""

import re
from dataclasses import replace

import holoviews as hv
import numpy as np
import pytest
import xarray as xr
from bokeh.models import ColorBar, GridPlot, Legend, Plot
from matplotlib.image import imread
from spiking_runs import (
    DRAWN,
    END,
    ENGRAM,
    EVENTS,
    RASTER,
    STRIP,
    WEIGHTS,
    frames,
    members,
    protocol,
    spiking,
    weights,
)

from apps.drawing import figures
from apps.drawing.elements import element, load
from apps.drawing.figure_style import MANY
from apps.drawing.figures import figure, save_figure
from apps.drawing.heatmap import HeatMap
from apps.drawing.lanes import words
from apps.drawing.palette import BLANK, INKED, MAGNITUDE, SIGNED, colour
from apps.drawing.series import series
from apps.drawing.stage import live_plot
from apps.drawing.strip import StripPlot
from workbench import Record, variable
from workbench.frames import Frames

BACKENDS = ["bokeh", "matplotlib"]


@pytest.fixture(scope="module")
def data():
    """Return the data of a made-up run."""
    joined = Frames()
    for frame in frames():
        joined.add(frame)
    return joined.dataset()


@pytest.fixture
def run(record, data):
    """Return them as a record."""
    return Record(data.copy(), replace(record.stamp, model="made up"))


def parts(drawn, kind):
    return [part for part in drawn if isinstance(part, kind)]


@pytest.mark.parametrize("backend", BACKENDS)
class TestHeatMap:
    @pytest.mark.parametrize("observable", [WEIGHTS, ENGRAM])
    def test_it_shows_what_was_seen_live(self, data, observable, backend):
        plot = HeatMap(observable)
        plot.show(data)
        (image,) = parts(element(observable, data, backend), hv.Image)
        live = plot._source.data["image"][0]
        np.testing.assert_array_equal(image.dimension_values(2, flat=False)[::-1], live)
        assert image.bounds.lbrt() == (0, 0, *live.shape[::-1])
        options = image.opts.get("plot", backend, defaults=False).kwargs
        assert options["clim"] == (plot._mapper.low, plot._mapper.high)
        assert image.opts.get("style", backend).kwargs["cmap"] == plot._mapper.palette
        (texts,) = [
            dict(options["yticks"])
            for options in [element(observable, data, backend).opts.get("plot", backend).kwargs]
        ]
        rows = plot.figure.yaxis[0].major_label_overrides
        assert texts == {live.shape[0] - at: text for at, text in rows.items()}

    def test_blocks_are_parted(self, data, backend):
        drawn = element(WEIGHTS, data, backend)
        (across,), (upright,) = parts(drawn, hv.HLines), parts(drawn, hv.VLines)
        assert across.dimension_values(0).tolist() == [20]  # 40 rows, counted from below
        assert upright.dimension_values(0).tolist() == [20]
        flat = element(WEIGHTS, weights(np.ones((40, 3)), border=(15,)), backend)
        assert parts(flat, hv.HLines)[0].dimension_values(0).tolist() == [25]
        assert parts(flat, hv.VLines) == []

    def test_signs_are_centred_and_zeros_have_a_scale(self, backend):
        for values, limits, colours, ink in (
            ([[-1.0, 2.0]], (-2, 2), SIGNED, INKED), ([[0.0, 0.0]], (0, 1), MAGNITUDE, BLANK),
        ):  # fmt: skip
            drawn = element(WEIGHTS, weights(values, border=(1,)), backend)
            (image,) = parts(drawn, hv.Image)
            assert image.opts.get("plot", backend).kwargs["clim"] == limits
            assert image.opts.get("style", backend).kwargs["cmap"] == colours
            (line,) = parts(drawn, hv.HLines)
            assert line.opts.get("style", backend).kwargs["color"] == ink

    @pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1)])
    def test_it_may_be_small(self, shape, backend):
        drawn = element(WEIGHTS, weights(np.ones(shape), border=()), backend)
        assert hv.render(drawn, backend=backend)

    def test_nothing_there_nothing_drawn(self, backend):
        assert element(WEIGHTS, xr.Dataset(), backend) is None
        assert element(WEIGHTS, weights(np.ones((0, 0))), backend) is None


@pytest.mark.parametrize("backend", BACKENDS)
class TestProtocol:
    def test_it_shows_what_was_seen_live(self, data, backend):
        plot = StripPlot(STRIP)
        plot.show(data)
        seen = plot._blocks.data
        live = sorted(zip(*(seen[k] for k in ("left", "bottom", "right", "top")), strict=True))
        drawn = element(STRIP, data, backend)
        blocks = parts(drawn, hv.Rectangles)
        corners = [c for p in blocks for c in zip(*(p.dimension_values(i) for i in range(4)))]  # noqa: B905
        assert sorted(corners) == live
        assert len(live) == len(EVENTS)
        (now,) = parts(drawn, hv.VLines)
        assert now.dimension_values(0).tolist() == plot._now.data["x"] == [END]
        fill = "fill_color" if backend == "bokeh" else "facecolor"
        fills = {p.label: p.opts.get("style", backend).kwargs[fill] for p in blocks}
        assert fills["engram"] == colour("engram") and fills[""] in ("none", "rgba(0, 0, 0, 0)")
        told = {
            text.strip() for p in parts(drawn, hv.Labels) for text in p.dimension_values(2)
        }  # fmt: skip
        assert {w.text for w in words(plot._shown, 400)} <= told <= set(seen["label"])
        look = drawn.opts.get("plot", backend).kwargs
        assert look["yticks"] == [(0, "light"), (1, "tag"), (2, "phase")]
        assert (look["xlim"], look["ylim"]) == ((0, END), (-0.5, 2.5))

    def test_nothing_there_nothing_drawn(self, backend):
        assert element(STRIP, xr.Dataset(), backend) is None
        assert element(STRIP, xr.Dataset(protocol([])), backend) is None


@pytest.mark.parametrize("backend", BACKENDS)
class TestRaster:
    def test_each_spike_is_a_dot(self, data, backend):
        found = parts(element(RASTER, data, backend), hv.Scatter)
        assert [part.label for part in found] == ["excitatory", "inhibitory", "engram"]
        for part, one in zip(found, series(RASTER, data), strict=True):
            np.testing.assert_array_equal(part.dimension_values(0), one.x)
            np.testing.assert_array_equal(part.dimension_values(1), one.y)
            assert part.opts.get("style", backend).kwargs["color"] == colour(one.role)
        assert sum(len(part) for part in found) == data.sizes["spike"]

    def test_silent_cells_have_their_place(self, backend):
        drawn = element(RASTER, spiking([0.5, 2.0], [1, 1], ["excitatory"] * 9), backend)
        look = drawn.opts.get("plot", backend).kwargs
        assert (look["xlim"], look["ylim"]) == ((0, 2), (-0.5, 8.5))

    def test_a_run_without_spikes_is_an_empty_raster(self, backend):
        drawn = element(RASTER, spiking([], [], ["excitatory"] * 9), backend)
        assert [len(part) for part in drawn] == [0]
        assert hv.render(drawn, backend=backend)
        assert element(RASTER, xr.Dataset(), backend) is None


def test_a_notebook_shows_all_with_names_and_units(run):
    drawn = hv.render(figure(run, "bokeh", DRAWN), backend="bokeh")
    plots = {
        plot.title.text: plot for plot in drawn.select({"type": type(live_plot(STRIP).figure)})
    }
    assert set(plots) == {one.title for one in DRAWN}
    for observable in DRAWN:
        live = live_plot(observable)
        live.show(run.data)
        fig = plots[observable.title]
        names = [axis.axis_label or "" for axis in live.figure.axis]
        names[0] = names[0].partition(",")[0]  # a finished raster is no window
        assert [axis.axis_label for axis in fig.axis] == names
        legends = [told for told in fig.select({"type": Legend}) if told.items]
        told = [item.label.value for legend in legends for item in legend.items]
        assert told == [item.label.value for item in live._legend.items]
    assert [bar.title for bar in plots["Weights"].select({"type": ColorBar})] == [None]
    assert "weight (nS)" in [
        title.text for title in plots["Weights"].right if hasattr(title, "text")
    ]
    assert not list(plots["Engram"].select({"type": ColorBar}))


def said(path):
    """Return the texts of an SVG."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", path.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"<[^>]*>", "", text).strip() for text in found]


def test_a_file_shows_all_with_names_and_units(run, tmp_path):
    told = said(save_figure(run, tmp_path / "a.svg", DRAWN))
    for observable in DRAWN:
        assert told.count(observable.title) == 1
    assert {
        "time (s)", "cell", "excitatory", "engram", "weight (nS)", "pre cell", "post cell",
        "consolidation (day)", "kept", "joined", "phase", "learn a stimulus",
    } <= set(told)  # fmt: skip
    assert "never" not in told and not {"x", "y"} & set(told)
    pixels = imread(save_figure(run, tmp_path / "a.png", DRAWN))
    assert pixels[..., :3].std() > 0.05


def test_the_protocol_is_on_top_over_all_the_width(run):
    drawn = figures.composed(figures.panels(run, "matplotlib", [WEIGHTS, RASTER, STRIP]), "stamp")
    drawn.draw_without_rendering()
    boxes = {axis._left_title.get_text(): axis.get_position() for axis in drawn.axes}
    assert boxes["Protocol"].y0 > boxes["Spikes"].y1 > boxes["Spikes"].y0 > boxes["Weights"].y1
    assert boxes["Protocol"].x0 == boxes["Spikes"].x0
    assert boxes["Protocol"].x1 == boxes["Spikes"].x1
    assert boxes["Weights"].x0 == boxes["Spikes"].x0 and boxes["Weights"].width > 0.7
    assert boxes["Protocol"].height < 0.7 * boxes["Spikes"].height


def by_title(drawn):
    """Return the figures of a notebook by their titles."""
    return {plot.title.text: plot for plot in drawn.select({"type": Plot}) if plot.title.text}


def test_in_a_notebook_the_protocol_stands_above_the_spikes_with_the_same_time(run):
    drawn = hv.render(figure(run, "bokeh", [WEIGHTS, RASTER, STRIP, ENGRAM]), backend="bokeh")
    (grid,) = drawn.select({"type": GridPlot})
    places = {one.title.text: (row, column) for one, row, column in grid.children}
    assert places == {"Protocol": (0, 0), "Spikes": (1, 0), "Weights": (2, 0), "Engram": (2, 1)}
    plots = by_title(drawn)
    for name in ("Protocol", "Spikes"):
        assert plots[name].width == 2 * plots["Weights"].width
        assert plots[name].styles == {"grid-column": "1 / span 2"}
    assert "grid-column" not in plots["Weights"].styles
    ranges = [plots[name].x_range for name in plots]
    assert plots["Protocol"].x_range is plots["Spikes"].x_range
    assert len({one.id for one in ranges}) == len({plot.y_range.id for plot in plots.values()}) - 1
    assert (plots["Spikes"].x_range.start, plots["Spikes"].x_range.end) == (0, END)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_that_was_stopped_keeps_the_time_of_its_protocol(run, backend):
    early = run.data.isel(spike=run.data.spike_time.values < 3)
    early["now"] = variable((), 3.0, "s", "time reached")
    drawn = element(RASTER, early, backend)
    assert drawn.opts.get("plot", backend).kwargs["xlim"] == (0, END)


def test_all_spikes_of_a_raster_are_of_one_size(run):
    for backend, name in (("bokeh", "size"), ("matplotlib", "s")):
        found = parts(element(RASTER, run.data, backend), hv.Scatter)
        assert len({part.opts.get("style", backend).kwargs[name] for part in found}) == 1
    few, many = (
        parts(element(RASTER, spiking([1.0], [0], ["cue"] * cells)), hv.Scatter)[0]
        for cells in (10, 100)
    )
    sizes = [part.opts.get("style", "bokeh").kwargs["size"] for part in (few, many)]
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_written_nowhere_is_in_the_legend(record, backend):
    events = [("phase", 0.0, 5.0, "rest", ""), ("phase", 5.0, 5.1, "cue module 1 x 2", "cue"),
              ("phase", 5.1, 10.0, "rest", "")]  # fmt: skip
    for shown, told in ((events, ["cue"]), (events[:1], [])):
        made = Record(xr.Dataset(protocol(shown)), record.stamp)
        drawn = hv.render(figure(made, backend, [STRIP]), backend=backend)
        if backend == "bokeh":
            items = [i for one in drawn.select({"type": Legend}) for i in one.items]
            assert [i.label.value for i in items] == told
            assert [i.renderers[0].glyph.fill_color for i in items] == [colour("cue")] * len(told)
        else:
            found = drawn.axes[0].get_legend()
            assert [t.get_text() for t in found.get_texts()] if found else told == []


def test_every_tick_of_a_file_stands_at_its_place(record):
    days = [float(2**i) for i in range(8)]
    lanes = [(f"lane {i}", 0.0, 1.0, "", "cue") for i in range(9)]
    made = members(np.ones((8, 8), int), days).assign(protocol(lanes))
    drawn = figures.composed(
        figures.panels(Record(made, record.stamp), "matplotlib", [STRIP, ENGRAM]), "stamp"
    )
    drawn.draw_without_rendering()
    strip, engram = drawn.axes

    def ticks(axis):
        labels = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        return {float(at): text.get_text() for at, text in labels}

    assert ticks(strip.yaxis) == {float(i): f"lane {8 - i}" for i in range(9)}
    assert ticks(engram.xaxis) == {i + 0.5: f"{2**i}" for i in range(8)}
    assert ticks(engram.yaxis) == {7.5 - i: f"{i}" for i in range(8)}


def test_names_that_do_not_fit_are_slanted(record):
    made = weights(np.ones((2, 7)), border=())
    made["pre"] = variable("pre", ["56-57.5 cue of module 1"] * 7, "1", "event")
    drawn = figures.composed(
        figures.panels(Record(made, record.stamp), "matplotlib", [WEIGHTS]), "stamp"
    )
    label = drawn.axes[0].get_xticklabels()[0]
    assert (label.get_rotation(), label.get_horizontalalignment()) == (60, "right")
    assert label.get_text() == "56-57.5 cue of module 1"


def test_places_are_round(run):
    drawn = figures.composed(figures.panels(run, "matplotlib", DRAWN), "stamp")
    figures.settle(drawn)
    sides = [side for axis in drawn.axes for side in axis.get_position(original=True).bounds]
    np.testing.assert_allclose(sides, np.round(sides, 6), rtol=0, atol=1e-12)
    drawn.draw_without_rendering()
    after = [side for axis in drawn.axes for side in axis.get_position(original=True).bounds]
    assert after == sides  # it stays as it is


def test_the_same_record_gives_the_same_file(run, tmp_path):
    one, two = (save_figure(run, tmp_path / f"{name}.svg", DRAWN) for name in "ab")
    assert one.read_bytes() == two.read_bytes()


def test_very_many_spikes_make_no_large_file(record, tmp_path):
    rng, sizes = np.random.default_rng(2), []
    for count in (MANY // 10, 10 * MANY):
        made = spiking(np.sort(rng.uniform(0, 9, count)), rng.integers(0, 400, count))
        path = save_figure(Record(made, record.stamp), tmp_path / "a.svg", [RASTER])
        sizes.append(path.stat().st_size)
        assert ("data:image/png" in path.read_text()) == (count > MANY)
    assert max(sizes) < 1_000_000


def test_categories_of_one_day_can_be_drawn(record, tmp_path):
    made = Record(members([[1], [2], [0]], [0.0]), record.stamp)
    assert "left" in said(save_figure(made, tmp_path / "a.svg", [ENGRAM]))


def test_a_notebook_has_one_colour_bar_a_matrix(run):
    drawn = hv.render(figure(run, "matplotlib", [WEIGHTS, ENGRAM, STRIP]), backend="matplotlib")
    assert [axis.get_ylabel() for axis in drawn.axes].count("weight (nS)") == 1
    assert len(drawn.axes) == 4
    load("bokeh")
    for _ in range(2):
        drawn = hv.render(element(WEIGHTS, run.data), backend="bokeh")
        assert len(list(drawn.select({"type": ColorBar}))) == 1
