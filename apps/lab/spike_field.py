"""The control of two spike trains: spikes are dragged, added and taken away on two lanes."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from apps.drawing.palette import colour
from apps.shell.frame import words
from apps.shell.look import FONT
from workbench import ParameterError, SpikeTimes

HOW = (
    "Drag a spike, or move it with the arrow keys (shift: ten times as far); press on a lane to "
    "add one; press Delete, or drag it off its lane, to take it away."
)

SCRIPT = """
const SVG = "http://www.w3.org/2000/svg"
const NAMES = { pre: "presynaptic", post: "postsynaptic" }
const HIGH = 46, TOP = { pre: 4, post: 58 }, WIDE = 1000, FLOOR = 112

export function render({ model, el }) {
  let trains = {}, drag = null, late = null, waiting = 0, number = 0
  const draw = (tag, attributes, parent) => {
    const made = document.createElementNS(SVG, tag)
    for (const [name, value] of Object.entries(attributes)) { made.setAttribute(name, value) }
    parent?.append(made)
    return made
  }
  const svg = draw("svg",
    { viewBox: `0 0 ${WIDE} ${FLOOR + 24}`, preserveAspectRatio: "none", role: "group" })
  const field = document.createElement("input")
  field.type = "text"
  field.setAttribute("aria-label", `${model.label} as text`)
  field.addEventListener("change", () => send(field.value))

  const read = (text) => {
    trains = { pre: [], post: [] }
    for (const part of text.split(";")) {
      const [name, ...times] = part.trim().split(/\\s+/)
      if (name in trains) { trains[name] = times.map(Number) }
    }
  }
  const spelled = () => Object.entries(trains).map(
    ([name, times]) => [name, ...times.map((t) => Math.round(10 * t) / 10)].join(" ")).join("; ")
  const send = (text) => {
    if (waiting) { late = text; return }  // the rest with the answer: a busy server is not flooded
    waiting = ++number
    model.send_msg({ text, number })
  }
  const time = (event) => {
    const box = svg.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    return Math.min(model.end, Math.max(0, Math.round(share * model.end)))
  }
  const off = (event, name) => {
    const box = svg.getBoundingClientRect()
    const y = (event.clientY - box.top) / box.height * (FLOOR + 24)
    return y < TOP[name] - 40 || y > TOP[name] + HIGH + 40
  }
  const place = (mark, at) => {
    const x = WIDE * at / model.end
    mark.setAttribute("transform", `translate(${x}, 0)`)
    mark.setAttribute("aria-valuenow", at)
    mark.setAttribute("aria-valuetext", `${at} ms`)
  }
  const move = (mark, name, i, at) => {
    trains[name][i] = at
    place(mark, at)
    field.value = spelled()
    send(field.value)
  }
  const remove = (name, i) => {
    trains[name].splice(i, 1)
    show()
    send(spelled())
  }

  const spike = (name, i) => {
    const mark = draw("g", { class: "spike", tabindex: model.disabled ? -1 : 0, role: "slider",
      "aria-label": `${NAMES[name]} spike ${i + 1}`, "aria-valuemin": 0,
      "aria-valuemax": model.end }, svg)
    draw("rect", { x: -14, y: TOP[name], width: 28, height: HIGH, class: "hit" }, mark)
    draw("rect", { x: -2.5, y: TOP[name] + 3, width: 5, height: HIGH - 6, class: name }, mark)
    place(mark, trains[name][i])
    mark.addEventListener("pointerdown", (event) => {
      if (model.disabled) { return }
      event.stopPropagation()
      drag = { name, i, mark }
      mark.setPointerCapture(event.pointerId)
      mark.focus()
    })
    mark.addEventListener("pointermove", (event) => {
      if (drag?.mark !== mark) { return }
      mark.classList.toggle("off", off(event, name))
      if (!off(event, name)) { move(mark, name, i, time(event)) }
    })
    for (const end of ["pointerup", "pointercancel"]) {
      mark.addEventListener(end, (event) => {
        if (drag?.mark !== mark) { return }
        drag = null
        if (end === "pointerup" && off(event, name)) { remove(name, i) }
      })
    }
    mark.addEventListener("keydown", (event) => {
      if (model.disabled) { return }
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key]
      if (step) {
        const at = trains[name][i] + step * (event.shiftKey ? 10 : 1)
        move(mark, name, i, Math.min(model.end, Math.max(0, at)))
      } else if (event.key === "Delete" || event.key === "Backspace") {
        remove(name, i)
      } else { return }
      event.preventDefault()
      event.stopPropagation()
    })
  }

  const show = () => {
    const held = el.shadowRoot?.activeElement ?? svg.getRootNode().activeElement
    const kept = held?.getAttribute?.("aria-label")
    svg.replaceChildren()
    for (const name of ["pre", "post"]) {
      const lane = draw("rect",
        { x: 0, y: TOP[name], width: WIDE, height: HIGH, class: "lane" }, svg)
      lane.addEventListener("pointerdown", (event) => {
        if (model.disabled) { return }
        trains[name].push(time(event))
        show()
        send(spelled())
      })
      trains[name].forEach((_, i) => spike(name, i))
    }
    if (kept) {
      [...svg.querySelectorAll(".spike")].find(
        (mark) => mark.getAttribute("aria-label") === kept)?.focus()
    }
    field.value = spelled()
    field.disabled = model.disabled
  }
  const follow = () => {
    if (drag || late !== null) { return }
    if (model.text !== spelled()) { read(model.text); show() }
  }
  model.on("heard", () => {
    waiting = 0
    if (late !== null) {
      const text = late
      late = null
      send(text)
    } else { follow() }
  })
  model.on("text", follow)
  model.on("disabled", show)
  read(model.text)
  show()
  const legend = document.createElement("div")
  legend.className = "ends"
  for (const text of ["0 ms", "upper lane: pre, lower: post", `${model.end} ms`]) {
    legend.append(Object.assign(document.createElement("span"), { textContent: text }))
  }
  const box = document.createElement("div")
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", model.label)
  box.append(svg, legend, field)
  return box
}
"""

STYLE = (
    f":host {{ color: var(--panel-on-background-color); font: 13px/1.3 {FONT}; }}"
    f".pre {{ fill: {colour('excitatory')}; }} .post {{ fill: {colour('recall')}; }}"
    """
