"""The server: pages, runs that outlive them, and their limits."""

from __future__ import annotations

import logging
import math
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import MISSING_RENDERERS
from bokeh.settings import settings

import models
from apps.compare.page import compare_page
from apps.gallery.page import gallery
from apps.gallery.plain import Plain
from apps.lab.page import Lab
from apps.pictures import FOLDER
from apps.runs.opening import stored
from apps.runs.page import runs_page
from apps.server.access import Access
from apps.server.building import built_aside
from apps.server.defaults import keep_defaults
from apps.server.guard import components, take_any_address
from apps.server.head_first import send_heads_first
from apps.server.loop import keep_free
from apps.shell.frame import Browser, adapt, page
from apps.sweep.page import sweep_page
from apps.work.budget import SHARE, Budget
from apps.work.desk import LINGER, Desk
from apps.work.presence import attend, session
from workbench import ParameterError
from workbench.link import Linked, parse
from workbench.meter import machine_bytes
from workbench.parameters import close_folders
from workbench.processes import preload, start_early
from workbench.record import RecordError
from workbench.store import Store

#: Address of a page with a lab -> the model that it shows when none is named.
FIRST = {"/lab": "sdm", "/arena": "arena", "/train": "enn"}
#: Bytes of a request's headers: a page's address is in them, and comes back with its websocket.
LONGEST = 2_000_000
#: Said where an address names a run that is not there, as after the server was started anew.
FORGOTTEN = (
    "The server no longer has this run at hand, as after a restart: if it had ended, its record is "
    "on the page Runs. These are its values: press Run for the same run."
)


def lab_page(desk: Desk, here: str) -> Any:
    """Return the lab page for the model, values and run that the address names.

    Parameters
    ----------
    desk : Desk
        Where runs are started.
    here : {"/lab", "/arena", "/train"}
        The page's address.
    """
    attend(desk)
    asked = dict(pn.state.session_args or {})
    run, beside = (text_of(asked.pop(name, [])) for name in ("run", "beside"))
    job = desk.find(run)
    if job is not None:  # the run knows best what it is
        desk.seen(session(), job)
        return furnish(Lab(desk, job.model, job.seed, job.changes, job, beside=beside), [], here)
    if "record" in asked:
        return record_page(desk, text_of(asked["record"]), here)
    if here != "/lab":  # it is a lab of this one model, which an address need not name
        asked.setdefault("model", [FIRST[here].encode()])
    linked = asked_for(asked, FIRST[here])
    told = [*linked.refused, linked.note, FORGOTTEN if run else ""]
    lab = Lab(desk, linked.model, linked.seed, tuple(linked.changes), beside=beside)
    return furnish(lab, [sentence for sentence in told if sentence], here)


def text_of(values: list[bytes]) -> str:
    """Return the first value of a field of an address; nothing where there is none."""
    return b"".join(values[:1]).decode(errors="replace")


def record_page(desk: Desk, id: str, here: str) -> Any:
    """Return the lab page with a stored record, as it was run."""
    try:
        record, linked = stored(desk.store, id)
    except (RecordError, ParameterError) as missing:
        return furnish(Lab(desk, models.get(FIRST[here])()), [str(missing)], here)
    lab = Lab(desk, linked.model, linked.seed, tuple(linked.changes), record=record)
    return furnish(lab, linked.refused, here)


def asked_for(fields: Mapping[str, list[bytes]], first: str) -> Linked:
    """Return what an address asks for; with a model that there is not, what fits to the first."""
    if not fields:
        return parse({"model": first}, models.get)
    try:
        return parse(fields, models.get)
    except ParameterError as refused:
        linked = parse({**fields, "model": first}, models.get)
        linked.refused.insert(0, str(refused))
        return linked


def furnish(lab: Lab, told: list[str], here: str) -> pmui.Page:
    """Return a lab in the shell, wired to the browser's keys, width and light."""
    browser = Browser(runs=True)
    notes = [pmui.Alert(object=" ".join(told), severity="warning", margin=(8, 16))] if told else []
    made = page(type(lab.model).title, [*notes, lab.main, browser], [lab.sidebar], here)
    made.param.watch(lambda event: lab.paint(event.new), "dark_theme")
    browser.param.watch(lambda event: lab.key(event.new), "key")
    return adapt(made, browser)


def serve(
    *,
    port: int = 5006,
    host: str = "localhost",
    access: Access | None = None,
    runs: Path | None = None,
    workers: int = 2,
    seconds: float = 0,
    memory: float = 0,
    linger: float = LINGER,
    session_lifetime: float = 60.0,
    message_size: float = 20e6,
    show: bool = False,
) -> None:
    """Serve the workbench until it is interrupted.

    Parameters
    ----------
    port, host
        Where to listen.
    access : Access
        Who may reach it; this machine alone where none is given.
    runs : Path, optional
        Folder of records; the user's own when none is given.
    workers : int
        Runs that go on at once; further ones wait in a queue.
    seconds : float
        How long a run may take, 0 for no limit.
    memory : float
        Bytes that a run may take; with 0 three quarters of the machine's, among all workers.
    linger : float
        Seconds that a run goes on after the last page that showed it was left.
    session_lifetime : float
        Seconds after which a page that lost its connection counts as left.
    message_size : float
        Bytes that a browser may send at once.
    show : bool
        Whether to open a browser.
    """
    access = access or Access()
    if not access.alone(host):
        close_folders()
    silence(MISSING_RENDERERS)  # a plot is empty until its run begins
    settings.perform_document_validation = False  # it only warns, and takes a tenth of the time
    preload("models", "scipy.integrate", "scipy.special")
    start_early()
    budget = Budget(seconds or math.inf, memory or SHARE * machine_bytes() / workers)
    desk = Desk(Store(runs), workers, budget, linger)
    port = port or free_port(host)
    keep_defaults()
    gallery()  # what pages need is loaded before the first is asked for
    Lab(desk, models.get(FIRST["/lab"])())
    keep_free()
    take_any_address()
    send_heads_first()
    try:
        pn.serve(
            built_aside(
                {
                    "/lab": lambda: lab_page(desk, "/lab"),
                    "/arena": lambda: lab_page(desk, "/arena"),
                    "/train": lambda: lab_page(desk, "/train"),
                    "/runs": lambda: runs_page(desk),
                    "/compare": lambda: compare_page(desk),
                    "/sweep": lambda: sweep_page(desk),
                },
                title="Engram Workbench",
            ),
            port=port,
            address=host,
            show=show,
            static_dirs={"pictures": str(FOLDER)} if FOLDER.exists() else {},
            extra_patterns=[*components(), ("/", Plain, {"make": gallery})],
            unused_session_lifetime_milliseconds=round(1000 * session_lifetime),
            check_unused_sessions_milliseconds=5000,
            websocket_max_message_size=round(message_size),
            http_server_kwargs={"max_header_size": LONGEST},
            **access.options(host, port),
        )
    finally:
        desk.close()
        logging.getLogger(__name__).info("all runs were stopped")


def free_port(host: str) -> int:
    """Return a port that nobody listens on; pages may then connect from its address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as free:
        return free.getsockname()[1]
