"""Who may reach the server: addresses, passwords, accounts, and what browsers are told.

By default only this machine. Panel does the checking; here is what it is to be given, refused with
a sentence where it does not go together, before anything is listened on.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench import ParameterError
from workbench.model import unknown
from workbench.parameters import shown

#: The page on which people log in and out; Panel's own asks other hosts for its pictures.
PAGE = Path(__file__).parent / "templates" / "account.html"
TEMPLATES = ("login_template", "logout_template", "oauth_error_template")
#: Services that Panel can ask who somebody is.
PROVIDERS = (
    "auth0", "auth_code", "azure", "azurev2", "bitbucket", "generic", "github", "gitlab",
    "google", "okta", "password",
)  # fmt: skip
HERE = ("localhost", "127.0.0.1")
LOOPBACK = (*HERE, "::1")
ORIGIN = re.compile(r"\*|(\*\.)?[A-Za-z0-9.-]+(:(\d{1,5}|\*))?|\[[0-9a-fA-F:]+\](:\d{1,5})?")


@dataclass(frozen=True)
class Access:
    """Who may reach the server.

    Parameters
    ----------
    allow_origin : tuple of str
        Further addresses (``name:port``) under which a browser may reach the pages.
    basic_auth : str
        A password, or a JSON file of names and passwords.
    oauth_provider, oauth_key, oauth_secret, oauth_redirect_uri : str
        Whom to ask who somebody is, and as whom. Panel's environment variables
        (``PANEL_OAUTH_SECRET`` and so on) count as well.
    cookie_secret : str
        Signs the cookie of who has logged in; one for this start of the server where none is given.
    proxy : bool
        Whether a reverse proxy stands before the server, whose headers are believed.

    Raises
    ------
    ParameterError
        If these do not go together.
    """

    allow_origin: tuple[str, ...] = ()
    basic_auth: str = ""
    oauth_provider: str = ""
    oauth_key: str = ""
    oauth_secret: str = ""
    oauth_redirect_uri: str = ""
    cookie_secret: str = ""
    proxy: bool = False

    def __post_init__(self) -> None:
        for origin in self.allow_origin:
            if not ORIGIN.fullmatch(origin):
                raise ParameterError(
                    f"allow-origin = {shown(origin)} is not allowed: it must be an address such "
                    "as class.example.org or 192.168.0.7:5006, without http://."
                )
        if self.basic_auth:
            check_passwords(self.basic_auth)
        if self.oauth_provider:
            self._check_oauth()

    def _check_oauth(self) -> None:
        if self.oauth_provider not in PROVIDERS:
            known: dict[str, None] = dict.fromkeys(PROVIDERS)
            raise ParameterError(unknown(self.oauth_provider, known, "known OAuth provider"))
        if self.basic_auth:
            raise ParameterError("Choose one of --basic-auth and --oauth-provider, not both.")
        for name in ("oauth_key", "oauth_secret"):
            if not getattr(self, name) and f"PANEL_{name.upper()}" not in os.environ:
                raise ParameterError(
                    f"--oauth-provider {self.oauth_provider} needs --{name.replace('_', '-')} "
                    f"or the environment variable PANEL_{name.upper()}."
                )

    def alone(self, host: str) -> bool:
        """Return whether nobody but who sits at this machine can reach a server at a host."""
        return host in LOOPBACK and not (self.asks or self.proxy or self.allow_origin)

    @property
    def asks(self) -> bool:
        """Whether people have to say who they are."""
        return bool(self.basic_auth or self.oauth_provider)

    def origins(self, host: str, port: int) -> list[str]:
        """Return the addresses from which pages may connect."""
        own = dict.fromkeys((f"[{host}]" if ":" in host else host, *HERE))
        return [*(f"{name}:{port}" for name in own), *self.allow_origin]

    def options(self, host: str, port: int) -> dict[str, Any]:
        """Return what `panel.serve` is to be given."""
        from apps.server.guard import safe_headers

        origins = self.origins(host, port)
        options: dict[str, Any] = {
            "websocket_origin": origins,
            "transforms": [safe_headers(origins)],
            # Signed, so that nobody can have somebody else open a page that is known to him.
            "sign_sessions": True,
            "secret_key": secrets.token_bytes(32),
            "use_xheaders": self.proxy,
        }
        if self.asks:
            options |= {
                "cookie_secret": self.cookie_secret or secrets.token_urlsafe(32),
            }
            options |= dict.fromkeys(TEMPLATES, str(PAGE))
        given = ("basic_auth", "oauth_provider", "oauth_key", "oauth_secret", "oauth_redirect_uri")
        return options | {name: getattr(self, name) for name in given if getattr(self, name)}


def check_passwords(said: str) -> None:
    """Refuse a file of passwords that is none; a misspelled name must not become the password."""
    path = Path(said)
    if not path.is_file():
        if path.suffix == ".json" or os.sep in said:
            raise ParameterError(f"basic-auth = {shown(said)}: there is no such file.")
        return
    try:
        users = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        users = None
    if not isinstance(users, dict) or not users or not all(map(plausible, users.values())):
        raise ParameterError(
            f'basic-auth = {shown(said)}: the file must hold {{"name": "password", ...}} in JSON.'
        )


def plausible(password: Any) -> bool:
    """Return whether something may be a password."""
    return isinstance(password, str) and bool(password)
