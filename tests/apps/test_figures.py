"""Finished figures: the numbers of the record, on paper and in a notebook."""

import functools
import json
import re
from dataclasses import replace

import holoviews as hv
import numpy as np
import pytest
import xarray as xr
from bokeh.models import Div, HoverTool, Legend, Plot
from matplotlib.image import imread

import models
import workbench
from apps.drawing import figures
from apps.drawing.figures import element, figure, file_stem, load, reading, save_figure
from apps.drawing.leaves import titled
from apps.drawing.legends import legend
from apps.drawing.live import LivePlot
from apps.drawing.series import axis_labels, bar_width, series
from workbench import Histogram, Images, Matrix, ParameterError, Raster, Record, Trace, variable
from workbench.record import RecordError

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
#: A raster is as wide as the page, so a layout has an empty place beside it.
PLAIN = [
    key for key in QUICK if not any(isinstance(o, Raster) for o in models.get(key).observables)
]
GLYPHS = {"points": "Scatter", "line": "Line", "theory": "Line", "bars": "Quad", "mark": "VSpan"}
BACKENDS = ["bokeh", "matplotlib"]


@functools.cache
def small_record(key):
    return workbench.run(models.get(key)(**SMALL.get(key, {})), seed=3, progress=False)


@pytest.fixture(params=SHOWN, ids=lambda shown: f"{shown[0]}-{shown[1]}")
def shown(request):
    """Return an observable and data of a small run of its model."""
    key, i = request.param
    return models.get(key).observables[i], small_record(key).data


@pytest.fixture(params=PLAIN)
def record(request):
    return small_record(request.param)


def held(part):
    """Return x and y as an element holds them."""
    if isinstance(part, hv.VLines):
        return part.dimension_values(0), np.empty(0)
    if isinstance(part, hv.Histogram):
        return part.edges, part.dimension_values(1)
    if isinstance(part, hv.Area):
        return part.dimension_values(0), np.stack([part.dimension_values(i) for i in (1, 2)])
    if isinstance(part, hv.Image):
        return np.array([part.bounds.lbrt()[0]]), part.dimension_values(2, flat=False)[::-1]
    return part.dimension_values(0), part.dimension_values(1)


def expected(one):
    """Return x and y as an element of this series should hold them."""
    if one.kind == "bars":
        return np.append(one.x, one.x[-1] + bar_width(one.x)), one.y
    return one.x, one.y


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_element_holds_the_numbers_of_the_series(shown, backend):
    observable, data = shown
    wanted = [one for one in series(observable, data) if one.x.size]
    parts = [p for p in element(observable, data, backend) if not isinstance(p, OUTSIDE)]
    assert len(parts) == len(wanted)
    for one in wanted:
        matching = [p for p in parts if same(held(p), expected(one)) and p.label == one.label]
        assert matching, one.name
        parts.remove(matching[0])


OUTSIDE = (hv.Rectangles, hv.Labels)


def same(found, wanted):
    return all(np.array_equal(f, w, equal_nan=True) for f, w in zip(found, wanted, strict=True))


def test_live_and_finished_show_the_same_numbers(shown):
    observable, data = shown
    plot = LivePlot(observable)
    plot.show(data)
    sources = [found[1][0].data_source.data for found in plot._drawn.values()]
    parts = [p for p in element(observable, data) if not isinstance(p, OUTSIDE)]
    live = sorted(json.dumps(live_numbers(source)) for source in sources if len(source["x"]))
    done = sorted(json.dumps(done_numbers(part)) for part in parts)
    assert live == done


def live_numbers(source):
    """Return the numbers that a source draws."""
    if "image" in source:
        return [np.ravel(source["image"][0][::-1]).astype(float).tolist(), list(source["x"])]
    if "low" in source:
        return [np.asarray(source["x"], float).tolist(), [*source["low"], *source["high"]]]
    if "right" in source:
        return [[*map(float, source["x"]), float(source["right"][-1])], list(source["y"])]
    return [np.asarray(source[k], float).tolist() for k in ("x", "y") if k in source]


def done_numbers(part):
    """Return the numbers that an element draws."""
    x, y = (np.ravel(values).astype(float).tolist() for values in held(part))
    if isinstance(part, hv.Image):
        return [y, x]
    return [x] if isinstance(part, hv.VLines) else [x, y]


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_there_nothing_drawn(shown, backend):
    observable, data = shown
    assert element(observable, data.drop_vars(list(data.data_vars)), backend) is None


