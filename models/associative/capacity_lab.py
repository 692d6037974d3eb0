"""Capacity and its price: fill a memory until recall fails, and count what it takes.

One run is one memory at one coding level and size; a sweep over them is the map of where each fits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from models.associative import references as sources
from models.associative.capacity_views import EQUATIONS, OBSERVABLES
from models.associative.presets import (
    COVARIANCE,
    DENSE,
    DISTRIBUTED,
    HEBBIAN,
    LEFT_OUT,
    REPLACED,
    WILLSHAW,
)
from models.sdm.references import KANERVA_1988
from workbench import Choice, Cost, Count, Model, ParameterError, Quantity, Reference, Run
from workbench.plan import Plan

MEMORIES = [WILLSHAW, COVARIANCE, HEBBIAN, DISTRIBUTED, DENSE]
#: Loads within each doubling of the number of patterns.
PER_DOUBLING = 3
#: Recall below this share of the criterion ends a filling: the rest is known to be worse.
HOPELESS = 0.5
#: Bits of an address of the sparse distributed memory.
ADDRESS_BITS = 1000

LEVELS = "0.005,0.01,0.02,0.05,0.1,0.2,0.5"
_SIZES = "500,1000,2000"


class CapacityLab(Model):
    """How many patterns a memory holds at a coding level, and what each of them costs.

    A memory is filled with random patterns until cues no longer find them. Capacity is the largest
    load at which what is recalled agrees with what was stored; beside it stand bits per synapse,
    and what they cost: active units, synapses that carry a signal and synapses that storing
    touches.
    """

    key = "capacity"
    title = "Capacity and its price"
    summary = "How many patterns fit at each coding level, and what their synapses and units cost."
    pace = "seconds"
    cover = 1
    equations = EQUATIONS
    observables = OBSERVABLES
    references = (
        sources.WILLSHAW_1969, sources.PALM_1980, sources.TSODYKS_1988, sources.AMARI_1989,
        sources.LEVY_1996, sources.KNOBLAUCH_2010,
    )  # fmt: skip
    presets = {
        "Palm 1980: few units, binary synapses": {
            "units": 4000, "coding_level": 0.003, "largest": 200_000,
        },
        "Tsodyks and Feigelman 1988: one unit in a hundred": {
            "memory": COVARIANCE, "coding_level": 0.01, "cue": REPLACED, "damage": 0.1,
        },
        "Hopfield 1982: half of the units": {
            "memory": COVARIANCE, "coding_level": 0.5, "cue": REPLACED, "damage": 0.1, "steps": 30,
        },
        "The Hebbian rule, denser and worse": {"memory": HEBBIAN, "coding_level": 0.1},
        "Kanerva 1988: as many hard locations as units": {"memory": DISTRIBUTED},
        "Ramsauer et al. 2021: room for every pattern": {"memory": DENSE, "largest": 5000},
    }  # fmt: skip
    plans = {
        **{
            f"{title}: coding level and size": Plan(
                {"coding_level": LEVELS, "units": _SIZES}, {"memory": memory}, measure="capacity"
            )
            for title, memory in (
                ("Willshaw", WILLSHAW), ("Covariance rule", COVARIANCE),
                ("Hebbian rule", HEBBIAN), ("Sparse distributed", DISTRIBUTED),
                ("Dense memory", DENSE),
            )
        },
        "Every memory: capacity and coding level": Plan(
            {"coding_level": LEVELS, "memory": ",".join(MEMORIES)}, measure="capacity"
        ),
        "Every memory: bits per synapse": Plan(
            {"coding_level": LEVELS, "memory": ",".join(MEMORIES)},
            measure="gained_per_synapse_at_capacity",
        ),
        "Every memory: bits per synaptic event": Plan(
            {"coding_level": LEVELS, "memory": ",".join(MEMORIES)},
            measure="gained_per_event_at_capacity",
        ),
    }  # fmt: skip

    memory = Choice(
        WILLSHAW, options=MEMORIES, group="Memory",
        doc="how patterns are kept: a matrix of binary synapses, of counts by the covariance or "
        "the Hebbian rule, Kanerva's hard locations, or the modern Hopfield network (dense)",
    )  # fmt: skip
    units = Count(
        1000, bounds=(50, 10_000), unit="1", log=True, group="Memory",
        doc="number N of units, the length of a pattern",
    )  # fmt: skip
    coding_level = Quantity(
        0.02, bounds=(0.001, 0.5), unit="1", log=True, group="Memory",
        doc="share f of units that are active in a pattern",
    )  # fmt: skip
    locations = Quantity(
        1.0, bounds=(0.05, 50.0), unit="1", log=True, group="Memory",
        label="hard locations per unit",
        doc="hard locations of the sparse distributed memory; with 1 it has as many counters as a "
        "matrix has synapses",
    )  # fmt: skip
    access = Quantity(
        0.05, bounds=(0.001, 0.5), unit="1", log=True, group="Memory", label="access fraction",
        doc="share of its hard locations that the sparse distributed memory activates; wide access "
        "finds more with damaged cues, narrow access holds more",
    )  # fmt: skip
    cue = Choice(
        LEFT_OUT, options=[LEFT_OUT, REPLACED], group="Recall", label="damage is",
        doc="whether active units are left out of a cue, or replaced by units that do not belong",
    )  # fmt: skip
    damage = Quantity(
        0.5, bounds=(0.0, 0.9), unit="1", step=0.05, group="Recall",
        doc="damaged share of a cue's active units",
    )  # fmt: skip
    steps = Count(
        5, bounds=(1, 30), unit="1", group="Recall", label="steps of recall",
        doc="how often what is recalled is the next cue, at most",
    )  # fmt: skip
    criterion = Quantity(
        0.9, bounds=(0.5, 0.999), unit="1", step=0.05, group="Recall",
        doc="mean correlation with the stored pattern that still counts as recall",
    )  # fmt: skip
    largest = Count(
        20_000, bounds=(10, 500_000), unit="1", log=True, group="Recall", label="largest load",
        doc="most patterns that are stored, should recall not fail before",
    )  # fmt: skip
    cues = Count(
        50, bounds=(4, 500), unit="1", log=True, group="Recall", doc="cues recalled at each load"
    )
    fillings = Count(
        3, bounds=(1, 30), unit="1", group="Recall",
        doc="independent draws of patterns, cues and memory; bands are their 95 % confidence",
    )  # fmt: skip

    @property
    def active(self) -> int:
        """Active units k of a pattern."""
        return round(self.coding_level * self.units)

    @property
    def hard_locations(self) -> int:
        """Hard locations of the sparse distributed memory."""
        return max(1, round(self.locations * self.units))

    def validate(self) -> None:
        """Refuse patterns of fewer than two active units, and what the machine cannot hold."""
        if self.active < 2:
            raise ParameterError(
                f"coding_level = {self.coding_level:g} leaves fewer than 2 of {self.units:,} units "
                f"active: at least {2 / self.units:.3g} is needed, or more units."
            )
        from models.associative.limits import refuse_too_large

        refuse_too_large(self.largest, self.units, self._bytes())

    def cost(self) -> Cost:
        """Estimate from the load that theory lets fit, as measured on two cores."""
        from models.associative.capacity_trial import likely_load

        load = min(self.largest, 2 * likely_load(self))
        steps = min(self.steps, 3)  # recall comes to rest
        reads = self.cues * steps * PER_DOUBLING * np.log2(max(2, load))
        step = {
            WILLSHAW: self.units * (self.active * 1e-11 + 4e-8),
            DISTRIBUTED: self.hard_locations * (ADDRESS_BITS * 2e-10 + self.units * 1.5e-11),
            DENSE: 0.0,  # reads all patterns: below
        }.get(self.memory, self.units * (self.active * 1.5e-10 + 4e-8))
        stored = load * (self.active**2 * 2.5e-9 + self.units * 1.5e-8)
        if self.memory == DENSE:
            stored += self.cues * 10 * load * self.units * 1.2e-10
        if self.memory == DISTRIBUTED:
            stored += load * self.hard_locations * self.access * self.units * 1e-9
        seconds = 0.4 + self.fillings * (stored + reads * step)
        return Cost(seconds, self._bytes() + 150_000_000, "largest")

    def _bytes(self) -> int:
        kept = self.largest * self.units  # packed, and those that are new at a load
        if self.memory == DENSE:
            return kept + 10 * self.largest * self.units
        return kept + 4 * self.units * max(self.units, self.hard_locations)

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the memory in use, and of the measures."""
        own = {
            WILLSHAW: (sources.WILLSHAW_1969, sources.PALM_1980),
            HEBBIAN: (sources.HOPFIELD_1982,),
            COVARIANCE: (sources.TSODYKS_1988, sources.AMARI_1989),
            DISTRIBUTED: (KANERVA_1988,),
            DENSE: (sources.RAMSAUER_2021,),
        }
        measures = (sources.KNOBLAUCH_2010, sources.LEVY_1996, sources.ATTWELL_2001)
        return (*own[self.memory], *measures)

    def simulate(self, run: Run) -> None:
        """Fill the memory anew for each draw; a frame after each load."""
        from models.associative.capacity_trial import Fillings

        run.emit(xr.Dataset(), 0.0, "theory for random patterns")
        fillings: Any = Fillings(self)
        for told in fillings.work(run.rng):
            run.emit(fillings.frame(), fillings.progress, told)
