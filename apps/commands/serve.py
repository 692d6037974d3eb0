"""`engram-workbench serve`: the workbench in the browser."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from apps.commands.access import access_options
from apps.commands.common import Strict, say
from apps.commands.records import runs_option
from apps.commands.run import described
from apps.server.access import LOOPBACK, Access
from workbench.parameters import Choice, Count, Declared, ParameterError, Text, shown

LEVELS = ("debug", "info", "warning", "error")
SETTINGS: dict[str, Declared] = {
    "port": Count(5006, bounds=(0, 65_535), unit="1", doc="port to listen on, 0 for any"),
    "host": Text("localhost", doc="address to listen on", longest=253),
    "workers": Count(2, bounds=(1, 64), unit="1", doc="runs computed at the same time"),
    "seconds": Count(
        0, bounds=(0, 604_800), unit="s", doc="time that a run may take, 0 for no limit"
    ),
    "memory": Count(
        0, bounds=(0, 10_000_000), unit="MB",
        doc="memory that a run may take; 0 for three quarters of this machine's among the workers",
    ),
    "linger": Count(
        600, bounds=(0, 604_800), unit="s", doc="how long a run goes on after its page was left"
    ),
    "session-lifetime": Count(
        60, bounds=(1, 604_800), unit="s",
        doc="how long a page that lost its connection is remembered",
    ),
    "message-size": Count(
        20, bounds=(1, 10_000), unit="MB", doc="how much a browser may send at once"
    ),
    "log-level": Choice("warning", options=LEVELS, doc="what the log tells"),
}  # fmt: skip
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
@access_options
@click.option("--show/--no-show", default=False, help="Open a browser.")
@runs_option
def serve_command(
    port: int, host: str, workers: int, seconds: int, memory: int, linger: int,
    session_lifetime: int, message_size: int, log_level: str, show: bool, runs: Path | None,
    **who: Any,
) -> None:  # fmt: skip
    """Open the workbench in the browser, for one person or for many."""
    if not host.strip():
        raise ParameterError(f"host = {shown(host)} is not allowed: it must be an address.")
    access = Access(**{name: value for name, value in who.items() if value is not None})
    if host not in LOOPBACK and not access.asks:
        say(f"Whoever reaches {host} may use this workbench: --basic-auth asks for a password.")
    logging.basicConfig(level=log_level.upper())
    arguments: dict[str, Any] = {
        "port": port, "host": host, "access": access, "runs": runs, "workers": workers,
        "seconds": seconds, "memory": 1e6 * memory, "linger": linger,
        "session_lifetime": session_lifetime, "message_size": 1e6 * message_size, "show": show,
    }  # fmt: skip
    from apps.server.serving import serve

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
