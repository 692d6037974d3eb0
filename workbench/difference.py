"""What differs between two runs: lines, matrices, spikes and protocols, second minus first.

Nothing is drawn here. Lines are compared at the first one's points as far as both go; where the
points of the two are not the same the second is interpolated linearly, and that is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from workbench.parameters import ParameterError, unit_suffix
from workbench.spike_trains import population_rate

Array = NDArray[np.float64]
BINS = 100  # of a rate over a whole run, at most


@dataclass(frozen=True)
class Difference:
    """A line, or several, minus another.

    Attributes
    ----------
    x : shape (points,)
        Where both are known.
    values : shape (points, lines)
        Second minus first; NaN where either is.
    same : bool
        Whether the two hold the same numbers there, unknown ones included.
    whole : bool
        Whether they have the same points, so that nothing is left out.
    interpolated : bool
        Whether the second was read between its points.
    """

    x: Array
    values: Array
    same: bool = False
    whole: bool = True
    interpolated: bool = False

    @property
    def mean(self) -> float:
        """Mean of all that is known; NaN where nothing is."""
        return mean(self.values)

    @property
    def end(self) -> float:
        """Mean over the lines at the last point where any is known; NaN where none is."""
        known = np.flatnonzero(np.isfinite(self.values).any(axis=1))
        return mean(self.values[known[-1]]) if known.size else float("nan")

    @property
    def largest(self) -> tuple[float, float]:
        """The difference that is largest in size, with its sign, and the x where it is."""
        if not np.isfinite(self.values).any():
            return float("nan"), float("nan")
        point, line = np.unravel_index(np.nanargmax(np.abs(self.values)), self.values.shape)
        return float(self.values[point, line]), float(self.x[point])


def line_difference(x: ArrayLike, y: ArrayLike, x2: ArrayLike, y2: ArrayLike) -> Difference:
    """Return y2 over x2 minus y over x.

    Parameters
    ----------
    x, x2 : shape (points,)
        They may differ; then both must rise, and they are compared where they overlap.
    y, y2 : shape (points,) or (points, lines)
        As many lines in the one as in the other.

    Raises
    ------
    ParameterError
        If the two cannot be compared: a sentence that says why.

    Examples
    --------
    >>> found = line_difference([0, 1, 2], [0, 0, 0], [0, 2, 4], [1, 3, 9])
    >>> found.x.tolist(), found.values[:, 0].tolist(), found.interpolated
    ([0.0, 1.0, 2.0], [1.0, 2.0, 3.0], True)
    """
    x, x2 = np.asarray(x, float), np.asarray(x2, float)
    y, y2 = (np.asarray(one, float) for one in (y, y2))
    y, y2 = (one[:, None] if one.ndim == 1 else one for one in (y, y2))
    if y.shape[1] != y2.shape[1]:
        raise ParameterError(f"They have {y.shape[1]} and {y2.shape[1]} lines: no difference.")
    if np.array_equal(x, x2):
        return Difference(x, y2 - y, np.array_equal(y, y2, equal_nan=True))
    for one in (x, x2):
        if one.size < 1 or not (np.diff(one) > 0).all():
            raise ParameterError("Their points lie elsewhere and do not rise: no difference.")
    shared = (x >= x2[0]) & (x <= x2[-1])
    if not shared.any():
        raise ParameterError(
            f"They do not overlap ({spelled(x[0])} to {spelled(x[-1])} and {spelled(x2[0])} to "
            f"{spelled(x2[-1])}): no difference."
        )
    x, y = x[shared], y[shared]
    place = np.searchsorted(x2, x)
    if np.array_equal(x2[place], x):  # the one only goes further, or has more points
        same = np.array_equal(y, y2[place], equal_nan=True)
        return Difference(x, y2[place] - y, same, whole=False)
    between = np.stack([np.interp(x, x2, line) for line in y2.T], axis=1)
    return Difference(x, between - y, whole=False, interpolated=True)


def histogram_difference(x: ArrayLike, y: ArrayLike, x2: ArrayLike, y2: ArrayLike) -> Difference:
    """Return counts y2 minus counts y over equal bins with the left edges x2 and x.

    A bin that only one of them has counts nothing in the other.

    Parameters
    ----------
    x, y, x2, y2 : shape (bins,)
        Edges, which rise, and counts.

    Raises
    ------
    ParameterError
        If their bins are not the same where both have some.

    Examples
    --------
    >>> found = histogram_difference([1, 2], [5, 5], [2, 3], [4, 1])
    >>> found.x.tolist(), found.values[:, 0].tolist()
    ([1.0, 2.0, 3.0], [-5.0, -1.0, 1.0])
    """
    edges = np.asarray(x, float), np.asarray(x2, float)
    widths = [np.diff(one).min(initial=np.inf) for one in edges]
    width = min(widths) if np.isfinite(min(widths)) else 1.0
    places = [(one - edges[0][0]) / width for one in edges]
    if any(np.abs(one - np.round(one)).max(initial=0) > 1e-6 for one in places) or (
        np.isfinite(widths).all() and not np.isclose(*widths)
    ):
        raise ParameterError("Their bins differ: no difference.")
    known = [dict(zip(np.round(p).astype(int).tolist(), np.asarray(c, float), strict=True))
             for p, c in zip(places, (y, y2), strict=True)]  # fmt: skip
    every = range(min(min(one) for one in known), max(max(one) for one in known) + 1)
    values = [known[1].get(place, 0.0) - known[0].get(place, 0.0) for place in every]
    place = edges[0][0] + np.array(every) * width
    return Difference(place, np.array(values)[:, None], same=not any(values))


def array_difference(first: xr.DataArray, second: xr.DataArray) -> xr.DataArray:
    """Return a matrix (or a row of pictures) minus another, over the places that both have.

    Raises
    ------
    ParameterError
        If there is no such place, or no telling which places are the same.
    """
    sizes = tuple(first.shape), tuple(second.shape)
    said = " and ".join(" x ".join(map(str, size)) for size in sizes)
    try:
        one, two = xr.align(first.astype(float), second.astype(float), join="inner")
    except ValueError as error:  # sizes differ where no coordinate tells the places
        raise ParameterError(f"Their sizes differ ({said}): no difference.") from error
    if one.shape != two.shape or not one.size:
        raise ParameterError(f"They share no place ({said}): no difference.")
    return one.copy(data=two.values - one.values)


def rate_edges(duration: float) -> Array:
    """Return the edges of the bins, 1, 2 or 5 times a power of ten wide, that cover a time (s)."""
    if duration <= 0:
        return np.array([0.0, 1.0])
    power = int(np.floor(np.log10(duration / BINS)))
    steps = [step * 10.0**power for step in (1, 2, 5, 10)]
    width = next(step for step in steps if duration / step <= BINS + 1e-9)
    count = int(np.ceil(duration / width - 1e-9))
    if width >= 1:
        return np.arange(count + 1, dtype=np.float64) * width
    return np.arange(count + 1, dtype=np.float64) / round(
        1 / width
    )  # so that 6 bins of 0.1 s end at 0.6 s


def group_rates(
    times: ArrayLike, cells: ArrayLike, groups: ArrayLike, edges: ArrayLike
) -> dict[str, Array]:
    """Return the firing rate of each group of cells, bin by bin.

    Parameters
    ----------
    times, cells : shape (spikes,)
        Spike times (s), and which cell.
    groups : shape (cells,), str
        What each cell is.
    edges : shape (bins + 1,)
        Of the bins (s); later spikes are left out.

    Returns
    -------
    dict of str to array of shape (bins,)
        Group -> mean rate of its cells (Hz).
    """
    named = np.asarray(groups, str)
    return {
        str(name): population_rate(times, cells, named.size, edges, members=named == name)
        for name in dict.fromkeys(named.tolist())
    }


def spelled(value: float, sign: bool = False) -> str:
    """Return a number with three digits, without an e where people write none."""
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return f"+{text}" if sign and value > 0 else text


def with_unit(value: float, unit: str) -> str:
    """Return a number with its unit."""
    return spelled(value) + unit_suffix(unit)


def mean(values: ArrayLike) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(known.mean()) if known.size else float("nan")
