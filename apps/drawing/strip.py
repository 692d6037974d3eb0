"""The live strip: the protocol of a run in lanes, with a cursor where the run is."""

from __future__ import annotations

from typing import Any

import xarray as xr
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool, Quad, Text, VSpan

from apps.drawing.lanes import BLOCK, Block, Words, lanes, unsaid, words
from apps.drawing.palette import CLEAR, colour, ground, ink_on
from apps.drawing.sheet import LEFT, SMALL, Sheet, swatch
from workbench import Strip
from workbench.frames import Frames

LANE = 34  # pixels
AROUND = 108  # pixels of title, axis and a row of a legend
LANES = 2  # that there is room for before data come, where the observable names none
WIDTH = 800.0  # pixels, until the browser tells
TIP = "<span style='font-size: 13px'>@label: @left{0.[000]} to @right{0.[000]} s</span>"


class StripPlot(Sheet):
    """A protocol while its run goes on.

    Parameters
    ----------
    observable : Strip
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    """

    place = 0
    observable: Strip

    def __init__(self, observable: Strip, dark: bool = False) -> None:
        self._frames, self._shown = Frames(), lanes(observable, xr.Dataset())
        self._blocks: Any = ColumnDataSource(blocks([], dark))
        self._width = WIDTH
        self._words: Any = ColumnDataSource(written([], dark))
        self._signs: dict[str, Any] = {}  # role -> its sign in the legend
        self._now: Any = ColumnDataSource({"x": []})
        self._most = 0  # lanes of this run
        super().__init__(
            observable, dark, height=AROUND + LANE * LANES, tools="", min_border_left=LEFT,
            min_border_bottom=72, x_range=(0, 1), y_range=(-0.5, LANES - 0.5),
        )  # fmt: skip
        self.figure.ygrid.visible = False
        self.figure.yaxis[0].ticker = FixedTicker(ticks=[])
        self._add_glyphs()
        self._name_lanes()
        self._add_legend()
        self.figure.on_change("inner_width", lambda _name, _old, width: self._fit(width))
        self.paint(dark)

    def _add_glyphs(self) -> None:
        sides: dict[str, Any] = {side: side for side in ("left", "right", "top", "bottom")}
        drawn = self._put(self._blocks, Quad(**sides, fill_color="fill", line_color="line"))
        words = Text(
            x="x", y="y", text="text", text_color="ink", x_offset=5, text_baseline="middle",
            text_font_size=SMALL,
        )  # fmt: skip
        self._put(self._words, words)
        cursor = self._put(self._now, VSpan(x="x", line_width=2))
        self._cursor: Any = cursor.glyph
        self.figure.add_tools(HoverTool(renderers=[drawn], tooltips=TIP))

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        self._most = 0
        self._frames, self._shown = Frames(), lanes(self.observable, xr.Dataset())
        self._draw()

    def show(self, data: xr.Dataset) -> None:
        """Show these events, or only how far the run is."""
        one = self.observable
        told = {*one.variables, one.start, one.end, one.label, one.role, one.now}
        new = data[[name for name in data.data_vars if name in told]]
        if not new.data_vars:
            return
        self._frames.add(new)
        before, self._shown = self._shown, lanes(one, self._frames.dataset())
        if (before.blocks, before.names) != (self._shown.blocks, self._shown.names):
            self._draw()
        self._now.data = {"x": self._shown.now}

    def _draw(self) -> None:
        shown = self._shown
        self._now.data = {"x": shown.now}
        self._blocks.data = blocks(shown.blocks, self.dark)
        self._name_lanes()
        self._write()
        if shown.blocks:
            self.figure.x_range.update(end=shown.end, reset_end=shown.end)
        self._name_axes((shown.axis, ""))

    def _name_lanes(self) -> None:
        """Write the lanes' names; a run that begins decides how high they are together."""
        names, axis = self._shown.names, self.figure.yaxis[0]
        axis.ticker.ticks = list(range(len(names)))
        axis.major_label_overrides = dict(enumerate(names))
        self._most = max(self._most, len(names))  # what follows in a run makes it no lower
        if names:
            self.figure.height = AROUND + LANE * self._most
            self.figure.y_range.update(start=-0.5, end=len(names) - 0.5)

    def _write(self) -> None:
        """Write in or beside the blocks what fits there, and in the legend what fits nowhere."""
        fitting = words(self._shown, self._width)
        self._words.data = written(fitting, self.dark)
        others = unsaid(self._shown, fitting)
        for role in others.values():
            if role not in self._signs:
                self._signs[role] = swatch(self.figure, colour(role, self.dark))
        self._tell([(text, [self._signs[role]]) for text, role in others.items()], least=1)

    def _fit(self, width: float) -> None:
        """Write anew for a figure that has become so many pixels wide; hidden ones have none."""
        if width > 0:
            self._width = width
            self._write()

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        super().paint(dark)
        self._blocks.data = blocks(self._shown.blocks, dark)
        for role, sign in self._signs.items():
            sign.glyph.fill_color = colour(role, dark)
        self._write()
        self._cursor.line_color = ground(dark).ink


def blocks(drawn: list[Block], dark: bool) -> dict[str, Any]:
    """Return the columns that the blocks' glyph reads."""
    return {
        "left": [b.start for b in drawn], "right": [b.end for b in drawn],
        "top": [b.lane + BLOCK / 2 for b in drawn], "bottom": [b.lane - BLOCK / 2 for b in drawn],
        "label": [b.label for b in drawn],
        "fill": [colour(b.role, dark) if b.role else CLEAR for b in drawn],
        "line": [colour(b.role or "other", dark) for b in drawn],
    }  # fmt: skip


def written(fitting: list[Words], dark: bool) -> dict[str, Any]:
    """Return the columns that the words' glyph reads."""
    paper = ground(dark).ink
    return {
        "x": [w.x for w in fitting], "y": [w.lane for w in fitting],
        "text": [w.text for w in fitting],
        "ink": [ink_on(colour(w.role, dark)) if w.role else paper for w in fitting],
    }  # fmt: skip
