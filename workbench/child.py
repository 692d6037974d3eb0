"""The child's end of a worker: a model running in its own process, steered through a pipe.

    here  -> child   ("set", name, value) ("pause",) ("resume",) ("step",) ("stop",) ("ack",)
    child -> here    ("frame", frames so far, changes, progress, message)
                     ("kept", a snapshot)
                     ("ended", last frames, changes, status)

The child sends a frame only when the last one was acknowledged, and gathers otherwise, so a slow
reader never builds a queue and loses nothing. It leaves when the pipe closes.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

import xarray as xr

from workbench.frames import Frames, Plain
from workbench.model import Cancelled, Model
from workbench.run import Change, Run, failure_sentence
from workbench.snapshot import Ring, Snapshot
from workbench.stamp import COMPLETE

#: By how much a process that works lets others go first.
NICENESS = 10


class PipedRun(Run):
    """The child's end: sends frames by credit and obeys commands between frames."""

    def __init__(
        self,
        model: Model,
        seed: int,
        changes: Iterable[Change],
        start: Snapshot | None,
        pipe: Connection,
    ) -> None:
        super().__init__(model, seed, changes, start, Ring())
        self.pipe = pipe
        self.gathered = Frames()
        self.credit = True
        self.paused = False
        self.steps = 0  # frames that may still pass although it is paused

    def deliver(self, frame: xr.Dataset | Plain) -> None:  # noqa: D102
        self.gathered.add(frame)

    def attend(self, progress: float, message: str, step: bool) -> None:  # noqa: D102
        told = False
        while True:
            self.obey(block=False)
            waits = self.paused and not self.steps
            if self.credit and not told and (waits or not self.owes):
                self.send(progress, message)
                told = True
            if not self.paused:
                return
            if self.steps:
                self.steps -= step
                return
            self.obey(block=True)

    def settle(self) -> None:
        """Make the frame that is owed, and send it if it is waited for."""
        if self.owes and self.credit:
            self.send(self._progress, self._message)
        super().settle()

    def keep(self, snapshot: Snapshot) -> None:
        """Send a snapshot to where it outlives this process; here only its measure is kept."""
        super().keep(snapshot)
        if self.ring:
            self.pipe.send(("kept", self.ring.kept.pop()))

    def send(self, progress: float, message: str) -> None:
        """Send what was gathered, with how far the run is."""
        self.make()
        self.pipe.send(("frame", self.gathered.dataset(), self.changes, progress, message))
        self.gathered, self.credit = Frames(), False

    def obey(self, block: bool) -> None:
        """Carry out the commands that have come; with `block`, wait for one first."""
        while block or self.pipe.poll():
            command, *arguments = self.pipe.recv()
            block = False
            getattr(self, f"on_{command}")(*arguments)

    def on_ack(self) -> None:
        """Send again: the last frame was taken."""
        self.credit = True

    def on_pause(self) -> None:
        """Wait in the next frame."""
        self.paused, self.steps = True, 0

    def on_resume(self) -> None:
        """Go on."""
        self.paused, self.steps = False, 0

    def on_step(self) -> None:
        """Let one frame pass, then wait."""
        self.paused, self.steps = True, self.steps + 1

    def on_set(self, name: str, value: Any) -> None:
        """Change a live parameter."""
        self.change(name, value)

    def on_stop(self) -> None:
        """Leave the model through `emit`."""
        raise Cancelled


def work(
    packed: bytes,
    seed: int,
    changes: list[Change],
    start: Snapshot | None,
    pipe: Connection,
    niceness: int,
) -> None:
    """Run a (pickled) model in this process for whoever holds the pipe's other end."""
    from threadpoolctl import threadpool_limits

    give_way(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent to act on
    run: PipedRun | None = None
    status = COMPLETE
    try:
        model: Model = pickle.loads(packed)
        with threadpool_limits(limits=1, user_api="blas"):
            run = PipedRun(model, seed, changes, start, pipe)
            run.model.simulate(run)
            run.make()
    except Cancelled:
        status = "partial: stopped"
    except Exception as error:  # whatever it is, the parent is told
        status = f"partial: {failure_sentence(run.model, error) if run else no_start(error)}"
    if run and status != COMPLETE:
        with suppress(Exception):  # the state may be halfway from one frame to the next
            run.make()
    frames = xr.Dataset()
    if run:
        try:
            frames = run.gathered.dataset()
        except ValueError as error:  # its variables do not fit to each other
            status = f"partial: {failure_sentence(run.model, error)}"
    with suppress(OSError):  # nobody listens any more
        pipe.send(("ended", frames, run.changes if run else [], status))
    pipe.close()


def no_start(error: Exception) -> str:
    """Say in one sentence why a run did not even begin."""
    return f"The run could not begin: {type(error).__name__}: {error}"


def give_way(niceness: int = NICENESS) -> None:
    """Let the process that started this one answer first, and end this one when that one ends."""
    threading.Thread(target=leave_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(niceness)


def leave_with_parent() -> None:
    """End this process when the one that started it ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
