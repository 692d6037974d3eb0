"""`engram-workbench sweep MODEL --over NAME=VALUES`: many runs, their numbers side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import click
import numpy as np
import xarray as xr

import models
from apps.commands.common import (
    FAILED,
    INTERRUPTED,
    FilePath,
    check_folder,
    check_writable,
    columns,
    printable,
    say,
)
from apps.commands.execute import configured, named, parted, slug, uninterrupted
from apps.commands.records import open_store
from workbench.cells import MOST, Sampling, declared, read_axis
from workbench.model import Model, unknown
from workbench.parameters import ParameterError
from workbench.plan import Plan
from workbench.record import replacing
from workbench.sweep import Course, Sweep

#: Measures that are printed where nobody chooses, and lines.
SHOWN, LINES = 4, 50


@click.command("sweep", context_settings={"max_content_width": 100})
@click.argument("model")
@click.option(
    "--over",
    multiple=True,
    metavar="NAME=VALUES",
    help="A parameter and its values: 1,2,5 or low:high:number; for samples low:high. May be given "
    "several times.",
)
@click.option(
    "--plan",
    metavar="NAME",
    help="A sweep that the model proposes, changed by the other options; a wrong name tells which.",
)
@click.option("--preset", metavar="NAME", help="Start from the values of this preset.")
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter in all runs.",
)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(1, MOST),
    help="Runs of each combination, with the seeds 1 to N; 1 where no plan says more.",
)
@click.option(
    "--sample",
    "how",
    default="grid",
    show_default=True,
    type=click.Choice(get_args(Sampling)),
    help="All combinations; or samples of the ranges, drawn at random or as a Latin hypercube.",
)
@click.option(
    "--samples",
    default=20,
    metavar="N",
    show_default=True,
    type=click.IntRange(1, MOST),
    help="How many samples are drawn.",
)
@click.option("--draw", default=1, metavar="SEED", show_default=True, help="Seed of the draw.")
@click.option(
    "--workers",
    default=2,
    metavar="N",
    show_default=True,
    type=click.IntRange(1, 1024),
    help="Processes on this machine; 1 for this one itself.",
)
@click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="A Dask scheduler whose workers run the cells, such as tcp://host:8786.",
)
@click.option(
    "--measure",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="A number to print of each run; all are in the file.",
)
@click.option("--again", is_flag=True, help="Run also what is in the store already.")
@click.option(
    "-o",
    "--output",
    type=FilePath(".nc"),
    metavar="FILE.nc",
    help="Write the table of all numbers to this NetCDF file.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--runs", type=FilePath(), metavar="FOLDER", help="Folder of the records.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but what went wrong.")
def sweep_command(
    model: str, output: Path | None, force: bool, runs: Path | None, chosen: tuple[str, ...],
    quiet: bool, workers: int, scheduler: str, again: bool, **asked: Any,
) -> int:  # fmt: skip
    """Run MODEL over values of its parameters, times seeds.

    Every run is a record of the store. A sweep that was broken off goes on where it was when it is
    typed again: what is in the store already is not run again.
    """
    sweep = planned(models.get(model), **asked)
    store = open_store(runs)
    check_folder(store.folder)
    if output:
        check_writable(output, force)
    last: list[Course] = []
    data = sweep.run(
        store, workers=workers, scheduler=scheduler, again=again, told=last.append,
        progress=not quiet and sys.stderr.isatty(),
    )  # fmt: skip
    with uninterrupted():
        if output:
            write(data, output)
    if not quiet:
        click.echo(listed(data, chosen))
    return verdict(data, last[-1] if last else None, quiet)


def planned(
    kind: type[Model], *, plan: str | None, over: tuple[str, ...], preset: str | None,
    assignments: tuple[str, ...], seeds: int | None, how: Sampling, samples: int, draw: int,
) -> Sweep:  # fmt: skip
    """Return the sweep that the options ask for."""
    base = Plan({}) if plan is None else named(kind.key, "plan", kind.plans, plan)
    model = configured(kind, preset, {}, assignments, base.values)
    asked = parted("--over", "NAME=VALUES", over) or dict(base.over)
    if not asked:
        own = ", ".join(map(slug, kind.plans))
        either = f", or --plan with one of {own}" if own else ""
        raise ParameterError(f"A sweep needs --over NAME=VALUES at least once{either}.")
    axes = {name: read_axis(declared(model, name), text, how) for name, text in asked.items()}
    number = seeds or base.seeds
    if how == "grid":
        return Sweep.grid(model, axes, number)
    return Sweep.random(model, axes, samples, number, draw, how)


def write(data: xr.Dataset, path: Path) -> None:
    """Write a table, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(data.to_netcdf(engine="h5netcdf"))


def listed(data: xr.Dataset, chosen: Iterable[str]) -> str:
    """Return the numbers of each combination as lines: mean and spread over the seeds."""
    measures = measures_of(data, chosen)
    names = [str(name) for name in data.coords if name != "seed"]
    points = data.stack(point=[dim for dim in data["record"].dims if dim != "seed"])
    heading = [*names, *(told(data[name]) for name in measures)]
    lines = [heading]
    for k in range(min(points.sizes["point"], LINES)):
        one = points.isel(point=k)
        values = [spelled(one[name].item()) for name in names]
        lines.append([*values, *(mean_of(one[name].values) for name in measures)])
    more = points.sizes["point"] - LINES
    return columns(lines) + (f"\nand {more:,} more" if more > 0 else "")


def measures_of(data: xr.Dataset, chosen: Iterable[str]) -> list[str]:
    """Return the measures that are printed."""
    known = {str(n): None for n, var in data.data_vars.items() if var.dtype.kind == "f"}
    for name in chosen:
        if name not in known:
            raise ParameterError(unknown(name, known, "measure"))
    differing = [n for n in known if np.ptp(finite(data[n].values)) > 0] or list(known)
    return list(chosen) or differing[:SHOWN]


def finite(values: np.ndarray) -> np.ndarray:
    """Return what is no gap; zero where all is."""
    kept = values[np.isfinite(values)]
    return kept if kept.size else np.zeros(1)


def told(var: xr.DataArray) -> str:
    """Return a measure's name with its unit."""
    unit = var.attrs.get("units", "1")
    return str(var.name) if unit in ("1", "") else f"{var.name} ({unit})"


def mean_of(values: np.ndarray) -> str:
    """Return the mean over the seeds that are there, and their standard deviation."""
    there = values[np.isfinite(values)]
    if there.size > 1:
        return f"{there.mean():.4g} +- {there.std(ddof=1):.2g}"
    return f"{there[0]:.4g}" if there.size else "-"


def spelled(value: Any) -> str:
    """Return a parameter's value in few digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def verdict(data: xr.Dataset, last: Course | None, quiet: bool) -> int:
    """Say what was run and what is missing, and return the exit code."""
    records, problems = data["record"].values.ravel(), data["problem"].values.ravel()
    failed = [str(problem) for problem in problems if problem]
    missing = sum(not r and not p for r, p in zip(records, problems, strict=True))
    there = last.found if last else records.size - missing - len(failed)
    if not quiet:
        ran = records.size - missing - len(failed) - there
        click.echo(f"{records.size} runs: {ran} new, {there} from the store.")
    for problem in dict.fromkeys(failed):
        say(f"{failed.count(problem)} failed: {printable(problem)}")
    if missing:
        say(f"Interrupted: {missing} runs are missing; type the same again to go on.")
    return INTERRUPTED if missing else FAILED if failed else 0
