r"""SPaSS: synaptic plasticity and synaptic scaling at one synapse.

Hebbian growth alone runs away; scaling pulls the neuron back towards a target activity. Tetzlaff,
Kolodziejski, Timme and Wörgötter (2012) let both act at once,

.. math:: \frac{dw}{dt} = \mu \left[ u v + \kappa^{-1} (v_T - v) w^2 \right], \qquad v = w u,

with presynaptic activity u, postsynaptic activity v of a linear neuron, weight w, target activity
v_T, learning rate mu and kappa = mu / gamma, the ratio of the Hebbian to the scaling rate. For
every positive u, v_T and kappa the weight ends at one stable point, whatever it started from.

The closed form is `fixed_point`. Some texts print it with kappa / u where kappa * u belongs; the
two agree only at u = 1, and integrating the rule settles which is right (see `misprinted_weight`).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from workbench import (
    Cost,
    Count,
    Curve,
    Equation,
    Model,
    Quantity,
    Reference,
    Run,
    Trace,
    variable,
)

FRAMES = 20
SAMPLES = 200  # points of time in a record
TETZLAFF_2012 = Reference(
    "Tetzlaff C, Kolodziejski C, Timme M, Wörgötter F",
    2012,
    "Analysis of synaptic scaling in combination with Hebbian plasticity in several simple networks",
    "Frontiers in Computational Neuroscience 6:36",
    doi="10.3389/fncom.2012.00036",
)


def growth(
    weight: ArrayLike, input_rate: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> NDArray[np.float64]:
    """Return dw/dt of the SPaSS rule for one input to a linear neuron.

    Parameters
    ----------
    weight, input_rate, target_rate, kappa : array_like
        w, u, v_T and kappa, dimensionless; they broadcast.

    Returns
    -------
    ndarray
        dw/dt in units of mu (Tetzlaff et al. 2012, doi:10.3389/fncom.2012.00036).
    """
    w, u = np.asarray(weight, float), np.asarray(input_rate, float)
    v = w * u
    return u * v + (np.asarray(target_rate, float) - v) * w**2 / np.asarray(kappa, float)


def fixed_point(
    input_rate: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the stable weight and the activity it gives.

    .. math:: w^* = \frac{v_T}{2u} + \sqrt{\kappa u + \left(\frac{v_T}{2u}\right)^2},
              \qquad v^* = w^* u

    Parameters
    ----------
    input_rate, target_rate, kappa : array_like
        u, v_T and kappa, all positive and dimensionless; they broadcast.

    Returns
    -------
    weight, activity : ndarray
        w* and v*, dimensionless, in the broadcast shape.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Solves 0 = kappa u^2 + v_T w - u w^2, the rule's bracket at v = w u divided by w. The other
    root is negative, and w = 0 is unstable (Tetzlaff et al. 2012,
    doi:10.3389/fncom.2012.00036).

    Examples
    --------
    >>> weight, activity = fixed_point(2, 1, 3)
    >>> round(float(weight), 5), round(float(activity), 5)
    (2.71221, 5.42443)
    """
    named = {"input_rate": input_rate, "target_rate": target_rate, "kappa": kappa}
    u, target, ratio = (positive(name, value) for name, value in named.items())
    half = target / (2 * u)
    weight = half + np.sqrt(ratio * u + half**2)
    return weight, weight * u


def misprinted_weight(
    input_rate: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> NDArray[np.float64]:
    """Return the fixed point as it is sometimes misprinted, kappa / u in place of kappa * u.

    Kept so that a figure can show that it is wrong: the rule does not stand still there unless
    u = 1. Shapes and units as in `fixed_point`.
    """
    named = {"input_rate": input_rate, "target_rate": target_rate, "kappa": kappa}
    u, target, ratio = (positive(name, value) for name, value in named.items())
    half = target / (2 * u)
    return half + np.sqrt(ratio / u + half**2)


def return_rate(
    input_rate: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> NDArray[np.float64]:
    r"""Return how fast a small displacement from the fixed point dies out.

    .. math:: -\frac{d \dot w}{dw}\Big|_{w^*}
              = \frac{4\kappa u^3 + v_T^2 + v_T\sqrt{v_T^2 + 4\kappa u^3}}{2\kappa u}

    Positive for all positive parameters: the fixed point is stable. In units of mu; shapes as in
    `fixed_point`.
    """
    named = {"input_rate": input_rate, "target_rate": target_rate, "kappa": kappa}
    u, target, ratio = (positive(name, value) for name, value in named.items())
    root = np.sqrt(target**2 + 4 * ratio * u**3)
    return (4 * ratio * u**3 + target**2 + target * root) / (2 * ratio * u)


def positive(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Return `value` as floats, or raise ValueError where it is not positive and finite."""
    array = np.asarray(value, float)
    if not np.all((array > 0) & np.isfinite(array)):
        raise ValueError(f"{name} = {value} is not allowed: it must be positive and finite.")
    return array
