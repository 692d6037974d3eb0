"""The lab page: one model, its parameters, its run and what it shows."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui

import models
import workbench
from apps.controls import Controls
from apps.desk import Desk, Job
from apps.equations import dataset_html, equations_html, sources_html
from apps.files import Files
from apps.shell import PHONE, words
from apps.sound import Sound
from apps.stage import Stage
from apps.timeline import preview
from apps.toolbar import Toolbar, seconds, size
from workbench import Change, Model, ParameterError, Raster, Record, Timeline
from workbench.link import query
from workbench.worker import Watch

TICK = 50  # milliseconds between looks at a run


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
    """

    def __init__(
        self,
        desk: Desk,
        model: Model,
        seed: int = 1,
        changes: tuple[Change, ...] = (),
        job: Job | None = None,
    ) -> None:
        self.desk, self.model, self.changes = desk, model.copy(), changes
        self.live = model.pace == "live"
        self.job: Job | None = None
        self.record: Record | None = None
        self._watch: Watch | None = None
        self._asked = False  # whether a new answer of a live model is on its way
        self.controls = Controls(self.model, self._set)
        self.toolbar = Toolbar(seed, self.run, self.pause, self.step, self.stop)
        self.stage = Stage(type(model))
        spikes = any(isinstance(one, Raster) for one in model.observables)
        self.sound = Sound() if spikes else None
        self._cost = words(margin=(6, 0))
        self._ticker: Any = None
        self.files = Files(lambda: self.record, self._link, self._keep)
        self._sources = words(sources_html(self.model), margin=(8, 0))
        self._data = words("<p>No data yet.</p>", margin=(8, 0))
        self.main = self._main()
        self.sidebar = self._sidebar()
        super().__init__()
        self._estimate()
        self._preview()
        if job is not None:
            self._attend(job)
        elif self.live:
            self.answer()
        else:
            self.toolbar.ready("Ready. Press Run to start.")

    def __panel__(self) -> Any:
        return pn.Row(self.sidebar, self.main)

    # What a person does

    def run(self) -> None:
        """Start a run with the values shown."""
        self._start()

    def pause(self) -> None:
        """Pause the run, or let it go on."""
        worker = self.job.worker if self.job else None
        if worker:
            worker.resume() if worker.state == "paused" else worker.pause()

    def step(self) -> None:
        """Let one frame of the run pass; start one if none goes on."""
        if self.job is None or self.job.ended:
            self._start()
        if self.job and self.job.worker:
            self.job.worker.step()

    def stop(self) -> None:
        """End the run."""
        if self.job:
            self.job.stop()

    def key(self, key: str) -> None:
        """Do what a key stands for: space runs and pauses, s steps."""
        if key.startswith("s"):
            self.step()
        elif self.job is None or self.job.ended:
            self.run()
        else:
            self.pause()

    def answer(self) -> None:
        """Show at once what a live model gives for the values shown."""
        self._asked = False
        try:
            self.record = workbench.run(self.model, self.toolbar.seed, progress=False)
        except (ParameterError, workbench.RunFailed) as error:
            self.toolbar.problem(str(error))
            return
        self.stage.replace(self.record.data)
        self._ended()
        self.toolbar.ready("Drag a slider: the pictures answer. Run shows the course in time.")

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.stage.paint(dark)
        self.toolbar.paint(dark)

    # What happens then

    def _set(self, name: str, value: Any) -> None:
        self.changes = ()
        if self.job and not self.job.ended and self.job.worker:
            self.job.worker.set(name, value)
            return
        self._estimate()
        if isinstance(self.model.parameters()[name], Timeline):
            self._preview()
        if self.live and not self._asked:
            self._asked = True  # further moves of the slider are answered together
            if pn.state.curdoc and pn.state.curdoc.session_context:
                pn.state.curdoc.add_next_tick_callback(self.answer)
            else:
                self.answer()

    def _preset(self, name: str) -> None:
        values = type(self.model).presets.get(name, {})
        self.model = type(self.model)(**values)
        self.controls.display(self.model)
        self.changes = ()
        self._estimate()
        self._preview()
        if self.live:
            self.answer()

    def _start(self) -> None:
        try:
            job = self.desk.start(self.model, self.toolbar.seed, self.changes)
        except ParameterError as refused:
            self.toolbar.problem(str(refused))
            return
        self._attend(job)

    def _attend(self, job: Job) -> None:
        """Follow a run until it ends."""
        self.job, self._watch, self.record = job, None, None
        self.stage.clear()
        self._preview()
        self._running(True)
        self.files.open(False)
        remember(f"{query(job.model, job.seed, job.changes)}&run={job.id}")
        if self._ticker is None:
            self._ticker = pn.state.add_periodic_callback(self._tick, period=TICK)

    def _tick(self) -> None:
        job = self.job
        if job is None:
            return
        ended = job.ended  # asked first: what comes after is then complete
        if self._watch is None:
            self._watch = job.watch()
        new = self._watch.take() if self._watch else None
        if new is not None:
            self.stage.draw(new)
            if self.sound:
                self.sound.hear(new)
        self.toolbar.tell(job)
        if ended:
            self._ticker.stop()
            self._ticker = None
            self.record = job.record
            self._running(False)
            if self.record is not None:
                self._ended()

    def _running(self, running: bool) -> None:
        self.controls.running(running)
        self._presets.disabled = running

    def _ended(self) -> None:
        """Say what the record says, and offer its files."""
        assert self.record is not None
        self.stage.read(self.record.data)
        self._sources.object = sources_html(self.model)
        self._data.object = dataset_html(self.record.data)
        self.files.open(True)

    def _link(self) -> None:
        """Write the run that is shown, live changes and all, into the page's address."""
        if self.record is None:
            remember(query(self.model, self.toolbar.seed, self.changes))
            return
        stamp = self.record.stamp
        changes = [Change(**change) for change in stamp.changes]
        remember(query(type(self.model)(**stamp.parameters), stamp.seed, changes))

    def _keep(self, record: Record) -> None:
        """Store what is shown; the run of a worker was stored by itself."""
        if self.job is None or record is not self.job.record:
            try:
                self.desk.store.add(record)
            except OSError as error:
                self.toolbar.problem(str(error))
                return
        self.toolbar.ready(f"Kept as record {record.stamp.id}: see engram-workbench runs.")

    def _preview(self) -> None:
        """Show the protocol that the next run will follow, where the model has one."""
        strip = preview(self.job.model if self.job and not self.job.ended else self.model)
        if strip is not None:
            self.stage.draw(strip)

    def _estimate(self) -> None:
        cost = self.model.cost()
        first = self.model.preparation()
        once = f" The first one also compiles the network, once: {seconds(first)}." if first else ""
        self._cost.object = (
            f"<p>A run takes about {seconds(cost.seconds)}, {size(cost.bytes)} of memory.{once}</p>"
        )

    # How it is laid out

    def _main(self) -> Any:
        tabs = pmui.Tabs(
            ("Equations", words(equations_html(type(self.model)), margin=(8, 0))),
            ("Sources", self._sources),
            ("Data", self._data),
            sizing_mode="stretch_width",
        )
        return pn.Column(
            self.toolbar,
            *([self.sound.view] if self.sound else []),
            self.stage,
            self.files,
            tabs,
            sizing_mode="stretch_width",
            margin=(8, 16),
            stylesheets=[f"@media (max-width: {PHONE}px) {{ :host {{ padding-bottom: 150px; }} }}"],
        )

    def _sidebar(self) -> Any:
        kind = type(self.model)
        choose = pmui.Select(
            label="model", options={models.get(k).title: k for k in models.names()}, value=kind.key,
            size="small", sizing_mode="stretch_width", margin=(8, 0),
        )  # fmt: skip
        choose.param.watch(lambda event: go_to(event.new), "value")
        self._presets = pmui.Select(
            label="preset", options=["the model's defaults", *kind.presets], size="small",
            sizing_mode="stretch_width", margin=(8, 0),
        )  # fmt: skip
        self._presets.param.watch(lambda event: self._preset(event.new), "value")
        about = words(f"<p>{kind.summary}</p>")
        return pn.Column(
            choose, about, self._presets, self.controls, self._cost,
            sizing_mode="stretch_width", margin=(4, 16),
        )  # fmt: skip


def remember(query: str) -> None:
    """Write a query into the page's address."""
    if pn.state.location:
        pn.state.location.search = f"?{query}"


def go_to(key: str) -> None:
    """Open the lab with another model."""
    if pn.state.location:
        pn.state.location.search = f"?model={key}"
        pn.state.location.reload = True
