"""What a sweep gave as pictures: mean and spread over the seeds, one cell for each point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.events import Tap

from apps.drawing.heatmap import HeatMap
from apps.drawing.live import LivePlot
from apps.drawing.sheet import Sheet
from apps.shell.together import together
from apps.sweep.shapes import axes_of, choice_of, lined, mapped, observables, pictures, sampled
from workbench import Matrix


class Maps(pn.viewable.Viewer):
    """The pictures of a sweep over one parameter or two.

    Parameters
    ----------
    chosen : callable
        Called with the place of the cell that a person points at: axis -> number.
    """

    def __init__(self, chosen: Callable[[dict[str, int]], None]) -> None:
        self.dark = False
        self._chosen = chosen
        self._kind: Any = None  # what the figures were made for
        self._sheets: list[Sheet] = []
        self._row = pn.FlexBox(gap="8px", sizing_mode="stretch_width", margin=0)
        super().__init__()

    def __panel__(self) -> Any:
        return self._row

    def draw(self, data: xr.Dataset, name: str) -> None:
        """Draw a measure; the figures stay as long as it is the same one of the same sweep."""
        drawn = pictures(data, name)
        looks = observables(data, name)
        kind = name, data.attrs["title"], tuple(data.sizes.items()), looks
        with together():
            if kind != self._kind:
                self._make(data, looks)
                self._kind = kind
            for sheet in self._sheets:
                sheet.replace(drawn)

    def clear(self) -> None:
        """Show nothing."""
        self._kind, self._sheets, self._row.objects = None, [], []

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.dark = dark
        with together():
            for sheet in self._sheets:
                sheet.paint(dark)

    def _make(self, data: xr.Dataset, looks: list[Any]) -> None:
        self._sheets = [made(one, self.dark) for one in looks]
        dims = axes_of(data)
        for sheet in self._sheets:
            sheet.figure.on_event(
                Tap, lambda event, of=sheet.observable: self._tapped(event, data, dims, of)
            )
        self._row.objects = [
            pn.Column(
                pn.pane.Bokeh(sheet.figure, sizing_mode="stretch_width", margin=0),
                sizing_mode="stretch_width", min_width=340, styles={"flex": "1 1 420px"}, margin=0,
            )
            for sheet in self._sheets
        ]  # fmt: skip

    def _tapped(self, event: Any, data: xr.Dataset, dims: list[str], curve: Any) -> None:
        """Choose the cell below the pointer, or the point nearest to it."""
        if event.x is None or event.y is None:
            return
        if mapped(data):
            at = dict(zip(dims, place(event, len(dims)), strict=True))
        else:
            at = self._nearest(event, data, curve)
        if all(0 <= i < data.sizes[dim] for dim, i in at.items()):
            self._chosen(at)

    def _nearest(self, event: Any, data: xr.Dataset, curve: Any) -> dict[str, int]:
        """Return the point nearest to a place, as the eye sees it."""
        drawn = pictures(data, self._kind[0])

        def apart(values: Any, here: float, log: bool) -> Any:
            numbers = np.append(np.asarray(values, float), here)
            if log:
                numbers = np.log(np.where(numbers > 0, numbers, np.nan))
            extent = np.nanmax(numbers) - np.nanmin(numbers) or 1.0
            return np.nan_to_num(np.abs(numbers[:-1] - numbers[-1]) / extent, nan=np.inf)

        across = apart(data[curve.x].values, event.x, curve.log)
        if sampled(data):
            height = apart(drawn["mean"].values, event.y, curve.log_y)
            return {"sample": int(np.hypot(across, height).argmin())}
        at = {curve.x: int(across.argmin())}
        if lined(data):
            heights = [float(drawn[name].isel(at)) for name in curve.variables]
            at[choice_of(data)] = int(apart(heights, event.y, curve.log_y).argmin())
        return {dim: at[dim] for dim in axes_of(data)}


def made(observable: Any, dark: bool) -> Sheet:
    """Return the figure of an observable."""
    kind = HeatMap if isinstance(observable, Matrix) else LivePlot
    return kind(observable, dark)


def place(event: Any, axes: int) -> list[int]:
    """Return the column, and the row where there are rows, that an event is at."""
    return [int(np.floor(event.x)), int(np.floor(event.y))][:axes]
