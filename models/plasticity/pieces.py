"""Handing over a course that was computed at once, piece by piece as a run tells it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from workbench import Run, variable

#: Frames of a run.
PIECES = 10


def emit_in_pieces(
    run: Run,
    course: Mapping[str, xr.Variable],
    fixed: Mapping[str, xr.Variable],
    message: str,
    dimension: str = "time",
) -> None:
    """Emit a finished course along its growing dimension, and all else with its first piece.

    Parameters
    ----------
    run : Run
        What `simulate` was given.
    course : mapping of str to xarray.Variable
        Variables along the growing dimension, of at least `PIECES` places.
    fixed : mapping of str to xarray.Variable
        Variables that do not grow.
    message : str
        What is shown; the share that is done is added.
    """
    size = course[dimension].sizes[dimension]
    edges = np.linspace(0, size, PIECES + 1).astype(int)
    for i in range(PIECES):
        part = slice(edges[i], edges[i + 1])
        piece = {name: var.isel({dimension: part}) for name, var in course.items()}
        share = (i + 1) / PIECES
        run.emit(piece | (dict(fixed) if i == 0 else {}), share, f"{message}: {share:.0%}")


def axis(name: str, values: ArrayLike, units: str, long_name: str) -> dict[str, xr.Variable]:
    """Return a coordinate along the dimension of its own name, as an entry of a frame."""
    return {name: variable(name, np.asarray(values), units, long_name)}
