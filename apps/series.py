"""From an observable and data to the numbers of a picture, for live and finished drawing alike."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from apps.palette import DASHED, Shades, shades
from workbench import Curve, Histogram, Images, Observable, Trace
from workbench.frames import growing_dimension
from workbench.parameters import unit_suffix

MARK_DASHES = ("solid", "dashed", "dotted", "dashdot")
#: Kind -> its place in a legend: first what was measured.
ORDER = {"line": 0, "points": 0, "bars": 0, "picture": 0, "theory": 1, "mark": 2}
CHARACTERS = 9  # in a line of a picture's name


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
        ``"line"``, ``"points"``, ``"theory"`` (thin line), ``"mark"`` (upright line at x, empty
        where there is none), ``"bars"`` (x: left edges) or ``"picture"`` (y: rows x columns, drawn
        from x rightwards).
    grows : bool
        Whether new data continue the old ones.
    dash : str
        ``"solid"``, ``"dashed"``, ``"dotted"`` or ``"dashdot"``.
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


def series(observable: Observable, data: xr.Dataset) -> list[Series]:
    """Return what the observable shows of the data; variables not there yet are left out."""
    maker = {Trace: of_trace, Curve: of_curve, Histogram: of_histogram, Images: of_images}
    return maker[type(observable)](observable, data)


def legend(drawn: Iterable[Series]) -> list[tuple[str, list[Series]]]:
    """Return the items of a legend, each with the series whose signs stand beside its text.

    Lines of one label are one item. Theory of the same role as a measurement joins its item, and
    marks that differ only in what follows a comma ("critical distance, auto") share one.
    """
    items: dict[str, list[Series]] = {}
    theory: dict[str, list[Series]] = {}  # measured label -> theory of its role
    measured: dict[str, str] = {}  # role -> label
    for one in sorted(drawn, key=lambda one: ORDER[one.kind]):
        if one.kind == "picture" or not one.x.size:
            continue
        if one.kind not in ("theory", "mark"):
            measured.setdefault(one.role, one.label)
        if one.kind == "theory" and one.role in measured:
            theory.setdefault(measured[one.role], [one])
        else:
            text = one.label.split(",")[0] if one.kind == "mark" else one.label
            items.setdefault(text, [one])
    return [
        (f"{text} + theory", signs + theory[text]) if text in theory else (text, signs)
        for text, signs in items.items()
    ]


def axis_labels(observable: Observable, data: xr.Dataset) -> tuple[str, str]:
    """Return the texts of both axes, with units; empty while the data are not there."""
    first = next(iter(present(observable.variables, data)), None)
    if first is None or isinstance(observable, Images):
        return "", ""
    across = observable.x if isinstance(observable, Curve) else along(data[first])
    x = label(data[across]) if across in data.variables else ""
    same = {data[name].attrs["units"] for name in present(observable.variables, data)}
    y = observable.y_label or long_name(data[first])
    return x, y + unit_in_brackets(same.pop() if len(same) == 1 else "1")


def label(var: xr.DataArray) -> str:
    """Return a variable's name with its unit in brackets."""
    return long_name(var) + unit_in_brackets(var.attrs["units"])


def unit_in_brackets(unit: str) -> str:
    """Return ' (unit)', or nothing for a pure number."""
    return f" ({unit_suffix(unit).strip()})" if unit_suffix(unit) else ""


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
    found = []
    kind = "line" if observable.joined else "points"
    for name in present(observable.variables, data) if observable.x in data.variables else []:
        found += lines(data, name, observable.x, observable.roles.get(name, "other"), kind)
    for name in present(observable.theory, data):
        role = observable.roles.get(name, "theory")
        found += lines(data, name, along(data[name]), role, "theory")
    return found + marks(observable.marks, observable, data)


def lines(data: xr.Dataset, name: str, x: str, role: str, kind: str) -> list[Series]:
    """Return a variable over a coordinate: a series for each place along its other dimensions."""
    var = data[name]
    over = data[x]
    columns = var.transpose(over.dims[0], ...).values.reshape(over.size, -1).T
    grows = bool(growing_dimension(var.variable))
    dash = "dashed" if role in DASHED else "solid"
    return [
        Series(
            f"{name} {i}", long_name(var), role, kind, over.values, y, grows, dash,
            crowd=len(columns) > 1,
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
    found = []
    for name in present(observable.variables, data):
        var = data[name]
        gap = max(2, var.shape[2] // 10)
        names = data[str(var.dims[0])].values if var.dims[0] in data.coords else range(len(var))
        scale = shades(var.values)
        for i, (text, picture) in enumerate(zip(names, var.values, strict=True)):
            x = np.array([i * (var.shape[2] + gap)], float)
            one = Series(f"{name} {i}", wrapped(str(text)), "other", "picture", x, picture)
            found.append(replace(one, shades=scale))
    return found


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


def fitting(texts: Iterable[str], width: float) -> int:
    """Return how many columns a legend may have in so many pixels of width, at 12 px."""
    return max(1, int(width // entry_width(texts)))


def entry_width(texts: Iterable[str]) -> float:
    """Return the pixels that the longest entry of a legend takes at 12 px, with its sign."""
    return 38 + 5.6 * max((len(text) for text in texts), default=1)


def bar_width(edges: np.ndarray) -> float:
    """Return the width of equal bins from their left edges."""
    return float(edges[1] - edges[0]) if edges.size > 1 else 1.0
