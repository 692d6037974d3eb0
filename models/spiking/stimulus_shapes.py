"""The shapes that a sheet of stimulus neurons shows, their partial cues and receptive fields.

Shapes are outlines on a sheet of 64 x 64 pixels, x to the right and y downwards from the middle.
Their sizes follow the stimuli of Tomé et al. (2024, doi:10.1038/s41593-023-01551-w): square 1316
pixels, circle 1356, pentagon 1219, hexagon 1260; circle, pentagon and hexagon share 0.59, 0.51 and
0.52 of the square's pixels. On a coarser sheet a neuron stands for several pixels and is driven by
the share of them that the shape covers, so the whole drive stays the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: The shape that is learnt first, then the novel ones.
SHAPES = ("square", "circle", "pentagon", "hexagon")
PIXELS = 64  # on each side of the sheet
CUES = 4  # partial cues of each shape
#: Shape -> (distance of its sides from the centre, width of the outline, how far down the centre
#: is), in pixels.
OUTLINES = {
    "square": (27.0, 7.0, 0.0),
    "circle": (32.6, 7.5, 0.0),
    "pentagon": (27.0, 7.25, 4.0),
    "hexagon": (25.5, 8.25, 0.0),
}
SIDES = {"square": 4, "circle": 0, "pentagon": 5, "hexagon": 6}


def pixels() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the pixels from the middle of the sheet, each shape (64, 64)."""
    y, x = np.indices((PIXELS, PIXELS), dtype=float) + 0.5 - PIXELS / 2
    return x, y


def outline(shape: str) -> NDArray[np.bool_]:
    """Return which pixels (row, column) belong to one of `SHAPES`, shape (64, 64)."""
    size, width, down = OUTLINES[shape]
    x, y = pixels()
    distance = from_centre(x, y - down, SIDES[shape])
    return (distance <= size) & (distance > size - width)


def from_centre(x: NDArray[np.float64], y: NDArray[np.float64], sides: int) -> NDArray[np.float64]:
    """Return how far the sides of the polygon on whose edge each point lies are from 0.

    The polygon is regular and stands on a side; with 0 sides it is a circle.
    """
    if not sides:
        return np.hypot(x, y)
    normals = np.pi / 2 + 2 * np.pi * np.arange(sides) / sides
    return np.max([x * np.cos(a) + y * np.sin(a) for a in normals], axis=0)


def partial_cues(shape: str) -> NDArray[np.bool_]:
    """Return the cues of a shape, shape (4, 64, 64): each lacks a side, or the corner there.

    Missing is what lies above, right of, below or left of both diagonals of the sheet.
    """
    x, y = pixels()
    missing = [-y > np.abs(x), x > np.abs(y), y > np.abs(x), -x > np.abs(y)]
    return outline(shape) & ~np.array(missing)


def coverage(mask: NDArray[np.bool_], side: int) -> NDArray[np.float64]:
    """Return how far each neuron of a sheet is covered.

    Parameters
    ----------
    mask : shape (..., 64, 64)
        The pixels covered.
    side : int
        The sheet has side x side neurons; side divides 64.

    Returns
    -------
    shape (..., side * side), from 0 to 1; the neuron of row r and column c is r * side + c.
    """
    block = PIXELS // side
    parts = mask.reshape(*mask.shape[:-2], side, block, side, block)
    return parts.mean(axis=(-3, -1)).reshape(*mask.shape[:-2], side * side)
