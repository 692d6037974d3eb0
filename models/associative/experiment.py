"""The experiment: store sparse patterns by one of four rules, recall them from damaged cues.

While patterns are stored, some of them are recalled from equally damaged cues, so that one sees the
load at which recall breaks down; then cues with ever more damage are recalled, once and repeatedly.
Theory is drawn over both.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import xarray as xr

from models.associative import bench as at_work
from models.associative import limits, mean_field
from models.associative import material as patterns_of
from models.associative import references as sources
from models.associative.bench import Bench, Memory
from models.associative.capacities import capacity_frame
from models.associative.presets import (
    COVARIANCE,
    DENSE,
    DIGITS,
    FAMILIES,
    HEBBIAN,
    LEFT_OUT,
    PRESETS,
    RANDOM,
    REPLACED,
    THRESHOLD,
    WILLSHAW,
    WINNERS,
)
from models.associative.views import EQUATIONS, OBSERVABLES
from workbench import Choice, Cost, Count, Model, Quantity, Reference, Run, variable

STORING_FRAMES = 30
MOST_DAMAGE = 0.9
_GRID = 31


class AssociativeRecall(Model):
    """Sparse associative memory at work: four rules, the same patterns, the same damaged cues.

    Patterns with few active units are stored in Willshaw's matrix of binary synapses, by the
    Hebbian or the covariance rule, or whole in a dense memory (modern Hopfield network), and are
    recalled from cues that lack units or have wrong ones, by k winners or a threshold, in one step
    or many.
    """

    key = "associative"
    title = "Sparse associative memory"
    summary = "Few active units, many memories: four learning rules complete the same damaged cues."
    pace = "seconds"
    cover = 1
    references = (
        sources.WILLSHAW_1969, sources.PALM_1980, sources.TSODYKS_1988, sources.AMARI_1989,
        sources.AMIT_1985,
    )  # fmt: skip
    equations = EQUATIONS
    observables = OBSERVABLES
    presets = PRESETS

    rule = Choice(
        WILLSHAW, options=[WILLSHAW, HEBBIAN, COVARIANCE, DENSE], group="Memory",
        doc="how patterns become synapses; the dense memory keeps them whole",
    )  # fmt: skip
    units = Count(
        3000, bounds=(100, 20_000), unit="1", log=True, group="Memory",
        doc="number N of units, the length of a pattern",
    )  # fmt: skip
    control = Choice(
        WINNERS, options=[WINNERS, THRESHOLD], group="Memory", label="which units fire",
        doc="the k units with the largest fields, or those above a threshold; for Willshaw's "
        "matrix the threshold is the size of the cue, all of whose units must agree",
    )  # fmt: skip
    threshold = Quantity(
        0.6, bounds=(0.05, 0.95), unit="1", step=0.05, group="Memory",
        doc="threshold, as a share of the field that a whole cue gives (Hebbian and covariance); "
        "of the attention in the dense memory it is one half",
    )  # fmt: skip
    steps = Count(
        5, bounds=(1, 30), unit="1", group="Memory", label="steps of recall",
        doc="how often what is recalled is the next cue, at most",
    )  # fmt: skip
    beta = Quantity(
        50.0, bounds=(1.0, 500.0), unit="1", log=True, group="Memory", label="inverse temperature",
        doc="how sharply the dense memory attends to the pattern nearest to the cue",
    )  # fmt: skip

    patterns = Choice(
        DIGITS, options=[DIGITS, RANDOM, FAMILIES], group="Patterns",
        doc="what is stored; theory is for random patterns",
    )  # fmt: skip
    stored = Count(
        250, bounds=(1, 500_000), unit="1", log=True, group="Patterns", label="stored patterns",
        doc="number P of patterns",
    )  # fmt: skip
    active = Count(
        100, bounds=(2, 10_000), unit="1", log=True, group="Patterns", label="active units",
        doc="number k of active units of a pattern, at most half of all; k / N is the coding level",
    )  # fmt: skip
    ink = Quantity(
        0.6, bounds=(0.1, 1.0), unit="1", step=0.05, group="Patterns", label="share of picture",
        doc="share of a digit's active units that are its pixels; the rest is random context",
    )  # fmt: skip
    families = Count(
        20, bounds=(1, 1000), unit="1", log=True, group="Patterns",
        doc="number of families, where patterns come in families",
    )  # fmt: skip
    similarity = Quantity(
        0.6, bounds=(0.0, 1.0), unit="1", step=0.05, group="Patterns",
        doc="share of active units that a pattern of a family has from its prototype",
    )  # fmt: skip

    cue = Choice(
        LEFT_OUT, options=[LEFT_OUT, REPLACED], group="Cue", label="damage is",
        doc="whether active units are left out of a cue, or replaced by units that do not belong",
    )  # fmt: skip
    damage = Quantity(
        0.5, bounds=(0.0, 0.95), unit="1", step=0.05, live=True, group="Cue",
        doc="share of a pattern's active units that is damaged in the cue shown and while storing",
    )  # fmt: skip
    shown = Count(
        1, bounds=(1, 1000), unit="1", live=True, group="Cue", label="pattern shown",
        doc="which pattern is shown, of those kept to be recalled; the last if there are fewer",
    )  # fmt: skip
    cues = Count(
        50, bounds=(4, 1000), unit="1", log=True, group="Cue", label="cues per point",
        doc="number of cues that are recalled for each point",
    )  # fmt: skip
    levels = Count(
        19, bounds=(3, 100), unit="1", group="Cue", label="levels of damage",
        doc="number of shares of damage, from none to 90 %",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse sizes that cannot work together."""
        limits.refuse_dense_code(self.active, self.units)
        if self.patterns == DIGITS:
            limits.refuse_too_many_digits(self.stored)
        limits.refuse_too_large(self.stored, self.units, self._bytes())

    def cost(self) -> Cost:
        """Estimate from pairs counted and rows read, as measured on two cores."""
        pairs = self.stored * (self.active**2 * 2.5e-9 + self.units * 1.2e-9)
        reads = (STORING_FRAMES + self.levels) * self.cues * (1 + self.steps)
        row = {WILLSHAW: 1e-11, DENSE: 0.0}.get(self.rule, 1.5e-10)
        step = self.units * (self.active * row + 4e-8)
        if self.rule == DENSE:
            step += self.units * self.stored * 1e-10
        draws = (STORING_FRAMES + self.levels) * self.cues * self.units * 3e-8
        return Cost(1.5 + pairs + reads * step + draws, self._bytes() + 150_000_000, "stored")

    def _bytes(self) -> int:
        kept = min(self.stored, patterns_of.KEPT + STORING_FRAMES) * self.units
        drawn = min(self.stored, 20_000_000 // self.units) * self.units * 2
        if self.rule == WILLSHAW:
            return kept + drawn + self.units**2 // 8
        if self.rule == DENSE:
            return kept + drawn + 10 * self.stored * self.units
        often = self.stored * (self.active / self.units) ** 2
        return kept + drawn + self.units**2 * (1 if often < 40 else 2)

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the rule, the theory and the digits in use."""
        rules = {
            WILLSHAW: (sources.WILLSHAW_1969, sources.PALM_1980, sources.BUCKINGHAM_1992),
            HEBBIAN: (sources.HOPFIELD_1982,),
            COVARIANCE: (sources.TSODYKS_1988, sources.AMARI_1989, sources.AMIT_1985),
            DENSE: (sources.RAMSAUER_2021,),
        }
        digits = (sources.ALPAYDIN_1998,) if self.patterns == DIGITS else ()
        return tuple(dict.fromkeys((*rules[self.rule], *self.references, *digits)))

    def build(self) -> Memory:
        """Return an empty memory of the rule asked for."""
        return at_work.build(self.rule, self.units, self.active, self.beta)

    def material(self, rng: np.random.Generator) -> patterns_of.Material:
        """Return the patterns to store."""
        sizes = (self.units, self.active)
        if self.patterns == DIGITS:
            return patterns_of.digit_material(self.stored, *sizes, self.ink, rng)
        if self.patterns == FAMILIES:
            return patterns_of.family_material(*sizes, self.families, self.similarity, rng)
        return patterns_of.random_material(*sizes, rng)

    def simulate(self, run: Run) -> None:
        """Store all patterns, recalling some as memory fills, then ever more damaged cues."""
        run.emit(xr.Dataset(), 0.0, "building the memory (its kernels are compiled on first use)")
        for_patterns, for_load, for_cues, for_shown = run.rng.spawn(4)
        held = self.control == WINNERS
        bench = Bench(
            self.build(), self.material(for_patterns), self.rule, self.active,
            self.active if held else None, self.threshold, self.steps, self.cue,
        )  # fmt: skip
        keys = for_shown.random(self.units)
        others = for_shown.permutation(self.units)
        run.emit(self.expected(bench), 0.02, "theory for random patterns")

        @lru_cache(maxsize=1)
        def seen(stored: int, pattern: int, damage: float) -> xr.Dataset:
            return at_work.shown_frame(bench, pattern - 1, damage, keys, others)

        def shown() -> xr.Dataset:
            return seen(bench.memory.stored, self.shown, self.damage)

        self.store(run, bench, shown, for_load)
        self.recall(run, bench, shown, for_cues)

    def expected(self, bench: Bench) -> xr.Dataset:
        """Return what theory expects of these sizes."""
        damage = np.linspace(0, MOST_DAMAGE, _GRID)
        match = [bench.expected(share, self.stored) for share in damage]
        frame = {
            "expected_match": variable("damage_grid", match, "1", "theory, one step"),
            "damage_grid": variable(
                "damage_grid", damage, "1", "share of the cue's active units damaged"
            ),
            "rule": variable((), self.rule, "1", "learning rule"),
            "patterns": variable((), self.patterns, "1", "kind of patterns"),
        }
        if self.rule == COVARIANCE:
            rest = np.full(_GRID, self.mean_field_match())
            frame["mean_field_match"] = variable("damage_grid", rest, "1", "mean field, at rest")
        return capacity_frame(self.units, self.active, self.stored).assign(frame)

    def mean_field_match(self) -> float:
        """Return the correlation at which recall by the covariance rule comes to rest."""
        f, load = self.active / self.units, self.stored / self.units
        threshold = None if self.control == WINNERS else self.threshold
        if threshold is not None and threshold >= 1 - f:
            return 0.0
        branch = mean_field.recall_branch(f, threshold)
        if load > branch.load[-1]:
            return 0.0
        overlap = np.interp(load, branch.load, branch.overlap)
        activity = np.interp(load, branch.load, branch.activity)
        return float(overlap * math.sqrt(f * (1 - f) / (activity * (1 - activity))))

    def store(self, run: Run, bench: Bench, shown, rng: np.random.Generator) -> None:
        """Store all patterns, a few a frame, and recall some of those stored so far."""
        size = math.ceil(self.stored / STORING_FRAMES)
        share = min(1.0, patterns_of.KEPT / self.stored)
        for start in range(0, self.stored, size):
            count = min(size, self.stored - start)
            for batch in bench.material.batches(count, share):
                bench.memory.store(batch)
            stored = at_work.storing_frame(bench, self.damage, self.cues, rng)
            message = f"storing pattern {start + count:,} of {self.stored:,}"
            progress = 0.02 + 0.58 * (start + count) / self.stored
            run.emit(xr.merge([stored, shown()]), progress, message)

    def recall(self, run: Run, bench: Bench, shown, rng: np.random.Generator) -> None:
        """Recall cues at every level of damage."""
        for trial, share in enumerate(np.linspace(0, MOST_DAMAGE, self.levels)):
            point = at_work.recall_frame(bench, trial, float(share), self.cues, rng)
            progress = 0.6 + 0.4 * (trial + 1) / self.levels
            run.emit(
                xr.merge([point, shown()]), progress, f"recalling cues with {share:.0%} damage"
            )
