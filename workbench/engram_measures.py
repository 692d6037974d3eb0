"""How an engram comes back: reactivation against chance, overlap of ensembles, recall of cues."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import cell_masks, finite, ratio


class Reactivation(NamedTuple):
    """How much of an engram was active again: `fraction`, its `chance` level and their `ratio`."""

    fraction: NDArray[np.float64]
    chance: NDArray[np.float64]
    ratio: NDArray[np.float64]


def reactivation(engram: ArrayLike, active: ArrayLike) -> Reactivation:
    """Measure how many engram cells are active again, against chance.

    fraction = |E and A| / |E|, chance = |A| / N (the fraction expected when the active cells A
    are drawn without regard to the engram E among N cells), ratio = fraction / chance.

    Parameters
    ----------
    engram : shape (..., cells), boolean mask
        Cells active at encoding.
    active : shape (..., cells), boolean mask
        Cells active at recall; leading axes broadcast against those of `engram`.

    Returns
    -------
    Reactivation
        Each field of shape (...), without unit. NaN where E (fraction) or A (ratio) is empty.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean, or of unequal numbers of cells.

    References
    ----------
    Reijmers et al. 2007, doi:10.1126/science.1143839.

    Examples
    --------
    >>> again = reactivation([True, True, False, False], [True, False, False, False])
    >>> float(again.fraction), float(again.chance), float(again.ratio)
    (0.5, 0.25, 2.0)
    """
    before, again = cell_masks(engram=engram, active=active)
    fraction = ratio((before & again).sum(axis=-1), before.sum(axis=-1))
    chance = again.mean(axis=-1)
    return Reactivation(fraction, chance, ratio(fraction, chance))


def reactivation_significance(engram: ArrayLike, active: ArrayLike) -> NDArray[np.float64]:
    """Tell how likely chance alone reactivates so many engram cells, or more.

    p = P(X >= |E and A|) with X hypergeometric: the number of engram cells among |A| cells drawn
    without replacement from all N, of which |E| are engram cells (Fisher's exact test, one side).

    Parameters
    ----------
    engram : shape (..., cells), boolean mask
        Cells active at encoding.
    active : shape (..., cells), boolean mask
        Cells active at recall; leading axes broadcast against those of `engram`.

    Returns
    -------
    shape (...), from 0 to 1, without unit; 1 where either is empty.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean, or of unequal numbers of cells.

    References
    ----------
    Fisher 1922, doi:10.2307/2340521.

    Examples
    --------
    >>> p = reactivation_significance([True, True, False, False], [True, True, False, False])
    >>> round(float(p), 6)  # one of the six pairs that can be drawn from four cells
    0.166667
    """
    from scipy.stats import hypergeom

    before, again = cell_masks(engram=engram, active=active)
    shared = (before & again).sum(axis=-1)
    n, marked, drawn = before.shape[-1], before.sum(axis=-1), again.sum(axis=-1)
    return hypergeom.sf(shared - 1, n, marked, drawn)


def cell_overlap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    relative_to: Literal["union", "first", "smaller"] = "union",
) -> NDArray[np.float64]:
    """Measure how many cells two ensembles share.

    |A and B| divided by |A or B| (the Jaccard index), by |A| (how much of the first ensemble
    is kept in the second) or by min(|A|, |B|) (1 when one ensemble lies inside the other).

    Parameters
    ----------
    first, second : shape (..., cells), boolean masks
        The two ensembles; leading axes broadcast.
    relative_to : what the number of shared cells is divided by

    Returns
    -------
    shape (...), from 0 (no cell shared) to 1, without unit; NaN where the divisor is empty.

    Raises
    ------
    ValueError
        For masks that are empty, not boolean or of unequal length; an unknown `relative_to`.

    References
    ----------
    Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x ("union");
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w ("first").
    """
    a, b = cell_masks(first=first, second=second)
    shared, in_a, in_b = (a & b).sum(axis=-1), a.sum(axis=-1), b.sum(axis=-1)
    wholes = {"union": in_a + in_b - shared, "first": in_a, "smaller": np.minimum(in_a, in_b)}
    if relative_to not in wholes:
        raise ValueError(f"relative_to is {relative_to!r}; it must be union, first or smaller")
    return ratio(shared, wholes[relative_to])


def hit_fraction(rates: ArrayLike, engram: ArrayLike, *, above: float) -> NDArray[np.float64]:
    """Measure recall: the fraction of cue presentations that make the engram fire.

    A presentation is a hit when the mean rate of the engram cells is above the threshold. With
    cues of what was learnt this is true recall, with novel cues false recall; both together give
    the `discrimination_index`.

    Parameters
    ----------
    rates : shape (..., presentations, cells)
        Mean rate of each cell during each presentation (Hz), as of `presentation_rates`.
    engram : shape (cells,), boolean mask
        The engram cells.
    above : float
        Threshold (Hz). Tomé et al. use 10 Hz.

    Returns
    -------
    shape (...), from 0 to 1, without unit; NaN if there are no engram cells.

    Raises
    ------
    ValueError
        For rates that are empty, negative, not finite or have no axis of presentations, and for
        a mask that is not boolean or not of as many cells.

    References
    ----------
    Tomé et al. 2024, doi:10.1038/s41593-023-01551-w.

    Examples
    --------
    >>> rates = [[20.0, 8.0, 0.0], [12.0, 6.0, 50.0]]
    >>> float(hit_fraction(rates, [True, True, False], above=10))
    0.5
    """
    r = finite(rates, "rates", minimum=0)
    (members,) = cell_masks(engram=engram)
    if r.ndim < 2 or members.shape != r.shape[-1:]:
        raise ValueError(
            f"rates has shape {r.shape} and engram {members.shape}; "
            "they must be of shapes (..., presentations, cells) and (cells,)"
        )
    mean = ratio(r[..., members].sum(axis=-1), members.sum())
    hits = (mean > finite(above, "above")).mean(axis=-1)
    return hits if members.any() else np.full_like(hits, np.nan)[()]
