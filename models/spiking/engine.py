"""How a spiking model is simulated: one description, one course, two engines.

A spiking model describes its **network** once (Brian2 objects with fixed names) and what happens to
it once, as a **course**: a generator that yields the biological seconds to simulate next and in
between reads, writes and emits (`models.spiking.simulation`). Two engines carry both out:

- *fast*: the network is compiled once into a C++ program (Brian2's standalone mode), kept in the
  user's cache folder, and obeys commands over a pipe. Another condition, seed or protocol needs
  no new compilation; other sizes do. It never runs ahead of its course, so pause, stop and live
  parameters act at the next frame here too. A frame that is emitted as a function is made while
  the program simulates the next stretch (`Run.settle`): what it needs of the network is taken
  before.
- *live*: Brian2's Cython runtime in the run's own process, steered by a network operation.

Conditions run side by side as processes, never as threads of one network.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models.spiking import places
from models.spiking.compiling import USUAL, is_prepared, prepared, times
from models.spiking.live import run_live
from models.spiking.program import run_program
from models.spiking.simulation import Course, Simulation
from workbench import Choice, Model, Quantity, Run

if TYPE_CHECKING:
    from brian2 import Network

#: Seconds that a run may be late before its pace forgets it, and between two looks at commands.
SLACK = 0.05
ENGINES = {"fast": "cpp", "live": "cython"}
NO_COMPILER = "no C++ compiler here, so Brian2's numpy code runs, about ten times slower"


class SpikingModel(Model):
    """Base of the spiking models: `network` and `course` are what each of them adds."""

    #: Parameters that shape the network; only these may be used in `network`.
    structure: ClassVar[tuple[str, ...]] = ()
    #: Parameter -> (variable it sets, factor to base SI units); written at the start and on change.
    inputs: ClassVar[Mapping[str, tuple[str, float]]] = {}
    pace = "seconds"

    engine = Choice(
        "fast", options=["fast", "live"], group="Run",
        doc="fast: a compiled C++ program; live: Brian2's Cython runtime, no rebuild for new sizes",
    )  # fmt: skip

    speed = Quantity(
        0.0, bounds=(0, 1000), unit="s/s", step=1, group="Run", live=True, label="speed limit",
        doc="biological seconds a second at most, to watch; 0 for no limit. Changes no result",
    )  # fmt: skip

    def network(self) -> Network:
        """Return the Brian2 network; all its objects have fixed names."""
        raise NotImplementedError(f"{type(self).__name__} describes no network yet")

    def course(self, run: Run, simulation: Simulation) -> Course:
        """Yield the seconds to simulate next; read, write and emit in between."""
        raise NotImplementedError(f"{type(self).__name__} describes no course yet")

    def simulate(self, run: Run) -> None:
        """Compile the network where that is needed, and follow the course."""
        simulate(self, run, ENGINES[self.engine])

    def preparation(self) -> float:
        """Return how long compiling took here last time, unless the network is in the cache."""
        target = ENGINES[self.engine]
        if not places.compiler() or is_prepared(self, target):
            return 0.0
        return times().get(f"{self.key} {target}", USUAL[target])

    def warm(self, tell: Callable[[str], None]) -> bool:
        """Compile the network for the chosen engine, unless it is in the cache."""
        target = ENGINES[self.engine]
        if not places.compiler() or is_prepared(self, target):
            return False
        prepared(self, target, tell)
        return True

    def shape(self) -> dict[str, Any]:
        """Return the values that the compiled network depends on."""
        return {name: getattr(self, name) for name in self.structure}

    def fingerprint(self, target: str) -> str:
        """Return what names the compiled network in the cache."""
        source = Path(inspect.getfile(type(self)))
        return f"{self.key}-{target}-{places.fingerprint(source, self.shape(), target)}"


def simulate(model: SpikingModel, run: Run, target: str) -> None:
    """Run a model's course on its network.

    Parameters
    ----------
    model : SpikingModel
        What to run.
    run : Run
        Who takes its frames; its `rng` gives the seed of the network.
    target : {"cpp", "cython", "numpy"}
        What the network is compiled to; without a compiler it is always numpy.
    """
    start = run.rng if run.resumed is None else np.random.default_rng(run.seed)
    seed = int(start.integers(2**31))  # a branch is wired as its parent was

    def course(simulation: Simulation) -> Course:
        return fed(model, run, simulation)

    if not places.compiler():
        target = "numpy"
    if target == "numpy":
        run_live(model.network, course, seed, target, NO_COMPILER, run.settle)
        return
    folder = prepared(model, target, run.tell)
    if target == "cpp":
        run_program(folder, course, seed, run.settle)
    else:
        run.tell("loading the compiled network")
        run_live(model.network, course, seed, target, meanwhile=run.settle)


def fed(model: SpikingModel, run: Run, simulation: Simulation) -> Course:
    """Follow a model's course, and hand changed parameters to the network."""
    written: dict[str, Any] = {}

    def feed() -> None:
        for name, (variable, factor) in model.inputs.items():
            value = getattr(model, name)
            if written.get(name) != value:
                simulation.write(variable, value * factor)
                written[name] = value

    if run.resumed is None:  # else the course begins by thawing what was written then
        feed()
    for seconds in model.course(run, simulation):
        feed()
        yield seconds


class Pace:
    """Keeps a run from going faster than its model's `speed`; kept straight after each frame."""

    def __init__(self, model: SpikingModel, run: Run) -> None:
        self.model, self.run = model, run
        self.due = time.perf_counter()

    def keep(self, seconds: float) -> None:
        """Wait until so many more biological seconds may have gone by; obeys commands meanwhile."""
        speed = self.model.speed
        self.due = max(self.due, time.perf_counter() - SLACK) + (seconds / speed if speed else 0.0)
        while self.model.speed and (left := self.due - time.perf_counter()) > 0:
            self.run.tell()  # which makes a frame that is owed: there is time
            time.sleep(min(left, SLACK))
