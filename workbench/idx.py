"""Files of MNIST's format (IDX), plain or gzipped: images and their labels, as bytes."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.model import ParameterError

#: First number of a file (its last byte counts the axes), and what such a file holds.
IMAGES, LABELS = 2051, 2049
HOLDS = {IMAGES: ("images", "pixels"), LABELS: ("labels", "labels")}
#: What reading a damaged file raises.
DAMAGE = (OSError, EOFError, struct.error, zlib.error)


def idx_shape(path: Path, kind: int = IMAGES) -> tuple[int, ...]:
    """Return the shape of what an IDX file holds, reading no more than its first bytes.

    Parameters
    ----------
    path : Path
        Read as gzipped where its name ends in ``.gz``.
    kind : int
        `IMAGES` (three axes: image, row, column) or `LABELS` (one).

    Raises
    ------
    ParameterError
        If the file cannot be read or holds something else.
    """
    axes = kind % 256
    try:
        with open_idx(path) as file:
            magic, *shape = struct.unpack(f">{1 + axes}I", file.read(4 + 4 * axes))
    except DAMAGE as error:
        raise ParameterError(f"data: {path.name} could not be read: {error}.") from None
    if magic != kind or min(shape) < 1:
        raise ParameterError(
            f"data: {path.name} is no IDX file of {HOLDS[kind][0]} (it begins {magic})."
        )
    return tuple(shape)


def read_idx(path: Path, kind: int = IMAGES) -> NDArray[np.uint8]:
    """Return what an IDX file holds: images (count, rows, columns), or labels (count,).

    Parameters and errors are those of `idx_shape`; a file that is longer or shorter than it says
    is an error too.
    """
    shape = idx_shape(path, kind)
    try:
        with open_idx(path) as file:
            values = np.frombuffer(file.read()[4 + 4 * len(shape) :], np.uint8)
    except DAMAGE as error:
        raise ParameterError(f"data: {path.name} could not be read: {error}.") from None
    if values.size != math.prod(shape):
        what = "is cut short" if values.size < math.prod(shape) else "is longer than it says"
        raise ParameterError(
            f"data: {path.name} {what}: {values.size:,} of {math.prod(shape):,} {HOLDS[kind][1]}."
        )
    return values.reshape(shape)


def open_idx(path: Path):
    """Open an IDX file, gzipped or not."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
