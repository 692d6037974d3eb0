"""Running a model in its own process, watched and steered from here.

A simulation in a thread would stall every other user of a server (Brian2 in a thread held the
event loop for 0.4 s, in a process for 4 ms), so each run has a process; `workbench.child` is its
other end and tells what is said between them. A child that does not stop within a second is
killed, and one that crashes harms nobody else: what it had sent stays, marked partial.
"""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
import weakref
from collections.abc import Iterable
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import Any

import xarray as xr

from workbench.child import NICENESS, work
from workbench.frames import Frames
from workbench.model import Model
from workbench.processes import context
from workbench.record import Record
from workbench.run import SEED, Change, check_live, failure_sentence
from workbench.snapshot import Branch, Ring
from workbench.stamp import COMPLETE, Stamp

#: Seconds a child has to stop by itself before it is killed.
GRACE = 0.9
#: Seconds after which a frame that nobody took is acknowledged all the same.
PATIENCE = 0.5
#: States after which no command has an effect.
OVER = ("stopping", "finished", "stopped", "failed")
STOPPED = "partial: stopped"


class Worker:
    """A run in its own process; all methods return at once but `wait`.

    Parameters
    ----------
    model, seed, changes, branch
        As in `workbench.run`.
    niceness : int
        How much the child gives way to other processes.

    Attributes
    ----------
    state : str
        ``"starting"``, ``"running"``, ``"paused"``, ``"stopping"``, ``"finished"``,
        ``"stopped"`` or ``"failed"``.
    progress : float
        0 to 1.
    message : str
        What the model says it is doing; for a run that failed or was stopped, why.
    record : Record or None
        The record, once the run has ended.
    ring : Ring
        States of the run that one can branch from, if its model offers any.

    Raises
    ------
    ParameterError
        If the values do not go together, or the seed or a change is not allowed.
    """

    def __init__(
        self,
        model: Model,
        seed: int = 1,
        changes: Iterable[Change] = (),
        niceness: int = NICENESS,
        branch: Branch | None = None,
    ) -> None:
        self.model = model.copy()
        self.model.validate()
        self.seed = SEED.check(seed)
        planned = list(changes)
        for change in planned:
            check_live(self.model, change.name, change.value)
        self.state, self.progress, self.message = "starting", 0.0, ""
        self.record: Record | None = None
        self.started = time.perf_counter()
        self.ring = Ring(kept=list(branch.earlier) if branch else [])
        self._branch = branch
        self._all = Frames()
        if branch:
            self._all.add(branch.data)
        self._watches: weakref.WeakSet[Watch] = weakref.WeakSet()
        self._changes: list[Change] = []
        self._lock = threading.Lock()  # over the frames
        self._turn = threading.Lock()  # over the state: the end of the run has the last word
        self._outgoing: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        self._ended = threading.Event()
        self._stop_by, self._reason = float("inf"), ""
        self._owed_since = float("inf")  # when a frame came that was not acknowledged yet
        start = branch.snapshot if branch else None
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = context().Process(
            target=work,
            # The model is packed here, so that a child that cannot unpack it can say why.
            args=(pickle.dumps(self.model), self.seed, planned, start, theirs, niceness),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._writer.start()
        self._reader.start()

    def pause(self) -> None:
        """Let the run wait at its next frame."""
        self._command("paused", "pause")

    def resume(self) -> None:
        """Let a paused run go on."""
        self._command("running", "resume")

    def step(self) -> None:
        """Let one frame pass, then wait."""
        self._command("paused", "step")

    def set(self, name: str, value: Any) -> None:
        """Change a live parameter from the next frame on.

        Raises
        ------
        ParameterError
            If the parameter is not live or the value is not allowed.
        """
        self._command("", "set", name, check_live(self.model, name, value))

    def stop(self, reason: str = "") -> None:
        """End the run within a second; what it computed stays, marked partial, with the reason."""
        if not self.ended:
            self._reason = self._reason or reason
        if self._command("stopping", "stop"):
            self._stop_by = time.perf_counter() + GRACE

    def watch(self) -> Watch:
        """Return a watch that starts with everything so far; several may look at one run."""
        watch = Watch(self)
        with self._lock:
            if self._all:
                watch.unseen.add(self._all.dataset())
            self._watches.add(watch)
        return watch

    def data(self) -> xr.Dataset:
        """Return everything that came so far."""
        with self._lock:
            return self._all.dataset()

    def wait(self, timeout: float | None = None) -> Record:
        """Wait for the end of the run and return its record.

        Raises
        ------
        TimeoutError
            If it goes on for longer than `timeout` seconds.
        """
        if not self._ended.wait(timeout) or self.record is None:
            raise TimeoutError(f"the run still goes on after {timeout} s")
        return self.record

    @property
    def pid(self) -> int:
        """Number of the run's process."""
        return self._process.pid or 0

    @property
    def changes(self) -> list[Change]:
        """Live changes so far, those of a branch's parent among them."""
        return list(self._changes)

    @property
    def ended(self) -> bool:
        """Whether the run has ended, in whatever way."""
        return self._ended.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to the end."""
        return self.record.stamp.wall_time if self.record else time.perf_counter() - self.started

    def _command(self, state: str, *command: Any) -> bool:
        """Tell the child something that brings the run to a state; False once it is over."""
        with self._turn:
            if self.state in OVER:
                return False
            self.state = state or self.state
            self._outgoing.put(command)
            return True

    def look(self, watch: Watch) -> xr.Dataset | None:
        """Hand a watch what it has not seen, joined, and ask the child for more."""
        self._acknowledge()
        with self._lock:
            if not watch.unseen:
                return None
            unseen, watch.unseen = watch.unseen, Frames()
        return unseen.dataset()

    def _acknowledge(self) -> None:
        """Say that the last frame was taken, if one came."""
        if self._owed_since < float("inf"):
            self._owed_since = float("inf")
            self._outgoing.put(("ack",))

    def _write(self) -> None:
        """Send what is to be told (the writer thread): a full pipe keeps nobody else waiting."""
        while (command := self._outgoing.get()) is not None:
            try:
                self._pipe.send(command)
            except OSError:
                return  # the child has left; the reader tells how

    def _read(self) -> None:
        """Take what the child sends until it has ended (the reader thread)."""
        try:
            status = self._listen()
        except Exception as error:  # such as frames that do not fit to earlier ones
            self._process.kill()
            status = f"partial: {failure_sentence(self.model, error)}"
        self._finish(status)

    def _listen(self) -> str:
        """Take what comes, and return how the run ended."""
        status = None
        while status is None:
            ready = wait([self._pipe, self._process.sentinel], timeout=0.1)
            if self._pipe in ready:
                status = self._receive()
            elif ready:
                status = self._lost()
            now = time.perf_counter()
            if now > self._stop_by:
                self._process.kill()
            if now - self._owed_since > PATIENCE:
                self._acknowledge()
        return status

    def _receive(self) -> str | None:
        try:
            kind, *told = self._pipe.recv()
        except (EOFError, OSError):
            return self._lost()
        if kind == "kept":
            self.ring.add(*told)
            return None
        frame, self._changes, *rest = told
        with self._lock:
            self._all.add(frame)
            for watch in self._watches:
                watch.unseen.add(frame)
        if kind == "ended":
            return rest[0]
        self.progress, self.message = rest
        with self._turn:
            if self.state == "starting":
                self.state = "running"
        self._owed_since = time.perf_counter()
        return None

    def _lost(self) -> str:
        """Say how a child ended that did not say so itself."""
        self._process.join(1.0)
        if self.state == "stopping":
            return f"{STOPPED} (it did not answer within a second and was ended)"
        code = self._process.exitcode
        why = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return f"partial: The process of the run ended unexpectedly ({why})."

    def _finish(self, status: str) -> None:
        wall_time = time.perf_counter() - self.started
        if self._reason and status.startswith(STOPPED):
            status = f"{STOPPED}: {self._reason}"
        try:
            data = self._all.dataset()
        except ValueError as error:  # its variables do not fit to each other
            data, status = xr.Dataset(), f"partial: {failure_sentence(self.model, error)}"
        stamp = Stamp.of(self.model, self.seed, self._changes, status, wall_time, self._branch)
        self.record = Record(data, stamp)
        with self._turn:
            if status == COMPLETE:
                self.state, self.progress, self.message = "finished", 1.0, ""
            elif status.startswith(STOPPED):
                self.state, self.message = "stopped", self._reason
            else:
                self.state, self.message = "failed", status.removeprefix("partial: ")
        self._process.join(GRACE)
        self._process.kill()
        self._process.join()
        self._outgoing.put(None)
        self._writer.join(GRACE)
        self._pipe.close()
        self._ended.set()


class Watch:
    """One reader's place in the frames of a run, such as one browser page's."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.unseen = Frames()

    def take(self) -> xr.Dataset | None:
        """Return what came since the last call, joined, or None when nothing did."""
        return self.worker.look(self)
