"""Parameters as a person sets them: made from a model's declarations alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import panel as pn

from apps.lab.control_form import Form
from apps.lab.control_scale import Scale
from apps.lab.hints import Hints
from apps.lab.picture_field import PictureField
from apps.lab.spike_field import SpikeField
from apps.lab.timeline import TimelineEditor
from apps.shell.control_words import hint, kind_of, shortly, text_of, title
from apps.shell.frame import when_loaded
from workbench import Lines, Model, ParameterError, Picture, SpikeTimes, Switch, Timeline
from workbench.parameters import Declared

#: Parameters that are seen at once; the rest of each group is behind "more".
VISIBLE = 7
#: Kind of parameter -> what edits it.
EDITORS: dict[type, Any] = {
    Timeline: TimelineEditor, Picture: PictureField, SpikeTimes: SpikeField,
}  # fmt: skip
#: At the lower end of the sheet, wherever one has scrolled to.
BELOW = {"position": "sticky", "bottom": "0", "z-index": "3"}


class Control:
    """One parameter that is shown in a form, or edited by an editor of its own below it.

    Parameters
    ----------
    name : str
        The parameter's name.
    parameter : Declared
        Its declaration.
    value
        Shown at first.
    on_set : callable
        Called with name and value when a person has set an allowed value in an editor.
    on_refusal : callable
        Called with the sentence when an editor refused a value, with an empty text when all is
        well.
    """

    def __init__(
        self,
        name: str,
        parameter: Declared,
        value: Any,
        on_set: Callable[[str, Any], None],
        on_refusal: Callable[[str], None],
    ) -> None:
        self.name, self.parameter, self.value = name, parameter, value
        self.kind, self.label = kind_of(parameter), title(parameter)
        self.enabled = True
        self.refused = ""  # what was typed and is not allowed
        self._on_set = on_set
        self._quiet = False  # whether a change comes from here and not from a person
        self._scale = Scale(parameter) if self.kind == "number" else None
        self._field = self._editor(on_refusal) if self.kind == "editor" else None

    def _editor(self, on_refusal: Callable[[str], None]) -> Any:
        editor = next(one for kind, one in EDITORS.items() if isinstance(self.parameter, kind))
        made = editor(self.parameter, self.value, self.label, on_refusal)
        made.param.watch(lambda event: self._edited(event.new), "value")
        return made

    def _edited(self, value: Any) -> None:
        if not self._quiet:
            self.value = value
            self._on_set(self.name, value)

    @property
    def view(self) -> Any:
        """The editor; None for what is a field of a form."""
        return self._field

    def show(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self.value, self.refused = value, ""
        if self._field is not None:
            self._quiet = True
            try:
                self._field.value = value
            finally:
                self._quiet = False

    def enable(self, enabled: bool) -> None:
        """Let a person set it, or not."""
        self.enabled = enabled
        if self._field is not None:
            self._field.disabled = not enabled

    def read(self, told: Mapping[str, Any]) -> Any:
        """Return the value that a person chose, typed or dragged to.

        Raises
        ------
        ParameterError
            If it is not allowed; what was typed is then kept in `refused`.
        """
        if "place" in told and self._scale:
            return self.parameter.check(self._scale.value(told["place"]))
        if "on" in told:
            return self.parameter.check(told["on"])
        text = str(told["text"])
        lines = isinstance(self.parameter, Lines)
        try:
            return self.parameter.check(text) if lines else self.parameter.parse(text)
        except ParameterError:
            self.refused = text
            raise

    def declared(self, more: bool) -> dict[str, Any]:
        """Return what a form needs to know of it once."""
        return {
            "name": self.name, "label": self.label, "hint": hint(self.parameter),
            "plain": self.name.replace("_", " "), "kind": self.kind, "more": more,
            "steps": self._scale.steps if self._scale else 0,
            "options": getattr(self.parameter, "options", []),
        }  # fmt: skip

    def state(self, base: Any) -> dict[str, Any]:
        """Return what a form shows of it; `base` is what it goes back to when it is reset."""
        text = self.refused or text_of(self.value)
        return {
            "text": "\n".join(Lines.split(text)) if isinstance(self.parameter, Lines) else text,
            "place": self._scale.place(self.value) if self._scale else 0,
            "on": self.value if isinstance(self.parameter, Switch) else False,
            "changed": self.value != base, "base": shortly(self.parameter, base),
            "refused": bool(self.refused), "disabled": not self.enabled,
        }  # fmt: skip


class Controls(pn.viewable.Viewer):
    """All parameters of a model in their groups.

    Parameters
    ----------
    model : Model
        Shown and changed in place.
    on_set : callable
        Called with name, value and the number of the gesture after a person has set one: all
        moves of one drag have the same number.
    base : mapping, optional
        The values that others are compared with and reset to; the defaults if none are given.
    """

    def __init__(
        self,
        model: Model,
        on_set: Callable[[str, Any, int], None],
        base: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self._told = model, on_set
        self.base = dict(base or type(model)().values())
        self._gesture = 0
        self._controls = {
            name: Control(name, p, getattr(model, name), self._edited, self.refuse)
            for name, p in model.parameters().items()
        }
        self._unfold: dict[str, Callable[[bool], None]] = {}
        self._meant: set[str] = set()  # headings of groups that a choice means
        self._forms: list[tuple[Form, list[Control]]] = []
        self._hints = Hints(sizing_mode="stretch_width", margin=0, styles=BELOW)
        self._view = pn.Column(*self._groups(), self._hints, sizing_mode="stretch_width", margin=0)
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    @property
    def refusal(self) -> str:
        """Why the last value was refused; empty when all is well."""
        return self._hints.refusal

    @property
    def changed(self) -> list[str]:
        """Names of the parameters whose values are not those of the base."""
        return [name for name, one in self._controls.items() if one.value != self.base[name]]

    def display(self, model: Model, base: Mapping[str, Any] | None = None) -> None:
        """Show another set of values of the same model."""
        self.model = model
        self.base = dict(base or self.base)
        for name, control in self._controls.items():
            control.show(getattr(model, name))
        self.refuse("")
        self._show()

    def running(self, running: bool) -> None:
        """Leave only live parameters open while a run goes on."""
        for control in self._controls.values():
            control.enable(not running or control.parameter.live)  # type: ignore[attr-defined]
        self._show()

    def refuse(self, sentence: str) -> None:
        """Say why a value was refused, or that all is well."""
        self._hints.refusal = sentence

    # How they are laid out

    def _groups(self) -> list[Any]:
        groups: dict[str, list[Control]] = {}
        for control in self._controls.values():
            groups.setdefault(control.parameter.group or "Parameters", []).append(control)  # type: ignore[attr-defined]
        seen = self._first()
        views: list[Any] = []
        for heading, controls in groups.items():
            views += self._group(heading, controls, seen)
        return views

    def _first(self) -> set[str]:
        """Return the names that are seen at once: all timelines, and others from the first."""
        lines = [n for n, c in self._controls.items() if isinstance(c.parameter, Timeline)]
        others = [name for name in self._controls if name not in lines]
        return {*lines, *others[: VISIBLE - len(lines)]}

    def _asks_for(self, heading: str) -> bool:
        """Return whether a choice means a group: "your picture" the group "Your own"."""
        word = heading.split()[0].casefold()
        chosen = (one.value for one in self._controls.values() if one.kind == "choice")
        return any(str(value).casefold().split()[:1] == [word] for value in chosen)

    def _group(self, heading: str, controls: list[Control], seen: set[str]) -> list[Any]:
        controls = sorted(controls, key=lambda c: c.name not in seen)
        hidden = [c for c in controls if c.name not in seen]
        is_open = any(c.value != self.base[c.name] for c in hidden) or self._asks_for(heading)
        editors = [c.view for c in controls if c.view is not None]
        closing = [c.view for c in hidden if c.view is not None]

        def unfold(shown: bool) -> None:
            form.open = shown
            for view in closing:
                view.__panel__().visible = shown

        def take(told: dict[str, Any]) -> None:
            when_loaded(lambda: unfold(told["open"]) if "open" in told else self._take(told, form))

        self._unfold[heading] = unfold
        form: Form = Form(
            take, heading=heading, open=is_open, sizing_mode="stretch_width", margin=0,
            fields=json.dumps([c.declared(c.name not in seen) for c in controls]),
            state=self._state(0, controls),
        )  # fmt: skip
        unfold(is_open)
        self._forms.append((form, controls))
        return [form, *editors]

    # What a person does

    def _take(self, told: dict[str, Any], form: Form) -> None:
        """Take what a person did in a form, or say why not."""
        form.heard = int(told.get("number", 0))
        control = self._controls[told["name"]]
        if not control.enabled:
            return
        self._gesture = int(told.get("gesture", 0))
        try:
            value = self.base[control.name] if told.get("reset") else control.read(told)
        except ParameterError as refused:
            self.refuse(str(refused))
            self._show()
            return
        control.show(value)
        self.refuse("")
        self._set(control.name, value)

    def _edited(self, name: str, value: Any) -> None:
        self._gesture += 1
        self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        setattr(self.model, name, value)
        self._show()
        self._told(name, value, self._gesture)

    def _show(self) -> None:
        for form, controls in self._forms:
            form.state = self._state(form.heard, controls)
            meant = self._asks_for(form.heading)
            if meant and form.heading not in self._meant:  # once: a person may fold it again
                self._unfold[form.heading](True)
            (self._meant.add if meant else self._meant.discard)(form.heading)

    def _state(self, heard: int, controls: list[Control]) -> str:
        shown = {c.name: c.state(self.base[c.name]) for c in controls}
        return json.dumps({"heard": heard, "shown": shown})
