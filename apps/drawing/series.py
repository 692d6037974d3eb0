"""From an observable and data to the numbers of a picture, for live and finished drawing alike."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from apps.drawing.leaves import leaf
from apps.drawing.palette import DASHED, Shades, shades
from apps.drawing.spikes import spikes
from apps.shell.amounts import with_unit
from workbench import Curve, Histogram, Images, Observable, Raster, Trace
from workbench.frames import growing_dimension

MARK_DASHES = ("solid", "dashed", "dotted", "dashdot")
CHARACTERS = 9  # in a line of a picture's name

#: Points of a line, at most, that are seen one by one.
FEW = 20


@dataclass(frozen=True)
class Series:
    """One thing in a picture.

    Attributes
    ----------
    name : str
        Unique within the picture.
    label : str
        What it is called; the same for lines that belong together.
    kind : str
        ``"line"``, ``"points"``, ``"spikes"`` (y: cells), ``"theory"`` (thin line), ``"mark"``
        (upright line at x, empty where there is none), ``"bars"`` (x: left edges), ``"band"``
        (y: lower and upper ends, shape (2, n); it belongs to the measurement of its label) or
        ``"picture"`` (y: rows x columns, drawn from x rightwards).
    grows : bool
        Whether new data continue the old ones.
    dash : str
        ``"solid"``, ``"dashed"``, ``"dotted"`` or ``"dashdot"``.
    sparse : bool
        Whether a line has few points, such as one for each test, which are then seen too.
    crowd : bool
        Whether other lines have the same label, and so the same colour.
    shades : Shades or None
        The colours of a picture, the same for all in a row.
    """

    name: str
    label: str
    role: str
    kind: str
    x: np.ndarray
    y: np.ndarray
    grows: bool = False
    dash: str = "solid"
    crowd: bool = False
    shades: Shades | None = None
    sparse: bool = False


def series(observable: Observable, data: xr.Dataset) -> list[Series]:
    """Return what the observable shows of the data; variables not there yet are left out."""
    maker = {
        Trace: of_trace, Curve: of_curve, Histogram: of_histogram, Images: of_images,
        Raster: of_raster,
    }  # fmt: skip
    return maker[type(observable)](observable, data)


def axis_labels(observable: Observable, data: xr.Dataset) -> tuple[str, str]:
    """Return the texts of both axes, with units; empty while the data are not there."""
    first = next(iter(present(observable.variables, data)), None)
    if first is None or isinstance(observable, Images):
        return "", ""
    if isinstance(observable, Raster):
        return time_axis(data[observable.x]), observable.y_label or "cell"
    across = observable.x if isinstance(observable, Curve) else along(data[first])
    x = label(data[across]) if across in data.variables else ""
    same = {data[name].attrs["units"] for name in present(observable.variables, data)}
    y = observable.y_label or long_name(data[first])
    return x, with_unit(y, same.pop() if len(same) == 1 else "1")


def label(var: xr.DataArray) -> str:
    """Return a variable's name with its unit in brackets."""
    return with_unit(long_name(var), var.attrs["units"])


def time_axis(times: xr.DataArray) -> str:
    """Return the text of an axis of times, whatever these times are of."""
    return with_unit("time", times.attrs["units"])


def of_trace(observable: Trace, data: xr.Dataset) -> list[Series]:
    """Return lines along the growing dimension, and theory along the same."""
    found = []
    for name in present(observable.variables, data):
        role = observable.roles.get(name, "other")
        found += lines(data, name, along(data[name]), role, "line")
    for name in present(observable.theory, data):
        role = observable.roles.get(name, "theory")
        found += lines(data, name, along(data[name]), role, "theory")
    return found


def of_curve(observable: Curve, data: xr.Dataset) -> list[Series]:
    """Return points (or samples of a function) over x, theory lines over their own, and marks."""
    found = list(bands(observable, data))
    kind = "line" if observable.joined else "points"
    for name in present(observable.variables, data) if observable.x in data.variables else []:
        found += lines(data, name, observable.x, observable.roles.get(name, "other"), kind)
    for name in present(observable.theory, data):
        role = observable.roles.get(name, "theory")
        found += lines(data, name, along(data[name]), role, "theory")
    return found + marks(observable.marks, observable, data)


