"""Below the pictures of a run that has ended: what it may be asked, and its answer."""

from __future__ import annotations

import html
from concurrent.futures import Future
from typing import Any

import panel as pn
import xarray as xr

from apps.drawing.stage import Stage
from apps.lab.pad import Pad
from apps.shell.frame import words
from apps.shell.together import counted_once, in_a_turn, together
from apps.work.asking import asker
from workbench import Model, ParameterError
from workbench.inquiry import Asked, Inquiry

WAITING = "The network reads ..."
FAILED = "It could not be answered: {why}"


class Asking(pn.viewable.Viewer):
    """What a run may be asked; nothing is built before it has ended.

    Parameters
    ----------
    inquiry : Inquiry
        What the model offers.
    """

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry, self.dark = inquiry, False
        self.pad: Pad | None = None
        self.stage: Stage | None = None
        self._data = xr.Dataset()
        self._last: Future[xr.Dataset] | None = None
        self._view = pn.Column(sizing_mode="stretch_width", margin=0)
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def close(self) -> None:
        """Offer nothing, as when a run begins."""
        self._last = self.pad = self.stage = None
        if len(self._view):
            with counted_once(pn.state.curdoc):
                self._view.clear()

    def offer(self, data: xr.Dataset) -> None:
        """Let a person ask a run with this record, if it holds what answers."""
        self.close()
        self._data = self.inquiry.part(data)
        examples = self.inquiry.examples(self._data)
        if not examples:
            return
        side = self.inquiry.side(self._data)
        title = self.inquiry.title if side else "Ask the trained network"
        text = html.escape(self.inquiry.text(self._data))
        self.pad = Pad(self.ask, side=side, examples=examples)
        with counted_once(pn.state.curdoc):
            self._view.extend([words(f"<h2>{html.escape(title)}</h2><p>{text}</p>"), self.pad])

    def ask(self, asked: Asked) -> None:
        """Have a question answered, and show the answer once it is there."""
        assert self.pad is not None
        document = pn.state.curdoc
        try:
            self._last = asked_for = asker().ask(self.inquiry, self._data, asked)
        except ParameterError as refused:
            self.pad.said = str(refused)
            return
        self.pad.said = WAITING

        def answered(answer: Future[xr.Dataset]) -> None:
            def show() -> None:
                if answer is self._last:  # nothing else was asked meanwhile
                    self._answer(answer)

            if document and document.session_context:
                document.add_next_tick_callback(show)
            else:
                show()

        asked_for.add_done_callback(answered)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.dark = dark
        if self.stage:
            self.stage.paint(dark)

    def _answer(self, answer: Future[xr.Dataset]) -> None:
        assert self.pad is not None
        try:
            data = answer.result()
        except Exception as error:  # whatever the model raised, the person is told
            why = str(error) if isinstance(error, ParameterError) else FAILED.format(why=error)
            self.pad.said = why
            return
        with together():
            self._show(data)
            self.pad.said = self.inquiry.reading(data)
        stage = self.stage
        in_a_turn(lambda: stage.play(self.inquiry.over) if stage else None)

    def _show(self, data: xr.Dataset) -> None:
        if self.stage is None:
            shown = tuple(one for one in self.inquiry.observables
                          if all(name in data for name in one.variables))  # fmt: skip
            kind = type("Answer", (Model,), {"observables": shown})
            self.stage = Stage(kind, self.dark)
            with counted_once(pn.state.curdoc):
                self._view.append(self.stage)
        self.stage.replace(data)
        self.stage.read(data)
