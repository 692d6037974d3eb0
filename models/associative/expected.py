"""What theory expects of one step of recall, for random patterns and each rule.

A cue has c1 active units of its pattern and c0 others. What another unit's field is made of depends
on n, the number of other patterns that the unit is in, which is binomial:

- Willshaw: each of the cue's units is connected to it with probability 1 - (1 - (k-1)/(N-1))^n,
  one by one (Buckingham and Willshaw 1992, who call n the unit's usage).
- Hebbian and covariance: its sum of counts S is that of n hypergeometric numbers, how many units a
  pattern shares with the cue. The field is S / N, or (S - w n) / (N f (1 - f)) with the weight
  w = f (c - 1 + f), which takes away most of what frequent units have more.
- Dense: the pattern is recalled where no other shares as many units with the cue.

Nothing is fitted and no field is taken as Gaussian unless it is a sum of very many counts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.associative.presets import DENSE, HEBBIAN, LEFT_OUT, WILLSHAW

Floats = NDArray[np.float64]

#: Largest sum of counts whose distribution is computed term by term.
_MOST = 4096
_SPREADS = 7.0


class Cue(NamedTuple):
    """Sizes of a recall: units N, active k of a pattern, patterns P, and c1 and c0 of the cue."""

    units: int
    active: int
    stored: int
    right: int
    wrong: int

    @property
    def coding_level(self) -> float:
        """Share f of units active in a pattern."""
        return self.active / self.units

    def groups(self) -> list[Group]:
        """Return the four groups of units that differ in what the cue gives them."""
        k, c1, c0 = self.active, self.right, self.wrong
        size = c1 + c0
        groups = [
            Group(c1, True, c1 - 1, size - 1, True),
            Group(k - c1, True, c1, size, False),
            Group(c0, False, 0, size - 1, True),
            Group(self.units - k - c0, False, 0, size, False),
        ]
        return [group for group in groups if group.number]


class Group(NamedTuple):
    """Units of one kind: how many, in the pattern or not, and what of the cue they see."""

    number: int
    member: bool
    signal: int  # active units of the cue, other than itself, that are in a pattern with it
    size: int  # active units of the cue other than itself
    cued: bool


class Fires(NamedTuple):
    """Chance that a unit of the pattern fires, and that another one does."""

    member: float
    other: float

    def correlation(self, coding_level: float) -> float:
        """Return the correlation with the pattern; 0 where all units do the same."""
        f = coding_level
        rate = f * self.member + (1 - f) * self.other
        if not 0 < rate < 1:
            return 0.0
        spread = math.sqrt(f * (1 - f) / (rate * (1 - rate)))
        return (self.member - self.other) * spread


def damaged_cue(units: int, active: int, stored: int, share: float, kind: str) -> Cue:
    """Return the sizes of a recall from a cue with a share of its active units damaged.

    As `models.associative.patterns` damages it: units left out, of which one stays, or replaced.
    """
    lost = round(share * active)
    if kind == LEFT_OUT:
        return Cue(units, active, stored, max(1, active - lost), 0)
    return Cue(units, active, stored, active - lost, min(lost, units - active))


def one_step(rule: str, cue: Cue, winners: int | None, threshold: float = 0.0) -> Fires:
    """Expect one step by a rule; the threshold is that of a field, where there are no winners."""
    if rule == WILLSHAW:
        return willshaw(cue, winners)
    if rule == DENSE:
        return dense(cue)
    return (hebbian if rule == HEBBIAN else covariance)(cue, winners, threshold)


def willshaw(cue: Cue, winners: int | None = None) -> Fires:
    """Expect one step with k winners, or with all active units of the cue agreeing when None."""
    from scipy.stats import binom

    usage, often = _usage(cue)
    on = -np.expm1(usage * math.log1p(-(cue.active - 1) / max(1, cue.units - 1)))[:, None]
    parts = []
    for group in cue.groups():
        sums = np.arange(group.size - group.signal + 1)
        chance = often @ binom.pmf(sums, sums[-1], on)
        parts.append((group, sums + group.signal + group.cued, chance))  # it supports itself
    return _fires(parts, cue, winners, cue.right + cue.wrong - 0.5)


def covariance(cue: Cue, winners: int | None = None, threshold: float = 0.0) -> Fires:
    """Expect one step of the covariance rule by k winners, or by a threshold of the field."""
    f = cue.coding_level
    return _counted(cue, winners, threshold * cue.units * f * (1 - f), f)


def hebbian(cue: Cue, winners: int | None = None, threshold: float = 0.0) -> Fires:
    """Expect one step of the Hebbian rule by k winners, or by a threshold of the field."""
    return _counted(cue, winners, threshold * cue.units, 0.0)


def dense(cue: Cue) -> Fires:
    """Expect that the pattern is recalled as long as it shares most units with the cue."""
    from scipy.stats import hypergeom

    f, others = cue.coding_level, cue.stored - 1
    shared: Any = hypergeom(cue.units, cue.active, cue.right + cue.wrong)
    fewer, equal = float(shared.cdf(cue.right - 1)), float(shared.pmf(cue.right))
    found = fewer**others
    if equal > 1e-12:  # some others may share just as many: then each has its part in the answer
        found = ((fewer + equal) ** cue.stored - fewer**cue.stored) / (cue.stored * equal)
    return Fires(found + (1 - found) * f, (1 - found) * f)


def _usage(cue: Cue) -> tuple[Floats, Floats]:
    """Return numbers n of other patterns that a unit is in, and their probabilities."""
    from scipy.stats import binom

    mean = (cue.stored - 1) * cue.coding_level
    reach = _SPREADS * math.sqrt(mean) + 10
    low, high = max(0, math.floor(mean - reach)), min(cue.stored - 1, math.ceil(mean + reach))
    usage = np.arange(low, high + 1)
    return usage.astype(float), binom.pmf(usage, cue.stored - 1, cue.coding_level)


def _counted(cue: Cue, winners: int | None, threshold: float, level: float) -> Fires:
    """Expect one step from counts of pairs; `threshold` is that of the sum of counts.

    `level` is f where the covariance rule takes away the share w of each pattern, otherwise 0.
    """
    usage, often = _usage(cue)
    parts = []
    for group in cue.groups():
        weight = level * (group.size - 1 + level)
        sums, chance = _shared(cue, group.size, usage, whole=level == 0)
        fields = sums + group.signal - weight * (usage[:, None] + group.member)
        parts.append((group, fields.ravel(), (often[:, None] * chance).ravel()))
    return _fires(parts, cue, winners, threshold)


def _shared(cue: Cue, size: int, usage: Floats, whole: bool) -> tuple[Floats, Floats]:
    """Return sums of counts over `size` units, and their chances, a row for each usage.

    Sums that are whole numbers (`whole`) are often equal, and are left so.
    """
    from scipy.stats import hypergeom

    # The unit itself is in each of the patterns; scipy does not declare frozen distributions.
    one: Any = hypergeom(cue.units - 1, cue.active - 1, size)
    others = max(1, cue.units - 1)
    mean = size * (cue.active - 1) / others
    left = (others - size) / max(1, others - 1)
    spread = math.sqrt(mean * (1 - (cue.active - 1) / others) * left)
    # The patterns share with the cue what they share, whichever units they have: given that, the
    # sums of units spread a little less than sums of numbers drawn anew for each.
    narrow = math.sqrt(1 - cue.coding_level)
    top = math.ceil(usage[-1] * mean + 10 * spread * math.sqrt(usage[-1] + 1)) + size + 2
    if top > _MOST:  # sums of so many counts are Gaussian, and are taken at some hundred places
        z = np.linspace(-6, 6, 241)
        bell = np.exp(-z * z / 2)
        sums = usage[:, None] * mean + z * narrow * spread * np.sqrt(usage)[:, None]
        return sums, np.broadcast_to(bell / bell.sum(), sums.shape)
    length = 1 << top.bit_length()
    alone = np.fft.rfft(one.pmf(np.arange(length)))
    chance = np.fft.irfft(alone[None] ** usage[:, None], length, axis=1)
    sums: Any = np.arange(float(length))[None]
    middle = usage[:, None] * mean
    if not whole:
        sums = middle + narrow * (sums - middle)
    return sums, np.clip(chance, 0.0, None)


def _fires(parts: list, cue: Cue, winners: int | None, threshold: float) -> Fires:
    """Let the largest fields fire, or those above a threshold."""
    fields = np.concatenate([field for _, field, _ in parts])
    crowd = np.concatenate([group.number * chance for group, _, chance in parts])
    member = np.concatenate([np.full(field.size, group.member) for group, field, _ in parts])
    if winners is None:
        fire = crowd * (fields > threshold)
    else:
        order = np.argsort(-fields, kind="stable")
        last = np.searchsorted(np.cumsum(crowd[order]), winners * (1 - 1e-9))
        edge = fields[order[min(last, order.size - 1)]]
        above, tied = fields > edge + 1e-9, np.abs(fields - edge) <= 1e-9
        room = max(0.0, winners - crowd[above].sum()) / max(crowd[tied].sum(), 1e-300)
        fire = crowd * (above + min(room, 1.0) * tied)
    others = max(1, cue.units - cue.active)
    return Fires(float(fire[member].sum()) / cue.active, float(fire[~member].sum()) / others)
