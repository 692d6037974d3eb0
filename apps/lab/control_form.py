"""The fields of a group of parameters as the browser draws them: plain HTML, one shadow root.

Fields, labels and descriptions are in one tree, so that `aria-describedby` reaches them, and a
page of twenty-five parameters is a handful of models instead of a hundred. What a person does is
told as a message; what is to be seen comes back as the form's `state`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from apps.shell.look import FONT

SCRIPT = """
const make = (tag, props = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), props)
  made.append(...inside)
  return made
}
let gestures = 0  // one for each drag, key press and typed value of the page
let messages = 0

export function render({ model }) {
  const fields = JSON.parse(model.fields), rows = {}
  let held = ""  // the slider that is being dragged
  let late = null  // where it was dragged to since that was last told
  let last = 0, heard = 0  // numbers of the last message, and of the last that was answered
  const tell = (name, told) => {
    last = ++messages
    model.send_msg({ name, number: last, gesture: gestures, ...told })
  }
  const flush = () => {
    if (late) { tell(...late) }
    late = null
  }
  const explain = (text) => {
    window.dispatchEvent(new CustomEvent("engram-hint", { detail: text }))
  }

  const fill = (slider) => {  // the part of the rail up to the thumb
    slider.style.setProperty("--part", `${100 * slider.value / slider.max}%`)
  }
  const numeric = (field, common) => {
    const slider = make("input", {
      ...common, type: "range", min: 0, max: field.steps, step: 1, id: `${field.name}-slider` })
    slider.setAttribute("aria-label", field.label)
    slider.addEventListener("pointerdown", () => { gestures++; held = field.name })
    slider.addEventListener("keydown", (event) => { if (!event.repeat) { gestures++ } })
    slider.addEventListener("input", () => {
      fill(slider)
      late = [field.name, { place: slider.valueAsNumber }]
      if (heard >= last) { flush() }  // else with the answer: a busy server is not flooded
    })
    for (const one of ["change", "pointerup", "pointercancel"]) {
      slider.addEventListener(one, () => { held = "" })
    }
    return slider
  }
  const typed = (field, common) => {
    const inputs = {
      choice: () => make("select", common, ...field.options.map(
        (each) => make("option", { value: each, textContent: each }))),
      switch: () => make("input", { ...common, type: "checkbox", role: "switch" }),
      lines: () => make("textarea", { ...common, rows: 3 }),
    }
    const plain = () => make("input", { ...common, type: "text", autocomplete: "off" })
    const input = (inputs[field.kind] ?? plain)()
    if (field.kind === "number") { input.inputMode = "decimal" }
    input.addEventListener("change", () => {
      gestures++
      tell(field.name, field.kind === "switch" ? { on: input.checked } : { text: input.value })
    })
    return input
  }

  const row = (field) => {
    const hint = make("span", { id: `${field.name}-hint`, hidden: true, textContent: field.hint })
    const common = { className: field.kind }
    const input = field.kind === "editor" ? null : typed(field, { ...common, id: field.name })
    const slider = field.kind === "number" ? numeric(field, common) : null
    const label = make(input ? "label" : "span", { textContent: field.label })
    if (input) { label.htmlFor = field.name }
    const reset = make("button", { type: "button", className: "reset" })
    reset.addEventListener("click", () => {
      gestures++
      tell(field.name, { reset: true })
      const next = slider ?? input
      if (next) { next.focus() }
    })
    const head = make("div", { className: "head" }, label, reset)
    const made = make("div", { className: `row ${field.kind}` }, head, hint)
    if (field.kind === "switch") { label.before(input) } else {
      made.append(make("div", { className: "fields" }, ...[slider, input].filter(Boolean)))
    }
    for (const one of [slider, input].filter(Boolean)) {
      one.setAttribute("aria-describedby", hint.id)
    }
    const said = `${field.label}: ${field.hint}`
    for (const one of ["pointerenter", "focusin"]) {
      made.addEventListener(one, () => explain(said))
    }
    rows[field.name] = { field, made, label, hint, slider, input, reset }
    return made
  }

  const show = () => {
    const state = JSON.parse(model.state)
    heard = state.heard
    const behind = heard < last || late  // what was done since is still on its way
    for (const [name, seen] of Object.entries(state.shown)) {
      const { field, made, hint, slider, input, reset } = rows[name]
      if (slider && held !== name && !behind) {
        slider.value = seen.place
        fill(slider)
      }
      slider?.setAttribute("aria-valuetext", seen.text)
      if (field.kind === "switch") { input.checked = seen.on } else if (input) {
        if (input.value !== seen.text) { input.value = seen.text }
        input.setAttribute("aria-invalid", seen.refused)
      }
      for (const one of [slider, input, reset]) { if (one) { one.disabled = seen.disabled } }
      made.classList.toggle("changed", seen.changed)
      reset.hidden = !seen.changed
      reset.textContent = `\\u21ba ${seen.base}`
      reset.setAttribute("aria-label", `reset ${field.plain}${seen.base && " to "}${seen.base}`)
      hint.textContent = (seen.changed ? "Changed. " : "") + field.hint
    }
    const open = fields.filter((each) => !each.more).length
    const hidden = fields.slice(open).filter((each) => rows[each.name].made.matches(".changed"))
    if (heard >= last) { flush() }
    count.textContent = hidden.length ? ` \\u25cf ${hidden.length} changed` : ""
  }

  const count = make("span", { className: "count" })
  const main = fields.filter((each) => !each.more), rest = fields.filter((each) => each.more)
  const box = make("section", {})
  const heading = make("h2", { textContent: model.heading })
  if (main.length) { box.append(heading, ...main.map(row)) }
  if (rest.length) {
    const words = main.length ? [make("span", { textContent: `${rest.length} more` })]
      : [heading, make("span", { textContent: ` ${rest.length}` })]
    const details = make("details", { open: model.open },
      make("summary", {}, ...words, count), ...rest.map(row))
    details.addEventListener("toggle", () => model.send_msg({ open: details.open }))
    box.append(details)
    model.on("open", () => { details.open = model.open })
  }
  box.setAttribute("aria-label", model.heading)
  model.on("state", show)
  show()
  return box
}
"""

STYLE = (
    f":host {{ --ink: var(--panel-on-background-color); --main: var(--panel-primary-color);"
    f" color: var(--ink); font: 14px/1.3 {FONT}; }}"
    + """
