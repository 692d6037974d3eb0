"""How processes of runs are started, and what makes it quick."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from typing import Any


def context() -> Any:
    """Return the way processes are started: never by forking a process that has threads."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")


def preload(*modules: str) -> None:
    """Let later runs start quickly: import these once in the server that starts processes.

    Call it before the first `Worker`; elsewhere than on Unix it changes nothing.
    """
    ctx = context()
    if ctx.get_start_method() == "forkserver":
        ctx.set_forkserver_preload(["workbench.child", *modules])


def start_early() -> None:
    """Import what is preloaded now, so that the first run need not wait for it."""
    if context().get_start_method() == "forkserver":
        forkserver.ensure_running()
