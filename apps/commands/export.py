"""`engram-workbench export`: a record as tidy tables, a figure, a script or NWB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import xarray as xr

from apps.commands.common import STDOUT, FilePath, Strict, check_writable
from apps.commands.records import located, runs_option, write_script
from apps.lab.tables import parted, write_table
from workbench import nwb
from workbench.parameters import ParameterError
from workbench.record import Record

BESIDE = ""  # an option without its FILE: beside the record
#: What a file's ending asks for, as the option is called.
KINDS = {".csv": "csv", ".png": "png", ".svg": "svg", ".py": "script", ".nwb": "nwb"}


def target(suffix: str, what: str, stdout: bool = False) -> Any:
    """Return the option `--suffix [FILE]`, whose FILE may be left out."""
    return click.option(
        f"--{KINDS[suffix]}", type=Target(suffix, stdout), is_flag=False, flag_value=BESIDE,
        metavar=f"[FILE{suffix}]", help=what,
    )  # fmt: skip


class Target(FilePath):
    """A file to write, or nothing for the one beside the record."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; `BESIDE` stays as it is."""
        return BESIDE if value == BESIDE else super().convert(value, param, ctx)


@click.command("export", cls=Strict)
@click.argument("name", metavar="FILE_OR_ID")
@click.argument("files", nargs=-1, type=FilePath(), metavar="[FILE]...")
@target(".csv", "Tables: one file for each set of dimensions.")
@target(".png", "The figure as pixels.")
@target(".svg", "The figure as lines.")
@target(".py", "The Python script that repeats the run (- prints it).", stdout=True)
@target(".nwb", "The spikes as Neurodata Without Borders (needs the extra nwb).")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@runs_option
def export_command(
    name: str, files: tuple[Path, ...], force: bool, runs: Path | None, **wanted: Any
) -> None:
    """Write a record as CSV, PNG, SVG, script or NWB, in any combination.

    What a FILE becomes is told by its ending. Where an option stands without a FILE the result
    lies beside the record, or in the current folder when the record is named by its id.
    """
    asked = {kind: value for kind, value in wanted.items() if value is not None}
    for file in files:
        kind = kind_of(file)
        if kind in asked:
            raise ParameterError(f"{file} is not allowed: --{kind} was given already.")
        asked[kind] = file
    if not asked:
        raise ParameterError(
            "export needs at least one of --csv, --png, --svg, --script and --nwb, or a FILE."
        )
    path = located(name, runs)
    record = Record.open(path)
    base = path if Path(name).expanduser().is_file() else Path(path.name)
    places = {kind: placed(kind, value, base) for kind, value in asked.items()}
    tables = parted(record.data, places["csv"]) if "csv" in places else {}
    figures = [places[kind] for kind in ("png", "svg") if kind in places]
    scripts = [places["script"]] if "script" in places else []
    spikes = [places["nwb"]] if "nwb" in places else []
    if spikes:
        nwb.check(record)
    for place in (*tables, *figures, *scripts, *spikes):
        if place != STDOUT:
            check_writable(place, force)
    write(record, tables, figures, scripts, spikes)


def kind_of(file: Path) -> str:
    """Return what a file's ending asks for, as the option is called."""
    ending = file.suffix.lower()
    if ending not in KINDS:
        raise ParameterError(
            f"{str(file)!r} is not allowed: the file's name must end in one of {', '.join(KINDS)}."
        )
    return KINDS[ending]


def placed(kind: str, value: Path | str, base: Path) -> Path:
    """Return where a result goes: the FILE given, or beside the record."""
    if isinstance(value, Path):
        return value
    return base.with_suffix(next(ending for ending, one in KINDS.items() if one == kind))


def write(
    record: Record,
    tables: dict[Path, xr.Dataset],
    figures: list[Path],
    scripts: list[Path],
    spikes: list[Path],
) -> None:
    """Write every result, and print where it is as soon as it is there."""
    for place, data in tables.items():
        write_table(place, data, record.stamp)
        click.echo(place, err=STDOUT in scripts)
    for place in figures:
        from apps.drawing.figures import save_figure

        save_figure(record, place)
        click.echo(place, err=STDOUT in scripts)
    for place in spikes:
        click.echo(nwb.write_nwb(record, place), err=STDOUT in scripts)
    for place in scripts:
        write_script(record, place)
        if place != STDOUT:
            click.echo(place)
