"""Dynamic and selective engrams: cells drop out of an engram and drop in, and it gets selective.

A network of spiking cells learns one shape. Right after training other shapes recall its engram
too. While the memory consolidates, inhibitory plasticity takes cells out of the engram and lets
others in, until the learnt shape alone recalls it (Tomé et al. 2024,
doi:10.1038/s41593-023-01551-w). The authors simulate 4096 excitatory cells for 24 hours; here
are fewer, and inhibitory plasticity is faster in consolidation, so that minutes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.spiking import dynamic_engram_network as net
from models.spiking.dynamic_engram_course import (
    ALWAYS,
    BLOCKED,
    CONSOLIDATION,
    CUES,
    DRIVEN,
    NEVER,
    SETTLE,
    Experiment,
)
from models.spiking.dynamic_engram_schedule import ON
from models.spiking.dynamic_engram_views import EQUATIONS, OBSERVABLES, TOME_2024, ZENKE_2015
from models.spiking.engine import SpikingModel
from models.spiking.simulation import Course, Simulation
from models.spiking.stimulus_shapes import SHAPES
from workbench import Choice, Cost, Count, ParameterError, Quantity, Run, Switch

if TYPE_CHECKING:
    from brian2 import Network

SOURCE = "Tomé et al. 2024"


class DynamicEngram(SpikingModel):
    """An engram that turns over and becomes selective while it consolidates (Tomé et al. 2024).

    Stimulus neurons on a sheet show outlines of shapes to excitatory cells with disc-shaped
    receptive fields. Training shows a square; in consolidation it comes back now and then. At
    several times the state is copied and tested: which cells are engram cells, and which partial
    cues recall them. A run's `rng` gives presentations and wiring.
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
    presets = {
        "Inhibitory plasticity blocked in consolidation": {"blocked": CONSOLIDATION},
        "Inhibition silenced in recall": {"silenced": 0.5},
        "No reactivation in consolidation": {"reactivation": False},
        "Training engram blocked in recall": {"recall_test": BLOCKED},
        "Training engram driven without a cue": {"recall_test": DRIVEN},
        "No heterosynaptic plasticity": {"beta": 0.0},
        "No potentiation in consolidation": {"potentiation": False},
        "Longer, and tested more often": {"consolidation": 700.0, "tests": 10},
    }

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
    burn_in = Quantity(
        30.0, bounds=(0, 600), unit="s", step=10, group="Phases", label="burn-in",
        doc="background activity before training", source=f"{SOURCE}: 120 s",
    )  # fmt: skip
    training = Quantity(
        150.0, bounds=(4, 3600), unit="s", step=10, group="Phases",
        doc="how long the square is shown at random times", source=f"{SOURCE}: 300 s",
    )  # fmt: skip
    consolidation = Quantity(
        500.0, bounds=(2, 86400), unit="s", step=50, group="Phases",
        doc="how long the memory consolidates", source=f"{SOURCE}: 24 h",
    )  # fmt: skip
    pause = Quantity(
        2.0, bounds=(0.1, 60), unit="s", step=0.5, group="Phases", label="pause in training",
        doc="mean pause between presentations in training", source=SOURCE,
    )  # fmt: skip
    pause_consolidation = Quantity(
        2.0, bounds=(0.1, 600), unit="s", step=0.5, group="Phases", live=True,
        label="pause in consolidation", doc="mean pause between reactivations",
        source=f"{SOURCE}: 3 s",
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
        8.0, bounds=(0, 100), unit="1", step=1, group="Plasticity", live=True,
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
    blocked = Choice(
        NEVER, options=[NEVER, CONSOLIDATION, ALWAYS], group="Conditions",
        doc="when inhibitory plasticity is blocked", label="block inhibitory plasticity",
    )  # fmt: skip
    reactivation = Switch(
        True, group="Conditions", live=True,
        doc="whether the square comes back in consolidation", source=SOURCE,
    )  # fmt: skip
    potentiation = Switch(
        True, group="Conditions", live=True, label="potentiation in consolidation",
        doc="whether excitatory synapses can be potentiated in consolidation",
    )  # fmt: skip
    silenced = Quantity(
        0.0, bounds=(0, 1), unit="1", step=0.05, group="Conditions", live=True,
        label="silenced inhibition", doc="fraction of inhibitory cells silenced while cued",
    )  # fmt: skip
    recall_test = Choice(
        CUES, options=[CUES, BLOCKED, DRIVEN], group="Conditions",
        doc="what is done to recall the memory", label="recall by",
    )  # fmt: skip
    tests = Count(
        6, bounds=(1, 100), unit="1", group="Tests",
        doc="how often the engram is tested in consolidation, besides after training",
        source=f"{SOURCE}: 24, each hour",
    )  # fmt: skip
    probes = Count(
        12, bounds=(1, 100), unit="1", group="Tests",
        doc="presentations of the whole square that tell engram cells", source=f"{SOURCE}: 60 s",
    )  # fmt: skip
    cue_presentations = Count(
        8, bounds=(1, 100), unit="1", group="Tests", label="cues of each shape",
        doc="presentations of partial cues of each shape", source=f"{SOURCE}: 90 s",
    )  # fmt: skip
    pause_test = Quantity(
        1.0, bounds=(0.1, 60), unit="s", step=0.5, group="Tests", label="pause in tests",
        doc="mean pause between presentations in tests", source=f"{SOURCE}: 2 s",
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

    def course(self, run: Run, simulation: Simulation) -> Course:
        """Train, consolidate and test."""
        return Experiment(self, run, simulation).follow()

    def test_times(self) -> NDArray[np.float64]:
        """Return when the engram is tested, in s of consolidation; shape (tests,)."""
        return np.linspace(0, self.consolidation, self.tests + 1)[1:]

    def test_seconds(self) -> float:
        """Return how long a test is expected to take, in s of biological time."""
        shown = self.probes + len(SHAPES) * self.cue_presentations
        return SETTLE + shown * (ON + self.pause_test)

    def seconds(self) -> float:
        """Return how long a run is expected to take, in s of biological time."""
        phases = self.burn_in + self.training + self.consolidation
        first = self.test_seconds() - self.probes * (ON + self.pause_test)
        return phases + first + self.tests * self.test_seconds()

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
        share = (2 * self.cells / 512 + (self.sheet / net.SHEET) ** 2) / 3
        seconds = 0.017 * self.seconds() * share * 0.5 / self.step
        return Cost(seconds, int(50e6 + 20e3 * self.seconds()), lower="consolidation")
