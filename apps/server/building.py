"""Pages are built in a thread beside the event loop, so that who comes keeps nobody waiting.

Building a page takes a few tenths of a second of Python. In the event loop, as Panel has it, a
class that comes together would hold everybody's sliders and pictures all that time; in a thread
the loop has its turn every five milliseconds.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakSet

from bokeh.document import Document
from panel.io.application import Application, build_applications
from panel.io.state import state

#: One page after the other: two at once would take as long, and share the loop's turns.
BUILDER = ThreadPoolExecutor(1, thread_name_prefix="pages")


class Aside(Application):
    """An application whose documents are made in a thread before they are shown."""

    def __init__(self, *handlers: Any, **options: Any) -> None:
        super().__init__(*handlers, **options)
        self._made: WeakSet[Document] = WeakSet()

    async def on_session_created(self, session_context: Any) -> None:
        """Make the document; the session waits for this, and nobody else."""
        await super().on_session_created(session_context)
        document = session_context._document
        await asyncio.get_running_loop().run_in_executor(BUILDER, self._make, document)

    def initialize_document(self, doc: Document) -> None:
        """Hand over the document that was made, or make it here if that failed."""
        if doc in self._made:
            state._thread_id_[doc] = threading.get_ident()  # it belongs to the loop from here on
        else:
            super().initialize_document(doc)

    def _make(self, doc: Document) -> None:
        super().initialize_document(doc)
        self._made.add(doc)


def built_aside(pages: Mapping[str, Callable[[], Any]], title: str) -> dict[str, Any]:
    """Return pages by address as Panel serves them, each built in a thread."""
    built = build_applications(dict(pages), title=title)
    return {address: Aside(*one.handlers, admin=False) for address, one in built.items()}
