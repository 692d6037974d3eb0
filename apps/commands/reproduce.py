"""`engram-workbench reproduce NAME`: the experiments of Szelogowski 2025, done again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apps.commands.common import (
    FAILED,
    INTERRUPTED,
    FilePath,
    Strict,
    as_json,
    check_writable,
    say,
)
from apps.commands.execute import interrupted_once, uninterrupted
from workbench.parameters import ParameterError
from workbench.record import replacing

if TYPE_CHECKING:
    from models.enn.recall_study import RecallStudy
    from models.enn.reproduce import Reproduction

#: Runs of each network of a fair comparison.
RUNS = "5"
#: The one experiment that is not the paper's.
RECALL = "recall"


@click.command("reproduce", cls=Strict, context_settings={"max_content_width": 100})
@click.argument("name", metavar="table2|table3|table4|fig2|cifar|housing|recall")
@click.option("--fixed", is_flag=True, help="Do it as it should be, as told above.")
@click.option(
    "--seeds", metavar="N", help=f"Runs of each network, with --fixed or recall.  [default: {RUNS}]"
)
@click.option(
    "--model",
    "networks",
    default="",
    metavar="NAMES",
    help="Only some networks: ENN, GRU, RNN, LSTM, with commas between.",
)
@click.option("--tasks", default="", metavar="NAMES", help="Of recall: some of its tasks.")
@click.option(
    "--settings", is_flag=True, help="Of recall: what each setting of the cell does, at one task."
)
@click.option(
    "--data",
    "folder",
    default="",
    metavar="DIR",
    help="Folder of the data sets.",
)
@click.option("--epochs", default="0", metavar="N", help="Other than the paper's number of epochs.")
@click.option("--samples", default="0", metavar="N", help="Fewer samples in each part of the data.")
@click.option("--threads", default="1", metavar="N", show_default=True, help="Of the processor.")
@click.option(
    "-o",
    "--output",
    type=FilePath(".json"),
    metavar="FILE.json",
    help="Also write every number, after each run; recall goes on from what such a file has.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def reproduce_command(
    name: str, fixed: bool, seeds: str | None, networks: str, tasks: str, settings: bool,
    folder: str, epochs: str, samples: str, threads: str, output: Path | None, force: bool,
    quiet: bool,
) -> int:  # fmt: skip
    """Repeat an experiment of Szelogowski 2025, and print its numbers beside ours.

    With the paper's settings, mistakes included; or with --fixed: several runs of each network,
    baselines as wide and as large as the ENN with the same readout and head, a test part that
    chooses nothing, and tests of statistics on runs. Ctrl-C keeps what is finished.

    The experiment recall is ours: tasks that need a memory, and what is left without it.
    """
    recall = name == RECALL
    if seeds and not (fixed or recall):
        raise ParameterError("--seeds goes with --fixed: the paper has one run of each network.")
    if output and not (recall and output.is_file()):
        check_writable(output, force)
    limits = {"epochs": whole("--epochs", epochs, 0), "samples": whole("--samples", samples, 0)}
    runs = whole("--seeds", seeds or RUNS, 1) if fixed or recall else 1
    count = whole("--threads", threads, 1, 1024)
    from models.enn.computing import threads as computing_with

    if recall:
        refuse({"--fixed": fixed, "--data": folder, "--epochs": limits["epochs"]}, "recall")
        if settings:
            refuse({"--tasks": tasks, "--model": networks}, "--settings")
        work = study(tasks, networks, settings, runs, limits["samples"])
        if output and output.is_file() and not force:
            work.finished = report(work).runs_of(output, work)
    else:
        refuse({"--tasks": tasks, "--settings": settings}, name)
        from models.enn.reproduce import Reproduction

        chosen = kinds(networks)
        work = Reproduction(name, folder, fixed=fixed, seeds=runs, kinds=chosen, **limits)
    with interrupted_once():
        with computing_with(count):
            code = follow(work, output, quiet)
        with uninterrupted():
            write(work, output, complete=not code)
            click.echo(report(work).text(work))
    return code


def refuse(given: dict[str, Any], name: str) -> None:
    """Raise `ParameterError` for an option that an experiment does not have."""
    for flag, value in given.items():
        if value:
            raise ParameterError(f"{flag} does not go with {name}.")


def study(tasks: str, networks: str, settings: bool, seeds: int, sequences: int) -> RecallStudy:
    """Return the study of recall that was asked for."""
    from models.enn.recall_cases import NETWORKS
    from models.enn.recall_settings import settings_study
    from models.enn.recall_study import RecallStudy

    if settings:
        return settings_study(seeds, sequences)
    spelled = {name.lower(): name for name in NETWORKS}
    chosen = [spelled.get(name.lower(), name) for name in listed(networks)]
    return RecallStudy(listed(tasks), chosen, seeds=seeds, sequences=sequences)


def report(work: Reproduction | RecallStudy) -> Any:
    """Return the module that tells of such work."""
    from models.enn import recall_report, recall_settings, reproduce_report
    from models.enn.recall_study import RecallStudy

    if isinstance(work, recall_settings.SettingsStudy):
        return recall_settings
    return recall_report if isinstance(work, RecallStudy) else reproduce_report


def follow(work: Reproduction | RecallStudy, output: Path | None, quiet: bool) -> int:
    """Do the work, write after each run; return the exit code."""
    finished, said = len(work.finished), "The first network"
    try:
        with bar(quiet) as shown:
            for done, said in work.course():
                shown.update(100 * done - shown.n)
                shown.set_postfix_str(said)
                if len(work.finished) > finished:
                    finished = len(work.finished)
                    write(work, output, complete=False)
    except KeyboardInterrupt:
        say("Interrupted; here is what was finished.")
        return INTERRUPTED
    except FloatingPointError as error:
        say(f"{said.split(':')[0]}: {error} Here is what was finished.")
        return FAILED
    return 0


def write(work: Reproduction | RecallStudy, output: Path | None, complete: bool) -> None:
    """Write every number to the file that was asked for."""
    if output:
        with replacing(output) as temporary:
            told = as_json(report(work).as_dict(work, complete))
            temporary.write_text(told + "\n", encoding="utf-8")


def bar(quiet: bool) -> Any:
    """Return a bar from 0 to 100 %, which a file or a pipe does not see."""
    from tqdm import tqdm

    shape = "{l_bar}{bar}| {elapsed}<{remaining} {postfix}"
    hidden = quiet or not sys.stderr.isatty()
    return tqdm(total=100, bar_format=shape, leave=False, disable=hidden)


def kinds(networks: str) -> Any:
    """Return the networks that were asked for."""
    from models.enn.reproduce_networks import KINDS

    asked = tuple(name.lower() for name in listed(networks))
    for name in asked:
        if name not in KINDS:
            allowed = ", ".join(kind.upper() for kind in KINDS)
            raise ParameterError(f"--model {name.upper()!r} is not allowed; there are {allowed}.")
    return asked


def listed(names: str) -> tuple[str, ...]:
    """Return names that stand with commas between."""
    return tuple(name.strip() for name in names.split(",")) if names else ()


def whole(flag: str, text: str, least: int, most: int = 10**6) -> int:
    """Return a whole number, or raise `ParameterError`."""
    if not text.strip().isdecimal() or not least <= int(text) <= most:
        raise ParameterError(
            f"{flag} {text!r} is not allowed; it must be a whole number from {least} to {most:,}."
        )
    return int(text)
