"""Sweeps: a model over values of its parameters times seeds, here or on a cluster.

Every cell is an ordinary record in the store. So a sweep that was broken off goes on where it was,
cells that are there already are not run again, and a cell of the map opens that very run.

Examples
--------
>>> import tempfile, models
>>> from workbench.store import Store
>>> from workbench.sweep import Sweep
>>> sweep = Sweep.grid(models.get("spass")(), {"kappa": [0.5, 1, 2]}, seeds=2)
>>> len(sweep)
6
>>> with tempfile.TemporaryDirectory() as folder:
...     found = sweep.run(Store(folder), workers=1, progress=False)
>>> dict(found.sizes)
{'kappa': 3, 'seed': 2}
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, Literal

import xarray as xr

from workbench.cells import MOST, Cell, cells, drawn, on_grid, seeds_of, stored
from workbench.executors import Computed, compute, results
from workbench.model import Cancelled, Model
from workbench.parameters import ParameterError
from workbench.record import Record
from workbench.store import Store
from workbench.table import Measures, Row, table


@dataclass(frozen=True)
class Course:
    """How far a sweep is.

    Attributes
    ----------
    done, total : int
        Cells that have a record or have failed, and all cells.
    failed : int
        Cells whose run failed.
    found : int
        Cells whose record was there already.
    elapsed : float
        Seconds since it began.
    """

    done: int
    total: int
    failed: int
    found: int
    elapsed: float

    @property
    def left(self) -> float | None:
        """Seconds that it will still take, at the pace so far; None before the first run."""
        ran = self.done - self.found
        return self.elapsed / ran * (self.total - self.done) if ran else None


class Sweep:
    """What is to be run: made by `grid`, `random` or `latin`.

    Parameters
    ----------
    model : Model
        Its values are those of all cells, but for the parameters of the sweep.
    points : list of dict
        Values of those parameters, in the order of the axes.
    axes : mapping
        Of a grid: name -> values. Of samples: nothing.
    seeds : list of int

    Raises
    ------
    ParameterError
        If a value or a seed is not allowed, values do not go together, or there are too many cells.
    """

    def __init__(
        self, model: Model, points: list[dict[str, Any]], axes: Mapping[str, list[Any]],
        seeds: list[int],
    ) -> None:  # fmt: skip
        if not 1 <= len(points) * len(seeds) <= MOST:
            raise ParameterError(
                f"{len(points):,} points times {len(seeds):,} seeds is no sweep: it may have 1 to "
                f"{MOST:,} cells."
            )
        self.model, self.points, self.axes, self.seeds = model.copy(), points, dict(axes), seeds
        for cell in itertools.islice(self.cells(), len(points)):
            cell.model.validate()

    @classmethod
    def grid(
        cls, model: Model, over: Mapping[str, Sequence[Any]], seeds: int | Iterable[int] = 1
    ) -> Sweep:
        """Return the sweep over every combination of values.

        Parameters
        ----------
        model : Model
        over : mapping
            Name of a parameter -> its values.
        seeds : int or iterable of int
            How many seeds, from 1 on, or which.
        """
        points = on_grid(model, over)
        axes = {name: list(dict.fromkeys(point[name] for point in points)) for name in over}
        return cls(model, points, axes, seeds_of(seeds))

    @classmethod
    def random(
        cls, model: Model, over: Mapping[str, Sequence[Any]], samples: int,
        seeds: int | Iterable[int] = 1, draw: int = 1, how: Literal["random", "latin"] = "random",
    ) -> Sweep:  # fmt: skip
        """Return the sweep over samples, each parameter drawn by itself.

        Parameters
        ----------
        model : Model
        over : mapping
            Name of a parameter -> its range (low, high), drawn from evenly or, where the
            parameter's slider has a logarithmic scale, by its logarithm; or a list of choices.
        samples : int
        seeds : int or iterable of int
            Of every sample's runs.
        draw : int
            Seed of the draw.
        how : {"random", "latin"}
            See `workbench.cells.drawn`.
        """
        return cls(model, drawn(model, over, samples, how, draw), {}, seeds_of(seeds))

    @classmethod
    def latin(
        cls, model: Model, over: Mapping[str, Sequence[Any]], samples: int,
        seeds: int | Iterable[int] = 1, draw: int = 1,
    ) -> Sweep:  # fmt: skip
        """Return the sweep over a Latin hypercube: `random`, evenly spread over each range."""
        return cls.random(model, over, samples, seeds, draw, "latin")

    def __len__(self) -> int:
        return len(self.points) * len(self.seeds)

    def __repr__(self) -> str:
        over = ", ".join(self.names)
        return f"<Sweep {self.model.key} over {over}, {len(self)} cells>"

    @property
    def names(self) -> list[str]:
        """Names of the parameters that differ between cells."""
        return list(self.points[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes of a grid, or the number of samples."""
        return tuple(len(values) for values in self.axes.values()) or (len(self.points),)

    def cells(self) -> Iterator[Cell]:
        """Yield every cell; all points of the first seed come first."""
        return cells(self.model, self.points, self.shape, self.seeds)

    def run(
        self,
        store: Store,
        *,
        workers: int = 2,
        scheduler: str = "",
        again: bool = False,
        measures: Measures | None = None,
        progress: bool = True,
        told: Callable[[Course], None] | None = None,
    ) -> xr.Dataset:
        """Run what is missing and return the table of all cells.

        Parameters
        ----------
        store : Store
            Where the records are and will be.
        workers : int
            Processes on this machine; 1 for this process itself.
        scheduler : str
            Address of a Dask scheduler, such as ``tcp://host:8786``, whose workers run the cells
            instead; they need the same installation.
        again : bool
            Whether to run what is there already too.
        measures : mapping, optional
            Name -> function of a record's dataset that returns a number, instead of all numbers
            that a record holds: see `workbench.table.numbers`.
        progress : bool
            Whether a bar shows how far it is.
        told : callable, optional
            Called after each cell; may raise `Cancelled` to end the sweep.

        Returns
        -------
        xarray.Dataset
            As `table` has it. After a keyboard interrupt or `Cancelled` the cells that were
            finished; the others are NaN, and run when the sweep is run again.

        Raises
        ------
        ParameterError
            If no scheduler answers at the address.
        """
        rows = [Row(cell) for cell in self.cells()] if again else self.rows(store, measures)
        missing = {k: row.cell for k, row in enumerate(rows) if not row.record}
        jobs = [(compute, cell.model, cell.seed) for cell in missing.values()]
        numbers, course = list(missing), Counting(len(rows), len(rows) - len(missing))
        with (
            bar_of(course, progress) as bar,
            closing(results(jobs, workers, scheduler)) as coming,
            suppress(KeyboardInterrupt, Cancelled),  # what is finished is stored
        ):
            for number, given in coming:
                k = numbers[number]
                rows[k] = self._taken(missing[k], given, store, measures)
                bar.update(1)
                course.count(rows[k])
                if told:
                    told(course.now())
        return table(self, rows)

    def table(self, store: Store, measures: Measures | None = None) -> xr.Dataset:
        """Return what the store has of this sweep.

        Returns
        -------
        xarray.Dataset
            A variable for each measure, with the swept parameters (or ``sample``) and ``seed`` as
            dimensions; ``record``, the id of each cell's record, empty where there is none yet;
            and ``problem``, why a cell failed.
        """
        return table(self, self.rows(store, measures))

    def rows(self, store: Store, measures: Measures | None = None) -> list[Row]:
        """Return what the store has of each cell, in their order."""
        known = stored(store.list(model=self.model.key, status="complete"))
        found = ((cell, known.get(cell.identity)) for cell in self.cells())
        return [
            Row.of(cell, Record.open(entry.path), measures) if entry else Row(cell)
            for cell, entry in found
        ]

    def _taken(
        self, cell: Cell, given: Computed | str, store: Store, measures: Measures | None
    ) -> Row:
        """Store what a worker computed of a cell; one that was interrupted is missing still."""
        if isinstance(given, str):
            return Row(cell, problem=given)
        if not given.stamp.complete:
            return Row(cell)
        store.put(given.content, given.stamp)
        if measures is None:
            return Row.told(cell, given.stamp.id, given.numbers)
        return Row.of(cell, Record.decoded(given.content), measures)


class Counting:
    """Counts what a sweep has done."""

    def __init__(self, total: int, found: int) -> None:
        self.total, self.found = total, found
        self._done, self._failed, self._began = found, 0, time.monotonic()

    def count(self, row: Row) -> None:
        """Take note of a cell."""
        self._done += bool(row.record or row.problem)
        self._failed += bool(row.problem)

    def now(self) -> Course:
        """Return how far it is."""
        elapsed = time.monotonic() - self._began
        return Course(self._done, self.total, self._failed, self.found, elapsed)


def bar_of(course: Counting, shown: bool) -> Any:
    """Return a bar of cells with the time left, if it is to be shown."""
    from tqdm import tqdm

    return tqdm(
        total=course.total, initial=course.found, unit="run", desc="sweep", leave=False,
        disable=not shown,
    )  # fmt: skip
