"""What stands between a network and Panel: safe headers, any address, no module by address."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import panel.io.location
from panel.io.server import ComponentResourceHandler
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError, OutputTransform

#: What a browser may load for a page: everything from here, nothing from anywhere else. Panel
#: makes its scripts in the page, which needs inline, eval and blob.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' {sockets} data: "
    "blob:; frame-ancestors 'self' {origins}; base-uri 'self'; form-action 'self'; "
    "object-src 'none'"
)


def safe_headers(origins: Iterable[str]) -> type[OutputTransform]:
    """Return what adds headers to every answer: load nothing from elsewhere, be framed by nobody.

    Parameters
    ----------
    origins : iterable of str
        Addresses (``name:port``) of the server, which may also show its pages in a frame.
    """
    origins = list(origins)
    sockets = " ".join(f"{scheme}://{each}" for each in origins for scheme in ("ws", "wss"))
    policy = POLICY.format(sockets=sockets, origins=" ".join(origins))
    if "*" in origins:
        policy = POLICY.format(sockets="ws: wss:", origins="*")

    class SafeHeaders(OutputTransform):
        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            headers["Content-Security-Policy"] = policy
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            headers["Server"] = "engram-workbench"
            return status_code, headers, chunk

    return SafeHeaders


def place(protocol: str | None, host: str | None, uri: str | None) -> dict[str, str]:
    """Return the parts of a page's address as Panel's Location names them.

    Panel's own way raises for a second question mark and for a host in brackets.
    """
    path, _, fragment = (uri or "/").partition("#")
    path, _, query = path.partition("?")
    found = {"pathname": path, "search": f"?{query}" if query else ""}
    found["hash"] = f"#{fragment}" if fragment else ""
    found["href"] = (f"{protocol}://{host}" if protocol and host else "") + (uri or "/")
    if protocol:
        found["protocol"] = f"{protocol}:"
    try:
        where = urlsplit(f"//{host or ''}")
        found["hostname"], port = where.hostname or "", where.port
        found["port"] = str(port) if port else ""
    except ValueError:  # no host is named so
        pass
    return found


def take_any_address() -> None:
    """Let pages open under whatever address they are asked for; call it once."""
    panel.io.location._get_location_params = place


class Components(ComponentResourceHandler):
    """Panel's files of components, from modules that are loaded already.

    Panel's own handler imports whatever module the address names.
    """

    def parse_url_path(self, path: str) -> str:
        """Return the file that an address means."""
        if path.split("/")[0] not in sys.modules:
            raise HTTPError(404, "Module not found")
        return super().parse_url_path(path)


def components() -> list[tuple[Any, ...]]:
    """Return the routes that come before Panel's."""
    return [(r"/components/(.*)", Components, {})]
