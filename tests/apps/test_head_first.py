"""What a browser is sent while its page is still being made."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import panel as pn
import pytest
from bokeh.server.urls import per_app_patterns

from apps.server.head_first import HeadFirst, send_heads_first
from apps.shell.frame import page, words

HOLD = threading.Event()


def slowly():
    """Make a page once the test lets it."""
    assert HOLD.wait(30)
    return page("Slow", [words("made at last")], [], here="/lab")


@pytest.fixture
def port():
    routes = list(per_app_patterns)
    send_heads_first()
    HOLD.set()
    with socket.create_server(("localhost", 0)) as free:
        number = free.getsockname()[1]
    server = pn.serve({"/lab": slowly}, port=number, show=False, threaded=True, verbose=False)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", number)) == 0:
                break
        time.sleep(0.05)
    yield number
    server.stop()
    per_app_patterns[:] = routes
    HeadFirst.scripts.clear()


@contextmanager
def ask(port: int, path: str = "/lab") -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", path)
    yield connection.getresponse()  # it returns once the headers are here
    connection.close()


def text(port: int) -> str:
    with ask(port) as answer:
        return answer.read().decode()


def test_the_scripts_arrive_before_the_page_is_made(port):
    whole = text(port)
    HOLD.clear()
    with ask(port) as answer:
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "text/html; charset=UTF-8"
        early = answer.read1(1_000_000).decode()
        HOLD.set()
        parted = early + answer.read().decode()
    assert re.search(r"<script[^>]*/panel\.min\.js", early) and "<title>" not in early

    def plain(page: str) -> list[str]:
        """Return what a page holds, without what differs from session to session."""
        page = re.sub(r"<script>importShim\(.*?\)</script>", "", page)
        page = re.sub(r'"token":"[^"]*"|"[\w-]{36}"|\bp\d+\b', "", page)
        return sorted(page.split())

    assert plain(parted) == plain(whole)  # the same page, its scripts further up
    assert parted.count("<!DOCTYPE html>") == parted.count("<title>") == 1
    assert parted.index("panel.min.js") < parted.index("<title>") < whole.index("</head>")


def test_the_components_are_read_ahead(port):
    text(port)
    found = re.search(r'<script>importShim\("([^"]+)"\)</script>', text(port))
    assert found
    with ask(port, urljoin("/lab", found.group(1))) as answer:
        assert answer.status == 200
        assert b"export" in answer.read()
