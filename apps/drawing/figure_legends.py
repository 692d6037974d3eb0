"""Legends of finished figures: below the axes, clear of the data, in Bokeh and in Matplotlib."""

from __future__ import annotations

from typing import Any

from apps.drawing.legends import entry_width, fitting
from apps.drawing.palette import colour
from apps.drawing.series import Series

WIDTH = {"bokeh": 400, "matplotlib": 330}  # pixels at 12 px
WIDTHS = {"line": 2.0, "theory": 1.1, "mark": 1.3}


def below_axes(axis: Any, items: list[tuple[str, list[Series]]]) -> None:
    """Write a legend below the label of the x axis, clear of the data."""
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.transforms import ScaledTranslation

    scale = axis.get_figure(root=True).dpi_scale_trans
    texts = [text for text, _ in items]
    axis.legend(
        [tuple(sign(one) for one in signs) for _, signs in items], texts,
        loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=0, frameon=False, fontsize=9,
        bbox_transform=axis.transAxes + ScaledTranslation(-0.06, -38 / 72, scale),
        ncols=min(len(texts), fitting(texts, WIDTH["matplotlib"])), handletextpad=0.6,
        handler_map={tuple: HandlerTuple(ndivide=1)},
    )  # fmt: skip


def sign(one: Series) -> Any:
    """Return what stands for a series in a Matplotlib legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    paint = colour(one.role)
    if one.kind == "bars":
        return Patch(color=paint)
    if one.kind in ("points", "spikes"):
        return Line2D([], [], color=paint, linestyle="none", marker="o", markersize=5.5)
    return Line2D([], [], color=paint, **stroke(one, "matplotlib"))


def stroke(one: Series, backend: str) -> dict[str, Any]:
    """Return width and dashes of a line."""
    if backend == "bokeh":
        dash = "dotdash" if one.dash == "dashdot" else one.dash
        return {"line_width": WIDTHS[one.kind], "line_dash": dash}
    return {"linewidth": WIDTHS[one.kind], "linestyle": one.dash}


def below_figure(fig: Any, items: list[tuple[str, list[Any]]]) -> None:
    """Write a legend below a Bokeh figure: texts, each with the renderers of its signs."""
    from bokeh.models import Legend, LegendItem

    texts = [text for text, _ in items]
    told = Legend(items=[LegendItem(label=text, renderers=signs) for text, signs in items])
    told.update(
        orientation="horizontal", ncols=fitting(texts, WIDTH["bokeh"]), location="top_left",
        border_line_color=None, padding=0, margin=2, spacing=4, label_text_font_size="12px",
        label_height=16, glyph_height=16, label_width=int(entry_width(texts)) - 32,
    )  # fmt: skip
    fig.add_layout(told, "below")
