"""A run: what `simulate` is given. `workbench.here` runs a model in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from workbench.frames import Plain, Variables, growing_dimension
from workbench.model import Model
from workbench.parameters import Count, ParameterError, shown
from workbench.record import Record
from workbench.snapshot import Ring, Snapshot, Tally, packed, unpacked

#: What a frame may be given as, and a function that makes one later.
Given = xr.Dataset | Variables
Frame = Given | Callable[[], Given]

SEED = Count(1, bounds=(0, 2**32 - 1), unit="1", doc="start of the random numbers")
SEED.name = "seed"


@dataclass(frozen=True)
class Change:
    """A live parameter's new value, from the frame with this number (the first is 1) on.

    Number 0 is before the first frame, such as while a network is being compiled.
    """

    frame: int
    name: str
    value: Any


class RunFailed(RuntimeError):  # noqa: N818 - reads as what happened
    """The model raised an error; `record` holds what had been computed, marked partial."""

    def __init__(self, sentence: str, record: Record) -> None:
        super().__init__(sentence)
        self.record = record


class Run:
    """What a model's `simulate` is given: random numbers and the one door out.

    Parameters
    ----------
    model : Model
        The run works on a copy, so that live changes stay in the run.
    seed : int
        Start of `rng`.
    changes : iterable of Change
        Live changes of an earlier run, to be made again at the same frames.
    start : Snapshot, optional
        Where to go on from; changes at earlier frames were made already.
    ring : Ring, optional
        Says which states are wanted and keeps them.

    Attributes
    ----------
    rng : numpy.random.Generator
        The only source of randomness a model may use.
    frame : int
        Number of frames emitted so far.
    resumed : object or None
        The state to go on from, as the model gave it with a frame; None at the start.
    """

    def __init__(
        self,
        model: Model,
        seed: int = 1,
        changes: Iterable[Change] = (),
        start: Snapshot | None = None,
        ring: Ring | None = None,
    ) -> None:
        self.model = model.copy()
        self.model.validate()
        self.seed = SEED.check(seed)
        self.rng = np.random.default_rng(self.seed)
        self.frame = 0
        self.changes: list[Change] = []
        self._planned = list(changes)
        for change in self._planned:
            check_live(model, change.name, change.value)
        self._make: Callable[[], Given] | None = None
        self._owed: Callable[[], Given] | None = None
        self._progress, self._message = 0.0, ""
        self.resumed: Any = None
        self.ring = ring
        self._tally = Tally()
        if start:
            self._go_back(start)
        self._change_as_planned()

    def tell(self, message: str | None = None) -> None:
        """Say what is being done where there is no frame, such as while code is compiled.

        May wait, change live parameters or stop the run, as `emit` does. It counts as no frame,
        so that a record does not depend on how often it was called. Call it straight after a
        frame, or before any parameter that may change was read: what is changed here counts as
        changed in the last frame. Without a message the last one stays.

        Raises
        ------
        Cancelled
            When the run is to stop; let it pass.
        """
        self.settle()
        self._message = self._message if message is None else message
        self.attend(self._progress, self._message, step=False)

    def _go_back(self, snapshot: Snapshot) -> None:
        """Be where a run was at one of its frames."""
        self.frame = snapshot.frame
        self.rng.bit_generator.state = snapshot.rng
        self._progress, self._message = snapshot.progress, snapshot.message
        self.resumed = unpacked(snapshot.state)
        self._tally = Tally(snapshot.sizes, snapshot.latest)
        self.changes = list(snapshot.changes)
        for change in self.changes:
            setattr(self.model, change.name, change.value)

    def wants(self, progress: float) -> bool:
        """Return whether a state given with a frame at this progress would be kept.

        For models that have to do something for their state before they emit.
        """
        return self.ring is not None and self.ring.wants(progress)

    def emit(
        self,
        frame: Frame,
        progress: float,
        message: str = "",
        state: Callable[[], Any] | None = None,
        grows: bool = False,
    ) -> None:
        """Hand over a frame; may wait, change live parameters of the model, or stop it.

        Parameters
        ----------
        frame : xarray.Dataset, mapping of str to xarray.Variable, or function returning one
            A function may only return variables that replace their earlier values; it is
            called when somebody looks, and the last one again at the end of the run.
        progress : float
            How much of the run is done, 0 to 1.
        message : str
            What is being done, in a few words.
        state : function, optional
            Returns what the model can go on from (it is pickled at once); called now and then. A
            run that goes on from it has it as `resumed`.
        grows : bool
            Whether a function's frame holds variables that grow. It is then called once, when
            there is time (`settle`), at the latest before the next frame: so it may not look at
            what changes meanwhile, such as live parameters and `rng`.

        Raises
        ------
        Cancelled
            When the run is to stop; let it pass.
        """
        self.settle()
        self.frame += 1
        self._progress = min(max(float(progress), 0.0), 1.0)
        self._message = message
        if not callable(frame):
            self._take(frame)
        elif grows:
            self._owed = frame
        else:
            self._make = frame
        if state is not None and self.wants(self._progress):
            self.make()
            self.keep(self._snapshot(state()))
        self._change_as_planned()
        self.attend(self._progress, message, step=True)

    def _take(self, given: Given) -> None:
        frame = given if isinstance(given, xr.Dataset) else Plain(given)
        if self.ring is not None:
            self._tally.add(frame)
        self.deliver(frame)

    def _snapshot(self, state: Any) -> Snapshot:
        return Snapshot(
            self.frame, self._progress, self._message, tuple(self.changes), packed(state),
            self.rng.bit_generator.state, dict(self._tally.sizes), self._tally.latest(),
        )  # fmt: skip

    def _change_as_planned(self) -> None:
        for change in [c for c in self._planned if c.frame == self.frame]:
            self.change(change.name, change.value)

    def keep(self, snapshot: Snapshot) -> None:
        """Put a snapshot where it is kept."""
        if self.ring is not None:
            self.ring.add(snapshot)

    @property
    def owes(self) -> bool:
        """Whether the last frame was emitted but is still to be made."""
        return self._owed is not None

    def settle(self) -> None:
        """Make the frame that is owed, if one is: called by whoever just has time for it."""
        if self.owes:
            self.make()

    def make(self) -> None:
        """Make the frame that was last given as a function.

        Called when somebody looks, and once more at the end, so that the record does not depend
        on whether anybody looked.
        """
        if self._owed:
            owed, self._owed = self._owed, None
            self._take(owed())
        if self._make:
            frame = self._make()
            variables = frame.variables if isinstance(frame, xr.Dataset) else frame
            growing = [str(n) for n, v in variables.items() if growing_dimension(v)]
            if growing:
                raise ValueError(f"{growing} grow: emit them as a Dataset, or say grows=True")
            self._take(frame)

    def change(self, name: str, value: Any) -> None:
        """Set a live parameter from this frame on, and remember it for the record."""
        value = check_live(self.model, name, value)
        setattr(self.model, name, value)
        self.changes.append(Change(self.frame, name, value))

    def deliver(self, frame: xr.Dataset | Plain) -> None:
        """Take a frame; what becomes of it is the business of who runs the model."""
        raise NotImplementedError

    def attend(self, progress: float, message: str, step: bool) -> None:
        """Attend to whoever watches: show progress, wait, change, stop.

        `step` says whether a frame has come, so that one that was asked for has been made.
        """
        raise NotImplementedError


def check_live(model: Model, name: str, value: Any) -> Any:
    """Return the value in its own type if `name` may change while the model runs."""
    parameter = model.parameters().get(name)
    if parameter is None or not parameter.live:  # type: ignore[attr-defined]
        raise ParameterError(f"{shown(name)} cannot be changed while {model.key!r} runs.")
    return parameter.check(value)


def failure_sentence(model: Model, error: Exception) -> str:
    """Say in one sentence that and why a model failed."""
    return f"The model {model.key!r} failed: {type(error).__name__}: {error}"
