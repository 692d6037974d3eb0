"""Which cells belong to an engram: those that fire enough, or those that were tagged."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import finite
from workbench.spike_trains import spikes_by_cell


def engram_cells(
    activity: ArrayLike, *, above: float | None = None, deviations: float | None = None
) -> NDArray[np.bool_]:
    """Tell which cells are active enough to count as engram cells.

    A cell belongs to the ensemble when its activity r_i > theta, with theta either given
    (`above`) or following the population, theta = mean_i(r_i) + k sd_i(r_i) (`deviations` = k).

    Parameters
    ----------
    activity : shape (..., cells)
        Activity of every cell, for instance its mean rate while a stimulus is on (Hz).
    above : float, optional
        Threshold in the unit of `activity`. Tomé et al. use 10 Hz.
    deviations : float, optional
        Threshold in standard deviations (over the cells, divisor n) above the mean.

    Returns
    -------
    shape (..., cells), boolean mask.

    Raises
    ------
    ValueError
        Unless exactly one of `above` and `deviations` is given, both inputs being finite.

    References
    ----------
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w (fixed threshold).
    """
    rates = finite(activity, "activity")
    if above is not None and deviations is None:
        return rates > finite(above, "above")
    if deviations is not None and above is None:
        lowest = rates.min(axis=-1, keepdims=True)  # rounding can put the mean of equal rates below
        mean = np.maximum(rates.mean(axis=-1, keepdims=True), lowest)
        spread = rates.std(axis=-1, keepdims=True)
        return rates > mean + finite(deviations, "deviations") * spread
    raise ValueError("give exactly one of above (in the unit of activity) and deviations")


def tag_level(
    times: ArrayLike,
    cells: ArrayLike,
    n_cells: int,
    *,
    start: float,
    stop: float,
    tau: float = np.inf,
) -> NDArray[np.float64]:
    """Tell how far the tag of every cell rose while tagging was possible.

    Each spike adds 1 to the cell's tag a, which leaks between spikes, da/dt = -a/tau; a cell's
    level is the largest a that it reached. Without leak (tau infinite) it is the number of
    spikes. This stands for the product of an immediate early gene, such as Arc or c-Fos, whose
    making is driven by firing and allowed only in a window (off doxycycline, under tamoxifen).

    Parameters
    ----------
    times : shape (spikes,), in any order
        Spike times (s).
    cells : shape (spikes,), whole numbers
        The cell of each spike, from 0 to n_cells - 1.
    n_cells : int
        Number of cells, silent ones too.
    start, stop : float
        When tagging is possible (s); start <= t < stop.
    tau : float
        Time constant of the leak (s).

    Returns
    -------
    shape (cells,), in spikes; 0 for a cell without a spike in the window.

    Raises
    ------
    ValueError
        For spikes that cannot be, a cell with two spikes at one time, a window that does not end
        after it starts, and a `tau` that is not above 0.

    References
    ----------
    Guzowski et al. 1999, doi:10.1038/16046 (Arc); Reijmers et al. 2007,
    doi:10.1126/science.1143839 (c-fos, with a window for the tag).

    Examples
    --------
    >>> tag_level([0.0, 0.1, 0.2], [0, 0, 1], 3, start=0, stop=1).tolist()
    [2.0, 1.0, 0.0]
    """
    if not tau > 0:
        raise ValueError(f"tau is {tau:g}; it must be above 0")
    t, c = spikes_by_cell(times, cells, n_cells, start=start, stop=stop)
    tag = np.ones(t.size)
    step = 1
    while (same := np.flatnonzero(c[step:] == c[:-step])).size:
        now, before = same + step, same  # `tag` holds the last `step` spikes, and then twice that
        tag[now] += np.exp((t[before] - t[now]) / tau) * tag[before]
        step *= 2
    level = np.zeros(n_cells)
    np.maximum.at(level, c, tag)
    return level


def tagged_cells(
    times: ArrayLike,
    cells: ArrayLike,
    n_cells: int,
    *,
    start: float,
    stop: float,
    at_least: float,
    tau: float = np.inf,
) -> NDArray[np.bool_]:
    """Tell which cells were tagged: those whose tag reached the threshold, `at_least`.

    Tag, window, other parameters, errors and sources are those of `tag_level`.

    Parameters
    ----------
    at_least : float
        Level (spikes, above 0) at which a cell is tagged for good.

    Returns
    -------
    shape (cells,), boolean mask.

    Examples
    --------
    >>> tagged_cells([0.0, 0.1, 0.2], [0, 0, 1], 3, start=0, stop=1, at_least=2).tolist()
    [True, False, False]
    """
    if not at_least > 0:
        raise ValueError(f"at_least is {at_least:g}; it must be above 0")
    return tag_level(times, cells, n_cells, start=start, stop=stop, tau=tau) >= at_least
