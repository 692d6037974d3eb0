"""From an observable and data to the numbers of a picture, for live and finished drawing alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from workbench import Curve, Histogram, Images, Observable, Trace
from workbench.frames import growing_dimension
from workbench.parameters import unit_suffix


@dataclass(frozen=True)
class Series:
    """One thing in a picture.

    Attributes
    ----------
    name : str
        Unique within the picture.
    label : str
        What the legend says; the same for lines that belong together.
    kind : str
        ``"line"``, ``"points"``, ``"theory"`` (thin line), ``"mark"`` (upright line at x),
        ``"bars"`` (x: left edges) or ``"picture"`` (y: rows x columns, drawn from x rightwards).
    grows : bool
        Whether new data continue the old ones.
    """

    name: str
    label: str
    role: str
    kind: str
    x: np.ndarray
    y: np.ndarray
    grows: bool = False


def series(observable: Observable, data: xr.Dataset) -> list[Series]:
    """Return what the observable shows of the data; variables not there yet are left out."""
    maker = {Trace: of_trace, Curve: of_curve, Histogram: of_histogram, Images: of_images}
    return maker[type(observable)](observable, data)


def axis_labels(observable: Observable, data: xr.Dataset) -> tuple[str, str]:
    """Return the texts of both axes, with units; empty while the data are not there."""
    first = next((name for name in observable.variables if name in data), None)
    if first is None or isinstance(observable, Images):
        return "", ""
    across = observable.x if isinstance(observable, Curve) else str(data[first].dims[0])
    x = label(data[across]) if across in data.variables else ""
    same = {data[name].attrs["units"] for name in observable.variables if name in data}
    several = len(observable.variables) > 1
    y = observable.y_label if several and observable.y_label else data[first].attrs["long_name"]
    return x, y + unit_suffix_in_brackets(same.pop() if len(same) == 1 else "1")


def label(var: xr.DataArray) -> str:
    """Return a variable's name with its unit in brackets."""
    return var.attrs["long_name"] + unit_suffix_in_brackets(var.attrs["units"])


def unit_suffix_in_brackets(unit: str) -> str:
    """Return ' (unit)', or nothing for a pure number."""
    return f" ({unit_suffix(unit).strip()})" if unit_suffix(unit) else ""


def of_trace(observable: Trace, data: xr.Dataset) -> list[Series]:
    """Return a line for each variable and each place along its second dimension."""
    found = []
    for name in present(observable.variables, data):
        var = data[name]
        dim = str(var.dims[0])
        x = data[dim].values
        role = observable.roles.get(name, "other")
        columns = var.values.reshape(len(x), -1).T
        for i, y in enumerate(columns):
            found.append(Series(f"{name} {i}", long_name(var), role, "line", x, y, grows=True))
    for name in present(observable.theory, data):
        var = data[name]
        role = observable.roles.get(name, "theory")
        x = data[str(var.dims[0])].values
        found.append(Series(name, long_name(var), role, "theory", x, var.values, grows=True))
    return found


def of_curve(observable: Curve, data: xr.Dataset) -> list[Series]:
    """Return points (or samples of a function) over x, theory lines over their own, and marks."""
    found = []
    if observable.x in data.variables:
        for name in present(observable.variables, data):
            var = data[name]
            kind = "line" if observable.joined else "points"
            role = observable.roles.get(name, "other")
            grows = bool(growing_dimension(var.variable))
            x = data[observable.x].values
            found.append(Series(name, long_name(var), role, kind, x, var.values, grows))
    for name in present(observable.theory, data):
        var = data[name]
        role = observable.roles.get(name, "theory")
        x = data[str(var.dims[0])].values
        found.append(Series(name, long_name(var), role, "theory", x, var.values))
    return found + marks(observable.marks, observable, data)


def of_histogram(observable: Histogram, data: xr.Dataset) -> list[Series]:
    """Return bars over the bins whose left edges are the coordinate, and marks."""
    found = []
    for name in present(observable.variables, data):
        var = data[name]
        role = observable.roles.get(name, "other")
        edges = data[str(var.dims[0])].values.astype(float)
        found.append(Series(name, long_name(var), role, "bars", edges, var.values.astype(float)))
    return found + marks(observable.marks, observable, data)


def marks(names: tuple[str, ...], observable: Observable, data: xr.Dataset) -> list[Series]:
    """Return upright lines at the values of scalar variables; a NaN is not drawn."""
    return [
        Series(
            name, long_name(data[name]), observable.roles.get(name, "theory"), "mark",
            np.atleast_1d(data[name].values).astype(float), np.empty(0),
        )
        for name in present(names, data)
        if np.isfinite(data[name].values)
    ]  # fmt: skip


def of_images(observable: Images, data: xr.Dataset) -> list[Series]:
    """Return a row of pictures, one beside the other with a gap."""
    found = []
    for name in present(observable.variables, data):
        var = data[name]
        gap = max(2, var.shape[2] // 10)
        names = data[str(var.dims[0])].values if var.dims[0] in data.coords else range(len(var))
        for i, (text, picture) in enumerate(zip(names, var.values, strict=True)):
            x = np.array([i * (var.shape[2] + gap)], float)
            found.append(Series(f"{name} {i}", str(text), "other", "picture", x, picture))
    return found


def present(names: tuple[str, ...], data: xr.Dataset) -> list[str]:
    """Return those names that are in the data."""
    return [name for name in names if name in data]


def long_name(var: Any) -> str:
    """Return what a variable is called."""
    return var.attrs["long_name"]
