"""Spikes as numbers to draw: dots for a finished figure, a small picture for a live one.

Fifty thousand dots take a browser 140 to 160 ms to draw, ten times a second at best. As pixels of
a picture they cost it nothing that shows, so a live raster is a picture of cells over bins of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from workbench import Raster

ROWS = 160  # at most; the pixels of a screen below a row then are more than one
COLUMNS = 600  # of the picture of a whole run; at least half of them are in use
WINDOW_COLUMNS = 500  # that show a window of time
FINEST = 1e-3  # seconds of the first bins, where all is kept
#: Code of a pixel -> role; where spikes share a pixel, the highest code is seen.
CODES = ("", "other", "excitatory", "inhibitory", "paired", "recall", "cue", "engram")


@dataclass(frozen=True)
class Spikes:
    """Spikes of a run or a part of it.

    Attributes
    ----------
    times, cells : numpy.ndarray
        Shape (spikes,); seconds, and cells' numbers.
    names : numpy.ndarray of str
        Shape (cells,); what each cell is.
    until : float
        How far the data go in time, in seconds.
    """

    times: np.ndarray
    cells: np.ndarray
    names: np.ndarray
    until: float

    @property
    def codes(self) -> np.ndarray:
        """The colour code of each spike."""
        return codes(self.names)[self.cells]

    def roles(self) -> dict[str, str]:
        """Return what the cells are, each with its role, in the order of a legend."""
        named = sorted(dict.fromkeys(self.names.tolist()), key=code_of)
        return {name: CODES[code_of(name)] for name in named if name}


def code_of(name: str) -> int:
    """Return the colour code of a cell's name; unknown roles are grey."""
    return CODES.index(name) if name in CODES[1:] else 1


def codes(names: np.ndarray) -> np.ndarray:
    """Return the colour codes of cells, shape (cells,)."""
    told = names.tolist()
    table = {name: code_of(name) for name in dict.fromkeys(told)}
    return np.array([table[name] for name in told], np.uint8)


def spikes(observable: Raster, data: xr.Dataset, names: np.ndarray | None = None) -> Spikes:
    """Return the spikes of the data, and what their cells are.

    Parameters
    ----------
    observable : Raster
        Which variables to take.
    data : xarray.Dataset
        A run or a part of it; without its variables there are no spikes.
    names : numpy.ndarray of str, optional
        What the cells were until now, for data that do not tell it.
    """
    cells, times = np.empty(0, int), np.empty(0)
    name = observable.variables[0]
    if name in data and observable.x in data.variables:
        cells, times = data[name].values.astype(int), data[observable.x].values.astype(float)
    if observable.groups in data:
        names = data[observable.groups].values.astype(str)
    known = np.empty(0, str) if names is None else names
    missing = int(cells.max(initial=-1)) + 1 - known.size
    if missing > 0:
        known = np.concatenate([known, np.full(missing, "")])
    return Spikes(times, cells, known, until(observable, data, times))


def until(observable: Raster, data: xr.Dataset, times: np.ndarray) -> float:
    """Return how far data go in time: to the last spike, sample, or the run's own clock."""
    ends = [float(times.max(initial=0.0))]
    for name in ("now", "time"):
        if name in data.variables and data[name].attrs.get("units") == "s":
            ends.append(float(data[name].values.max(initial=0.0)))
    return max(ends)


class Canvas:
    """A picture of cells over bins of time, in which each pixel holds the highest code.

    Parameters
    ----------
    window : float
        Seconds that are to be seen at once; what is older than two windows is forgotten. With 0,
        all is kept: when the picture is full, neighbouring bins are joined.

    Attributes
    ----------
    image : numpy.ndarray of uint8
        Shape (rows, columns).
    first : int
        Number of the bin in column 0; bin 0 begins at time 0, and earlier there are no spikes.
    bin : float
        Seconds of a bin.
    row : int
        Cells of a row.
    cells : int
        How many cells it has room for.
    """

    def __init__(self, window: float = 0.0) -> None:
        self.window = window
        self.bin = window / WINDOW_COLUMNS if window else FINEST
        self.first, self.row, self.cells = 0, 1, 1
        self.image = np.zeros((1, 2 * WINDOW_COLUMNS if window else COLUMNS), np.uint8)

    def paint(
        self, times: np.ndarray, cells: np.ndarray, codes: np.ndarray
    ) -> tuple[int, int] | None:
        """Paint spikes; all arguments have shape (spikes,).

        Returns
        -------
        tuple of int or None
            From which column to which the spikes lie; None where the whole picture has changed.
        """
        if not times.size:
            return 0, 0
        grown = self.hold(int(cells.max()) + 1)
        moved = self.reach(float(times.max()))
        column = self._bins(times) - self.first
        seen = column >= 0
        column, row = column[seen], cells[seen] // self.row
        np.maximum.at(self.image, (row, column), codes[seen])
        if grown or moved:
            return None
        return (int(column.min()), int(column.max()) + 1) if column.size else (0, 0)

    def hold(self, cells: int) -> bool:
        """Make room for so many cells; tell whether that had to be done."""
        if cells <= self.cells:
            return False
        share = 1
        while rows(cells, self.row * share) > ROWS:
            share += 1
        self.cells, self.row = cells, self.row * share
        joint = joined(self.image, share, axis=0)
        self.image = np.pad(joint, [(0, rows(cells, self.row) - len(joint)), (0, 0)])
        return True

    def reach(self, time: float) -> bool:
        """Move or join columns until a time has its own; tell whether that had to be done."""
        wide = self.image.shape[1]
        if self._bins(time) - self.first < wide:
            return False
        if self.window:
            gone = int(self._bins(time)) - WINDOW_COLUMNS - self.first
            self.image = np.pad(self.image[:, gone:], [(0, 0), (0, min(gone, wide))])
            self.first += gone
        while self._bins(time) - self.first >= wide:
            joint = joined(self.image, 2, axis=1)
            self.image = np.pad(joint, [(0, 0), (0, wide - joint.shape[1])])
            self.bin *= 2
        return True

    def _bins(self, times: Any) -> Any:
        return np.floor(times / self.bin).astype(int)


def rows(cells: int, row: int) -> int:
    """Return how many rows cells take, so many to a row."""
    return -(-cells // row)


def joined(image: np.ndarray, share: int, axis: int) -> np.ndarray:
    """Return a picture in which so many neighbours along an axis are one."""
    return np.maximum.reduceat(image, np.arange(0, image.shape[axis], share), axis=axis)
