r"""SPaSS in rings of excitatory units whose activity saturates; a ring of one is a self-loop.

.. math:: \tau \frac{dv_i}{dt} = -v_i + f(w_i v_{i-1} + I_i), \qquad
          f(x) = \frac{1}{1 + e^{\beta (\varepsilon - x)}}, \qquad
          \frac{dw_i}{dt} = \mu \left[ v_{i-1} v_i + \kappa^{-1} (v_T - v_i) w_i^2 \right].

All units alike, a ring rests where w = v [kappa / (v - v_T)]^{1/2} and v = f(w v + I). Solved for
kappa or for v_T, these are explicit in v, which draws whole bifurcation curves at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """What all units of a ring share.

    Attributes
    ----------
    steepness : float
        beta of the activation.
    midpoint : float
        epsilon: the input that gives half of the largest activity.
    tau : float
        Time constant of the activity, in units of 1 / mu.
    """

    steepness: float = 8.0
    midpoint: float = 0.5
    tau: float = 0.05

    def activation(self, total: Floats) -> Floats:
        """Return f of a total input, 0 to 1."""
        return 0.5 * (1 + np.tanh(0.5 * self.steepness * (total - self.midpoint)))

    def needed(self, activity: ArrayLike) -> Floats:
        """Return the total input that keeps an activity between 0 and 1: the inverse of f."""
        v = np.asarray(activity, float)
        return self.midpoint + np.log(v / (1 - v)) / self.steepness


def resting_weight(activity: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike) -> Floats:
    """Return the weight that stands still at an activity; NaN where it can't, at v_T and below."""
    v = np.asarray(activity, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = v * np.sqrt(np.asarray(kappa, float) / (v - target_rate))
    return np.where(v > target_rate, weight, np.nan)


def kappa_at_rest(unit: Unit, activity: Floats, target_rate: float, drive: float) -> Floats:
    """Return the kappa at which an activity is at rest; NaN where there is none."""
    own = unit.needed(activity) - drive
    kappa = (own / activity**2) ** 2 * (activity - target_rate)
    return np.where((own > 0) & (activity > target_rate), kappa, np.nan)


def target_at_rest(unit: Unit, activity: Floats, kappa: float, drive: float) -> Floats:
    """Return the v_T at which an activity is at rest; NaN where there is none."""
    own = unit.needed(activity) - drive
    with np.errstate(divide="ignore"):
        target = activity - kappa * activity**4 / own**2
    return np.where((own > 0) & (target > 0), target, np.nan)


def stable(unit: Unit, activity: Floats, target_rate: ArrayLike, kappa: ArrayLike) -> NDArray:
    """Return whether a self-loop comes back to these rests: trace below and determinant above 0."""
    v, target, ratio = activity, np.asarray(target_rate, float), np.asarray(kappa, float)
    w = resting_weight(v, target, ratio)
    gain = unit.steepness * v * (1 - v)
    own, cross = (gain * w - 1) / unit.tau, gain * v / unit.tau
    back, weight = 2 * v - w**2 / ratio, 2 * (target - v) * w / ratio
    return (own + weight < 0) & (own * weight - cross * back > 0)


def rests(unit: Unit, target_rate: float, kappa: float, drive: float) -> tuple[Floats, NDArray]:
    """Return the activities at rest of a ring, lowest first, and whether a self-loop is stable.

    Found where v - f(w v + I) changes its sign between neighbours of a fine grid, then by halving.
    """
    low = min(max(target_rate, 1e-9), 0.999)
    grid = low + (1 - low) * np.concatenate([np.geomspace(1e-9, 1e-2, 400),
                                             np.linspace(1e-2, 1 - 1e-9, 1200)[1:]])  # fmt: skip

    def missing(v: Floats) -> Floats:
        return v - unit.activation(resting_weight(v, target_rate, kappa) * v + drive)

    sign = np.sign(missing(grid))
    at = np.flatnonzero(sign[:-1] * sign[1:] < 0)
    left, right = grid[at], grid[at + 1]
    for _ in range(45):
        middle = (left + right) / 2
        same = np.sign(missing(middle)) == sign[at]
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    found = (left + right) / 2
    return found, stable(unit, found, target_rate, kappa)


def slope(
    unit: Unit, activity: Floats, weight: Floats, target: float, kappa: float,
    drive: float | Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return dv/dt and dw/dt of rings, whose units lie along the last dimension."""
    before = np.concatenate([activity[..., -1:], activity[..., :-1]], axis=-1)
    rise = (unit.activation(weight * before + drive) - activity) / unit.tau
    return rise, before * activity + (target - activity) * weight**2 / kappa


def ends(
    unit: Unit, target_rate: ArrayLike, kappa: ArrayLike, drive: float, high: ArrayLike,
    duration: float = 240.0, step: float = 0.4,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return activity and weight of self-loops after some time, many at once.

    Parameters
    ----------
    target_rate, kappa, high : array_like
        v_T and kappa of each, and whether it begins active with a strong weight or silent with a
        weak one; they broadcast.
    drive : float
        Input to all.
    duration, step : float
        In units of 1 / mu.

    Notes
    -----
    Exponential Euler for the activity, Rosenbrock-Euler for the weight: of first order, and exact
    at rest whatever the step.
    """
    given = (np.asarray(x, float) for x in (target_rate, kappa, high))
    target, ratio, v = np.broadcast_arrays(*given)
    w = np.where(v > 0, np.maximum(np.sqrt(ratio), 1.0), 0.5)
    kept = np.exp(-step / unit.tau)
    for _ in range(round(duration / step)):
        rest = unit.activation(w * v + drive)
        v = rest + (v - rest) * kept
        pull = (target - v) / ratio
        w = w + step * (v * v + pull * w * w) / np.maximum(1 - 2 * step * pull * w, 0.5)
    return v, w
