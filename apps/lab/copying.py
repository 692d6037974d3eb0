"""Text that a person copies: the way into the clipboard that every browser has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from apps.shell.look import FONT

#: `copied(text, beside)` copies, by the older way where a page is not served safely (http).
SCRIPT = """
async function copied(text, beside) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement("textarea")
    area.value = text
    beside.append(area)
    area.select()
    const done = document.execCommand("copy")
    area.remove()
    return done
  }
}
function said(status, done, what) {
  status.textContent = done ? `${what} copied.` : "Copying is not allowed here."
  clearTimeout(status.timer)
  status.timer = setTimeout(() => { status.textContent = "" }, 4000)
}
"""
#: A button without a frame.
BUTTON = (
    f"button {{ font: 500 13px {FONT};"
    """ color: var(--panel-primary-color); background: none; border: 1px solid transparent;
        border-radius: 4px; padding: 5px 8px; cursor: pointer; }
    button:hover { border-color: currentColor; }
    button:focus-visible { outline: 3px solid var(--panel-primary-color); outline-offset: 1px; }
    [role=status] { font-size: 13px; color: var(--panel-on-background-color); }
    """
)


class CopyLink(JSComponent):
    """A button that asks the server for an address and copies it whole.

    Parameters
    ----------
    query : callable
        Returns the query of the address.
    """

    label = param.String(default="Copy link", doc="what the button says")

    _esm = (
        SCRIPT
        + """
    export function render({ model }) {
      const box = document.createElement("span"), button = document.createElement("button")
      const status = document.createElement("span")
      button.type = "button"
      button.textContent = model.label
      status.setAttribute("role", "status")
      button.addEventListener("click", () => model.send_msg({}))
      model.on("msg:custom", async ({ query }) => {
        const { origin, pathname } = window.location
        said(status, await copied(`${origin}${pathname}?${query}`, box), "Link")
        button.focus()
      })
      box.append(button, status)
      return box
    }
    """
    )
    _stylesheets = [
        BUTTON,
        """span { position: relative; }
        [role=status] { position: absolute; left: 8px; top: 24px; white-space: nowrap; }
        """,
    ]

    def __init__(self, query: Callable[[], str], **params: Any) -> None:
        super().__init__(**params)
        self._query = query

    def _handle_msg(self, data: Any) -> None:
        self._send_msg({"query": self._query()})
