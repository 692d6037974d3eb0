"""The compiled step of the assembly competition: one learning trial after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function, kept on disk where there is a place to write."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


@compiled
def trial(u, weights, pre, post, inhibitory_pre, inhibitory_post, drive, noise, constants):
    """Follow all units through a trial, in place; return each unit's mean activity.

    Parameters
    ----------
    u : ndarray, shape (units,)
        Membrane potentials.
    weights, pre, post : ndarray, shape (synapses,)
        Plastic synapses: their weights, from which unit and to which.
    inhibitory_pre, inhibitory_post : ndarray, shape (inhibitory synapses,)
        Synapses of fixed weight.
    drive : ndarray, shape (steps, units)
        Input R W I of the stimulus.
    noise : ndarray, shape (steps, units)
        Standard normal numbers.
    constants : tuple of float
        dt, R, noise amplitude, inhibitory weight, F_max, beta, epsilon, F_T, 1 / tau_H, 1 / tau_SS
        (times in ms; tau_u is 1 ms).
    """
    step, gain, spread, inhibition, most, beta, middle, target, hebb, scaling = constants
    units, total = u.size, np.zeros(u.size)
    activity = most / (1 + np.exp(beta * (middle - u)))
    summed = np.zeros(units)
    for t in range(drive.shape[0]):
        summed[:] = 0.0
        for k in range(weights.size):
            summed[post[k]] += weights[k] * activity[pre[k]]
        for k in range(inhibitory_pre.size):
            summed[inhibitory_post[k]] -= inhibition * activity[inhibitory_pre[k]]
        for k in range(weights.size):
            after = activity[post[k]]
            w = weights[k]
            weights[k] += step * (
                hebb * activity[pre[k]] * after + scaling * (target - after) * w * w
            )
        for i in range(units):
            u[i] += step * (gain * summed[i] + drive[t, i] - u[i]) + spread * noise[t, i]
            activity[i] = most / (1 + np.exp(beta * (middle - u[i])))
            total[i] += activity[i]
    return total / drive.shape[0]
