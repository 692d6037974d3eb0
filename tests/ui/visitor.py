"""A person at a page without a browser: what goes over the websocket, scripted.

A browser takes a hundred times as much of the machine as this, so a class of thirty fits beside the
server that is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

LONG = 300.0  # seconds; what never takes so long unless it never comes


class Visitor:
    """One page that is open.

    Parameters
    ----------
    address : str
        The server, ``http://localhost:5006``.
    cookie : str
        Of somebody who has logged in.
    """

    def __init__(self, address: str, cookie: str = "") -> None:
        self.address = address
        self._headers = {"Origin": address} | ({"Cookie": cookie} if cookie else {})
        self.said: list[str] = []  # all that came, as text
        self.document: dict[str, Any] = {}
        self._socket: WebSocketClientConnection | None = None
        self._numbers = itertools.count()
        self._news = asyncio.Event()
        self._listener: asyncio.Task | None = None

    async def open(self, query: str = "model=spass") -> Visitor:
        """Ask for the page and connect to it, as a browser does."""
        path = f"{self.address}/lab?{query}"
        page = await AsyncHTTPClient(force_instance=True).fetch(
            path, request_timeout=LONG, connect_timeout=LONG, headers=self._headers
        )
        token = re.search(r'"token":"([^"]+)"', page.body.decode())[1]
        self._socket = await websocket_connect(
            HTTPRequest(f"{self.address.replace('http', 'ws')}/lab/ws", request_timeout=LONG,
                        headers=self._headers),
            subprotocols=["bokeh", token],
            max_message_size=10**9,
        )  # fmt: skip
        await self._receive()
        await self.send("PULL-DOC-REQ", {})
        while not self.document:
            kind, text = await self._receive()
            if kind == "PULL-DOC-REPLY":
                self.document = json.loads(text)
        self._listener = asyncio.create_task(self._listen())
        await self._tell("document_ready", [])
        return self

    async def press(self, name: str) -> None:
        """Press a button of the run."""
        buttons = next(self._components("RunButtons"))
        await self._send_to(buttons, press=name)

    async def slide(self, name: str, place: int) -> None:
        """Move the slider of a parameter."""
        form = next(
            part for part in self._components("Form") if f'"name": "{name}"' in own(part)["fields"]
        )
        await self._send_to(form, name=name, number=next(self._numbers), gesture=1, place=place)

    async def until(self, words: str, after: int = 0, seconds: float = LONG) -> float:
        """Wait until the page is told some words, and return when that was."""
        deadline = time.perf_counter() + seconds
        while not any(words in text for text in self.said[after:]):
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            left = max(0.0, deadline - time.perf_counter())
            await asyncio.wait({news, self._listener}, timeout=left, return_when="FIRST_COMPLETED")
            if self._listener.done():
                self._listener.result()  # raises what ended it
            assert news.done(), f"{words!r} never came"
        return time.perf_counter()

    async def close(self) -> None:
        """Leave the page."""
        self._socket.close()
        with suppress(ConnectionError):
            await self._listener  # until the server has closed it too

    @property
    def shown(self) -> str:
        """All text of the page when it was opened."""
        return json.dumps(self.document)

    def _components(self, kind: str) -> Iterator[dict]:
        """Yield the components of one class."""
        every = models(self.document)
        return (part for part in every if part["attributes"].get("class_name") == kind)

    async def _send_to(self, part: dict, **told: Any) -> None:
        """Send a component what its browser's side would."""
        data = {"type": "map", "entries": [[key, value] for key, value in told.items()]}
        await self._tell("data_event", [["model", {"id": part["id"]}], ["data", data]])

    async def _tell(self, event: str, values: list) -> None:
        data = {"type": "event", "name": event, "values": {"type": "map", "entries": values}}
        message = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": data}
        await self.send("PATCH-DOC", {"events": [message]})

    async def send(self, kind: str, content: dict) -> None:
        """Send a message of Bokeh's protocol."""
        header = {"msgid": str(next(self._numbers)), "msgtype": kind}
        for part in (header, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _receive(self) -> tuple[str, str]:
        header = json.loads(await self._part())
        await self._part()
        content = await self._part()
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._part()
        return header["msgtype"], content

    async def _part(self) -> Any:
        part = await self._socket.read_message()
        if part is None:
            raise ConnectionError("the server closed the connection")
        return part

    async def _listen(self) -> None:
        while True:
            _kind, text = await self._receive()
            self.said.append(text)
            self._news.set()


def models(part: Any) -> Iterator[dict]:
    """Yield all models of a document."""
    if isinstance(part, dict):
        if isinstance(part.get("attributes"), dict):
            yield part
        for inner in part.values():
            yield from models(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from models(inner)


def own(part: dict) -> dict[str, Any]:
    """Return the attributes of a component that its class adds."""
    return part["attributes"]["data"].get("attributes", {})
