"""Back along a run's time: a slider over the states that it kept, and the way on from there."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.shell import words
from workbench.snapshot import Snapshot


class Rewind(pn.viewable.Viewer):
    """The slider and the button below the run's state; unseen where no state was kept.

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
            label="rewind", start=0, end=1, value=1, show_value=False, size="small",
            width=260, margin=(4, 12),
        )  # fmt: skip
        self._slider.param.watch(lambda event: self._move(event.new), "value")
        self._button = pmui.Button(
            label="Go on from here", icon="call_split", variant="outlined", size="small",
            margin=(4, 0),
        )  # fmt: skip
        self._button.on_click(lambda _event: self.at and self._go_on(self.at))
        self._line = words(margin=(4, 4))
        self._view = pmui.Column(
            pmui.FlexBox(self._slider, self._button, align_items="center", gap="8px", margin=0),
            self._line, sizing_mode="stretch_width", margin=0, visible=False,
        )  # fmt: skip
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def offer(self, snapshots: list[Snapshot]) -> None:
        """Offer states of a run that waits or has ended; the slider stands at its end."""
        self._kept = list(snapshots)
        self.at = None
        if self._kept:
            self._set(end=len(self._kept), value=len(self._kept))
            self._tell()
        self._view.visible = bool(self._kept)

    def hide(self) -> None:
        """Offer nothing, as while a run goes on."""
        self.offer([])

    def _set(self, **values: int) -> None:
        self._quiet = True
        try:
            self._slider.param.update(**values)
        finally:
            self._quiet = False

    def _move(self, place: int) -> None:
        if self._quiet:
            return
        self.at = self._kept[place] if place < len(self._kept) else None
        self._tell()
        self._look(self.at)

    def _tell(self) -> None:
        """Say where the slider stands and what can be done there."""
        self._button.disabled = self.at is None
        text = (
            f"At {self.at.progress:.0%} of the run ({self.at.message}). Change a parameter that "
            "may change while a run goes on, then go on from here: a new run that shares this past."
            if self.at
            else "Drag back along the run's time to see what it showed then."
        )
        self._line.object = f"<p role='status'>{html.escape(text)}</p>"
