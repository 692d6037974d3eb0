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
    from models.enn.reproduce import Reproduction

#: Runs of each network of a fair comparison.
RUNS = "5"


@click.command("reproduce", cls=Strict, context_settings={"max_content_width": 100})
@click.argument("name", metavar="table2|table3|table4|fig2|cifar|housing")
@click.option("--fixed", is_flag=True, help="Do it as it should be, as told above.")
@click.option(
    "--seeds", metavar="N", help=f"Runs of each network, with --fixed.  [default: {RUNS}]"
)
@click.option(
    "--model",
    "networks",
    default="",
    metavar="NAMES",
    help="Only some networks: ENN, GRU, RNN, LSTM, with commas between.",
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
    help="Also write every number, after each run.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def reproduce_command(
    name: str, fixed: bool, seeds: str | None, networks: str, folder: str, epochs: str,
    samples: str, threads: str, output: Path | None, force: bool, quiet: bool,
) -> int:  # fmt: skip
    """Repeat an experiment of Szelogowski 2025, and print its numbers beside ours.

    With the paper's settings, mistakes included; or with --fixed: several runs of each network,
    baselines as wide and as large as the ENN with the same readout and head, a test part that
    chooses nothing, and tests of statistics on runs. Ctrl-C keeps what is finished.
    """
    if seeds and not fixed:
        raise ParameterError("--seeds goes with --fixed: the paper has one run of each network.")
    if output:
        check_writable(output, force)
    limits = {"epochs": whole("--epochs", epochs, 0), "samples": whole("--samples", samples, 0)}
    runs = whole("--seeds", seeds or RUNS, 1) if fixed else 1
    count = whole("--threads", threads, 1, 1024)
    from models.enn.computing import threads as computing_with
    from models.enn.reproduce import Reproduction
    from models.enn.reproduce_report import text

    work = Reproduction(name, folder, fixed=fixed, seeds=runs, kinds=kinds(networks), **limits)
    with interrupted_once():
        with computing_with(count):
            code = follow(work, output, quiet)
        with uninterrupted():
            write(work, output, complete=not code)
            click.echo(text(work))
    return code


def follow(work: Reproduction, output: Path | None, quiet: bool) -> int:
    """Do the work, write after each run; return the exit code."""
    finished = 0
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
        say(f"{work.outcomes[-1].network}: {error} Here is what was finished.")
        return FAILED
    return 0


def write(work: Reproduction, output: Path | None, complete: bool) -> None:
    """Write every number to the file that was asked for."""
    from models.enn.reproduce_report import as_dict

    if output:
        with replacing(output) as temporary:
            temporary.write_text(as_json(as_dict(work, complete)) + "\n", encoding="utf-8")


def bar(quiet: bool) -> Any:
    """Return a bar from 0 to 100 %, which a file or a pipe does not see."""
    from tqdm import tqdm

    shape = "{l_bar}{bar}| {elapsed}<{remaining} {postfix}"
    hidden = quiet or not sys.stderr.isatty()
    return tqdm(total=100, bar_format=shape, leave=False, disable=hidden)


def kinds(networks: str) -> Any:
    """Return the networks that were asked for."""
    from models.enn.reproduce_networks import KINDS

    asked = tuple(name.strip().lower() for name in networks.split(",")) if networks else ()
    for name in asked:
        if name not in KINDS:
            allowed = ", ".join(kind.upper() for kind in KINDS)
            raise ParameterError(f"--model {name.upper()!r} is not allowed; there are {allowed}.")
    return asked


def whole(flag: str, text: str, least: int, most: int = 10**6) -> int:
    """Return a whole number, or raise `ParameterError`."""
    if not text.strip().isdecimal() or not least <= int(text) <= most:
        raise ParameterError(
            f"{flag} {text!r} is not allowed; it must be a whole number from {least} to {most:,}."
        )
    return int(text)
