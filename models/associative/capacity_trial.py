"""Filling memories until recall fails, and what is measured on the way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.associative import bench, expected, mean_field, price, willshaw
from models.associative.capacities import theory_frame
from models.associative.capacity_lab import (
    ADDRESS_BITS,
    HOPELESS,
    PER_DOUBLING,
)
from models.associative.confidence import Numbers, interval, mean_over
from models.associative.distributed import DistributedMemory
from models.associative.interface import PatternMemory, Patterns, correlation
from models.associative.load_curves import at_load, first_failure
from models.associative.patterns import DAMAGES, random_patterns
from models.associative.presets import DENSE, DISTRIBUTED, WILLSHAW
from workbench import variable

if TYPE_CHECKING:
    from models.associative.capacity_lab import CapacityLab

#: What is measured at each load, beside recall: name -> words, unit.
MEASURES = {
    "stored_per_synapse": ("all patterns, as if recalled", "bit"),
    "gained_per_synapse": ("gained by recall", "bit"),
    "events": ("synaptic events of a recall", "1"),
    "active_units": ("active units of a recall, all steps", "1"),
    "gained_per_event": ("gained per synaptic event", "bit"),
    "gained_per_active": ("gained per active unit", "bit"),
}
#: What each is called where the load is the capacity.
AT_CAPACITY = {
    "stored_per_synapse": "stored per synapse at capacity",
    "gained_per_synapse": "gain per synapse at capacity",
    "events": "synaptic events at capacity",
    "active_units": "active units at capacity",
    "gained_per_event": "gain per event at capacity",
    "gained_per_active": "gain per active unit at capacity",
}


def likely_load(lab: CapacityLab) -> int:
    """Return about how many patterns theory lets fit, to estimate what a run takes."""
    units, active = lab.units, lab.active
    if lab.memory == DENSE:
        return lab.largest
    if lab.memory == WILLSHAW:
        return max(4, round(willshaw.capacity(units, active)))
    if lab.memory == DISTRIBUTED:
        return max(4, round(0.03 * lab.hard_locations))
    return max(4, round(units * mean_field.critical_load(active / units)))


def build(lab: CapacityLab, seed: int) -> PatternMemory:
    """Return the empty memory that is asked for."""
    if lab.memory != DISTRIBUTED:
        return bench.build(lab.memory, lab.units, lab.active)
    return DistributedMemory(
        lab.units, lab.hard_locations, address_bits=ADDRESS_BITS,
        access_fraction=max(lab.access, 1 / lab.hard_locations), seed=seed,
    )  # fmt: skip


def loads(largest: int) -> list[int]:
    """Return the loads at which recall is measured: each doubling in equal steps."""
    count = math.ceil(PER_DOUBLING * math.log2(largest)) + 1
    spread = np.geomspace(1, largest, count).round().astype(int)
    return list(dict.fromkeys(spread.tolist()))


class Fillings:
    """The fillings of a run and what is known of them so far.

    Attributes
    ----------
    progress : float
        Share of the work that is done, 0 to 1.
    """

    def __init__(self, lab: CapacityLab) -> None:
        self.lab, self.load = lab, loads(lab.largest)
        size = lab.fillings, len(self.load)
        self.recall = np.full(size, np.nan)
        self.found = {name: np.full(size, np.nan) for name in MEASURES}
        self.expected = np.full(len(self.load), np.nan)
        self.touched, self.progress = math.nan, 0.0
        self._ended, self._reach = 0, 1  # fillings that have ended; loads that the longest reached
        self._theory = theory_frame(lab.units, lab.active)

    def work(self, rng: np.random.Generator) -> Iterator[str]:
        """Fill one memory after another; yield a message after each load."""
        lab = self.lab
        for filling in range(lab.fillings):
            for_patterns, for_cues, own = rng.spawn(3)
            memory = build(lab, int(own.integers(2**31)))
            kept = np.zeros((0, -(-lab.units // 8)), np.uint8)  # eight units a byte
            for place, load in enumerate(self.load):
                new = random_patterns(load - len(kept), lab.units, lab.active, for_patterns)
                kept = np.concatenate([kept, np.packbits(new, axis=1)])
                memory.store(new)
                self._measure(filling, place, memory, kept, for_cues)
                self.touched = price.touched(memory, lab.active)
                self._advance(filling, place)
                yield f"filling {filling + 1} of {lab.fillings}: {load:,} patterns"
                if self.recall[filling, place] < HOPELESS * lab.criterion:
                    break
            self._ended += 1

    def _measure(
        self, filling: int, place: int, memory: PatternMemory, kept: NDArray[np.uint8],
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        lab, load = self.lab, len(kept)
        asked = kept[rng.integers(0, load, lab.cues)]
        wanted: Patterns = np.unpackbits(asked, axis=1, count=lab.units).astype(bool)
        cues = DAMAGES[lab.cue](wanted, lab.damage, rng)
        state, events, active = cues, np.zeros(lab.cues), np.zeros(lab.cues)
        for _ in range(lab.steps):
            events += price.events(memory, state)
            before, state = state, memory.recall(state, winners=lab.active)
            active += state.sum(axis=1)
            if np.array_equal(state, before):
                break
        gain = price.bits_to_correct(wanted, cues) - price.bits_to_correct(wanted, state)
        whole = price.bits_to_correct(wanted, np.zeros_like(wanted))
        synapses, gained = price.synapses(memory), max(0.0, gain.mean())
        told = {
            "stored_per_synapse": load * whole.mean() / synapses,
            "gained_per_synapse": load * gained / synapses,
            "events": events.mean(),
            "active_units": active.mean(),
            "gained_per_event": gained / events.mean(),
            "gained_per_active": gained / active.mean(),
        }
        for name, value in told.items():
            self.found[name][filling, place] = value
        self.recall[filling, place] = correlation(state, wanted).mean()
        if np.isnan(self.expected[place]):
            self.expected[place] = expects(lab, load)

    def _advance(self, filling: int, place: int) -> None:
        """Tell how far it is: all fillings are expected to reach as far as the longest so far."""
        self._reach = max(self._reach, place + 1)
        guess = len(self.load) if filling == 0 else self._reach
        self.progress = min(1.0, (filling + (place + 1) / guess) / self.lab.fillings)

    def frame(self) -> xr.Dataset:
        """Return all that is known so far."""
        there = np.isfinite(self.recall)
        # Not where only those fillings are left in which recall is better.
        seen = there.any(axis=0) & there[: self._ended].all(axis=0)
        load = np.array(self.load, float)[seen]
        recall = self.recall[:, seen]
        fits = np.array([first_failure(load, one, self.lab.criterion) for one in recall])
        known = fits[np.isfinite(fits)]
        capacity = float(known.mean()) if known.size else 0.0
        made = {
            "load": variable("load", load.astype(int), "1", "patterns stored"),
            **banded("recall", recall, "measured"),
            "criterion_line": variable("load", np.full(load.size, self.lab.criterion), "1",
                                       "criterion"),
            "capacity": variable((), capacity, "1", f"capacity ({self.load[-1]:,} at most)"),
            "capacities": variable("filling", fits, "1", "capacity of each filling"),
            "reached": variable((), float(self._failed()), "1", "fillings in which recall failed"),
            "capacity_per_unit": variable((), capacity / self.lab.units, "1",
                                          "capacity in patterns per unit"),
            "active": variable((), self.lab.active, "1", "active units of a pattern"),
            "touched": variable((), self.touched, "1", "synapses touched in storing a pattern"),
        }  # fmt: skip
        if np.isfinite(self.expected).any():
            made["expected_recall"] = variable("load", self.expected[seen], "1",
                                               "theory, one step")  # fmt: skip
        for name, (words, unit) in MEASURES.items():
            values = mean_over(self.found[name][:, seen])
            made[name] = variable("load", values, unit, words)
            at = at_load(capacity, load, values)
            made[f"{name}_at_capacity"] = variable((), at, unit, AT_CAPACITY[name])
        return xr.Dataset(made).merge(self._theory).assign(here(self.lab, capacity))

    def _failed(self) -> int:
        """Return in how many fillings recall has fallen below the criterion."""
        return int((np.nan_to_num(self.recall, nan=1.0) < self.lab.criterion).any(axis=1).sum())


def expects(lab: CapacityLab, load: int) -> float:
    """Return the correlation that theory expects of one step; NaN where there is none."""
    if lab.memory == DISTRIBUTED:
        return math.nan
    cue = expected.damaged_cue(lab.units, lab.active, load, lab.damage, lab.cue)
    return expected.one_step(lab.memory, cue, lab.active).correlation(cue.coding_level)


def here(lab: CapacityLab, capacity: float) -> dict[str, xr.Variable]:
    """Return where this run is among them."""
    level = math.log10(lab.active / lab.units)
    return {
        "measured_here": variable("here", [math.log10(max(capacity, 1.0))], "1", "measured"),
        "level_here": variable("here", [level], "1", "log10 of coding level f"),
    }


def banded(name: str, values: Numbers, words: str) -> dict[str, xr.Variable]:
    """Return the mean over fillings and the ends of its 95 % confidence."""
    low, high = (np.clip(end, -1, 1) for end in interval(values))
    return {
        name: variable("load", mean_over(values), "1", words),
        f"{name}_low": variable("load", low, "1", f"{words}, lower end"),
        f"{name}_high": variable("load", high, "1", f"{words}, upper end"),
    }
