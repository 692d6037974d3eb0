"""The stage: what is above what, what moves along together, and that nothing jumps."""

import panel as pn
import pytest
import xarray as xr
from bokeh.models import Plot
from spiking_runs import DRAWN, RASTER, ROLLING, STRIP, WEIGHTS, frames

from apps.drawing.stage import Stage, live_plot
from workbench import Images, Matrix, Model, Raster, Strip, Trace, variable

PICTURES = Images(("p",), "Pictures")
LINES = Trace(("v",), "Voltage")


def stage(*observables):
    return Stage(type("Shown", (Model,), {"observables": observables}))


def titles(view):
    """Return the titles of figures from the top, those side by side in a list."""
    if isinstance(view, pn.FlexBox):
        return [[title for one in view for title in titles(one)]]
    if isinstance(view, pn.pane.Bokeh):
        return [view.object.title.text]
    return [t for one in view for t in titles(one)] if isinstance(view, pn.Column) else []


def test_the_protocol_is_above_spikes_above_pictures_above_all_others():
    made = stage(LINES, PICTURES, WEIGHTS, ROLLING, STRIP, RASTER)
    assert titles(made._view) == [
        "Protocol", "Spikes now", "Spikes", "Pictures", ["Voltage", "Weights"],
    ]  # fmt: skip
    assert [plot.observable for plot in made.plots] == [
        LINES, PICTURES, WEIGHTS, ROLLING, STRIP, RASTER,
    ]  # fmt: skip


def test_readings_stand_below_their_own_plots():
    told = [
        Trace(("v",), "V", reading=lambda _: "Of the trace."),
        Strip(reading=lambda _: "Of the protocol."),
    ]
    made = stage(*told)
    made.read(xr.Dataset())
    columns = [made._view[0], made._view[1][0]]
    assert [column[0].object.title.text for column in columns] == ["Protocol", "V"]
    for column, sentence in zip(columns, ("Of the protocol.", "Of the trace."), strict=True):
        assert sentence in column[1].object


def test_the_whole_run_shares_its_time_with_the_protocol():
    made = stage(ROLLING, RASTER, STRIP, LINES)
    rolling, whole, strip, lines = (plot.figure.x_range for plot in made.plots)
    assert whole is strip
    assert rolling is not strip and lines is not strip
    for frame in frames():
        made.draw(frame)
    assert (strip.start, strip.end) == (0, 10)
    assert (rolling.start, rolling.end) == (8, 10)
    alone = stage(RASTER)
    assert alone.plots[0].figure.x_range.end == 1


@pytest.mark.parametrize("observable", DRAWN)
def test_no_plot_changes_its_size(observable):
    plot = live_plot(observable)
    sizes = []
    for frame in frames():
        plot.show(frame)
        sizes.append((plot.figure.height, plot.figure.sizing_mode, plot.figure.min_border_left))
    plot.clear()
    assert len({*sizes, (plot.figure.height, *sizes[0][1:])}) == 1


def test_all_of_it_is_drawn_cleared_painted_and_drawn_again():
    made = stage(*DRAWN, LINES)
    for _ in range(2):
        for frame in frames():
            made.draw(frame)
        made.paint(dark=True)
        made.clear()
    made.replace(next(iter(frames())))
    assert all(plot.dark for plot in made.plots)
    grounds = {plot.figure.background_fill_color for plot in made.plots}
    assert grounds == {"#121212"}
    assert {type(plot.observable) for plot in made.plots} == {Strip, Raster, Matrix, Trace}


@pytest.mark.parametrize("observable", [*DRAWN, LINES])
def test_text_is_at_least_12_pixels(observable):
    plot = live_plot(observable)
    for frame in frames():
        plot.show(frame)
    sizes = [plot.figure.title.text_font_size, plot._legend.label_text_font_size]
    for part in plot.figure.select({"type": Plot}):
        sizes += [axis.major_label_text_font_size for axis in part.axis]
        sizes += [axis.axis_label_text_font_size for axis in part.axis]
    glyphs = [renderer.glyph for renderer in plot.figure.renderers]
    sizes += [glyph.text_font_size for glyph in glyphs if hasattr(glyph, "text_font_size")]
    if getattr(plot, "_bar", None):
        sizes += [plot._bar.major_label_text_font_size, plot._unit.text_font_size]
    assert len(sizes) >= 6 and all(int(size.removesuffix("px")) >= 12 for size in sizes)


def test_a_line_is_streamed_beside_all_of_this():
    made = stage(STRIP, LINES)
    for t in (0.0, 1.0):
        made.draw(
            xr.Dataset(
                {"v": variable("time", [t], "mV", "v")},
                coords={"time": variable("time", [t], "s", "time")},
            )
        )
    ((_, (line,)),) = made.plots[1]._drawn.values()
    assert line.data_source.data["x"].tolist() == [0, 1]