def bands(observable: Curve, data: xr.Dataset) -> Iterator[Series]:
    """Yield the bands of measured variables, where they are known."""
    for name, (low, high) in observable.bands.items():
        if {name, low, high, observable.x} <= set(data.variables):
            over, ends = data[observable.x].values, [data[end].values for end in (low, high)]
            known = np.isfinite(ends).all(axis=0)
            role = observable.roles.get(name, "other")
            yield Series(
                f"{name} band", long_name(data[name]), role, "band", over[known],
                np.stack(ends)[:, known],
            )  # fmt: skip


def lines(data: xr.Dataset, name: str, x: str, role: str, kind: str) -> list[Series]:
    """Return a variable over a coordinate: a series for each place along its other dimensions."""
    var = data[name]
    over = data[x]
    count = math.prod(size for dim, size in var.sizes.items() if dim != over.dims[0])
    columns = var.transpose(over.dims[0], ...).values.reshape(over.size, count).T
    grows = bool(growing_dimension(var.variable))
    dash = "dashed" if role in DASHED else "solid"
    return [
        Series(
            f"{name} {i}", long_name(var), role, kind, over.values, y, grows, dash,
            crowd=len(columns) > 1,
            sparse=kind == "line" and not grows and over.size <= FEW,
        )
        for i, y in enumerate(columns)
    ]  # fmt: skip


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
    """Return upright lines at the values of scalar variables; at a NaN there is none."""
    found = []
    for i, name in enumerate(names):
        if name in data:
            at = np.atleast_1d(data[name].values).astype(float)
            role, dash = observable.roles.get(name, "theory"), MARK_DASHES[i % len(MARK_DASHES)]
            shown = at[np.isfinite(at)]
            text = long_name(data[name])
            found.append(Series(name, text, role, "mark", shown, np.empty(0), dash=dash))
    return found


def of_images(observable: Images, data: xr.Dataset) -> list[Series]:
    """Return a row of pictures, one beside the other with a gap."""
    found, data = [], leaf(observable, data)
    for name in present(observable.variables, data):
        var = data[name]
        gap = max(2, var.shape[2] // 10)
        told = observable.names or str(var.dims[0])
        names = data[told].values if told in data else range(len(var))
        scale = shades(var.values)
        for i, (text, picture) in enumerate(zip(names, var.values, strict=True)):
            x = np.array([i * (var.shape[2] + gap)], float)
            one = Series(f"{name} {i}", wrapped(str(text)), "other", "picture", x, picture)
            found.append(replace(one, shades=scale))
    return found


def of_raster(observable: Raster, data: xr.Dataset) -> list[Series]:
    """Return a series for each kind of cell, the most special last; one even without spikes."""
    name = observable.variables[0]
    if name not in data:
        return []
    found = spikes(observable, data)
    kinds = found.names[found.cells]
    named = found.roles()
    if (kinds == "").any() or not named:
        named = {"": "other"} | named
    return [
        Series(
            f"{name} {kind}", observable.label(kind) or "spike", role, "spikes",
            found.times[kinds == kind], found.cells[kinds == kind],
        )
        for kind, role in named.items()
    ]  # fmt: skip


def wrapped(name: str) -> str:
    """Return a picture's name in lines short enough to stand below it."""
    parts = name.split(": ")
    return "\n".join(textwrap.fill(p, CHARACTERS, break_long_words=False) for p in parts)


def along(var: xr.DataArray) -> str:
    """Return the dimension that a line runs along: the growing one, or else the first."""
    return growing_dimension(var.variable) or str(var.dims[0])


def present(names: tuple[str, ...], data: xr.Dataset) -> list[str]:
    """Return those names that are in the data."""
    return [name for name in names if name in data]


def long_name(var: xr.DataArray) -> str:
    """Return what a variable is called."""
    return var.attrs["long_name"]


def bar_width(edges: np.ndarray) -> float:
    """Return the width of equal bins from their left edges."""
    return float(edges[1] - edges[0]) if edges.size > 1 else 1.0
