"""Measures of firing: how selective and how sparse responses are, how regular and how synchronous.

The rules of `workbench.measures` hold: impossible input raises ValueError, an undefined ratio
(a cell that never fired, a train of two spikes) comes out as NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.measures import finite, ratio


def discrimination_index(target: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Compare the response to a target with the response to another stimulus.

    D = (T - O) / (T + O): 1 when only the target evokes a response, 0 when both do alike,
    -1 when only the other does.

    Parameters
    ----------
    target, other : shape (...)
        Two responses that cannot be negative, in the same unit: recall rates, firing rates,
        times spent exploring. Shapes broadcast.

    Returns
    -------
    shape (...), without unit; NaN where neither evokes a response.

    Raises
    ------
    ValueError
        For responses that are empty, not finite, negative, or do not broadcast.

    References
    ----------
    Ennaceur and Delacour 1988, doi:10.1016/0166-4328(88)90157-X;
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w (recall of the learnt against a new cue).

    Examples
    --------
    >>> discrimination_index([0.75, 0.5], [0.25, 0.5]).tolist()
    [0.5, 0.0]
    """
    t, o = finite(target, "target", minimum=0), finite(other, "other", minimum=0)
    return ratio(t - o, t + o)


def selectivity(responses: ArrayLike, *, axis: int = -1) -> NDArray[np.float64]:
    """Measure how much a cell prefers its best stimulus (the depth of selectivity).

    S = (n - sum_i r_i / r_max) / (n - 1) over n stimuli, which is 1 minus the mean response to
    the other stimuli in units of the largest: 0 when all evoke the same, 1 when only one does.

    Parameters
    ----------
    responses : shape (..., stimuli, ...)
        Response of each cell to each stimulus, not negative (Hz, or any unit).
    axis : int
        The axis of the stimuli, of which at least two are needed.

    Returns
    -------
    The shape of `responses` without `axis`, from 0 to 1, without unit; NaN for a silent cell.

    Raises
    ------
    ValueError
        For responses that are empty, not finite, negative, or to fewer than two stimuli.

    References
    ----------
    Moody et al. 1998; Rainer and Miller 2000.

    Examples
    --------
    >>> float(selectivity([8.0, 2.0, 2.0]))
    0.75
    """
    r = _along(responses, "responses", axis)
    shares = ratio(r, r.max(axis=-1, keepdims=True))
    return (r.shape[-1] - shares.sum(axis=-1)) / (r.shape[-1] - 1)


def treves_rolls_sparseness(responses: ArrayLike, *, axis: int = -1) -> NDArray[np.float64]:
    """Measure what share of cells (or stimuli) carries the response: small means sparse.

    a = (mean_i r_i)^2 / mean_i(r_i^2). For responses that are either 0 or one value, a is the
    fraction that responds.

    Parameters
    ----------
    responses : shape (..., n, ...)
        Responses, not negative (Hz, or any unit), usually of shape (stimuli, cells).
    axis : int
        What is averaged over: the cells for population sparseness (one value for each
        stimulus), the stimuli for lifetime sparseness (one value for each cell).

    Returns
    -------
    The shape of `responses` without `axis`, from 1/n to 1, without unit; NaN where all are 0.

    Raises
    ------
    ValueError
        For responses that are empty, not finite, negative, or fewer than two along `axis`.

    References
    ----------
    Treves and Rolls 1991, doi:10.1088/0954-898X_2_4_004.

    Examples
    --------
    >>> float(treves_rolls_sparseness([5.0, 0.0, 0.0, 0.0]))
    0.25
    """
    r = _along(responses, "responses", axis)
    scaled = ratio(r, r.max(axis=-1, keepdims=True))  # squares must not over- or underflow
    a = scaled.mean(axis=-1) ** 2 / (scaled**2).mean(axis=-1)
    return np.clip(a, 1 / r.shape[-1], 1.0)


def vinje_gallant_sparseness(responses: ArrayLike, *, axis: int = -1) -> NDArray[np.float64]:
    """Measure sparseness on a scale from 0 (all respond alike) to 1 (a single one responds).

    S = (1 - a) / (1 - 1/n), with a from `treves_rolls_sparseness`, whose parameters, errors
    and meaning of `axis` hold here too.

    Returns
    -------
    The shape of `responses` without `axis`, from 0 to 1, without unit; NaN where all are 0.

    References
    ----------
    Vinje and Gallant 2000, doi:10.1126/science.287.5456.1273.
    """
    a = treves_rolls_sparseness(responses, axis=axis)
    return (1 - a) / (1 - 1 / np.shape(responses)[axis])


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
    n = _along(counts, "counts", axis)
    return ratio(n.var(axis=-1), n.mean(axis=-1))


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


def _along(values: ArrayLike, name: str, axis: int) -> NDArray[np.float64]:
    """Return values that are not negative, the axis of interest last and at least two long."""
    array = np.moveaxis(finite(values, name, minimum=0), axis, -1)
    if array.shape[-1] < 2:
        raise ValueError(f"{name} holds one value along axis {axis}; at least two are needed")
    return array


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
