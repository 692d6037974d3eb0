"""The numbers of pictures, their legends and their colours."""

import holoviews as hv
import numpy as np
import pytest
import xarray as xr
from bokeh.models import LogScale, VArea
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.pyplot import close

import models
from apps.drawing.elements import element
from apps.drawing.legends import entry_width, fitting, legend
from apps.drawing.live import LivePlot
from apps.drawing.palette import BLANK, DARK, INKED, LIGHT, MAGNITUDE, ROLES, SIGNED, colour, shades
from apps.drawing.series import (
    Series,
    axis_labels,
    bar_width,
    series,
    wrapped,
)
from apps.shell.amounts import with_unit
from workbench import Curve, Histogram, Images, Trace, variable


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def luminance(text):
    red, green, blue = (linear(int(text[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_as_wcag_counts_it():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("role", ROLES)
def test_roles_stand_out_on_both_grounds(role):
    # The engram's orange is given; it is pale on white and therefore never a thin line.
    assert contrast(colour(role), LIGHT.paper) >= (2.2 if role == "engram" else 3)
    assert contrast(colour(role, dark=True), DARK.paper) >= 4.5


def test_text_stands_out_on_both_grounds():
    for ground in (LIGHT, DARK):
        assert contrast(ground.ink, ground.paper) >= 7


def test_no_two_roles_look_the_same():
    for dark in (False, True):
        assert len({colour(role, dark) for role in ROLES}) == len(ROLES)
    assert colour("unheard of") == colour("other")


def test_bits_are_black_on_white():
    assert shades(np.array([[True, False]])).colours == [BLANK, INKED]
    assert shades(np.zeros((2, 2))).colours == [BLANK, INKED]
    assert shades(np.empty((0, 0))).colours == [BLANK, INKED]


def test_magnitudes_start_at_zero_and_signed_values_are_centred():
    scale = shades(np.array([[0.2, 3.0, np.nan]]))
    assert (scale.colours, scale.low, scale.high) == (MAGNITUDE, 0.0, 3.0)
    scale = shades(np.array([[-4.0, 1.0]]))
    assert (scale.colours, scale.low, scale.high) == (SIGNED, -4.0, 4.0)
    scale = shades(np.array([[-1.0, 5.0]]))
    assert (scale.low, scale.high) == (-5.0, 5.0)
    assert SIGNED[127].upper() == BLANK


def course(units="mV"):
    return xr.Dataset(
        {
            "v": variable(("cell", "time"), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], units, "voltage"),
            "rest": variable("time", [0.5, 0.5, 0.5], "mV", "rest"),
            "here": variable((), 2.0, "ms", "onset"),
            "nowhere": variable((), np.nan, "ms", "offset"),
            "flat": variable("bin", [3, 1], "1", "how many"),
        },
        coords={
            "time": variable("time", [0.0, 0.5, 1.0], "ms", "time"),
            "bin": variable("bin", [10, 14], "1", "size"),
        },
    )


def test_a_trace_runs_along_the_growing_dimension():
    first, second, rest = series(Trace(("v",), "V", theory=("rest",)), course())
    assert first.x.tolist() == second.x.tolist() == [0, 0.5, 1]
    assert (first.y.tolist(), second.y.tolist()) == ([1, 2, 3], [4, 5, 6])
    assert (first.kind, rest.kind) == ("line", "theory")
    assert first.grows
    assert rest.grows
    assert first.crowd
    assert not rest.crowd
    assert first.name != second.name
    assert first.label == second.label == "voltage"
    assert (first.role, rest.role) == ("other", "theory")


def test_theory_may_have_several_lines():
    drawn = series(Trace((), "V", theory=("v",)), course())
    assert [one.y.tolist() for one in drawn] == [[1, 2, 3], [4, 5, 6]]


def test_inhibition_is_dashed():
    drawn = series(Trace(("v",), "V", roles={"v": "inhibitory"}), course())
    assert {one.dash for one in drawn} == {"dashed"}


@pytest.mark.parametrize(("joined", "kind"), [(False, "points"), (True, "line")])
def test_a_curve_is_points_or_a_line(joined, kind):
    curve = Curve(("rest",), "R", x="time", joined=joined, marks=("nowhere", "here"))
    one, nowhere, here = series(curve, course())
    assert (one.kind, one.y.tolist(), one.grows) == (kind, [0.5, 0.5, 0.5], True)
    assert nowhere.x.size == 0
    assert here.x.tolist() == [2.0]
    assert (nowhere.dash, here.dash) == ("solid", "dashed")


def banded():
    """Measurements with bands, of which one is known at two loads only."""
    loads = variable("load", [1.0, 10.0, 100.0], "1", "load")
    ends = {"low": [0.8, 0.5, np.nan], "high": [1.0, 0.7, np.nan], "share": [0.9, 0.6, 0.2]}
    made = {name: variable("load", each, "1", name) for name, each in ends.items()}
    return xr.Dataset(made, coords={"load": loads})


def test_a_band_lies_below_its_measurement_and_is_not_told():
    observable = Curve(
        ("share",), "T", x="load", bands={"share": ("low", "high")}, roles={"share": "recall"}
    )
    band, points = series(observable, banded())
    assert (band.kind, points.kind) == ("band", "points") and band.role == points.role == "recall"
    np.testing.assert_array_equal(band.x, [1, 10])
    np.testing.assert_array_equal(band.y, [[0.8, 0.5], [1.0, 0.7]])
    assert [text for text, _ in legend([band, points])] == ["share"]


@pytest.mark.parametrize("backend", ["bokeh", "matplotlib"])
def test_bands_and_logarithms_are_drawn(backend):
    observable = Curve(("share",), "T", x="load", bands={"share": ("low", "high")}, log=True)
    live = LivePlot(observable)
    live.replace(banded())
    area = next(r.glyph for r in live.figure.renderers if isinstance(r.glyph, VArea))
    assert area.fill_color == colour("other") and isinstance(live.figure.x_scale, LogScale)
    drawn = element(observable, banded(), backend)
    assert any(isinstance(part, hv.Area) for part in drawn)
    rendered = hv.render(drawn, backend=backend)
    if backend == "bokeh":
        assert isinstance(rendered.x_scale, LogScale)
    else:
        assert rendered.axes[0].get_xscale() == "log"
        close(rendered)


def test_a_histogram_tells_left_edges():
    one, mark = series(Histogram(("flat",), "H", marks=("here",)), course())
    assert (one.kind, one.x.tolist(), one.y.tolist()) == ("bars", [10, 14], [3, 1])
    assert mark.kind == "mark"
    assert bar_width(one.x) == 4
    assert bar_width(one.x[:1]) == 1


def test_pictures_stand_in_a_row_with_one_scale():
    data = xr.Dataset(
        {"p": variable(("picture", "row", "column"), np.arange(12).reshape(2, 2, 3), "1", "p")},
        coords={"picture": variable("picture", ["cue: 12 bits wrong", "b"], "1", "picture")},
    )
    first, second = series(Images(("p",), "P"), data)
    assert first.label == "cue\n12 bits\nwrong"
    assert first.x[0] + 3 < second.x[0]
    assert second.y.tolist() == [[6, 7, 8], [9, 10, 11]]
    assert first.shades == second.shades
    assert first.shades is not None
    assert first.shades.high == 11
    assert [o.label for o in series(Images(("p",), "P"), data.drop_vars("picture"))] == ["0", "1"]


@given(st.text("abc ", max_size=60), st.text("abc ", max_size=20))
def test_names_are_wrapped_without_losing_a_word(one, other):
    lines = wrapped(f"{one}: {other}").splitlines()
    assert " ".join(lines).split() == f"{one} {other}".split()
    assert all(len(line) <= 9 or " " not in line for line in lines)


@pytest.mark.parametrize("present", [[], ["v"], ["rest"], ["v", "here"], ["nowhere"]])
def test_what_is_there_is_drawn(present):
    data = course()[present]
    seen = {one.name.split()[0] for one in series(Trace(("v",), "V", theory=("rest",)), data)}
    assert seen == set(present) & {"v", "rest"}
    curve = Curve(("rest",), "R", x="time", marks=("here", "nowhere"))
    seen = {one.name.split()[0] for one in series(curve, data)}
    assert seen == set(present) - {"v"}
    assert series(Histogram(("flat",), "H"), data) == []
    assert series(Images(("p",), "P"), data) == []


def test_a_curve_waits_for_its_coordinate():
    data = xr.Dataset({"rest": variable("time", [1.0], "mV", "rest")})
    assert series(Curve(("rest",), "R", x="elsewhere"), data) == []


def test_axis_labels_carry_units():
    data = course()
    assert axis_labels(Trace(("v",), "V"), data) == ("time (ms)", "voltage (mV)")
    named = Trace(("v", "rest"), "V", y_label="both")
    assert axis_labels(named, data) == ("time (ms)", "both (mV)")
    assert axis_labels(named, course(units="nA")) == ("time (ms)", "both")
    assert axis_labels(Curve(("rest",), "R", x="time"), data) == ("time (ms)", "rest (mV)")
    assert axis_labels(Histogram(("flat",), "H"), data) == ("size", "how many")
    assert axis_labels(Trace(("absent",), "V"), data) == ("", "")
    assert axis_labels(Images(("v",), "P"), data) == ("", "")


def test_a_name_that_says_its_unit_says_it_once():
    assert with_unit("cells", "cells") == "cells"
    assert with_unit("tagged cells", "cells") == "tagged cells"
    assert with_unit("cells", "s") == "cells (s)"
    assert with_unit("weight", "1") == "weight"
    assert with_unit("weight", "nS") == "weight (nS)"


def some(name, label, role, kind, size=1):
    return Series(name, label, role, kind, np.zeros(size), np.zeros(size))


def told(drawn):
    return {text: [one.name for one in signs] for text, signs in legend(drawn)}


def test_many_lines_are_one_item():
    assert told(some(f"w {i}", "weight", "recall", "line") for i in range(10)) == {
        "weight": ["w 0"]
    }


def test_theory_joins_the_measurement_of_its_role():
    drawn = [
        some("t", "theory, one", "recall", "theory"),
        some("u", "theory, simple", "other", "theory"),
        some("m", "measured", "recall", "points"),
    ]
    assert told(drawn) == {"measured + theory": ["m", "t"], "theory, simple": ["u"]}
    assert list(told(drawn))[0] == "measured + theory"


def test_what_joins_a_measurement_is_called_by_what_comes_after_the_comma():
    drawn = [
        some("v", "LSTM", "excitatory", "line"),
        some("t", "LSTM, training", "excitatory", "theory"),
    ]
    assert told(drawn) == {"LSTM + training": ["v", "t"]}


def test_marks_that_differ_after_a_comma_are_one_item():
    drawn = [
        some("a", "critical distance, auto", "recall", "mark"),
        some("b", "critical distance, hetero", "paired", "mark"),
        some("c", "expected", "theory", "mark"),
    ]
    assert told(drawn) == {"critical distance": ["a"], "expected": ["c"]}


def test_what_is_not_seen_is_not_told():
    assert told([some("a", "A", "cue", "mark", size=0), some("p", "P", "cue", "picture")]) == {}


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=9), st.floats(50, 2000))
def test_a_legend_fits(texts, width):
    columns = fitting(texts, width)
    assert columns >= 1
    assert columns == 1 or columns * entry_width(texts) <= width
    assert (columns + 1) * entry_width(texts) > width


@pytest.mark.parametrize("key", models.names())
def test_titles_fit_a_phone(key):
    for observable in models.get(key).observables:
        assert len(observable.title) <= 40, observable.title
