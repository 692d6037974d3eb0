"""A sweep on the server: its cells are runs of the desk, so it takes its turn like anybody."""

from __future__ import annotations

import threading
from contextlib import suppress

import xarray as xr

from apps.shell.amounts import seconds
from apps.work.desk import Desk
from apps.work.job import Job
from workbench import ParameterError
from workbench.cells import TAG, Cell
from workbench.record import RecordError
from workbench.sweep import Counting, Course, Sweep
from workbench.table import Row, table

#: Seconds between looks at the runs that go on.
LOOK = 0.05


class Sweeping:
    """A sweep that goes on.

    Parameters
    ----------
    desk : Desk
        Its runs line up there, as many at once as it has workers.
    sweep : Sweep
    session : str
        The page that asks; its runs end some time after it was left.

    Notes
    -----
    What the store has already is not run again. `stop` leaves what is finished in the store.
    """

    def __init__(self, desk: Desk, sweep: Sweep, session: str = "") -> None:
        self.sweep, self.version = sweep, 0
        self._desk, self._session = desk, session
        self._rows = sweep.rows(desk.store)
        self._waiting = [k for k, row in enumerate(self._rows) if not row.record]
        self._going: dict[int, Job] = {}
        self._counting = Counting(len(self._rows), len(self._rows) - len(self._waiting))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    @property
    def course(self) -> Course:
        """How far it is."""
        return self._counting.now()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return not self._thread.is_alive()

    @property
    def stopped(self) -> bool:
        """Whether it was ended early."""
        return self._stopped.is_set()

    def table(self) -> xr.Dataset:
        """Return all numbers so far, as `Sweep.run` does."""
        return table(self.sweep, list(self._rows))

    def stop(self) -> None:
        """Start no more runs, and end those that go on."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""
        self._thread.join(timeout)

    def _go(self) -> None:
        while (self._waiting or self._going) and not self.stopped:
            while self._waiting and len(self._going) < self._desk.workers:
                self._start(self._waiting.pop(0))
            self._take()
            self._stopped.wait(LOOK)
        for job in self._going.values():
            job.stop("its sweep was stopped")

    def _start(self, k: int) -> None:
        """Start a cell's run; one that is refused has failed."""
        cell = self._rows[k].cell
        try:
            self._going[k] = self._desk.start(cell.model, cell.seed, session=self._session)
        except ParameterError as refused:
            self._know(k, Row(cell, problem=str(refused)))

    def _take(self) -> None:
        """Take what has ended."""
        for k, job in [(k, job) for k, job in self._going.items() if job.ended]:
            del self._going[k]
            job.join(timeout=10)
            self._know(k, self._row(self._rows[k].cell, job))

    def _row(self, cell: Cell, job: Job) -> Row:
        record = job.record
        if record is None or not record.complete:
            why = record.stamp.status.partition(": ")[2] if record else ""
            return Row(cell, problem=job.problem or why or "It was stopped.")
        with suppress(RecordError):  # tagged or not, it is there
            self._desk.store.tag(record.stamp.id, TAG)
        return Row.of(cell, record, None)

    def _know(self, k: int, row: Row) -> None:
        self._rows[k] = row
        self._counting.count(row)
        self.version += 1


def time_words(course: Course) -> str:
    """Say how far a sweep is and how long it still takes."""
    told = f"{course.done:,} of {course.total:,} runs"
    if course.found:
        told += f" ({course.found:,} were there)"
    if course.failed:
        told += f", {course.failed:,} failed"
    left = course.left
    return f"{told}; about {seconds(left)} left" if left and course.done < course.total else told
