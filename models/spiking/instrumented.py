"""What every spiking model has in common: a protocol, its instruments and what they read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spiking.calcium import Indicator
from models.spiking.engine import Pace, SpikingModel
from models.spiking.instruments import Bench, Mask, Settings, Stretch
from models.spiking.keeping import brought_back, kept
from models.spiking.responses import Responses
from models.spiking.simulation import Course, Simulation
from workbench import Quantity, Reference, Run, variable
from workbench.protocol import EventKind, Protocol

#: A part of a frame, or what makes it later.
Variables = dict[str, Any]
Part = Variables | Callable[[], Variables]
#: How many cells the calcium indicator shows.
IMAGED = 6
INSTRUMENT_REFERENCES = {
    "tag": Reference(
        "Reijmers LG, Perkins BL, Matsuo N, Mayford M", 2007,
        "Localization of a stable neural correlate of associative memory",
        "Science 317:1230-1233", doi="10.1126/science.1143839",
    ),
    "light": Reference(
        "Liu X, Ramirez S, Pang PT, Puryear CB, Govindarajan A, Deisseroth K, Tonegawa S", 2012,
        "Optogenetic stimulation of a hippocampal engram activates fear memory recall",
        "Nature 484:381-385", doi="10.1038/nature11028",
    ),
    "silence": Reference(
        "Denny CA, Kheirbek MA, Alba EL, et al.", 2014,
        "Hippocampal memory traces are differentially modulated by experience, time, and adult "
        "neurogenesis",
        "Neuron 83:189-201", doi="10.1016/j.neuron.2014.05.018",
    ),
    "excite": Reference(
        "Garner AR, Rowland DC, Hwang SY, et al.", 2012,
        "Generation of a synthetic memory trace",
        "Science 335:1513-1516", doi="10.1126/science.1214985",
    ),
}  # fmt: skip
CHEN_2013 = Reference(
    "Chen TW, Wardill TJ, Sun Y, et al.", 2013,
    "Ultrasensitive fluorescent proteins for imaging neuronal activity",
    "Nature 499:295-300", doi="10.1038/nature12354",
)  # fmt: skip


def interventions(*targets: str) -> dict[str, EventKind]:
    """Return the kinds of intervention that every spiking model knows.

    Parameters
    ----------
    *targets : str
        Names of groups of cells; "tagged", "untagged" and "all" are known without being named.
    """
    cells = ("tagged", "untagged", "all", *targets)
    taggable = tuple(target for target in cells if target not in ("tagged", "untagged"))
    return {
        "tag": EventKind("cells active meanwhile are tagged", "engram", targets=taggable),
        "light": EventKind(
            "pulses of light drive cells with channelrhodopsin", "cue", "light", cells, (0, 20),
            "rheobase",
        ),
        "silence": EventKind(
            "light silences cells with an inhibitory opsin", "inhibitory", "light", cells, (0, 20),
            "rheobase",
        ),
        "excite": EventKind(
            "a chemogenetic actuator slowly excites cells", "excitatory", "drug", cells, (0, 10),
            "rheobase",
        ),
        "inhibit": EventKind(
            "a chemogenetic actuator slowly inhibits cells", "inhibitory", "drug", cells, (0, 10),
            "rheobase",
        ),
        "step": EventKind(
            "a current step probes intrinsic excitability", "other", "pipette", cells, (-10, 10),
            "rheobase",
        ),
    }  # fmt: skip


class InstrumentedModel(SpikingModel):
    """Base of spiking models on the bench: what a protocol asks for is done and read.

    A model adds its parameter `protocol` (a `Timeline`), `groups`, `target`, `labels` and `act`.
    """

    rewinds = True

    light_rate = Quantity(
        20.0, bounds=(1, 100), unit="Hz", group="Instruments", live=True, label="light pulses",
        doc="light pulses a second", source="Liu et al. 2012",
    )  # fmt: skip
    light_width = Quantity(
        15.0, bounds=(1, 50), unit="ms", group="Instruments", live=True, label="pulse width",
        doc="length of a light pulse", source="Liu et al. 2012",
    )  # fmt: skip
    chemo_tau = Quantity(
        2.0, bounds=(0.1, 60), unit="s", group="Instruments", live=True, label="drug time constant",
        doc="how slowly a chemogenetic actuator comes and goes (hours in an animal)",
    )  # fmt: skip
    tag_rate = Quantity(
        10.0, bounds=(0.1, 100), unit="Hz", group="Instruments", live=True,
        label="tagging threshold",
        doc="a cell is tagged that fires at this rate or more while the tagging window is open",
    )  # fmt: skip
    indicator_noise = Quantity(
        0.03, bounds=(0, 1), unit="dF/F", group="Instruments", live=True, label="imaging noise",
        doc="standard deviation of a sample of the calcium indicator",
    )  # fmt: skip
    frame = Quantity(
        100.0, bounds=(20, 1000), unit="ms", step=10, group="Run", label="frame",
        doc="biological time from one picture to the next",
    )  # fmt: skip

    protocol: Any  # each model declares its own Timeline, with its own phases

    def groups(self) -> dict[str, int]:
        """Return Brian2 group name -> number of cells, in the order of the raster's rows."""
        raise NotImplementedError

    def roles(self) -> NDArray[np.str_]:
        """Return what each row is: "excitatory" or "inhibitory"."""
        raise NotImplementedError

    def target(self, name: str) -> Mask:
        """Return the rows that a target's name stands for."""
        raise NotImplementedError

    def labels(self) -> dict[str, Mask]:
        """Return the groups of rows whose rates are told apart, in the order shown."""
        raise NotImplementedError

    def timeline(self) -> Protocol:
        """Return the protocol as an object."""
        return Protocol.parse(self.protocol, self.kinds())

    def kinds(self) -> dict[str, EventKind]:
        """Return the kinds of event that the protocol may hold."""
        return dict(self.parameters()["protocol"].kinds)  # type: ignore[attr-defined]

    def settings(self) -> Settings:
        """Return how the instruments are set now."""
        return Settings(self.light_rate, self.light_width * 1e-3, self.chemo_tau, self.tag_rate)

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the model and of the instruments that its protocol uses."""
        used = {event.kind for event in self.timeline().events}
        also = [source for kind, source in INSTRUMENT_REFERENCES.items() if kind in used]
        return (*self.references, *also, CHEN_2013)

    def course(self, run: Run, simulation: Simulation) -> Course:
        """Follow the protocol: set the instruments, simulate, read, emit."""
        protocol = self.timeline()
        outside = {"model": self, "run": run, "rng": run.rng, "simulation": simulation}
        if run.resumed is None:
            bench, readout = self._begun(run, simulation)
        else:
            simulation.thaw(run.resumed["network"])
            bench, readout, own = brought_back(run.resumed["beside"], outside)
            vars(self).update(own)

        def state() -> dict[str, Any]:
            beside = kept((bench, readout, self._own()), outside)
            return {"network": simulation.freeze(), "beside": beside}

        pace = Pace(self, run)
        note = f"; {simulation.note}" if simulation.note else ""
        for stretch in bench.stretches(self.frame * 1e-3, self.settings, simulation.time):
            yield from self.through(run, simulation, bench, stretch)
            times, rows = bench.observe()
            parts = (
                readout.frame(stretch, times, rows),
                self.read(simulation, bench, stretch, times, rows),
            )
            going = ", ".join(event.label for event in stretch.events) or "nothing"
            run.emit(
                partial(joined, *parts),
                stretch.end / protocol.duration,
                f"{going}, {stretch.end:.1f} of {protocol.duration:g} s{note}",
                grows=True,
                state=state,
            )
            pace.keep(stretch.seconds)

    def _begun(self, run: Run, simulation: Simulation) -> tuple[Bench, Readout]:
        """Return the instruments around the network in its initial state."""
        excitatory = self.roles() == "excitatory"
        bench = Bench(simulation, self.timeline(), self.groups(), self.target, excitatory)
        readout = Readout(self, bench, run.rng)
        self.begin(run, simulation, bench)
        return bench, readout

    def _own(self) -> dict[str, Any]:
        """Return what the model itself keeps of its run: whatever it set beside parameters."""
        plain = vars(type(self)())
        return {name: value for name, value in vars(self).items() if name not in plain}

    def begin(self, run: Run, simulation: Simulation, bench: Bench) -> None:
        """Give the network its initial state."""

    def through(self, run: Run, simulation: Simulation, bench: Bench, stretch: Stretch) -> Course:
        """Simulate a stretch; a model that acts within it as well yields it in parts."""
        self.act(run, simulation, bench, stretch)
        yield stretch.seconds

    def act(self, run: Run, simulation: Simulation, bench: Bench, stretch: Stretch) -> None:
        """Do what the phases of a stretch ask for, before it is simulated."""
        raise NotImplementedError

    def read(
        self, simulation: Simulation, bench: Bench, stretch: Stretch,
        times: NDArray[np.float64], rows: NDArray[np.int32],
    ) -> Part:  # fmt: skip
        """Return what the model itself shows of a stretch, as variables of a frame.

        Or take what that needs of the network, of live parameters and of `rng`, and return a
        function that makes the variables of it: it is called while the next stretch is simulated.
        """
        raise NotImplementedError


def joined(*parts: Part) -> Variables:
    """Return the variables of all parts of a frame."""
    made = (part() if callable(part) else part for part in parts)
    return {name: var for part in made for name, var in part.items()}


class Readout:
    """What the instruments show of any network, as variables of a frame."""

    def __init__(self, model: InstrumentedModel, bench: Bench, rng: np.random.Generator) -> None:
        self.model, self.bench, self.rng = model, bench, rng
        self.roles = model.roles()
        excitatory = np.flatnonzero(self.roles == "excitatory")
        evenly = np.linspace(0, len(excitatory) - 1, IMAGED).astype(int)
        self.imaged = np.unique(excitatory[evenly])
        self.place = np.full(bench.rows, -1)
        self.place[self.imaged] = np.arange(len(self.imaged))
        self.indicator = Indicator(len(self.imaged))
        self.responses = Responses(bench, model.labels())
        strip = bench.protocol.dataset(model.kinds())
        self._once = {str(name): var for name, var in strip.variables.items()}
        self._once |= self.responses.coordinates()
        self._once["imaged"] = variable("imaged", self.imaged, "1", "cell")

    def frame(
        self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32]
    ) -> Callable[[], Variables]:
        """Return what makes the raster, the strip, the rates during each event and the imaging."""
        # As many as cells, so that the imaging of some changes nothing else.
        noise = self.model.indicator_noise * self.rng.standard_normal(self.bench.rows)
        return partial(self._made, stretch, times, rows, noise[self.imaged])

    def _made(
        self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32],
        noise: NDArray[np.float64],
    ) -> Variables:  # fmt: skip
        place = self.place[rows]
        seen = place >= 0
        light = self.indicator.sample(stretch.end, times[seen], place[seen]) + noise
        tagged = np.where(self.bench.tagged, "engram", self.roles).astype(str)
        self.responses.count(stretch, rows)
        once, self._once = self._once, {}  # what stays as it is is told in the first frame
        return {
            **once,
            **self.responses.variables(),
            "now": variable((), stretch.end, "s", "time reached"),
            "spike_time": variable("spike", times, "s", "time of a spike"),
            "spike_cell": variable("spike", rows, "1", "cell"),
            "cell_role": variable("cell", tagged, "1", "kind of cell"),
            "tagged_cells": variable(
                "time", [int(self.bench.tagged.sum())], "cells", "tagged cells"
            ),
            "calcium": variable(("time", "imaged"), light[None], "dF/F", "calcium indicator"),
            "time": variable("time", [stretch.end], "s", "time"),
        }
