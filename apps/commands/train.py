"""`engram-workbench train DATA`: networks learn, each with several seeds, and are compared.

Each run is a record of the store like any other; here are their numbers side by side.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import models
import workbench
from apps.commands.common import (
    FAILED,
    INTERRUPTED,
    FilePath,
    check_folder,
    check_writable,
    printable,
    say,
)
from apps.commands.execute import configured, interrupted_once, uninterrupted
from apps.commands.records import open_store
from apps.commands.run import ModelCommand, dashed, flag
from apps.commands.train_text import is_text, refuse_unused, train_text
from workbench.parameters import ParameterError
from workbench.record import Record
from workbench.run import RunFailed

KEY = "enn"
#: Parameters that the command's own arguments set.
SET_HERE = {"data", "network"}
MOST = 1000


class TrainCommand(ModelCommand):
    """Its flags are the parameters of the model, which is imported when they are asked for."""

    flags: list[click.Option] | None = None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:  # noqa: D102
        if self.flags is None:
            self.model = models.get(KEY)
            taken = {name for option in self.params for name in option.opts} | {"--help"}
            declared = [p for n, p in self.model.parameters().items() if n not in SET_HERE]
            self.flags = [flag(p) for p in declared if dashed(p) not in taken]
            self.params = [*self.params, *self.flags]
        return super().get_params(ctx)


@click.command("train", cls=TrainCommand, context_settings={"max_content_width": 100})
@click.argument("data", required=False)
@click.option(
    "--model",
    "networks",
    default="ENN",
    metavar="NAMES",
    show_default=True,
    help="What learns: ENN, LSTM, GRU, RNN, or several of them with commas between.",
)
@click.option(
    "--seeds",
    default="1",
    metavar="N",
    show_default=True,
    help="How many runs of each, with the seeds 1 to N.",
)
@click.option("--preset", metavar="NAME", help="Start from a preset's values.")
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter by its name; may be given again for another.",
)
@click.option(
    "--runs", type=FilePath(), metavar="DIR", help="Folder of the store, in place of your own."
)
@click.option("--quiet", is_flag=True, help="Print the comparison alone.")
@click.option("--words", default="0", metavar="N", help="Of a text: its most frequent words only.")
@click.option(
    "--span", default="32", metavar="N", show_default=True, help="Of a text: words in a sequence."
)
@click.option(
    "-o", "--output", type=FilePath(".json"), metavar="FILE.json",
    help="Of a text: also write every number, after each run.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def train_command(
    data: str | None, networks: str, seeds: str, preset: str | None, assignments: tuple[str, ...],
    runs: Path | None, quiet: bool, words: str, span: str, output: Path | None, force: bool,
    **flags: Any,
) -> int:  # fmt: skip
    """Train networks on DATA (digits unless named), and compare them over seeds.

    Each run ends with a test on data that it has not seen and, for a network with a memory, with
    the report of whether the memory is used.

    DATA may be a text: wikitext-2, wikitext-103, or any text file or folder of them (speeches.txt,
    ./speeches). Networks then foresee its next word, and are compared as wide and as large as the
    ENN; its runs are no records of the store.
    """
    kind = models.get(KEY)
    if is_text(data):
        refuse_unused(flags, runs)
        if output:
            check_writable(output, force)
        model = configured(kind, preset, flags, assignments)
        return train_text(data or "", model, networks, counted(seeds), words, span, output, quiet)
    if output or words != "0":
        raise ParameterError("--output and --words go with a text; runs are kept in the store.")
    given = [f"data={data}"] if data else []
    chosen = {
        name: configured(kind, preset, flags, (*given, f"network={name}", *assignments))
        for name in named(networks, kind)
    }
    count = counted(seeds)
    check_folder(open_store(runs).folder)
    done: dict[str, list[Record]] = {name: [] for name in chosen}
    for name, model in chosen.items():
        for seed in range(1, count + 1):
            with interrupted_once():
                try:
                    record = workbench.run(model, seed, progress=not quiet and sys.stderr.isatty())
                except RunFailed as error:
                    say(f"{name}, seed {seed}: {error}")
                    return FAILED
                with uninterrupted():
                    path = open_store(runs).add(record)
            if not record.complete:
                say(f"Interrupted: {path} holds what was computed until then.")
                return INTERRUPTED
            done[name].append(record)
            if not quiet:
                click.echo(printable(f"{name}, seed {seed}: {told(record)} ({path})"))
    click.echo(compared(done))
    return 0


def named(networks: str, kind: type[workbench.Model]) -> list[str]:
    """Return the networks that were asked for, each once."""
    parameter = kind.parameters()["network"]
    asked = [parameter.parse(name.strip().upper()) for name in networks.split(",")]
    return list(dict.fromkeys(asked))


def counted(seeds: str) -> int:
    """Return the number of seeds."""
    if not seeds.strip().isdecimal() or not 1 <= int(seeds) <= MOST:
        raise ParameterError(f"--seeds {seeds!r} is not allowed; it must be from 1 to {MOST}.")
    return int(seeds)


def told(record: Record) -> str:
    """Return what a run led to, in a sentence."""
    verdict = record.data.get("memory_verdict")
    right = f"{float(record.data.accuracy_test):.2%} of {int(record.data.tested):,} answers right"
    return right if verdict is None else f"{right}. {verdict.item()}"


def compared(done: dict[str, list[Record]]) -> str:
    """Return the comparison over seeds as text."""
    from models.enn.statistics import compare, interval

    groups = {
        name: [100 * float(record.data.accuracy_test) for record in records]
        for name, records in done.items()
    }
    lines = ["Test accuracy, %:"]
    if len(groups) > 1 and all(len(values) > 1 for values in groups.values()):
        lines.append(str(compare(groups)))
    else:
        lines += [f"{name}: {interval(values)}" for name, values in groups.items()]
    for name, records in done.items():
        if "ablated" in records[0].data:
            lines += ["", f"{name} without parts of its memory, %:", *ablations(records)]
    return "\n".join(lines)


def ablations(records: list[Record]) -> list[str]:
    """Return a line for each part that is taken away."""
    from models.enn.statistics import interval

    parts = records[0].data.ablation.values.tolist()
    lines = []
    for part in parts:
        right = [100 * float(r.data.ablated.sel(ablation=part, answers="right")) for r in records]
        lines.append(f"  {part:<22}{interval(right)}")
    return lines
