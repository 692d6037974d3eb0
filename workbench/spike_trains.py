"""Spikes of a population as flat arrays, and the rates at which the cells fire.

Spikes come as a record holds them: `times` (s) and `cells` (which cell, from 0 to `n_cells` - 1),
two arrays of one length, in any order. No spike at all is a silent population, not an error.
A window is half open: a spike at its start counts and one at its end does not, so windows that
adjoin count every spike once.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import cell_masks, finite, ratio

Spikes = tuple[NDArray[np.float64], NDArray[np.intp]]


def firing_rates(
    times: ArrayLike, cells: ArrayLike, n_cells: int, *, start: float, stop: float
) -> NDArray[np.float64]:
    """Return the mean rate of every cell, r_i = n_i / T.

    Parameters
    ----------
    times : shape (spikes,), in any order
        Spike times (s).
    cells : shape (spikes,), whole numbers
        The cell of each spike, from 0 to n_cells - 1.
    n_cells : int
        Number of cells, silent ones too.
    start, stop : float
        The window, T = stop - start long (s).

    Returns
    -------
    shape (cells,), in Hz.

    Raises
    ------
    ValueError
        For times that are not finite, cells that are not whole numbers or not among the
        `n_cells`, unequal lengths, and a window that does not end after it starts.

    References
    ----------
    Dayan and Abbott 2001, Theoretical Neuroscience, section 1.2 (spike-count rate).

    Examples
    --------
    >>> firing_rates([0.1, 0.3, 0.9, 2.0], [0, 0, 2, 0], 3, start=0, stop=2).tolist()
    [1.0, 0.0, 0.5]
    """
    return presentation_rates(times, cells, [start], [stop], n_cells)[0]


def presentation_rates(
    times: ArrayLike, cells: ArrayLike, onsets: ArrayLike, offsets: ArrayLike, n_cells: int
) -> NDArray[np.float64]:
    """Return the mean rate of every cell during every presentation of a stimulus.

    Spikes, errors and source are those of `firing_rates`.

    Parameters
    ----------
    onsets, offsets : shape (presentations,)
        When each presentation starts and ends (s), in any order; they may overlap.

    Returns
    -------
    shape (presentations, cells), in Hz.

    Examples
    --------
    >>> presentation_rates([0.1, 0.3, 2.2], [0, 0, 1], [0, 2], [0.5, 4], n_cells=2).tolist()
    [[4.0, 0.0], [0.0, 0.5]]
    """
    counts = _counts(*flat_spikes(times, cells, n_cells), n_cells, onsets, offsets)
    return counts / np.subtract(offsets, onsets)[:, None]


def spike_counts(
    times: ArrayLike, cells: ArrayLike, n_cells: int, edges: ArrayLike
) -> NDArray[np.int64]:
    """Count the spikes of every cell in adjoining bins of time.

    Spikes, errors and source are those of `firing_rates`.

    Parameters
    ----------
    edges : shape (bins + 1,), strictly increasing
        Where the bins meet (s).

    Returns
    -------
    shape (cells, bins), in spikes.

    Examples
    --------
    >>> spike_counts([0.1, 0.3, 0.9, 2.0], [0, 0, 1, 0], 2, [0, 0.5, 1, 2]).tolist()
    [[2, 0, 0], [0, 1, 0]]
    """
    bins = _bins(edges)
    return _counts(*flat_spikes(times, cells, n_cells), n_cells, bins[:-1], bins[1:]).T


def population_rate(
    times: ArrayLike,
    cells: ArrayLike,
    n_cells: int,
    edges: ArrayLike,
    *,
    members: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Return the mean rate of a population in adjoining bins, A = n / (N width).

    Spikes, errors and `edges` are those of `spike_counts`.

    Parameters
    ----------
    members : shape (cells,), boolean mask, optional
        The N cells to look at, for instance an engram; all of them by default.

    Returns
    -------
    shape (bins,), in Hz (spikes a second for each cell); NaN for a population without cells.

    References
    ----------
    Gerstner et al. 2014, Neuronal Dynamics, doi:10.1017/CBO9781107447615 (population activity).

    Examples
    --------
    >>> population_rate([0.1, 0.3, 0.9], [0, 0, 1], 2, [0, 0.5, 1]).tolist()
    [2.0, 1.0]
    """
    t, c = flat_spikes(times, cells, n_cells)
    (among,) = cell_masks(members=np.ones(n_cells, bool) if members is None else members)
    if among.shape != (n_cells,):
        raise ValueError(f"members has shape {among.shape}; it must be of shape ({n_cells},)")
    bins, t = _bins(edges), t[among[c]]
    counts = _counts(t, np.zeros(t.size, np.intp), 1, bins[:-1], bins[1:])[:, 0]
    return ratio(counts, among.sum() * np.diff(bins))


