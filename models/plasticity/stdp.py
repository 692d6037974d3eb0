"""Spike-timing-dependent plasticity: five rules on the same spikes.

Pair rules (Hebbian, anti-Hebbian, symmetric inhibitory) and the triplet rule with the values of
two experiments follow the same pre- and postsynaptic spikes, which are drawn at random, regular
pairs, or dragged by hand. The rules themselves are in `models.plasticity.spike_rules`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.plasticity import spike_rule_sets as sets
from models.plasticity import stdp_views as views
from models.plasticity.pieces import axis, emit_in_pieces
from models.plasticity.spike_rules import (
    Floats,
    SpikeRule,
    course,
    jumps,
    pairing_change,
    poisson_drift,
)
from models.plasticity.stdp_views import DRAGGED, PAIRS, POISSON
from workbench import Choice, Cost, Count, Model, Quantity, Reference, Run, SpikeTimes, variable

#: Points of time in a course; rates and frequencies at which spikes are simulated (Hz).
SAMPLES = 400
POST_RATES = np.array([2.0, 5, 10, 15, 20, 30, 40, 50])
FREQUENCIES = np.array([0.1, 1, 5, 10, 20, 30, 40, 50])
Spikes = tuple[Floats, Floats]


def poisson_train(rate_hz: float, end_ms: float, rng: np.random.Generator) -> Floats:
    """Return sorted times (ms) of a Poisson process, up to an end."""
    return np.sort(rng.uniform(0.0, end_ms, rng.poisson(rate_hz * end_ms / 1000.0)))


def regular_pairs(rate_hz: float, delta_t_ms: float, pairs: int) -> Spikes:
    """Return pre- and postsynaptic times (ms) of regular pairs, none before 0."""
    pre = np.arange(pairs, dtype=np.float64) * (1000.0 / rate_hz) + max(0.0, -delta_t_ms)
    return np.asarray(pre, np.float64), np.asarray(pre + delta_t_ms, np.float64)


class SpikeTiming(Model):
    """Five rules of spike-timing-dependent plasticity follow the same spikes.

    Shown are the course of the weight, what a protocol of pairs does against timing and against
    frequency, and the mean drift under random spikes; closed forms are drawn over simulated spikes.
    """

    key = "stdp"
    title = "Spike timing: pairs, triplets and their windows"
    summary = "Which spike came first decides; how often pairs come tells pair from triplet rules."
    pace = "live"
    references = (sets.PFISTER_2006, sets.SONG_2000, sets.BELL_1997, sets.VOGELS_2011)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    spikes = Choice(
        POISSON, options=[POISSON, PAIRS, DRAGGED], group="Spikes",
        doc="where the spikes come from: random ones, regular pairs, or those dragged below",
    )  # fmt: skip
    pre_rate = Quantity(
        10.0, bounds=(0.5, 50.0), unit="Hz", step=0.5, group="Spikes", label="presynaptic rate",
        doc="mean rate of random presynaptic spikes",
    )  # fmt: skip
    post_rate = Quantity(
        10.0, bounds=(0.5, 50.0), unit="Hz", step=0.5, group="Spikes", label="postsynaptic rate",
        doc="mean rate of random postsynaptic spikes",
    )  # fmt: skip
    delta_t = Quantity(
        10.0, bounds=(-100.0, 100.0), unit="ms", step=1.0, group="Pairs", label="time difference",
        doc="time of the postsynaptic spike after the presynaptic one in a pair",
    )  # fmt: skip
    frequency = Quantity(
        1.0, bounds=(0.1, 50.0), unit="Hz", log=True, group="Pairs", label="pairs a second",
        doc="how many pairs there are a second",
    )  # fmt: skip
    pairs = Count(
        60, bounds=(1, 200), unit="1", group="Pairs", doc="how often the pair is repeated",
        source="Pfister and Gerstner 2006",
    )  # fmt: skip
    pairing = Choice(
        sets.ALL, options=[sets.ALL, sets.NEAREST], group="Rules",
        doc="whether a spike sees all earlier ones or the last alone; triplet values were fitted "
        "to each", source="Pfister and Gerstner 2006",
    )  # fmt: skip
    terms = Choice(
        sets.MINIMAL, options=[sets.MINIMAL, sets.FULL], group="Rules", label="triplet terms",
        doc="only those terms of the triplet rule that the data ask for, or all four",
        source="Pfister and Gerstner 2006",
    )  # fmt: skip
    target_rate = Quantity(
        3.0, bounds=(0.5, 30.0), unit="Hz", step=0.5, group="Rules", label="target rate",
        doc="postsynaptic rate that the inhibitory rule holds", source="Vogels et al. 2011",
    )  # fmt: skip
    highest = Quantity(
        2.0, bounds=(1.0, 5.0), unit="1", step=0.1, group="Rules", label="highest weight",
        doc="bound of the weight, in units of the weight at the start; the other bound is 0",
    )  # fmt: skip
    duration = Quantity(
        20.0, bounds=(1.0, 100.0), unit="s", step=1.0, group="Simulation",
        doc="how long random spikes go on, in the course and for each point of the drift",
    )  # fmt: skip

    dragged = SpikeTimes(
        views.EXAMPLE, group="Dragged spikes", label="dragged spikes", end=500.0, most=40,
        doc="spikes of both cells in ms: drag them, click to add one",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.002 * self.duration, int(2e6 + 1e5 * self.duration), lower="duration")

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of all rules, which are always drawn together."""
        return self.references

    def rules(self) -> dict[str, SpikeRule]:
        """Return the rules by the names of their variables."""
        nearest = self.pairing == sets.NEAREST
        return {
            "hebbian": sets.HEBBIAN.paired(nearest),
            "anti_hebbian": sets.ANTI_HEBBIAN.paired(nearest),
            "inhibitory": sets.inhibitory(self.target_rate).paired(nearest),
            "visual": sets.triplet(sets.VISUAL, self.pairing, self.terms),
            "hippocampus": sets.triplet(sets.HIPPOCAMPUS, self.pairing, self.terms),
        }

    def trains(self, rng: np.random.Generator) -> tuple[Spikes, float]:
        """Return the spikes of the course and how long it lasts, both in ms."""
        if self.spikes == DRAGGED:
            pre, post = SpikeTimes.trains(self.dragged)
            return (np.array(pre), np.array(post)), 500.0
        if self.spikes == PAIRS:
            made = regular_pairs(self.frequency, self.delta_t, self.pairs)
            return made, self.pairs * 1000.0 / self.frequency + abs(self.delta_t)
        end = 1000.0 * self.duration
        return (
            poisson_train(self.pre_rate, end, rng),
            poisson_train(self.post_rate, end, rng),
        ), end

    def simulate(self, run: Run) -> None:
        """Follow the spikes under each rule, and compute all curves."""
        rules = self.rules()
        (pre, post), end = self.trains(run.rng)
        times = np.linspace(0.0, end, SAMPLES)
        grown = axis("time", times / 1000.0, "s", "time")
        for name, rule in rules.items():
            weight = course(rule, pre, post, times, bounds=(0.0, self.highest))
            grown[f"weight_{name}"] = variable("time", weight, "1", views.NAMES[name])
            grown[f"expected_{name}"] = variable(
                "time", self.expected(rule, times), "1", f"expected, {views.NAMES[name]}"
            )
        fixed = views.raster(pre, post) | self.window(rules) | self.frequencies(rules)
        fixed |= self.drift(rules, run.rng)
        fixed["spikes_from"] = variable((), self.spikes, "1", "where the spikes come from")
        emit_in_pieces(run, grown, fixed, f"{pre.size + post.size} spikes")

    def expected(self, rule: SpikeRule, times: Floats) -> Floats:
        """Return the weight that the closed form expects at times (ms), within the bounds."""
        if self.spikes == DRAGGED:
            return np.full(times.shape, np.nan)
        if self.spikes == PAIRS:
            change = float(pairing_change(rule, self.delta_t, self.pairs, self.frequency))
            return np.clip(1 + change * times / times[-1], 0.0, self.highest)
        drift = float(poisson_drift(rule, self.pre_rate, self.post_rate))
        return np.clip(1 + drift * times / 1000.0, 0.0, self.highest)

    def window(self, rules: dict[str, SpikeRule]) -> dict[str, xr.Variable]:
        """Return what the pairs do against their timing."""
        span = min(100.0, 500.0 / self.frequency)
        delta = np.linspace(-span, span, 200)  # even, so that no pair is at the same time
        found = axis("delta_grid", delta, "ms", "postsynaptic after presynaptic spike")
        for name, rule in rules.items():
            change = pairing_change(rule, delta, self.pairs, self.frequency)
            found[f"window_{name}"] = variable("delta_grid", change, "1", views.NAMES[name])
        found["delta_shown"] = variable((), self.delta_t, "ms", "time difference chosen")
        found["pairs_shown"] = variable((), self.pairs, "1", "pairs")
        found["frequency_shown"] = variable((), self.frequency, "Hz", "pairs a second")
        return found

    def frequencies(self, rules: dict[str, SpikeRule]) -> dict[str, xr.Variable]:
        """Return what pairs in either order do against their frequency, simulated and expected."""
        grid = np.linspace(0.1, 50.0, 100)
        found = axis("frequency_grid", grid, "Hz", "pairs a second")
        found |= axis("frequency", FREQUENCIES, "Hz", "pairs a second")
        apart = abs(self.delta_t)
        found["apart"] = variable((), apart, "ms", "between the spikes of a pair")
        for name in views.COMPARED:
            for order, delta in (("after", apart), ("before", -apart)):
                closed = pairing_change(rules[name], delta, self.pairs, grid)
                told = [
                    sum(part.sum() for part in jumps(rules[name], *spikes))
                    for spikes in (regular_pairs(f, delta, self.pairs) for f in FREQUENCIES)
                ]
                label = views.NAMES[name]
                found[f"paired_{order}_{name}"] = variable("frequency", told, "1", label)
                found[f"closed_{order}_{name}"] = variable(
                    "frequency_grid", closed, "1", f"expected, {label}"
                )
        return found

    def drift(
        self, rules: dict[str, SpikeRule], rng: np.random.Generator
    ) -> dict[str, xr.Variable]:
        """Return the mean drift against the postsynaptic rate, simulated and expected."""
        end = 1000.0 * self.duration
        grid = np.linspace(0.0, POST_RATES[-1], 101)
        trains = [
            (poisson_train(self.pre_rate, end, rng), poisson_train(rate, end, rng))
            for rate in POST_RATES
        ]
        found = axis("post_rate", POST_RATES, "Hz", "postsynaptic rate")
        found |= axis("rate_grid", grid, "Hz", "postsynaptic rate")
        for name, rule in rules.items():
            told = [sum(part.sum() for part in jumps(rule, *spikes)) for spikes in trains]
            drift: NDArray[np.float64] = np.array(told) / self.duration
            found[f"drift_{name}"] = variable("post_rate", drift, "1/s", views.NAMES[name])
            found[f"theory_{name}"] = variable(
                "rate_grid", poisson_drift(rule, self.pre_rate, grid), "1/s",
                f"expected, {views.NAMES[name]}",
            )  # fmt: skip
        found["pre_rate_shown"] = variable((), self.pre_rate, "Hz", "presynaptic rate")
        return found
