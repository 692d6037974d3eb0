"""The note that leads from one record to another run of it, and to the comparison of both."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlencode

import panel as pn

from apps.shell.look import FONT, STYLE
from workbench.parameters import shown

LINK = (
    "p { font-size: 14px; padding: 8px 12px; border-left: 4px solid var(--panel-primary-color);"
    f" font-family: {FONT}; max-width: none; }} a {{ font-weight: 600; }}"
)


class Beside(pn.viewable.Viewer):
    """The note above a lab whose next run, or whose branch, is to be compared with a record.

    Parameters
    ----------
    record : str
        The record's id; empty, and there is no note, while only branches are to be compared.
    """

    def __init__(self, record: str = "") -> None:
        self.record = self._other = record
        self._pane = pn.pane.HTML(
            "", stylesheets=[STYLE, LINK], sizing_mode="stretch_width", margin=(4, 0), min_height=44
        )
        self.wait()
        super().__init__()

    def __panel__(self) -> Any:
        return self._pane

    def wait(self, parent: str = "") -> None:
        """Say what to do or, of a branch that begins, what it will be compared with."""
        self._other = parent or self.record
        self._pane.visible = bool(self._other)
        name = html.escape(shown(self._other, 40))
        self._write(
            f"A branch of record {name}: it can be compared with it when it ends."
            if parent
            else f"Change one parameter and press Run; the difference to record {name} is drawn "
            "when it ends."
        )

    def offer(self, record: str) -> None:
        """Offer the comparison with a record that has been stored."""
        query = html.escape(urlencode({"runs": f"{self._other},{record}"}))
        name = html.escape(shown(self._other, 40).strip("'"))
        self._write(f"The run is stored. <a href='./compare?{query}'>Compare with {name}</a>")

    def _write(self, text: str) -> None:
        self._pane.object = f"<p role='status'>{text}</p>"
