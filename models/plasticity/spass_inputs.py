r"""SPaSS with several inputs to one neuron: weights order as the square roots of activity.

.. math:: \frac{dw_j}{dt} = \mu \left[ u_j v + \kappa^{-1} (v_T - v) w_j^2 \right],
          \qquad v = \sum_j w_j u_j.

At rest w_j = [kappa u_j v / (v - v_T)]^{1/2}, so that w_j / w_k = (u_j / u_k)^{1/2}; the activity
follows from v (v - v_T) = kappa (sum_j u_j^{3/2})^2 (Tetzlaff et al. 2012).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from models.plasticity import spass_inputs_views as views
from models.plasticity.pieces import axis, emit_in_pieces
from models.plasticity.rate_rules import followed
from models.plasticity.references import TETZLAFF_2012
from workbench import Cost, Model, Quantity, Run, variable

Floats = NDArray[np.float64]
SAMPLES = 200
#: Values of kappa and v_T at which the rule is followed to its end.
KAPPAS, TARGETS = np.geomspace(0.1, 15.0, 8), np.linspace(0.1, 4.8, 8)


def competing_fixed_point(
    input_rates: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the stable weights of all inputs, and the activity they give.

    Parameters
    ----------
    input_rates : array_like, shape (..., inputs)
        Activities u_j, at least one above 0 and none below.
    target_rate, kappa : array_like
        v_T and kappa, above 0; they broadcast with all but the last dimension.

    Returns
    -------
    weights : ndarray, shape (..., inputs)
    activity : ndarray, shape (...)

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> weights, activity = competing_fixed_point([0.5, 1, 2], 0.7, 1.5)
    >>> [round(float(w), 5) for w in weights]
    [0.92722, 1.31129, 1.85445]
    """
    rates = np.asarray(input_rates, float)
    target, ratio = np.asarray(target_rate, float), np.asarray(kappa, float)
    if not (np.isfinite(rates).all() and (rates >= 0).all() and (rates.sum(axis=-1) > 0).all()):
        raise ValueError(f"input_rates = {input_rates} is not allowed: 0 or more, not all 0.")
    for name, values in (("target_rate", target), ("kappa", ratio)):
        if not ((values > 0) & np.isfinite(values)).all():
            raise ValueError(f"{name} = {values} is not allowed: it must be positive and finite.")
    drive = ratio * (rates**1.5).sum(axis=-1) ** 2
    activity = target / 2 + np.sqrt(drive + target**2 / 4)
    gain = ratio * activity / (activity - target)
    return np.sqrt(rates * gain[..., None]), activity


def competing_course(
    starts: Floats, times: Floats, input_rates: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike
) -> Floats:
    """Follow the weights of many neurons at once.

    Parameters
    ----------
    starts : ndarray, shape (neurons, inputs)
        Weights at first.
    times : ndarray, shape (times,)
        In units of 1 / mu.
    input_rates, target_rate, kappa : array_like
        Broadcast with the starts: of shape (neurons, 1) where neurons differ.

    Returns
    -------
    ndarray, shape (times, neurons, inputs)
    """
    rates = np.asarray(input_rates, float)

    def slope(_time: float, state: Floats) -> Floats:
        weights = state.reshape(starts.shape)
        activity = (weights * rates).sum(axis=-1, keepdims=True)
        return (rates * activity + (target_rate - activity) * weights**2 / kappa).ravel()

    return followed(slope, starts.ravel(), times).reshape(times.size, *starts.shape)


