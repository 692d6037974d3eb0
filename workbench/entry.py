"""What a store knows of its files: their names, their signatures and what each says of itself."""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.catalogue import Signature
from workbench.parameters import shown
from workbench.record import RecordError, first_line, read_stamp
from workbench.stamp import COMPLETE, Stamp

UNREADABLE = "unreadable"
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Entry:
    """What a store knows of one of its files without opening it.

    Attributes
    ----------
    path : Path
        The file.
    size : int
        Bytes on the disk.
    id : str
        The record's id; for a file that cannot be read, its name.
    created : str
        When the run ended (ISO 8601, UTC); for a file that cannot be read, when it changed.
    status : str
        ``"complete"``, ``"partial: "`` and why, or ``"unreadable"``.
    wall_time : float
        Seconds the run took.
    changes : list of dict
        Live changes: frame, name, value.
    version : str
        Version of the workbench that made it.
    parent : dict
        Of a branch: the id of the record and the frame that it left; otherwise empty.
    problem : str
        Why the file cannot be read, as a sentence; empty for a record.
    """

    path: Path
    size: int
    id: str
    created: str
    status: str = UNREADABLE
    model: str = ""
    title: str = ""
    seed: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    note: str = ""
    wall_time: float = 0.0
    changes: list[dict[str, Any]] = field(default_factory=list)
    version: str = ""
    parent: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.status == COMPLETE

    @property
    def readable(self) -> bool:
        """Whether the file holds a record."""
        return not self.problem


def only(entries: Sequence[Entry], id: str) -> Entry:
    """Return the one entry with this id, file name or beginning of an id.

    Raises
    ------
    RecordError
        If there is none, or several fit.
    """
    fitting = [entry for entry in entries if id in (entry.id, entry.path.name)]
    fitting = fitting or [entry for entry in entries if id and entry.id.startswith(id)]
    if not fitting:
        raise RecordError(f"There is no record {shown(id)}.")
    if len(fitting) > 1:
        names = ", ".join(sorted(entry.path.name for entry in fitting)[:5])
        raise RecordError(
            f"{shown(id)} fits {len(fitting)} records ({names}): give more of the id, or the "
            "name of the file."
        )
    return fitting[0]


def said_by(path: Path) -> dict[str, Any]:
    """Return what a file says of itself, as the fields of an entry."""
    try:
        stamp = read_stamp(path)
    except RecordError as error:
        return {"id": path.name, "created": changed(path), "problem": str(error)}
    same = ("id", "created", "status", "model", "title", "seed", "parameters", "note", "wall_time",
            "changes", "version", "parent")  # fmt: skip
    return {name: getattr(stamp, name) for name in same} | {"tags": [str(t) for t in stamp.tags]}


def changed(path: Path) -> str:
    """Return when a file changed, in the form of a stamp; nothing if it is gone."""
    with suppress(OSError, ValueError, OverflowError):
        when = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
        return when.isoformat(timespec="seconds")
    return ""


def file_name(stamp: Stamp) -> str:
    """Return the name of a record's file: model, time, seed and id."""
    when = stamp.created[:19].replace(":", "-")
    words = (stamp.model or "model", when, f"seed{stamp.seed}", stamp.id)
    return "_".join(re.sub(r"[^A-Za-z0-9_-]+", "-", word)[:60] for word in words) + ".nc"


def files(folder: Path) -> dict[str, Signature]:
    """Return the signatures of a folder's records by name; none for a folder that is missing.

    What a killed process left half-written more than a day ago is removed on the way.

    Raises
    ------
    RecordError
        If the folder cannot be read.
    """
    found = {}
    try:
        with os.scandir(folder) as items:
            for item in items:
                with suppress(OSError):  # gone meanwhile, or a link that leads nowhere
                    if item.name.startswith("."):
                        sweep(item)
                    elif item.name.endswith(".nc") and item.is_file():
                        found[item.name] = signature(item)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RecordError(f"{folder} cannot be listed: {first_line(error)}") from error
    return found


def sweep(item: os.DirEntry[str]) -> None:
    """Remove a temporary file that nobody can be writing any more."""
    if item.name.endswith(".part") and time.time() - item.stat().st_mtime > DAY:
        os.unlink(item)


def signature(item: Path | os.DirEntry[str]) -> Signature:
    """Return what tells a file from a changed one: size, time of change, number on the disk."""
    stat = os.stat(item)
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
