"""The head of a page goes out before the page is built, so that the browser reads the scripts then.

To build a page takes the server some tenths of a second of Python, and to read Bokeh's, Panel's and
Material's scripts takes a browser as long. Panel sends all at once, so that one waits for the
other. Here the first page of an address tells which scripts its pages need; every later visitor is
sent these at once, and the rest of the page when it is built.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import panel as pn
from bokeh.server.urls import per_app_patterns
from panel.io.server import DocHandler

#: The scripts in the head of a page; they are the same for all pages of an address.
SCRIPTS = re.compile(r'<script type="esms-options">.*?/panel\.min\.js[^>]*></script>', re.DOTALL)
#: What stands before them.
OPENING = '<!DOCTYPE html>\n<html lang="en" data-theme-managed="true">\n  <head>\n'
OPENING += '    <meta charset="utf-8">\n'
REST = '<meta charset="utf-8">'
#: Fields of an address and of headers that name a session; Bokeh refuses one that is not signed.
SESSION = {"bokeh-session-id", "bokeh-token"}


class HeadFirst(DocHandler):
    """Panel's handler of pages, with the head sent before the rest is made."""

    #: Scripts by the path of an address.
    scripts: ClassVar[dict[str, str]] = {}
    early = False

    async def get_session(self) -> Any:
        """Send what is known of the page, then make it."""
        known = self.scripts.get(self.request.path)
        if known and not self.refusable():
            self.early = True
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            super().write(OPENING + known)
            await self.flush()
        self.session: Any = await super().get_session()  # type: ignore[misc]
        return self.session

    def refusable(self) -> bool:
        """Return whether the page may be refused yet: then nothing of it may have been sent."""
        names = {*self.request.arguments, *map(str.lower, self.request.headers)}
        return bool(pn.config.authorize_callback or names & SESSION)

    def write(self, chunk: str | bytes | dict) -> None:
        """Write a page, or what was not sent of it."""
        found = SCRIPTS.search(chunk) if isinstance(chunk, str) else None
        if isinstance(chunk, str) and found:
            if self.early:
                chunk = chunk[: found.start()] + chunk[found.end() :]
                chunk = chunk[chunk.index(REST) + len(REST) :]
            else:
                self.scripts[self.request.path] = found.group() + preread(bundle(self.session))
        super().write(chunk)


def bundle(session: Any) -> str:
    """Return the address of the script that all components of a page are in, if there is one."""
    models = session.document.models
    return next((each.esm for each in models if getattr(each, "bundle", None) == "url"), "")


def preread(address: str) -> str:
    """Return what lets a browser read a module before it is asked for."""
    return f"<script>importShim({json.dumps(address)})</script>" if address else ""


def send_heads_first() -> None:
    """Let pages be sent so; call it once, before a server is made."""
    routes: list[Any] = per_app_patterns
    routes[:] = [(path, HeadFirst if made is DocHandler else made) for path, made in routes]
