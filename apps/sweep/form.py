"""The form of a sweep, how far it is, and the runs of its cells: plain HTML in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import param
from panel.custom import JSComponent

from apps.shell.look import FONT, PHONE

LOOK = f"""
:host {{ font: 14px/1.45 {FONT}; color: var(--panel-on-background-color); color-scheme: inherit; }}
h1 {{ font-size: 22px; margin: 4px 0 6px 0; }}
h2 {{ font-size: 15px; margin: 12px 0 4px 0; }}
p {{ margin: 2px 0; max-width: 90ch; overflow-wrap: anywhere; }}
a {{ color: var(--panel-primary-color); }}
[hidden] {{ display: none !important; }}
fieldset {{ border: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px 14px;
  align-items: end; min-width: 0; }}
.field {{ display: flex; flex-direction: column; gap: 2px; min-width: 0; }}
.values {{ flex: 1 1 200px; max-width: 320px; }}
label {{ font-size: 12px; }}
button, input, select {{ font: inherit; font-size: 13px; color: inherit; min-height: 32px;
  background: var(--panel-background-color); border: 1px solid #8889; border-radius: 4px;
  padding: 5px 10px; box-sizing: border-box; max-width: 100%; }}
input[type=number] {{ width: 80px; }}
button {{ cursor: pointer; font-weight: 500; color: var(--panel-primary-color); min-width: 70px; }}
button.run {{ background: var(--panel-primary-color); color: var(--panel-on-primary-color); }}
button:disabled {{ cursor: default; color: inherit; opacity: 0.5; border-style: dashed;
  background: none; }}
