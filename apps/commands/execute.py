"""What `engram-workbench run MODEL` does: check everything first, run, keep, and tell."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click

import workbench
from apps.commands.common import (
    FAILED,
    INTERRUPTED,
    STDOUT,
    TRACEBACK,
    check_folder,
    check_writable,
    printable,
    say,
)
from apps.commands.records import open_store, readings, write_script
from workbench.model import Model, unknown
from workbench.parameters import Declared, ParameterError, shown
from workbench.picture import Picture
from workbench.record import Record
from workbench.run import SEED, RunFailed

FLAG = "value_"  # click's name of a parameter's flag, so that it meets no other option's


def execute(
    model: type[Model], *, seed: str, preset: str | None, assignments: tuple[str, ...],
    output: Path | None, force: bool, script: Path | None, runs: Path | None, quiet: bool,
    **flags: Any,
) -> int:  # fmt: skip
    """Run the model and keep what it gave; return the exit code."""
    chosen = configured(model, preset, flags, assignments)
    number = SEED.parse(seed)
    check_places(output, script, runs, force)
    failure = ""
    with interrupted_once():
        try:
            record = workbench.run(chosen, number, progress=not quiet and sys.stderr.isatty())
        except RunFailed as error:
            record, failure = error.record, str(error)
            if os.environ.get(TRACEBACK):
                traceback.print_exception(error.__cause__)
        with uninterrupted():
            path = keep(record, output, runs)
            if script:
                write_script(record, script)
    tell(record, path, quiet, err=script == STDOUT)
    return verdict(record, failure)


def configured(
    model: type[Model], preset: str | None, flags: Mapping[str, Any], assignments: tuple[str, ...],
    base: Mapping[str, Any] | None = None,
) -> Model:  # fmt: skip
    """Return the model with the preset's values and those given, each checked on its own.

    `base` are values that count more than the preset's and less than those given.
    """
    declared = model.parameters()
    given = {name.removeprefix(FLAG): v for name, v in flags.items() if v is not None}
    for name, text in parted("--set", "NAME=VALUE", assignments, given).items():
        if name not in declared:
            raise ParameterError(unknown(name, declared, f"parameter of {model.key!r}"))
        given[name] = text
    values = {n: spelled(declared[n], v) for n, v in given.items()}
    chosen = model(**{**preset_values(model, preset), **(base or {}), **values})
    chosen.validate()
    return chosen


def parted(
    option: str, form: str, texts: Iterable[str], given: Iterable[str] = ()
) -> dict[str, str]:
    """Return what texts such as NAME=VALUE spell, each name once and none that is given."""
    found: dict[str, str] = {}
    for each in texts:
        name, equals, text = each.partition("=")
        if not equals:
            raise ParameterError(f"{option} {shown(each)} is not allowed: write {form}.")
        if name in found or name in given:
            raise ParameterError(f"{name} was given 2 times; give it once.")
        found[name] = text
    return found


def spelled(parameter: Declared, given: Any) -> Any:
    """Return the value that a flag spells; a picture's may be the name of a file."""
    if not isinstance(given, str):
        return given
    if isinstance(parameter, Picture) and Path(given).suffix:
        from apps.lab.upload import value_of_file

        return value_of_file(Path(given).expanduser(), parameter)
    return parameter.parse(given)


def preset_values(model: type[Model], preset: str | None) -> Mapping[str, Any]:
    """Return the values of a preset, whose name may be typed in lower case with hyphens."""
    return {} if preset is None else named(model.key, "preset", model.presets, preset)


def named(key: str, what: str, known: Mapping[str, Any], name: str) -> Any:
    """Return what a model has of some kind by this name, which may be typed as a slug."""
    if not known:
        raise ParameterError(f"{shown(name)} is no {what}: {key!r} has none.")
    slugs = {slug(each): each for each in known}
    found = name if name in known else slugs.get(slug(name))
    if found is None:
        near = unknown(slug(name), slugs, f"{what} of {key!r}")
        raise ParameterError(near.replace(shown(slug(name)), shown(name), 1))
    return known[found]


def slug(name: str) -> str:
    """Return a name as it is easily typed: kanervas-canonical-memory."""
    kept = (c for c in name.casefold().replace(" ", "-") if c.isalnum() or c == "-")
    return "".join(kept)


def check_places(output: Path | None, script: Path | None, runs: Path | None, force: bool) -> None:
    """Refuse, before the run, what could not be written after it."""
    if output and runs:
        raise ParameterError("-o and --runs exclude each other: give one of them.")
    if output and output == script:
        raise ParameterError(f"-o and --script both name {output}: give them different names.")
    if script and script != STDOUT:
        check_writable(script, force)
    if output:
        check_writable(output, force)
        return
    check_folder(open_store(runs).folder)


def keep(record: Record, output: Path | None, runs: Path | None) -> Path:
    """Write the record to its file or to the store, and return where it is."""
    return record.save(output) if output else open_store(runs).add(record)


def uninterrupted() -> AbstractContextManager[None]:
    """Let a Ctrl-C pass while a record is written to the disk."""
    return hearing(signal.SIG_IGN)


def interrupted_once() -> AbstractContextManager[None]:
    """Let the first Ctrl-C end a run, and an impatient second one wait for what becomes of it."""

    def end(_signal: int, _frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    return hearing(end)


@contextmanager
def hearing(handler: Any) -> Iterator[None]:
    """Handle Ctrl-C so; only the main thread hears it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def tell(record: Record, path: Path, quiet: bool, err: bool) -> None:
    """Print where the record is and, unless quiet, what was seen."""
    if not quiet:
        for reading in readings(record):
            click.echo(printable(reading), err=err)
    click.echo(f"record {record.stamp.id} {path}", err=err)


def verdict(record: Record, failure: str) -> int:
    """Say why a run ended early, and return the exit code."""
    if failure:
        say(f"{failure.rstrip('.')}. What it had computed is kept in the record.")
        return FAILED
    if not record.complete:
        say("Interrupted: the record holds what was computed until then.")
        return INTERRUPTED
    return 0
