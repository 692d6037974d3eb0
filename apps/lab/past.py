"""A lab's way back along its run: what was shown then, and the branch that leaves from there."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr

from apps.lab.rewind import Rewind
from apps.lab.shown import Shown
from apps.lab.values import Values
from apps.work.job import Job
from workbench import Change, Model
from workbench.snapshot import Branch, Snapshot

LEFT = "a branch goes on from it"
PATIENCE = 3.0  # seconds; a paused run ends within one


class Past:
    """Shows a lab as it was at an earlier moment of its run.

    Parameters
    ----------
    values, shown : Values, Shown
        Parts of the lab.
    branch : callable
        Starts a branch; called with it and all changes, those before it too.

    Attributes
    ----------
    rewind : Rewind
        The slider and the button.
    """

    def __init__(
        self, values: Values, shown: Shown, branch: Callable[[Branch, list[Change]], None]
    ) -> None:
        self.rewind = Rewind(self._look, self._go_on)
        self._values, self._shown, self._branch = values, shown, branch
        self._job: Job | None = None
        self._now: Model | None = None  # the values at the end, while one looks at the past

    @property
    def seen(self) -> bool:
        """Whether one looks at the past."""
        return self.rewind.at is not None

    def offer(self, job: Job) -> None:
        """Let a person go back along a run that waits or has ended; once for each such time."""
        if job is self._job or job.worker is None:
            return
        self._job = job
        data = self._data(job)
        self.rewind.offer([one for one in job.worker.ring.kept if one.reached(data)])

    def close(self) -> None:
        """Offer nothing more; back to the end of the run."""
        if self.seen:
            self._look(None)
        if self._job:
            self._job = None
            self.rewind.hide()

    def _look(self, snapshot: Snapshot | None) -> None:
        """Show the run as it was, or as it is."""
        job = self._job
        assert job is not None
        self._now = self._now or self._values.model.copy()
        data = self._data(job)
        if snapshot:
            self._values.display(snapshot.values(job.model))
            self._shown.moment(snapshot.cut(data))
        else:
            self._values.display(self._now)
            self._shown.moment(data)
            self._now = None
        self._values.running(snapshot is not None or not job.ended)

    def _go_on(self, snapshot: Snapshot) -> None:
        """Leave the run for a branch; a run that waits ends, and its record is kept."""
        job = self._job
        assert job is not None and job.worker is not None
        then, now = snapshot.values(job.model).values(), self._values.model.values()
        new = [Change(snapshot.frame, n, value) for n, value in now.items() if value != then[n]]
        job.worker.stop(LEFT)
        record = job.worker.wait(PATIENCE)
        branch = job.worker.ring.branch(snapshot.frame, record)
        self._branch(branch, [*snapshot.changes, *new])

    def _data(self, job: Job) -> xr.Dataset:
        assert job.worker is not None
        return job.worker.record.data if job.worker.record else job.worker.data()
