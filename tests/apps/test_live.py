"""Live plots: they show just what the data say, however the data came."""

import functools

import numpy as np
import pytest
import xarray as xr
from bokeh.document import Document
from bokeh.models import ColumnDataSource
from hypothesis import given, settings
from hypothesis import strategies as st

import models
import workbench
from apps.drawing.live import LivePlot, columns
from apps.drawing.palette import DARK, LIGHT, colour
from apps.drawing.series import FEW, axis_labels, series
from apps.drawing.sheet import give
from apps.drawing.thinning import MOST
from workbench import Curve, Images, Matrix, Raster, Trace, variable
from workbench.frames import Frames, growing_dimension

SMALL = {
    "spass": {"starts": 3, "duration": 2.0},
    "stdp": {"duration": 5.0},
    "calcium": {"synapses": 20, "pairs": 5},
    "assembly_competition": {"trials": 10},
    "associative": {"units": 200, "active": 10, "stored": 40, "cues": 4, "levels": 4},
    "capacity": {"units": 100, "coding_level": 0.05, "largest": 50, "cues": 4, "fillings": 2},
    "autoencoder": {"units": 16, "hidden": 32, "children": 4, "largest": 32, "loads": 3,
                    "epochs": 60},
    "arena": {"units": 100, "active": 6, "memory": 12, "largest": 60, "loads": 3, "cues": 4,
              "trials": 2},
    "continual": {"units": 40, "epochs": 2, "active": 4, "samples": 200, "gaba_threshold": 50.0},
    "sparsity": {"units": 20, "samples": 120, "epochs": 2, "task_epochs": 1, "iterations": 20,
                 "weights": 50, "features": 9},
    "enn": {"samples": 96, "hidden": 8, "slots": 4, "epochs": 3},
    "sdm": {
        "hard_locations": 2000, "access_fraction": 0.01, "stored": 12, "cues": 4,
        "noise_levels": 4, "address_bits": 128, "patterns": "random words", "reads": 2,
    },
}  # fmt: skip
#: Spikes, matrices and protocols have tests of their own, with made-up runs.
QUICK = [key for key in models.names() if not models.REGISTRY[key].startswith("models.spiking")]
SHOWN = [
    (key, i)
    for key in QUICK
    for i, one in enumerate(models.get(key).observables)
    if not isinstance(one, Matrix | Raster)
]


@functools.cache
def small_run(key):
    return workbench.run(models.get(key)(**SMALL.get(key, {})), seed=3, progress=False).data


@pytest.fixture(params=SHOWN, ids=lambda shown: f"{shown[0]}-{shown[1]}")
def shown(request):
    """Return an observable and data of a small run of its model."""
    key, i = request.param
    return models.get(key).observables[i], small_run(key)


def slices(data, cuts):
    """Return the data in pieces along the growing dimension; what does not grow comes last."""
    grown = [n for n, v in data.variables.items() if growing_dimension(v)]
    dims = {growing_dimension(data[n].variable) for n in grown}
    kept = data.drop_vars([n for n in data.variables if n not in grown])
    for dim in dims:
        edges = [0, *sorted(round(cut * data.sizes[dim]) for cut in cuts), data.sizes[dim]]
        part = kept.drop_dims(dims - {dim})
        for start, end in zip(edges, edges[1:], strict=False):
            if end > start:
                yield part.isel({dim: slice(start, end)})
    yield data.drop_vars(grown)


def numbers(plot):
    """Return what the plot's sources hold, without what is empty."""
    held = {name: dict(found[1][0].data_source.data) for name, found in plot._drawn.items()}
    return {name: data for name, data in held.items() if len(data["x"])}


def assert_shows(plot, data):
    expected = {one.name: columns(one) for one in series(plot.observable, data) if one.x.size}
    found = numbers(plot)
    assert found.keys() == expected.keys()
    for name, wanted in expected.items():
        assert found[name].keys() == wanted.keys()
        for column, values in wanted.items():
            np.testing.assert_array_equal(found[name][column], values, err_msg=name)


def test_all_at_once(shown):
    observable, data = shown
    plot = LivePlot(observable)
    plot.show(data)
    assert_shows(plot, data)
    assert numbers(plot)
    if not isinstance(observable, Images):
        assert tuple(a.axis_label for a in plot.figure.axis) == axis_labels(observable, data)
        assert all(axis.visible for axis in plot.figure.axis)


def test_in_frames_as_a_run_gives_them(shown):
    observable, data = shown
    plot, frames = LivePlot(observable), Frames()
    for piece in slices(data, (0.2, 0.5, 0.9)):
        frames.add(piece)
        plot.show(piece)
    assert_shows(plot, frames.dataset())
    for name in frames.dataset().variables:
        np.testing.assert_array_equal(frames.dataset()[name], data[name])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=4))
def test_however_it_was_sliced(cuts):
    data = small_run("spass")
    for observable in models.get("spass").observables:
        plot = LivePlot(observable)
        for piece in slices(data, cuts):
            plot.show(piece)
        assert_shows(plot, data)


