"""The server's runs: started, queued, watched and kept, whether or not their page is still open."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable

from workbench import Change, Model, Record, Worker
from workbench.record import first_line
from workbench.run import SEED, check_live
from workbench.store import Store
from workbench.worker import Watch

#: Ended runs that stay in memory so that a reloaded page finds them.
KEPT = 20


class Job:
    """A run on the desk: waiting for its turn, going on, or ended.

    Attributes
    ----------
    id : str
        Names the run in the page's address.
    problem : str
        Why the run could not start or its record could not be stored, if so.
    """

    def __init__(self, desk: Desk, model: Model, seed: int, changes: tuple[Change, ...]) -> None:
        model.validate()
        for change in changes:
            check_live(model, change.name, change.value)
        self.id = uuid.uuid4().hex[:10]
        self.model, self.seed, self.changes = model.copy(), SEED.check(seed), changes
        self.worker: Worker | None = None
        self.problem = ""
        self.cancelled = False
        self._desk = desk
        self._keeper: threading.Thread | None = None

    @property
    def state(self) -> str:
        """The worker's state, or "queued", or "stopped" or "failed" before its turn."""
        if self.worker is not None:
            return self.worker.state
        if self.problem:
            return "failed"
        return "stopped" if self.cancelled else "queued"

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

    def watch(self) -> Watch | None:
        """Return a place in its frames; None while it waits for its turn."""
        return self.worker.watch() if self.worker else None

    def stop(self) -> None:
        """End the run, or take it out of the queue."""
        self._desk.drop(self)  # first, since its turn may come at this very moment
        if self.worker:
            self.worker.stop()

    def start(self) -> None:
        """Give the run its process, and keep its record when it ends."""
        try:
            self.worker = Worker(self.model, self.seed, self.changes)
        except Exception as error:  # what was allowed when it was queued may be so no more
            self.problem = first_line(error)
            return
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def join(self, timeout: float) -> None:
        """Wait until the record of a run that ends is stored."""
        if self._keeper:
            self._keeper.join(timeout)

    def _keep(self) -> None:
        assert self.worker is not None
        record = self.worker.wait()
        try:
            self._desk.store.add(record)
        except Exception as error:  # whatever it is, the next run has its turn
            self.problem = first_line(error)
        self._desk.advance()


class Desk:
    """All runs of a server.

    Parameters
    ----------
    store : Store
        Where records are kept.
    workers : int
        How many runs go on at once; further ones wait, first come first served.
    """

    def __init__(self, store: Store, workers: int = 2) -> None:
        self.store, self.workers = store, workers
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._lock = threading.RLock()

    def start(self, model: Model, seed: int, changes: Iterable[Change] = ()) -> Job:
        """Start a run, or put it in the queue.

        Raises
        ------
        ParameterError
            If the values do not go together.
        """
        job = Job(self, model, seed, tuple(changes))
        with self._lock:
            self._jobs[job.id] = job
            self._queue.append(job)
            self._forget()
        self.advance()
        return job

    def find(self, identity: str) -> Job | None:
        """Return the run with this id, if the desk still has it."""
        return self._jobs.get(identity)

    def place(self, job: Job) -> int:
        """Return a run's place in the queue, 0 when it is not waiting."""
        with self._lock:
            return self._queue.index(job) + 1 if job in self._queue else 0

    def drop(self, job: Job) -> None:
        """Take a run out of the queue."""
        with self._lock:
            if job in self._queue:
                self._queue.remove(job)
                job.cancelled = True

    def advance(self) -> None:
        """Start waiting runs while there is room."""
        with self._lock:
            going = sum(1 for j in self._jobs.values() if j.worker and not j.ended)
            while self._queue and going < self.workers:
                job = self._queue.pop(0)
                job.start()
                going += job.worker is not None

    def close(self) -> None:
        """Stop everything, for the end of the server."""
        with self._lock:
            for waiting in list(self._queue):  # first, or each end would give one its turn
                self.drop(waiting)
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        for job in jobs:  # what the runs had computed is stored before the server goes
            job.join(timeout=5.0)

    def _forget(self) -> None:
        """Let go of the oldest ended runs; their records are in the store."""
        ended = [identity for identity, job in self._jobs.items() if job.ended]
        for identity in ended[: max(0, len(ended) - KEPT)]:
            del self._jobs[identity]
