"""Pages that were left are forgotten: sessions do not pile up in the server."""

from __future__ import annotations

import gc
import logging
import socket
import time
import urllib.request
import weakref

import panel as pn
import pytest
from ui_server import free_port

from apps.lab.page import Lab
from apps.server.serving import furnish
from apps.work.desk import Desk
from models import get
from workbench.store import Store

pytestmark = [
    pytest.mark.ui,
    # FileDownload of panel-material-ui 0.16 gives its own base a deprecated argument.
    pytest.mark.filterwarnings(
        "ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"
    ),
]
SESSIONS = 12


@pytest.mark.slow
def test_twelve_sessions_are_forgotten(tmp_path, caplog):
    caplog.set_level(logging.WARNING, logger="panel")  # or what is captured would hold on to pages
    labs: weakref.WeakSet[Lab] = weakref.WeakSet()
    made: list[str] = []
    desk = Desk(Store(tmp_path), 1)

    def page():
        lab = Lab(desk, get("spass")())
        if made:  # the first page of a process stays, whatever comes after it
            labs.add(lab)
        made.append(lab.model.key)
        return furnish(lab, [], "/lab")

    port = free_port()
    server = pn.serve(
        {"/lab": page}, port=port, show=False, threaded=True, verbose=False,
        unused_session_lifetime_milliseconds=500, check_unused_sessions_milliseconds=200,
    )  # fmt: skip
    try:
        address = f"http://localhost:{port}/lab"
        until(lambda: reachable(port))
        for _ in range(1 + SESSIONS):
            urllib.request.urlopen(address, timeout=30).close()
        assert len(made) == 1 + SESSIONS
        until(lambda: gc.collect() >= 0 and not labs)
    finally:
        server.stop()


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


def until(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.2)
