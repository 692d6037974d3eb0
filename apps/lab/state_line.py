"""The line that tells what the run is doing, and the bar of its progress."""

from __future__ import annotations

import param
from panel.custom import JSComponent

from apps.shell.look import FONT


class StateLine(JSComponent):
    """A progress bar and a line of text, which stay the same elements while they change.

    Screen readers are told each change of state. While a run goes on its words change many times
    a second, and are there to be read but not announced.
    """

    state = param.String(default="ready", doc="what the run is doing, in one word")
    words = param.String(doc="what it is doing, in a sentence")
    progress = param.Number(default=0.0, doc="how much of the run is done, 0 to 1")

    _esm = """
    const LIVE = { running: "off", queued: "polite", failed: "assertive", refused: "assertive" }

    export function render({ model }) {
      const box = document.createElement("div")
      const bar = document.createElement("progress"), line = document.createElement("div")
      bar.max = 1
      bar.setAttribute("aria-label", "progress of the run")
      const show = () => {
        bar.value = model.progress
        line.className = `state ${model.state}`
        line.setAttribute("role", ["failed", "refused"].includes(model.state) ? "alert" : "status")
        line.setAttribute("aria-live", LIVE[model.state] ?? "polite")
        if (line.textContent !== model.words) { line.textContent = model.words }
      }
      for (const name of ["state", "words", "progress"]) { model.on(name, show) }
      show()
      box.append(bar, line)
      return box
    }
    """
    _stylesheets = [
        f":host {{ font-family: {FONT}; color: var(--panel-on-background-color); }}"
        """
        progress { width: 100%; height: 6px; display: block; border: 0; appearance: none;
                   background: #8886; color: var(--panel-primary-color); }
        ::-webkit-progress-bar { background: #8886; }
        ::-webkit-progress-value { background: var(--panel-primary-color); }
        ::-moz-progress-bar { background: var(--panel-primary-color); }
        .state { font-size: 14px; line-height: 1.5; margin-top: 4px; min-height: 42px; }
        .failed, .refused { color: var(--danger-bg-color); }
        """
    ]
