"""`engram-workbench run MODEL`: the command of each model, its flags made from its parameters.

A model is imported when its own command is asked for, so that the other commands stay quick.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem

import models
from apps.commands.common import FilePath, Strict, StrictGroup
from apps.commands.execute import FLAG, execute
from workbench.model import Model
from workbench.parameters import (
    Choice,
    Count,
    Declared,
    ParameterError,
    Quantity,
    Switch,
    spelled,
    unit_suffix,
)
from workbench.picture import Picture
from workbench.run import SEED

WIDTH = 100
METAVARS = {Quantity: "NUMBER", Count: "COUNT", Choice: "CHOICE", Picture: "FILE"}
LONGEST = 60  # characters of a default without blanks


class RunGroup(StrictGroup):
    """The models as commands; `run --help` lists them and imports none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: D102
        return models.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the model's command, or refuse with a sentence."""
        if ctx.resilient_parsing and cmd_name not in models.names():
            return None
        return model_command(models.get(cmd_name))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the keys without importing the models."""
        keys = [CompletionItem(key) for key in models.names() if key.startswith(incomplete)]
        return [*keys, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the models by key; `engram-workbench list` says more."""
        with formatter.section("Models"):
            formatter.write_text(", ".join(models.names()))


@click.group("run", cls=RunGroup, invoke_without_command=True, subcommand_metavar="MODEL [FLAGS]")
@click.pass_context
def run_group(ctx: click.Context) -> None:
    """Run a model and keep its record.

    Every parameter of the model is a flag: `engram-workbench run MODEL --help` shows them with
    unit, range, default and source.
    """
    if ctx.invoked_subcommand is None:
        raise ParameterError(f"run needs the name of a model: {', '.join(models.names())}.")


class ModelCommand(Strict):
    """The command of one model; its help shows the parameters group by group."""

    model: type[Model]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the parameters by group, then the options that every run has."""
        sections: dict[str, list[tuple[str, str]]] = {}
        declared = self.model.parameters()
        for option in self.get_params(ctx):
            parameter = declared.get((option.name or "").removeprefix(FLAG))
            heading = "Options of every run"
            if parameter is not None and (option.name or "").startswith(FLAG):
                heading = getattr(parameter, "group", "") or "Parameters"
            if record := option.get_help_record(ctx):
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        self.write_facts(formatter)

    def write_facts(self, formatter: click.HelpFormatter) -> None:
        """Write the presets with what they change, and the references."""
        if self.model.presets:
            with formatter.section("Presets"):
                formatter.write_dl([(n, spell_values(v)) for n, v in self.model.presets.items()])
        if self.model.references:
            with formatter.section("References"):
                for reference in self.model.references:
                    formatter.write_text(str(reference))


def model_command(model: type[Model]) -> click.Command:
    """Return the command that runs a model."""
    common = run_options()
    taken = {name for option in common for name in option.opts} | {"--help"}
    flags = [flag(p) for p in model.parameters().values() if dashed(p) not in taken]
    command = ModelCommand(
        model.key,
        params=[*flags, *common],
        callback=functools.partial(execute, model),
        help=f"{model.title or model.key}\n\n{model.summary}",
        context_settings={"max_content_width": WIDTH},
    )
    command.model = model
    return command


def dashed(parameter: Declared) -> str:
    """Return the flag of a parameter: `--cue-noise` for cue_noise."""
    return "--" + parameter.name.replace("_", "-")


def flag(parameter: Declared) -> click.Option:
    """Return the option that sets a parameter; its text goes through `parameter.parse`."""
    name, text = FLAG + parameter.name, described(parameter)
    if isinstance(parameter, Switch):
        both = f"{dashed(parameter)}/--no-{dashed(parameter)[2:]}"
        return click.Option([both, name], default=None, help=text)
    metavar = next((word for kind, word in METAVARS.items() if isinstance(parameter, kind)), "TEXT")
    return click.Option([dashed(parameter), name], type=click.UNPROCESSED, metavar=metavar,
                        help=text)  # fmt: skip


def run_options() -> list[click.Option]:
    """Return the options that the command of every model has."""
    return [
        click.Option(["--seed"], default=str(SEED.default), metavar="N", help=described(SEED)),
        click.Option(["--preset"], metavar="NAME", help="Start from a preset's values."),
        click.Option(["--set", "assignments"], multiple=True, metavar="NAME=VALUE",
                     help="Set a parameter by its name; may be given again for another."),
        click.Option(["-o", "--output"], type=FilePath(), metavar="FILE.nc",
                     help="Write the record to this file instead of the store."),
        click.Option(["--force"], is_flag=True, help="Replace files that exist."),
        click.Option(["--script"], type=FilePath(".py", stdout=True), metavar="FILE.py",
                     help="Also write the Python script that repeats the run (- prints it)."),
        click.Option(["--runs"], type=FilePath(), metavar="DIR",
                     help="Folder of the store, in place of your own."),
        click.Option(["--quiet"], is_flag=True, help="Print nothing but the record's place."),
    ]  # fmt: skip


def described(parameter: Any) -> str:
    """Say what a parameter is, what is allowed, its default and its source."""
    allowed = "on or off" if isinstance(parameter, Switch) else parameter.allowed()
    if isinstance(parameter, Picture):
        allowed += ", or the name of a file of PNG, JPEG, GIF or WebP"
    source = f" Source: {parameter.source}." if parameter.source else ""
    doc = str(parameter.doc or parameter.name).strip().rstrip(".")
    return f"{doc}: {allowed}; default {spell(parameter.default, parameter.unit)}.{source}"


def spell(value: Any, unit: str = "1") -> str:
    """Return a value as a person writes it, with its unit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, int | float):
        text = repr(value)
        return text if len(text) <= LONGEST or " " in text else f"{text[: LONGEST // 2]}...'"
    number = str(value) if isinstance(value, int) and value < 10_000 else spelled(value)
    return f"{number}{unit_suffix(unit)}"


def spell_values(values: Mapping[str, Any]) -> str:
    """Return a preset's values as one line."""
    return ", ".join(f"{n} = {spell(v)}" for n, v in values.items()) or "the defaults"
