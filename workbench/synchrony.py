"""Synchrony: the phase of each cell between its spikes, and how well phases agree."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import finite, ratio
from workbench.spike_trains import spikes_by_cell


def kuramoto_order(phases: ArrayLike, *, axis: int = -1) -> NDArray[np.float64]:
    """Measure the synchrony of oscillators: 0 when phases spread evenly, 1 when all are equal.

    R = | (1/N) sum_j exp(i phi_j) |.

    Parameters
    ----------
    phases : shape (..., oscillators, ...)
        Phases in radians.
    axis : int
        The axis of the oscillators.

    Returns
    -------
    The shape of `phases` without `axis`, from 0 to 1, without unit.

    Raises
    ------
    ValueError
        For phases that are empty or not finite.

    References
    ----------
    Kuramoto 1984, doi:10.1007/978-3-642-69689-3.

    Examples
    --------
    >>> float(kuramoto_order([0.0, 0.0, 0.0, np.pi]))
    0.5
    """
    phi = finite(phases, "phases")
    return np.minimum(np.abs(np.exp(1j * phi).mean(axis=axis)), 1.0)


def spike_phases(
    times: ArrayLike, cells: ArrayLike, n_cells: int, at: ArrayLike
) -> NDArray[np.float64]:
    """Return the phase of every cell at given times, a full turn from each spike to the next.

    phi_i(t) = 2 pi k + 2 pi (t - t_k) / (t_(k+1) - t_k) for t_k <= t <= t_(k+1), the spikes of
    cell i being t_0, t_1, ...

    Parameters
    ----------
    times : shape (spikes,), in any order
        Spike times (s).
    cells : shape (spikes,), whole numbers
        The cell of each spike, from 0 to n_cells - 1.
    n_cells : int
        Number of cells, silent ones too.
    at : shape (times,)
        When to take the phases (s).

    Returns
    -------
    shape (cells, times), in radians, not wrapped; NaN where a cell has no spike before and
    after (or at) that time, so everywhere for a cell of fewer than two spikes.

    Raises
    ------
    ValueError
        For times that are not finite, cells that are not whole numbers or not among the
        `n_cells`, unequal lengths, and a cell with two spikes at one time.

    References
    ----------
    Pikovsky, Rosenblum and Kurths 2001, Synchronization, doi:10.1017/CBO9780511755743.

    Examples
    --------
    >>> turns = spike_phases([1.0, 2.0, 4.0], [0, 0, 0], 1, [0.5, 1.5, 2.5, 4]) / (2 * np.pi)
    >>> turns.tolist()
    [[nan, 0.5, 1.25, 2.0]]
    """
    t, c = spikes_by_cell(times, cells, n_cells)
    when = finite(at, "at")
    if when.ndim != 1:
        raise ValueError(f"at has shape {when.shape}; (times,) is needed")
    ends = np.searchsorted(c, np.arange(n_cells + 1))
    phases = np.full((n_cells, when.size), np.nan)
    for cell in np.flatnonzero(np.diff(ends) > 1):
        train = t[ends[cell] : ends[cell + 1]]
        turns = 2 * np.pi * np.arange(train.size)
        phases[cell] = np.interp(when, train, turns, left=np.nan, right=np.nan)
    return phases


def phase_order(phases: ArrayLike) -> NDArray[np.float64]:
    """Measure the synchrony of a population over time, R(t) of `kuramoto_order`.

    At each time only the cells that have a phase then are counted: a cell that is silent for
    long does not lower R, so look at the rate as well.

    Parameters
    ----------
    phases : shape (..., cells, times)
        Phases in radians, as of `spike_phases`; NaN where a cell has none. Rows of it give the
        order of a module or an ensemble.

    Returns
    -------
    shape (..., times), from 0 to 1, without unit; NaN where fewer than two cells have a phase.

    Raises
    ------
    ValueError
        For phases that are empty, infinite, or have no axis of cells.

    References
    ----------
    Kuramoto 1984, doi:10.1007/978-3-642-69689-3.

    Examples
    --------
    >>> phase_order([[0.0, 1.0], [np.pi, 1.0], [np.nan, np.nan]]).round(12).tolist()
    [0.0, 1.0]
    """
    phi = np.asarray(phases, dtype=float)
    if phi.ndim < 2 or phi.size == 0 or np.isinf(phi).any():
        raise ValueError(
            f"phases has shape {phi.shape}; (cells, times) of finite values or NaN is needed"
        )
    known = ~np.isnan(phi)
    number = known.sum(axis=-2)
    total = np.abs(np.exp(1j * np.where(known, phi, 0)).sum(axis=-2, where=known))
    return np.minimum(ratio(total, np.where(number > 1, number, 0)), 1.0)
