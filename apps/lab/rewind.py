"""Back along a run's time: a slider over the states that it kept, and the way on from there."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.shell.frame import PHONE, STYLE, words
from workbench.snapshot import Snapshot

WAITING = "While a run waits, or when it has ended, you can go back along its time here."
END = "Drag back along the run's time to see what it showed then."
PAST = (
    "At {share:.0%} of the run ({message}). What may change while a run goes on can be changed "
    "now; going on from here makes a new run that shares this past."
)
ROW = ":host { flex: 1 1 320px; } p { font-size: 13px; margin: 0; min-height: 38px; }"

LAST = f"@media (max-width: {PHONE}px) {{ :host {{ order: 1; }} }}"  # the picture comes first


class Rewind(pn.viewable.Viewer):
    """The slider and the button below the run's state; closed while a run goes on.

    Parameters
    ----------
    look : callable
        Called with the snapshot that a person goes back to, and with None at the run's end.
    go_on : callable
        Called with the snapshot that a person wants to go on from.

    Attributes
    ----------
    at : Snapshot or None
        What is looked at; None at the run's end.
    """

    def __init__(
        self, look: Callable[[Snapshot | None], None], go_on: Callable[[Snapshot], None]
    ) -> None:
        self.at: Snapshot | None = None
        self._look, self._go_on = look, go_on
        self._kept: list[Snapshot] = []
        self._quiet = False  # whether a move comes from here and not from a person
        self._slider = pmui.IntSlider(
            label="rewind", start=0, end=1, value=1, show_value=False, tooltips=False,
            size="small", width=260, margin=(0, 12),
        )  # fmt: skip
        self._slider.param.watch(lambda event: self._move(event.new), "value")
        self._button = pmui.Button(
            label="Go on from here", icon="call_split", variant="outlined", size="small", margin=0
        )
        self._button.on_click(lambda _event: self.at and self._go_on(self.at))
        self._line = words(stylesheets=[STYLE, ROW], margin=0, sizing_mode="stretch_width")
        self._view = pmui.FlexBox(
            self._slider, self._button, self._line, align_items="center", gap="8px",
            margin=(0, 0, 8, 0), sizing_mode="stretch_width", stylesheets=[LAST],
        )  # fmt: skip
        self.hide()
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def offer(self, snapshots: list[Snapshot]) -> None:
        """Offer states of a run that waits or has ended; the slider stands at its end."""
        self._kept, self.at = list(snapshots), None
        last = len(self._kept)
        self._quiet = True
        try:
            self._slider.param.update(end=last or 1, value=last or 1, disabled=not last)
        finally:
            self._quiet = False
        self._tell()

    def hide(self) -> None:
        """Offer nothing, as while a run goes on."""
        self.offer([])

    def _move(self, place: int) -> None:
        if self._quiet:
            return
        self.at = self._kept[place] if place < len(self._kept) else None
        self._tell()
        self._look(self.at)

    def _tell(self) -> None:
        """Say where the slider stands and what can be done there."""
        self._button.disabled = self.at is None
        text = END if self._kept else WAITING
        if self.at:
            text = PAST.format(share=self.at.progress, message=self.at.message)
        self._line.object = f"<p role='status'>{html.escape(text)}</p>"
