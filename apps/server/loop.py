"""Keeping the event loop free: what holds it for a moment holds everybody's page."""

from __future__ import annotations

import gc
import sys

import panel.io.document

#: Seconds after which Python lets another thread have its turn. Panel looks for hundreds of files
#: while it writes a page, and waits so long after each when a thread is busy.
TURN = 0.0005
#: Collections of the middle generation before one of all objects, which takes 10 ms for each page
#: that is open. Panel has one made anyway some time after pages were left.
RARELY = 1000
#: Seconds between the last page that was left and that collection.
QUIET = 20


def keep_free() -> None:
    """Make pauses of the event loop short; call it once when all is loaded."""
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()  # modules and classes, which stay: no collection looks at them any more
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, RARELY)
    panel.io.document.GC_DEBOUNCE = QUIET
