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
from workbench import Curve, Matrix

#: Cells of a row or column in which numbers can still be read.
READABLE = 12


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
        kind = name, data.attrs["title"], tuple(data.sizes.items())
        with together():
            if kind != self._kind:
                self._make(data, name)
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

    def _make(self, data: xr.Dataset, name: str) -> None:
        self._sheets = [made(one, self.dark) for one in observables(data, name)]
        dims = axes_of(data)
        for sheet in self._sheets:
            sheet.figure.on_event(Tap, lambda event: self._tapped(event, data, dims))
        self._row.objects = [
            pn.Column(
                pn.pane.Bokeh(sheet.figure, sizing_mode="stretch_width", margin=0),
                sizing_mode="stretch_width", min_width=340, styles={"flex": "1 1 420px"}, margin=0,
            )
            for sheet in self._sheets
        ]  # fmt: skip

    def _tapped(self, event: Any, data: xr.Dataset, dims: list[str]) -> None:
        """Choose the cell below the pointer, or the point nearest to it."""
        if event.x is None or event.y is None:
            return
        if mapped(data):
            at = dict(zip(dims, place(event, len(dims)), strict=True))
        else:
            nearest = np.abs(data[dims[0]].values.astype(float) - event.x).argmin()
            at = {dims[0]: int(nearest)}
        if all(0 <= i < data.sizes[dim] for dim, i in at.items()):
            self._chosen(at)


def made(observable: Any, dark: bool) -> Sheet:
    """Return the figure of an observable."""
    kind = HeatMap if isinstance(observable, Matrix) else LivePlot
    return kind(observable, dark)


def axes_of(data: xr.Dataset) -> list[str]:
    """Return the names of a grid's axes, the one that runs down the page last."""
    return [str(dim) for dim in data["record"].dims if dim != "seed"]


def place(event: Any, axes: int) -> list[int]:
    """Return the column, and the row where there are rows, that an event is at."""
    return [int(np.floor(event.x)), int(np.floor(event.y))][:axes]


def mapped(data: xr.Dataset) -> bool:
    """Return whether it is drawn as a map: over two parameters, or over choices."""
    dims = axes_of(data)
    return len(dims) > 1 or data[dims[0]].dtype.kind not in "iuf"


def observables(data: xr.Dataset, name: str) -> list[Any]:
    """Return what is drawn of a measure."""
    dims, seeds = axes_of(data), data.sizes["seed"]
    title = str(data[name].attrs["long_name"])
    if not mapped(data):
        shown = ("one_run", "mean") if seeds > 1 else ("mean",)
        return [Curve(shown, title, x=dims[0], y_label=title, roles={"mean": "excitatory"})]
    small = max(data.sizes[dim] for dim in dims) <= READABLE
    written = ".3g" if small else ""
    drawn = [Matrix(("mean",), title, written=written)]
    if seeds > 1:
        drawn.append(Matrix(("spread",), f"Standard deviation over {seeds} seeds", written=written))
    return drawn


def pictures(data: xr.Dataset, name: str) -> xr.Dataset:
    """Return the numbers that are drawn of a measure: mean, spread and single runs."""
    var, dims = data[name], axes_of(data)
    units, title = var.attrs.get("units", "1"), str(var.attrs["long_name"])
    made = {"mean": (var.mean("seed"), f"mean over {data.sizes['seed']} seeds")}
    if data.sizes["seed"] > 1:
        made["spread"] = var.std("seed", ddof=1), "standard deviation"
        made["one_run"] = var, "one run"
    else:
        made["mean"] = var.isel(seed=0, drop=True), title
    shown = xr.Dataset()
    for key, (values, words) in made.items():
        rows = values.expand_dims({"": [""]}) if mapped(data) and len(dims) == 1 else values
        order = [dim for dim in rows.dims if dim not in dims], dims[::-1]
        shown[key] = rows.transpose(*order[0], *order[1]) if mapped(data) else values
        shown[key].attrs = {"units": units, "long_name": words}
    if "" in shown.coords:
        shown[""].attrs = {"units": "1", "long_name": ""}
    return shown
