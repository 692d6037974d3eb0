"""The server's runs: started, queued, watched and kept, whether or not their page is still open."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterable

from apps.work.budget import Budget
from apps.work.job import Job
from workbench import Change, Model, ParameterError
from workbench.experience import NAME, Experience
from workbench.model import Cost
from workbench.snapshot import Branch
from workbench.store import Store

#: Ended runs that stay in memory so that a reloaded page finds them, and their bytes together.
KEPT, KEPT_BYTES = 60, 500e6
#: Runs that may wait at once.
LONGEST_QUEUE = 200
#: Seconds that a run goes on after the last page that showed it was left.
LINGER = 600.0


class Desk:
    """All runs of a server.

    Parameters
    ----------
    store : Store
        Where records are kept.
    workers : int
        How many runs go on at once; further ones wait.
    budget : Budget
        What one run may take.
    linger : float
        Seconds that a run goes on after the last page that showed it was left.

    Notes
    -----
    First come, first served, with one exception: a session's further runs line up only when the
    one before has ended. So while others wait, a session has one run at a time, and nobody's
    place grows worse by what comes later, but that of further runs.
    """

    def __init__(
        self, store: Store, workers: int = 2, budget: Budget | None = None, linger: float = LINGER
    ) -> None:
        self.store, self.workers, self.linger = store, workers, linger
        self.budget = budget or Budget()
        self.experience = Experience(store.folder / NAME)
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._tickets = itertools.count()
        self._lock = threading.RLock()

    def estimate(self, model: Model) -> Cost:
        """Return what a run with these values is expected to take on this machine."""
        return self.experience.estimate(model)

    def refusal(self, model: Model) -> str:
        """Return why a run with these values is over the budget and what to change; else nothing.

        A sentence that says what it would take, what is allowed, and which parameter to lower to
        about what value.
        """
        return self.budget.refusal(model, self.estimate)

    def start(
        self,
        model: Model,
        seed: int,
        changes: Iterable[Change] = (),
        session: str = "",
        branch: Branch | None = None,
    ) -> Job:
        """Start a run, or put it in the queue.

        Parameters
        ----------
        model, seed, changes, branch
            As in `workbench.run`.
        session : str
            The page that asks; the run is stopped some time after it was left.

        Raises
        ------
        ParameterError
            If the values do not go together, the run is over the budget, or too many wait.
        """
        job = Job(self, model, seed, tuple(changes), session, branch)
        if refusal := self.refusal(model):
            raise ParameterError(refusal)
        with self._lock:
            if len(self._queue) >= LONGEST_QUEUE:
                raise ParameterError(
                    f"{LONGEST_QUEUE} runs are waiting already: try again in a while."
                )
            self._jobs[job.id] = job
            self._queue.append(job)
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
                self._line_up()

    def advance(self) -> None:
        """Start waiting runs while there is room."""
        while job := self._next():
            job.start()  # takes a while, in which nobody is kept waiting

    def seen(self, session: str, job: Job) -> None:
        """Know that a session looks at a run, so that it goes on as long as it does."""
        with self._lock:
            if session:
                job.sessions.add(session)
                job.stay()

    def left(self, session: str) -> None:
        """Know that a session has ended: runs that nobody else looks at have some time left."""
        with self._lock:
            for job in self._jobs.values():
                if session in job.sessions:
                    job.sessions.discard(session)
                    if not job.sessions:
                        job.leave(self.linger)

    def abandon(self, job: Job) -> None:
        """Stop a run that nobody came back to look at, and forget it; its record is kept."""
        with self._lock:
            if job.sessions:
                return
            job.abandoned = True
        job.stop("its page was left")
        with self._lock:
            self._forget()

    def close(self) -> None:
        """Stop everything, for the end of the server."""
        with self._lock:
            for waiting in list(self._queue):  # first, or each end would give one its turn
                self.drop(waiting)
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stay()
            job.stop()
        for job in jobs:  # what the runs had computed is stored before the server goes
            job.join(timeout=5.0)

    def _going(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.begun and not job.ended]

    def _next(self) -> Job | None:
        """Take the run out of the queue whose turn it is, if there is room for one."""
        with self._lock:
            self._line_up()
            self._forget()
            if not self._queue or len(self._going()) >= self.workers:
                return None
            job = self._queue.pop(0)
            job.begun = True
            return job

    def _line_up(self) -> None:
        """Bring the queue into the order of the turns to come."""
        ahead = Counter(job.session for job in self._going() if job.session)
        for job in self._queue:
            turn = ahead[job.session]
            if turn < job.turn:  # one of its session has ended: behind all who wait as it does now
                job.turn, job.since = turn, next(self._tickets)
            ahead[job.session] += bool(job.session)
        self._queue.sort(key=lambda job: (job.turn, job.since))

    def _forget(self) -> None:
        """Let go of ended runs that nobody wants and of the oldest; their records are stored."""
        room, number = KEPT_BYTES, 0
        for job in reversed([job for job in self._jobs.values() if job.ended]):
            room, number = room - job.nbytes, number + 1
            if job.abandoned or room < 0 or number > KEPT:
                job.stay()
                del self._jobs[job.id]