svg { width: 100%; height: 112px; display: block; touch-action: none; }
.lane { fill: #8883; cursor: copy; }
.hit { fill: transparent; }
.spike { cursor: ew-resize; outline: none; }
.spike.off { opacity: 0.3; }
.spike:focus-visible .hit { stroke: var(--panel-primary-color); stroke-width: 3; }
.ends { display: flex; justify-content: space-between; margin: 2px 0 6px 0; }
input { font: inherit; color: inherit; background: var(--panel-background-color); width: 100%;
        box-sizing: border-box; min-height: 34px; padding: 4px 8px; border: 1px solid #808080;
        border-radius: 4px; }
input:disabled { opacity: 0.55; }
"""
)


class SpikeLanes(JSComponent):
    """Two lanes of spikes; every move is told as the text of both trains."""

    text = param.String(doc="the spikes that are shown")
    label = param.String(doc="what they are called")
    end = param.Number(doc="the last time there is, ms")
    heard = param.Integer(doc="number of the last message that was answered")
    disabled = param.Boolean(doc="whether they may only be looked at")

    _esm = SCRIPT
    _stylesheets = [STYLE]

    def __init__(self, take: Callable[[dict[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self._take = take

    def _handle_msg(self, data: Any) -> None:
        self._take(data)


class SpikeField(pn.viewable.Viewer):
    """The field of two spike trains, which answers like one widget.

    Parameters
    ----------
    parameter : SpikeTimes
        Says what is allowed.
    value : str
        The spikes to begin with.
    label : str
        Stands above.
    refuse : callable
        Called with the sentence when spikes were refused, and with an empty text when all is well.
    """

    value = param.String(doc="the spikes' text; changes when they were taken")
    disabled = param.Boolean(doc="whether they may only be looked at")

    def __init__(
        self, parameter: SpikeTimes, value: str, label: str, refuse: Callable[[str], None]
    ) -> None:
        super().__init__(value=value)
        self.parameter, self._refuse = parameter, refuse
        self._lanes = SpikeLanes(
            self.take, text=value, label=label, end=parameter.end, sizing_mode="stretch_width"
        )
        about = f"<p><b>{html.escape(label)}</b>: {html.escape(parameter.doc or '')}. {HOW}</p>"
        self._view = pn.Column(
            words(about), self._lanes, sizing_mode="stretch_width", margin=(4, 0)
        )
        self.param.watch(lambda event: self._lanes.param.update(text=event.new), "value")
        self.param.watch(lambda event: self._lanes.param.update(disabled=event.new), "disabled")

    def __panel__(self) -> Any:
        return self._view

    def take(self, told: dict[str, Any]) -> None:
        """Take the spikes that the browser tells of, or refuse them and show those there are."""
        try:
            value = self.parameter.check(str(told["text"]))
        except ParameterError as refused:
            self._refuse(str(refused))
        else:
            self._refuse("")
            self.value = value
        self._lanes.heard = int(told.get("number", 0))
