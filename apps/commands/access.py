"""The options of `serve` that say who may reach the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from workbench.parameters import ParameterError, shown


class Secret(click.ParamType):
    """A file whose only line is a secret, which a command line would show to everybody."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what the file holds, or raise `ParameterError`."""
        flag = param.opts[-1] if param else "The secret"
        try:
            secret = Path(value).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise ParameterError(f"{flag} {shown(value)}: there is no such file.") from None
        if not secret or len(secret.split()) > 1:
            raise ParameterError(f"{flag} {shown(value)}: the file must hold one word.")
        return secret


OPTIONS = (
    click.option(
        "--allow-origin", multiple=True, metavar="HOST[:PORT]",
        help="Address under which a browser may reach the server; may be given again.",
    ),
    click.option(
        "--basic-auth", metavar="FILE_OR_PASSWORD", envvar="PANEL_BASIC_AUTH",
        help="Ask for a password: one for all, or a JSON file of users and passwords.",
    ),
    click.option(
        "--oauth-provider", metavar="NAME", envvar="PANEL_OAUTH_PROVIDER",
        help="Let people log in with an account of github, gitlab, google, azure, okta, auth0, "
        "bitbucket or another that Panel knows.",
    ),
    click.option(
        "--oauth-key", metavar="TEXT", envvar="PANEL_OAUTH_KEY",
        help="The name under which the provider knows this server.",
    ),
    click.option(
        "--oauth-secret", metavar="FILE", type=Secret(),
        help="A file with the provider's secret (or the variable PANEL_OAUTH_SECRET).",
    ),
    click.option(
        "--oauth-redirect-uri", metavar="URL", envvar="PANEL_OAUTH_REDIRECT_URI",
        help="Where the provider sends people back to.",
    ),
    click.option(
        "--cookie-secret", metavar="FILE", type=Secret(),
        help="A file with a long random word (or the variable PANEL_COOKIE_SECRET) that signs "
        "cookies; without it people log in again when the server was started anew.",
    ),
    click.option(
        "--proxy/--no-proxy", default=False,
        help="Believe the headers of a reverse proxy, such as one that adds TLS.",
    ),
)  # fmt: skip


def access_options(function: Callable) -> Callable:
    """Give a command the options that say who may reach a server."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