:focus-visible {{ outline: 3px solid var(--panel-primary-color); outline-offset: 2px; }}
[aria-invalid=true] {{ border-color: var(--danger-bg-color); border-width: 2px; }}
.hint {{ font-size: 12px; max-width: 130ch; margin-top: 6px; }}
.intro {{ margin-bottom: 10px; }}
.wrong {{ color: var(--danger-bg-color); min-height: 20px; }}
.course {{ display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; padding: 6px 0; }}
progress {{ appearance: none; width: 220px; height: 8px; border: none; border-radius: 4px;
  overflow: hidden; background: #8884; }}
progress::-webkit-progress-bar {{ background: #8884; }}
progress::-webkit-progress-value {{ background: var(--panel-primary-color); }}
progress::-moz-progress-bar {{ background: var(--panel-primary-color); }}
.told {{ min-height: 20px; }}
@media (max-width: {PHONE}px) {{ .values, select {{ max-width: none; width: 100%; }}
  .field {{ flex: 1 1 100%; }} }}
"""


class SweepForm(JSComponent):
    """What is to be swept, as `apps.sweep.page.Sweeps` tells it, and what a person wants done.

    Parameters
    ----------
    act : callable
        Called with each wish: ``act`` says what, the other items are its arguments.
    """

    view = param.String(default="{}", doc="all that is shown, as JSON")

    _stylesheets = [LOOK]

    def __init__(self, act: Callable[[Mapping[str, Any]], None], **options: Any) -> None:
        self._act = act
        super().__init__(**{"sizing_mode": "stretch_width", "margin": (8, 0)} | options)

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, Mapping):
            self._act(data)

    _esm = """
    const h = (tag, attributes = {}, ...inner) => {
      const made = document.createElement(tag)
      for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") { made.addEventListener(name, value) }
        else if (value === true) { made.setAttribute(name, "") }
        else if (value !== false && value !== "") { made.setAttribute(name, value) }
      }
      made.append(...inner.filter((one) => one !== null))
      return made
    }
    const NAMES = { model: "model", plan: "ready-made sweep", across: "across",
                    values: "its values", down: "down", rows: "its values", seeds: "seeds",
                    sampling: "points", points: "number of points",
                    measure: "measure" }
    const COUNTS = ["seeds", "points"]
    const LISTS = ["model", "plan", "across", "down", "sampling", "measure"]

    export function render({ model }) {
      const root = h("div"), fields = {}, boxes = {}
      const set = (name) => () => model.send_msg({ act: "set", name, value: fields[name].value })
      const field = (name) => {
        const made = LISTS.includes(name) ? h("select", { id: name })
          : h("input", { id: name, maxlength: "500", autocomplete: "off", spellcheck: "false",
                         "aria-describedby": "wrong",
                         ...(COUNTS.includes(name) && { type: "number", min: "1", max: "1000" }) })
        made.addEventListener("change", set(name))
        fields[name] = made
        const kind = ["values", "rows"].includes(name) ? "field values" : "field"
        boxes[name] = h("div", { class: kind }, h("label", { for: name }, NAMES[name]), made)
        return boxes[name]
      }
      const names = ["model", "plan", "across", "values", "down", "rows", "sampling",
                     "points", "seeds"]
      const asked = h("fieldset", {}, ...names.map(field))
      const hint = h("p", { class: "hint" })
      const wrong = h("p", { class: "wrong", id: "wrong", role: "alert" })
      const press = (act) => () => model.send_msg({ act })
      const run = h("button", { type: "button", class: "run", click: press("run") }, "Run")
      const stop = h("button", { type: "button", click: press("stop") }, "Stop")
      const bar = h("progress", { max: "1", "aria-label": "how far the sweep is" })
      const told = h("span", { class: "told", role: "status" })
      const course = h("div", { class: "course" }, run, stop, bar, told)
      const chosen = h("fieldset", {}, field("measure"))
      const reading = h("p", { class: "reading" })

      const fill = (select, options, value) => {
        const text = JSON.stringify(options)
        if (select.dataset.known !== text) {
          select.dataset.known = text
          select.replaceChildren(...options.map(([key, words]) => new Option(words, key)))
        }
        select.value = value
      }
      const draw = () => {
        const view = JSON.parse(model.view)
        if (!view.asked) { return }
        for (const [name, made] of Object.entries(fields)) {
          if (LISTS.includes(name)) { fill(made, view.options[name], view.asked[name]) }
          else if (root.getRootNode().activeElement !== made || !view.going) {
            made.value = view.asked[name]
          }
          made.disabled = view.going && name !== "measure"
          made.setAttribute("aria-invalid", String(view.at === name))
        }
        boxes.points.hidden = view.asked.sampling === "grid"
        boxes.rows.hidden = !view.asked.down
        boxes.plan.hidden = view.options.plan.length < 2
        chosen.hidden = !view.options.measure.length
        hint.textContent = view.hint
        wrong.textContent = view.wrong
        run.disabled = view.going || !view.missing
        run.textContent = view.again && view.missing ? "Go on" : "Run"
        stop.disabled = !view.going
        bar.value = view.share
        told.textContent = view.told
        reading.textContent = view.reading
      }
      const intro = "One run for each combination of values and each seed; every run is kept and "
        + "can be opened."
      root.append(h("h1", {}, "Sweep"), h("p", { class: "intro" }, intro), asked, hint, wrong,
                  course, chosen, reading)
      model.on("view", draw)
      draw()
      return root
    }
    """


class CellRuns(JSComponent):
    """The runs of each cell, with links: the map for keyboards and screen readers too.

    `view` is JSON: ``heading`` (names of columns), ``rows`` (texts of one point, its runs, and
    whether it was pointed at), ``more`` (a sentence) and ``open`` (whether one was pointed at).
    """

    view = param.String(default="{}", doc="all that is shown, as JSON")

    _stylesheets = [
        LOOK,
        """
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 13px; }
        th, td { text-align: left; padding: 4px 14px 4px 0; border-top: 1px solid #8885;
                 vertical-align: top; }
        tr.here { background: color-mix(in srgb, var(--panel-primary-color) 14%, transparent); }
        td a { margin-right: 10px; white-space: nowrap; display: inline-block; }
        summary { cursor: pointer; padding: 4px 0; }
        """,
    ]

    _esm = """
    const h = (tag, attributes = {}, ...inner) => {
      const made = document.createElement(tag)
      for (const [name, value] of Object.entries(attributes)) { made.setAttribute(name, value) }
      made.append(...inner)
      return made
    }
    export function render({ model }) {
      const root = h("div")
      let open = false
      const run = (one) => one.record
        ? h("a", { href: `/lab?record=${encodeURIComponent(one.record)}`,
                   "aria-label": `Open the run of seed ${one.seed}, ${one.value}` },
            `seed ${one.seed}: ${one.value || "no number"}`)
        : h("span", {}, one.problem ? `seed ${one.seed}: ${one.problem} ` : "")
      const row = (one) => h("tr", one.here ? { class: "here" } : {},
        ...one.texts.map((text) => h("td", {}, text)), h("td", {}, ...one.runs.map(run)))
      const table = (view, rows) => h("div", { class: "wide", tabindex: "0", role: "region",
                                               "aria-label": "Runs of the sweep" },
        h("table", {}, h("thead", {}, h("tr", {},
          ...view.heading.map((text) => h("th", { scope: "col" }, text)))),
          h("tbody", {}, ...rows.map(row))))
      const draw = () => {
        const view = JSON.parse(model.view)
        if (!view.rows?.length) { root.replaceChildren(); return }
        const here = view.rows.filter((one) => one.here)
        const all = h("details", {}, h("summary", {}, `All ${view.rows.length} points and their `
          + "runs"), table(view, view.rows), h("p", {}, view.more))
        all.open = open
        all.addEventListener("toggle", () => { open = all.open })
        const point = here.length
          ? [h("h2", {}, "The point you chose"), table(view, here)]
          : [h("p", {}, "Click a point of the picture to open its runs.")]
        root.replaceChildren(...point, all)
      }
      model.on("view", draw)
      draw()
      return root
    }
    """
