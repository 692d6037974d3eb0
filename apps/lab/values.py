"""The values of a lab: presets, parameters, what was set step by step, and the way back."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import panel as pn
import panel_material_ui as pmui

import models
from apps.lab.controls import Controls
from apps.lab.history import History, Step
from apps.lab.undo import Undo
from apps.shell.frame import when_loaded, words
from workbench import Model
from workbench.link import written

DEFAULTS = "the model's defaults"


class Values(pn.viewable.Viewer):
    """What stands at the side of a lab.

    Parameters
    ----------
    model : Model
        Shown and changed in place, or replaced by another of its kind.
    changed : callable
        Called with the names of the parameters that a person set, or that were taken back.

    Attributes
    ----------
    model : Model
    preset : str
        What the values are compared with; empty for the model's defaults.
    """

    def __init__(self, model: Model, changed: Callable[[list[str]], None]) -> None:
        self.model, self._changed = model, changed
        self.preset = preset_of(model)
        self._running = False
        self._quiet = False  # whether the preset is shown, not chosen
        self.controls = Controls(model, self._set, base(type(model), self.preset))
        self.history = History(Step(model.values(), self.preset))
        self._undo = Undo(self.undo, self.redo, self.reset)
        self._presets = pmui.Select(
            label="preset", options=[DEFAULTS, *type(model).presets],
            value=self.preset or DEFAULTS, size="small", sizing_mode="stretch_width",
            margin=(8, 0),
        )  # fmt: skip
        self._presets.param.watch(
            lambda event: self._quiet or when_loaded(lambda: self.choose(event.new)), "value"
        )
        self._tell()
        super().__init__()

    def __panel__(self) -> Any:
        kind = type(self.model)
        choose = pmui.Select(
            label="model", options={models.get(k).title: k for k in models.names()}, value=kind.key,
            size="small", sizing_mode="stretch_width", margin=(8, 0),
        )  # fmt: skip
        choose.param.watch(lambda event: go_to(event.new), "value")
        about = words(f"<p>{html.escape(kind.summary)}</p>")
        return pn.Column(
            choose, about, self._presets, self._undo, self.controls,
            sizing_mode="stretch_width", margin=(4, 16, 0, 16),
        )  # fmt: skip

    def display(self, model: Model) -> None:
        """Show the values of another moment; nobody set them."""
        self.model = model.copy()
        self.controls.display(self.model)
        self._tell()

    def choose(self, preset: str) -> None:
        """Take the values of a preset."""
        self.preset = "" if preset == DEFAULTS else preset
        self._take(Step(base(type(self.model), self.preset), self.preset))
        self.history.add(Step(self.model.values(), self.preset))
        self._tell()

    def reset(self) -> None:
        """Set all parameters back to those of the preset."""
        self.choose(self.preset or DEFAULTS)

    def undo(self) -> None:
        """Take back what was set last."""
        if self._can(self.history.earlier):
            self._take(self.history.undo())

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._can(self.history.later):
            self._take(self.history.redo())

    def running(self, running: bool) -> None:
        """Leave only live parameters open while a run goes on."""
        self._running = running
        self.controls.running(running)
        self._presets.disabled = running
        self._tell()

    def _set(self, name: str, value: Any, gesture: int) -> None:
        self.history.add(Step(self.model.values(), self.preset), (name, gesture))
        self._tell()
        self._changed([name])

    def _take(self, step: Step) -> None:
        """Show the values of a step."""
        before = self.model.values()
        self.preset = step.preset
        self.model = type(self.model)(**step.values)
        self._quiet = True
        try:
            self._presets.value = step.preset or DEFAULTS
        finally:
            self._quiet = False
        self.controls.display(self.model, base(type(self.model), step.preset))
        self._tell()
        self._changed([name for name, value in step.values.items() if value != before[name]])

    def _can(self, step: Step | None) -> bool:
        """Whether one may go to a step: while a run goes on, where only live values differ."""
        if step is None:
            return False
        now, declared = self.model.values(), self.model.parameters()
        other = [name for name, value in step.values.items() if value != now[name]]
        return not self._running or all(declared[name].live for name in other)  # type: ignore[attr-defined]

    def _tell(self) -> None:
        name = html.escape(f"the preset \u201c{self.preset}\u201d" if self.preset else DEFAULTS)
        undo, redo = self._can(self.history.earlier), self._can(self.history.later)
        changed = {n: written(value) for n, value in self.model.changed().items()}
        sweep = "./sweep?" + urlencode({"model": self.model.key} | changed)
        self._undo.tell(undo, redo, self.controls.changed, name, not self._running, sweep)


def base(kind: type[Model], preset: str) -> dict[str, Any]:
    """Return the values of a preset; the defaults where there is none of this name."""
    return kind(**kind.presets.get(preset, {})).values()


def preset_of(model: Model) -> str:
    """Return the preset whose values these are, if any."""
    kind = type(model)
    same = (name for name in kind.presets if base(kind, name) == model.values())
    return next(same, "")


def go_to(key: str) -> None:
    """Open the lab with another model."""
    if pn.state.location:
        pn.state.location.search = f"?model={key}"
        pn.state.location.reload = True
