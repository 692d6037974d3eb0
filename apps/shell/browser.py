"""What the server needs to know of the browser, and what only the browser can do for a page."""

from __future__ import annotations

import json

import param
from panel.custom import JSComponent

from apps.shell import keys, painting
from apps.shell.look import FONT, PHONE, STILL_STYLE

LOST = (
    "The connection to the workbench was lost. A run that was going on goes on without this page; "
    "once the server answers, reload and the page finds it again."
)

SCRIPT = """
const system = window.matchMedia("(prefers-color-scheme: dark)")
const isDark = () => (stored.get("engram-ground") ?? (system.matches ? "dark" : "light")) === "dark"

function banner() {
  const box = document.createElement("div"), button = document.createElement("button")
  box.className = "lost"
  box.setAttribute("role", "alert")
  button.type = "button"
  button.textContent = "Reload"
  button.addEventListener("click", () => window.location.reload())
  const show = () => {
    box.replaceChildren(LOST, button)
    box.hidden = false
    button.focus()
  }
  box.hidden = true
  return [box, show]
}

function mend(root) {  // what the frame's own elements lack: names, and room for what is pinned
  for (const one of root.querySelectorAll(".sidebar[role=dialog], nav:not([aria-label])")) {
    one.setAttribute("aria-label", "Parameters")
  }
  for (const one of root.querySelectorAll(".MuiToolbar-root > h5")) { one.ariaHidden = "true" }
  for (const [part, room] of [[".sidebar", 120], [".main-content", innerWidth < PHONE ? 210 : 0]]) {
    const one = root.querySelector(part)
    if (one) { one.style.scrollPaddingBottom = `${room}px` }
  }
  if (!root.querySelector("style.still")) {
    const style = document.createElement("style")
    style.className = "still"
    style.textContent = STILL
    root.append(style)
  }
}

export function render({ model }) {
  paintLess()
  model.width_seen = window.innerWidth
  model.dark_seen = isDark()
  const root = document.createElement("div"), dialog = keysDialog()
  const [box, lost] = banner()
  root.append(dialog, box)

  const acts = {
    keys: () => { if (!dialog.open) { dialog.showModal() } },
    open: () => { model.sheet = Math.abs(model.sheet) + 1 },
    close: () => { model.sheet = -Math.abs(model.sheet) - 1 },
  }
  let count = 0
  const onKey = (event) => {
    if (dialog.open) { return }
    const word = stroke(event)
    if (!word || (!model.runs && !["keys", "opened"].includes(word))) { return }
    event.preventDefault()
    if (word === "keys") { acts.keys() } else if (word !== "opened" && !event.repeat) {
      model.key = `${word} ${count++}`
    }
  }
  const onClick = (event) => {
    const act = event.composedPath().find((each) => each.dataset?.act)?.dataset.act
    acts[act]?.()
  }
  window.addEventListener("keydown", onKey)
  window.addEventListener("click", onClick)
  model.on("ground", () => {
    const known = isDark() ? "dark" : "light"
    if (model.ground !== known) { stored.set("engram-ground", model.ground) }
  })
  for (const each of window.Bokeh?.documents ?? []) { each.on_event("connection_lost", lost) }

  const observer = new MutationObserver(() => mend(frame))
  let frame = document
  setTimeout(() => {  // once it stands on the page
    frame = root.getRootNode().host?.getRootNode() ?? document
    mend(frame)
    observer.observe(frame, { childList: true, subtree: true })
  })
  model.on("remove", () => {
    observer.disconnect()
    window.removeEventListener("keydown", onKey)
    window.removeEventListener("click", onClick)
  })
  return root
}
"""

STYLE = (
    f":host {{ font-family: {FONT}; }}"
    + """
.lost { position: fixed; top: 0; left: 0; right: 0; z-index: 9999; padding: 12px 20px;
        display: flex; gap: 16px; align-items: center; justify-content: center;
        background: #7A0C06; color: #fff; font-size: 15px; line-height: 1.4; }
[hidden] { display: none; }
button { font: inherit; font-weight: 600; color: inherit; background: none; padding: 6px 14px;
         border: 1px solid currentColor; border-radius: 4px; cursor: pointer; flex: none; }
:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
"""
)


class Browser(JSComponent):
    """The browser's width, keys and wish for dark ground; the list of keys; a broken connection.

    Keys count only where they are not another element's own: see `apps.shell.keys`.
    """

    width_seen = param.Integer(default=1400, doc="width of the window in pixels")
    dark_seen = param.Boolean(default=False, doc="whether dark ground is asked for")
    ground = param.String(default="", doc="light or dark, for the browser to remember")
    runs = param.Boolean(default=False, doc="whether keys run something on this page")
    key = param.String(default="", doc="word for the last stroke, and a number that makes it new")
    sheet = param.Integer(default=0, doc="above 0 to open the parameters, below to close")

    _esm = "\n".join(
        [
            f"const LISTED = {json.dumps(keys.listed())}, LOST = {json.dumps(LOST)}",
            f"const PHONE = {PHONE}, STILL = {json.dumps(STILL_STYLE)}",
            keys.SCRIPT,
            painting.SCRIPT,
            SCRIPT,
        ]
    )
    _stylesheets = [STYLE + keys.STYLE]
