"""Are networks unlike each other? Tests on runs, and intervals over seeds.

Every number that is compared is of a run of its own (another seed); scores of one run on two
parts of the data are no two runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.model import ParameterError


class Interval(NamedTuple):
    """A mean over runs and the interval in which the true one lies at a level of confidence."""

    mean: float
    low: float
    high: float
    runs: int
    level: float

    def __str__(self) -> str:
        if self.runs < 2:
            return f"{self.mean:.4g} (one run)"
        limits = f"{self.low:.4g}, {self.high:.4g}"
        return f"{self.mean:.4g} [{limits}] ({self.level:.0%}, {self.runs} runs)"


class Pair(NamedTuple):
    """Two groups: the difference of their means, with its interval and p-value (Tukey)."""

    first: str
    second: str
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Groups of runs, compared.

    Attributes
    ----------
    f, anova_p : float
        One-way analysis of variance: are all means equal?
    h, kruskal_p : float
        Kruskal-Wallis on ranks: does some group tend to larger values?
    pairs : tuple of Pair
        Tukey's honestly significant differences.
    intervals : dict
        Of each group's mean.
    """

    f: float
    anova_p: float
    h: float
    kruskal_p: float
    pairs: tuple[Pair, ...]
    intervals: dict[str, Interval]

    def __str__(self) -> str:
        lines = [
            f"One-way ANOVA: F = {self.f:.2f}, p = {self.anova_p:.2g}",
            f"Kruskal-Wallis: H = {self.h:.2f}, p = {self.kruskal_p:.4f}",
            *(f"{name}: {interval}" for name, interval in self.intervals.items()),
            "Tukey's differences (second less first):",
        ]
        for pair in self.pairs:
            lines.append(
                f"  {pair.first} - {pair.second}: {pair.difference:+.4f} "
                f"[{pair.low:+.4f}, {pair.high:+.4f}], p = {pair.p:.2g}"
            )
        return "\n".join(lines)


def interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean of runs and its confidence interval, by Student's t.

    Parameters
    ----------
    values : array_like, shape (runs,)
    level : float
        Between 0 and 1. Of one run there is no interval: it is infinite.

    Raises
    ------
    ParameterError
        If there is no run, a value is not finite, or the level is not allowed.
    """
    from scipy import stats

    if not 0 < level < 1:
        raise ParameterError(f"level = {level} is not allowed; it must lie between 0 and 1.")
    runs = finite("the runs", values, fewest=1)
    mean = float(runs.mean())
    if len(runs) < 2:
        return Interval(mean, -math.inf, math.inf, 1, level)
    half = stats.t.ppf((1 + level) / 2, len(runs) - 1) * runs.std(ddof=1) / math.sqrt(len(runs))
    return Interval(mean, mean - float(half), mean + float(half), len(runs), level)


def compare(groups: Mapping[str, ArrayLike], level: float = 0.95) -> Comparison:
    """Return how groups of runs differ.

    Parameters
    ----------
    groups : mapping of str to array_like
        A number of each run, by the name of its group; two groups or more of two runs or more.
    level : float
        Of confidence.

    Raises
    ------
    ParameterError
        If there are too few groups or runs, or a value is not finite.
    """
    from scipy import stats

    if len(groups) < 2:
        raise ParameterError(f"There must be at least two groups to compare, not {len(groups)}.")
    names = list(groups)
    runs = [finite(repr(name), groups[name], fewest=2) for name in names]
    intervals = {name: interval(values, level) for name, values in zip(names, runs, strict=True)}
    if all(np.ptp(values) == 0 for values in runs):
        return alike(names, runs, intervals)
    f, anova_p = stats.f_oneway(*runs)
    h, kruskal_p = stats.kruskal(*runs)
    tukey = stats.tukey_hsd(*runs)
    bounds = tukey.confidence_interval(level)
    pairs = [
        Pair(
            names[i], names[j], -float(tukey.statistic[i, j]),
            -float(bounds.high[i, j]), -float(bounds.low[i, j]), float(tukey.pvalue[i, j]),
        )
        for i in range(len(names)) for j in range(i + 1, len(names))
    ]  # fmt: skip
    return Comparison(float(f), float(anova_p), float(h), float(kruskal_p), tuple(pairs), intervals)


def alike(names: list[str], runs: list[NDArray[Any]], intervals: dict[str, Interval]) -> Comparison:
    """Return the comparison of groups within which all runs are equal.

    Without any variance within groups F is infinite where means differ; where they do not, there
    is nothing to test (NaN).
    """
    from scipy import stats

    differ = len({float(values[0]) for values in runs}) > 1
    h, kruskal_p = stats.kruskal(*runs) if differ else (math.nan, math.nan)
    pairs = []
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            gap = float(runs[j][0] - runs[i][0])
            pairs.append(Pair(first, names[j], gap, gap, gap, 0.0 if gap else 1.0))
    f, anova_p = (math.inf, 0.0) if differ else (math.nan, math.nan)
    return Comparison(f, anova_p, float(h), float(kruskal_p), tuple(pairs), intervals)


def finite(name: str, values: ArrayLike, fewest: int) -> NDArray[np.float64]:
    """Return the numbers of some runs, or raise `ParameterError`."""
    runs = np.asarray(values, float).ravel()
    if len(runs) < fewest:
        raise ParameterError(
            f"The group {name} has {len(runs)} runs; it must have at least {fewest}."
            if fewest > 1 else "There must be at least one run."
        )  # fmt: skip
    if not np.isfinite(runs).all():
        raise ParameterError(f"The group {name} has a value that is no finite number.")
    return runs
