"""A small network on the bench of instruments, which a compiling process can import."""

import numpy as np

from models.spiking.instrumented import InstrumentedModel, interventions
from models.spiking.instruments import equations
from workbench import EventKind, Quantity, Timeline, variable

CELLS, EXCITATORY = 20, 16
MODULES = {"module 1": slice(0, 8), "module 2": slice(8, 16)}
KINDS = {
    "rest": EventKind("nothing is asked for", phase=True),
    "cue": EventKind("a module is driven", "cue", targets=tuple(MODULES), phase=True),
} | interventions(*MODULES)


class Bystanders(InstrumentedModel):
    """Twenty leaky cells that do not talk to each other, with a threshold at 1 and tau of 20 ms."""

    key = "bystanders"
    title = "Bystanders"
    inputs = {"drive": ("cells.drive", 1.0)}

    protocol = Timeline("0-1 rest", kinds=KINDS, doc="what is done", group="Protocol")
    drive = Quantity(0.0, bounds=(0, 10), unit="1", doc="input to all cells", live=True)

    def groups(self):
        return {"cells": CELLS}

    def roles(self):
        return np.array(["excitatory"] * EXCITATORY + ["inhibitory"] * (CELLS - EXCITATORY))

    def target(self, name):
        mask = np.zeros(CELLS, bool)
        mask[MODULES[name]] = True
        return mask

    def labels(self):
        return {name: self.target(name) for name in MODULES}

    def network(self):
        import brian2 as b

        b.defaultclock.dt = 0.1 * b.ms
        text = "dv/dt = (drive + cue + instruments - v)/(20*ms) : 1\ndrive : 1 (shared)\ncue : 1\n"
        cells = b.NeuronGroup(
            CELLS, text + equations("1.0", "1"), threshold="v > 1", reset="v = 0", name="cells",
            method="euler",
        )  # fmt: skip
        return b.Network(cells, b.SpikeMonitor(cells, name="spikes"), name="network")

    def act(self, run, simulation, bench, stretch):
        cue = np.zeros(CELLS)
        for event in stretch.of("cue"):
            cue += 2.0 * bench.mask(event.target)
        bench.write("cue", cue)

    def read(self, simulation, bench, stretch, times, rows):
        chemo = simulation.read("cells.chemo")[None]
        return {"chemo": variable(("time", "cell"), chemo, "1", "actuator")}
