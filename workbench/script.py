"""A run as a Python script, or the cell of a notebook, that gives the same record."""

from __future__ import annotations

import keyword
import math
import textwrap
from pathlib import Path
from typing import Any

from workbench.record import Record, RecordError
from workbench.run import Change
from workbench.stamp import Stamp

#: Columns of the script's text.
WIDTH = 88


def script(record: Record | Stamp, path: str | Path | None = None) -> str:
    """Return a Python script that runs again what a record holds, and saves it.

    Parameters
    ----------
    record : Record or Stamp
        What to run again. Of a partial record the script runs the whole.
    path : path, optional
        Where the script saves its record; otherwise a name of model and seed, in the folder
        where the script is run.

    Raises
    ------
    RecordError
        If the model cannot be imported by a script (its class was defined in a notebook, in a
        script or inside a function), or the stamp holds what no record of a run holds.
    """
    stamp = record.stamp if isinstance(record, Record) else record
    target = f"{stamp.model or 'model'}_seed{stamp.seed}.nc" if path is None else path
    imports, model = made(stamp)
    return "\n".join(
        [
            '"""' + about(stamp),
            '"""',
            "",
            *sorted(imports, key=lambda line: line.startswith("from")),
            "",
            call(f"model = {model}", assigned(stamp.parameters)),
            call("record = workbench.run", ["model", f"seed={stamp.seed}", *changes(stamp)]),
            saved(target),
            "",
        ]
    )


def saved(target: str | Path) -> str:
    """Return the line that saves the record, broken where formatters would break it."""
    path = literal(str(target))
    line = f"record.save({path})"
    return line if len(line) <= WIDTH else f"record.save(\n    {path}\n)"


def made(stamp: Stamp) -> tuple[list[str], str]:
    """Return the imports that the script needs, and how it names the model's class."""
    module, _, name = stamp.model_class.partition(":")
    if not all(map(is_name, module.split("."))) or not is_name(name) or module == "__main__":
        raise RecordError(
            f"A script cannot import the class of {stamp.model!r}, {stamp.model_class!r}: put it "
            "at the top of a module of its own, then run it again."
        )
    if module.split(".")[0] == "models" and stamp.model:
        return ["import models", "import workbench"], f"models.get({literal(stamp.model)})"
    return ["import workbench", f"from {module} import {name}"], name


def about(stamp: Stamp) -> str:
    """Return the text at the top of the script."""
    libraries = [f"{name} {number}" for name, number in sorted(stamp.libraries.items())]
    with_these = ", ".join([f"Python {stamp.python}", *libraries])
    revision = f" (revision {stamp.git_revision})" if stamp.git_revision else ""
    partial = "" if stamp.complete else f"It is {stamp.status}; this script runs the whole."
    branch = (
        f"It is a branch of the record {stamp.parent.get('id')}, which it left at frame "
        f"{stamp.parent.get('frame')}; this script computes it from the start."
    )
    paragraphs = [
        f"{textwrap.shorten(stamp.title, WIDTH - 30)}, seed {stamp.seed}.",
        f"Gives the record {stamp.id} of {stamp.created} again, which was made by "
        f"engram-workbench {stamp.version}{revision} with {with_these}. {partial}",
        *([branch] if stamp.parent else []),
        f"Install: python -m pip install engram-workbench=={stamp.version}, or "
        "python -m pip install . in a checkout of it.",
    ]
    return "\n\n".join(textwrap.fill(harmless(text), WIDTH) for text in paragraphs)


def call(function: str, arguments: list[str]) -> str:
    """Return a call with an argument on each line."""
    if not arguments:
        return f"{function}()"
    return f"{function}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"


def assigned(parameters: dict[str, Any]) -> list[str]:
    """Return parameters as keyword arguments."""
    for name in parameters:
        if not is_name(name):
            raise RecordError(f"{name!r} cannot be the name of a parameter.")
    return [f"{name}={literal(value)}" for name, value in parameters.items()]


def changes(stamp: Stamp) -> list[str]:
    """Return the argument that makes the live changes again, or none."""
    try:
        replayed = [Change(**change) for change in stamp.changes]
    except TypeError:
        raise RecordError("The record's live changes are not frame, name and value.") from None
    spelled = [", ".join(map(literal, (each.frame, each.name, each.value))) for each in replayed]
    lines = [f"        workbench.Change({each}),\n" for each in spelled]
    return ["changes=[\n" + "".join(lines) + "    ]"] if lines else []


def literal(value: Any) -> str:
    """Return a value as Python and its formatters spell it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise RecordError(f"{value} cannot be the value of a parameter.")
    if isinstance(value, bool | int | float):
        return repr(value)
    if not isinstance(value, str):
        raise RecordError(f"{value!r} cannot be the value of a parameter.")
    inside = repr('"' + value)[2:-1]  # with a double quote in it, repr takes single ones
    single = f"'{inside}'"
    double = '"' + inside.replace("\\'", "'").replace('"', '\\"') + '"'
    return min(double, single, key=lambda text: text.count("\\"))


def is_name(word: str) -> bool:
    """Tell whether Python allows the word as a name."""
    return word.isidentifier() and not keyword.iskeyword(word)


def harmless(text: str) -> str:
    """Return a text that cannot end the docstring it stands in."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return printable.replace("\\", "/").replace('"', "'")
