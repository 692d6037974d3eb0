"""The list of the runs page: plain HTML in the browser, drawn from what the server tells.

Fields, boxes, buttons and links are the browser's own: they work by keyboard, touch and screen
reader as people know them, and a page of twenty records is one model for the server to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import param
from panel.custom import JSComponent

from apps.runs.style import STYLE


class RunsList(JSComponent):
    """What a store holds, as `apps.runs.page.Runs` tells it, and what a person wants done.

    Parameters
    ----------
    act : callable
        Called with each wish: ``act`` says what, the other items are its arguments.
    """

    view = param.String(default="{}", doc="all that is shown, as JSON")

    _stylesheets = [STYLE]

    def __init__(self, act: Callable[[Mapping[str, Any]], None], **options: Any) -> None:
        self._act = act
        super().__init__(**{"sizing_mode": "stretch_width", "margin": (8, 16)} | options)

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
      made.append(...inner.filter((one) => one))
      return made
    }
    const plural = (n, thing) => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`
    const when = (iso) => {
      const date = new Date(iso)
      const form = { dateStyle: "medium", timeStyle: "short" }
      return isNaN(date) ? iso : date.toLocaleString("en-GB", form)
    }

    export function render({ model }) {
      const send = (act, more = {}) => model.send_msg({ act, ...more })
      const drafts = new Map()  // what is being typed, by key
      let editing = "", asking = false, view = {}, typed = null
      const root = h("div", { class: "runs" })
      const active = () => root.getRootNode().activeElement
      const button = (text, key, click, more = {}) =>
        h("button", { type: "button", "data-key": key, click, ...more }, text)
      const focus = (key) => {
        const found = key && [...root.querySelectorAll("[data-key]")]
          .find((one) => one.dataset.key === key && !one.disabled)
        found?.focus()
        return Boolean(found)
      }

      // The filter: made once, so that nobody's typing is disturbed.
      const field = (name, label, made, event = "change") => {
        made.addEventListener(event, () => {
          clearTimeout(typed)
          const tell = () => send("filter", { name, value: made.value })
          if (event === "input") { typed = setTimeout(tell, 300) } else { tell() }
        })
        fields[name] = made
        made.id = name
        return h("div", { class: `field ${name}` }, h("label", { for: name }, label), made)
      }
      const fields = {}
      const wrong = h("p", { class: "wrong", id: "wrong", role: "alert" })
      const clear = button("Clear", "clear", () => { send("clear") })
      const search = h("form", { role: "search", "aria-label": "Find records",
                                 submit: (event) => event.preventDefault() },
        field("model", "model", h("select")), field("tag", "tag", h("select")),
        field("since", "since", h("input", { type: "date" })),
        field("until", "until", h("input", { type: "date" })),
        field("where", "parameters and words", h("input", {
          type: "search", placeholder: "noise=0.2 seed=3", autocomplete: "off",
          "aria-describedby": "wrong", maxlength: "500", spellcheck: "false" }), "input"),
        clear)
      const fill = (select, all, options, value) => {
        const known = { "": all, ...options }
        if (value && !(value in known)) { known[value] = value }
        const text = JSON.stringify(known)
        if (select.dataset.known !== text) {
          select.dataset.known = text
          const made = Object.entries(known).map(([value, text]) => new Option(text, value))
          select.replaceChildren(...made)
        }
        select.value = value
      }
      const drawFilter = () => {
        fill(fields.model, "all models", view.models, view.filter.model)
        const tags = Object.fromEntries(view.tags.map((tag) => [tag, tag]))
        fill(fields.tag, "all tags", tags, view.filter.tag)
        for (const name of ["since", "until", "where"]) {
          if (active() !== fields[name]) { fields[name].value = view.filter[name] }
        }
        wrong.textContent = view.wrong
        fields.where.setAttribute("aria-invalid", view.wrong ? "true" : "false")
        clear.disabled = !Object.values(view.filter).some(Boolean)
      }

      const status = h("p", { class: "said", role: "status", tabindex: "-1", "data-key": "said" })
      const body = h("div")

      const editor = (one, what, label, value) => {
        const key = `${what} ${one.id}`
        if (editing !== key) { return null }
        const close = () => { editing = ""; drafts.delete(key); draw(); focus(`do ${key}`) }
        const save = (event) => {
          event.preventDefault()
          const text = drafts.get(key) ?? value
          editing = ""
          drafts.delete(key)
          send(what, { id: one.id, text })
          draw()
          focus(`do ${key}`)
        }
        const box = h(what === "note" ? "textarea" : "input", {
          "aria-label": `${label} of ${one.title}, seed ${one.seed}`, "data-key": key,
          input: (event) => drafts.set(key, event.target.value),
          keydown: (event) => { if (event.key === "Escape") { close() } } })
        box.value = drafts.get(key) ?? value
        return h("form", { class: "editor", submit: save }, h("span", {}, label), box,
                 h("button", { type: "submit", "data-key": `save ${key}` }, "Save"),
                 button("Cancel", `cancel ${key}`, close))
      }
      const edit = (one, what, text) => button(text, `do ${what} ${one.id}`, () => {
        editing = `${what} ${one.id}`
        draw()
        focus(editing)
      }, { disabled: !one.readable, "aria-label": `${text}: ${one.title}, seed ${one.seed}` })

      const link = (text, href, name, why) => href
        ? h("a", { class: "button", href, "data-key": `${text} ${name}`,
                   "aria-label": `${text}: ${name}` }, text)
        : h("button", { type: "button", disabled: true, title: why,
                        "aria-label": `${text}: ${name}. ${why}` }, text)

      const record = (one) => {
        const name = one.readable ? `${one.title}, seed ${one.seed}` : one.title
        const box = h("input", { type: "checkbox", "data-key": `choose ${one.id}`,
          "aria-label": `Compare ${name}`, disabled: !one.readable,
          change: (event) => send("choose", { id: one.id, on: event.target.checked }) })
        box.checked = view.chosen.includes(one.id)
        const tags = one.tags.map((tag) => h("li", {}, tag, button("\\u00d7",
          `untag ${tag} ${one.id}`, () => send("untag", { id: one.id, text: tag }),
          { "aria-label": `Take the tag ${tag} from ${name}` })))
        const open = `/lab?record=${encodeURIComponent(one.id)}`
        return h("li", { class: one.readable ? "record" : "record broken" },
          h("div", { class: "choose" }, box),
          h("div", { class: "what" },
            h("h2", {}, name),
            h("p", { class: "special" }, one.special),
            one.status ? h("p", { class: "partial" }, one.status) : null,
            one.readable && one.why ? h("p", { class: "why" }, one.why) : null,
            one.note ? h("p", { class: "note" }, one.note) : null,
            h("ul", { class: "tags", "aria-label": `tags of ${name}`, hidden: !tags.length },
              ...tags),
            editor(one, "tag", "tag", ""), editor(one, "note", "note", one.note)),
          h("p", { class: "facts" }, h("time", { datetime: one.created }, when(one.created)),
            h("span", {}, one.facts)),
          h("div", { class: "deeds" },
            link("Open", one.readable ? open : "", name, "It cannot be read."),
            one.parent ? link("Compare with parent", one.parent, name, "") : null,
            link("Change one parameter", one.again, name, one.why),
            edit(one, "tag", "Tag"), edit(one, "note", "Note"),
            button("Delete", `delete ${one.id}`, () => send("delete", { id: one.id }),
                   { "aria-label": `Delete ${name}` })))
      }

      const empty = () => view.all
        ? h("div", { class: "empty" }, h("h2", {}, "No record fits"),
            h("p", {}, view.wrong || "Ask for less, or see all records again."),
            button("Show all records", "all", () => send("clear")))
        : h("div", { class: "empty" }, h("h2", {}, "No runs yet"),
            h("p", {}, "Every run of the lab is kept here when it ends: to be found again, opened, "
              + "repeated with one parameter changed, and compared with others."),
            h("p", {}, "Begin with ", ...view.start.flatMap((one, i) =>
              [i ? " or " : "", h("a", { href: one.href }, one.text)]),
              ", or choose a model in the ", h("a", { href: "/" }, "gallery"), "."))

      const compare = () => {
        const n = view.chosen.length
        const can = view.compare
          ? h("a", { class: "button main", href: view.compare, "data-key": "compare" },
              `Compare ${plural(n, "record")}`)
          : h("button", { type: "button", disabled: true, "aria-describedby": "why" }, "Compare")
        return h("div", { class: n ? "compare chosen" : "compare" }, can,
          n ? button("Choose none", "unchoose", () => send("unchoose")) : null,
          h("span", { id: "why" }, view.why))
      }

      const turn = () => {
        const { first, page, found } = view
        if (found <= page) { return null }
        return h("nav", { class: "pages", "aria-label": "Pages of records" },
          button("Newer", "newer", () => send("turn", { to: first - page }),
                 { disabled: first === 0 }),
          button("Older", "older", () => send("turn", { to: first + page }),
                 { disabled: first + page >= found }))
      }

      const undo = () => h("ul", { class: "undo", "aria-label": "Deleted just now",
                                   hidden: !view.undo.length },
        ...view.undo.map((one) => h("li", {}, h("span", {}, `${one.text} was deleted.`),
          button("Undo", `undo ${one.file}`, () => send("restore", { file: one.file }),
                 { "aria-label": `Undo: bring ${one.text} back` }))))

      const disk = () => {
        const trash = view.trash.map((one) => h("li", {}, h("span", {}, one.text),
          button("Restore", `restore ${one.file}`, () => send("restore", { file: one.file }),
                 { "aria-label": `Restore ${one.text}` })))
        const more = view.trashed - trash.length
        const sure = asking && view.trashed
        const ask = (on, key) => () => { asking = on; draw(); focus(key) }
        const list = h("details", { open: shown },
          h("summary", { "data-key": "trash" }, plural(view.trashed, "deleted record")),
          h("ul", { class: "undo" }, ...trash),
          more > 0 ? h("p", {}, `And ${plural(more, "older one")}.`) : null)
        list.addEventListener("toggle", () => { shown = list.open })
        return h("section", { class: "disk", "aria-labelledby": "disk" },
          h("h2", { id: "disk" }, "Disk space"), h("p", {}, view.disk),
          sure
            ? h("p", { class: "sure", role: "alert" },
                `Remove ${plural(view.trashed, "deleted record")} for good? `,
                button("Remove for good", "sure", () => { asking = false; send("empty") }),
                button("Keep", "keep", ask(false, "empty")))
            : button("Empty the trash", "empty", ask(true, "keep"), { disabled: !view.trashed }),
          view.trashed ? list : null)
      }
      let shown = false

      const draw = () => {
        view = JSON.parse(model.view)
        if (!view.rows) { return }
        const key = active()?.dataset.key
        const last = Math.min(view.first + view.page, view.found)
        drawFilter()
        search.hidden = !view.all
        status.textContent = view.said
        status.classList.toggle("alarm", view.alarm)
        const count = view.found ? `Records ${(view.first + 1).toLocaleString("en")}\\u2013`
          + `${last.toLocaleString("en")} of ${view.found.toLocaleString("en")}, newest first` : ""
        body.replaceChildren(...[
          undo(),
          view.all ? compare() : null,
          count ? h("p", { class: "count" }, count) : null,
          view.found ? h("ol", { class: "records" }, ...view.rows.map(record)) : empty(),
          turn(),
          view.all || view.trashed ? disk() : null,
        ].filter((one) => one))
        if (!key || focus(key)) { return }
        // What had the focus is gone: go where one would look next.
        const deleted = key.startsWith("delete ") && view.undo.length
        focus(deleted ? `undo ${view.undo[0].file}` : "said")
      }
      root.append(h("h1", {}, "Runs"), search, wrong, status, body)
      model.on("view", draw)
      draw()
      return root
    }
    """
