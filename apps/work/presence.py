"""Which page a person looks at, and when it was left."""

from __future__ import annotations

import panel as pn

from apps.work.desk import Desk


def session() -> str:
    """Return what tells the session of the page at work from others; nothing outside a page."""
    document = pn.state.curdoc
    return str(document.session_context.id) if document and document.session_context else ""


def attend(desk: Desk) -> None:
    """Let the desk know when the page that is being made was left."""
    if session():
        pn.state.on_session_destroyed(lambda session_context: desk.left(str(session_context.id)))
