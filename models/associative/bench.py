"""A memory at work in the experiment: the rule by which it is read, and what is measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.associative import expected, willshaw
from models.associative.cooccurrence import CooccurrenceMemory
from models.associative.covariance import CovarianceMemory
from models.associative.dense import BETA, DenseMemory
from models.associative.hebbian import HebbianMemory
from models.associative.interface import Patterns, correlation
from models.associative.material import Material
from models.associative.patterns import DAMAGES
from models.associative.presets import COVARIANCE, HEBBIAN, WILLSHAW
from models.associative.willshaw import WillshawMemory
from workbench import variable

Memory = WillshawMemory | CooccurrenceMemory | DenseMemory

STEPS_SHOWN = 4
RECALLED = 0.95  # correlation from which a pattern counts as recalled
PART = 24  # units of the shown pattern, and as many others, whose synapses are drawn


@dataclass
class Bench:
    """A memory, its patterns, and how it is read.

    Attributes
    ----------
    memory : the memory
    material : Material
    rule : str
        One of the names of rules.
    active : int
        Number k of active units of a pattern.
    winners : int or None
        How many units fire, or None for a threshold.
    threshold : float
        Share of the field of a full cue above which units fire; not used by Willshaw's matrix,
        where all active units of a cue must agree, nor with winners.
    steps : int
        How often recall is fed back.
    damage : str
        Whether units are left out or replaced.
    """

    memory: Memory
    material: Material
    rule: str
    active: int
    winners: int | None
    threshold: float
    steps: int
    damage: str

    def theta(self) -> float:
        """Return the threshold in units of the memory's fields."""
        return self.threshold * (self.active / self.memory.units if self.rule == HEBBIAN else 1.0)

    def recall(self, cues: Patterns, steps: int) -> Patterns:
        """Recall patterns from cues, shape (..., units)."""
        how: dict[str, Any] = {"winners": self.winners, "steps": steps}
        if self.winners is None and self.rule in (HEBBIAN, COVARIANCE):
            how["threshold"] = self.theta()
        return self.memory.recall(cues, **how)

    def course(self, cue: Patterns) -> Patterns:
        """Return a cue, shape (units,), and what is recalled after each step."""
        if isinstance(self.memory, DenseMemory):
            return self.memory.course(cue, self.steps, winners=self.winners)
        states = [cue]
        for _ in range(self.steps):
            alive = states[-1].any()  # a state without active units stays so
            states.append(self.recall(states[-1], 1) if alive else states[-1])
        return np.array(states)

    def cues(self, patterns: Patterns, share: float, rng: Any = None, keys: Any = None) -> Patterns:
        """Damage patterns as asked for."""
        return DAMAGES[self.damage](patterns, share, rng, keys)

    def expected(self, share: float, stored: int) -> float:
        """Return the correlation that theory expects of one step, for random patterns."""
        cue = expected.damaged_cue(self.memory.units, self.active, stored, share, self.damage)
        fires = expected.one_step(self.rule, cue, self.winners, self.theta())
        return fires.correlation(cue.coding_level)

    def expected_density(self) -> float:
        """Return the density that random patterns would give."""
        k, units = self.active, self.memory.units
        if isinstance(self.memory, DenseMemory):
            return k / units
        return float(willshaw.density(self.memory.stored, units, k))

    def energy(self, course: Patterns) -> NDArray[np.float64]:
        """Return the energy of the states of a recall, the cue first."""
        if isinstance(self.memory, DenseMemory):
            states = self.memory.states(course[:1], len(course) - 1)
            return self.memory.energy(np.concatenate(states))
        held = self.winners is not None
        threshold = 0.0 if held else self.theta()
        if self.rule == WILLSHAW and not held:
            threshold = float(course[0].sum())
        return self.memory.energy(course, threshold)


def build(rule: str, units: int, active: int, beta: float = BETA) -> Memory:
    """Return an empty memory of a rule; `beta` is the dense memory's inverse temperature."""
    if rule == WILLSHAW:
        return WillshawMemory(units)
    if rule == HEBBIAN:
        return HebbianMemory(units)
    if rule == COVARIANCE:
        return CovarianceMemory(units, active / units)
    return DenseMemory(units, beta)


def recall_frame(
    bench: Bench, trial: int, share: float, cues: int, rng: np.random.Generator
) -> xr.Dataset:
    """Recall patterns from cues with this share of damage, once and repeatedly: one point."""
    kept = bench.material.kept
    wanted = kept[rng.integers(0, len(kept), cues)]
    damaged = bench.cues(wanted, share, rng)
    once, last = bench.recall(damaged, 1), bench.recall(damaged, bench.steps)
    match = correlation(last, wanted)
    point = {
        "match_one_step": (correlation(once, wanted).mean(), "one step"),
        "match_final": (match.mean(), f"up to {bench.steps} steps"),
        "recalled": ((match >= RECALLED).mean(), "share of cues recalled by repeated steps"),
        "cue_match": (correlation(damaged, wanted).mean(), "the cue itself"),
        "missing_final": ((wanted & ~last).sum(axis=1).mean(), "missing units at the end"),
        "spurious_final": ((last & ~wanted).sum(axis=1).mean(), "spurious units at the end"),
    }
    along = {n: variable("trial", [float(value)], "1", text) for n, (value, text) in point.items()}
    return xr.Dataset(along, coords={
        "trial": variable("trial", [trial], "1", "trial"),
        "cue_damage": variable("trial", [share], "1", "share of the cue's active units damaged"),
    })  # fmt: skip