section { display: block; }
h2 { font-size: 15px; margin: 10px 0 2px 0; font-weight: 600; }
.row { padding: 3px 0 5px 8px; border-left: 3px solid transparent; }
.row.changed { border-left-color: var(--main); }
.row.changed label, .row.changed .head > span { font-weight: 700; }
.head { display: flex; align-items: center; gap: 8px; min-height: 26px; }
.head > :is(label, span) { flex: 1; }
.row.editor:not(.changed) { display: none; }
.fields { display: flex; align-items: center; gap: 10px; }
input.number[type=text] { width: 92px; flex: none; }
input[type=range] { flex: 1; min-width: 0; height: 24px; margin: 0; cursor: pointer;
                    background: none; appearance: none; --rail: #8889; }
input[type=range]::-webkit-slider-runnable-track {
  height: 4px; border-radius: 2px; background: linear-gradient(var(--main) 0 0) 0 / var(--part, 0%)
  no-repeat, var(--rail); }
input[type=range]::-webkit-slider-thumb { appearance: none; width: 16px; height: 16px;
  margin-top: -6px; border-radius: 50%; background: var(--main); border: 0; }
input[type=range]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--rail); }
input[type=range]::-moz-range-progress { height: 4px; border-radius: 2px; background: var(--main); }
input[type=range]::-moz-range-thumb { width: 16px; height: 16px; border-radius: 50%; border: 0;
  background: var(--main); }
input[type=checkbox] { width: 20px; height: 20px; margin: 0; accent-color: var(--main); }
input[type=text], select, textarea {
  font: inherit; color: inherit; background: var(--panel-background-color); width: 100%;
  box-sizing: border-box; min-height: 34px; padding: 4px 8px; border: 1px solid #808080;
  border-radius: 4px; }
select option { background: var(--panel-background-color); color: var(--ink); }
:is(input, select, textarea):disabled { opacity: 0.55; cursor: default; }
[aria-invalid=true] { border: 2px solid var(--danger-bg-color) !important; }
.reset { font: inherit; font-size: 13px; color: var(--main); background: none; padding: 2px 8px;
         min-height: 24px; border: 1px solid currentColor; border-radius: 12px; cursor: pointer;
         max-width: 55%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.reset:disabled { opacity: 0.55; cursor: default; }
summary { cursor: pointer; padding: 6px 0; min-height: 20px; border-radius: 4px; }
summary h2 { display: inline; }
.count { font-weight: 700; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 1px; }
[hidden] { display: none !important; }
"""
)


class Form(JSComponent):
    """The fields of one group.

    Parameters
    ----------
    take : callable
        Called with what a person did: ``name`` with ``text``, ``place``, ``on`` or ``reset``, and
        ``gesture``, the same number for all of one drag; or ``open``.

    Attributes
    ----------
    heard : int
        Number of the last message; an answer to an earlier one leaves the slider where it is.
    """

    heading = param.String(doc="name of the group")
    fields = param.String(doc="JSON: name, label, plain, hint, kind, steps, options, more of each")
    state = param.String(doc="JSON: what the field of each name shows, and what was heard")
    open = param.Boolean(default=False, doc="whether those behind 'more' are seen")

    _esm = SCRIPT
    _stylesheets = [STYLE]

    def __init__(self, take: Callable[[dict[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self._take, self.heard = take, 0

    def _handle_msg(self, data: Any) -> None:
        self._take(data)
