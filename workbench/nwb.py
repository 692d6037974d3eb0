"""A record's spikes as Neurodata Without Borders (NWB), the field's format for physiology.

Each cell is a unit with its spike times and, where the record tells it, its role; the protocol is
a table of time intervals; how the run came about is the session's description. pynwb, which
writes the format, is an extra: ``pip install 'engram-workbench[nwb]'``.

Rübel et al. 2022, doi:10.7554/eLife.78362.
"""

from __future__ import annotations

import datetime
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from workbench.parameters import ParameterError
from workbench.record import Record, replacing
from workbench.spike_trains import flat_spikes
from workbench.stamp import Stamp

SPIKES = ("spike_time", "spike_cell")
#: What a record tells of its protocol, and the column that holds it.
EVENT = {
    "event_start": "start_time", "event_end": "stop_time", "event_row": "row",
    "event_label": "label",
}  # fmt: skip


def installed() -> bool:
    """Tell whether pynwb is there."""
    return importlib.util.find_spec("pynwb") is not None


def has_spikes(record: Record) -> bool:
    """Tell whether a record holds the spikes of at least one cell."""
    return set(SPIKES) <= set(record.data.variables) and n_cells(record.data) > 0


def check(record: Record) -> None:
    """Raise `ParameterError` where a record cannot become an NWB file, saying why."""
    if not has_spikes(record):
        raise ParameterError(
            f"The record {record.stamp.id} ({record.stamp.model}) holds no spikes, "
            "which are what an NWB file is for."
        )
    if not installed():
        raise ParameterError("NWB files need pynwb: pip install 'engram-workbench[nwb]'.")


def write_nwb(record: Record, path: str | Path) -> Path:
    """Write a record's spikes to an NWB file, whole or not at all.

    Parameters
    ----------
    record : Record
        It holds `spike_time(spike)` (s) and `spike_cell(spike)`; if there, `cell_role(cell)`
        becomes a column of the units, and `event_start(event)`, `event_end(event)` (s),
        `event_row(event)` and `event_label(event)` the intervals named "protocol".
    path : path
        Where to write; what is there is replaced.

    Returns
    -------
    Path
        Where the file is.

    Raises
    ------
    ParameterError
        If pynwb is not installed or the record holds no spikes.
    RecordError
        If the disk is full or read-only, or the folder does not exist.
    """
    path = Path(path)
    content = encoded(record)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def encoded(record: Record) -> bytes:
    """Return the bytes of the NWB file, made in memory as those of a record are.

    Raises
    ------
    ParameterError
        If pynwb is not installed or the record holds no spikes.
    """
    check(record)
    import h5py
    from pynwb import NWBHDF5IO

    content = io.BytesIO()
    with h5py.File(content, "w") as file, NWBHDF5IO(file=file, mode="w") as out:
        out.write(container=session(record))
    return content.getvalue()


def session(record: Record) -> Any:
    """Return the record as a `pynwb.NWBFile`."""
    from pynwb import NWBFile

    stamp = record.stamp
    ended = datetime.datetime.fromisoformat(stamp.created)
    made = NWBFile(
        session_description=description(stamp),
        identifier=f"engram-workbench {stamp.id}",
        session_start_time=ended - datetime.timedelta(seconds=stamp.wall_time),
        session_id=stamp.id,
        experiment_description=stamp.title,
        keywords=["simulation", stamp.model, *stamp.tags],
        notes=stamp.note or None,
        was_generated_by=[list(one) for one in versions(stamp).items()],
    )
    add_units(made, record.data)
    if EVENT.keys() <= set(record.data.variables) and record.data.sizes["event"]:
        add_protocol(made, record.data)
    return made


def description(stamp: Stamp) -> str:
    """Return how the record came about, a line for each fact."""
    facts = {
        "model": f"{stamp.model} ({stamp.model_class})", "status": stamp.status,
        "seed": stamp.seed, "parameters": stamp.parameters, "live changes": stamp.changes,
        "versions": versions(stamp), "revision": stamp.git_revision,
    }  # fmt: skip
    lines = [f"{name}: {spelled(value)}" for name, value in facts.items()]
    return "\n".join([stamp.line(), "Simulated spikes, in seconds of biological time.", *lines])


def spelled(value: Any) -> str:
    """Return a fact as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def versions(stamp: Stamp) -> dict[str, str]:
    """Return the versions of what made the record."""
    return {"engram-workbench": stamp.version, "python": stamp.python, **stamp.libraries}


def n_cells(data: xr.Dataset) -> int:
    """Return how many cells the raster has, silent ones too where the record tells of them."""
    return data.sizes.get("cell", 1 + int(data.spike_cell.max()) if data.spike_cell.size else 0)


def add_units(made: Any, data: xr.Dataset) -> None:
    """Add a unit for each cell, all at once: one after the other takes seconds."""
    from pynwb.core import VectorData, VectorIndex
    from pynwb.misc import Units

    times, cells = flat_spikes(data.spike_time, data.spike_cell, n := n_cells(data))
    trains = VectorData(
        name="spike_times",
        description="spike times (s) of each cell",
        data=times[np.argsort(cells, kind="stable")],
    )
    ends = np.cumsum(np.bincount(cells, minlength=n))
    columns = [trains, VectorIndex(name="spike_times_index", data=ends, target=trains)]
    if "cell_role" in data.variables:
        roles = [str(role) for role in data.cell_role.values]
        says = data.cell_role.attrs["long_name"]
        columns.append(VectorData(name="role", description=says, data=roles))
    made.units = Units(
        name="units", description="the simulated cells", columns=columns, id=np.arange(n)
    )


def add_protocol(made: Any, data: xr.Dataset) -> None:
    """Add the protocol of the run as a table of intervals."""
    from pynwb.epoch import TimeIntervals

    table = TimeIntervals(name="protocol", description="phases and interventions of the run")
    table.add_column("row", "what it belongs to: the phases, or a kind of intervention")
    table.add_column("label", "what happened")
    values = (data[name].values.tolist() for name in EVENT)
    for one in zip(*values, strict=True):
        table.add_interval(**dict(zip(EVENT.values(), one, strict=True)))
    made.add_time_intervals(table)
