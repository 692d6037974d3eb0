"""Measures of spike trains: how regular they are, how counts vary and vary together."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import along, ratio
from workbench.spike_trains import spikes_by_cell


def interval_cv(spike_times: ArrayLike) -> float:
    """Measure the irregularity of a spike train: 0 for a clock, 1 for a Poisson process.

    CV = sd(I) / mean(I) of the inter-spike intervals I (divisor n in sd).

    Parameters
    ----------
    spike_times : shape (spikes,), strictly increasing
        Spike times of one neuron, in any unit of time.

    Returns
    -------
    float, without unit; NaN for fewer than three spikes.

    Raises
    ------
    ValueError
        For times that are not finite, not one-dimensional or do not increase.

    References
    ----------
    Softky and Koch 1993, doi:10.1523/JNEUROSCI.13-01-00334.1993.

    Examples
    --------
    >>> interval_cv([0.0, 1.0, 4.0])
    0.5
    """
    intervals = _intervals(spike_times)
    return float(intervals.std() / intervals.mean()) if intervals.size > 1 else float("nan")


def interval_cvs(times: ArrayLike, cells: ArrayLike, n_cells: int) -> NDArray[np.float64]:
    """Measure the irregularity of every train of a population at once, as `interval_cv` does.

    CV_i = sd(I) / mean(I) of the inter-spike intervals I of cell i (divisor n in sd).

    Parameters
    ----------
    times : shape (spikes,), in any order
        Spike times of all cells, in any unit of time.
    cells : shape (spikes,), whole numbers
        The cell of each spike, from 0 to n_cells - 1.
    n_cells : int
        Number of cells, silent ones too.

    Returns
    -------
    shape (cells,), without unit; NaN for a cell of fewer than three spikes.

    Raises
    ------
    ValueError
        For times that are not finite, cells that are not whole numbers or not among the
        `n_cells`, unequal lengths, and a cell with two spikes at one time.

    References
    ----------
    Softky and Koch 1993, doi:10.1523/JNEUROSCI.13-01-00334.1993.

    Examples
    --------
    >>> interval_cvs([0.0, 1.0, 4.0, 2.0], [0, 0, 0, 1], 2).tolist()
    [0.5, nan]
    """
    t, c = spikes_by_cell(times, cells, n_cells)
    same = c[1:] == c[:-1]
    intervals, cell = np.diff(t)[same], c[1:][same]
    n = np.bincount(cell, minlength=n_cells)
    mean = ratio(np.bincount(cell, intervals, n_cells), n)
    variance = ratio(np.bincount(cell, (intervals - mean[cell]) ** 2, n_cells), n)
    return np.where(n > 1, np.sqrt(variance) / mean, np.nan)


def cv2(spike_times: ArrayLike) -> float:
    """Measure irregularity between neighbouring intervals, which slow changes of rate leave alone.

    CV2 = mean_i( 2 |I_(i+1) - I_i| / (I_(i+1) + I_i) ): 0 for a clock, 1 for a Poisson process.

    Parameters
    ----------
    spike_times : shape (spikes,), strictly increasing
        Spike times of one neuron, in any unit of time.

    Returns
    -------
    float, from 0 to 2, without unit; NaN for fewer than three spikes.

    Raises
    ------
    ValueError
        For times that are not finite, not one-dimensional or do not increase.

    References
    ----------
    Holt et al. 1996, doi:10.1152/jn.1996.75.5.1806.
    """
    intervals = _intervals(spike_times)
    if intervals.size < 2:
        return float("nan")
    neighbours = intervals[1:], intervals[:-1]
    return float(np.mean(2 * np.abs(np.subtract(*neighbours)) / np.add(*neighbours)))


def fano_factor(counts: ArrayLike, *, axis: int = -1) -> NDArray[np.float64]:
    """Measure how much spike counts vary from window to window: 1 for a Poisson process.

    F = var(N) / mean(N) of the counts N (divisor n in var).

    Parameters
    ----------
    counts : shape (..., windows, ...)
        Spikes in windows (or trials) of one length, not negative.
    axis : int
        The axis of the windows, of which at least two are needed.

    Returns
    -------
    The shape of `counts` without `axis`, in spikes; NaN where no spike was counted.

    Raises
    ------
    ValueError
        For counts that are empty, not finite, negative, or of fewer than two windows.

    References
    ----------
    Fano 1947, doi:10.1103/PhysRev.72.26.

    Examples
    --------
    >>> float(fano_factor([1, 3]))
    0.5
    """
    n = along(counts, "counts", axis)
    return ratio(n.var(axis=-1), n.mean(axis=-1))


def mean_correlation(counts: ArrayLike) -> float:
    """Measure how much cells vary together: the mean over all pairs of their correlation.

    rho = mean_(i<j) corr(N_i, N_j), Pearson's correlation of the counts N over the bins. Cells
    whose count never changes have no correlation and are left out.

    Parameters
    ----------
    counts : shape (cells, bins)
        Spikes in bins (or trials) of one length, as of `spike_counts`; at least two bins.

    Returns
    -------
    float, from -1 to 1, without unit; NaN where fewer than two cells vary.

    Raises
    ------
    ValueError
        For counts that are empty, not finite, negative, of fewer than two bins or of other
        dimensions.

    Notes
    -----
    No matrix of pairs is needed: with counts scaled to mean 0 and length 1, u_i,
    sum_(i,j) u_i.u_j = |sum_i u_i|^2, of which the n products u_i.u_i are 1.

    References
    ----------
    Cohen and Kohn 2011, doi:10.1038/nn.2842.

    Examples
    --------
    >>> round(mean_correlation([[0, 1, 2], [0, 2, 4], [2, 1, 0]]), 12)  # pairs: 1, -1, -1
    -0.333333333333
    """
    if np.ndim(counts) != 2:
        raise ValueError(f"counts has shape {np.shape(counts)}; (cells, bins) is needed")
    n = along(counts, "counts", -1)
    varying = n[n.max(axis=-1) > n.min(axis=-1)]
    if len(varying) < 2:
        return float("nan")
    u = varying - varying.mean(axis=-1, keepdims=True)
    u /= np.linalg.norm(u, axis=-1, keepdims=True)
    pairs = len(u) * (len(u) - 1)
    return min(float((u.sum(axis=0) ** 2).sum() - len(u)) / pairs, 1.0)


def _intervals(spike_times: ArrayLike) -> NDArray[np.float64]:
    """Return the inter-spike intervals of one train, which may hold any number of spikes."""
    times = np.asarray(spike_times, dtype=float)
    if times.ndim != 1:
        raise ValueError(f"spike_times has shape {times.shape}; one train (spikes,) is needed")
    if not np.isfinite(times).all():
        raise ValueError("spike_times holds NaN or infinity; every time must be finite")
    intervals = np.diff(times)
    if (intervals <= 0).any():
        raise ValueError("spike_times must increase strictly from one spike to the next")
    return intervals
