"""What all live figures share: their ground, axes and legend, and that they keep their size."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    GlyphRenderer,
    Legend,
    LegendItem,
    Quad,
)
from bokeh.models.glyph import Glyph
from bokeh.plotting import figure

from apps.drawing.leaves import Leaves
from apps.drawing.legends import entry_width
from apps.drawing.palette import ground
from workbench import Curve, Observable

HEIGHT = 340
FONT = "13px"
SMALL = "12px"
SIGN = 32  # pixels beside a text in a legend
LEFT = 84  # pixels for names and numbers left of plots as wide as the page, so that they align
MOVABLE = "pan,box_zoom,reset"

#: A legend takes as many columns as fit; Bokeh's own does not wrap.
WRAP = "legend.ncols = Math.max(1, Math.floor(figure.inner_width / legend.tags[0]))"
#: Two clicks (or taps) bring back what was moved away.
BACK = "figure.reset.emit()"


def scales(observable: Observable) -> dict[str, str]:
    """Return what Bokeh is told of a figure's axes: which of them are logarithmic."""
    if not isinstance(observable, Curve):
        return {}
    kinds = {"x_axis_type": observable.log, "y_axis_type": observable.log_y}
    return {name: "log" if yes else "auto" for name, yes in kinds.items()}


class Sheet:
    """A figure that shows an observable while its data come; the base of every kind.

    Each kind paints itself once its parts are there.

    Parameters
    ----------
    observable : Observable
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    options
        Of Bokeh's figure.
    """

    #: Where it stands among others: 0 uppermost; below 3 as wide as the page.
    place = 3

    def __init__(self, observable: Observable, dark: bool, **options: Any) -> None:
        self.observable, self.dark = observable, dark
        look: dict[str, Any] = {
            "height": HEIGHT, "sizing_mode": "stretch_width", "title": observable.title,
            "toolbar_location": None, "tools": MOVABLE, "min_border_right": 12,
            "min_border_bottom": 64,
        }  # fmt: skip
        self.figure: Any = figure(**look | options)
        self.figure.js_on_event("doubletap", CustomJS(args={"figure": self.figure}, code=BACK))
        self._legend = Legend(
            items=[], orientation="horizontal", ncols=2, tags=[1], location="top_left"
        )

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        raise NotImplementedError

    def replace(self, data: Any) -> None:
        """Show these data and nothing of what was there."""
        self.clear()
        self.show(data)

    def show(self, data: Any) -> None:
        """Add what is new: what grows is continued, all else replaced."""
        raise NotImplementedError

    @property
    def leaves(self) -> Leaves | None:
        """What there is to leaf through; None where there is nothing."""
        return None

    def turn(self, number: int | None) -> None:
        """Show another of the pictures that are leafed through; None for the one seen at first."""

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        self.dark = dark
        paper, fig = ground(dark), self.figure
        fig.update(  # clear, or Bokeh would leave a line of the old ground around the new one
            background_fill_color=paper.paper, border_fill_color=paper.paper,
            background_fill_alpha=0, border_fill_alpha=0, outline_line_color=None,
        )  # fmt: skip
        title: Any = fig.title
        title.update(text_color=paper.ink, text_font_size="14px")
        for axis in fig.axis:
            self._paint_axis(axis)
        for grid in fig.grid:
            grid.grid_line_color = paper.grid
        self._legend.update(
            label_text_color=paper.ink, label_text_font_size=SMALL, background_fill_alpha=0.0,
            border_line_color=None, padding=0, margin=2, spacing=2, label_standoff=6,
            label_height=16, glyph_height=16, glyph_width=22,
        )  # fmt: skip

    def _paint_axis(self, axis: Any) -> None:
        ink = ground(self.dark).ink
        axis.update(
            axis_label_text_color=ink, major_label_text_color=ink, axis_line_color=ink,
            major_tick_line_color=ink, minor_tick_line_color=None, major_tick_in=0,
            axis_label_text_font_size=FONT, major_label_text_font_size=FONT,
            axis_label_text_font_style="normal",
        )  # fmt: skip
        if hasattr(axis.ticker, "desired_num_ticks"):
            axis.ticker.desired_num_ticks = 5

    def _put(self, source: Any, glyph: Glyph) -> GlyphRenderer:
        """Draw a glyph."""
        return put(self.figure, source, glyph)

    def _add_legend(self) -> None:
        """Put the legend below the axes, in as many columns as there is room for."""
        self.figure.add_layout(self._legend, "below")
        wrap = CustomJS(args={"legend": self._legend, "figure": self.figure}, code=WRAP)
        self.figure.js_on_change("inner_width", wrap)
        self._legend.js_on_change("tags", wrap)

    def _tell(self, items: list[tuple[str, list[GlyphRenderer]]], least: int = 2) -> None:
        """Keep the legend, where there are at least so many things to tell apart."""
        items = items if len(items) >= least else []
        texts = [text for text, _ in items]
        if texts == [item.label.value for item in self._legend.items]:  # type: ignore
            return
        width = entry_width(texts)
        self._legend.update(tags=[width], label_width=int(width) - SIGN)
        self._legend.items = [LegendItem(label=text, renderers=signs) for text, signs in items]

    def _name_axes(self, texts: tuple[str, str]) -> None:
        """Write names on the axes, where there are any to write."""
        for axis, text in zip(self.figure.axis, texts, strict=False):
            if text and axis.axis_label != text:
                axis.axis_label = text


def put(fig: Any, source: Any, glyph: Glyph) -> GlyphRenderer:
    """Draw a glyph alone: by itself Bokeh makes two more, to fade what is not selected."""
    return fig.add_glyph(source, glyph, nonselection_glyph=None, muted_glyph=None)


def give(source: Any, columns: dict[str, Any]) -> None:
    """Give a source the columns that are new: a figure that stays is not drawn again.

    Only they are sent: mostly the heights of a line change, and not the places they are at.
    """
    held = source.data
    if held.keys() != columns.keys():
        source.data = columns
        return
    new = {name: column for name, column in columns.items() if not same(held[name], column)}
    if new:
        held.update(new)


def same(held: Any, new: Any) -> bool:
    """Return whether two columns hold the same values; NaN is the same as NaN."""
    one, other = np.asarray(held), np.asarray(new)
    if one.shape != other.shape:
        return False
    return bool(((one == other) | ((one != one) & (other != other))).all())


def swatch(fig: Any, paint: str) -> GlyphRenderer:
    """Return what stands for a colour in a legend; it has no place in the picture itself."""
    nowhere: dict[str, Any] = dict.fromkeys(("left", "right", "top", "bottom"), [float("nan")])
    sides: dict[str, Any] = {side: side for side in nowhere}
    return put(fig, ColumnDataSource(nowhere), Quad(**sides, fill_color=paint, line_color=None))