def test_partial_data_draw_what_is_there():
    data = small_record("spass").data
    part = element(models.get("spass").observables[1], data[["activity"]], "matplotlib")
    assert {p.label for p in part} == {"activity v"}
    whole = element(models.get("spass").observables[1], data, "matplotlib")
    assert {p.label for p in whole} == {"activity v", "fixed point v*", "target v_T"}


def test_a_mark_at_no_number_is_left_out():
    data = xr.Dataset(
        {"n": variable("bin", [1], "1", "n"), "m": variable((), np.nan, "1", "mark")},
        coords={"bin": variable("bin", [3], "1", "bin")},
    )
    parts = list(element(Histogram(("n",), "H", marks=("m",)), data))
    assert [type(p) for p in parts] == [hv.Histogram]
    assert parts[0].edges.tolist() == [3, 4]


def test_axes_have_names_and_units_in_a_notebook(shown):
    observable, data = shown
    drawn = hv.render(element(observable, data), backend="bokeh")
    if isinstance(observable, Images):
        assert not any(axis.visible for axis in drawn.axis)
        return
    assert tuple(axis.axis_label for axis in drawn.axis) == axis_labels(observable, data)
    assert drawn.title.text == titled(observable, data)
    items = [i for told in drawn.select({"type": Legend}) for i in told.items]
    drawn_series = list(series(observable, data))
    wanted = legend(drawn_series)
    wanted = wanted if len(wanted) > 1 else []  # one is told by its axis
    assert [i.label.value for i in items] == [text for text, _ in wanted]
    assert [len(i.renderers) for i in items] == [len(signs) for _, signs in wanted]
    signs = [one for _, signs in wanted for one in signs]
    drawn_signs = [renderer for item in items for renderer in item.renderers]
    for one, renderer in zip(signs, drawn_signs, strict=True):
        assert type(renderer.glyph).__name__ == GLYPHS[one.kind]
        assert one.x[0] in {column[0] for column in renderer.data_source.data.values()}
    assert not list(drawn.select({"type": HoverTool}))


def test_a_notebook_shows_all_panels_with_the_stamp(record):
    layout = figure(record)
    assert len(layout) == len(models.get(record.stamp.model).observables)
    drawn = hv.render(layout, backend="bokeh")
    titles = {plot.title.text for plot in drawn.select({"type": Plot})}
    kind = models.get(record.stamp.model)
    assert titles == {titled(one, record.data) for one in kind.observables}
    assert any(record.stamp.line() in div.text for div in drawn.select({"type": Div}))


def test_panels_of_a_layout_share_no_axis(record):
    names = [p.kdims[0].name for overlay in figure(record) for p in [next(iter(overlay))]]
    assert len(set(names)) == len(names)


def test_the_current_backend_stays(record):
    load("matplotlib")
    load("bokeh")
    for backend in BACKENDS:
        hv.Store.set_current_backend(backend)
        figures.panels(record, "matplotlib", None)
        figure(record, "bokeh")
        assert hv.Store.current_backend == backend


def test_a_png_is_a_picture(record, tmp_path):
    path = save_figure(record, tmp_path / "a.PNG")
    pixels = imread(path)
    assert path == tmp_path / "a.PNG"
    assert pixels.shape[1] == round(2 * figures.WIDTH * figures.DOTS_PER_INCH)
    assert pixels[..., :3].std() > 0.05
    assert 0.02 < (pixels[..., :3].min(axis=-1) < 0.95).mean() < 0.5  # neither blank nor blotted


