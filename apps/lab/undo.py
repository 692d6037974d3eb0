"""Buttons that take back what was set, and the line that tells what differs from the preset."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.shell.frame import when_loaded, words


class Undo(pn.viewable.Viewer):
    """Undo, redo and reset, each open while there is something for it to do.

    Parameters
    ----------
    undo, redo, reset : callable
        Called when a person presses the button.
    """

    def __init__(
        self, undo: Callable[[], None], redo: Callable[[], None], reset: Callable[[], None]
    ) -> None:
        self._undo, self._redo = small("Undo", "undo", undo), small("Redo", "redo", redo)
        self._reset = small("Reset all", "restart_alt", reset)
        self._line = words(margin=(0, 0, 4, 0), min_height=44)
        self._view = pn.Column(
            pmui.FlexBox(self._undo, self._redo, self._reset, gap="6px", margin=0), self._line,
            sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def tell(
        self, undo: bool, redo: bool, changed: Sequence[str], base: str, open: bool, sweep: str
    ) -> None:
        """Show what can be done.

        Parameters
        ----------
        undo, redo : bool
            Whether there is something to take back, or to do again.
        changed : sequence of str
            Names of the parameters that differ from the base.
        base : str
            What they are compared with, in words.
        open : bool
            Whether all of them may be set back now.
        sweep : str
            Address of the page that sweeps over these values.
        """
        for button, can in ((self._undo, undo), (self._redo, redo), (self._reset, open)):
            can = can and (button is not self._reset or bool(changed))
            if button.disabled == can:
                button.disabled = not can
        text = (
            f"<p>{compared(changed, base)} <a href='{html.escape(sweep)}'>Sweep over them</a></p>"
        )
        if self._line.object != text:
            self._line.object = text


def compared(changed: Sequence[str], base: str) -> str:
    """Say how many values differ from what they are compared with."""
    if not changed:
        return f"All values are those of {base}."
    one = changed[0].replace("_", " ") + " differs" if len(changed) == 1 else ""
    return f"{one or f'{len(changed)} values differ'} from {base}."


def small(label: str, icon: str, press: Callable[[], None]) -> Any:
    """Return a small button that calls `press`."""
    made = pmui.Button(label=label, icon=icon, variant="outlined", size="small", margin=(4, 0))
    made.on_click(lambda _event: when_loaded(press))
    return made
