"""What every command shares: strict options, one sentence for every error, files that are safe.

A command refuses bad input with `ParameterError` (exit code 2); `RecordError`, `OSError` and
`RunFailed` are failures (exit code 1). `explained` is the one place that turns them into a
sentence.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from workbench.model import unknown
from workbench.parameters import ParameterError, shown
from workbench.record import RecordError
from workbench.run import RunFailed

INTERRUPTED = 130
FAILED = 1
REFUSED = 2
TRACEBACK = "ENGRAM_TRACEBACK"  # environment variable that asks for where an error came from
STDOUT = Path("-")  # as a file's name, "-" is the standard output


class Strict(click.Command):
    """A command that refuses unknown and repeated options with a sentence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look for unknown and repeated options before anything else is done."""
        if not ctx.resilient_parsing:
            try:
                order = self.make_parser(ctx).parse_args(args=list(args))[2]
            except click.NoSuchOption as error:
                raise ParameterError(self.no_such(error.option_name, ctx)) from None
            self.refuse_repeated(order)
        return super().parse_args(ctx, args)

    def no_such(self, option: str, ctx: click.Context) -> str:
        """Return the sentence for an option that does not exist."""
        known = [name for p in self.get_params(ctx) for name in (*p.opts, *p.secondary_opts)]
        options = {name: None for name in known if name.startswith("--")}
        return unknown(option, options, f"option of {ctx.command_path!r}")

    @staticmethod
    def refuse_repeated(order: Iterable[click.Parameter]) -> None:
        """Raise `ParameterError` for the first option that was given twice."""
        for parameter, times in Counter(order).items():
            if times > 1 and not (parameter.multiple or parameter.is_eager):
                flag = "/".join((*parameter.opts, *parameter.secondary_opts))
                raise ParameterError(f"{flag} was given {times} times; give it once.")


class StrictGroup(Strict, click.Group):
    """A group of commands that names the nearest one to what was misspelled."""

    command_class = Strict

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, or refuse with a sentence."""
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            raise ParameterError(unknown(cmd_name, self.commands, f"command of {ctx.info_name!r}"))
        return command


class FilePath(click.ParamType):
    """A file or folder a person named; `suffix` is how it must end, unless it is the stdout."""

    name = "path"

    def __init__(self, suffix: str = "", stdout: bool = False) -> None:
        self.suffix, self.stdout = suffix, stdout

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or raise `ParameterError`."""
        flag = param.opts[-1] if param and param.param_type_name == "option" else "The path"
        text = os.fspath(value)
        if text == "-" and self.stdout:
            return STDOUT
        if not text.strip() or "\0" in text or text == "-":
            raise ParameterError(f"{flag} {shown(text)} is not allowed: it must name a file.")
        if not text.lower().endswith(self.suffix):
            raise ParameterError(
                f"{flag} {shown(text)} is not allowed: the file's name must end in {self.suffix}."
            )
        return Path(text).expanduser() if text.startswith("~") else Path(text)


def check_writable(path: Path, force: bool = False) -> None:
    """Refuse a file that could not be written at the end, or that would be overwritten.

    Raises
    ------
    ParameterError
        With a sentence that names the file.
    """
    if path.is_dir():
        raise ParameterError(f"{path} is a folder: name a file in it.")
    if path.exists() and not force:
        raise ParameterError(f"{path} exists already: give --force to replace it.")
    probe = path.with_name(f".{path.name}.{os.getpid()}-writable.part")  # as long as a record's
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise ParameterError(f"{path} cannot be written: {error.strerror or error}.") from None


def check_folder(folder: Path) -> None:
    """Make a folder for records, or refuse it with a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_writable(folder / "record.nc", force=True)
    except OSError as error:
        why = error.strerror or error
        raise ParameterError(f"The folder {folder} cannot be used: {why}.") from None


def explained(error: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit code for anything that ended a command."""
    if isinstance(error, click.Abort):
        return "Interrupted; nothing was written.", INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, ParameterError):
        return str(error), REFUSED
    if isinstance(error, RecordError | RunFailed):
        return str(error), FAILED
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", FAILED
    if isinstance(error, MemoryError):
        return f"There is not enough memory: {str(error) or 'choose a smaller run'}", FAILED
    if os.environ.get(TRACEBACK):
        raise error
    return (
        f"Unexpected error: {type(error).__name__}: {error} "
        f"(set {TRACEBACK}=1 to see where it came from)"
    ), FAILED


def say(sentence: str) -> None:
    """Write one line to stderr."""
    click.echo(printable(sentence), err=True)


def printable(text: str, longest: int = 2000) -> str:
    """Return text as one line: what could move the cursor of a terminal is escaped."""
    text = text.strip()
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def tolerate() -> None:
    """Let a terminal that lacks a character show its escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def as_json(value: Any) -> str:
    """Return `value` as JSON that every reader accepts: numpy and infinite numbers made plain."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Return `value` with what JSON lacks replaced: null for NaN and infinity, text for paths."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def columns(rows: Iterable[Iterable[str]], indent: str = "") -> str:
    """Return rows of text as aligned columns."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
    return "\n".join(indent + line for line in lines)
