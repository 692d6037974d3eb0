"""Same spikes, six rules: potentiation and depression at a glance.

Hebb, BCM and SPaSS on filtered rates, spike pairs, spike triplets and calcium thresholds follow the
same pre- and postsynaptic spikes, beside each other (`models.plasticity.rules_beside`).
"""

from __future__ import annotations

import numpy as np

from models.plasticity import six_rules_views as views
from models.plasticity.pieces import emit_in_pieces
from models.plasticity.rules_beside import RateRules, follow
from models.plasticity.spike_rules import Floats
from models.plasticity.stdp import poisson_train, regular_pairs
from models.plasticity.stdp_views import DRAGGED, EXAMPLE, PAIRS, POISSON
from workbench import Choice, Cost, Model, Quantity, Run, SpikeTimes

#: Steps of a run, and time differences (ms) that are compared.
STEPS = 1500
DELTAS = np.array([-60.0, -30, -15, -5, 5, 15, 30, 60])


class SixRules(Model):
    """Six rules of plasticity follow the same spikes of one pre- and one postsynaptic cell.

    Which rules call the same activity potentiation, and which depression? Below the spikes and the
    courses of all weights, a table holds what regular pairs of the same frequency do at other
    time differences.
    """

    key = "six_rules"
    title = "Same spikes, six rules"
    pace = "live"
    summary = "One pair of spike trains, and what six rules of plasticity make of it."
    references = views.REFERENCES
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    spikes = Choice(
        PAIRS, options=[PAIRS, POISSON, DRAGGED], group="Spikes",
        doc="where the spikes come from: random ones, regular pairs, or those dragged below",
    )  # fmt: skip
    delta_t = Quantity(
        10.0, bounds=(-100.0, 100.0), unit="ms", step=1.0, group="Spikes", label="time difference",
        doc="time of the postsynaptic spike after the presynaptic one in a pair",
    )  # fmt: skip
    frequency = Quantity(
        10.0, bounds=(0.5, 50.0), unit="Hz", step=0.5, group="Spikes", label="pairs a second",
        doc="how many pairs there are a second",
    )  # fmt: skip
    filter_time = Quantity(
        50.0, bounds=(10.0, 200.0), unit="ms", step=5.0, group="Rate rules", label="rate filter",
        doc="time constant with which spikes become rates for Hebb, BCM and SPaSS",
    )  # fmt: skip
    threshold_time = Quantity(
        1.0, bounds=(0.1, 10.0), unit="s", log=True, group="Rate rules", label="threshold time",
        doc="time constant of BCM's sliding threshold",
    )  # fmt: skip
    duration = Quantity(
        3.0, bounds=(0.5, 5.0), unit="s", step=0.5, group="Spikes",
        doc="how long the cells fire, in each column of the table too",
    )  # fmt: skip

    pre_rate = Quantity(
        10.0, bounds=(0.5, 50.0), unit="Hz", step=0.5, group="Random spikes",
        label="presynaptic rate", doc="mean rate of random presynaptic spikes",
    )  # fmt: skip
    post_rate = Quantity(
        10.0, bounds=(0.5, 50.0), unit="Hz", step=0.5, group="Random spikes",
        label="postsynaptic rate", doc="mean rate of random postsynaptic spikes",
    )  # fmt: skip
    dragged = SpikeTimes(
        EXAMPLE, group="Dragged spikes", label="dragged spikes", end=500.0, most=40,
        doc="spikes of both cells in ms: drag them, click to add one",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.01 * self.duration, 2_000_000, lower="duration")

    def simulate(self, run: Run) -> None:
        """Let all rules follow the spikes, and pairs of other time differences."""
        end = 1000.0 * self.duration
        shown = self.shown_spikes(run.rng, end)
        count = max(1, round(self.duration * self.frequency))
        trains = [shown, *(regular_pairs(self.frequency, delta, count) for delta in DELTAS)]
        times = np.linspace(0.0, end, STEPS + 1)
        rules = RateRules(tau=self.filter_time, threshold_time=self.threshold_time)
        found = follow(trains, times, rules)
        emit_in_pieces(
            run, views.courses(times, found), views.table(found, DELTAS, shown, self.frequency),
            f"{sum(train.size for train in shown)} spikes",
        )  # fmt: skip

    def shown_spikes(self, rng: np.random.Generator, end: float) -> tuple[Floats, Floats]:
        """Return the spikes of the course, both trains up to its end, ms."""
        if self.spikes == PAIRS:
            count = max(1, round(self.duration * self.frequency))
            return regular_pairs(self.frequency, self.delta_t, count)
        if self.spikes == DRAGGED:
            pre, post = (np.array(train) for train in SpikeTimes.trains(self.dragged))
            return pre[pre <= end], post[post <= end]
        return poisson_train(self.pre_rate, end, rng), poisson_train(self.post_rate, end, rng)
