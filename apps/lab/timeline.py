"""The timeline as a person edits it: a row of fields for each phase and intervention, or the text.

What stands in the fields is a draft. Each edit gives the whole of it to the parameter's own check;
while that refuses, the last allowed value stays and the field that was edited is marked.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
import xarray as xr

from apps.lab.event_rows import EventRow, Rows, write
from apps.shell.frame import words
from workbench import Event, Model, ParameterError, Protocol, Timeline
from workbench.event import DIGITS
from workbench.timeline import described, parted

NEW = 10.0  # seconds that the first phase lasts when it is added
AS_TEXT, HIDE_TEXT = "As text", "Hide text"
MONOSPACE = {"& textarea": {"fontFamily": "monospace"}}


def preview(model: Model) -> xr.Dataset | None:
    """Return the strip of a model's timeline before any run; None for a model without one."""
    for name, parameter in model.parameters().items():
        if isinstance(parameter, Timeline):
            return parameter.protocol(getattr(model, name)).dataset(parameter.kinds)
    return None


class TimelineEditor(pn.viewable.Viewer):
    """Fields for a protocol, which answer like one widget.

    Parameters
    ----------
    parameter : Timeline
        Says what is allowed.
    value : str
        The protocol to begin with.
    label : str
        Stands above.
    refuse : callable
        Called with the sentence when an edit was refused, and with an empty text when all is well.
    """

    value = param.String(doc="the protocol's text; changes when an edit was allowed")
    disabled = param.Boolean(doc="whether it may only be looked at")

    def __init__(
        self, parameter: Timeline, value: str, label: str, refuse: Callable[[str], None]
    ) -> None:
        super().__init__(value=value)
        self.parameter, self._refuse = parameter, refuse
        self.quiet = False  # whether a change comes from here and not from a person
        kinds = parameter.kinds
        self._phases = Rows(self, {k: v for k, v in kinds.items() if v.phase}, ("lasts (s)",))
        self._others = Rows(
            self, {k: v for k, v in kinds.items() if not v.phase}, ("from (s)", "to (s)")
        )
        self._text = pmui.TextAreaInput(
            label="the whole protocol, an event a line", rows=4, auto_grow=True, size="small",
            sizing_mode="stretch_width", margin=(8, 0, 4, 0), sx=MONOSPACE,
        )  # fmt: skip
        self._text.param.watch(lambda event: self._typed(event.new), "value")
        self._view = self._layout(label)
        self.display(value)
        self.param.watch(lambda event: self._follow(event.new), "value", onlychanged=False)
        self.param.watch(lambda _event: self._enable(), "disabled")

    def __panel__(self) -> Any:
        return self._view

    def _layout(self, label: str) -> Any:
        add = [
            press(f"Add {rows.what}", lambda rows=rows: self._add(rows))
            for rows in (self._phases, self._others)
            if rows.kinds
        ]
        legend = "".join(
            f"<li><b>{html.escape(described(name, kind))}</b>: {html.escape(kind.doc)}</li>"
            for name, kind in self.parameter.kinds.items()
        )
        grammar = "<p>start-end kind [target] [x strength], in seconds:</p>"
        behind = pn.Column(
            self._text, words(f"{grammar}<ul>{legend}</ul>"),
            visible=False, sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        self._buttons = add
        reveal = press(AS_TEXT, lambda: unfold(behind, reveal))
        return pn.Column(
            words(f"<p><b>{html.escape(label)}</b>: {html.escape(self.parameter.doc or '')}</p>"),
            self._phases.view, self._others.view,
            pn.FlexBox(*add, reveal, gap="6px", margin=0),
            behind, sizing_mode="stretch_width", margin=(4, 0),
        )  # fmt: skip

    # What a person does

    def edited(self, field: Any) -> None:
        """Take the draft after a field was edited."""
        if not self.quiet:
            self._answer(lambda: self._draft(self._phases.shown, self._others.shown), field)

    def remove(self, row: EventRow) -> None:
        """Take an event out; later phases close the gap."""
        phases, others = ([r for r in rows.shown if r is not row] for rows in self._all)
        self._answer(lambda: self._draft(phases, others))

    def earlier(self, row: EventRow) -> None:
        """Let a phase and the one before it change places."""
        phases = list(self._phases.shown)
        at = phases.index(row)
        phases[at - 1 : at + 1] = phases[at], phases[at - 1]
        self._answer(lambda: self._draft(phases, self._others.shown))

    def _add(self, rows: Rows) -> None:
        self._answer(lambda: self._longer(rows))

    def _typed(self, text: str) -> None:
        if not self.quiet:
            parameter = self.parameter
            self._answer(lambda: parameter.protocol(parameter.check(text)).events, self._text)

    # What happens then

    @property
    def _all(self) -> tuple[Rows, Rows]:
        return self._phases, self._others

    def _draft(self, phases: Sequence[EventRow], others: Sequence[EventRow]) -> list[Event]:
        """Return what the fields say, each phase from the end of the one before."""
        events: list[Event] = []
        for row in phases:
            events.append(row.phase(events[-1].end if events else 0.0))
        return events + [row.intervention() for row in others]

    def _longer(self, rows: Rows) -> list[Event]:
        """Return the draft with one more phase at the end, or intervention in the last phase."""
        events = self._draft(self._phases.shown, self._others.shown)
        end = max((event.end for event in events), default=0.0)
        last = events[len(self._phases.shown) - 1] if self._phases.shown else None
        lasts = last.end - last.start if last else NEW
        if rows is self._phases:
            return [*events, rows.first(end, round(end + lasts, DIGITS))]
        start, end = (last.start, last.end) if last else (0.0, NEW)
        return [*events, rows.free(start, end, events)]

    def _answer(self, make: Callable[[], Sequence[Event]], field: Any = None) -> None:
        """Answer to an edit; before the page has loaded it would not be seen (Panel 1.9)."""
        if pn.state.loaded:
            self._take(make, field)
        else:
            pn.state.onload(lambda: self._take(make, field))

    def _take(self, make: Callable[[], Sequence[Event]], field: Any) -> None:
        """Take the events as the value and show them in their order, or say why not.

        Rows keep their places while they are edited: none jumps away from under a hand.
        """
        for one in self._fields():
            one.error_state = False
        try:
            events = make()
            value = self.parameter.check(Protocol(tuple(events)))
        except ParameterError as refused:
            if field and not any(one.error_state for one in self._fields()):
                field.error_state = True
            self._refuse(str(refused))
            return
        self._fill(events)
        self._refuse("")
        with self.quietly():
            self.value = value

    def _fields(self) -> list[Any]:
        return [self._text, *(f for rows in self._all for row in rows.shown for f in row.fields)]

    def _follow(self, value: str) -> None:
        if not self.quiet:
            self.display(value)

    def display(self, value: str) -> None:
        """Show an allowed value, sorted by start, in place of any draft."""
        self._fill(self.parameter.protocol(value).events)
        for field in self._fields():
            field.error_state = False

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Change fields or the value without answering to it."""
        before, self.quiet = self.quiet, True
        try:
            yield
        finally:
            self.quiet = before

    def _fill(self, events: Sequence[Event]) -> None:
        with self.quietly(), pn.io.hold() if pn.state.loaded else nullcontext():
            for rows, part in zip(self._all, parted(events, self.parameter.kinds), strict=True):
                rows.fill(part)
            write(self._text, str(Protocol(tuple(events))).replace("; ", "\n"))
            self._enable()

    def _enable(self) -> None:
        for widget in (*self._buttons, self._text):
            widget.disabled = self.disabled
        for rows in self._all:
            for i, row in enumerate(rows.shown):
                row.enable(not self.disabled, first=i == 0)


def press(label: str, pressed: Callable[[], None]) -> Any:
    """Return a button that calls `pressed`."""
    made = pmui.Button(label=label, variant="outlined", size="small", margin=(4, 0))
    made.on_click(lambda _event: pressed())
    return made


def unfold(content: Any, button: Any) -> None:
    """Show what was hidden, or hide it, and let the button say what it does next."""
    content.visible = not content.visible
    button.label = HIDE_TEXT if content.visible else AS_TEXT
