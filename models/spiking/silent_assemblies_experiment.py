"""What is done to a network with two assemblies: let be, balance, strengthen, cue."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spiking.electrode import Electrode
from models.spiking.instrumented import InstrumentedModel, Part, Variables, interventions
from models.spiking.instruments import Bench, Mask, Stretch
from models.spiking.silent_assemblies_activity import (
    LOOK_BACK,
    SIGNALS,
    Activity,
    Inhibition,
    balance,
)
from models.spiking.simulation import Simulation
from workbench import Run, variable
from workbench.protocol import EventKind

ASSEMBLIES = ("assembly 1", "assembly 2")
STORY = (
    "0-1 rest; 1-9 balance; 9-10 strengthen x 5; 10-18 balance; 18-20 rest; "
    "20-21 cue assembly 1 x 2; 21-24 rest"
)
KINDS = {
    "rest": EventKind("the network is left alone; nothing is plastic", "", phase=True),
    "balance": EventKind("inhibitory synapses are plastic", "inhibitory", phase=True),
    "strengthen": EventKind(
        "from its start on, connections within each assembly are so many times stronger; nothing "
        "is plastic", "engram", strength=(1, 20), phase=True,
    ),
    "cue": EventKind(
        "a current drives a part of an assembly's cells; nothing is plastic", "cue",
        targets=ASSEMBLIES, strength=(0, 20), unit="rheobase", phase=True,
    ),
    **interventions(*ASSEMBLIES, "others", "excitatory", "inhibitory"),
}  # fmt: skip


class AssemblyExperiment(InstrumentedModel):
    """The course of the experiment; what the network is made of comes with its subclass.

    Rows are the cells in order: both assemblies, of each the cells that a cue may drive last; then
    the other excitatory cells and the inhibitory ones.
    """

    # Parameters of the subclass.
    excitatory: Any
    inhibitory: Any
    assembly_share: Any
    cue_share: Any
    background: Any
    target_rate: Any

    @property
    def assembly_cells(self) -> int:
        """Number of cells of each assembly."""
        return round(self.assembly_share * self.excitatory)

    @property
    def cued_cells(self) -> int:
        """Number of cells of an assembly that a cue drives."""
        return round(self.cue_share * self.assembly_cells)

    def groups(self) -> dict[str, int]:
        """Return the one group of cells."""
        return {"cells": self.excitatory + self.inhibitory}

    def roles(self) -> NDArray[np.str_]:
        """Return what each row is: "excitatory" or "inhibitory"."""
        return np.repeat(["excitatory", "inhibitory"], [self.excitatory, self.inhibitory])

    def membership(self) -> NDArray[np.int32]:
        """Return the assembly of each row, 1 or 2; 0 for none."""
        size = self.assembly_cells
        rest = self.excitatory + self.inhibitory - 2 * size
        return np.repeat(np.array([1, 2, 0], np.int32), [size, size, rest])

    def cued(self, assembly: str) -> Mask:
        """Return the rows that a cue to an assembly drives."""
        members = self.target(assembly)
        return members & (np.cumsum(members) > self.assembly_cells - self.cued_cells)

    def target(self, name: str) -> Mask:
        """Return the rows that a target's name stands for."""
        excitatory, assembly = self.roles() == "excitatory", self.membership()
        return {
            "assembly 1": assembly == 1,
            "assembly 2": assembly == 2,
            "others": excitatory & (assembly == 0),
            "excitatory": excitatory,
            "inhibitory": ~excitatory,
        }[name]

    def labels(self) -> dict[str, Mask]:
        """Return the groups whose rates are told apart: within assemblies, those never cued."""
        masks = {name: self.target(name) for name in (*ASSEMBLIES, "others", "inhibitory")}
        cued = {name: self.cued(name) for name in ASSEMBLIES}
        uncued = {name: masks[name] & ~cued[name] for name in ASSEMBLIES}
        return masks | uncued | {f"{name}, cued": mask for name, mask in cued.items()}

    def begin(self, run: Run, simulation: Simulation, bench: Bench) -> None:
        """Tell the cells their assembly; nothing is strengthened yet."""
        simulation.write("cells.assembly", self.membership())
        simulation.write("excitation.gain", 1.0)
        labels = self.labels()
        self._activity = Activity(labels, self.roles())
        self._inhibition = Inhibition(labels, simulation)
        self._electrode = Electrode(simulation, "probe", SIGNALS, LOOK_BACK, "ago")

    def act(self, run: Run, simulation: Simulation, bench: Bench, stretch: Stretch) -> None:
        """Do what the phase that begins asks for."""
        cue = np.zeros(bench.rows)
        for event in stretch.of("cue"):
            cue[self.cued(event.target)] = event.strength
        bench.write("cue", cue)
        for event in stretch.of("strengthen"):
            simulation.write("excitation.gain", event.strength)
        simulation.write("inhibition.plastic", float(bool(stretch.of("balance"))))

    def read(
        self, simulation: Simulation, bench: Bench, stretch: Stretch,
        times: NDArray[np.float64], rows: NDArray[np.int32],
    ) -> Part:  # fmt: skip
        """Return rates, irregularity, synchrony, weights and currents, and fewer rows of spikes."""
        if stretch.of("balance"):
            self._inhibition.take()
        currents = self._electrode.take()
        background, target = self.background, self.target_rate  # as they were in the stretch

        def made() -> Variables:
            if any(KINDS[event.kind].phase for event in stretch.begun):
                self._activity.forget()
            return {
                **self._activity.frame(stretch, times, rows, bench.tagged),
                **self._inhibition.variables(),
                **balance(self._electrode, currents, background),
                "rate_target": variable("time", [target], "Hz", "target rate"),
            }

        return made
