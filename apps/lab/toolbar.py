"""Run, pause, step, stop and seed, with one line that always tells what the run is doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.lab.run_buttons import RunButtons
from apps.lab.state_line import StateLine
from apps.shell.amounts import seconds, size
from apps.shell.frame import PHONE, STYLE, when_loaded, words
from apps.shell.look import FONT
from apps.shell.together import together
from apps.work.desk import Job
from workbench import ParameterError
from workbench.model import Cost
from workbench.run import SEED
from workbench.worker import Worker

BEGIN, HOLD = ["run", "step"], ["pause", "step", "stop"]
#: State -> the buttons that can work.
OPEN = {
    "refused": [],
    "ready": BEGIN,
    "queued": ["stop"],
    "starting": HOLD,
    "running": HOLD,
    "paused": HOLD,
    "stopping": [],
    "stopped": BEGIN,
    "failed": BEGIN,
    "finished": BEGIN,
}


class Toolbar(pn.viewable.Viewer):
    """The row of buttons above the plots, and the line that tells the run's state.

    Parameters
    ----------
    seed : int
        Shown at first.
    run, pause, step, stop : callable
        Called when a person presses the button; `pause` also resumes.
    """

    def __init__(
        self,
        seed: int,
        run: Callable[[], None],
        pause: Callable[[], None],
        step: Callable[[], None],
        stop: Callable[[], None],
    ) -> None:
        self.seed = seed
        self._buttons = RunButtons(run=run, pause=pause, step=step, stop=stop)
        self._seed = pmui.TextInput(
            value=str(seed), label="random seed", width=100, size="small", margin=(4, 8)
        )
        self._seed.param.watch(lambda event: when_loaded(lambda: self._reseed(event.new)), "value")
        self._cost = words(sizing_mode=None, margin=(4, 0), stylesheets=[STYLE, COST])
        self._line = StateLine(margin=(2, 4), min_height=58, sizing_mode="stretch_width")
        sheet = words(PARAMETERS, stylesheets=[STYLE, SHEET], sizing_mode=None, margin=(4, 0))
        self._view = pmui.Column(
            pmui.FlexBox(
                self._buttons, self._seed, sheet, self._cost,
                align_items="center", gap="8px", margin=0,
            ),
            self._line,
            sizing_mode="stretch_width",
            margin=0,
            stylesheets=[PINNED],
        )  # fmt: skip
        self.ready("Ready.")
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def ready(self, words: str) -> None:
        """Show that nothing runs, and say what a person can do."""
        self._show("ready", words, 0.0)

    def problem(self, sentence: str) -> None:
        """Show why a run could not start."""
        self._show("failed", sentence, 0.0)

    def refuse(self, sentence: str) -> None:
        """Show why no run can start with these values."""
        self._show("refused", sentence, 0.0)

    def expect(self, cost: Cost) -> None:
        """Show what the next run is expected to take."""
        told = f"<p>about {seconds(cost.seconds)},<br>{size(cost.bytes)} of memory</p>"
        if self._cost.object != told:
            self._cost.object = told

    def tell(self, job: Job, state: str, more: str = "") -> None:
        """Show a run in a state, and what else there is to say once it has ended."""
        worker = job.worker
        if worker is None or state == "queued":
            self._show(state, queue_words(job, state), 0.0)
            return
        told = {
            "starting": "Starting its process ...",
            "running": f"{worker.message} · {time_words(worker.elapsed, worker.progress)}",
            "paused": f"Paused · {worker.message or 'before its first picture'}",
            "stopping": "Stopping ...",
            "stopped": stopped_words(worker),
            "failed": f"Failed: {worker.message} Change a value or press Run to try again.",
            "finished": f"Finished in {seconds(worker.elapsed)}.",
        }[state]
        if job.problem:
            told += f" It could not be stored: {job.problem}"
        self._show(state, f"{told} {more}".strip(), worker.progress)

    def _show(self, state: str, told: str, progress: float) -> None:
        with together():
            self._buttons.param.update(open=OPEN[state], paused=state == "paused")
            self._seed.disabled = "stop" in OPEN[state]
            self._line.param.update(state=state, words=told, progress=round(progress, 3))

    def _reseed(self, text: str) -> None:
        try:
            self.seed = SEED.parse(text)
            if self._seed.error_state:
                self.ready("Ready.")
            self._seed.error_state = False
        except ParameterError as refused:
            self._seed.error_state = True
            self.problem(str(refused))


#: On a phone the row stands at the bottom, whatever is scrolled.
PINNED = f"""
@media (max-width: {PHONE}px) {{
  :host {{ position: fixed; bottom: 0; left: 0; right: 0; z-index: 20; padding: 6px 12px;
          margin: 0 !important; border-top: 1px solid #8886;
          background: var(--panel-background-color); }}
}}
"""
COST = "p { font-size: 13px; line-height: 1.25; margin: 0; white-space: nowrap; }"
#: Where parameters are a sheet, this opens it.
PARAMETERS = "<button type='button' data-act='open'>Parameters</button>"
SHEET = f"""
button {{ font: 600 13px {FONT}; color: var(--panel-primary-color); background: none; height: 34px;
         padding: 0 12px; border: 1px solid currentColor; border-radius: 4px; cursor: pointer; }}
button:focus-visible {{ outline: 3px solid var(--panel-primary-color); outline-offset: 2px; }}
@media (min-width: {PHONE}px) {{ :host {{ display: none !important; }} }}
"""


def stopped_words(worker: Worker) -> str:
    """Say that a run was stopped, and why if it was not the person who pressed Stop."""
    why = f": {worker.message}" if worker.message else ""
    return f"Stopped after {seconds(worker.elapsed)}{why}; what was computed is kept."


def queue_words(job: Job, state: str) -> str:
    """Say where a run stands that has no process."""
    if state == "failed":
        return f"Failed: {job.problem}"
    if state == "stopped":
        return "Taken out of the queue."
    if place := job.place:
        return f"Waiting for its turn: place {place} in the queue."
    return "Starting its process ..."


def time_words(elapsed: float, progress: float) -> str:
    """Say how long a run has taken and how long it still needs."""
    if progress < 0.02:
        return seconds(elapsed)
    return f"{seconds(elapsed)} of about {seconds(elapsed / progress)}"
