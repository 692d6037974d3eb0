"""What the page of sweeps says: what can be swept, what came out, and which runs it is from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from apps.shell.amounts import seconds, with_unit
from apps.sweep.shapes import coordinates
from workbench import Choice, Count, Curve, Histogram, Model, Quantity, Switch, Trace
from workbench.parameters import Declared, Numeric

#: Kinds of parameters that a page can sweep.
KINDS = (Quantity, Count, Choice, Switch)
#: Values that are offered of a number, and how far from its default they reach.
STEPS, REACH = 5, 2.0


def sweepable(model: type[Model]) -> dict[str, Declared]:
    """Return the parameters of a model that can be swept, by name."""
    return {name: p for name, p in model.parameters().items() if isinstance(p, KINDS)}


def suggested(parameter: Any, value: Any, drawn: bool = False) -> str:
    """Return values to begin with, or the range to draw from: half to twice what is set.

    Of a choice, all.
    """
    if isinstance(parameter, Choice):
        return ",".join(parameter.options)
    if not isinstance(parameter, Numeric):
        return "false,true"
    low, high = parameter.bounds  # type: ignore[attr-defined]
    near = (value / REACH, value * REACH) if value else (low, high)
    ends = [min(max(end, low), high) for end in sorted(near)]
    if isinstance(parameter, Count):
        ends = [math.floor(ends[0]), math.ceil(ends[1])]
    return f"{ends[0]:g}:{ends[1]:g}" + ("" if drawn else f":{STEPS}")


def measures(data: xr.Dataset, model: type[Model]) -> dict[str, str]:
    """Return the names of a table's measures and what they are called.

    What the model wants to be looked at comes first, and what is the same everywhere last.
    """
    lines = [one for one in model.observables if isinstance(one, Trace | Curve | Histogram)]
    shown = [name for one in lines for name in one.variables]
    names = [str(name) for name, var in data.data_vars.items() if var.dtype.kind == "f"]

    def rank(name: str) -> tuple[bool, int]:
        place = shown.index(name) if name in shown else len(shown)
        return not differs(data[name].values), place

    return {name: told(data[name]) for name in sorted(names, key=rank)}


def differs(values: np.ndarray) -> bool:
    """Return whether there are two different numbers."""
    there = values[np.isfinite(values)]
    return there.size > 1 and bool(np.ptp(there) > 0)


def told(var: xr.DataArray) -> str:
    """Return what a measure or an axis is called, with its unit."""
    name = str(var.attrs.get("long_name", var.name))
    return with_unit(name, str(var.attrs.get("units", "1")))


def number(value: float) -> str:
    """Return a number in few digits: 0.138, 2,100, 1.2e+08."""
    if 1000 <= abs(value) < 1e7:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def value_words(value: Any) -> str:
    """Return a parameter's value as a person writes it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def point_words(data: xr.Dataset, at: dict[str, int]) -> str:
    """Return where a point of the sweep is."""
    return ", ".join(
        f"{data[name].attrs['long_name']} {value_words(value)}"
        for name, value in coordinates(data, at).items()
    )


def reading(data: xr.Dataset, name: str) -> str:
    """Return the sentence that reads a map: where it is highest and lowest, over how many seeds."""
    mean = data[name].mean("seed")
    there = np.isfinite(mean.values)
    if not there.any():
        return "No run has ended yet."
    spread = data[name].std("seed", ddof=1) if data.sizes["seed"] > 1 else None

    def at(flat: int) -> str:
        index = np.unravel_index(flat, mean.shape)
        where = dict(zip(map(str, mean.dims), map(int, index), strict=True))
        pm = "" if spread is None else f" \u00b1 {number(spread.values[index])}"
        return f"{number(mean.values[index])}{pm} at {point_words(data, where)}"

    title = str(data[name].attrs["long_name"])
    missing = "" if there.all() else " So far: some runs are missing."
    if not differs(mean.values):
        return f"{capital(title)} is {number(mean.values[there][0])} everywhere.{missing}"
    high, low = int(np.nanargmax(mean.values)), int(np.nanargmin(mean.values))
    seeds = ""
    if spread is not None:
        seeds = f" (mean \u00b1 standard deviation over {data.sizes['seed']} seeds)"
    return f"{capital(title)} is highest, {at(high)}, and lowest, {at(low)}{seeds}.{missing}"


def capital(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]


def runs_of(data: xr.Dataset, name: str, at: dict[str, int]) -> list[dict[str, str]]:
    """Return the runs of one point: seed, value, and the record or why there is none."""
    one = data.isel(at)
    return [
        {
            "seed": str(one["seed"].values[k]),
            "value": number(one[name].values[k]) if np.isfinite(one[name].values[k]) else "",
            "record": str(one["record"].values[k]),
            "problem": str(one["problem"].values[k]),
        }
        for k in range(one.sizes["seed"])
    ]


def told_parameter(parameter: Any) -> str:
    """Return what a parameter is called, with its unit."""
    return with_unit(parameter.name.replace("_", " "), parameter.unit)


def written(drawn: bool) -> str:
    """Say how values are written."""
    return "Values: the range low:high." if drawn else "Values: 1,2,5 or low:high:number."


def hint(model: Model, runs: int, cost: float, workers: int, drawn: bool) -> str:
    """Say how values are written, what else was changed, and what the sweep will take.

    Parameters
    ----------
    model : Model
        With the values that all runs share.
    runs : int
    cost : float
        Seconds of one run.
    workers : int
    drawn : bool
        Whether points are drawn from ranges.
    """
    changed = model.changed()
    listed = ", ".join(f"{n.replace('_', ' ')} {value_words(v)}" for n, v in changed.items())
    others = f", but {listed[:200]}" if listed else ""
    processes = f"{workers} processes" if workers > 1 else "one process"
    return (
        f"{written(drawn)} The other parameters are those of the model{others}. "
        f"{runs:,} runs, about {seconds(cost * runs / workers)} with {processes}."
    )
