"""Who computes the cells of a sweep: processes of this machine, or the workers of a Dask cluster.

Both through joblib. A process that dies takes its cell with it, nothing else: what is missing is
begun again by new ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from workbench.cells import TAG
from workbench.here import run
from workbench.model import Model
from workbench.parameters import ParameterError, shown
from workbench.record import Record, first_line
from workbench.run import RunFailed
from workbench.stamp import Stamp
from workbench.table import Numbers, numbers


class Computed(NamedTuple):
    """A cell that was run, as its process hands it over: nothing is left to compute of it."""

    content: bytes  # of the record's file
    stamp: Stamp
    numbers: Numbers


#: What is called with a model and a seed.
Job = tuple[Callable[[Model, int], Computed | str], Model, int]
#: How often a pool may break without a single result before its cells are given up.
TRIES = 3
#: Seconds in which a scheduler has to answer.
PATIENCE = 10
DIED = "Its process died {tries} times, as when memory runs out."


def compute(model: Model, seed: int) -> Computed | str:
    """Run a cell; return its record, or why it failed."""
    try:
        made = run(model, seed, progress=False)
        record = Record(made.data, replace(made.stamp, tags=[TAG]))
        return Computed(bytes(record.encoded()), record.stamp, numbers(record.data))
    except (RunFailed, ParameterError, MemoryError) as error:
        return first_line(error)


def results(
    jobs: Sequence[Job], workers: int = 2, scheduler: str = ""
) -> Generator[tuple[int, Computed | str]]:
    """Yield the number of each job and what it gave, as they come.

    Parameters
    ----------
    jobs : sequence of (function, model, seed)
    workers : int
        Processes on this machine.
    scheduler : str
        Address of a Dask scheduler, if its workers are to compute.
    """
    missing, tries = dict(enumerate(jobs)), TRIES
    with warnings.catch_warnings(), pool(workers, scheduler) as parallel:
        warnings.filterwarnings("ignore", ".*have been cancelled", UserWarning)  # as was asked
        while missing and tries:
            before = len(missing)
            try:
                for number, given in parallel(list(missing.items())):
                    del missing[number]
                    yield number, given
            except broken():
                tries = TRIES if len(missing) < before else tries - 1
    for number in missing:
        yield number, DIED.format(tries=TRIES)


def numbered(number: int, job: Job) -> tuple[int, Computed | str]:
    """Do a job and say which one it was."""
    act, model, seed = job
    return number, act(model, seed)


def broken() -> tuple[type[Exception], ...]:
    """Return what joblib raises when a process has died."""
    try:
        from distributed.scheduler import KilledWorker
    except ImportError:
        return (BrokenProcessPool,)
    return BrokenProcessPool, KilledWorker


@contextmanager
def pool(workers: int, scheduler: str) -> Iterator[Callable[[list], Any]]:
    """Give what computes numbered jobs and yields what they give, in no order."""
    from joblib import Parallel, delayed, parallel_config

    with cluster(scheduler) if scheduler else parallel_config("loky", n_jobs=workers):
        yield lambda jobs: Parallel(return_as="generator_unordered")(
            delayed(numbered)(number, job) for number, job in jobs
        )


@contextmanager
def cluster(address: str) -> Iterator[None]:
    """Let joblib's jobs be done by the workers of a scheduler.

    Raises
    ------
    ParameterError
        If nothing answers there, or Dask is not installed.
    """
    from joblib import parallel_config

    with client(address) as connected, parallel_config("dask", client=connected):
        yield


def client(address: str) -> AbstractContextManager[Any]:
    """Return a connection to a scheduler."""
    try:
        from distributed import Client
    except ImportError:
        raise ParameterError(
            "A Dask scheduler needs Dask: pip install 'engram-workbench[cluster]'."
        ) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"No Dask scheduler answers at {shown(address)}: {first_line(error)}"
        ) from error
