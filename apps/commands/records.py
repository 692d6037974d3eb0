"""Records as the commands meet them: found by file or id, read aloud, told as a script."""

from __future__ import annotations

from pathlib import Path

import click

import models
from apps.commands.common import STDOUT, FilePath
from workbench.model import Model
from workbench.parameters import ParameterError, shown
from workbench.record import Record, RecordError, replacing
from workbench.script import script
from workbench.store import Store

runs_option = click.option(
    "--runs", type=FilePath(), metavar="DIR", help="Folder of the store, in place of your own."
)
json_option = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")


def open_store(folder: Path | None) -> Store:
    """Return the store in this folder, or the user's own."""
    return Store(folder)


def located(name: str, runs: Path | None) -> Path:
    """Return the file of a record that is named by its file or by the start of its id.

    Raises
    ------
    ParameterError
        If there is no such file and no single record with such an id.
    """
    if not name.strip() or "\0" in name:
        raise ParameterError(f"{shown(name)} names no record: give a file or an id.")
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    if path.is_file():
        return path
    if path.is_dir() or len(path.parts) > 1:
        raise ParameterError(f"{name} is no file.")
    try:
        return open_store(runs).find(name).path
    except RecordError as error:
        raise ParameterError(f"{error} Nor is there such a file.") from None


def class_of(record: Record) -> type[Model] | None:
    """Return the class of the record's model, or None where this workbench lacks it."""
    known = record.stamp.model in models.names()
    return models.get(record.stamp.model) if known else None


def readings(record: Record) -> list[str]:
    """Return what the model's observables say of this record, a sentence each.

    A partial record may lack what an observable reads: that one stays silent.
    """
    model, said = class_of(record), []
    for observable in model.observables if model else ():
        try:
            reading = observable.reading(record.data)
        except Exception as error:
            if record.complete:
                said.append(f"{observable.title}: no reading ({type(error).__name__}: {error}).")
            continue
        if reading:
            said.append(f"{observable.title}: {reading}")
    return said


def write_script(record: Record, target: Path) -> None:
    """Write (or print) the Python script that repeats the record's run."""
    text = script(record)
    if target == STDOUT:
        click.echo(text, nl=not text.endswith("\n"))
        return
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
