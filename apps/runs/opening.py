"""A stored record in the lab: what it was run with, as far as its model still takes it."""

from __future__ import annotations

import json

import models
from workbench import Record
from workbench.link import Linked, parse, written
from workbench.store import Store


def stored(store: Store, id: str) -> tuple[Record, Linked]:
    """Return a record, and the run that it asks for.

    Parameters
    ----------
    store : Store
        Where it is looked for: nothing but what the store lists is ever opened.
    id : str
        The record's id, or a beginning of it that only it has.

    Raises
    ------
    RecordError
        If there is no such record, or it cannot be read.
    ParameterError
        If this workbench has no such model.
    """
    record = store.open(id)
    stamp = record.stamp
    fields = {name: written(value) for name, value in stamp.parameters.items()}
    changes = [
        [change.get(part) for part in ("frame", "name", "value")] for change in stamp.changes
    ]
    fields |= {"model": stamp.model, "seed": str(stamp.seed), "changes": json.dumps(changes)}
    return record, parse(fields, models.get)


def told(record: Record) -> str:
    """Return what the lab says of a record that it shows."""
    stamp = record.stamp
    when = stamp.created[:16].replace("T", ", ")
    partial = "" if record.complete else f" It is {stamp.status}."
    parent, frame = stamp.parent.get("id"), stamp.parent.get("frame")
    branch = f" It is a branch of record {parent}, which it left at frame {frame}."
    return (
        f"Record {stamp.id} of {when} UTC, as it was stored.{partial}{branch if parent else ''} "
        "Run repeats it."
    )
