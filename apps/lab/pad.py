"""A square to write on with a mouse, a pen or a finger, beside a list of examples to choose."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import param
from panel.custom import JSComponent

from apps.shell.look import FONT
from workbench import ParameterError
from workbench.inquiry import Asked

#: Letters of what a browser tells, besides those of a drawing.
ROOM = 100

SCRIPT = """
const INK = 1.7  // pixels from the middle of the pen to its edge

export function render({ model }) {
  const make = (tag, given) => Object.assign(document.createElement(tag), given)
  const box = make("div", { className: "box" }), side = make("div", { className: "side" })
  const sheet = make("canvas", { width: model.side, height: model.side, hidden: !model.side })
  sheet.setAttribute("role", "img")
  sheet.setAttribute("aria-label", "A square to write a digit on with a pointer. " +
    "With the keyboard, choose an example from the list.")
  const pen = sheet.getContext("2d", { willReadFrequently: true })
  const inked = new Set()
  let last = null, count = 0
  const ask = (what) => { model.told = JSON.stringify({ ...what, count: ++count }) }
  const wipe = () => {
    inked.clear()
    pen.fillStyle = "#fff"
    pen.fillRect(0, 0, model.side, model.side)
    pen.fillStyle = "#222"
  }
  const dot = (x, y) => {
    for (let row = Math.floor(y - INK); row <= y + INK; row++) {
      for (let column = Math.floor(x - INK); column <= x + INK; column++) {
        const inside = row >= 0 && column >= 0 && row < model.side && column < model.side
        if (inside && (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 <= INK ** 2) {
          inked.add(row * model.side + column)
          pen.fillRect(column, row, 1, 1)
        }
      }
    }
  }
  const draw = (event) => {
    const seen = sheet.getBoundingClientRect()
    const at = [(event.clientX - seen.left) / seen.width * model.side,
                (event.clientY - seen.top) / seen.height * model.side]
    const from = last ?? at
    const count = Math.ceil(2 * Math.hypot(at[0] - from[0], at[1] - from[1])) || 1
    for (let i = 1; i <= count; i++) {
      dot(from[0] + (at[0] - from[0]) * i / count, from[1] + (at[1] - from[1]) * i / count)
    }
    last = at
  }
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button) { return }
    event.preventDefault()
    sheet.setPointerCapture(event.pointerId)
    last = null
    draw(event)
  })
  sheet.addEventListener("pointermove", (event) => {
    if (last === null) { return }
    for (const one of event.getCoalescedEvents?.() ?? [event]) { draw(one) }
  })
  const lift = () => {
    if (last === null) { return }
    last = null
    const bits = Array(model.side * model.side).fill("0")
    for (const place of inked) { bits[place] = "1" }
    list.value = ""
    ask({ drawn: bits.join("") })
  }
  sheet.addEventListener("pointerup", lift)
  sheet.addEventListener("pointercancel", lift)
  const clear = make("button", { type: "button", textContent: "Clear", hidden: !model.side })
  clear.addEventListener("click", wipe)
  const label = make("label", { textContent: model.side ? "or a test example" : "test example" })
  const list = make("select", {})
  label.append(list)
  list.append(make("option", { value: "", textContent: "choose ..." }))
  model.examples.forEach((name, i) => list.append(make("option", { value: i, textContent: name })))
  list.addEventListener("change", () => {
    if (list.value !== "") { wipe(); ask({ example: Number(list.value) }) }
  })
  const said = make("p", {})
  said.setAttribute("role", "status")
  const show = () => { said.textContent = model.said }
  model.on("said", show)
  show()
  if (model.side) { wipe() }
  side.append(clear, label, said)
  box.append(sheet, side)
  return box
}
"""
STYLE = f"""
:host {{ --paint: var(--panel-primary-color); }}
.box {{ display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; font: 14px {FONT}; }}
canvas {{ width: 224px; height: 224px; image-rendering: pixelated; touch-action: none;
         border: 1px solid #808080; cursor: crosshair; background: #fff; }}
.side {{ display: flex; flex-direction: column; gap: 12px; align-items: flex-start;
        flex: 1 1 240px; }}
button {{ font: 500 13px {FONT}; color: var(--paint); background: none; height: 32px;
         padding: 0 14px; border: 1px solid currentColor; border-radius: 4px; cursor: pointer; }}
label {{ display: grid; gap: 4px; }}
select {{ font: inherit; color: inherit; background: var(--panel-background-color); height: 34px;
         padding: 4px 8px; border: 1px solid #808080; border-radius: 4px; min-width: 180px; }}
select option {{ background: var(--panel-background-color); color: inherit; }}
p {{ font-size: 16px; font-weight: 600; margin: 0; min-height: 24px; max-width: 60ch; }}
:is(button, select):focus-visible {{ outline: 3px solid var(--paint); outline-offset: 2px; }}
[hidden] {{ display: none; }}
"""


class Pad(JSComponent):
    """Asks about what a person draws or chooses.

    Parameters
    ----------
    ask : callable
        Called with the bits drawn, shape (side, side), or the number of an example from 0.
    """

    side = param.Integer(doc="pixels of a side; 0 where nothing can be drawn")
    examples = param.List(default=[], item_type=str, doc="what the examples are called")
    said = param.String(doc="what came of it")
    told = param.String(doc="JSON: what a person drew or chose, and how often that was until now")

    _esm = SCRIPT
    _stylesheets = [STYLE]

    def __init__(self, ask: Callable[[Asked], None], **params: Any) -> None:
        super().__init__(sizing_mode="stretch_width", margin=(4, 0, 12, 0), **params)
        self._ask = ask
        # A message of its own would bring the whole pad along, which came after the page.
        self.param.watch(lambda event: self._take(event.new), "told")

    def _take(self, told: str) -> None:
        try:
            asked = self.question(told)
        except ParameterError as refused:
            self.said = str(refused)
        else:
            self._ask(asked)

    def question(self, told: str) -> Asked:
        """Return what a browser asks.

        Raises
        ------
        ParameterError
            If it is nothing that this pad sends.
        """
        drawn, chosen = None, None
        if len(told) < self.side**2 + ROOM:
            with suppress(ValueError, RecursionError):
                asked = json.loads(told)
                if isinstance(asked, dict):
                    drawn, chosen = asked.get("drawn"), asked.get("example")
        if isinstance(drawn, str) and len(drawn) == self.side**2 and set(drawn) <= {"0", "1"}:
            return np.array([bit == "1" for bit in drawn]).reshape(self.side, self.side)
        if type(chosen) is int and 0 <= chosen < len(self.examples):
            return chosen
        raise ParameterError("That is neither a drawing of this square nor one of the examples.")
