"""A record as tidy tables: CSV files that tell how they came about."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, TextIO

import xarray as xr

from workbench import ParameterError, Record
from workbench.record import replacing
from workbench.stamp import Stamp


def csv_bytes(record: Record, name: str) -> bytes:
    """Return a record's tables, a CSV file for each set of dimensions, in one ZIP file.

    Parameters
    ----------
    record : Record
    name : str
        How the files' names begin.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, data in parted(record.data, Path(f"{name}.csv")).items():
            text = io.StringIO(newline="")
            write_rows(text, data, record.stamp)
            archive.writestr(place.name, text.getvalue())
    return packed.getvalue()


def parted(data: xr.Dataset, place: Path) -> dict[Path, xr.Dataset]:
    """Return the variables that share their dimensions, each group with its file.

    One group gets the file itself; several get `NAME.time.csv`, `NAME.time-neuron.csv` and, for
    single values, `NAME.single.csv`.
    """
    groups: dict[frozenset[Any], list[Any]] = {}
    for name, var in data.data_vars.items():
        groups.setdefault(frozenset(var.dims), []).append(name)
    if not groups:
        raise ParameterError("The record holds no variables that a table could show.")
    if len(groups) == 1:
        return {place: data[next(iter(groups.values()))]}
    parts = [data[names] for names in groups.values()]
    return {place.with_suffix(f".{suffix(part)}.csv"): part for part in parts}


def suffix(part: xr.Dataset) -> str:
    """Return the dimensions of a group as they stand in its file's name."""
    return "-".join(str(dim) for dim in dims(part)) or "single"


def dims(part: xr.Dataset) -> tuple[Any, ...]:
    """Return the dimensions of a group in the order of its first variable."""
    return next(iter(part.data_vars.values())).dims


def write_table(place: Path, data: xr.Dataset, stamp: Stamp) -> None:
    """Write one tidy table to a file of its own."""
    with replacing(place) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, data, stamp)


def write_rows(file: TextIO, data: xr.Dataset, stamp: Stamp) -> None:
    """Write one tidy table: the stamp as comments, then a row for each value's place."""
    if dims(data):
        frame = data.to_dataframe(dim_order=list(dims(data))).reset_index()
    else:
        frame = data.expand_dims("row").to_dataframe().reset_index(drop=True)
    frame = frame.rename(columns={str(n): header(n, v) for n, v in data.variables.items()})
    comment(file, stamp)
    frame.to_csv(file, index=False, lineterminator="\n")


def header(name: Any, var: xr.Variable) -> str:
    """Return a column's name with its unit: `time [ms]`."""
    return f"{name} [{var.attrs.get('units', '1')}]"


def comment(file: TextIO, stamp: Stamp) -> None:
    """Write how the table came about, a `#` line for each fact."""
    file.write(f"# {stamp.line()}\n")
    facts = {
        "record": stamp.id, "model": stamp.model, "status": stamp.status,
        "created": stamp.created, "parameters": stamp.parameters, "changes": stamp.changes,
        "libraries": stamp.libraries, "revision": stamp.git_revision, "processor": stamp.host_cpu,
    }  # fmt: skip
    for name, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value)
        file.write(f"# {name}: {' '.join(text.split())}\n")
