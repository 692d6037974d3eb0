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

from models.plasticity import spass_views as views
from models.plasticity.references import TETZLAFF_2012
from workbench import (
    Cost,
    Count,
    Model,
    Quantity,
    Run,
    variable,
)

FRAMES = 10
SAMPLES = 200  # points of time in a record
LOWEST_START = 0.05


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


class SynapticScaling(Model):
    """One synapse under Hebbian growth and synaptic scaling (Tetzlaff et al. 2012).

    Weights from several starts follow dw/dt = mu [u v + (v_T - v) w^2 / kappa] with v = w u; the
    analytic fixed point is drawn over them. The rule draws no random numbers: every seed gives
    the same record. Time is in units of 1 / mu, all else is dimensionless.
    """

    key = "spass"
    title = "SPaSS: Hebbian plasticity with synaptic scaling"
    summary = "A synapse that would run away under Hebb's rule is held by scaling at one weight."
    pace = "live"
    rewinds = True
    references = (TETZLAFF_2012,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = {
        "Weak input": {"input_rate": 0.5},
        "Strong input": {"input_rate": 2.0, "kappa": 3.0, "highest_start": 6.0},
        "Nearly Hebbian": {"kappa": 20.0, "highest_start": 10.0},
        "Scaling rules": {"kappa": 0.1, "target_rate": 2.0},
    }

    input_rate = Quantity(
        1.0, bounds=(0.1, 5.0), unit="1", step=0.05, live=True, group="Synapse",
        doc="presynaptic activity u", label="input rate",
    )  # fmt: skip
    target_rate = Quantity(
        1.0, bounds=(0.05, 5.0), unit="1", step=0.05, live=True, group="Synapse",
        doc="target activity v_T that scaling pulls the neuron towards", label="target rate",
    )  # fmt: skip
    kappa = Quantity(
        1.0, bounds=(0.05, 20.0), unit="1", live=True, log=True, group="Synapse",
        doc="ratio of the Hebbian rate to the scaling rate (kappa = mu / gamma)",
        source="Tetzlaff et al. 2012: large when scaling is slow",
    )  # fmt: skip
    duration = Quantity(
        6.0, bounds=(0.5, 50.0), unit="1/mu", step=0.5, group="Run",
        doc="how long the weights are followed",
    )  # fmt: skip
    starts = Count(5, bounds=(1, 20), unit="1", group="Run", doc="number of starting weights")
    highest_start = Quantity(
        4.0, bounds=(0.1, 20.0), unit="1", step=0.1, group="Run", label="highest start",
        doc="largest starting weight; the others are spaced evenly from 0.05 up to it",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: a few milliseconds."""
        return Cost(seconds=0.05, bytes=SAMPLES * self.starts * 32, lower="starts")

    def simulate(self, run: Run) -> None:
        """Integrate the rule piece by piece, so that live changes bend the course."""
        starts = np.linspace(LOWEST_START, self.highest_start, self.starts)
        first, weights = run.resumed or (0, starts)
        edges = np.linspace(0.0, self.duration, FRAMES + 1)
        for piece in range(first, FRAMES):
            begin, end = edges[piece : piece + 2]
            times = np.linspace(begin, end, SAMPLES // FRAMES + 1)
            course = integrate(weights, times, self.input_rate, self.target_rate, self.kappa)
            weights, state = course[-1], (piece + 1, course[-1])
            kept = slice(0 if piece == 0 else 1, None)  # the first sample ended the last piece
            run.emit(
                self.frame(times[kept], course[kept]),
                progress=(piece + 1) / FRAMES,
                message=f"weights at {end:.3g} of {self.duration:.3g} / mu",
                state=lambda state=state: state,
            )

    def frame(self, times: NDArray[np.float64], weights: NDArray[np.float64]) -> xr.Dataset:
        """Return a stretch of the course with the theory that holds during it."""
        values = self.input_rate, self.target_rate, self.kappa
        stable, activity = (float(x) for x in fixed_point(*values))
        grid = np.linspace(0.0, 1.5 * stable, 100)
        still = np.ones_like(times)
        course = ("time", "start")
        return xr.Dataset(
            {
                "weight": variable(course, weights, "1", "weight w"),
                "activity": variable(course, weights * self.input_rate, "1", "activity v"),
                "weight_theory": variable("time", stable * still, "1", "fixed point w*"),
                "activity_theory": variable("time", activity * still, "1", "fixed point v*"),
                "target": variable("time", self.target_rate * still, "1", "target v_T"),
                "growth": variable("weight_grid", growth(grid, *values), "mu", "dw/dt"),
                "stable_weight": variable((), stable, "1", "fixed point w*"),
                "stable_activity": variable((), activity, "1", "fixed point v*"),
                "target_activity": variable((), self.target_rate, "1", "target activity v_T"),
                "misprinted_weight": variable(
                    (), float(misprinted_weight(*values)), "1", "misprinted formula"
                ),
            },
            coords={
                "time": variable("time", times, "1/mu", "time"),
                "start": variable("start", np.arange(1, self.starts + 1), "1", "start"),
                "weight_grid": variable("weight_grid", grid, "1", "weight w"),
            },
        )


def integrate(
    weights: NDArray[np.float64],
    times: NDArray[np.float64],
    input_rate: ArrayLike,
    target_rate: ArrayLike,
    kappa: ArrayLike,
) -> NDArray[np.float64]:
    """Follow weights under the rule; return them at each time, shape (times, weights).

    The other values broadcast with the weights.

    Relative error below 1e-8 a step (LSODA, which turns implicit where the rule is stiff).
    """
    solution = solve_ivp(
        lambda _t, w: growth(w, input_rate, target_rate, kappa),
        (times[0], times[-1]),
        weights,
        method="LSODA",
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
    )
    if not solution.success:
        raise ArithmeticError(f"the rule could not be integrated: {solution.message}")
    return solution.y.T