def flat_spikes(times: ArrayLike, cells: ArrayLike, n_cells: int) -> Spikes:
    """Return the spikes in the order of time, refusing what no `n_cells` cells can fire."""
    t, c = np.asarray(times, dtype=float), np.asarray(cells)
    if n_cells < 1:
        raise ValueError(f"n_cells is {n_cells}; at least one cell is needed")
    if t.ndim != 1 or t.shape != c.shape:
        raise ValueError(
            f"times has shape {t.shape} and cells {c.shape}; both must be of one shape (spikes,)"
        )
    if t.size == 0:
        return t, np.empty(0, np.intp)
    finite(t, "times")
    if c.dtype.kind not in "iu":
        raise ValueError(f"cells must hold whole numbers, but is {c.dtype}")
    if c.min() < 0 or c.max() >= n_cells:
        wrong = c.min() if c.min() < 0 else c.max()
        raise ValueError(f"cells holds {wrong}; every cell must be from 0 to {n_cells - 1}")
    if (t[1:] < t[:-1]).any():
        order = np.argsort(t, kind="stable")
        t, c = t[order], c[order]
    return t, c.astype(np.intp)


def spikes_by_cell(
    times: ArrayLike,
    cells: ArrayLike,
    n_cells: int,
    *,
    start: float = -np.inf,
    stop: float = np.inf,
) -> Spikes:
    """Return the spikes in a window, train after train, refusing two of a cell at one time."""
    if not start < stop:
        raise ValueError(f"the window from {start:g} to {stop:g} s must end after it starts")
    t, c = flat_spikes(times, cells, n_cells)
    inside = slice(*np.searchsorted(t, [start, stop]))
    t, c = t[inside], c[inside]
    small = c.astype(np.min_scalar_type(n_cells))  # of two bytes or less sort forty times faster
    order = np.argsort(small, kind="stable")
    t, c = t[order], c[order]
    twice = np.flatnonzero((c[1:] == c[:-1]) & (t[1:] == t[:-1]))
    if twice.size:
        raise ValueError(f"cell {c[twice[0]]} has two spikes at {t[twice[0]]:g} s")
    return t, c


def _counts(
    t: NDArray, c: NDArray, n_cells: int, starts: ArrayLike, stops: ArrayLike
) -> NDArray[np.int64]:
    """Count the spikes, given in the order of time, of every cell in every window."""
    opened, closed = finite(starts, "onsets"), finite(stops, "offsets")
    if opened.ndim != 1 or opened.shape != closed.shape:
        raise ValueError(
            f"onsets has shape {opened.shape} and offsets {closed.shape}; "
            "both must be of one shape (presentations,)"
        )
    for one in np.flatnonzero(closed <= opened)[:1]:
        raise ValueError(
            f"the window from {opened[one]:g} to {closed[one]:g} s must end after it starts"
        )
    first, number = np.searchsorted(t, opened), np.searchsorted(t, closed)
    number -= first
    window = np.repeat(np.arange(number.size), number)
    spike = np.arange(window.size) + np.repeat(first - np.cumsum(number) + number, number)
    places = window * n_cells + c[spike]
    return np.bincount(places, minlength=number.size * n_cells).reshape(-1, n_cells)


def _bins(edges: ArrayLike) -> NDArray[np.float64]:
    """Return the edges of at least one bin."""
    bins = finite(edges, "edges")
    if bins.ndim != 1 or bins.size < 2 or (np.diff(bins) <= 0).any():
        raise ValueError("edges must hold at least two times that increase strictly")
    return bins