def storing_frame(bench: Bench, share: float, cues: int, rng: np.random.Generator) -> xr.Dataset:
    """Recall some of what is stored so far, from cues with this share of damage."""
    kept, stored = bench.material.kept, bench.memory.stored
    wanted = kept[rng.integers(0, len(kept), cues)]
    damaged = bench.cues(wanted, share, rng)
    once = bench.recall(damaged, 1)
    last = once if bench.steps == 1 else bench.recall(damaged, bench.steps)
    expects = bench.expected(share, stored)
    point = {
        "load_match": (correlation(once, wanted).mean(), "one step"),
        "load_match_final": (correlation(last, wanted).mean(), f"up to {bench.steps} steps"),
        "expected_load_match": (expects, "expected of one step"),
        "missing": ((wanted & ~once).sum(axis=1).mean(), "missing"),
        "spurious": ((once & ~wanted).sum(axis=1).mean(), "spurious"),
        "density": (density(bench.memory), "in use"),
        "expected_density": (bench.expected_density(), "expected"),
    }
    along = {n: variable("step", [float(value)], "1", text) for n, (value, text) in point.items()}
    step = variable("step", [stored], "1", "patterns stored")
    return xr.Dataset(along, coords={"step": step})


def shown_frame(
    bench: Bench, pattern: int, share: float, keys: NDArray[np.float64], others: NDArray[np.int64]
) -> xr.Dataset:
    """Recall one pattern step by step: pictures, agreement, energy and a part of the synapses.

    Parameters
    ----------
    pattern : int
        Which of the patterns kept so far.
    share : float
        Share of its active units damaged in the cue.
    keys : ndarray, shape (units,)
        The order in which units are damaged.
    others : ndarray of int
        Units in random order, whose synapses are drawn beside those of the pattern.
    """
    wanted = bench.material.kept[min(pattern, len(bench.material.kept) - 1)]
    course = bench.course(bench.cues(wanted[None], share, keys=keys[None])[0])
    missing = (wanted & ~course).sum(axis=1)
    spurious = (course & ~wanted).sum(axis=1)
    frame = {
        "shown_match": variable("read", correlation(course, wanted), "1", "correlation"),
        "shown_missing": variable("read", missing, "1", "missing units"),
        "shown_spurious": variable("read", spurious, "1", "spurious units"),
        "shown_energy": variable("read", bench.energy(course), "1", "energy"),
        "read": variable("read", np.arange(len(course)), "1", "steps of recall"),
    }
    return xr.Dataset(frame | pictures(bench, course, wanted) | synapses(bench, wanted, others))


def pictures(bench: Bench, course: Patterns, wanted: Patterns) -> dict[str, xr.Variable]:
    """Return pictures of the cue, of the first steps and the last, and of the pattern."""
    last = len(course) - 1
    steps = [*range(min(last, STEPS_SHOWN)), last]
    titles = [
        f"{'cue' if step == 0 else f'step {step}'}: {(wanted != course[step]).sum()} wrong"
        for step in steps
    ]
    drawn = [bench.material.picture(one) for one in (*course[steps], wanted)]
    return {
        "pictures": variable(("picture", "row", "column"), np.array(drawn), "1", "active units"),
        "picture": variable("picture", [*titles, "stored"], "1", "picture"),
    }


def synapses(bench: Bench, wanted: Patterns, others: NDArray[np.int64]) -> dict[str, xr.Variable]:
    """Return the synapses among units of a pattern and others; of dense memory, its patterns."""
    inside = np.flatnonzero(wanted)[:PART]
    units = np.concatenate([inside, others[~wanted[others]][:PART]])
    names = variable("unit", units, "1", "unit")
    edge = variable("border", [inside.size], "1", "first unit that is not in the pattern")
    if isinstance(bench.memory, DenseMemory):
        shown = bench.memory.patterns[:PART].T[units].astype(float)
        partner = variable("partner", np.arange(1, shown.shape[1] + 1), "1", "pattern kept")
        part = variable(("unit", "partner"), shown, "1", "patterns kept")
    else:
        partner = variable("partner", units, "1", "from unit")
        words = "synapses that are on" if bench.rule == WILLSHAW else "synaptic weights J"
        shown = bench.memory.synapses(units, units).astype(float)
        part = variable(("unit", "partner"), shown, "1", words)
    return {"synapses": part, "unit": names, "partner": partner, "pattern_edge": edge}


def density(memory: Memory) -> float:
    """Return the share of synapses in use; of dense memory, of active units."""
    if isinstance(memory, WillshawMemory):
        return memory.density
    if isinstance(memory, DenseMemory):
        return memory.coding_level
    return np.count_nonzero(memory.counts) / (memory.units * (memory.units - 1))
