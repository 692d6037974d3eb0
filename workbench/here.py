"""Running a model in this process, as in a notebook or a script."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import xarray as xr

from workbench.frames import Frames, Plain
from workbench.model import Cancelled, Model
from workbench.record import Record
from workbench.run import Change, Run, RunFailed, failure_sentence
from workbench.snapshot import Branch, Ring
from workbench.stamp import COMPLETE, Stamp


class LocalRun(Run):
    """A run in this process: frames are joined, progress moves a bar."""

    def __init__(
        self, model: Model, seed: int, changes: Iterable[Change], branch: Branch | None,
        ring: Ring | None, bar: bool,
    ) -> None:  # fmt: skip
        super().__init__(model, seed, changes, branch.snapshot if branch else None, ring)
        self.frames = Frames()
        if branch:
            self.frames.add(branch.data)
        self._bar = progress_bar(model) if bar else None

    def deliver(self, frame: xr.Dataset | Plain) -> None:  # noqa: D102
        self.frames.add(frame)

    def attend(self, progress: float, message: str, step: bool) -> None:  # noqa: D102
        if self._bar is not None:
            self._bar.set_description_str(message, refresh=False)
            self._bar.update(round(100 * progress, 1) - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def run(
    model: Model,
    seed: int = 1,
    *,
    progress: bool = True,
    changes: Iterable[Change] = (),
    branch: Branch | None = None,
    ring: Ring | None = None,
) -> Record:
    """Run a model in this process and return its record.

    Parameters
    ----------
    model : Model
        What to run.
    seed : int
        Start of the random numbers, 0 to 2**32 - 1.
    progress : bool
        Whether a bar shows how far the run is.
    changes : iterable of Change
        Live changes to make at given frames, as an earlier record tells them.
    branch : Branch, optional
        Where to go on from: see `workbench.snapshot.Ring.branch`. Changes at its frame make it
        another run than its parent; the model and seed must be the parent's.
    ring : Ring, optional
        Keeps states of the run that one can branch from, if the model offers any.

    Returns
    -------
    Record
        `record.data` is an `xarray.Dataset`. After a keyboard interrupt it holds what was
        computed until then, marked partial.

    Raises
    ------
    ParameterError
        If the values do not go together or the seed is not allowed.
    RunFailed
        If the model raises an error; its `record` holds what had been computed.
    """
    started = time.perf_counter()
    going = LocalRun(model, seed, changes, branch, ring, bar=progress)
    failure: Exception | None = None
    status = COMPLETE
    try:
        going.model.simulate(going)
        going.make()
    except KeyboardInterrupt:
        status = "partial: interrupted from the keyboard"
    except Cancelled:
        status = "partial: stopped"
    except Exception as error:
        failure, status = error, f"partial: {failure_sentence(model, error)}"
    finally:
        going.close()
    if status != COMPLETE:
        with suppress(Exception):  # the state may be halfway from one frame to the next
            going.make()
    wall_time = time.perf_counter() - started
    stamp = Stamp.of(model, going.seed, going.changes, status, wall_time, branch)
    record = Record(going.frames.dataset(), stamp)
    if failure is not None:
        raise RunFailed(failure_sentence(model, failure), record) from failure
    return record


def progress_bar(model: Model) -> Any:
    """Return a bar from 0 to 100 %, fit for a terminal or, with ipywidgets, a notebook."""
    if importlib.util.find_spec("ipywidgets"):
        from tqdm.auto import tqdm
    else:
        from tqdm import tqdm

    shape = "{l_bar}{bar}| {elapsed}<{remaining}"
    return tqdm(total=100, desc=model.title or model.key, bar_format=shape, leave=False)
