"""The buttons that start, hold and end a run.

Plain HTML changes in the same moment as the line that tells the run's state; the widgets' library
draws some time after it was told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from apps.shell.frame import when_loaded
from apps.shell.look import FONT

SCRIPT = """
const BUTTONS = {  // name: the icon, drawn in a square of 24
  run: "M8 5v14l11-7z",
  pause: "M6 19h4V5H6zM14 5v14h4V5z",
  step: "M6 18l8.5-6L6 6zM16 6v12h2V6z",
  stop: "M6 6h12v12H6z",
}
const LABELS = { run: "Run", pause: "Pause", step: "Step", stop: "Stop" }
const icon = (path) => {
  const [svg, drawn] = ["svg", "path"].map(
    (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag))
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  drawn.setAttribute("d", path)
  svg.append(drawn)
  return svg
}

export function render({ model }) {
  const row = document.createElement("div"), made = {}
  row.setAttribute("role", "group")
  row.setAttribute("aria-label", "the run")
  for (const [name, path] of Object.entries(BUTTONS)) {
    const button = document.createElement("button"), label = document.createElement("span")
    button.type = "button"
    button.className = name
    button.append(icon(path), label)
    button.addEventListener("click", () => model.send_msg({ press: name }))
    made[name] = { button, label }
    row.append(button)
  }
  const show = () => {
    const at = row.getRootNode().activeElement
    for (const [name, { button, label }] of Object.entries(made)) {
      const text = name === "pause" && model.paused ? "Go on" : LABELS[name]
      if (label.textContent !== text) { label.textContent = text }
      button.disabled = !model.open.includes(name)
    }
    if (row.contains(at) && at.disabled) {  // the keyboard goes on with what can be done now
      row.querySelector("button:enabled")?.focus()
    }
  }
  for (const name of ["open", "paused"]) { model.on(name, show) }
  show()
  return row
}
"""
STYLE = f"""
:host {{ --paint: var(--panel-primary-color); }}
div {{ display: flex; gap: 8px; }}
button {{ display: flex; align-items: center; gap: 6px; height: 32px; padding: 0 10px;
         min-width: 70px; justify-content: center; cursor: pointer; border-radius: 4px;
         font: 500 13px {FONT}; color: var(--paint); background: none;
         border: 1px solid color-mix(in srgb, var(--paint) 60%, transparent); }}
button:hover {{ background: color-mix(in srgb, var(--paint) 8%, transparent);
               border-color: var(--paint); }}
.run {{ color: var(--panel-on-primary-color); background: var(--paint);
       border-color: var(--paint); }}
.run:hover {{ background: color-mix(in srgb, var(--paint) 88%, #000); }}
button:disabled {{ color: #8888; background: none; border-color: #8884; cursor: default; }}
button.run:disabled {{ background: #8883; border-color: transparent; }}
button:focus-visible {{ outline: 3px solid var(--paint); outline-offset: 2px; }}
svg {{ width: 18px; height: 18px; fill: currentColor; flex: none; }}
"""


class RunButtons(JSComponent):
    """Run, Pause, Step and Stop, in the order in which a keyboard reaches them.

    Parameters
    ----------
    **acts : callable
        What is called when a person presses ``run``, ``pause``, ``step`` or ``stop``.
    """

    open = param.List(default=[], item_type=str, doc="names of the buttons that can work now")
    paused = param.Boolean(default=False, doc="whether pause lets a run go on")

    _esm = SCRIPT
    _stylesheets = [STYLE]

    def __init__(self, **acts: Callable[[], None]) -> None:
        self._acts = acts
        super().__init__(margin=(4, 0))

    def _handle_msg(self, data: Any) -> None:
        press = data.get("press") if isinstance(data, dict) else None
        if press in self.open:  # what was pressed may be closed by now
            when_loaded(self._acts[press])
