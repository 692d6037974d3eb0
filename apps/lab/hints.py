"""What a page says of the parameter that one is at."""

from __future__ import annotations

import param
from panel.custom import JSComponent

from apps.shell.look import FONT


class Hints(JSComponent):
    """The place below the parameters where a page says what one means, and why one was refused.

    It keeps its size, so that nothing moves while one goes from field to field.
    """

    refusal = param.String(doc="why a value was refused; empty when all is well")

    _esm = """
    const FIRST = "Go to a parameter, or point at it, and its meaning is told here."

    export function render({ model }) {
      const box = document.createElement("div")
      box.className = "hint-box"
      const hint = document.createElement("p"), refusal = document.createElement("p")
      hint.textContent = FIRST
      hint.setAttribute("aria-hidden", "true")  // each field is described by the same words
      refusal.setAttribute("role", "alert")
      const show = () => {
        refusal.textContent = model.refusal
        hint.hidden = model.refusal !== ""
        reach()
      }
      const reach = () => {  // what is too long is scrolled with the keys
        box.tabIndex = box.scrollHeight > box.clientHeight ? 0 : -1
      }
      const explain = (event) => {
        hint.textContent = event.detail
        box.scrollTop = 0
        reach()
      }
      window.addEventListener("engram-hint", explain)
      model.on("remove", () => window.removeEventListener("engram-hint", explain))
      model.on("refusal", show)
      show()
      box.append(hint, refusal)
      return box
    }
    """
    _stylesheets = [
        f".hint-box {{ font: 13px/1.4 {FONT}; color: var(--panel-on-background-color);"
        """ height: 104px; overflow-y: auto; box-sizing: border-box; padding: 6px 0 6px 4px;
              border-top: 1px solid #8886;
              background: var(--panel-background-color); }
        p { margin: 0; }
        [role=alert] { color: var(--danger-bg-color); font-weight: 600; }
        [hidden] { display: none; }
        """
    ]
