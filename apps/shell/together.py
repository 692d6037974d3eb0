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
    """Let a page count its models once (30 ms), not at each glyph and text that changes inside.

    Where more is changed together, it counts once for all of it.
    """
    if document is None:
        return nullcontext()
    stack = OPEN.get()
    if stack is None:
        return document.models.freeze()
    stack.enter_context(document.models.freeze())
    return nullcontext()


def in_a_turn(act: Callable[[], None]) -> None:
    """Do it once what was changed so far has left for the browser; at once outside of a page."""
    document = pn.state.curdoc
    if document and document.session_context and pn.state.loaded:
        document.add_next_tick_callback(act)
    else:
        act()
