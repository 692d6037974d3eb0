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
#: Colours of lines for choices, by what they mean elsewhere.
ROLES = ("engram", "recall", "inhibitory", "cue", "excitatory", "paired", "other")
#: Largest number over smallest from which on logarithms are drawn.
WIDE = 100


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
            at = self._nearest(event, data)
        if all(0 <= i < data.sizes[dim] for dim, i in at.items()):
            self._chosen(at)

    def _nearest(self, event: Any, data: xr.Dataset) -> dict[str, int]:
        """Return the point nearest to a place, as the eye sees it."""
        curve: Any = self._sheets[0].observable

        def seen(values: Any, log: bool) -> Any:
            numbers = np.asarray(values, float)
            return np.log(np.where(numbers > 0, numbers, np.nan)) if log else numbers

        across = seen(data[curve.x].values, curve.log)
        at = {curve.x: int(np.nanargmin(np.abs(across - seen(event.x, curve.log))))}
        if lined(data):
            drawn = pictures(data, self._kind[0]).isel(at)
            heights = seen([drawn[name] for name in curve.variables], curve.log_y)
            apart = np.abs(heights - seen(event.y, curve.log_y))
            at[choice_of(data)] = 0 if np.isnan(apart).all() else int(np.nanargmin(apart))
        return {dim: at[dim] for dim in axes_of(data)}


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
    """Return whether it is drawn as a map: over two numbers, or over choices alone."""
    return not any(numeric(data, dim) for dim in axes_of(data)) or (
        len(axes_of(data)) > 1 and not lined(data)
    )


def lined(data: xr.Dataset) -> bool:
    """Return whether it is drawn as lines over one number, a line for each of a few choices."""
    dims = axes_of(data)
    choices = [dim for dim in dims if not numeric(data, dim)]
    return len(dims) == 2 and len(choices) == 1 and data.sizes[choices[0]] <= len(ROLES)


def numeric(data: xr.Dataset, dim: str) -> bool:
    """Return whether an axis is one of numbers."""
    return data[dim].dtype.kind in "iuf"


def observables(data: xr.Dataset, name: str) -> list[Any]:
    """Return what is drawn of a measure."""
    dims, seeds = axes_of(data), data.sizes["seed"]
    title = str(data[name].attrs["long_name"])
    if mapped(data):
        small = max(data.sizes[dim] for dim in dims) <= READABLE
        written = ".3g" if small else ""
        drawn = [Matrix(("mean",), title, written=written)]
        if seeds > 1:
            spread = f"Standard deviation over {seeds} seeds"
            drawn.append(Matrix(("spread",), spread, written=written))
        return drawn
    across = next(dim for dim in dims if numeric(data, dim))
    look: dict[str, Any] = {
        "x": across, "y_label": title, "log": data[across].attrs.get("scale") == "log",
        "log_y": wide(data[name].values),
    }  # fmt: skip
    if not lined(data):
        shown = ("one_run", "mean") if seeds > 1 else ("mean",)
        return [Curve(shown, title, roles={"mean": "excitatory"}, **look)]
    names = [f"line_{k}" for k in range(data[choice_of(data)].size)]
    bands = {one: (f"{one}_low", f"{one}_high") for one in names} if seeds > 1 else {}
    roles = dict(zip(names, ROLES, strict=False))
    return [Curve(tuple(names), title, joined=True, roles=roles, bands=bands, **look)]


def choice_of(data: xr.Dataset) -> str:
    """Return the axis that is no number."""
    return next(dim for dim in axes_of(data) if not numeric(data, dim))


def wide(values: np.ndarray) -> bool:
    """Return whether numbers differ so much that their logarithms are drawn."""
    there = values[np.isfinite(values)]
    return there.size > 0 and there.min() > 0 and there.max() > WIDE * there.min()


def pictures(data: xr.Dataset, name: str) -> xr.Dataset:
    """Return the numbers that are drawn of a measure: mean, spread and single runs."""
    return line_numbers(data, name) if lined(data) else numbers(data, name)


def numbers(data: xr.Dataset, name: str) -> xr.Dataset:
    """Return the numbers of a map, or of points over one axis."""
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


def line_numbers(data: xr.Dataset, name: str) -> xr.Dataset:
    """Return a line for each choice, and its band of a standard deviation to both sides."""
    choice, var = choice_of(data), data[name]
    shown = xr.Dataset()
    for k, option in enumerate(data[choice].values):
        one = var.isel({choice: k}, drop=True)
        mean = one.mean("seed")
        shown[f"line_{k}"] = mean
        if data.sizes["seed"] > 1:
            spread = one.std("seed", ddof=1)
            shown[f"line_{k}_low"], shown[f"line_{k}_high"] = mean - spread, mean + spread
        told = {"units": var.attrs.get("units", "1"), "long_name": str(option)}
        for each in shown.data_vars:
            if str(each).startswith(f"line_{k}"):
                shown[each].attrs = told
    return shown
