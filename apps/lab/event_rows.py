"""Rows of fields, one for each event of a timeline."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import panel as pn
import panel_material_ui as pmui

from apps.drawing.palette import colour
from workbench import Event, EventKind, ParameterError
from workbench.event import DIGITS, shortest
from workbench.parameters import shown

NARROW, WIDE = 72, 110  # pixels of a field with a number, and at least of one with words


class Editor(Protocol):
    """What a row tells of what a person did."""

    def edited(self, field: Any) -> None:
        """Answer to a field that was edited."""

    def remove(self, row: EventRow) -> None:
        """Take an event out."""

    def earlier(self, row: EventRow) -> None:
        """Let a phase and the one before it change places."""

    def quietly(self) -> AbstractContextManager[None]:
        """Change fields without an answer."""
        ...


class Rows:
    """The rows of all phases, or of all interventions; those not needed wait unseen."""

    def __init__(self, editor: Editor, kinds: dict[str, EventKind], times: Any) -> None:
        self._editor, self.kinds, self._times = editor, kinds, times
        self.what = "phase" if len(times) == 1 else "intervention"
        self._made: list[EventRow] = []
        self.shown: list[EventRow] = []
        self.view = pn.Column(sizing_mode="stretch_width", margin=0)

    def fill(self, events: Sequence[Event]) -> None:
        """Show these events."""
        missing = range(len(self._made), len(events))
        self._made += [EventRow(self._editor, self.kinds, self._times) for _ in missing]
        if missing:
            self.view.extend([row.view for row in self._made[missing.start :]])
        self.shown = self._made[: len(events)]
        for row in self._made[len(events) :]:
            row.view.visible = False
        for number, (row, event) in enumerate(zip(self.shown, events, strict=True), start=1):
            row.fill(event, f"{self.what} {number}")

    def first(self, start: float, end: float) -> Event:
        """Return an event of the first kind."""
        name, kind = next(iter(self.kinds.items()))
        return Event(name, start, end, *fitting(kind, "", 1.0))

    def free(self, start: float, end: float, events: Sequence[Event]) -> Event:
        """Return an event of the first kind and target of which none goes on then."""
        taken = {event.words for event in events if event.start < end and start < event.end}
        for name, kind in self.kinds.items():
            for target in kind.targets or ("",):
                event = Event(name, start, end, *fitting(kind, target, 1.0))
                if event.words not in taken:
                    return event
        return self.first(start, end)


class EventRow:
    """The fields of one event: what, when, and where the kind has them target and strength."""

    def __init__(self, editor: Editor, kinds: dict[str, EventKind], times: Any) -> None:
        self._kinds = kinds
        field: dict[str, Any] = {"size": "small", "margin": (6, 0, 0, 0)}
        wide = field | {"width": None, "styles": {"flex": f"1 1 {WIDE}px"}}
        self.kind = pmui.Select(options=list(kinds), **wide)
        self.times = [pmui.TextInput(label=text, width=NARROW, **field) for text in times]
        self.target = pmui.Select(label="target", options=[""], **wide)
        self.strength = pmui.TextInput(**wide)
        self.fields = [self.kind, *self.times, self.target, self.strength]
        self._up = icon("arrow_upward", "earlier", lambda: editor.earlier(self))
        self._remove = icon("close", "remove", lambda: editor.remove(self))
        self._buttons = [self._up, self._remove] if len(times) == 1 else [self._remove]
        self.kind.param.watch(lambda event: self._changed(event.new, editor), "value")
        for one in self.fields[1:]:
            one.param.watch(lambda event: editor.edited(event.obj), "value")
        rarer = [self.target] if any(kind.targets for kind in kinds.values()) else []
        rarer += [self.strength] if any(kind.strength for kind in kinds.values()) else []
        self.view = pn.FlexBox(
            self.kind, *self.times, *self._buttons, *rarer,
            gap="4px", align_items="center", sizing_mode="stretch_width", margin=(0, 0, 4, 0),
        )  # fmt: skip

    def fill(self, event: Event, name: str) -> None:
        """Show an event."""
        spoken = f"{shortest(event.start)}\u2013{shortest(event.end)} s"
        self.kind.label = f"{name}, {spoken}" if len(self.times) == 1 else name
        for button, what in zip(self._buttons[::-1], ("Remove", "Move earlier:"), strict=False):
            button.description = f"{what} {event.label}, {spoken}"
        self.kind.value = event.kind
        self._offer(event.kind, event.target)
        lasts = round(event.end - event.start, DIGITS)
        moments = (lasts,) if len(self.times) == 1 else (event.start, event.end)
        for field, moment in zip(self.times, moments, strict=True):
            write(field, shortest(moment))
        write(self.strength, shortest(event.strength))
        self.view.stylesheets = [edge(self._kinds[event.kind].role)]
        self.view.visible = True

    def phase(self, start: float) -> Event:
        """Return the event that the fields say, from `start` on."""
        lasts = number(self.times[0], above=0.0)
        return self._event(start, round(start + lasts, DIGITS))

    def intervention(self) -> Event:
        """Return the event that the fields say."""
        start, end = map(number, self.times)
        return self._event(start, end)

    def enable(self, enabled: bool, first: bool) -> None:
        """Let a person edit it, or not; the first phase cannot be earlier."""
        for widget in (*self.fields, self._remove):
            widget.disabled = not enabled
        self._up.disabled = first or not enabled

    def _event(self, start: float, end: float) -> Event:
        return Event(self.kind.value, start, end, self.target.value, number(self.strength))

    def _changed(self, name: str, editor: Editor) -> None:
        """Give an event of another kind a target and a strength that this kind may have."""
        target, strength = fitting(self._kinds[name], self.target.value, read(self.strength.value))
        with editor.quietly():
            self._offer(name, target)
            write(self.strength, shortest(strength))
        editor.edited(self.kind)

    def _offer(self, name: str, target: str) -> None:
        """Show the fields that this kind has."""
        kind = self._kinds[name]
        self.target.param.update(options=list(kind.targets) or [""], value=target)
        self.target.visible, self.strength.visible = bool(kind.targets), kind.strength is not None
        self.strength.label = "strength" if kind.unit == "1" else f"strength ({kind.unit})"


def fitting(kind: EventKind, target: str, strength: float) -> tuple[str, float]:
    """Return target and strength as near to these as the kind allows; the lowest for NaN."""
    targets = kind.targets or ("",)
    low, high = kind.strength or (1.0, 1.0)
    return target if target in targets else targets[0], min(high, max(low, strength))


def number(field: Any, above: float = -math.inf) -> float:
    """Return what a field spells, or mark the field and refuse it with a sentence."""
    value = read(field.value)
    if above < value < math.inf:
        return value
    field.error_state = True
    allowed = "a number" if above == -math.inf else f"a number above {shortest(above)}"
    raise ParameterError(
        f"{field.label} = {shown(field.value)} is not allowed: it must be {allowed}."
    )


def read(text: str) -> float:
    """Return the number that a text spells; NaN if it spells none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def write(field: Any, text: str) -> None:
    """Show a text in a field without disturbing a person who types on."""
    if field.value != text:
        field.value = field.value_input = text


def edge(role: str) -> str:
    """Return the style of a row with the colour of its meaning at its side."""
    side = f"border-left: 4px solid {colour(role)}; padding-left: 6px;"
    return f":host {{ {side} box-sizing: border-box; }}"


def icon(sign: str, what: str, pressed: Callable[[], None]) -> Any:
    """Return a button that is only a sign; its description is its name."""
    made = pmui.IconButton(icon=sign, description=what, size="small", margin=(6, 0, 0, 0))
    made.on_click(lambda _event: pressed())
    return made
