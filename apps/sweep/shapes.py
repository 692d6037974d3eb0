"""How the table of a sweep is drawn: points over one number, lines for choices, or a map."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from workbench import Curve, Matrix

#: Cells of a row or column in which numbers can still be read.
READABLE = 12
#: Colours of lines for choices, by what they mean elsewhere.
ROLES = ("engram", "recall", "inhibitory", "cue", "excitatory", "paired", "other")
#: Largest number over smallest from which on logarithms are drawn.
WIDE = 100


def axes_of(data: xr.Dataset) -> list[str]:
    """Return the names of a grid's axes, the one that runs down the page last."""
    return [str(dim) for dim in data["record"].dims if dim != "seed"]


def sampled(data: xr.Dataset) -> bool:
    """Return whether its points were drawn rather than set on a grid."""
    return "sample" in data["record"].dims


def coordinates(data: xr.Dataset, at: dict[str, int]) -> dict[str, Any]:
    """Return the values of the parameters at a point, by name."""
    names = [str(name) for name in data.coords if name not in ("seed", "sample")]
    return {name: data[name].isel({d: i for d, i in at.items() if d in data[name].dims}).item()
            for name in names}  # fmt: skip


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
    points = list(coordinates(data, {"sample": 0})) if sampled(data) else dims
    looks: list[dict[str, Any]] = [
        {"x": across, "y_label": title, "log": data[across].attrs.get("scale") == "log",
         "log_y": wide(data[name].values)}
        for across in points if numeric(data, across)
    ]  # fmt: skip
    if not lined(data):
        shown = ("one_run", "mean") if seeds > 1 else ("mean",)
        return [Curve(shown, title, roles={"mean": "excitatory"}, **look) for look in looks]
    (look,) = looks
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
        lines = {"": mean}
        if data.sizes["seed"] > 1:
            spread = one.std("seed", ddof=1)
            lines |= {"_low": mean - spread, "_high": mean + spread}
        told = {"units": var.attrs.get("units", "1"), "long_name": str(option)}
        for end, line in lines.items():
            shown[f"line_{k}{end}"] = line.assign_attrs(told)
    return shown
