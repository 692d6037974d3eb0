"""Parameters as a person sets them: made from a model's declarations alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from apps.shell import words
from apps.timeline import TimelineEditor
from workbench import Choice, Count, Model, ParameterError, Quantity, Switch, Timeline
from workbench.parameters import Declared, spelled

#: Parameters of a group that are seen at once; the rest are behind "more".
VISIBLE = 7
STEPS = 1000  # places on a logarithmic slider
#: Below the header, wherever one has scrolled to.
ABOVE = {"position": "sticky", "top": "72px", "z-index": "3"}


class Control:
    """The widgets of one parameter: a slider and a field for numbers, else one widget.

    Parameters
    ----------
    name : str
        The parameter's name.
    parameter : Declared
        Its declaration.
    on_set : callable
        Called with name and value when a person has set an allowed value.
    on_refusal : callable
        Called with the sentence when a value was refused, and with an empty text when all is well.
    """

    def __init__(
        self,
        name: str,
        parameter: Declared,
        value: Any,
        on_set: Callable[[str, Any], None],
        on_refusal: Callable[[str], None],
    ) -> None:
        self.name, self.parameter = name, parameter
        self._on_set, self._on_refusal = on_set, on_refusal
        self._quiet = False  # whether a change comes from here and not from a person
        self.label = title(parameter)
        self.view = self._build(value)

    def show(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self._quiet = True
        try:
            self._display(value)
        finally:
            self._quiet = False

    def enable(self, enabled: bool) -> None:
        """Let a person set it, or not."""
        for widget in self._widgets:
            widget.disabled = not enabled

    def _build(self, value: Any) -> Any:
        if isinstance(self.parameter, Quantity | Count):
            return self._build_number(value)
        common = {"label": self.label, "description": hint(self.parameter), "margin": (4, 0)}
        if isinstance(self.parameter, Choice):
            self._field: Any = pmui.Select(
                value=value, options=self.parameter.options, size="small",
                sizing_mode="stretch_width", **common,
            )  # fmt: skip
        elif isinstance(self.parameter, Switch):
            self._field = pmui.Switch(value=value, **common)
        elif isinstance(self.parameter, Timeline):
            self._field = TimelineEditor(self.parameter, value, self.label, self._on_refusal)
        else:
            self._field = pmui.TextInput(
                value=value, size="small", sizing_mode="stretch_width", **common
            )
        self._field.param.watch(lambda event: self._set(event.new), "value")
        self._widgets = [self._field]
        return self._field

    def _build_number(self, value: Any) -> Any:
        self._scale = Scale(self.parameter)
        self._slider = pmui.FloatSlider(
            start=0.0, end=float(self._scale.steps), step=1.0, value=self._scale.place(value),
            label=self.label, show_value=False, size="small", sizing_mode="stretch_width",
            margin=(2, 8), description=hint(self.parameter),
        )  # fmt: skip
        self._field = pmui.TextInput(
            value=text_of(value), size="small", width=104, margin=(4, 0),
            label=unit_words(self.parameter),
        )  # fmt: skip
        # Panel gathers a widget's events for 50 ms, which a slider's answer need not wait for.
        self._slider._debounce = 5  # type: ignore[misc]
        self._slider.param.watch(lambda event: self._slide(event.new), "value")
        self._field.param.watch(lambda event: self._type(event.new), "value")
        self._widgets = [self._slider, self._field]
        return pmui.Row(self._slider, self._field, sizing_mode="stretch_width", margin=0)

    def _slide(self, place: float) -> None:
        if not self._quiet:
            self._set(self._scale.value(place))

    def _type(self, text: str) -> None:
        if self._quiet:
            return
        try:
            self._set(self.parameter.parse(text))
            self._field.error_state = False
        except ParameterError as refused:
            self._field.error_state = True
            self._on_refusal(str(refused))

    def _set(self, value: Any) -> None:
        if self._quiet:
            return
        try:
            value = self.parameter.check(value)
        except ParameterError as refused:
            self._on_refusal(str(refused))
            return
        self.show(value)
        self._on_refusal("")
        self._on_set(self.name, value)

    def _display(self, value: Any) -> None:
        if isinstance(self.parameter, Quantity | Count):
            self._field.error_state = False
            if self._field.value != text_of(value):  # do not disturb a person who types on
                self._field.value = self._field.value_input = text_of(value)
            self._slider.value = self._scale.place(value)
        else:
            self._field.value = value


class Scale:
    """Places on a slider and the values they stand for, even or logarithmic."""

    def __init__(self, parameter: Any) -> None:
        low, high = parameter.bounds
        self.log, self.whole = parameter.log, isinstance(parameter, Count)
        self.ends = np.log10([low, high]) if self.log else np.array([low, high], float)
        step = parameter.step or (1 if self.whole else (high - low) / STEPS)
        self.steps = STEPS if self.log else max(1, min(STEPS * 10, round((high - low) / step)))

    def value(self, place: float) -> float:
        """Return the value at a place, rounded to sensible digits."""
        low, high = self.ends
        if not self.log:
            value = low + (high - low) * place / self.steps
            return round(value) if self.whole else float(f"{value:.6g}")
        exact = 10 ** (low + (high - low) * place / self.steps)
        inside = min(max(float(f"{exact:.3g}"), 10**low), 10**high)
        return round(inside) if self.whole else inside

    def place(self, value: float) -> float:
        """Return the nearest place of a value."""
        low, high = self.ends
        at = np.log10(value) if self.log else value
        return float(round((at - low) / (high - low) * self.steps))


class Controls(pn.viewable.Viewer):
    """All parameters of a model in their groups.

    Parameters
    ----------
    model : Model
        Shown and changed in place.
    on_set : callable
        Called with name and value after a person has set one.
    """

    def __init__(self, model: Model, on_set: Callable[[str, Any], None]) -> None:
        self.model = model
        self._told = on_set
        self._refusal = pmui.Alert(
            severity="warning", visible=False, margin=(4, 0), styles=ABOVE,
            sx={"backgroundColor": "background.paper"},
        )  # fmt: skip
        self._controls = {
            name: Control(name, p, getattr(model, name), self._set, self._refuse)
            for name, p in model.parameters().items()
        }
        self._view = pmui.Column(self._refusal, *self._groups(), margin=0)
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def display(self, model: Model) -> None:
        """Show another set of values of the same model."""
        self.model = model
        for name, control in self._controls.items():
            control.show(getattr(model, name))
        self._refuse("")

    def running(self, running: bool) -> None:
        """Leave only live parameters open while a run goes on."""
        for control in self._controls.values():
            control.enable(not running or control.parameter.live)  # type: ignore[attr-defined]

    def _groups(self) -> list[Any]:
        groups: dict[str, list[Control]] = {}
        for control in self._controls.values():
            groups.setdefault(control.parameter.group or "Parameters", []).append(control)  # type: ignore[attr-defined]
        views: list[Any] = []
        for heading, controls in groups.items():
            views.append(words(f"<h2>{heading}</h2>"))
            views += [control.view for control in controls[:VISIBLE]]
            if controls[VISIBLE:]:
                more = [control.view for control in controls[VISIBLE:]]
                views.append(pmui.Details(*more, title="more", sizing_mode="stretch_width"))
        return views

    def _set(self, name: str, value: Any) -> None:
        setattr(self.model, name, value)
        self._told(name, value)

    def _refuse(self, sentence: str) -> None:
        self._refusal.object = sentence
        self._refusal.visible = bool(sentence)


def title(parameter: Any) -> str:
    """Return a parameter's label with its unit."""
    plain = parameter.label in (None, param.parameterized.label_formatter(parameter.name))
    name = parameter.name.replace("_", " ") if plain else parameter.label
    told = parameter.unit == "1" or name.endswith(parameter.unit)
    return name if told else f"{name} ({parameter.unit})"


def unit_words(parameter: Any) -> str:
    """Return the unit as the field's label."""
    return "value" if parameter.unit == "1" else parameter.unit


def hint(parameter: Any) -> str:
    """Return what a person wants to know of a parameter: doc, allowed values, default, source."""
    source = f" Source: {parameter.source}." if parameter.source else ""
    live = " May change while a run goes on." if parameter.live else ""
    default = text_of(parameter.default) or "empty"
    return f"{parameter.doc}; {parameter.allowed()}; default {default}.{source}{live}"


def text_of(value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:.6g}" if isinstance(value, float) else spelled(value).replace(",", "")
