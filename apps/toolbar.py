"""Run, pause, step, stop and seed, with one line that always tells what the run is doing."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.desk import Job
from apps.palette import ground
from apps.shell import PHONE
from workbench import ParameterError
from workbench.run import SEED

#: State -> which of run, pause, step and stop can work.
OPEN = {
    "ready": (True, False, True, False),
    "queued": (False, False, False, True),
    "starting": (False, True, True, True),
    "running": (False, True, True, True),
    "paused": (False, True, True, True),
    "stopping": (False, False, False, False),
    "stopped": (True, False, True, False),
    "failed": (True, False, True, False),
    "finished": (True, False, True, False),
}


class Toolbar(pn.viewable.Viewer):
    """The row of buttons above the plots, and the line that tells the run's state.

    Parameters
    ----------
    seed : int
        Shown at first.
    run, pause, step, stop : callable
        Called when a person presses the button; `pause` also resumes.
    random : bool
        Whether the model draws random numbers, so that a seed matters.
    """

    def __init__(
        self,
        seed: int,
        run: Callable[[], None],
        pause: Callable[[], None],
        step: Callable[[], None],
        stop: Callable[[], None],
        random: bool = True,
    ) -> None:
        self.seed = seed
        self._run = button("Run", "play_arrow", run, "contained")
        self._pause = button("Pause", "pause", pause)
        self._step = button("Step", "skip_next", step)
        self._stop = button("Stop", "stop", stop)
        self._buttons = (self._run, self._pause, self._step, self._stop)
        hint = "start of the random numbers" if random else "this model draws no random numbers"
        self._seed = pmui.TextInput(
            value=str(seed), label="seed", width=110, size="small", description=hint, margin=(4, 8)
        )
        self._seed.param.watch(lambda event: self._reseed(event.new), "value")
        self._line = pn.pane.HTML(
            "", margin=(2, 4), min_height=40, sizing_mode="stretch_width", stylesheets=[LINE]
        )
        self._view = pmui.Column(
            pmui.FlexBox(*self._buttons, self._seed, align_items="center", gap="8px", margin=0),
            self._line,
            sizing_mode="stretch_width",
            margin=0,
            stylesheets=[PINNED],
        )
        self._shown = ""
        self.ready("Ready.")
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def paint(self, dark: bool) -> None:
        """Stand on light or dark ground."""
        self._view.css_classes = ["on-dark"] if dark else []

    def ready(self, words: str) -> None:
        """Show that nothing runs, and say what a person can do."""
        self._show("ready", words, 0.0)

    def problem(self, sentence: str) -> None:
        """Show why a run could not start."""
        self._show("failed", sentence, 0.0)

    def tell(self, job: Job) -> None:
        """Show the state of a run."""
        worker = job.worker
        if worker is None:
            self._show(job.state, queue_words(job), 0.0)
            return
        words = {
            "starting": "Starting its process ...",
            "running": f"{worker.message} · {time_words(worker.elapsed, worker.progress)}",
            "paused": f"Paused · {worker.message}",
            "stopping": "Stopping ...",
            "stopped": f"Stopped after {seconds(worker.elapsed)}; what was computed is kept.",
            "failed": f"Failed: {worker.message} Change a value or press Run to try again.",
            "finished": f"Finished in {seconds(worker.elapsed)}.",
        }[worker.state]
        if job.problem:
            words += f" It could not be stored: {job.problem}"
        self._show(worker.state, words, worker.progress)

    def _show(self, state: str, words: str, progress: float) -> None:
        for one, can in zip(self._buttons, OPEN[state], strict=True):
            if one.disabled == can:
                one.disabled = not can
        self._seed.disabled = OPEN[state][3]
        label = "Go on" if state == "paused" else "Pause"
        if self._pause.label != label:
            self._pause.label = label
        role = "alert" if state == "failed" else "status"
        text = (
            f"<progress max='1' value='{progress:.3f}' aria-label='progress of the run'></progress>"
            f"<div class='state {state}' role='{role}'>{html.escape(words)}</div>"
        )
        if text != self._shown:
            self._shown = self._line.object = text

    def _reseed(self, text: str) -> None:
        try:
            self.seed = SEED.parse(text)
            self._seed.error_state = False
        except ParameterError as refused:
            self._seed.error_state = True
            self.problem(str(refused))


#: On a phone the row stands at the bottom, whatever is scrolled.
PINNED = f"""
@media (max-width: {PHONE}px) {{
  :host {{ position: fixed; bottom: 0; left: 0; right: 0; z-index: 20; padding: 6px 12px;
          margin: 0 !important; border-top: 1px solid #8886; background: {ground(False).paper}; }}
  :host(.on-dark) {{ background: {ground(True).paper}; }}
}}
"""
LINE = """
progress { width: 100%; height: 6px; accent-color: #0072B2; display: block; }
.state { font-size: 14px; line-height: 1.5; margin-top: 4px; min-height: 21px; }
.state.failed { color: #B3261E; }
:host(.dark) .state.failed { color: #FFB4AB; }
"""


def button(label: str, icon: str, press: Callable[[], None], variant: str = "outlined") -> Any:
    """Return a button that calls `press`."""
    made = pmui.Button(label=label, icon=icon, variant=variant, size="small", margin=(4, 0))
    made.on_click(lambda _event: press())
    return made


def queue_words(job: Job) -> str:
    """Say where a run stands that has no process."""
    if job.state == "failed":
        return f"Failed: {job.problem}"
    if job.state == "stopped":
        return "Taken out of the queue."
    return f"Waiting for its turn: place {job.place} in the queue."


def time_words(elapsed: float, progress: float) -> str:
    """Say how long a run has taken and how long it still needs."""
    if progress < 0.02:
        return seconds(elapsed)
    return f"{seconds(elapsed)} of about {seconds(elapsed / progress)}"


def seconds(value: float) -> str:
    """Return a time as a person says it."""
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"


def size(count: int) -> str:
    """Return a number of bytes as a person says it."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.3g} GB"
