"""`engram-workbench serve`: the workbench in the browser."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from apps.cli_common import Strict, say
from apps.cli_records import runs_option
from apps.cli_run import described
from workbench.parameters import Choice, Count, Declared, ParameterError, Text, shown

LEVELS = ("debug", "info", "warning", "error")
SETTINGS: dict[str, Declared] = {
    "port": Count(5006, bounds=(0, 65_535), unit="1", doc="port to listen on, 0 for any"),
    "host": Text("localhost", doc="address to listen on", longest=253),
    "workers": Count(2, bounds=(1, 64), unit="1", doc="runs computed at the same time"),
    "session-lifetime": Count(
        60, bounds=(1, 604_800), unit="s", doc="how long a page that was left is remembered"
    ),
    "log-level": Choice("warning", options=LEVELS, doc="what the log tells"),
}
for name, declared in SETTINGS.items():
    declared.name = name


def settings(function: Callable) -> Callable:
    """Give a command one option for each setting, read and checked as parameters are."""
    for name, setting in reversed(SETTINGS.items()):
        option = click.option(
            f"--{name}", default=str(setting.default), metavar="VALUE",  # type: ignore[attr-defined]
            callback=lambda _ctx, _option, text, setting=setting: setting.parse(text),
            help=described(setting),
        )  # fmt: skip
        function = option(function)
    return function


@click.command("serve", cls=Strict)
@settings
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Address under which a browser may reach the server; may be given again.",
)
@click.option(
    "--basic-auth",
    metavar="FILE_OR_PASSWORD",
    help="Ask for a password: one for all, or a JSON file of users and passwords.",
)
@click.option("--show/--no-show", default=False, help="Open a browser.")
@runs_option
def serve_command(
    port: int, host: str, workers: int, session_lifetime: int, log_level: str,
    allow_origin: tuple[str, ...], basic_auth: str | None, show: bool, runs: Path | None,
) -> None:  # fmt: skip
    """Open the workbench in the browser, for one person or for many."""
    if not host.strip():
        raise ParameterError(f"host = {shown(host)} is not allowed: it must be an address.")
    logging.basicConfig(level=log_level.upper())
    arguments: dict[str, Any] = {
        "port": port, "host": host, "workers": workers, "allow_origin": allow_origin,
        "basic_auth": basic_auth, "show": show, "runs": runs,
        "session_lifetime": session_lifetime,
    }  # fmt: skip
    from apps.server import serve

    try:
        serve(**arguments)
    except KeyboardInterrupt:
        say("The server was stopped.")
    except OSError as error:
        raise OSError(refusal(error, port, host)) from error


def refusal(error: OSError, port: int, host: str) -> str:
    """Say why the server could not listen."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use: choose another with --port, or 0 for any."
    if error.errno == errno.EACCES:
        return f"Port {port} of {host} may not be used: choose one above 1023 with --port."
    return f"The server could not start on {host}:{port}: {error.strerror or error}"