class CompetingInputs(Model):
    """Three inputs to one neuron under Hebbian plasticity and scaling (Tetzlaff et al. 2012).

    Their weights end in the order of the square roots of their activities, whatever they began
    with. The rule draws no random numbers.
    """

    key = "spass_inputs"
    title = "SPaSS inputs: competition for one neuron"
    summary = "Weights of competing inputs settle in the order of the square roots of activity."
    pace = "live"
    references = (TETZLAFF_2012,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    first_rate = Quantity(
        0.5, bounds=(0.05, 5.0), unit="1", step=0.05, group="Inputs", label="first input",
        doc="activity u_1 of the first input",
    )  # fmt: skip
    second_rate = Quantity(
        1.0, bounds=(0.05, 5.0), unit="1", step=0.05, group="Inputs", label="second input",
        doc="activity u_2 of the second input",
    )  # fmt: skip
    third_rate = Quantity(
        2.0, bounds=(0.0, 5.0), unit="1", step=0.05, group="Inputs", label="third input",
        doc="activity u_3 of the third input; 0 leaves two",
    )  # fmt: skip
    target_rate = Quantity(
        0.7, bounds=(0.05, 5.0), unit="1", step=0.05, group="Neuron", label="target rate",
        doc="target activity v_T that scaling pulls the neuron towards",
    )  # fmt: skip
    kappa = Quantity(
        1.5, bounds=(0.05, 20.0), unit="1", log=True, group="Neuron",
        doc="ratio of the Hebbian rate to the scaling rate",
    )  # fmt: skip
    start = Quantity(
        0.5, bounds=(0.05, 5.0), unit="1", step=0.05, group="Run", label="weights at first",
        doc="weight of all inputs at first; those of the phase portrait have starts of their own",
    )  # fmt: skip
    duration = Quantity(
        6.0, bounds=(0.5, 50.0), unit="1/mu", step=0.5, group="Run",
        doc="how long the weights are followed",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.0005 * self.duration, 1_000_000, lower="duration")

    @property
    def rates(self) -> Floats:
        """The activities of all inputs."""
        return np.array([self.first_rate, self.second_rate, self.third_rate])

    def simulate(self, run: Run) -> None:
        """Follow the weights, and look at what they come to from elsewhere and elsewise."""
        rates, times = self.rates, np.linspace(0.0, self.duration, SAMPLES)
        starts = np.full((1, 3), self.start)
        course = competing_course(starts, times, rates, self.target_rate, self.kappa)[:, 0]
        weights, activity = competing_fixed_point(rates, self.target_rate, self.kappa)
        still = np.ones_like(times)
        grown = axis("time", times, "1/mu", "time") | {
            "weights": variable(("time", "unit"), course, "1", "weight"),
            "activity": variable("time", course @ rates, "1", "activity v"),
            "activity_theory": variable("time", activity * still, "1", "fixed point v*"),
            "target": variable("time", self.target_rate * still, "1", "target v_T"),
        }
        fixed = views.ends(rates, course[-1], weights, float(activity), self.kappa,
                           self.target_rate) | self.portrait()  # fmt: skip
        emit_in_pieces(run, grown, fixed | self.scans(), "weights settle")

    def portrait(self) -> dict[str, xr.Variable]:
        """Return where the weights of the first two inputs go, were there no third."""
        rates = self.rates[:2]
        rest, _ = competing_fixed_point(rates, self.target_rate, self.kappa)
        ring = np.linspace(0, 2 * np.pi, 9)[:-1]
        starts = rest * (1.05 + np.stack([np.cos(ring), np.sin(ring)], axis=1))
        starts = np.maximum(starts, 0.05 * rest)
        times = np.concatenate([[0.0], np.geomspace(0.01, 20.0, 40) / max(rates) ** 1.5])
        paths = competing_course(starts, times, rates, self.target_rate, self.kappa)
        return views.portrait(paths, rest, rates, self.target_rate, self.kappa)

    def scans(self) -> dict[str, xr.Variable]:
        """Return the activity at rest over kappa and v_T, followed and in closed form."""
        found = {}
        grids = np.geomspace(0.05, 20.0, 120), np.linspace(0.05, 5.0, 120)
        scans = zip(("kappa", "target_rate"), (KAPPAS, TARGETS), grids, strict=True)
        for name, probes, grid in scans:
            told = {"kappa": self.kappa, "target_rate": self.target_rate, name: probes[:, None]}
            starts = np.full((probes.size, 3), self.start)
            times = np.array([0.0, 100.0 / float((self.rates**2).sum())])
            ended = competing_course(
                starts, times, self.rates, told["target_rate"], told["kappa"]
            )[-1]  # fmt: skip
            told[name] = grid  # type: ignore[assignment]
            _, closed = competing_fixed_point(self.rates, told["target_rate"], told["kappa"])
            found |= views.scan(name, probes, ended @ self.rates, grid, closed, getattr(self, name))
        return found
