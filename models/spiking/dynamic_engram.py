"""Dynamic and selective engrams: cells drop out of an engram and drop in, and it gets selective.

A network of spiking cells learns one shape. Right after training other shapes recall its engram
too. While the memory consolidates, inhibitory plasticity takes cells out of the engram and lets
others in, until the learnt shape alone recalls it (Tomé et al. 2024,
doi:10.1038/s41593-023-01551-w). The authors simulate 4096 excitatory cells for 24 hours; here
are fewer, and inhibitory plasticity is faster in consolidation, so that minutes do.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.spiking import dynamic_engram_network as net
from models.spiking.dynamic_engram_course import Experiment
from models.spiking.dynamic_engram_frames import Frames
from models.spiking.dynamic_engram_protocols import HALVES, KINDS, PRESETS, STORY, TOLD
from models.spiking.dynamic_engram_views import EQUATIONS, OBSERVABLES, TOME_2024, ZENKE_2015
from models.spiking.instrumented import InstrumentedModel, Part
from models.spiking.instruments import Bench, Mask, Stretch
from models.spiking.simulation import Course, Simulation
from workbench import Choice, Cost, Count, ParameterError, Quantity, Run, Timeline

if TYPE_CHECKING:
    from brian2 import Network

SOURCE = "Tomé et al. 2024"


class DynamicEngram(InstrumentedModel):
    """An engram that turns over and becomes selective while it consolidates (Tomé et al. 2024).

    Stimulus neurons on a sheet show outlines of shapes to excitatory cells with disc-shaped
    receptive fields. Training shows a square; in consolidation it comes back now and then. In a
    test the state is copied: which cells are engram cells now, and which partial cues recall them?
    One unit of light or current is the rheobase, which lifts a cell from rest at -70 mV to its
    threshold at -50 mV. A run's `rng` gives presentations and wiring.

    Reproduced are a recall that becomes selective, the turnover, and what blocked inhibition and
    blocked inhibitory plasticity do. Few cells join the engram. Light on a half of it, without a
    cue, makes the other half fire more than all other cells, but not at the 10 Hz that count as
    recall.
    """

    key = "dynamic_engram"
    title = "Dynamic and selective engrams"
    summary = "Cells leave an engram and a few join it, until only what was learnt recalls it."
    structure = ("cells", "resolution", "step")
    inputs = {
        "beta": ("excitatory.beta", 1.0),
        "delta": ("excitatory.delta", 1.0),
        "target_rate": ("factor.target", 1.0),
    }
    references = (TOME_2024, ZENKE_2015)
    equations = EQUATIONS
    observables = OBSERVABLES
    cover = 1
    presets = PRESETS

    cells = Count(
        512, bounds=(64, 4096), unit="1", step=64, group="Network", label="excitatory cells",
        doc="excitatory cells; there are a quarter as many inhibitory ones",
        source=f"{SOURCE}: 4096",
    )  # fmt: skip
    resolution = Choice(
        "64 x 64", options=["16 x 16", "32 x 32", "64 x 64"], group="Network",
        doc="stimulus neurons on their sheet", source=SOURCE, label="stimulus sheet",
    )  # fmt: skip
    step = Quantity(
        0.5, bounds=(0.1, 1.0), unit="ms", step=0.1, group="Network", label="time step",
        doc="step of the simulation", source=f"{SOURCE}: 0.1 ms",
    )  # fmt: skip
    protocol = Timeline(
        STORY, kinds=KINDS, group="Protocol",
        doc="what happens when, in seconds of biological time",
        source=f"{SOURCE}, with 24 h of consolidation, tested each hour",
    )  # fmt: skip
    pause = Quantity(
        2.0, bounds=(0.1, 60), unit="s", step=0.5, group="Protocol", live=True,
        label="pause in training", doc="mean pause between presentations in training",
        source=SOURCE,
    )  # fmt: skip
    pause_consolidation = Quantity(
        2.0, bounds=(0.1, 600), unit="s", step=0.5, group="Protocol", live=True,
        label="pause in consolidation", doc="mean pause between reactivations",
        source=f"{SOURCE}: 3 s",
    )  # fmt: skip
    pause_test = Quantity(
        1.0, bounds=(0.1, 60), unit="s", step=0.5, group="Protocol", live=True,
        label="pause in tests",
        doc="mean pause between presentations in tests", source=f"{SOURCE}: 2 s",
    )  # fmt: skip
    learning_rate = Quantity(
        1e-3, bounds=(0, 0.01), unit="1", group="Plasticity", label="learning rate eta",
        doc="of excitatory synapses onto excitatory cells", source=SOURCE,
    )  # fmt: skip
    inhibitory_rate = Quantity(
        2e-5, bounds=(0, 1e-3), unit="1", group="Plasticity", label="inhibitory rate eta_I",
        doc="of inhibitory synapses onto excitatory cells", source=SOURCE,
    )  # fmt: skip
    acceleration = Quantity(
        11.0, bounds=(0, 100), unit="1", step=1, group="Plasticity", live=True,
        doc="how much faster inhibitory synapses learn in consolidation, which is shorter here",
        source=f"{SOURCE}: 1, over 24 h",
    )  # fmt: skip
    target_rate = Quantity(
        4.0, bounds=(0.5, 20), unit="Hz", step=0.5, group="Plasticity", live=True,
        label="target gamma", doc="mean rate at which inhibition is left as it is", source=SOURCE,
    )  # fmt: skip
    beta = Quantity(
        50.0, bounds=(0, 500), unit="1", step=5, group="Plasticity", live=True,
        label="heterosynaptic beta", doc="strength of heterosynaptic plasticity", source=SOURCE,
    )  # fmt: skip
    delta = Quantity(
        0.02, bounds=(0, 0.5), unit="1", group="Plasticity", live=True,
        label="transmitter-induced delta", doc="growth at each spike of the sending cell",
        source=SOURCE,
    )  # fmt: skip
    frame = Quantity(
        2000.0, bounds=(100, 10000), unit="ms", step=100, group="Run", label="frame",
        doc="biological time from one picture to the next",
    )  # fmt: skip

    @property
    def sheet(self) -> int:
        """Stimulus neurons on each side of their sheet."""
        return int(self.resolution.split()[0])

    @property
    def inhibitory_cells(self) -> int:
        """Number of inhibitory cells."""
        return self.cells // 4

    def network(self) -> Network:
        """Return the Brian2 network."""
        return net.build(self.cells, self.sheet, self.step * 1e-3)

    def groups(self) -> dict[str, int]:
        """Return both kinds of cells; the inhibitory ones are the lowest rows."""
        return {"inhibitory": self.inhibitory_cells, "excitatory": self.cells}

    def roles(self) -> NDArray[np.str_]:
        """Return what each row is: "excitatory" or "inhibitory"."""
        return np.repeat([*self.groups()], [*self.groups().values()])

    @cached_property
    def told(self) -> dict[str, Mask]:
        """Rows by what training and tests told of them; kept up to date during a run."""
        excitatory = self.roles() == "excitatory"
        return {name: excitatory & (name == "others") for name in TOLD}

    @cached_property
    def counted(self) -> dict[str, Mask]:
        """The rows of `told` as they were in the stretch whose spikes are counted next."""
        return {name: rows.copy() for name, rows in self.told.items()}

    def target(self, name: str) -> Mask:
        """Return the rows that a target's name stands for; half of a group is its first half."""
        if name in HALVES:
            rows = self.target(HALVES[name])
            return rows & (2 * np.cumsum(rows) <= rows.sum())
        return self.told[name] if name in TOLD else self.roles() == name

    def labels(self) -> dict[str, Mask]:
        """Return the groups whose rates are told apart."""
        return self.counted | {"inhibitory": self.target("inhibitory")}

    def begin(self, run: Run, simulation: Simulation, bench: Bench) -> None:
        """Get ready to show shapes, at times that do not depend on how the run is sliced."""
        rng = np.random.default_rng(run.rng.integers(2**63))
        self._experiment = Experiment(self, simulation, bench, rng)
        self._frames = Frames(self, self._experiment)

    def through(self, run: Run, simulation: Simulation, bench: Bench, stretch: Stretch) -> Course:
        """Simulate a stretch, and show in it what is to be shown."""
        yield from self._experiment.through(stretch)
        for name, rows in self.told.items():
            self.counted[name][:] = rows
        self.learn_who(self._experiment)

    def learn_who(self, experiment: Experiment) -> None:
        """Bring `told` up to date."""
        first = self.inhibitory_cells
        self.told["engram"][first:] = experiment.members
        self.told["others"][first:] = ~experiment.members
        self.told["training engram"][first:] = experiment.training

    def read(
        self, simulation: Simulation, bench: Bench, stretch: Stretch,
        times: NDArray[np.float64], rows: NDArray[np.int32],
    ) -> Part:  # fmt: skip
        """Return rates, weights and, where a test is over, what it found."""
        return self._frames.read(stretch, times, rows)

    def validate(self) -> None:
        """See that delays and stimulus neurons, at 1 ms, are whole steps."""
        steps = 1 / self.step
        if abs(steps - round(steps)) > 1e-9:
            raise ParameterError(
                f"step = {self.step:g} ms is not allowed: 1 ms must be a whole number of steps, "
                "as with 0.1, 0.2, 0.5 or 1 ms."
            )

    def cost(self) -> Cost:
        """Estimate a run from what the default took: 17 ms a second of biological time."""
        duration = self.timeline().duration
        share = (2 * self.cells / 512 + (self.sheet / net.SHEET) ** 2) / 3
        seconds = 0.017 * duration * share * 0.5 / self.step
        if self.engine == "live":
            seconds = 10 + 3 * seconds
        return Cost(seconds, int(50e6 + 20e3 * duration), lower="protocol")
