"""The lab page: one model, its parameters, its run and what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import panel as pn
import xarray as xr

import workbench
from apps.lab.beside import Beside
from apps.lab.following import Following
from apps.lab.layout import middle
from apps.lab.past import Past
from apps.lab.shown import Shown
from apps.lab.timeline import preview
from apps.lab.toolbar import Toolbar
from apps.lab.values import Values
from apps.runs.opening import told
from apps.shell.amounts import seconds
from apps.shell.together import counted_once, in_a_turn, together
from apps.work.desk import Desk, Job
from apps.work.presence import session
from workbench import Change, Model, ParameterError, Record, Timeline
from workbench.link import query
from workbench.snapshot import Branch

READY = "Ready. Press Run to start."
LIVE = "Drag a slider: the pictures answer. Run shows the course in time."
OTHER = "The values were changed since: press Run to see what they do."


class Lab(pn.viewable.Viewer):
    """One model at work.

    Parameters
    ----------
    desk : Desk
        Where runs are started.
    model : Model
        The values to begin with; the lab works on a copy.
    seed : int
        The seed to begin with.
    changes : iterable of Change
        Live changes of a shared run, made again when it is run unchanged.
    job : Job, optional
        A run to go on watching, such as the one of a page that was reloaded.
    record : Record, optional
        A stored run to show as it ended.
    beside : str
        Id of the record that the next run is to be compared with, if any.
    """

    def __init__(
        self,
        desk: Desk,
        model: Model,
        seed: int = 1,
        changes: tuple[Change, ...] = (),
        job: Job | None = None,
        record: Record | None = None,
        beside: str = "",
    ) -> None:
        self.desk, self.changes = desk, changes
        self.live = model.pace == "live"
        self.job: Job | None = None
        self._asked = False  # whether a new answer of a live model is on its way
        self.values = Values(model.copy(), self._changed)
        self.toolbar = Toolbar(seed, self.run, self.pause, self.step, self.stop)
        self.shown = Shown(model, desk.store, self._link, self._say)
        self.past = Past(self.values, self.shown, self._branch)
        self._following: Following | None = None
        self.beside = Beside(beside)
        rewind = self.past.rewind if model.rewinds else None
        self.main = middle(type(model), self.beside, self.toolbar, rewind, *self.shown.views)
        self.sidebar = self.values
        super().__init__()
        self._preview()
        self._begin(job, record)

    def __panel__(self) -> Any:
        return pn.Row(self.sidebar, self.main)

    @property
    def model(self) -> Model:
        """The model with the values shown."""
        return self.values.model

    @property
    def running(self) -> bool:
        """Whether a run waits or goes on."""
        return self.job is not None and not self.job.ended

    # What a person does

    def run(self) -> None:
        """Start a run with the values shown."""
        self._start(self.model, self.toolbar.seed, self.changes)

    def pause(self) -> None:
        """Pause the run, or let it go on."""
        worker = self.job.worker if self.job else None
        if worker:
            worker.resume() if worker.state == "paused" else worker.pause()

    def step(self) -> None:
        """Let one frame of the run pass; start one if none goes on."""
        if not self.running:
            self.run()
        if self.job and self.job.worker:
            self.job.worker.step()

    def stop(self) -> None:
        """End the run."""
        if self.job:
            self.job.stop()

    def key(self, key: str) -> None:
        """Do what a stroke stands for: a word of `apps.shell.keys`, and a number to make it new."""
        word = key.split()[0]
        acts = {"step": self.step, "undo": self.values.undo, "redo": self.values.redo}
        if word == "space":
            self.pause() if self.running else self.run()
        elif word in acts:
            acts[word]()

    def answer(self) -> None:
        """Show at once what a live model gives for the values shown."""
        self._asked = False
        try:
            record = workbench.run(self.model, self.toolbar.seed, progress=False)
        except (ParameterError, workbench.RunFailed) as error:
            self.toolbar.problem(str(error))
            return
        self.past.close()  # it is another run that is shown now
        self.shown.replace(record, self.model)
        self.toolbar.ready(LIVE)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.shown.paint(dark)

    # What happens then

    def _begin(self, job: Job | None, record: Record | None) -> None:
        """Show the run that is given, or what can be done."""
        if job is not None:
            self._attend(job)
        elif record is not None:
            self.shown.stored = record
            self.shown.replace(record, self.model)
            self.toolbar.ready(told(record))
        elif self.live:
            self.answer()
        elif self._estimate():
            self.toolbar.ready(self._ready())

    def _changed(self, names: list[str]) -> None:
        """Answer to values that were set or taken back."""
        if self.past.seen:
            return  # they are for the branch
        self.changes = ()
        if self.running:
            for name in self._live(names):
                if self.job and self.job.worker:
                    self.job.worker.set(name, getattr(self.model, name))
            return
        allowed = self._estimate()
        if any(isinstance(self.model.parameters()[name], Timeline) for name in names):
            self._preview()
        if self.live:
            self._answer_soon()
        elif allowed and self.job and self.job.worker:
            self.toolbar.tell(self.job, self.job.state, OTHER)
        elif allowed:
            self.toolbar.ready(self._ready())

    def _live(self, names: list[str]) -> list[str]:
        """Return those that may change while a run goes on; others come too late for it."""
        declared = self.model.parameters()
        return [name for name in names if declared[name].live]  # type: ignore[attr-defined]

    def _answer_soon(self) -> None:
        """Answer once, however far a slider is moved until then."""
        if not self._asked:
            self._asked = True
            in_a_turn(self.answer)

    def _branch(self, branch: Branch, changes: list[Change]) -> None:
        """Go on from a moment of the run that is shown."""
        if self.job:
            self._start(self.job.model, self.job.seed, changes, branch)

    def _start(
        self, model: Model, seed: int, changes: Iterable[Change], branch: Branch | None = None
    ) -> None:
        try:
            job = self.desk.start(model, seed, changes, session(), branch)
        except ParameterError as refused:
            self.toolbar.problem(str(refused))
            return
        self._attend(job)

    def _attend(self, job: Job) -> None:
        """Say that a run begins; to make the page ready for it takes a while and comes after."""
        if self._following:
            self._following.leave()
        self.job = job
        self.toolbar.tell(job, job.state)
        in_a_turn(lambda: self._follow(job))

    def _follow(self, job: Job) -> None:
        """Show a run until it ends."""
        if job is not self.job:
            return  # another was begun meanwhile
        with together(), counted_once(pn.state.curdoc):
            self.past.close()
            self.values.display(job.now)
            self.shown.clear()
            self._preview()
            self.values.running(True)
            self._estimate()
            self.beside.wait(job.branch.parent if job.branch else "")
        remember(f"{query(job.model, job.seed, job.changes)}&run={job.id}")
        self._following = Following(job, self._see, self._tell, self._over)

    def _see(self, new: xr.Dataset) -> None:
        """Draw what is new, unless one looks at the past."""
        if not self.past.seen:
            self.shown.see(new)

    def _tell(self, state: str) -> None:
        """Tell the state of the run; while it waits one may go back."""
        assert self.job is not None
        self.toolbar.tell(self.job, state, self.job.origin)
        if state == "paused":
            self.past.offer(self.job)
        elif not self.job.ended:
            self.past.close()

    def _over(self) -> None:
        """Show how the run ended."""
        self.values.running(self.past.seen)
        record = self.job.record if self.job else None
        if self.job is not None and record is not None:
            self.shown.stored = record
            self.past.offer(self.job)
            self.beside.offer(record.stamp.id)
            job = self.job
            in_a_turn(lambda: self._conclude(job, record))

    def _conclude(self, job: Job, record: Record) -> None:
        """Say what a record says: to compute that takes longer than to tell that the run ended."""
        if job is self.job and self.shown.record is None:  # nothing else was begun meanwhile
            with together():
                self.shown.end(record, self.model)

    def _link(self, asked: str) -> str:
        """Write a run into the page's address: the values shown, where none is asked for."""
        asked = asked or query(self.model, self.toolbar.seed, self.changes)
        remember(asked)
        return asked

    def _say(self, sentence: str, failed: bool) -> None:
        self.toolbar.problem(sentence) if failed else self.toolbar.ready(sentence)

    def _preview(self) -> None:
        """Show the protocol that the next run will follow, where the model has one."""
        strip = preview(self.job.model if self.job and self.running else self.model)
        if strip is not None:
            self.shown.stage.draw(strip)

    def _ready(self) -> str:
        first = self.model.preparation()
        once = f" The first one also compiles the network, once: about {seconds(first)}."
        return READY + (once if first else "")

    def _estimate(self) -> bool:
        """Tell what the next run is expected to take, and whether it is allowed."""
        try:
            self.model.validate()
            self.toolbar.expect(self.desk.estimate(self.model))
            refusal = self.desk.refusal(self.model)
        except ParameterError as refused:
            refusal = str(refused)
        if refusal and not self.running:
            self.toolbar.refuse(refusal)
        return not refusal


def remember(query: str) -> None:
    """Write a query into the page's address."""
    if pn.state.location:
        pn.state.location.search = f"?{query}"
