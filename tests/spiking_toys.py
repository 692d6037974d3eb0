"""A spiking toy of twenty cells with replayed input, which a compiling process can import."""

import sys
from pathlib import Path

import numpy as np
import xarray as xr

from models.spiking.engine import Pace, SpikingModel
from workbench import Count, Quantity, variable

ROOT = str(Path(__file__).parents[1])
if ROOT not in sys.path:
    sys.path.append(ROOT)  # last, since nothing installed is to be hidden by it

INPUTS = 10
PERIOD = 0.2  # s, after which the input comes again


def replayed():
    """Return cells and times (s) of the input spikes: each at a pace of its own, no random."""
    pairs = [(i, k * (0.007 + 0.003 * i) + 0.001) for i in range(INPUTS) for k in range(30)]
    kept = [(i, round(t / 0.0005) * 0.0005) for i, t in pairs if t < PERIOD - 0.001]
    return np.array(kept).T


class Replay(SpikingModel):
    """Leaky cells that replayed spikes drive through synapses with timing-dependent plasticity."""

    key = "replay"
    title = "Replay"
    structure = ("cells",)
    inputs = {
        "learning_rate": ("synapses.rate", 1.0),
        "drive": ("cells.drive", 1.0),
        "noise": ("cells.noise", 1.0),
    }

    cells = Count(20, bounds=(1, 1000), unit="1", doc="how many cells")
    learning_rate = Quantity(0.02, bounds=(0, 1), unit="1", live=True, doc="of the synapses")
    drive = Quantity(0.5, bounds=(0, 10), unit="1", live=True, doc="input to all cells")
    noise = Quantity(0.0, bounds=(0, 10), unit="1", live=True, doc="of all cells")
    duration = Quantity(0.4, bounds=(0.01, 1000), unit="s", doc="how long")
    frame = Quantity(0.1, bounds=(0.001, 10), unit="s", doc="from frame to frame")

    #: Called before each frame with the simulation; for tests that look or do mischief.
    meanwhile = staticmethod(lambda simulation: None)

    def network(self):
        import brian2 as b

        b.defaultclock.dt = 0.5 * b.ms
        cell, time = replayed()
        source = b.SpikeGeneratorGroup(
            INPUTS, cell.astype(int), time * b.second, period=PERIOD * b.second, name="source"
        )
        cells = b.NeuronGroup(
            self.cells,
            """dv/dt = (drive - v)/(20*ms) + noise*xi*(20*ms)**-0.5 : 1 (unless refractory)
            drive : 1 (shared)
            noise : 1 (shared)""",
            threshold="v > 1", reset="v = 0", refractory="1*ms", method="euler", name="cells",
        )  # fmt: skip
        synapses = b.Synapses(
            source, cells,
            """w : 1
            dx/dt = -x/(20*ms) : 1 (event-driven)
            dy/dt = -y/(20*ms) : 1 (event-driven)
            rate : 1 (shared)""",
            on_pre="v_post += 0.3*w\nx += 1\nw = clip(w - rate*y, 0, 1)",
            on_post="y += 1\nw = clip(w + 0.8*rate*x, 0, 1)",
            name="synapses",
        )  # fmt: skip
        synapses.connect(condition="(i + j) % 3 != 0")
        synapses.w = "0.3 + 0.05*((3*i + 7*j) % 11)"
        spikes = b.SpikeMonitor(cells, name="spikes")
        probe = b.StateMonitor(cells, ["v"], record=[0, 2, 4], dt=1 * b.ms, name="probe")
        return b.Network(source, cells, synapses, spikes, probe, name="network")

    def course(self, run, simulation):
        steps, pace = round(self.duration / self.frame), Pace(self, run)
        first, frozen = run.resumed or (0, None)
        if frozen is not None:
            simulation.thaw(frozen)
        for step in range(first, steps):
            self.meanwhile(simulation)
            yield self.frame
            seen = self.seen(simulation)
            run.emit(
                lambda seen=seen: self.made(seen), (step + 1) / steps, f"{simulation.time:.2f} s",
                state=lambda step=step: (step + 1, simulation.freeze()), grows=True,
            )  # fmt: skip
            pace.keep(self.frame)

    #: Makes the frame of what was seen, while the next stretch is simulated where that can be.
    made = staticmethod(lambda seen: seen)

    def seen(self, simulation):
        """Return a frame with the spikes, the weights and one trace of the voltage."""
        times, cells = simulation.spikes("spikes")
        moments, voltage = simulation.samples("probe", "v")
        weights = simulation.read("synapses.w")
        return xr.Dataset(
            {
                "spike_cell": variable("spike", cells, "1", "cell"),
                "v": variable(("time", "probe"), voltage, "1", "membrane"),
                "weights": variable("synapse", weights, "1", "weights"),
            },
            coords={
                "spike_time": variable("spike", times, "s", "time of a spike"),
                "time": variable("time", moments, "s", "time"),
            },
        )


class Misspelt(Replay):
    """A network whose equations hold a name that nothing has."""

    key = "misspelt"

    def network(self):
        import brian2 as b

        cells = b.NeuronGroup(2, "dv/dt = nonsense/(10*ms) : 1", name="cells", method="euler")
        return b.Network(cells, name="network")
