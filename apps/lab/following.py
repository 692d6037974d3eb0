"""A page's look at a run: what is new is drawn, its state is told, its end is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
import xarray as xr

from apps.shell.frame import when_loaded
from apps.shell.together import together
from apps.work.desk import Job
from workbench.worker import Watch

TICK, QUEUED_TICK = 50, 500  # milliseconds between looks; a class may wait in the queue
LAST = ("finished", "stopped", "failed")


class Following:
    """Looks at a run again and again until it has ended.

    Parameters
    ----------
    job : Job
        The run.
    seen : callable
        Called with what came since the last look.
    told : callable
        Called at each look with the run's state, to tell it.
    ended : callable
        Called once, when all has been seen.
    """

    def __init__(
        self,
        job: Job,
        seen: Callable[[xr.Dataset], None],
        told: Callable[[str], None],
        ended: Callable[[], None],
    ) -> None:
        self.job = job
        self._seen, self._told, self._ended = seen, told, ended
        self._watch: Watch | None = None
        self._left = False
        self._ticker: Any = None
        when_loaded(self._begin)  # what a page shows earlier is lost

    def _begin(self) -> None:
        if not self._left:
            self._ticker = pn.state.add_periodic_callback(self.look, period=TICK)

    def leave(self) -> None:
        """Look no more, as when another run is shown."""
        self._left = True
        if self._ticker:
            self._ticker.stop()

    def look(self) -> None:
        """Take what is new.

        All that a look changes leaves as one message: what goes separate ways may arrive in
        another order, and a button of a run that has ended would stay as it was.
        """
        with together():
            self._look()

    def _look(self) -> None:
        over, state = self.job.ended, self.job.state  # first: what comes after is then complete
        pace = QUEUED_TICK if state == "queued" else TICK
        if self._ticker.period != pace:
            self._ticker.period = pace
        if self._watch is None:
            self._watch = self.job.watch()
        new = self._watch.take() if self._watch else None
        if new is not None:
            self._seen(new)
        if over or state not in LAST:  # the end is told once its process has left
            self._told(state)
        if over:
            self._ticker.stop()
            self._ended()
