"""Long lines with fewer points that look the same, so that a browser keeps up with a long run."""

from __future__ import annotations

import numpy as np

MOST = 3000  # points of a line while it runs; eight lines of them are drawn 20 times a second
BUCKETS = MOST // 4  # more than a panel has pixels; each keeps two points


def thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line of at most `MOST` points: the lowest and the highest of each short stretch.

    Parameters
    ----------
    x, y : numpy.ndarray
        Shape (points,). A line that is short, or that does not run from left to right, stays.

    Returns
    -------
    tuple of numpy.ndarray
        Those of the points that are kept, in their order; the first and the last are among them.
    """
    if x.size <= MOST or (np.diff(x) < 0).any() or x[0] == x[-1]:
        return x, y
    bucket = ((x - x[0]) / (x[-1] - x[0]) * BUCKETS).astype(int)
    order = np.lexsort((y, bucket))
    edge = np.flatnonzero(np.diff(bucket[order]))
    lowest, highest = np.append(0, edge + 1), np.append(edge, x.size - 1)
    kept = np.unique(np.concatenate([order[lowest], order[highest], [0]]))
    return x[kept], y[kept]
