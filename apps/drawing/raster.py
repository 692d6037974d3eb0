"""The live raster: spikes as pixels of a picture, of which only what is new is sent."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import xarray as xr
from bokeh.events import Reset
from bokeh.models import ColumnDataSource, Image, LinearColorMapper

from apps.drawing.lanes import duration
from apps.drawing.palette import CLEAR, colour
from apps.drawing.series import axis_labels
from apps.drawing.sheet import LEFT, Sheet, swatch
from apps.drawing.spikes import CODES, Canvas, Spikes, spikes
from apps.shell.together import counted_once
from workbench import Raster

HEIGHT = 360
TILES = 200  # that the browser puts the picture together from, at most


class RasterPlot(Sheet):
    """A raster while its spikes come.

    Parameters
    ----------
    observable : Raster
        What to show.
    dark : bool
        Whether it is drawn on dark ground.
    """

    place = 1
    observable: Raster

    def __init__(self, observable: Raster, dark: bool = False) -> None:
        self._source: Any = ColumnDataSource({name: [] for name in ("image", "x", "wide", "high")})
        self._mapper = LinearColorMapper(palette=[CLEAR], low=0, high=len(CODES) - 1)
        self._signs: dict[str, tuple[str, Any]] = {}  # name -> role, its sign
        self._start(observable)
        super().__init__(
            observable, dark, height=HEIGHT, min_border_left=LEFT,
            x_range=(0, observable.window or 1), y_range=(-0.5, 0.5),
        )  # fmt: skip
        picture: Any = {"color_mapper": self._mapper}
        self._put(
            self._source, Image(image="image", x="x", y=-0.5, dw="wide", dh="high", **picture)
        )
        self.figure.yaxis[0].ticker.min_interval = 1  # there are no parts of cells
        self.figure.on_event(Reset, lambda _event: self._follow())
        self._add_legend()
        self.paint(dark)

    def _start(self, observable: Raster) -> None:
        self._canvas = Canvas(observable.window)
        self._names: np.ndarray | None = None
        self._until = self._duration = 0.0
        self._view: tuple[float, float] | None = None  # as it was left

    def clear(self) -> None:
        """Empty the figure, which keeps its size."""
        self._start(self.observable)
        self._source.data = {column: [] for column in self._source.data}

    def show(self, data: xr.Dataset) -> None:
        """Add the spikes of these data; a cell whose role has changed goes on in its colour."""
        new = spikes(self.observable, data, self._names)
        self._names = new.names
        self._until = max(self._until, new.until)
        self._duration = max(self._duration, duration(data))
        self._draw(new)
        self._look()
        self._tell_roles(new.roles())
        if self.observable.variables[0] in data:
            time, cell = axis_labels(self.observable, data)
            window = f", the last {self.observable.window:g} s" if self.observable.window else ""
            self._name_axes((time + window, cell))

    def _draw(self, new: Spikes) -> None:
        """Send the columns that are new, or all where all have changed."""
        canvas = self._canvas
        changed = canvas.hold(new.names.size)
        if not self.observable.window:
            changed |= canvas.reach(max(self._duration, self._until))
        part = canvas.paint(new.times, new.cells, new.codes)
        tiles = len(self._source.data["x"])
        if part is None or changed or tiles >= TILES:
            if canvas.image.any():
                self._source.data = tile(canvas, 0, canvas.image.shape[1])
        elif part[0] < part[1]:
            if tiles:
                self._source.stream(tile(canvas, *part))
            else:
                self._source.data = tile(canvas, *part)

    def _look(self) -> None:
        """Move the view along, unless a person has moved it elsewhere."""
        window, held = self.observable.window, self.figure.x_range
        if window and not 0 < self._duration < window:  # a run shorter than that is seen as a whole
            start = max(0.0, self._until - window)
            view = start, start + window
        else:
            view = 0.0, max(self._duration, self._until) or 1.0
        if view != self._view:
            held.update(reset_start=view[0], reset_end=view[1])
            if self._view in (None, (held.start, held.end)):
                held.update(start=view[0], end=view[1])
            self._view = view
        top = self._canvas.cells - 0.5
        if self.figure.y_range.reset_end != top:
            self.figure.y_range.update(end=top, reset_end=top)

    def _follow(self) -> None:
        """Move along again, whatever a person looked at."""
        self._view = None

    def _tell_roles(self, roles: dict[str, str]) -> None:
        unseen = [name for name in roles if name not in self._signs]
        with counted_once(self.figure.document) if unseen else nullcontext():
            for name in unseen:
                self._signs[name] = roles[name], swatch(self.figure, colour(roles[name], self.dark))
        self._tell([(self.observable.label(name), [self._signs[name][1]]) for name in roles])

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        super().paint(dark)
        self._mapper.palette = [CLEAR, *(colour(role, dark) for role in CODES[1:])]
        for role, sign in self._signs.values():
            sign.glyph.fill_color = colour(role, dark)


def tile(canvas: Canvas, low: int, high: int) -> dict[str, Any]:
    """Return the columns of a picture from one to another, as the glyph reads them."""
    return {
        "image": [np.ascontiguousarray(canvas.image[:, low:high])],
        "x": [(canvas.first + low) * canvas.bin], "wide": [(high - low) * canvas.bin],
        "high": [canvas.image.shape[0] * canvas.row],
    }  # fmt: skip
