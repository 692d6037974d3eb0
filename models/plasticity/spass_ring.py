r"""SPaSS in a self-loop and in rings: a trace that outlasts what left it.

A short stimulus to one unit of a ring can leave activity that goes on by itself, at a weight that
scaling keeps finite (Tetzlaff et al. 2012). The rule and its rests are in
`models.plasticity.ring_rule`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.plasticity import spass_ring_views as views
from models.plasticity.pieces import axis, emit_in_pieces
from models.plasticity.rate_rules import followed
from models.plasticity.references import TETZLAFF_2012
from models.plasticity.ring_rule import (
    Floats,
    Unit,
    ends,
    kappa_at_rest,
    rests,
    slope,
    stable,
    target_at_rest,
)
from workbench import Cost, Count, Model, Quantity, Run, variable

SAMPLES = 300
#: Parameters at which self-loops are followed to their ends.
KAPPAS, TARGETS = np.geomspace(0.1, 10.0, 9), np.linspace(0.01, 0.2, 9)
#: Where paths of the phase portrait begin: activity and weight.
STARTS = np.array([[v, w] for v in (0.05, 0.95) for w in (0.2, 0.9, 1.8)])


class RecurrentRing(Model):
    """Excitatory units in a ring with Hebbian plasticity and scaling (Tetzlaff et al. 2012).

    A ring of one is a self-loop. The first unit has a stimulus for a while; whether activity stays
    depends on kappa and on the target. Phase portrait and bifurcations are those of the self-loop.
    The rule draws no random numbers.
    """

    key = "spass_ring"
    title = "SPaSS ring: a trace that outlasts its stimulus"
    summary = "In a loop of scaled synapses a short stimulus leaves activity that keeps itself."
    pace = "live"
    references = (TETZLAFF_2012,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    units = Count(1, bounds=(1, 10), unit="1", group="Ring", doc="units of the ring; 1 is a loop")
    target_rate = Quantity(
        0.05, bounds=(0.01, 0.4), unit="1", step=0.005, group="Ring", label="target rate",
        doc="target activity v_T that scaling pulls each unit towards; 1 is the largest activity",
    )  # fmt: skip
    kappa = Quantity(
        1.0, bounds=(0.1, 10.0), unit="1", log=True, group="Ring",
        doc="ratio of the Hebbian rate to the scaling rate",
    )  # fmt: skip
    stimulus = Quantity(
        1.0, bounds=(0.0, 2.0), unit="1", step=0.05, group="Stimulus",
        doc="input to the first unit while the stimulus lasts",
    )  # fmt: skip
    lasting = Quantity(
        5.0, bounds=(0.1, 15.0), unit="1/mu", step=0.1, group="Stimulus", label="stimulus lasts",
        doc="how long the first unit is stimulated",
    )  # fmt: skip
    background = Quantity(
        0.1, bounds=(0.0, 0.5), unit="1", step=0.01, group="Stimulus",
        doc="input that all units have all the time",
    )  # fmt: skip
    steepness = Quantity(
        8.0, bounds=(2.0, 20.0), unit="1", step=0.5, group="Unit",
        doc="steepness beta of the activation",
    )  # fmt: skip
    midpoint = Quantity(
        0.5, bounds=(0.2, 1.0), unit="1", step=0.02, group="Unit",
        doc="input epsilon that gives half of the largest activity",
    )  # fmt: skip
    duration = Quantity(
        30.0, bounds=(5.0, 100.0), unit="1/mu", step=1.0, group="Run",
        doc="how long the ring is followed",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.02 * self.units, 1_000_000 + 20_000 * self.units, lower="units")

    @property
    def unit(self) -> Unit:
        """What all units share."""
        return Unit(self.steepness, self.midpoint)

    def simulate(self, run: Run) -> None:
        """Follow the ring through its stimulus, and self-loops from elsewhere and elsewise."""
        times, activity, weights = self.course()
        found, firm = rests(self.unit, self.target_rate, self.kappa, self.background)
        grown = axis("time", times, "1/mu", "time") | {
            "ring_activity": variable(("time", "unit"), activity, "1", "activity"),
            "weights": variable(("time", "unit"), weights, "1", "weight"),
            "drive": variable("time", np.where(times < self.lasting, self.stimulus, 0.0), "1",
                              "stimulus to the first unit"),
        }  # fmt: skip
        fixed = views.rest(found, firm, self.lasting) | self.portrait()
        emit_in_pieces(run, grown, fixed | self.bifurcations(), "the ring")

    def course(self) -> tuple[Floats, Floats, Floats]:
        """Return times, activities and weights, each of shape (times, units)."""
        lasting = min(self.lasting, 0.9 * self.duration)
        first = max(2, round(SAMPLES * lasting / self.duration))
        parts = np.linspace(0.0, lasting, first), np.linspace(lasting, self.duration,
                                                              SAMPLES - first + 1)  # fmt: skip
        state = np.concatenate([np.full(self.units, 0.02), np.full(self.units, 0.5)])
        told = []
        for times, strength in zip(parts, (self.stimulus, 0.0), strict=True):
            drive = np.full(self.units, self.background)
            drive[0] += strength
            told.append(self.followed(state, times, drive))
            state = told[-1][-1]
        whole = np.concatenate([told[0][:-1], told[1]])
        times = np.concatenate([parts[0][:-1], parts[1]])
        return times, whole[:, : self.units], whole[:, self.units :]

    def followed(self, state: Floats, times: Floats, drive: Floats) -> Floats:
        """Follow activities and weights, one behind the other, under a steady input."""
        unit, target, kappa = self.unit, self.target_rate, self.kappa

        def change(_time: float, now: Floats) -> Floats:
            activity, weight = now.reshape(2, -1)
            return np.concatenate(slope(unit, activity, weight, target, kappa, drive))

        return followed(change, state, times)

    def portrait(self) -> dict[str, xr.Variable]:
        """Return paths of a self-loop, and the lines where activity or weight stands still."""
        times = np.concatenate([[0.0], np.geomspace(0.01, 40.0, 60)])
        unit, drive = self.unit, self.background
        target, kappa = self.target_rate, self.kappa

        def change(_time: float, now: Floats) -> Floats:
            activity, weight = now.reshape(2, -1, 1)
            return np.concatenate(slope(unit, activity, weight, target, kappa, drive)).ravel()

        paths = followed(change, STARTS.T.ravel(), times).reshape(times.size, 2, -1)
        return views.portrait(paths, unit, target, kappa, drive)

    def bifurcations(self) -> dict[str, xr.Variable]:
        """Return the rests over kappa and over v_T, and where self-loops end."""
        activity, unit, drive = views.BRANCH, self.unit, self.background
        here = {"kappa": self.kappa, "target_rate": self.target_rate}
        kappa = kappa_at_rest(unit, activity, self.target_rate, drive)
        target = target_at_rest(unit, activity, self.kappa, drive)
        kappas = np.append(KAPPAS, np.full(TARGETS.size, self.kappa))
        targets = np.append(np.full(KAPPAS.size, self.target_rate), TARGETS)
        ended, _ = ends(unit, targets, kappas, drive, np.array([[0.0], [1.0]]))
        told = zip(
            here, (kappa, target), (KAPPAS, TARGETS), ((0.1, 10.0), (0.0, 0.4)),
            np.split(ended, [KAPPAS.size], axis=1), strict=True,
        )  # fmt: skip
        found = {}
        for name, along, probes, shown, (low, high) in told:
            pair = here | {name: along}
            firm = stable(unit, activity, pair["target_rate"], pair["kappa"])
            found |= views.scan(name, along, firm, probes, (low, high), here[name], shown)
        return found
