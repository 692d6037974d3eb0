"""`engram-workbench list` and `show`: the models, and one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import models
from apps.commands.common import Strict, as_json, columns, printable
from apps.commands.records import class_of, json_option, located, readings, runs_option
from workbench.model import Model
from workbench.parameters import Declared, unit_suffix
from workbench.record import Record

CHANGES = 10  # live changes that the page of a record shows


@click.command("list", cls=Strict)
@json_option
def list_command(json_wanted: bool) -> None:
    """List the models; with --json also their parameters, presets and references."""
    classes = [models.get(key) for key in models.names()]
    if json_wanted:
        click.echo(as_json([described(model) for model in classes]))
        return
    click.echo(columns([[m.key, m.pace, m.title] for m in classes]))
    click.echo("\nengram-workbench run MODEL --help shows what can be set.")


def described(model: type[Model]) -> dict[str, Any]:
    """Return all that a program needs to know of a model."""
    return {
        "key": model.key,
        "title": model.title,
        "summary": model.summary,
        "pace": model.pace,
        "parameters": [tabled(p) for p in model.parameters().values()],
        "presets": model.presets,
        "plans": {name: asdict(plan) for name, plan in model.plans.items()},
        "references": [str(reference) for reference in model.references],
    }


def tabled(parameter: Declared) -> dict[str, Any]:
    """Return what a parameter declares; bounds or options as far as it has them."""
    names = ("name", "default", "bounds", "options", "unit", "doc", "source", "group", "live")
    row = {name: getattr(parameter, name) for name in names if hasattr(parameter, name)}
    return {"kind": type(parameter).__name__, "allowed": parameter.allowed(), **row}


@click.command("show", cls=Strict)
@click.argument("name", metavar="FILE_OR_ID")
@json_option
@runs_option
def show_command(name: str, json_wanted: bool, runs: Path | None) -> None:
    """Show a record: how it came about, its parameters, what it holds and what it says."""
    path = located(name, runs)
    record = Record.open(path)
    click.echo(as_json(summary(record, path)) if json_wanted else page(record, path))


def summary(record: Record, path: Path) -> dict[str, Any]:
    """Return a record's stamp, contents and readings for a program."""
    return {
        **asdict(record.stamp),
        "path": str(path),
        "changed": changed(record),
        "variables": {
            str(name): {
                "dims": list(var.dims),
                "shape": list(var.shape),
                "dtype": str(var.dtype),
                "units": var.attrs.get("units", ""),
                "long_name": var.attrs.get("long_name", ""),
            }
            for name, var in record.data.variables.items()
        },
        "readings": readings(record),
    }


def changed(record: Record) -> list[str]:
    """Return the names of the parameters that differ from the model's defaults."""
    model = class_of(record)
    declared: Mapping[str, Any] = dict(model.parameters()) if model else {}
    values = record.stamp.parameters.items()
    return [n for n, v in values if n in declared and v != declared[n].default]


def page(record: Record, path: Path) -> str:
    """Return a record as a page of text."""
    sections = [
        f"{printable(record.stamp.title)}\n{columns(origin(record, path), indent='  ')}",
        f"Parameters (* differs from the default)\n{parameter_lines(record)}",
        f"Variables\n{columns(variable_rows(record), indent='  ')}",
    ]
    if record.stamp.changes:
        sections.append(f"Changed while it ran\n{columns(change_rows(record), indent='  ')}")
    if said := readings(record):
        sections.append("What it shows\n" + "\n".join(f"  {printable(line)}" for line in said))
    return "\n\n".join(sections)


def origin(record: Record, path: Path) -> list[list[str]]:
    """Return how a record came about, as rows of name and text."""
    stamp = record.stamp
    revision = f", revision {stamp.git_revision}" if stamp.git_revision else ""
    rows = {
        "record": stamp.id,
        "file": str(path),
        "model": stamp.model,
        "seed": str(stamp.seed),
        "status": stamp.status,
        "created": stamp.created,
        "wall time": f"{stamp.wall_time:.3g} s",
        "written by": f"engram-workbench {stamp.version}{revision}, Python {stamp.python}",
        "libraries": ", ".join(f"{n} {v}" for n, v in stamp.libraries.items()),
        "processor": stamp.host_cpu,
        "tags": ", ".join(stamp.tags),
        "note": stamp.note,
    }
    return [[name, text] for name, text in rows.items() if text]


def parameter_lines(record: Record) -> str:
    """Return the parameters with their units, the changed ones marked."""
    model, marked = class_of(record), changed(record)
    declared: Mapping[str, Any] = model.parameters() if model else {}
    rows = []
    for name, value in record.stamp.parameters.items():
        unit = unit_suffix(declared[name].unit) if name in declared else ""
        rows.append(["*" if name in marked else " ", name, f"{value}{unit}"])
    return columns(rows, indent="  ") or "  none"


def change_rows(record: Record) -> list[list[str]]:
    """Return the live changes, the last ones only where there are many."""
    changes = record.stamp.changes
    rows = [[f"frame {c['frame']}", c["name"], str(c["value"])] for c in changes[-CHANGES:]]
    left = len(changes) - len(rows)
    return [[f"{left} earlier", "", ""], *rows] if left else rows


def variable_rows(record: Record) -> list[list[str]]:
    """Return name, sizes, unit and meaning of everything a record holds."""
    return [
        [
            str(name),
            " x ".join(f"{dim} {size}" for dim, size in var.sizes.items()) or "single",
            f"[{var.attrs.get('units', '?')}]",
            str(var.attrs.get("long_name", "")),
        ]
        for name, var in record.data.variables.items()
    ]
