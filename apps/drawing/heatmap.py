"""The live heat map: a matrix as a picture, replaced or continued as its data come."""

from __future__ import annotations

from math import radians
from typing import Any

import numpy as np
import xarray as xr
from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    CustomJS,
    FixedTicker,
    HSpan,
    Image,
    LinearColorMapper,
    Text,
    Title,
    VSpan,
)

from apps.drawing.grid import Grid, Side, border_colour, grid, numbers, scale
from apps.drawing.leaves import Book, Leaves
from apps.drawing.palette import CLEAR, Shades, colour, ground
from apps.drawing.sheet import FONT, SMALL, Sheet, give, swatch
from workbench import Matrix

BAR = 12  # pixels that the colour bar is wide
#: Numbers are seen where the longest of them, 7 pixels a sign, fits into its cell.
FIT = """
const longest = Math.max(1, ...told.data.text.map((text) => text.length))
const width = figure.properties.inner_width
if (!width.is_unset) {
  drawn.visible = width.get_value() / (matrix.data.wide[0] || 1) >= 7 * longest
}
"""
RIGHT = 84  # pixels beside the matrix, whatever numbers the bar shows


class HeatMap(Sheet):
    """A matrix while its run goes on.

    Parameters
    ----------
    observable : Matrix
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    """

    observable: Matrix

    def __init__(self, observable: Matrix, dark: bool = False) -> None:
        self._book = Book(observable, *observable.borders)
        self._shades: Shades | None = None
        self._bar: ColorBar | None = None
        self._sides: tuple[Side, Side, tuple[int, ...]] | None = None  # and how many there are
        self._source: Any = ColumnDataSource({name: [] for name in ("image", "wide", "high")})
        self._numbers: Any = ColumnDataSource({name: [] for name in ("x", "y", "text", "ink")})
        self._borders: tuple[list[float], list[float]] = [], []
        self._mapper = LinearColorMapper(palette=[CLEAR], low=0, high=1, nan_color=CLEAR)
        self._signs = []
        super().__init__(
            observable, dark, tools="", min_border_left=64, x_range=(0, 1), y_range=(1, 0)
        )
        self.figure.grid.visible = False
        self._add_glyphs()
        self._add_categories() if observable.categories else self._add_bar()
        self.paint(dark)

    def _add_glyphs(self) -> None:
        picture: Any = {"color_mapper": self._mapper}
        self._put(self._source, Image(image="image", x=0, y=0, dw="wide", dh="high", **picture))
        if self.observable.written:
            self._add_numbers()
        for axis in self.figure.axis:
            axis.ticker = FixedTicker(ticks=[])
        across, upright = ColumnDataSource({"at": []}), ColumnDataSource({"at": []})
        self._lines: list[Any] = [
            self._put(across, HSpan(y="at")),
            self._put(upright, VSpan(x="at")),
        ]

    def _add_numbers(self) -> None:
        """Write numbers into the cells as long as these are wide enough to read them."""
        numbers = Text(
            x="x", y="y", text="text", text_color="ink", text_font_size=SMALL,
            text_align="center", text_baseline="middle",
        )  # fmt: skip
        drawn = self._put(self._numbers, numbers)
        parts = {"drawn": drawn, "figure": self.figure, "matrix": self._source}
        fit = CustomJS(args=parts | {"told": self._numbers}, code=FIT)
        self.figure.js_on_change("inner_width", fit)
        self._numbers.js_on_change("data", fit)

    def _add_bar(self) -> None:
        self._bar, self._unit = add_bar(self.figure, self._mapper)

    def _add_categories(self) -> None:
        named = [(text, role) for text, role in self.observable.categories if role]
        self._signs = [(t, role, swatch(self.figure, colour(role))) for t, role in named]
        self._add_legend()
        self._tell([(text, [sign]) for text, _, sign in self._signs])

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        self._book.clear()
        self._shades = self._sides = None
        for source in (self._source, self._numbers):
            source.data = {column: [] for column in source.data}
        self._border(([], []))

    def show(self, data: xr.Dataset) -> None:
        """Show this matrix in place of the one before, or its columns beside those before."""
        if self._book.add(data):
            self._look()

    @property
    def leaves(self) -> Leaves | None:
        """What there is to leaf through; None where there is nothing."""
        return self._book.leaves

    def turn(self, number: int | None) -> None:
        """Show another of the matrices; None for the one that is seen at first."""
        self._book.number = number
        self._look()

    def _look(self) -> None:
        shown = grid(self.observable, self._book.open)
        if shown is not None:
            self._draw(shown)

    def _draw(self, shown: Grid) -> None:
        every = self._book.whole[self.observable.variables[0]] if self.leaves else shown
        self._tint(every.values)  # a colour means the same on every leaf
        high, wide = shown.values.shape
        give(self._source, {"image": [shown.values], "wide": [wide], "high": [high]})
        if self.observable.written and self._shades:
            told = numbers(shown.values, self.observable.written, self._shades)
            self._numbers.data = {
                name: [getattr(one, name) for one in told] for name in self._numbers.data
            }
        sides = shown.rows, shown.columns, shown.values.shape
        if sides != self._sides:
            self._label(shown)
            self._sides = sides
        if shown.borders != self._borders:
            self._border(shown.borders)

    def _border(self, borders: tuple[list[float], list[float]]) -> None:
        self._borders = borders
        for line, at in zip(self._lines, borders, strict=True):
            line.data_source.data = {"at": at}

    def _label(self, shown: Grid) -> None:
        """Write what rows and columns are."""
        fig, (high, wide) = self.figure, shown.values.shape
        fig.x_range.update(end=wide, reset_end=wide)
        fig.y_range.update(start=high, reset_start=high)
        for axis, side in zip(fig.axis, (shown.columns, shown.rows), strict=True):
            axis.ticker.ticks = list(side.ticks)
            axis.major_label_overrides = side.ticks
        fig.xaxis.major_label_orientation = radians(shown.columns.slant)
        self._name_axes((shown.columns.name, self.observable.y_label or shown.rows.name))
        if self._bar:
            self._unit.text = shown.name

    def _tint(self, values: np.ndarray) -> None:
        """Let the colours reach over these values; what a colour means changes as little as can."""
        if not self.observable.categories:
            shades = scale(values, self._shades)
            if shades != self._shades:
                self._shades = shades
                most = shades.high or 1.0
                low = -most if shades.low < 0 else 0.0
                self._mapper.update(palette=shades.colours, low=low, high=most)
                self._paint_lines()

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        super().paint(dark)
        ink = ground(dark).ink
        if self._bar:
            self._bar.major_label_text_color = ink
            self._unit.text_color = ink
        for _, role, sign in self._signs:
            sign.glyph.fill_color = colour(role, dark)
        if self.observable.categories:
            paints = [colour(role, dark) for _, role in self.observable.categories]
            self._mapper.update(palette=paints, low=-0.5, high=len(paints) - 0.5)
        self._paint_lines()

    def _paint_lines(self) -> None:
        for line in self._lines:
            line.glyph.line_color = border_colour(self.observable, self._shades, self.dark)


def add_bar(fig: Any, mapper: LinearColorMapper, name: str = "") -> tuple[ColorBar, Title]:
    """Put a colour bar beside a figure, with the name of what it shows written upwards."""
    bar = ColorBar(
        color_mapper=mapper, width=BAR, padding=4, major_tick_line_color=None, bar_line_color=None,
        background_fill_alpha=0, major_label_text_font_size=SMALL,
    )  # fmt: skip
    told = Title(text=name, align="center", text_font_style="normal", text_font_size=FONT)
    fig.add_layout(bar, "right")
    fig.add_layout(told, "right")
    fig.min_border_right = RIGHT
    return bar, told
