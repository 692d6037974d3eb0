r"""Rules for the weights of one neuron on correlated inputs: Hebb, Oja, BCM and SPaSS.

A linear neuron v = w . u hears patterns u, each with its probability, and all rules are averaged
over them; time is in units of 1 / mu:

.. math:: \dot w = \langle v u \rangle = C w, \quad
          \dot w = \langle v u \rangle - \langle v^2 \rangle w, \quad
          \dot w = \langle v (v - \theta) u \rangle, \quad
          \dot w_j = \langle u_j v \rangle + \kappa^{-1} (v_T - \langle v \rangle) w_j^2

are Hebb's rule, Oja's (1982), that of Bienenstock, Cooper and Munro (BCM, 1982) with the sliding
threshold theta, a running mean of v^2, and SPaSS (Tetzlaff et al. 2012). Hebb's and Oja's have
closed forms; the other two are integrated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Inputs:
    """What the neuron hears.

    Attributes
    ----------
    patterns : ndarray, shape (patterns, inputs)
        Activities of the inputs.
    shares : ndarray, shape (patterns,)
        How often each pattern comes; they sum to 1.
    """

    patterns: Floats
    shares: Floats

    @property
    def correlations(self) -> Floats:
        """The matrix C = <u u^T>, shape (inputs, inputs)."""
        return (self.patterns.T * self.shares) @ self.patterns


def bumps(inputs: int, patterns: int, width: float, favour: float) -> Inputs:
    """Return overlapping bumps of activity along a line of inputs.

    Parameters
    ----------
    inputs, patterns : int
        How many of each; the bumps are spread evenly over the inputs.
    width : float
        Standard deviation of a bump, in inputs: neighbours are active together.
    favour : float
        How much more often the middle pattern comes than any other.
    """
    at = np.linspace(0, inputs - 1, patterns + 2)[1:-1] if patterns > 1 else [(inputs - 1) / 2]
    place = np.arange(inputs)
    shape = np.exp(-0.5 * ((place - np.asarray(at)[:, None]) / width) ** 2)
    shares = np.ones(patterns)
    shares[patterns // 2] = favour
    return Inputs(shape, shares / shares.sum())


def leading_eigenvector(correlations: Floats) -> tuple[float, Floats]:
    """Return the largest eigenvalue of a symmetric matrix and its vector of length 1.

    The vector's sign is such that its sum is not negative.
    """
    values, vectors = np.linalg.eigh(correlations)
    vector = vectors[:, -1]
    return float(values[-1]), vector if vector.sum() >= 0 else -vector


def hebb_course(inputs: Inputs, start: Floats, times: Floats) -> tuple[Floats, Floats]:
    """Return the weights under Hebb's rule in closed form, as a shape and the growth of its scale.

    Returns
    -------
    shape : ndarray, shape (times, inputs)
        The weights divided by their scale, which soon passes any number.
    growth : ndarray, shape (times,)
        Natural logarithm of the scale: the largest eigenvalue times the time.
    """
    values, vectors = np.linalg.eigh(inputs.correlations)
    shape = (np.exp(np.outer(times, values - values[-1])) * (vectors.T @ start)) @ vectors.T
    return shape, values[-1] * times


def oja_course(inputs: Inputs, start: Floats, times: Floats) -> Floats:
    r"""Return the weights under Oja's rule in closed form, shape (times, inputs).

    .. math:: w(t) = \frac{e^{Ct} w_0}{\sqrt{1 - |w_0|^2 + |e^{Ct} w_0|^2}}

    ends at the leading eigenvector with length 1 (Oja 1982, doi:10.1007/BF00275687).
    """
    values, vectors = np.linalg.eigh(inputs.correlations)
    most = float(values[-1])
    scaled = np.exp(np.outer(times, values - most)) * (vectors.T @ start)
    left = (1 - start @ start) * np.exp(-2 * most * times)  # all divided by e^{2 most t}
    return (scaled / np.sqrt(left + (scaled**2).sum(axis=1))[:, None]) @ vectors.T


def bcm_course(
    inputs: Inputs, start: Floats, times: Floats, threshold_time: float
) -> tuple[Floats, Floats]:
    """Return the weights under the BCM rule, shape (times, inputs), and the sliding threshold.

    Parameters
    ----------
    threshold_time : float
        Time constant of the threshold's running mean of v squared, in units of 1 / mu.

    Notes
    -----
    It ends at one pattern: the neuron answers to it with the inverse of its share, and to no other
    that is linearly independent (Bienenstock, Cooper and Munro 1982).
    """
    patterns, shares = inputs.patterns, inputs.shares

    def slope(_time: float, state: Floats) -> Floats:
        activity = patterns @ state[:-1]
        change = (shares * activity * (activity - state[-1])) @ patterns
        return np.append(change, (shares @ activity**2 - state[-1]) / threshold_time)

    first = np.append(start, shares @ (patterns @ start) ** 2)
    course = followed(slope, first, times)
    return course[:, :-1], course[:, -1]


def spass_course(
    inputs: Inputs, start: Floats, times: Floats, target_rate: float, kappa: float
) -> Floats:
    """Return the weights under SPaSS, shape (times, inputs); v_T and kappa as in `spass`."""
    correlations, mean = inputs.correlations, inputs.shares @ inputs.patterns

    def slope(_time: float, weights: Floats) -> Floats:
        return correlations @ weights + (target_rate - mean @ weights) * weights**2 / kappa

    return followed(slope, start, times)


def followed(slope, start: Floats, times: Floats) -> Floats:
    """Return the states at some times, shape (times, states); ArithmeticError if that fails."""
    solved = solve_ivp(
        slope, (times[0], times[-1]), start, method="LSODA", t_eval=times, rtol=1e-7, atol=1e-9
    )
    if not solved.success:
        raise ArithmeticError(f"the rule could not be integrated: {solved.message}")
    return solved.y.T


def selectivity(responses: Floats) -> float:
    """Return 1 - mean / largest response to the patterns: 0 for all alike, near 1 for one alone.

    Bienenstock, Cooper and Munro 1982.
    """
    rectified = np.maximum(responses, 0.0)
    most = rectified.max()
    return float(1 - rectified.mean() / most) if most > 0 else 0.0
