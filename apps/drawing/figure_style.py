"""How finished figures look: options of HoloViews elements for Bokeh and for Matplotlib.

Both backends are told the same, each in its own words. What HoloViews has no option for (a legend
below the axes that tells measurement from theory) is done by hooks on the finished plot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any
from weakref import WeakKeyDictionary

import holoviews as hv

from apps.drawing.figure_legends import below_axes, below_figure, stroke
from apps.drawing.legends import legend
from apps.drawing.palette import BAND, BLANK, LIGHT, colour
from apps.drawing.series import Series

GREY = colour("other")
SHORT, HIGH = 500, 360  # pixels of a panel in a notebook
LONG = 2 * SHORT  # of one that is as wide as two
TIME = "time of the run"  # the axis that protocol and rasters share
PANEL = {
    "bokeh": {"width": SHORT, "height": HIGH},
    "matplotlib": {"fig_inches": (5.2, 3.7), "aspect": 1.5},
}
DASH = ((-0.3, -1), (0.3, -1), (0.3, 1), (-0.3, 1))  # an upright mark for a spike
RASTER_PIXELS = 200  # that all cells have together
MANY = 20_000  # dots, from which on they are pixels in a file
PADDING = (0.02, 0.05)  # around the data, in shares of their range
BELOW = 0.48  # room for the names below pictures, in heights of a picture
#: Matplotlib's axes -> the texts of its axes.
LABELS: WeakKeyDictionary[Any, tuple[str, str]] = WeakKeyDictionary()
ROW = 210  # pixels that a row of pictures is high in a notebook
TEXT = {"title": 11, "labels": 10, "ticks": 9}


def layout(stamp: str, backend: str) -> hv.Options:
    """Return the options of all panels together: the stamp as a modest title, no letters."""
    look: dict[str, Any] = {"title": stamp, "fontsize": {"title": 9}}
    if backend == "matplotlib":
        look |= {"sublabel_format": "", "fig_inches": 5.2, "vspace": 0.8, "hspace": 0.3}
    return hv.opts.Layout(backend=backend, **look)


def series(one: Series, backend: str, cells: int = 1) -> hv.Options:
    """Return the options of a line, points, bars, a mark, or the spikes of one of so many cells."""
    paint = colour(one.role)
    if one.kind == "points":
        look: dict[str, Any] = {"color": paint}
        look |= {"size": 8, "line_color": None} if backend == "bokeh" else {"s": 30, "linewidth": 0}
        return hv.opts.Scatter(backend=backend, show_legend=False, **look)
    if one.kind == "spikes":
        return spikes(one, backend, cells)
    if one.kind == "band":
        look = {"alpha": BAND}
        look |= (
            {"fill_color": paint, "line_alpha": 0}
            if backend == "bokeh"
            else {"facecolor": paint, "edgecolor": "none"}
        )
        return hv.opts.Area(backend=backend, show_legend=False, **look)
    if one.kind == "bars":
        look = (
            {"fill_color": paint, "line_color": BLANK}
            if backend == "bokeh"
            else {"facecolor": paint, "edgecolor": BLANK, "linewidth": 0.6}
        )
        return hv.opts.Histogram(backend=backend, show_legend=False, **look)
    alpha = 0.75 if one.crowd else 1.0
    look = {"color": paint, "alpha": alpha} | stroke(one, backend)
    kind = hv.opts.VLines if one.kind == "mark" else hv.opts.Curve
    return kind(backend=backend, show_legend=False, **look)


def spikes(one: Series, backend: str, cells: int) -> hv.Options:
    """Return the options of spikes: the more cells, the smaller."""
    high = min(max(RASTER_PIXELS / cells, 1.5), 7)
    look: dict[str, Any] = {"color": colour(one.role)}
    look |= (
        {"size": high, "line_color": None}
        if backend == "bokeh"
        else {"marker": DASH, "s": high**2, "linewidth": 0}
    )
    return hv.opts.Scatter(backend=backend, show_legend=False, **look)


def panel(
    title: str,
    axes: tuple[str, str],
    drawn: list[Series],
    backend: str,
    hooks: Iterable[Callable[[Any, Any], None]] = (),
    **look: Any,
) -> hv.Options:
    """Return the options of a panel with axes; hooks are called on the finished plot as well."""
    finish = bokeh_finish if backend == "bokeh" else matplotlib_finish

    def hook(plot: Any, _element: Any) -> None:
        finish(plot, axes, drawn)

    return hv.opts.Overlay(
        title=title, xlabel=axes[0], ylabel=axes[1], show_legend=False, hooks=[hook, *hooks],
        backend=backend, **PANEL[backend] | {"fontsize": TEXT, "padding": PADDING} | look,
    )  # fmt: skip


def long(backend: str) -> dict[str, Any]:
    """Return the options of a panel that is as wide as two."""
    return {"width": LONG} if backend == "bokeh" else {}


def matplotlib_finish(plot: Any, axes: tuple[str, str], drawn: list[Series]) -> None:
    """Write title, axis labels and legend, and draw a light grid."""
    from matplotlib.ticker import MaxNLocator

    axis = plot.handles["axis"]
    bold_title(plot)
    LABELS[axis] = axes
    for each in axis.figure.axes:  # HoloViews writes "x" and "y" on the first one for any VLines
        each.set(**dict(zip(("xlabel", "ylabel"), LABELS.get(each, ("", "")), strict=True)))
    axis.grid(color=LIGHT.grid, linewidth=0.7)
    axis.xaxis.set_zorder(-1)
    axis.yaxis.set_zorder(-1)
    axis.spines[["top", "right"]].set_visible(False)
    for name, side in (("x", axis.xaxis), ("y", axis.yaxis)):
        if isinstance(side.get_major_locator(), MaxNLocator):  # others are chosen, or of a log axis
            axis.locator_params(name, nbins=6)
    items = legend(drawn)
    if len(items) > 1:
        below_axes(axis, items)


def bold_title(plot: Any) -> None:
    """Move a Matplotlib title to the left, in bold."""
    axis = plot.handles["axis"]
    text = axis.get_title()
    axis.set_title("")
    axis.set_title(text, loc="left", fontsize=TEXT["title"], fontweight="bold", color=LIGHT.ink)


def bokeh_finish(plot: Any, axes: tuple[str, str], drawn: list[Series]) -> None:
    """Write axis labels and legend of a Bokeh figure, and draw a light grid."""
    fig = plot.handles["plot"]
    for axis, text in zip(fig.axis, axes, strict=True):
        axis.update(
            axis_label=text, axis_label_text_font_style="normal", minor_tick_line_color=None,
            major_tick_in=0,
        )  # fmt: skip
    for grid in fig.grid:
        grid.grid_line_color = LIGHT.grid
    fig.outline_line_color = None
    if fig.width == LONG:
        fig.styles = {"grid-column": "1 / span 2"}
    items = legend(drawn)
    if fig.legend or len(items) < 2:
        return
    parts = zip(drawn, plot.subplots.values(), strict=True)
    glyphs = {one.name: part.handles["glyph_renderer"] for one, part in parts}
    below_figure(fig, [(text, [glyphs[one.name] for one in signs]) for text, signs in items])


def rasterised(plot: Any, _element: Any) -> None:
    """Make pixels of dots, so that a file stays small."""
    for dots in plot.handles["axis"].collections:
        dots.set_rasterized(True)


def picture(one: Series, backend: str) -> hv.Options:
    """Return the options of one picture: square pixels, sharp edges."""
    assert one.shades is not None
    sharp = {} if backend == "bokeh" else {"interpolation": "nearest"}
    limits = (one.shades.low, one.shades.high)
    return hv.opts.Image(cmap=one.shades.colours, clim=limits, backend=backend, **sharp)


def outline(backend: str) -> hv.Options:
    """Return the options of the thin frames around pictures."""
    look = (
        {"fill_color": None, "line_color": GREY}
        if backend == "bokeh"
        else {"facecolor": "none", "edgecolor": GREY, "linewidth": 0.8}
    )
    return hv.opts.Rectangles(backend=backend, **look)


def words(backend: str) -> hv.Options:
    """Return the options of the names below pictures."""
    look = (
        {"text_font_size": "12px", "text_baseline": "top", "text_color": LIGHT.ink}
        if backend == "bokeh"
        else {"size": 9, "verticalalignment": "top", "color": LIGHT.ink}
    )
    return hv.opts.Labels(backend=backend, **look)


def row(title: str, extent: tuple[float, float], backend: str) -> hv.Options:
    """Return the options of a row of pictures; its pixels are square."""
    wide, high = extent
    size: dict[str, Any] = (
        {"width": SHORT, "height": ROW, "hooks": [square]}
        if backend == "bokeh"
        else {"fig_inches": (5.2, 3.7), "aspect": "equal", "hooks": [left_anchored]}
    )
    limits = {"xlim": (-0.01 * wide, 1.01 * wide), "ylim": (-BELOW * high, 1.05 * high)}
    return hv.opts.Overlay(
        title=title, xaxis=None, yaxis=None, show_legend=False, fontsize=TEXT, backend=backend,
        **limits, **size,
    )  # fmt: skip


def square(plot: Any, element: Any) -> None:
    """Let Bokeh keep pixels square, whatever stands beside them, with room for the names."""
    from bokeh.models import DataRange1d

    fig, high = plot.handles["plot"], next(iter(element)).range(1)[1]
    fig.scatter([0], [-0.9 * high], size=0, alpha=0)  # unseen: it keeps the range open
    fig.update(  # equal paddings, since Bokeh matches the aspect before it pads
        x_range=DataRange1d(range_padding=0.01), y_range=DataRange1d(range_padding=0.01),
        match_aspect=True, frame_align=False, min_border_left=60, outline_line_color=None,
    )  # fmt: skip


def left_anchored(plot: Any, _element: Any) -> None:
    """Let a row of pictures begin where the panels below do."""
    bold_title(plot)
    plot.handles["axis"].set_anchor("W")
    plot.handles["axis"].set_axis_off()


def plain() -> AbstractContextManager[Any]:
    """Return Matplotlib's settings for files: text stays text, and the same run the same file."""
    import matplotlib

    return matplotlib.rc_context({
        "svg.fonttype": "none", "svg.hashsalt": "engram-workbench", "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"], "xtick.labelsize": 9, "ytick.labelsize": 9,
        "axes.labelsize": 10, "axes.labelcolor": LIGHT.ink, "axes.edgecolor": LIGHT.ink,
        "xtick.color": LIGHT.ink, "ytick.color": LIGHT.ink,
    })  # fmt: skip