@pytest.mark.parametrize(("i", "streamed"), [(0, True), (2, False)])
def test_what_grows_is_streamed_and_the_rest_replaced(monkeypatch, i, streamed):
    data, told = small_run("spass"), []
    plot = LivePlot(models.get("spass").observables[i])
    monkeypatch.setattr(ColumnDataSource, "stream", lambda _source, new: told.append(len(new["x"])))
    plot.show(data.isel(time=slice(0, 5)))
    assert told == []
    plot.show(data.isel(time=slice(5, 8)))
    assert told == ([3] * len(plot._drawn) if streamed else [])


def test_replace_shows_just_the_new(shown):
    observable, data = shown
    plot = LivePlot(observable)
    plot.show(data)
    other = data.isel(
        {d: slice(0, 2) for d in ("time", "trial", "step", "start") if d in data.dims}
    )
    plot.replace(other)
    assert_shows(plot, other)
    plot.replace(data.drop_vars(list(data.data_vars)))
    assert numbers(plot) == {}


def test_clear_empties_and_a_new_run_starts_afresh(shown):
    observable, data = shown
    plot = LivePlot(observable)
    plot.show(data)
    height = plot.figure.height
    plot.clear()
    assert numbers(plot) == {}
    assert plot.figure.height == height
    plot.show(data)
    assert_shows(plot, data)
    assert all(isinstance(x, np.ndarray) for d in numbers(plot).values() for x in [d["x"]])
    assert plot.figure.height == height


def course(times):
    """Return a voltage of two cells at some times."""
    times = np.asarray(times, float)
    values = np.stack([np.sin(times), np.cos(times)], axis=1)
    return xr.Dataset(
        {"v": variable(("time", "cell"), values, "mV", "voltage"),
         "rest": variable("time", np.zeros(times.size), "mV", "rest")},
        coords={"time": variable("time", times, "s", "time")},
    )  # fmt: skip


def test_the_legend_is_sent_once():
    plot = LivePlot(Trace(("v",), "V", theory=("rest",)))
    plot.show(course([0, 1, 2]))
    items = list(plot._legend.items)
    plot.show(course([3]))
    assert len(items) == 2
    assert all(a is b for a, b in zip(items, plot._legend.items, strict=True))


def test_a_frame_without_new_samples_leaves_all_as_it_is():
    plot = LivePlot(Trace(("v",), "V", theory=("rest",)))
    plot.show(course([0, 1, 2]))
    told, held = texts(plot), {name: x["x"] for name, x in numbers(plot).items()}
    assert len(told) == 2 and len(held) == 3
    plot.show(course([]))
    assert texts(plot) == told
    assert all(numbers(plot)[name]["x"] is x for name, x in held.items())


def test_a_long_run_is_streamed_on_with_points_that_look_the_same():
    plot, whole, streamed = LivePlot(Trace(("v",), "V")), np.arange(0, 900, 0.05), 0
    for times in np.split(whole, 360):
        before = {name: len(data["x"]) for name, data in numbers(plot).items()}
        plot.show(course(times))
        after = {name: len(data["x"]) for name, data in numbers(plot).items()}
        streamed += all(after[name] == n + times.size for name, n in before.items())
        assert max(after.values()) <= MOST
    assert streamed > 340  # it is sent anew only now and then
    data = numbers(plot)["v 1"]
    assert (data["x"][0], data["x"][-1]) == (whole[0], whole[-1])
    assert (np.diff(data["x"]) > 0).all()
    np.testing.assert_array_equal(data["y"], np.cos(data["x"]))
    for start in range(0, 900, 9):  # each wave still reaches its top and its bottom
        part = data["y"][(data["x"] >= start) & (data["x"] < start + 9)]
        assert part.max() > 0.999 and part.min() < -0.999


def at(x):
    return xr.Dataset({
        "y": variable("place", [1.0, 2.0], "1", "height"), "m": variable((), x, "1", "peak"),
    }, coords={"place": variable("place", [0.0, 1.0], "m", "place")})  # fmt: skip


def test_marks_move_and_vanish():
    plot = LivePlot(Curve(("y",), "Y", x="place", marks=("m",)))
    for x in (np.nan, 2.0, 3.0, np.nan):
        plot.show(at(x))
        assert_shows(plot, at(x))
        assert ("m" in numbers(plot)) == np.isfinite(x)


def texts(plot):
    return [item.label.value for item in plot._legend.items]


def test_the_legend_follows_what_is_there():
    plot = LivePlot(Curve(("y",), "Y", x="place", marks=("m",)))
    plot.show(at(np.nan))
    assert texts(plot) == []
    plot.show(at(1.0))
    assert texts(plot) == ["height", "peak"]
    assert plot._legend in plot.figure.below
    signs = [item.renderers[0].glyph for item in plot._legend.items]
    assert [type(glyph).__name__ for glyph in signs] == ["Scatter", "VSpan"]


