"""The command `engram-workbench`: models, runs, records and the server from a terminal.

Every error is one sentence on stderr: exit code 2 for input that was refused, 1 for a failure, 130
after Ctrl-C. `Workbench.main` is the one place where errors become sentences.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from apps.commands.common import StrictGroup, explained, say, tolerate
from apps.commands.export import export_command
from apps.commands.reproduce import reproduce_command
from apps.commands.run import run_group
from apps.commands.runs import runs_group
from apps.commands.serve import serve_command
from apps.commands.show import list_command, show_command
from apps.commands.sweep import sweep_command
from apps.commands.train import train_command
from apps.commands.warm import warm_command
from workbench.stamp import version


class Workbench(StrictGroup):
    """The group of all commands, which ends with a sentence and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and leave with its exit code."""
        tolerate()
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        sys.exit(self.outcome(*args, **extra))

    def outcome(self, *args: Any, **extra: Any) -> int:
        """Run a command; say why it ended, and return the exit code."""
        try:
            return super().main(*args, standalone_mode=False, **extra) or 0
        except (Exception, KeyboardInterrupt) as error:
            sentence, code = explained(error)
            say(sentence)
            return code


@click.group(cls=Workbench, invoke_without_command=True)
@click.version_option(version(), prog_name="engram-workbench")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Watch a memory being formed, refined, recalled, forgotten and repaired.

    `engram-workbench serve` opens the workbench in the browser; `list`, `run`, `show` and
    `export` do the same from here.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for command in (
    list_command, run_group, show_command, export_command, runs_group, serve_command,
    warm_command, train_command, reproduce_command, sweep_command,
):  # fmt: skip
    main.add_command(command)
