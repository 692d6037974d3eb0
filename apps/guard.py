"""What stands between a network and Panel: safe headers, and no module imported by address."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

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
