"""How an engram changes: which cells stay in it, drop out of it and drop in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import cell_masks, ratio

#: What the codes of `membership` mean, from 0.
MEMBERSHIP = ("not a member", "member since training", "dropped out", "dropped in")


class Turnover(NamedTuple):
    """How many cells stayed in an ensemble, dropped out of it and dropped in."""

    stayed: NDArray[np.int64]
    dropped_out: NDArray[np.int64]
    dropped_in: NDArray[np.int64]

    @property
    def fraction_stayed(self) -> NDArray[np.float64]:
        """Cells that stayed, as a fraction of the earlier ensemble; NaN where it was empty."""
        return ratio(self.stayed, self.stayed + self.dropped_out)

    @property
    def fraction_dropped_out(self) -> NDArray[np.float64]:
        """Cells that left, as a fraction of the earlier ensemble; NaN where it was empty."""
        return ratio(self.dropped_out, self.stayed + self.dropped_out)

    @property
    def fraction_dropped_in(self) -> NDArray[np.float64]:
        """New cells, as a fraction of the later ensemble; NaN where it is empty."""
        return ratio(self.dropped_in, self.stayed + self.dropped_in)


def turnover(before: ArrayLike, after: ArrayLike) -> Turnover:
    """Count which cells an ensemble keeps, loses and gains from one time to a later one.

    Parameters
    ----------
    before, after : shape (..., cells), boolean masks
        The ensemble at the two times; leading axes broadcast. For consecutive rows of one array
        of ensembles (times, cells), give `ensembles[:-1]` and `ensembles[1:]`.

    Returns
    -------
    Turnover
        |A and B|, |A not B| and |B not A|, each of shape (...), in cells; its properties give
        them as fractions.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean or of unequal numbers of cells.

    References
    ----------
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w.

    Examples
    --------
    >>> change = turnover([True, True, True, False], [True, False, False, True])
    >>> [int(n) for n in change], round(float(change.fraction_dropped_out), 2)
    ([1, 2, 1], 0.67)
    """
    a, b = cell_masks(before=before, after=after)
    return Turnover((a & b).sum(axis=-1), (a & ~b).sum(axis=-1), (b & ~a).sum(axis=-1))


def membership(training: ArrayLike, ensembles: ArrayLike) -> NDArray[np.uint8]:
    """Code what each cell is to the engram at each time, for the picture of an engram matrix.

    0: not a member now, nor in training; 1: a member now as in training; 2: dropped out (in
    training, not now); 3: dropped in (now, not in training). `MEMBERSHIP` holds the words.

    Parameters
    ----------
    training : shape (cells,), boolean mask
        The ensemble of training.
    ensembles : shape (times, cells), boolean masks
        The ensemble at each time after it.

    Returns
    -------
    shape (cells, times), codes from 0 to 3.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean, of unequal numbers of cells or other dimensions.

    References
    ----------
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w.

    Examples
    --------
    >>> membership([True, True, False], [[True, True, False], [False, True, True]]).tolist()
    [[1, 2], [1, 1], [0, 3]]
    """
    then, now = cell_masks(training=training, ensembles=ensembles)
    if then.ndim != 1 or now.ndim != 2:
        raise ValueError(
            f"training has shape {then.shape} and ensembles {now.shape}; "
            "they must be of shapes (cells,) and (times, cells)"
        )
    return np.where(now, np.where(then, 1, 3), np.where(then, 2, 0)).astype(np.uint8).T
