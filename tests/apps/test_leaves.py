"""Pictures that are leafed through: which is seen, that others follow, and what is said of each."""

import numpy as np
import pytest
import xarray as xr
from bokeh.models import Plot

from apps.drawing.elements import element
from apps.drawing.figures import composed
from apps.drawing.grid import grid
from apps.drawing.heatmap import HeatMap
from apps.drawing.leaves import leaf, leaves, titled
from apps.drawing.live import LivePlot
from apps.drawing.stage import Stage
from workbench import Images, Matrix, Model, variable

GROWN = Matrix(("m",), "Grown", over="epoch", said="told")
NAMED = Matrix(("n",), "Named", over="answer")
SAME = Matrix(("k",), "The same answers", over="answer")
PICTURES = Images(("p",), "Pictures", over="answer", names="called")
VALUES = np.arange(24.0).reshape(4, 2, 3)


def grown(start, end):
    """Return matrices of some epochs, with a sentence for each."""
    told = [f"Epoch {10 * epoch}." for epoch in range(start, end)]
    return xr.Dataset(
        {
            "m": variable(("epoch", "row", "column"), VALUES[start:end], "1", "m"),
            "told": variable("epoch", told, "1", "told"),
        },
        coords={"epoch": variable("epoch", 10 * np.arange(start, end), "1", "epoch")},
    )


def named(values=VALUES[:3]):
    """Return a matrix, another and a row of pictures for each answer."""
    called = [[f"{answer}: {place}" for place in range(2)] for answer in "abc"]
    return xr.Dataset(
        {
            "n": variable(("answer", "row", "column"), values, "1", "n"),
            "k": variable(("row", "answer", "column"), values.swapaxes(0, 1), "1", "k"),
            "p": variable(("answer", "place", "y", "x"), np.ones((3, 2, 4, 4)), "1", "p"),
            "called": variable(("answer", "place"), called, "1", "called"),
        },
        coords={"answer": variable("answer", list("abc"), "1", "answer")},
    )


def stage(*observables):
    return Stage(type("Shown", (Model,), {"observables": observables}))


def picture(plot):
    (image,) = plot._source.data["image"]
    return image


def scrubber(made, i):
    return made._scrubbers[i]


def test_what_grows_shows_its_last_and_all_else_its_first():
    assert leaves(GROWN, grown(0, 3)).labels == ["0", "10", "20"]
    assert leaves(GROWN, grown(0, 3)).first == 2
    assert leaves(NAMED, named()).labels == ["a", "b", "c"]
    assert leaves(NAMED, named()).first == 0
    assert leaves(Matrix(("n",), "Plain"), named()) is None
    assert leaves(NAMED, grown(0, 3)) is None
    np.testing.assert_array_equal(grid(GROWN, grown(0, 3)).values, VALUES[2])
    np.testing.assert_array_equal(grid(SAME, named()).values, VALUES[0])


@pytest.mark.parametrize("number", [None, 7, -1])
def test_a_number_that_there_is_none_of_is_the_first(number):
    np.testing.assert_array_equal(leaf(GROWN, grown(0, 3), number).m, VALUES[2])
    np.testing.assert_array_equal(leaf(NAMED, named(), number).n, VALUES[0])


def test_a_slider_follows_what_grows_until_a_person_moves_it():
    made = stage(GROWN)
    made.draw(grown(0, 1))
    assert not made._scrubbers  # there is nothing to leaf through
    made.draw(grown(1, 2))
    made.draw(grown(2, 3))
    (plot,) = made.plots
    assert (scrubber(made, 0).at, scrubber(made, 0).said) == (2, "Epoch 20.")
    np.testing.assert_array_equal(picture(plot), VALUES[2])
    scrubber(made, 0).at = 1  # as a browser does
    np.testing.assert_array_equal(picture(plot), VALUES[1])
    assert scrubber(made, 0).said == "Epoch 10."
    made.draw(grown(3, 4))
    np.testing.assert_array_equal(picture(plot), VALUES[1])
    assert scrubber(made, 0).labels == ["0", "10", "20", "30"]


def test_a_slider_that_is_put_back_at_the_end_follows_again():
    made = stage(GROWN)
    made.draw(grown(0, 3))
    scrubber(made, 0).at = 0
    scrubber(made, 0).at = 2
    made.draw(grown(3, 4))
    np.testing.assert_array_equal(picture(made.plots[0]), VALUES[3])
    assert scrubber(made, 0).at == 3
    made.clear()
    made.draw(grown(0, 2))
    np.testing.assert_array_equal(picture(made.plots[0]), VALUES[1])
    assert scrubber(made, 0).at == 1


def test_a_colour_means_the_same_on_every_leaf():
    plot = HeatMap(NAMED)
    plot.show(named())
    limits = plot._mapper.low, plot._mapper.high
    assert limits[1] >= VALUES[:3].max()
    for number in range(3):
        plot.turn(number)
        assert (plot._mapper.low, plot._mapper.high) == limits


def test_all_that_lies_along_a_dimension_is_leafed_together():
    made = stage(NAMED, GROWN, SAME, PICTURES)
    made.draw(named())
    made.draw(grown(0, 3))
    scrubber(made, 2).at = 1
    for i in (0, 2):
        np.testing.assert_array_equal(picture(made.plots[i]), VALUES[1])
        assert scrubber(made, i).at == 1
    np.testing.assert_array_equal(picture(made.plots[1]), VALUES[2])
    texts = [one.label for one, _ in made.plots[3]._drawn.values()]
    assert texts == ["b\n0", "b\n1"]
    made.play("answer")
    assert [scrubber(made, i).plays for i in (0, 1, 2, 3)] == [1, 0, 0, 0]


def test_a_place_that_there_is_none_of_is_not_gone_to():
    made = stage(NAMED)
    made.draw(named())
    scrubber(made, 0).at = 99
    np.testing.assert_array_equal(picture(made.plots[0]), VALUES[2])


def test_pictures_that_are_leafed_through_stand_beside_the_others():
    assert LivePlot(PICTURES).place == 3
    assert LivePlot(Images(("p",), "Row")).place == 2
    made = stage(PICTURES)
    made.draw(xr.Dataset())
    made.draw(named())
    made.clear()
    assert made.plots[0].leaves is None


def test_a_finished_figure_says_which_leaf_it_is():
    assert titled(GROWN, grown(0, 3)) == "Grown (epoch 20)"
    assert titled(NAMED, named()) == "Named (answer a)"
    assert titled(GROWN, xr.Dataset()) == "Grown"
    import holoviews as hv

    drawn = hv.render(element(GROWN, grown(0, 3)), backend="bokeh")
    assert drawn.select_one({"type": Plot}).title.text == "Grown (epoch 20)"


def test_a_file_has_what_is_leafed_through_below_all_others():
    shown = (PICTURES, NAMED, Images(("row",), "Row"))
    data = named().assign(row=variable(("place", "y", "x"), np.ones((2, 4, 4)), "1", "row"))
    parts = [(one, element(one, data, "matplotlib")) for one in shown]
    fig = composed(parts, "the stamp")
    fig.get_layout_engine().execute(fig)
    heights = {axis.get_title(loc="left") or axis.get_title(): axis.get_position().y0
               for axis in fig.axes}  # fmt: skip
    found = sorted((y, title) for title, y in heights.items() if title)
    assert [title for _, title in found] == ["Pictures (answer a)", "Named (answer a)", "Row"]
