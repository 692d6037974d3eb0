r"""Calcium thresholds: a bistable synapse that calcium pushes up or down.

Pre- and postsynaptic spikes let calcium in. Above one threshold it depresses a synapse, above a
higher one it potentiates, and the efficacy rho is drawn to one of two stable values (Graupner and
Brunel 2012),

.. math:: \tau \frac{d\rho}{dt} = -\rho (1 - \rho)(\rho^* - \rho)
          + \gamma_p (1 - \rho) \Theta(c - \theta_p) - \gamma_d\, \rho\, \Theta(c - \theta_d)
          + \sigma \sqrt{\tau} \sqrt{\Theta(c - \theta_d) + \Theta(c - \theta_p)}\, \eta(t).

What a protocol of pairs does depends, to a good approximation, on two numbers alone: the fractions
of time that calcium spends above both thresholds. `relative_change` is that closed form.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from models.plasticity import calcium_views as views
from models.plasticity.calcium_course import Floats, shares_above, trace
from models.plasticity.calcium_sets import (
    BARRIER,
    GRAUPNER_2012,
    PARAMETER_SETS,
    ParameterSet,
)
from models.plasticity.calcium_synapses import simulated_change, weighted
from models.plasticity.pieces import PIECES, axis
from workbench import Choice, Cost, Count, Model, Quantity, Run, variable


def relative_change(
    parameter_set: str | ParameterSet,
    delta_t_ms: ArrayLike,
    pairs: ArrayLike = 60,
    rate_hz: ArrayLike = 1.0,
) -> Floats:
    """Return the mean strength after a protocol of spike pairs over that before it.

    Parameters
    ----------
    parameter_set : str or ParameterSet
        A synapse, or the name of one of `PARAMETER_SETS`.
    delta_t_ms : array_like
        Time of the postsynaptic spike after the presynaptic one, ms.
    pairs : array_like
        Number of pairs, above 0.
    rate_hz : array_like
        Pairs a second, above 0; the three broadcast.

    Returns
    -------
    ndarray
        1 where nothing changes, in the broadcast shape.

    Raises
    ------
    ValueError
        If there is no such set, or a value is not allowed.

    Notes
    -----
    Graupner and Brunel 2012 (doi:10.1073/pnas.1109359109): calcium as it is once the pairs repeat,
    the bistable part left out during the protocol.

    Examples
    --------
    >>> [round(float(relative_change("DP", delta)), 3) for delta in (-20, 10)]
    [0.764, 1.221]
    """
    synapse = synapse_of(parameter_set)
    delta, count, rate = checked(delta_t_ms, pairs, rate_hz)
    return weighted(synapse, *transitions(synapse, delta, count, rate))


def synapse_of(parameter_set: str | ParameterSet) -> ParameterSet:
    """Return the synapse of a name, or raise ValueError with the nearest name."""
    if isinstance(parameter_set, ParameterSet):
        return parameter_set
    if parameter_set not in PARAMETER_SETS:
        near = difflib.get_close_matches(str(parameter_set), PARAMETER_SETS, n=1)
        there = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PARAMETER_SETS)}."
        raise ValueError(f"parameter_set = {parameter_set!r} is not allowed: {there}")
    return PARAMETER_SETS[parameter_set]


def checked(delta_t_ms: ArrayLike, pairs: ArrayLike, rate_hz: ArrayLike) -> list[Floats]:
    """Return the three as floats, or raise ValueError where one is not allowed."""
    delta, count, rate = (np.asarray(one, float) for one in (delta_t_ms, pairs, rate_hz))
    if not np.isfinite(delta).all():
        raise ValueError(f"delta_t_ms = {delta_t_ms} is not allowed: it must be finite.")
    for name, given, values in (("pairs", pairs, count), ("rate_hz", rate_hz, rate)):
        if not ((values > 0) & np.isfinite(values)).all():
            raise ValueError(f"{name} = {given} is not allowed: it must be above 0 and finite.")
    return [delta, count, rate]


def transitions(
    synapse: ParameterSet, delta: Floats, pairs: Floats, rate: Floats
) -> tuple[Floats, Floats]:
    """Return the share U of DOWN synapses that go UP, and the share D of UP ones that go DOWN."""
    depression, potentiation = shares_above(synapse, delta, rate)
    up, down = synapse.potentiation_rate * potentiation, synapse.depression_rate * depression
    total = np.maximum(up + down, 1e-300)  # where calcium stays low nothing moves
    target = up / total
    passed = pairs / rate * total / synapse.time_constant
    spread = synapse.noise**2 * (depression + potentiation) / total * -np.expm1(-2 * passed)
    with np.errstate(divide="ignore"):
        shares = [
            0.5 * (1 + erf((target + (start - target) * np.exp(-passed) - BARRIER)
                           / np.sqrt(spread)))
            for start in (0.0, 1.0)
        ]  # fmt: skip
    return shares[0], 1 - shares[1]


class CalciumThresholds(Model):
    """A synapse that calcium potentiates or depresses (Graupner and Brunel 2012).

    Pairs of spikes are repeated; the closed form gives the change of strength against their timing,
    their rate and their number at once. With a number of synapses above 0, so many bistable
    synapses are simulated with their noise, and drawn as points over it.
    """

    key = "calcium"
    title = "Calcium thresholds: spike timing, rate and number of pairs"
    summary = "Calcium above one threshold depresses a synapse, above a higher one potentiates it."
    pace = "live"
    references = (GRAUPNER_2012,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    parameter_set = Choice(
        "DP", options=list(PARAMETER_SETS), group="Synapse", label="parameter set",
        doc="which synapse: six shapes of the timing curve, or three fits to experiments",
        source="Graupner and Brunel 2012",
    )  # fmt: skip
    pre_scale = Quantity(
        1.0, bounds=(0.0, 2.0), unit="1", step=0.02, group="Synapse", label="presynaptic calcium",
        doc="calcium of a presynaptic spike, times that of the set",
    )  # fmt: skip
    post_scale = Quantity(
        1.0, bounds=(0.0, 2.0), unit="1", step=0.02, group="Synapse", label="postsynaptic calcium",
        doc="calcium of a postsynaptic spike, times that of the set: less far out on a dendrite",
    )  # fmt: skip
    delta_t = Quantity(
        10.0, bounds=(-100.0, 100.0), unit="ms", step=1.0, group="Protocol",
        label="time difference",
        doc="time of the postsynaptic spike after the presynaptic one",
    )  # fmt: skip
    pairs = Count(
        60, bounds=(1, 400), unit="1", group="Protocol", label="pairs",
        doc="how often the pair of spikes is repeated", source="Graupner and Brunel 2012",
    )  # fmt: skip
    rate = Quantity(
        1.0, bounds=(0.1, 50.0), unit="Hz", log=True, group="Protocol", label="pairs a second",
        doc="how many pairs there are a second", source="Graupner and Brunel 2012",
    )  # fmt: skip
    synapses = Count(
        0, bounds=(0, 5000), unit="1", group="Simulation", label="simulated synapses",
        doc="how many synapses begin in each state at each point; 0 draws the closed form alone",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: milliseconds, or the noise of all synapses at each pair."""
        steps = 2.0 * self.synapses * views.POINTS * (2 * self.pairs + views.most_pairs(self.pairs))
        return Cost(0.05 + 4e-8 * steps, int(2e6 + 200 * self.synapses), lower="synapses")

    def synapse(self) -> ParameterSet:
        """Return the set with its calcium scaled."""
        chosen = PARAMETER_SETS[self.parameter_set]
        return replace(chosen, pre=chosen.pre * self.pre_scale, post=chosen.post * self.post_scale)

    def simulate(self, run: Run) -> None:
        """Draw the closed form, and simulate a few of the points with each frame."""
        scans = self.scans()
        fixed = self.theory()
        order = np.array_split(np.arange(views.POINTS), PIECES)
        for i, places in enumerate(order):
            frame = {} if i else fixed
            for name, scan in scans.items():
                delta, pairs, rate = (x[places] for x in scan)
                found = self.drawn(run, delta, pairs, rate)
                frame |= views.points(name, delta, pairs, rate, found)
            frame |= axis("trial", places, "1", "point")
            done = (i + 1) / PIECES
            run.emit(frame, done, f"point {places[-1] + 1} of {views.POINTS} of each curve")

    def scans(self) -> dict[str, tuple[Floats, Floats, Floats]]:
        """Return timing, number and rate of the points of each curve, each of shape (points,)."""
        size = views.POINTS
        span, fixed = views.span(self.rate), np.ones(size)
        rates = np.geomspace(0.1, 50.0, size)
        counts = np.unique(np.linspace(1, views.most_pairs(self.pairs), size).round())
        delta, pairs = self.delta_t * fixed, float(self.pairs) * fixed
        return {
            "delta": (np.linspace(-span, span, size), pairs, self.rate * fixed),
            "rate": (delta, pairs, rates),
            "rate_other": (-delta, pairs, rates),
            "pairs": (delta, counts, self.rate * fixed),
        }

    def drawn(self, run: Run, delta: Floats, pairs: Floats, rate: Floats) -> Floats:
        """Return what so many synapses do at these points; NaN where none are simulated."""
        if not self.synapses:
            return np.full(delta.size, np.nan)
        return simulated_change(self.synapse(), delta, pairs, rate, self.synapses, run.rng)

    def theory(self) -> dict:
        """Return calcium, the time above the thresholds, and the closed form along each curve."""
        synapse = self.synapse()
        span = views.span(self.rate)
        delta, rates = np.linspace(-span, span, 401), np.linspace(0.1, 50.0, 250)
        counts = np.arange(1.0, views.most_pairs(self.pairs) + 1)
        times = np.linspace(*views.WINDOW, 601)
        calcium = trace(synapse, self.delta_t, self.rate, times)
        above = [100 * share for share in shares_above(synapse, delta, self.rate)]
        here = [100 * float(share) for share in shares_above(synapse, self.delta_t, self.rate)]
        return {
            **views.calcium(synapse, times, calcium, here),
            **views.above(delta, *above),
            **views.curve("delta", relative_change(synapse, delta, self.pairs, self.rate)),
            **axis("rate_grid", rates, "Hz", "pairs a second"),
            **views.curve("rate", relative_change(synapse, self.delta_t, self.pairs, rates)),
            **views.curve("rate_other", relative_change(synapse, -self.delta_t, self.pairs, rates)),
            **axis("pairs_grid", counts, "1", "number of pairs"),
            **views.curve("pairs", relative_change(synapse, self.delta_t, counts, self.rate)),
            **views.shown(self.delta_t, self.rate, self.pairs,
                          float(relative_change(synapse, self.delta_t, self.pairs, self.rate))),
            "parameter_set": variable((), self.parameter_set, "1", "parameter set"),
        }  # fmt: skip