@pytest.mark.parametrize("starts", [1, 10])
def test_many_lines_do_not_multiply_the_legend(starts):
    data = workbench.run(models.get("spass")(starts=starts), progress=False).data
    plot = LivePlot(models.get("spass").observables[1])
    plot.show(data)
    assert texts(plot) == ["activity v", "fixed point v*", "target v_T"]
    lines = [found[1][0].glyph for name, found in plot._drawn.items() if "activity " in name]
    assert len(lines) == starts
    assert {line.line_alpha for line in lines} == {0.75 if starts > 1 else 1.0}


def test_at_most_five_legend_items(shown):
    observable, data = shown
    plot = LivePlot(observable)
    plot.show(data)
    assert len(texts(plot)) <= 5


@pytest.mark.parametrize("dark", [False, True])
def test_painted_for_its_ground(shown, dark):
    observable, data = shown
    plot = LivePlot(observable, dark=not dark)
    plot.show(data)
    plot.paint(dark)
    ground = DARK if dark else LIGHT
    assert plot.figure.background_fill_color == plot.figure.border_fill_color == ground.paper
    assert plot.figure.title.text_color == ground.ink
    for one, renderers in plot._drawn.values():
        glyph = renderers[0].glyph
        if one.kind == "picture":
            assert renderers[2].glyph.text_color == ground.ink
            assert renderers[1].glyph.fill_color == "#FFFFFF"
        elif one.kind in ("points", "bars", "band"):
            assert glyph.fill_color == colour(one.role, dark)
        else:
            assert glyph.line_color == colour(one.role, dark)


def test_pictures_take_the_scale_of_what_they_show():
    def seen(values):
        return xr.Dataset({"p": variable(("picture", "row", "column"), values, "1", "p")})

    plot = LivePlot(Images(("p",), "P"))
    plot.show(seen(np.ones((1, 2, 2), bool)))
    mapper = plot._drawn["p 0"][1][0].glyph.color_mapper
    assert (len(mapper.palette), mapper.low, mapper.high) == (2, 0, 1)
    plot.show(seen(np.array([[[0.0, 0.5], [-3.0, 1.0]]])))
    assert (len(mapper.palette), mapper.low, mapper.high) == (255, -3, 3)
    assert_shows(plot, seen(np.array([[[0.0, 0.5], [-3.0, 1.0]]])))
    image = plot._drawn["p 0"][1][0].data_source.data["image"][0]
    assert image.tolist() == [[-3.0, 1.0], [0.0, 0.5]]  # Bokeh draws upwards


def test_a_trace_without_data_is_an_empty_figure():
    plot = LivePlot(Trace(("absent",), "Nothing yet"))
    plot.show(small_run("spass"))
    plot.clear()
    assert plot.figure.renderers == []
    assert plot.figure.title.text == "Nothing yet"


def test_text_is_at_least_12_pixels(shown):
    plot = LivePlot(shown[0])
    plot.show(shown[1])
    sizes = [plot.figure.title.text_font_size, plot._legend.label_text_font_size]
    for axis in plot.figure.axis:
        sizes += [axis.axis_label_text_font_size, axis.major_label_text_font_size]
    for _, renderers in plot._drawn.values():
        sizes += [r.glyph.text_font_size for r in renderers if hasattr(r.glyph, "text_font_size")]
    for size in sizes:
        size = size.value if hasattr(size, "value") else size
        assert size.endswith("px")
        assert int(size[:-2]) >= 12


def test_a_document_takes_it(shown):
    plot, document = LivePlot(shown[0]), Document()
    document.add_root(plot.figure)
    plot.show(shown[1])
    document.validate()
    assert document.to_json()


def measured_at(*times):
    """Return what was measured at some tests."""
    return xr.Dataset(
        {"recall": variable("test", np.ones(len(times)), "1", "recall")},
        {"test": variable("test", np.array(times, float), "s", "time of the test")},
    )


def test_a_lone_point_of_a_line_is_seen_and_many_are_not():
    plot = LivePlot(Trace(("recall",), "Recall"))
    plot.show(measured_at(60))
    _line, dots = plot._drawn["recall 0"][1]
    assert dots.visible and list(dots.data_source.data["x"]) == [60]
    plot.show(measured_at(*range(70, 71 + FEW)))
    assert not dots.visible


def test_only_columns_that_changed_are_sent():
    document, source = Document(), ColumnDataSource({"x": np.arange(3), "y": np.zeros(3)})
    document.add_root(source)
    sent = []
    document.on_change(lambda event: sent.append(event.cols))
    give(source, {"x": np.arange(3), "y": np.ones(3)})
    give(source, {"x": np.arange(3), "y": np.ones(3)})  # nothing is new
    give(source, {"x": np.arange(4), "y": np.ones(4)})
    assert [sorted(cols) for cols in sent] == [["y"], ["x", "y"]]
    np.testing.assert_array_equal(source.data["x"], np.arange(4))
