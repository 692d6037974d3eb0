"""Changes of a page that leave together, with its models counted once, or one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import panel as pn

#: What is let go of at the end of the changes that are being made together.
OPEN: ContextVar[ExitStack | None] = ContextVar("OPEN", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Send what changes inside as one message.

    A hold that begins before the page has loaded is never let go of (Panel 1.9), and then nothing
    reaches the browser any more.
    """
    if OPEN.get() is not None or not pn.state.loaded:
        yield
        return
    with pn.io.hold(), ExitStack() as stack:
        token = OPEN.set(stack)
        try:
            yield
        finally:
            OPEN.reset(token)


def counted_once(document: Any) -> AbstractContextManager[None]:
    """Let a page count its models once (30 to 100 ms), not at each change that adds or drops some.

    Where more is changed together, it counts once for all of it; where no model came or went, not
    at all.
    """
    if document is None:
        return nullcontext()
    stack = OPEN.get()
    if stack is None:
        return counting(document.models)
    stack.enter_context(counting(document.models))
    return nullcontext()


@contextmanager
def counting(models: Any) -> Iterator[None]:
    """Count a document's models at the end, if they changed; Bokeh's ``freeze`` counts anyway."""
    if "invalidate" in vars(models):  # within another
        yield
        return
    changed = False

    def note() -> None:
        nonlocal changed
        changed = True

    models.invalidate = note
    try:
        yield
    finally:
        del models.invalidate
        if changed:
            models.invalidate()


def in_a_turn(act: Callable[[], None]) -> None:
    """Do it once what was changed so far has left for the browser; at once outside of a page."""
    document = pn.state.curdoc
    if document and document.session_context and pn.state.loaded:
        document.add_next_tick_callback(act)
    else:
        act()
