"""Live drawing of series: one Bokeh figure for each observable, fed through column data sources.

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
    GlyphRenderer,
    Image,
    Line,
    LinearColorMapper,
    Quad,
    Scatter,
    Text,
    VArea,
    VSpan,
)

from apps.drawing.leaves import Book, Leaves
from apps.drawing.legends import legend
from apps.drawing.palette import BAND, BLANK, colour, ground
from apps.drawing.series import FEW, Series, axis_labels, bar_width, series
from apps.drawing.sheet import SMALL, Sheet, give, scales
from apps.drawing.thinning import thinned
from apps.shell.together import counted_once
from workbench import Images, Observable
from workbench.observables import Leafed

PICTURE_HEIGHT = 210
BELOW = 0.5  # room for the names below the pictures, in heights of a picture
THINNED = ("line", "theory")  # kinds of series
DASHES = {"dashdot": "dotdash"}  # what Bokeh calls otherwise


class LivePlot(Sheet):
    """A figure of lines, points, bars or pictures while their data come.

    Parameters
    ----------
    observable : Observable
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    """

    def __init__(self, observable: Observable, dark: bool = False) -> None:
        self.pictures = isinstance(observable, Images)
        self._drawn: dict[str, tuple[Series, list[GlyphRenderer]]] = {}
        leafed = isinstance(observable, Leafed) and bool(observable.over)
        self._book = Book(observable, getattr(observable, "names", "")) if leafed else None
        if self.pictures:
            self.place = 3 if leafed else 2
            super().__init__(
                observable, dark, height=PICTURE_HEIGHT, tools="", match_aspect=True,
                min_border_left=12, min_border_bottom=2,
            )  # fmt: skip
            for held in (self.figure.x_range, self.figure.y_range):
                held.range_padding = 0.01  # type: ignore[attr-defined] # equal: pixels stay square
        else:
            super().__init__(observable, dark, **scales(observable))
            self._add_legend()
        self.paint(dark)

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        if self._book:
            self._book.clear()
        for name in self._drawn:
            self._empty(name)

    @property
    def leaves(self) -> Leaves | None:
        """What there is to leaf through; None where there is nothing."""
        return self._book.leaves if self._book else None

    def turn(self, number: int | None) -> None:
        """Show another of the pictures; None for the one that is seen at first."""
        if self._book:
            self._book.number = number
            data = self._book.open
            self._show(series(self.observable, data), data, continued=False)

    def replace(self, data: xr.Dataset) -> None:
        """Show these data and nothing of what was there."""
        if self._book:
            self._book.clear()
            self._book.add(data)
            data = self._book.open
        drawn = series(self.observable, data)
        for name in self._drawn.keys() - {one.name for one in drawn}:
            self._empty(name)
        self._show(drawn, data, continued=False)

    def show(self, data: xr.Dataset) -> None:
        """Add what is new: growing series are continued, all others replaced."""
        if self._book:
            data = self._book.open if self._book.add(data) else xr.Dataset()
        self._show(series(self.observable, data), data, continued=True)

    def _show(self, drawn: list[Series], data: xr.Dataset, continued: bool) -> None:
        first = [one for one in drawn if one.name not in self._drawn]
        for one in drawn:
            if one.name in self._drawn:
                self._feed(one, continued)
        with counted_once(self.figure.document) if first else nullcontext():
            for one in first:
                self._add(one)
            items = legend(one for one, _ in self._drawn.values())
            self._tell([(t, [self._drawn[one.name][1][0] for one in signs]) for t, signs in items])
        self._name_axes(axis_labels(self.observable, data))

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        super().paint(dark)
        if self.pictures:
            for part in (*self.figure.axis, *self.figure.grid):
                part.visible = False
        for one, renderers in self._drawn.values():
            self._colour(one, renderers)

    def _empty(self, name: str) -> None:
        source: Any = self._drawn[name][1][0].data_source
        source.data = {column: [] for column in source.data}

    def _feed(self, one: Series, continued: bool) -> None:
        """Give new data to a series that is drawn already."""
        if continued and one.grows and not one.x.size:
            return  # what is drawn stays, and stays in the legend
        _, renderers = self._drawn[one.name]
        self._drawn[one.name] = (one, renderers)
        source: Any = renderers[0].data_source
        if continued and one.grows and len(source.data["x"]):  # lists are slow to stream to
            extend(source, one)
        else:
            give(source, columns(one))
        if len(renderers) == 2 and one.kind == "line":
            renderers[1].visible = len(source.data["x"]) <= FEW
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
        line = Line(
            x="x", y="y", line_width=width, line_alpha=alpha, line_dash=one.dash, line_join="round"
        )
        glyphs = [line, dots(6)] if one.sparse else [line]
        return [self._put(source, glyph) for glyph in glyphs]

    def _points(self, _one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        return [self._put(source, dots(8))]

    def _mark(self, one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        dash = DASHES.get(one.dash, one.dash)
        return [self._put(source, VSpan(x="x", line_width=1.4, line_dash=dash))]

    def _bars(self, _one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        sides = {"left": "x", "right": "right", "top": "y", "bottom": 0}
        return [self._put(source, Quad(**sides))]

    def _band(self, _one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        return [self._put(source, VArea(x="x", y1="low", y2="high", fill_alpha=BAND))]

    def _picture(self, one: Series, source: ColumnDataSource) -> list[GlyphRenderer]:
        mapper = LinearColorMapper(palette=["#000000"])
        tint(mapper, one)
        sheet = Quad(left="x", right="right", top="high", bottom=0, fill_color=BLANK, line_width=2)
        image = Image(
            image="image", x="x", y=0, dw="wide", dh="high",
            color_mapper=mapper,  # type: ignore[call-arg]
        )  # fmt: skip
        words = Text(
            x="middle", y=0, text="text", text_align="center", text_baseline="top", y_offset=6,
            text_font_size=SMALL, text_line_height=1.15,
        )  # fmt: skip
        # unseen: it keeps the range open for the names
        foot = Scatter(x="middle", y="foot", size=0, fill_alpha=0, line_alpha=0)
        drawn = [self._put(source, glyph) for glyph in (sheet, image, words, foot)]
        return [drawn[1], drawn[0], *drawn[2:]]

    def _colour(self, one: Series, renderers: list[GlyphRenderer]) -> None:
        glyphs: list[Any] = [renderer.glyph for renderer in renderers]
        if one.kind == "picture":
            glyphs[1].line_color = colour("other", self.dark)
            glyphs[2].text_color = ground(self.dark).ink
        elif one.kind == "bars":
            glyphs[0].update(
                fill_color=colour(one.role, self.dark), line_color=ground(self.dark).paper
            )
        elif one.kind in ("points", "band"):
            glyphs[0].fill_color = colour(one.role, self.dark)
        else:
            glyphs[0].line_color = colour(one.role, self.dark)
            for points in glyphs[1:]:
                points.fill_color = colour(one.role, self.dark)


def dots(size: float) -> Scatter:
    """Return points without an edge."""
    return Scatter(x="x", y="y", size=size, line_color=None)


def extend(source: Any, one: Series) -> None:
    """Stream what is new of a series; a line that gets too long is sent again with less points."""
    held, new = source.data, columns(one)
    if one.kind in THINNED:
        x, y = (np.concatenate([held[name], new[name]]) for name in ("x", "y"))
        shown = thinned(x, y)
        if shown[0].size < x.size:
            source.data = dict(zip(("x", "y"), shown, strict=True))
            return
    source.stream(new)


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
    if one.kind == "band":
        return {"x": one.x, "low": one.y[0], "high": one.y[1]}
    x, y = thinned(one.x, one.y) if one.kind in THINNED else (one.x, one.y)
    return {"x": x, "y": y}


def tint(mapper: LinearColorMapper, one: Series) -> None:
    """Give a colour mapper the colours of a picture."""
    if one.shades:
        mapper.update(palette=one.shades.colours, low=one.shades.low, high=one.shades.high)
