"""Finished heat maps and protocols as HoloViews elements; rasters are series like lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr
from bokeh.models import ColorBar

from apps.drawing import figure_style as style
from apps.drawing.figure_legends import below_axes, below_figure
from apps.drawing.grid import Grid, border_colour, grid, numbers, scale
from apps.drawing.heatmap import add_bar
from apps.drawing.lanes import BLOCK, Lanes, Words, lanes, unsaid, words
from apps.drawing.leaves import titled
from apps.drawing.palette import CLEAR, LIGHT, Shades, colour, ink_on
from apps.drawing.series import Series
from apps.drawing.sheet import swatch
from workbench import Matrix, Strip

LANE, AROUND, LEGEND = 34, 96, 24  # pixels, in a notebook
INCH = 100  # pixels of a notebook to an inch in a file
INSIDE = {"bokeh": 850, "matplotlib": 860}  # pixels of the axes of a protocol


def heat_map(observable: Matrix, data: xr.Dataset, backend: str) -> Any:
    """Return a matrix as an overlay; None when its data are not there."""
    shown = grid(observable, data)
    if shown is None:
        return None
    high, wide = shown.values.shape
    shades = paints(observable, shown)
    x, y = (hv.Dimension(f"{side} of {observable.title}") for side in ("column", "row"))
    image = hv.Image(shown.values, bounds=(0, 0, wide, high), kdims=[x, y], vdims=[shown.name])
    parts = [image.opts(heat(shades, backend))]
    ink = border_colour(observable, shades, dark=False)
    parts += [one.opts(line(one, ink, backend)) for one in borders(shown, x, y)]
    parts += cells(observable, shown, shades, (x, y), backend)
    axes = shown.columns.name, observable.y_label or shown.rows.name
    hooks = [finish(observable, shown, backend)]
    return hv.Overlay(parts).opts(
        style.panel(
            titled(observable, data), axes, [], backend, hooks, padding=0, show_grid=False,
            xticks=list(shown.columns.ticks.items()), xrotation=shown.columns.slant,
            yticks=[(high - at, text) for at, text in shown.rows.ticks.items()],
        )
    )  # fmt: skip


def cells(
    observable: Matrix, shown: Grid, shades: Shades, sides: tuple[hv.Dimension, ...], backend: str
) -> Iterator[Any]:
    """Return the numbers written in cells, those of an ink together."""
    told = numbers(shown.values, observable.written, shades)
    for ink in dict.fromkeys(one.ink for one in told):
        here = [(one.x, len(shown.values) - one.y, one.text) for one in told if one.ink == ink]
        made = hv.Labels(here, kdims=list(sides), vdims="number")
        yield made.opts(label(ink, backend, "center"))


def paints(observable: Matrix, shown: Grid) -> Shades:
    """Return the colours of a matrix: of its values, or of its categories."""
    if observable.categories:
        colours = [colour(role) for _, role in observable.categories]
        return Shades(colours, -0.5, len(colours) - 0.5)
    found = scale(shown.values)
    return found if found.high else Shades(found.colours, 0.0, 1.0)


def borders(shown: Grid, x: hv.Dimension, y: hv.Dimension) -> Iterator[Any]:
    """Return the lines between blocks."""
    across, upright = shown.borders
    if across:
        yield hv.HLines([shown.values.shape[0] - at for at in across], kdims=[y])
    if upright:
        yield hv.VLines(upright, kdims=[x])


def finish(observable: Matrix, shown: Grid, backend: str) -> Any:
    """Return a hook that adds a legend of categories, or else a colour bar."""
    told = [sample(text, role) for text, role in observable.categories if role]

    def bokeh(plot: Any, _element: Any) -> None:
        fig = plot.handles["plot"]
        fig.grid.visible = False
        if told and not fig.legend:
            below_figure(fig, [(one.label, [swatch(fig, colour(one.role))]) for one in told])
        elif not told and not fig.select({"type": ColorBar}):
            image = next(iter(plot.subplots.values()))
            add_bar(fig, image.handles["color_mapper"], shown.name)

    def matplotlib(plot: Any, _element: Any) -> None:
        axis = plot.handles["axis"]
        axis.grid(False)
        axis.spines[["top", "right"]].set_visible(True)
        if shown.columns.slant:
            for text in axis.get_xticklabels():
                text.set(horizontalalignment="right", rotation_mode="anchor")
        if told:
            below_axes(axis, [(one.label, [one]) for one in told])
        else:
            (image,) = axis.images
            bar = axis.figure.colorbar(image, ax=axis, label=shown.name, pad=0.02)
            bar.outline.set_visible(False)
            style.LABELS[bar.ax] = "", shown.name

    return bokeh if backend == "bokeh" else matplotlib


def sample(text: str, role: str) -> Series:
    """Return what stands for a colour in a legend."""
    return Series(text, text, role, "bars", np.empty(0), np.empty(0))


def protocol(observable: Strip, data: xr.Dataset, backend: str) -> Any:
    """Return a protocol as an overlay; None when its data are not there."""
    shown = lanes(observable, data)
    if not shown.blocks:
        return None
    x, y = hv.Dimension(style.TIME), hv.Dimension(f"lane of {observable.title}")
    fitting = words(shown, INSIDE[backend])
    others = unsaid(shown, fitting)
    parts = [*blocks(shown, x, y, backend), *texts(fitting, x, y, backend)]
    if shown.now:
        now = hv.VLines(shown.now, kdims=[x])
        parts.append(now.opts(line(now, LIGHT.ink, backend)))
    count = len(shown.names)
    high = AROUND + LANE * count + LEGEND * bool(others)
    size = (
        {"height": high} if backend == "bokeh" else {"aspect": 4, "fig_inches": (10, high / INCH)}
    )
    return hv.Overlay(parts).opts(
        style.panel(
            observable.title, (shown.axis, ""), [], backend, [quiet(others, backend)], padding=0,
            xlim=(0, shown.end), ylim=(-0.5, count - 0.5), yticks=list(enumerate(shown.names)),
            **style.long(backend) | size,
        )
    )  # fmt: skip


def blocks(shown: Lanes, x: hv.Dimension, y: hv.Dimension, backend: str) -> Iterator[Any]:
    """Return the blocks, those of a role together."""
    half = BLOCK / 2
    for role in dict.fromkeys(block.role for block in shown.blocks):
        corners = [(b.start, b.lane - half, b.end, b.lane + half)
                   for b in shown.blocks if b.role == role]  # fmt: skip
        part = hv.Rectangles(corners, kdims=[x, y, "right", "top"], label=role)
        yield part.opts(block(colour(role) if role else CLEAR, colour(role), backend))


def texts(fitting: list[Words], x: hv.Dimension, y: hv.Dimension, backend: str) -> Iterator[Any]:
    """Return the words, those of an ink together."""
    inks = [ink_on(colour(one.role)) if one.role else LIGHT.ink for one in fitting]
    for ink in dict.fromkeys(inks):
        here = [(one.x, one.lane, f" {one.text}")
                for one, its in zip(fitting, inks, strict=True) if its == ink]  # fmt: skip
        yield hv.Labels(here, kdims=[x, y], vdims="words").opts(label(ink, backend))


def quiet(others: dict[str, str], backend: str) -> Any:
    """Return a hook that leaves only the upright lines of the grid, and tells what is not written.

    Parameters
    ----------
    others : dict
        Text -> role, for the legend.
    backend : str
        What draws it.
    """

    def bokeh(plot: Any, _element: Any) -> None:
        fig = plot.handles["plot"]
        fig.ygrid.visible = False
        if others and not fig.legend:
            below_figure(
                fig, [(text, [swatch(fig, colour(role))]) for text, role in others.items()]
            )

    def matplotlib(plot: Any, _element: Any) -> None:
        axis = plot.handles["axis"]
        axis.yaxis.grid(False)
        if others:
            below_axes(axis, [(text, [sample(text, role)]) for text, role in others.items()])

    return bokeh if backend == "bokeh" else matplotlib


def lanes_height(drawn: Any) -> float:
    """Return the inches that a protocol takes in a file."""
    return drawn.opts.get("plot", "matplotlib").kwargs["fig_inches"][1]


def heat(shades: Shades, backend: str) -> hv.Options:
    """Return the options of a matrix; its colour bar is added later."""
    look: dict[str, Any] = {} if backend == "bokeh" else {"interpolation": "nearest"}
    return hv.opts.Image(
        cmap=shades.colours, clim=(shades.low, shades.high), backend=backend,
        clipping_colors={"NaN": "transparent"}, **look,
    )  # fmt: skip


def line(part: Any, ink: str, backend: str) -> hv.Options:
    """Return the options of thin lines across all."""
    look = {"line_width": 1} if backend == "bokeh" else {"linewidth": 0.8}
    return getattr(hv.opts, type(part).__name__)(color=ink, backend=backend, **look)


def block(fill: str, edge: str, backend: str) -> hv.Options:
    """Return the options of a protocol's blocks."""
    look = (
        {"fill_color": fill, "line_color": edge}
        if backend == "bokeh"
        else {"facecolor": fill if fill != CLEAR else "none", "edgecolor": edge, "linewidth": 0.8}
    )
    return hv.opts.Rectangles(backend=backend, show_legend=False, **look)


def label(ink: str, backend: str, align: str = "left") -> hv.Options:
    """Return the options of words within a picture."""
    look = (
        {"text_font_size": "12px", "text_baseline": "middle", "text_align": align,
         "text_color": ink}
        if backend == "bokeh"
        else {"size": 9, "verticalalignment": "center", "horizontalalignment": align,
              "color": ink}
    )  # fmt: skip
    return hv.opts.Labels(backend=backend, **look)
