"""One run of the server: waiting for its turn, going on, or ended."""

from __future__ import annotations

import math
import threading
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from workbench import Change, Model, Record, Worker
from workbench.meter import Meter
from workbench.record import first_line
from workbench.run import SEED, check_live
from workbench.snapshot import Branch
from workbench.worker import OVER, Watch

if TYPE_CHECKING:
    from apps.work.desk import Desk

#: Seconds between two looks at what a run takes; the first ones come sooner.
LOOK = 0.5


class Job:
    """A run on the desk.

    Attributes
    ----------
    id : str
        Names the run in the page's address.
    session : str
        Who started it; empty for nobody.
    sessions : set of str
        Who looks at it now.
    problem : str
        Why the run could not start or its record could not be stored, if so.
    """

    def __init__(
        self,
        desk: Desk,
        model: Model,
        seed: int,
        changes: tuple[Change, ...],
        session: str = "",
        branch: Branch | None = None,
    ) -> None:
        model.validate()
        for change in changes:
            check_live(model, change.name, change.value)
        self.id = uuid.uuid4().hex[:10]
        self.model, self.seed, self.changes = model.copy(), SEED.check(seed), changes
        self.session, self.branch = session, branch
        self.sessions = {session} - {""}
        self.worker: Worker | None = None
        self.problem = ""
        self.begun = self.cancelled = self.abandoned = False
        self._unwanted: str | None = None  # why it was stopped before its process was there
        self._lock = threading.Lock()
        self.turn, self.since = math.inf, 0  # its place in the queue: see Desk
        self._desk = desk
        self._keeper: threading.Thread | None = None
        self._leaving: threading.Timer | None = None

    @property
    def state(self) -> str:
        """The worker's state, or "queued", or "stopped" or "failed" before its turn."""
        if self.worker is not None:
            return self.worker.state
        if self.problem:
            return "failed"
        if self.cancelled:
            return "stopped"
        return "starting" if self.begun else "queued"

    @property
    def place(self) -> int:
        """Place in the queue, 1 for the next; 0 when it is not waiting."""
        return self._desk.place(self)

    @property
    def record(self) -> Record | None:
        """The record, once the run has ended."""
        return self.worker.record if self.worker else None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.worker.ended if self.worker else self.cancelled or bool(self.problem)

    @property
    def now(self) -> Model:
        """A model with the values that the run has now."""
        first = self.branch.snapshot.frame if self.branch else 0
        made = [change for change in self.changes if change.frame <= first]
        now = self.model.copy()
        for change in (self.worker and self.worker.changes) or made:
            setattr(now, change.name, change.value)
        return now

    @property
    def origin(self) -> str:
        """Where a branch comes from, as a sentence; empty for other runs."""
        if self.branch is None:
            return ""
        share = f"{self.branch.snapshot.progress:.0%}"
        return f"It goes on from record {self.branch.parent} at {share} of its run."

    @property
    def nbytes(self) -> int:
        """Bytes of memory that its data and snapshots take once it has ended."""
        if self.worker is None or self.worker.record is None:
            return 0
        snapshots = sum(snapshot.nbytes for snapshot in self.worker.ring.kept)
        return self.worker.record.data.nbytes + snapshots

    def watch(self) -> Watch | None:
        """Return a place in its frames; None while it waits for its turn."""
        return self.worker.watch() if self.worker else None

    def stop(self, reason: str = "") -> None:
        """End the run, or take it out of the queue; the record tells the reason."""
        self._desk.drop(self)  # first, since its turn may come at this very moment
        with self._lock:
            self._unwanted = reason
        if self.worker:
            self.worker.stop(reason)

    def start(self) -> None:
        """Give the run its process, and keep its record when it ends."""
        try:
            worker = Worker(self.model, self.seed, self.changes, branch=self.branch)
        except Exception as error:  # what was allowed when it was queued may be so no more
            self.problem = first_line(error)
            return
        with self._lock:
            self.worker, unwanted = worker, self._unwanted
        if unwanted is not None:
            worker.stop(unwanted)
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def join(self, timeout: float) -> None:
        """Wait until the record of a run that ends is stored."""
        if self._keeper:
            self._keeper.join(timeout)

    def leave(self, seconds: float) -> None:
        """Stop and forget it after some time in which nobody comes back to look."""
        self.stay()
        self._leaving = threading.Timer(seconds, self._desk.abandon, [self])
        self._leaving.daemon = True
        self._leaving.start()

    def stay(self) -> None:
        """Let it go on: somebody looks, or the server ends."""
        if self._leaving:
            self._leaving.cancel()
        self._leaving = None

    def _keep(self) -> None:
        """Watch what the run takes until it ends, and store its record."""
        assert self.worker is not None
        try:
            self._watch_budget(self.worker)
            self._desk.store.add(self.worker.wait())
        except Exception as error:  # whatever it is, the next run has its turn
            self.problem = first_line(error)
        self._desk.advance()

    def _watch_budget(self, worker: Worker) -> None:
        """End a run that takes more than it may, and learn from one that came to its end."""
        meter = Meter(worker.pid)
        preparation = self.model.preparation()
        paused = False
        while not worker.ended:
            excess = self._desk.budget.excess(worker.elapsed, meter.look(), 2 * preparation)
            if excess and worker.state not in OVER:
                worker.stop(excess)
            paused |= worker.state == "paused"
            with suppress(TimeoutError):
                worker.wait(min(LOOK, 0.05 + worker.elapsed / 4))
        if worker.state == "finished" and not (paused or preparation or self.branch):
            self._desk.experience.learn(self.model, worker.elapsed, meter.most)
