"""The keys of a page, and the dialog that lists them."""

from __future__ import annotations

import html

#: What each key does, as the dialog tells it.
KEYS = {
    "Space": "run; while a run goes on, pause and go on",
    "S": "step: let one frame of the run pass",
    "Ctrl Z": "undo what was set last; in a text field, the field's own undo",
    "Ctrl Shift Z": "redo",
    "/": "search, on the page of all models",
    "?": "show this list",
    "Esc": "close a list, a sheet or this dialog",
    "Tab, arrows": "go to the next field; move a slider or choose in a list",
}

#: Told to the server; it calls `told(word)` once for each stroke that counts.
SCRIPT = """
const OPENING = ["Enter", " ", "ArrowDown", "ArrowUp"]
const OWN_SPACE = ["BUTTON", "A", "SUMMARY", "SELECT"]
const ROLES = ["combobox", "listbox", "option", "menuitem", "switch", "tab"]

const stored = {
  get(name) { try { return localStorage.getItem(name) } catch { return null } },
  set(name, value) { try { localStorage.setItem(name, value) } catch { /* may be forbidden */ } },
}

function types(inside) {  // whether letters and Ctrl-Z belong to what has the focus
  const written = inside.tagName === "INPUT" && !["range", "checkbox"].includes(inside.type)
  return written || inside.tagName === "TEXTAREA" || inside.isContentEditable
}

function listens(inside, role) {  // whether single keys belong to it
  return inside.tagName === "SELECT" || ROLES.includes(role)
}

function stroke(event) {  // the word for a key that counts here, else nothing
  const inside = event.composedPath()[0]
  const role = inside.getAttribute?.("role")
  if (role === "combobox" && inside.tagName === "DIV" && OPENING.includes(event.key)) {
    inside.click()  // the page's own selects open to a pointer alone
    return "opened"
  }
  if (types(inside) || event.altKey) { return "" }
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase()
    if (key === "y") { return "redo" }
    return key === "z" ? (event.shiftKey ? "redo" : "undo") : ""
  }
  if (event.key === "?") { return "keys" }
  if (stored.get("engram-keys") === "off" || listens(inside, role)) { return "" }
  if (event.key.toLowerCase() === "s") { return "step" }
  const left = inside.closest?.("dialog:not([open])")  // closed a moment ago, with the focus inside
  const free = left || (!OWN_SPACE.includes(inside.tagName) && inside.type !== "checkbox")
  return event.key === " " && free ? "space" : ""
}

function keysDialog() {
  const dialog = document.createElement("dialog")
  dialog.innerHTML = LISTED
  dialog.setAttribute("aria-labelledby", "keys-title")
  const single = dialog.querySelector("input")
  single.checked = stored.get("engram-keys") !== "off"
  single.addEventListener("change", () => {
    stored.set("engram-keys", single.checked ? "on" : "off")
  })
  dialog.querySelector("button").addEventListener("click", () => dialog.close())
  dialog.addEventListener("click", (event) => {  // on the ground around it
    if (event.target === dialog) { dialog.close() }
  })
  return dialog
}
"""

STYLE = """
dialog { border: 1px solid #8886; border-radius: 8px; padding: 16px 24px; max-width: 480px;
         color: var(--panel-on-background-color); background: var(--panel-background-color);
         font-size: 14px; line-height: 1.45; }
dialog::backdrop { background: rgba(0, 0, 0, 0.5); }
dialog h2 { font-size: 18px; margin: 0 0 8px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 0 0 12px 0; }
dt, dd { margin: 0; }
kbd { border: 1px solid #888; border-radius: 4px; padding: 1px 6px; font: inherit;
      white-space: nowrap; }
dialog label { display: flex; gap: 8px; align-items: center; margin-bottom: 12px; }
dialog input { width: 18px; height: 18px; accent-color: var(--panel-primary-color); }
"""


def listed() -> str:
    """Return the inside of the dialog."""
    rows = "".join(
        f"<dt><kbd>{html.escape(key)}</kbd></dt><dd>{html.escape(what)}</dd>"
        for key, what in KEYS.items()
    )
    return (
        f"<h2 id='keys-title'>Keys</h2><dl>{rows}</dl>"
        "<label><input type='checkbox'>Space and S work without Ctrl</label>"
        "<button type='button'>Close</button>"
    )
