"""The server: pages, runs that outlive them, and their limits."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import MISSING_RENDERERS

import models
from apps.desk import Desk
from apps.gallery import PICTURES, gallery
from apps.lab import Lab
from apps.shell import Browser, adapt, page
from workbench import ParameterError
from workbench.link import parse
from workbench.store import Store
from workbench.worker import preload

FIRST = "sdm"  # the model that /lab shows when none is named


def lab_page(desk: Desk) -> Any:
    """Return the lab page for the model, values and run that the address names."""
    asked = dict(pn.state.session_args) if pn.state.session_args else {}
    asked = {name: values[0].decode(errors="replace") for name, values in asked.items()}
    job = desk.find(asked.pop("run", ""))
    if job is not None:  # the run knows best what it is
        return furnish(Lab(desk, job.model, job.seed, job.changes, job), [])
    try:
        linked = parse(asked or {"model": FIRST}, models.get)
        told = [*linked.refused, linked.note] if linked.note else linked.refused
        lab = Lab(desk, linked.model, linked.seed, tuple(linked.changes))
    except ParameterError as refused:
        told = [str(refused)]
        lab = Lab(desk, models.get(FIRST)())
    return furnish(lab, told)


def furnish(lab: Lab, told: list[str]) -> pmui.Page:
    """Return a lab in the shell, wired to the browser's keys, width and light."""
    browser = Browser()
    notes = [pmui.Alert(object=" ".join(told), severity="warning", margin=(8, 16))] if told else []
    made = page(type(lab.model).title, [*notes, lab.main, browser], [lab.sidebar], here="/lab")
    made.param.watch(lambda event: lab.paint(event.new), "dark_theme")
    browser.param.watch(lambda event: lab.key(event.new), "key")
    return adapt(made, browser)


def serve(
    *,
    port: int = 5006,
    host: str = "localhost",
    allow_origin: tuple[str, ...] = (),
    runs: Path | None = None,
    workers: int = 2,
    basic_auth: str | None = None,
    show: bool = False,
    session_lifetime: float = 60.0,
) -> None:
    """Serve the workbench until it is interrupted.

    Parameters
    ----------
    port, host
        Where to listen.
    allow_origin : tuple of str
        Further hosts (``name:port``) whose pages may connect.
    runs : Path, optional
        Folder of records; the user's own when none is given.
    workers : int
        Runs that go on at once; further ones wait in a queue.
    basic_auth : str, optional
        A password, or a file of names and passwords.
    show : bool
        Whether to open a browser.
    session_lifetime : float
        Seconds after which a page that left is forgotten; its runs go on.
    """
    silence(MISSING_RENDERERS)  # a plot is empty until its run begins
    preload("models", "scipy.integrate", "scipy.special")
    desk = Desk(Store(runs), workers)
    try:
        pn.serve(
            {"/": gallery, "/lab": lambda: lab_page(desk)},
            port=port,
            address=host,
            websocket_origin=[f"{host}:{port}", f"127.0.0.1:{port}", *allow_origin],
            show=show,
            title="Engram Workbench",
            static_dirs={"pictures": str(PICTURES)} if PICTURES.exists() else {},
            unused_session_lifetime_milliseconds=round(1000 * session_lifetime),
            check_unused_sessions_milliseconds=5000,
            basic_auth=basic_auth,
        )
    finally:
        desk.close()
        logging.getLogger(__name__).info("all runs were stopped")