def words(path):
    """Return the texts of an SVG, each line of it."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", path.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"<[^>]*>", "", text).strip() for text in found]


def test_an_svg_tells_what_it_shows(record, tmp_path):
    said = words(save_figure(record, tmp_path / "a.svg"))
    assert said.count(record.stamp.line()) == 1
    for observable in models.get(record.stamp.model).observables:
        assert said.count(titled(observable, record.data)) == 1
        if isinstance(observable, Matrix):
            continue
        x, y = axis_labels(observable, record.data)
        assert {x, y} - {""} <= set(said)
        drawn = list(series(observable, record.data))
        for text, _ in legend(drawn):
            assert text in said or (len(drawn) == 1 and text in y)
    assert not {"x", "y", "A", "B", "C"} & set(said)


UNITS = {
    "spass": ["time (1/mu)", "dw/dt (mu)"],
    "sdm": ["flipped bits of the cue (bit)", "wrong bits after one read (bit)"],
}


@pytest.mark.parametrize("key", UNITS)
def test_labels_carry_units(key):
    told = [t for o in models.get(key).observables for t in axis_labels(o, small_record(key).data)]
    assert set(UNITS[key]) <= set(told)


def test_the_same_record_gives_the_same_file(tmp_path):
    for ending in ("svg", "png"):
        one, two = (save_figure(small_record("spass"), tmp_path / f"{n}.{ending}") for n in "ab")
        assert one.read_bytes() == two.read_bytes()


def test_legends_lie_clear_of_data_and_titles(record):
    drawn = figures.composed(figures.panels(record, "matplotlib", None), "stamp")
    drawn.draw_without_rendering()
    legends = [axis.get_legend() for axis in drawn.axes if axis.get_legend()]
    assert legends
    for told in legends:
        box = told.get_window_extent()
        for axis in drawn.axes:
            assert not box.overlaps(axis.get_window_extent())
            for words in (axis.xaxis.label, axis._left_title):
                if words.get_text():
                    assert not box.overlaps(words.get_window_extent()), words.get_text()
        assert drawn.bbox.x0 <= box.x0 < box.x1 <= drawn.bbox.x1
        assert drawn.bbox.y0 <= box.y0


def test_nothing_is_left_of_a_file_that_failed(monkeypatch, tmp_path):
    def full(_from, _to):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    monkeypatch.setattr("workbench.record.os.replace", full)
    with pytest.raises(RecordError, match="could not be written: .*No space left"):
        save_figure(small_record("spass"), path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == b"old"


def test_nothing_is_written_when_drawing_fails(monkeypatch, tmp_path):
    def broken(*_):
        raise ArithmeticError("no")

    monkeypatch.setattr(figures, "composed", broken)
    with pytest.raises(ArithmeticError):
        save_figure(small_record("spass"), tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.pdf", "a", "png", "a.png.txt"])
def test_other_endings_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match=r"must be \.png or \.svg"):
        save_figure(small_record("spass"), tmp_path / name)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RecordError, match="could not be written"):
        save_figure(small_record("spass"), tmp_path / "absent" / "a.png")


class TestUnregistered:
    @pytest.fixture
    def walk(self):
        from toys import Walk

        return workbench.run(Walk(), seed=2, progress=False)

    def test_it_is_refused_in_a_sentence(self, walk, tmp_path):
        sentence = (
            r"'walk' \(toys:Walk\) is none of the workbench's own \(.*sdm, .*spass.*observables"
        )
        for refused in (lambda: figure(walk), lambda: save_figure(walk, tmp_path / "a.png")):
            with pytest.raises(ParameterError, match=sentence):
                refused()
        assert list(tmp_path.iterdir()) == []

    def test_its_observables_may_be_given(self, walk, tmp_path):
        given = (Trace(("position",), "Where they are"),)
        assert len(figure(walk, observables=given)) == 1
        assert "position (m)" in words(save_figure(walk, tmp_path / "a.svg", given))

    def test_the_name_of_another_model_does_not_do(self, walk):
        borrowed = Record(walk.data, replace(walk.stamp, model="spass"))
        with pytest.raises(ParameterError, match="'spass' .toys:Walk."):
            figure(borrowed)


def test_a_record_without_data_is_refused():
    stamp = replace(small_record("spass").stamp, status="partial: stopped")
    with pytest.raises(ParameterError, match=r"\(partial: stopped\) holds no data to draw"):
        figure(Record(xr.Dataset(), stamp))


def test_an_unknown_backend_is_refused():
    with pytest.raises(ParameterError, match="must be one of bokeh, matplotlib"):
        figure(small_record("spass"), backend="plotly")


def test_a_partial_record_says_so(tmp_path):
    whole = small_record("spass")
    data = whole.data.isel(time=slice(0, 3)).drop_vars("growth")
    partial = Record(data, replace(whole.stamp, status="partial: stopped"))
    said = words(save_figure(partial, tmp_path / "a.svg"))
    assert any(text.endswith("· partial") for text in said)
    assert "weight w" in said


def test_readings_say_something_of_complete_data_only(shown):
    observable, data = shown
    assert reading(observable, data).endswith(".")
    assert reading(observable, data.drop_vars(list(data.data_vars))) == ""


def test_file_stem():
    record = small_record("spass")
    odd = Record(record.data, replace(record.stamp, model="a/b c", seed=7, id="x1"))
    assert file_stem(odd) == "a-b-c-seed7-x1"
