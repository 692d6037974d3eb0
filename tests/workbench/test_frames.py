"""Frames are joined the same way however the run was cut into them."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from toys import frame_of

from workbench import variable
from workbench.frames import Frames, Plain

PATH = np.random.default_rng(1).normal(size=(30, 2))


def joined(cuts, look=()):
    """Return the run of PATH, cut before these steps and looked at after those frames."""
    edges = [0, *sorted(cuts), len(PATH)]
    frames = Frames()
    for number, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        frames.add(frame_of(np.arange(start, end), PATH[start:end]))
        if number in look:
            frames.dataset()
    return frames.dataset()


@given(
    cuts=st.sets(st.integers(1, len(PATH) - 1)),
    look=st.sets(st.integers(0, len(PATH))),
)
def test_the_same_run_cut_in_any_way_gives_the_same_dataset(cuts, look):
    xr.testing.assert_identical(joined(cuts, look), joined(set()))


def test_what_grows_is_appended_and_what_does_not_is_replaced():
    data = joined({10, 20})
    np.testing.assert_array_equal(data.position.values, PATH)
    np.testing.assert_array_equal(data.time.values, np.arange(30))
    assert data["mean"].item() == PATH[-1].mean()
    assert data.position.attrs == {"units": "m", "long_name": "position"}
    assert set(data.coords) == {"time", "walker"}


def test_variables_come_in_the_order_of_their_names():
    frames = Frames()
    frames.add(xr.Dataset({n: variable((), 0, "1", n) for n in "ba"}))
    frames.add(xr.Dataset({"0": variable((), 0, "1", "0")}))
    assert list(frames.dataset()) == ["0", "a", "b"]


@pytest.mark.parametrize("dim", ["time", "step", "epoch", "trial"])
def test_every_growing_dimension_grows_wherever_it_stands(dim):
    frames = Frames()
    for value in (1.0, 2.0):
        frames.add(xr.Dataset({"x": variable(("cell", dim), [[value], [value]], "1", "x")}))
    np.testing.assert_array_equal(frames.dataset().x, [[1, 2], [1, 2]])
    assert frames.dataset().x.dims == ("cell", dim)


def test_frames_are_copies():
    frames, values = Frames(), np.zeros(2)
    frames.add(
        xr.Dataset({"a": variable("time", values, "1", "a"), "b": variable("k", values, "1", "b")})
    )
    values[:] = 9
    data = frames.dataset()
    assert data.a.values.tolist() == data.b.values.tolist() == [0, 0]


def test_no_frames_give_an_empty_dataset():
    assert not Frames()
    assert not Frames().dataset().variables
    frames = Frames()
    frames.add(xr.Dataset({"a": variable((), 0, "1", "a")}))
    assert frames


@pytest.mark.parametrize("attrs", [{}, {"units": "m"}, {"long_name": "x"}])
def test_a_variable_without_units_or_name_is_refused(attrs):
    with pytest.raises(ValueError, match="'x' of a frame needs units and long_name"):
        Frames().add(xr.Dataset({"x": xr.Variable("time", [1.0], attrs)}))
    with pytest.raises(ValueError, match="'x' of a frame needs units and long_name"):
        Frames().add(xr.Dataset(coords={"x": xr.Variable("cell", [1.0], attrs)}))


@pytest.mark.parametrize(
    "second",
    [
        variable(("time", "cell"), np.zeros((1, 3)), "1", "x"),
        variable(("time", "synapse"), np.zeros((1, 2)), "1", "x"),
        variable(("cell", "time"), np.zeros((2, 1)), "1", "x"),
        variable(("trial", "cell"), np.zeros((1, 2)), "1", "x"),
        variable(("time",), np.zeros(1), "1", "x"),
        variable(("cell",), np.zeros(2), "1", "x"),
    ],
)
def test_a_variable_that_changes_its_shape_is_refused(second):
    first = variable(("time", "cell"), np.zeros((1, 2)), "1", "x")
    for one, other in ((first, second), (second, first)):
        frames = Frames()
        frames.add(xr.Dataset({"x": one}))
        with pytest.raises(ValueError, match="variable 'x' (came as|grows in one frame)"):
            frames.add(xr.Dataset({"x": other}))


def test_a_replaced_variable_may_change_its_shape():
    frames = Frames()
    for n in (2, 3):
        frames.add(xr.Dataset({"x": variable("cell", np.arange(n), "1", "x")}))
    assert frames.dataset().x.values.tolist() == [0, 1, 2]


def test_a_frame_that_does_not_fit_is_refused_whole():
    frames = Frames()
    frames.add(
        xr.Dataset(
            {"a": variable("time", [1.0], "1", "a"), "m": variable("cell", [1, 2], "1", "m")}
        )
    )
    before = frames.dataset()
    grown = xr.Dataset({"a": variable("time", [2.0], "1", "a")})
    for bad, sentence in [
        ({"n": variable("cell", [1, 2, 3], "1", "n")}, "'n' has 3 along 'cell', and 'm' has 2"),
        ({"g": variable(("time", "cell"), [[1, 2, 3]], "1", "g")}, "along 'time' came"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            frames.add(grown.assign(bad))
        assert frames.dataset().identical(before)


def test_variables_that_grow_together_come_together():
    frames = Frames()
    both = {name: variable("time", [1.0], "1", name) for name in "ab"}
    frames.add(xr.Dataset(both))
    frames.add(xr.Dataset({"c": variable("step", [1.0], "1", "c")}))  # another dimension is free
    with pytest.raises(ValueError, match=r"along 'time' came \['a', 'b'\] first and \['a'\] now"):
        frames.add(xr.Dataset({"a": both["a"]}))
    frames.add(xr.Dataset(both))
    assert frames.dataset().sizes == {"time": 2, "step": 1}


# Frames that are no Dataset


@given(cuts=st.sets(st.integers(1, len(PATH) - 1)))
def test_a_frame_of_plain_variables_is_as_good_as_a_dataset(cuts):
    edges = [0, *sorted(cuts), len(PATH)]
    frames = Frames()
    for start, end in zip(edges, edges[1:], strict=False):
        whole = frame_of(np.arange(start, end), PATH[start:end])
        frames.add(Plain({str(name): var for name, var in whole.variables.items()}))
    xr.testing.assert_identical(frames.dataset(), joined(set()))


def test_coordinates_of_a_dataset_stay_coordinates():
    frames = Frames()
    for value in (1.0, 2.0):
        level, moment = (variable("sample", [value], "1", name) for name in ("level", "moment"))
        frames.add(xr.Dataset({"level": level}, coords={"moment": moment}))
    assert set(frames.dataset().coords) == {"moment"}


def test_a_plain_variable_along_its_own_name_is_a_coordinate():
    frames = Frames()
    frames.add(Plain({"k": variable("k", [1, 2], "1", "k"), "a": variable("k", [3, 4], "1", "a")}))
    assert set(frames.dataset().coords) == {"k"}
    assert set(frames.dataset().data_vars) == {"a"}


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"a": 1.0}, "'a' of a frame is a float, no variable"),
        ({"a": xr.DataArray([1.0], dims="k")}, "'a' of a frame is a DataArray, no variable"),
        (
            {"a": variable("k", [1, 2], "1", "a"), "b": variable("k", [1], "1", "b")},
            "'b' has 1 along 'k', and 'a' has 2",
        ),
        (
            {"a": variable("time", [1, 2], "1", "a"), "b": variable("time", [1], "1", "b")},
            "'b' has 1 along 'time', and 'a' has 2",
        ),
    ],
)
def test_plain_variables_that_do_not_fit_are_refused(variables, sentence):
    with pytest.raises(ValueError, match=sentence):
        Plain(variables)
