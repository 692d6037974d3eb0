"""The frames of the dynamic engram: rates and weights as time passes, membership at each test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.spiking.dynamic_engram_network import shown
from models.spiking.simulation import Simulation
from models.spiking.stimulus_shapes import SHAPES
from workbench import EventKind, Protocol, Run, variable
from workbench.engram_measures import hit_fraction
from workbench.response_measures import discrimination_index
from workbench.turnover import membership, turnover

if TYPE_CHECKING:
    from models.spiking.dynamic_engram import DynamicEngram

RECALLED = 10.0  # Hz, which the mean of the engram cells exceeds where a cue recalls them
FRAME = 2.0  # s from one frame to the next, at least
PHASES = {
    "burn-in": EventKind("background activity alone", "", phase=True),
    "training": EventKind("the square is shown at random times", "engram", phase=True),
    "consolidation": EventKind("the square comes back now and then", "paired", phase=True),
    "test": EventKind("engram cells are told and cued, on a copy", "cue", phase=True),
}
WEIGHTS = {
    "feedforward": "stimulus onto excitatory",
    "recurrent": "excitatory onto excitatory",
    "inhibition": "inhibitory onto excitatory",
}


@dataclass(frozen=True)
class Test:
    """What a test found.

    Attributes
    ----------
    at : float
        Seconds of consolidation before it.
    training, members : boolean, shape (cells,)
        Engram cells of training, and those found now.
    recall : mapping of shape to rates (Hz), shape (presentations, cells)
    """

    at: float
    training: NDArray[np.bool_]
    members: NDArray[np.bool_]
    recall: dict[str, NDArray[np.float64]]


class Teller:
    """Emits what a run of the model shows.

    Parameters
    ----------
    model : DynamicEngram
        For its sizes and how long the phases take.
    run : Run
        Takes the frames.
    simulation : Simulation
        The network.
    """

    def __init__(self, model: DynamicEngram, run: Run, simulation: Simulation) -> None:
        self.model, self.run, self.sim = model, run, simulation
        self.phases = Protocol()
        self.ensembles: list[NDArray[np.bool_]] = []
        self.times: list[float] = []
        self.roles = np.array(
            ["inhibitory"] * (shown(model.cells) // 4) + ["excitatory"] * shown(model.cells)
        )
        self.mark()

    def mark(self) -> None:
        """Count spikes from now on."""
        self.since = self.sim.time
        self.counted = {name: self.count(name) for name in ("excitatory", "inhibitory")}

    def count(self, group: str) -> float:
        """Return how often a cell of a group has fired, on average."""
        return float(self.sim.read(f"{group}.count").mean())

    def begin(self, name: str, seconds: float) -> None:
        """Note that a phase begins, and how long it is expected to take."""
        self.phases = ended(self.phases, self.sim.time)
        if seconds > 0:
            self.phases = self.phases.then(name, seconds)

    def passed(self) -> None:
        """Emit what happened since the last frame, if that is long enough ago."""
        if self.sim.time - self.since >= FRAME - 1e-6:
            self.emit()

    def tested(self, test: Test) -> None:
        """Emit what a test found; the network is back where it was before."""
        self.mark()
        self.ensembles.append(test.members)
        self.times.append(test.at)
        roles = self.roles[self.roles != "inhibitory"]
        roles[:] = np.where(test.members[: roles.size], "engram", "excitatory")
        self.roles[self.roles != "inhibitory"] = roles
        frame = found(test)
        frame.update(matrix(self.times, self.ensembles))
        last = test.at >= self.model.consolidation
        self.run.emit(frame, 1.0 if last else self.progress(), self.message())

    def progress(self) -> float:
        """Return how much is done, of the time that the whole run is expected to take."""
        return min(self.sim.time / self.model.seconds(), 0.99)

    def message(self) -> str:
        """Say which phase it is and when."""
        name = self.phases.events[-1].kind if self.phases.events else ""
        return f"{name}: {self.sim.time:.0f} s of about {self.model.seconds():.0f} s"

    def emit(self) -> None:
        """Emit a frame of what the network does."""
        seconds = self.sim.time - self.since
        before = self.counted
        self.mark()
        rates = {name: (self.counted[name] - before[name]) / seconds for name in before}
        weights = {name: float(self.sim.read(f"{name}.w").mean()) for name in WEIGHTS}
        values = {
            "rate_excitatory": (rates["excitatory"], "Hz", "excitatory"),
            "rate_inhibitory": (rates["inhibitory"], "Hz", "inhibitory"),
            "factor": (float(self.sim.read("factor.G")[0]), "Hz", "secreted factor G"),
            "factor_target": (self.model.target_rate, "Hz", "target"),
            **{f"weight_{name}": (weights[name], "1", WEIGHTS[name]) for name in WEIGHTS},
        }
        frame = xr.Dataset(
            {name: variable("time", [value], *told) for name, (value, *told) in values.items()}
            | self.spikes(),
            coords={"time": variable("time", [self.sim.time], "s", "time")},
        )
        frame.update(self.phases.dataset(PHASES, self.sim.time))
        self.run.emit(frame, self.progress(), self.message())

    def spikes(self) -> dict[str, xr.Variable]:
        """Return the spikes since the last frame, inhibitory cells lowest."""
        inhibitory, excitatory = (
            self.sim.spikes(f"{name}_spikes") for name in ("inhibitory", "excitatory")
        )
        first = shown(self.model.cells) // 4
        times = np.concatenate([inhibitory[0], excitatory[0]])
        cells = np.concatenate([inhibitory[1], excitatory[1] + first])
        order = np.argsort(times, kind="stable")
        return {
            "spike_time": variable("spike", times[order], "s", "time"),
            "spike_cell": variable("spike", cells[order].astype(np.int16), "1", "cell"),
            "cell_role": variable("cell", self.roles.copy(), "1", "what a cell is"),
        }


def ended(phases: Protocol, now: float) -> Protocol:
    """Return phases of which the last ends now, as it may have been shorter than expected."""
    if not phases.events:
        return phases
    last = phases.events[-1]
    earlier = Protocol(phases.events[:-1])
    return earlier.then(last.kind, now - last.start) if now > last.start else earlier


def found(test: Test) -> xr.Dataset:
    """Return recall and turnover at one test, a point along "step"."""
    recalled = {
        shape: float(hit_fraction(rates, test.members, above=RECALLED))
        for shape, rates in test.recall.items()
    }
    answers = {shape: mean(rates[:, test.members]) for shape, rates in test.recall.items()}
    change = turnover(test.training, test.members)
    novel = [recalled[shape] for shape in SHAPES[1:]]
    values = {
        **{f"recalled_{shape}": (recalled[shape], "1", shape) for shape in SHAPES},
        **{f"answer_{shape}": (answers[shape], "Hz", shape) for shape in SHAPES},
        "threshold": (RECALLED, "Hz", "counts as recall"),
        "discrimination": (discrimination(recalled["square"], novel), "1", "mean of three"),
        "kept": (float(change.fraction_stayed), "1", "kept from training"),
        "dropped_out": (float(change.fraction_dropped_out), "1", "dropped out since training"),
        "dropped_in": (float(change.fraction_dropped_in), "1", "dropped in, of those now"),
        "engram_size": (float(test.members.mean()), "1", "engram cells, of all excitatory"),
    }
    return xr.Dataset(
        {name: variable("step", [value], *told) for name, (value, *told) in values.items()},
        coords={"step": variable("step", [test.at], "s", "time of consolidation")},
    )


def discrimination(learnt: float, novel: Iterable[float]) -> float:
    """Return the discrimination index, averaged over the novel shapes; NaN without any recall."""
    known = [learnt, *novel]
    if not np.all(np.isfinite(known)):
        return float("nan")
    return float(np.mean([discrimination_index(learnt, one) for one in known[1:]]))


def matrix(times: list[float], ensembles: list[NDArray[np.bool_]]) -> xr.Dataset:
    """Return what each cell was to the engram at each test, cells sorted by their history.

    First come the cells that were always members, then those that dropped out (the latest first),
    then those that dropped in (the earliest first), then those that were never members.
    """
    codes = membership(ensembles[0], ensembles)
    was = np.array(ensembles)
    order = np.lexsort(~was[::-1])
    return xr.Dataset(
        {"membership": variable(("member", "test"), codes[order], "1", "part in the engram")},
        coords={
            "member": variable("member", np.arange(order.size), "1", "excitatory cell, sorted"),
            "test": variable("test", times, "s", "time of consolidation"),
        },
    )


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean, NaN where there is nothing."""
    return float(values.mean()) if values.size else float("nan")
