"""Measures of responses: how selective and how sparse they are."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import along, finite, ratio


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
    r = along(responses, "responses", axis)
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
    r = along(responses, "responses", axis)
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
