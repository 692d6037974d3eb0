"""A sweep's result: one number a measure and cell, as a Dataset with the parameters as axes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from workbench.cells import Cell
from workbench.frames import growing_dimension
from workbench.record import Record
from workbench.stamp import version

if TYPE_CHECKING:
    from workbench.sweep import Sweep

#: Name -> function of a record's data.
Measures = Mapping[str, Callable[[xr.Dataset], float]]
#: Name -> number, and its units and long_name.
Numbers = dict[str, tuple[float, dict[str, str]]]


@dataclass
class Row:
    """What is known of a cell.

    Attributes
    ----------
    cell : Cell
    record : str
        Id of its record; empty while there is none.
    problem : str
        Why its run failed.
    numbers : dict
        Measure -> value.
    attrs : dict
        Measure -> units and long_name.
    """

    cell: Cell
    record: str = ""
    problem: str = ""
    numbers: dict[str, float] = field(default_factory=dict)
    attrs: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cell: Cell, record: Record, measures: Measures | None) -> Row:
        """Return the row of a cell that has its record."""
        found = numbers(record.data) if measures is None else asked(record.data, measures)
        return cls.told(cell, record.stamp.id, found)

    @classmethod
    def told(cls, cell: Cell, record: str, found: Numbers) -> Row:
        """Return the row of a cell whose numbers are known."""
        values = {name: value for name, (value, _) in found.items()}
        attrs = {name: attrs for name, (_, attrs) in found.items()}
        return cls(cell, record, "", values, attrs)


def asked(data: xr.Dataset, measures: Measures) -> Numbers:
    """Return the numbers that somebody wants to have read."""
    return {
        name: (float(read(data)), {"long_name": name, "units": "1"})
        for name, read in measures.items()
    }


def numbers(data: xr.Dataset) -> Numbers:
    """Return what of a record is a number, or can be read as one, with its units and name.

    A number is itself; of a course in time (or steps, epochs, trials) that is one line, its last
    value; of all else that is made of numbers, the mean of what is finite.
    """
    found = {}
    for name, var in data.data_vars.items():
        if var.dtype.kind not in "biuf" or not var.size:
            continue
        units = str(var.attrs.get("units", "1"))
        told = str(var.attrs.get("long_name", name))
        values = np.asarray(var.values, float)
        if not var.dims:
            value = float(values)
        elif len(var.dims) == 1 and growing_dimension(var.variable):
            value, told = float(values[-1]), f"{told}, at the end"
        else:
            finite = values[np.isfinite(values)]
            value, told = float(finite.mean()) if finite.size else np.nan, f"{told}, mean"
        found[str(name)] = value, {"units": units, "long_name": told}
    return found


def table(sweep: Sweep, rows: list[Row]) -> xr.Dataset:
    """Return the cells of a sweep as a Dataset."""
    dims = (*(sweep.axes or ["sample"]), "seed")
    shape = (*sweep.shape, len(sweep.seeds))
    attrs = {name: told for row in rows for name, told in row.attrs.items()}
    held = {name: np.full(shape, np.nan) for name in attrs}
    records, problems = np.full(shape, "", object), np.full(shape, "", object)
    for row in rows:
        records[row.cell.index], problems[row.cell.index] = row.record, row.problem
        for name, value in row.numbers.items():
            held[name][row.cell.index] = value
    coordinates = axes(sweep)
    taken = {*coordinates, *dims, "record", "problem"}
    made = xr.Dataset(
        {free(name, taken): (dims, values, attrs[name]) for name, values in held.items()},
        coords=coordinates,
    )
    made["record"] = dims, records.astype(str), {"long_name": "id of the record"}
    made["problem"] = dims, problems.astype(str), {"long_name": "why the run failed"}
    made.attrs = {
        "title": f"Sweep of {sweep.model.title or sweep.model.key} over {', '.join(sweep.names)}",
        "model": sweep.model.key, "parameters": json.dumps(sweep.model.values()),
        "source": f"engram-workbench {version()}",
    }  # fmt: skip
    return made


def free(name: str, taken: Collection[str]) -> str:
    """Return the name of a measure, another one where a parameter has it."""
    return f"{name}_measured" if name in taken else name


def axes(sweep: Sweep) -> dict[str, Any]:
    """Return the coordinates: what each axis holds, with its unit and name."""
    declared = sweep.model.parameters()
    made: dict[str, Any] = {"seed": ("seed", sweep.seeds, {"long_name": "seed", "units": "1"})}
    for name in sweep.names:
        parameter: Any = declared[name]
        told = {"long_name": name.replace("_", " "), "units": parameter.unit}
        if getattr(parameter, "log", False):
            told["scale"] = "log"
        if sweep.axes:
            made[name] = name, sweep.axes[name], told
        else:
            made[name] = "sample", [point[name] for point in sweep.points], told
    return made
