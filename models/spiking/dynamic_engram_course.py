"""What happens to the network: shapes are shown, plasticity is set, tests are on a copy.

A test keeps the state as it is, switches plasticity off, shows the whole square (which tells the
engram cells) and then partial cues of all shapes, and goes back to that state. So the memory is
never changed by being tested.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.spiking.dynamic_engram_network import BACKGROUND, MOMENTS
from models.spiking.dynamic_engram_protocols import INHIBITORY, POTENTIATION, SQUARE
from models.spiking.dynamic_engram_schedule import Presentation, beat, of_test, whole
from models.spiking.instruments import Bench, Stretch
from models.spiking.simulation import BEAT, Simulation, State
from models.spiking.stimulus_shapes import SHAPES, coverage, outline, partial_cues
from workbench import Event
from workbench.engram_cells import engram_cells

if TYPE_CHECKING:
    from models.spiking.dynamic_engram import DynamicEngram

Rates = NDArray[np.float64]
Cells = NDArray[np.bool_]
LATE = 60.0  # s before the end of training in which responses tell the engram of training
STIMULUS = 15.0  # Hz, that a shape adds to the background
ACTIVE = 10.0  # Hz; above it a cell is an engram cell
CONSOLIDATING = ("consolidation", "rest")


@dataclass(frozen=True)
class Test:
    """What a test found.

    Attributes
    ----------
    at : float
        When it was over (s).
    consolidated : float
        How long the memory had consolidated (s).
    training, members : boolean, shape (cells,)
        Engram cells of training, and those found now.
    recall : mapping of shape to rates (Hz), shape (presentations, cells)
    """

    at: float
    consolidated: float
    training: Cells
    members: Cells
    recall: dict[str, Rates]


class Experiment:
    """A protocol carried out on the network.

    Parameters
    ----------
    model : DynamicEngram
        Its parameters, some of which may change while it runs.
    simulation : Simulation
        The network.
    bench : Bench
        The protocol, and the instruments around the network.
    rng : numpy.random.Generator
        Draws when a shape is shown.

    Attributes
    ----------
    training, members : boolean, shape (cells,)
        The excitatory cells of the engram in training, and when it was last told.
    tests : list of Test
        What the tests found so far.
    """

    def __init__(
        self, model: DynamicEngram, simulation: Simulation, bench: Bench, rng: np.random.Generator
    ) -> None:
        self.model, self.sim, self.bench, self.rng = model, simulation, bench, rng
        self.patterns: dict[tuple[str, int | None], Rates] = {
            (shape, None): coverage(outline(shape), model.sheet) for shape in SHAPES
        }
        for shape in SHAPES:
            cues = coverage(partial_cues(shape), model.sheet)
            self.patterns |= {(shape, number): cue for number, cue in enumerate(cues)}
        self.training = np.zeros(model.cells, bool)
        self.members = self.training
        self.tests: list[Test] = []
        self._edges: deque[tuple[int, bool, Presentation]] = deque()
        self._shown: list[tuple[Presentation, Rates]] = []
        self._set: dict[str, float] = {}
        self._state: State = {}
        self.show(0.0)

    def through(self, stretch: Stretch) -> Generator[float]:
        """Simulate a stretch of the protocol, and show what is to be shown in it."""
        phase = next(e for e in stretch.events if self.model.kinds()[e.kind].phase)
        self.learn(stretch, phase)
        if phase in stretch.begun:
            self.begin(phase)
        now, last = beat(stretch.start), beat(stretch.end)
        while self._edges and self._edges[0][0] <= last - self._edges[0][1]:
            at, begins, one = self._edges.popleft()
            if at > now:
                yield (at - now) * BEAT
                now = at
            self.turn(one, begins)
        if last > now:
            yield (last - now) * BEAT
        if beat(phase.end) == last:
            self.conclude(phase)

    def begin(self, phase: Event) -> None:
        """Draw what a phase will show, and keep the state before a test."""
        model, span = self.model, (self.rng, phase.start, phase.end)
        coming: list[Presentation] = []
        if phase.kind == "test":
            coming = of_test(*span, model.pause_test)
            self._state = self.kept()
        elif phase.target:
            training = phase.kind == "training"
            pause = model.pause if training else model.pause_consolidation
            coming = whole(*span, pause, phase.target)
        self._shown = []
        self._edges.extend(
            edge for one in coming for edge in ((one.start, True, one), (one.end, False, one))
        )

    def learn(self, stretch: Stretch, phase: Event) -> None:
        """Set the learning rates."""
        model, plastic = self.model, phase.kind != "test"
        blocked = {event.target for event in stretch.of("block")}
        faster = model.acceleration if phase.kind in CONSOLIDATING else 1.0
        inhibitory = model.inhibitory_rate * faster * (INHIBITORY not in blocked)
        wanted = {
            "excitatory.eta": model.learning_rate * plastic,
            "excitatory.potentiation": float(POTENTIATION not in blocked),
            "factor.eta": inhibitory * plastic,
            "feedforward.consolidates": float(plastic),
            "recurrent.consolidates": float(plastic),
        }
        for name, value in wanted.items():
            if self._set.get(name) != value:
                self.sim.write(name, value)
        self._set = wanted

    def turn(self, one: Presentation, begins: bool) -> None:
        """Let a presentation begin, or end it and keep all cells' rates (Hz) in it."""
        count = self.sim.read("excitatory.count")
        if begins:
            self._before = count
            self.show(self.patterns[one.shape, one.cue])
        else:
            rates = (count - self._before) / ((one.end - one.start) * BEAT)
            self._shown.append((one, rates))
            self.show(0.0)

    def show(self, pattern: Rates | float) -> None:
        """Give the stimulus neurons their rates; a Poisson process may always be drawn anew."""
        rates = np.broadcast_to(BACKGROUND + STIMULUS * pattern, self.model.sheet**2)
        self.sim.write("stimulus.rate", rates)
        self.sim.write("stimulus.next", self.sim.time + self.rng.exponential(1 / rates))

    def conclude(self, phase: Event) -> None:
        """Tell the engram when a training on the square is over, or a test, and end that."""
        if phase.kind == "training" and phase.target == SQUARE:
            since = beat(phase.end - LATE)
            told = [(one, rates) for one, rates in self._shown if one.start >= since]
            self.training = self.members = self.engram(told)
        elif phase.kind == "test":
            self.members = self.engram([(o, rates) for o, rates in self._shown if o.cue is None])
            self.tests.append(self.found(phase))
            self.go_back((beat(phase.end) - beat(phase.start)) * BEAT)

    def engram(self, shown: list[tuple[Presentation, Rates]]) -> Cells:
        """Return which cells fire above 10 Hz on average over presentations; none without any."""
        if not shown:
            return np.zeros(self.model.cells, bool)
        lasted = [one.end - one.start for one, _ in shown]
        rates = np.array([rates for _, rates in shown])
        return engram_cells(np.average(rates, axis=0, weights=lasted), above=ACTIVE)

    def found(self, phase: Event) -> Test:
        """Return what a test found; without training the engram of the first stands for that."""
        if not self.training.any():
            self.training = self.members
        recall = {
            shape: [r for one, r in self._shown if one.cue is not None and one.shape == shape]
            for shape in SHAPES
        }
        rates = {s: np.reshape(r, (len(r), self.model.cells)) for s, r in recall.items()}
        before = [e for e in self.bench.protocol.of(*CONSOLIDATING) if e.end <= phase.start]
        consolidated = sum(event.end - event.start for event in before)
        return Test(phase.end, consolidated, self.training, self.members, rates)

    def kept(self) -> State:
        """Return the state of the network, without what is set from outside."""
        inputs = {variable for variable, _ in self.model.inputs.values()}
        outside = self.bench.controls() | inputs | set(self._set)
        return {name: self.sim.read(name) for name in self.sim.states() if name not in outside}

    def go_back(self, seconds: float) -> None:
        """Go back to the state before the test; moments in it move along with the time since."""
        moved = {name: self._state[name] + seconds for name in MOMENTS}
        self.sim.restore(self._state | moved)
        self._state = {}
