"""Live drawing: one Bokeh figure for each observable, fed through column data sources.

Growing lines are streamed (4 ms a tick were measured, against 320 ms for replacing whole
HoloViews elements); everything else is replaced. A figure keeps its size whatever comes.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import xarray as xr
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    GlyphRenderer,
    Legend,
    LegendItem,
    LinearColorMapper,
)
from bokeh.plotting import figure

from apps.palette import BLANK, colour, ground
from apps.series import Series, axis_labels, bar_width, entry_width, legend, series
from workbench import Images, Observable

HEIGHT = 340
PICTURE_HEIGHT = 210
FONT = "13px"
SMALL = "12px"
SIGN = 32  # pixels beside a text in a legend
BELOW = 0.5  # room for the names below the pictures, in heights of a picture
DASHES = {"dashdot": "dotdash"}  # what Bokeh calls otherwise

#: A legend takes as many columns as fit; Bokeh's own does not wrap.
WRAP = "legend.ncols = Math.max(1, Math.floor(figure.inner_width / legend.tags[0]))"


class LivePlot:
    """A figure that shows an observable while its data come.

    Parameters
    ----------
    observable : Observable
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    """

    def __init__(self, observable: Observable, dark: bool = False) -> None:
        self.observable = observable
        self.pictures = isinstance(observable, Images)
        self.figure = figure(
            height=PICTURE_HEIGHT if self.pictures else HEIGHT,
            sizing_mode="stretch_width",
            title=observable.title,
            toolbar_location=None,
            tools="" if self.pictures else "pan,box_zoom,reset",
            match_aspect=self.pictures,
            min_border_right=12,
            min_border_bottom=64,
        )
        self._legend = Legend(
            items=[], orientation="horizontal", ncols=2, tags=[1], location="top_left"
        )
        self._drawn: dict[str, tuple[Series, list[GlyphRenderer]]] = {}
        if self.pictures:
            self.figure.update(min_border_left=12, min_border_bottom=2)
            for held in (self.figure.x_range, self.figure.y_range):
                held.range_padding = 0.01  # type: ignore[attr-defined] # equal: pixels stay square
        else:
            self.figure.add_layout(self._legend, "below")
            wrap = CustomJS(args={"legend": self._legend, "figure": self.figure}, code=WRAP)
            self.figure.js_on_change("inner_width", wrap)
            self._legend.js_on_change("tags", wrap)
        self.paint(dark)

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        for name in self._drawn:
            self._empty(name)

    def replace(self, data: xr.Dataset) -> None:
        """Show these data and nothing of what was there."""
        drawn = series(self.observable, data)
        for name in self._drawn.keys() - {one.name for one in drawn}:
            self._empty(name)
        self._show(drawn, data, continued=False)

    def show(self, data: xr.Dataset) -> None:
        """Add what is new: growing series are continued, all others replaced."""
        self._show(series(self.observable, data), data, continued=True)

    def _show(self, drawn: list[Series], data: xr.Dataset, continued: bool) -> None:
        first = [one for one in drawn if one.name not in self._drawn]
        for one in drawn:
            if one.name in self._drawn:
                self._feed(one, continued)
        with self._frozen() if first else nullcontext():
            for one in first:
                self._add(one)
            self._tell()
        for axis, text in zip(self.figure.axis, axis_labels(self.observable, data), strict=False):
            if text and axis.axis_label != text:
                axis.axis_label = text

    def _frozen(self) -> Any:
        """Let the page count its models once, not at each new glyph (0.1 s a time)."""
        return self.figure.document.models.freeze() if self.figure.document else nullcontext()

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        self.dark = dark
        paper, fig = ground(dark), self.figure
        fig.update(
            background_fill_color=paper.paper, border_fill_color=paper.paper,
            outline_line_color=None,
        )  # fmt: skip
        title: Any = fig.title
        title.update(text_color=paper.ink, text_font_size="14px")
        for axis in fig.axis:
            self._paint_axis(axis)
        for grid in fig.grid:
            grid.grid_line_color = None if self.pictures else paper.grid
        self._legend.update(
            label_text_color=paper.ink, label_text_font_size=SMALL, background_fill_alpha=0.0,
            border_line_color=None, padding=0, margin=2, spacing=2, label_standoff=6,
            label_height=16, glyph_height=16, glyph_width=22,
        )  # fmt: skip
        for one, renderers in self._drawn.values():
            self._colour(one, renderers)

    def _paint_axis(self, axis: Any) -> None:
        ink = ground(self.dark).ink
        axis.update(
            axis_label_text_color=ink, major_label_text_color=ink, axis_line_color=ink,
            major_tick_line_color=ink, minor_tick_line_color=None, major_tick_in=0,
            axis_label_text_font_size=FONT, major_label_text_font_size=FONT,
            axis_label_text_font_style="normal", visible=not self.pictures,
        )  # fmt: skip
        axis.ticker.desired_num_ticks = 5

    def _empty(self, name: str) -> None:
        source: Any = self._drawn[name][1][0].data_source
        source.data = {column: [] for column in source.data}

    def _feed(self, one: Series, continued: bool) -> None:
        """Give new data to a series that is drawn already."""
        _, renderers = self._drawn[one.name]
        self._drawn[one.name] = (one, renderers)
        source: Any = renderers[0].data_source
        if (
            continued and one.grows and len(source.data["x"])
        ):  # emptied columns are lists, which are slow
            source.stream(columns(one))
        else:
            source.data = columns(one)
        if one.shades:
            glyph: Any = renderers[0].glyph
            tint(glyph.color_mapper, one)

    def _add(self, one: Series) -> None:
        """Draw a series for the first time."""
        source = ColumnDataSource(columns(one))
        draw = {"theory": self._line, "picture": self._picture}.get(one.kind)
        draw = draw or getattr(self, f"_{one.kind}")
        self._drawn[one.name] = (one, draw(one, source))
        self._colour(one, self._drawn[one.name][1])

    def _line(self, one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        width = 1.2 if one.kind == "theory" else 2.2
        alpha = 0.75 if one.crowd else 1.0
        return [self.figure.line(
            "x", "y", source=source, line_width=width, line_alpha=alpha, line_dash=one.dash,
            line_join="round",
        )]  # fmt: skip

    def _points(self, _one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        return [self.figure.scatter("x", "y", source=source, size=8, line_color=None)]

    def _mark(self, one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        dash = DASHES.get(one.dash, one.dash)
        return [self.figure.vspan(x="x", source=source, line_width=1.4, line_dash=dash)]

    def _bars(self, _one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        sides = {"left": "x", "right": "right", "top": "y", "bottom": 0}
        return [self.figure.quad(**sides, source=source)]

    def _picture(self, one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        mapper = LinearColorMapper(palette=["#000000"])
        tint(mapper, one)
        sheet = self.figure.quad(
            left="x", right="right", top="high", bottom=0, source=source,
            fill_color=BLANK, line_width=2,
        )  # fmt: skip
        image = self.figure.image(
            "image", x="x", y=0, dw="wide", dh="high", source=source,
            color_mapper=mapper,  # type: ignore[call-arg]
        )  # fmt: skip
        words = self.figure.text(
            "middle", 0, "text", source=source, text_align="center", text_baseline="top",
            y_offset=6, text_font_size=SMALL, text_line_height=1.15,
        )  # fmt: skip
        foot = self.figure.scatter(  # unseen: it keeps the range open for the names
            "middle", "foot", source=source, size=0, fill_alpha=0, line_alpha=0
        )
        return [image, sheet, words, foot]

    def _colour(self, one: Series, renderers: list[GlyphRenderer]) -> None:
        glyphs: list[Any] = [renderer.glyph for renderer in renderers]
        if one.kind == "picture":
            glyphs[1].line_color = colour("other", self.dark)
            glyphs[2].text_color = ground(self.dark).ink
        elif one.kind == "bars":
            glyphs[0].update(
                fill_color=colour(one.role, self.dark), line_color=ground(self.dark).paper
            )
        elif one.kind == "points":
            glyphs[0].fill_color = colour(one.role, self.dark)
        else:
            glyphs[0].line_color = colour(one.role, self.dark)

    def _tell(self) -> None:
        """Keep the legend, where there is more than one thing to tell apart."""
        items = legend(one for one, _ in self._drawn.values())
        texts = [text for text, _ in items] if len(items) > 1 else []
        if texts == [item.label.value for item in self._legend.items]:  # type: ignore
            return
        width = entry_width(texts)
        self._legend.update(tags=[width], label_width=int(width) - SIGN)
        self._legend.items = [
            LegendItem(label=text, renderers=[self._drawn[one.name][1][0] for one in signs])
            for text, signs in items
            if texts
        ]


def columns(one: Series) -> dict[str, Any]:
    """Return the columns that a series' glyph reads."""
    if one.kind == "picture":
        high, wide = one.y.shape
        picture = np.ascontiguousarray(one.y[::-1])  # Bokeh draws upwards
        picture = picture.astype(np.uint8 if picture.dtype == bool else np.float32)
        return {
            "image": [picture], "x": one.x, "right": one.x + wide, "wide": [wide], "high": [high],
            "middle": one.x + wide / 2, "text": [one.label], "foot": [-BELOW * high],
        }  # fmt: skip
    if one.kind == "bars":
        return {"x": one.x, "right": one.x + bar_width(one.x), "y": one.y}
    if one.kind == "mark":
        return {"x": one.x}
    return {"x": one.x, "y": one.y}


def tint(mapper: LinearColorMapper, one: Series) -> None:
    """Give a colour mapper the colours of a picture."""
    if one.shades:
        mapper.update(palette=one.shades.colours, low=one.shades.low, high=one.shades.high)
