"""What happens to the network: burn-in, training, consolidation, and tests on a copy of its state.

A test keeps the state as it is, switches plasticity off, shows the whole square (which tells the
engram cells) and then partial cues of all shapes, and goes back to that state. So the memory is
never changed by being tested.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.spiking.dynamic_engram_frames import Teller, Test
from models.spiking.dynamic_engram_network import BACKGROUND, MOMENTS
from models.spiking.dynamic_engram_schedule import counting, lasting, pieces
from models.spiking.simulation import Simulation, State
from models.spiking.stimulus_shapes import SHAPES, coverage, outline, partial_cues
from workbench import Run
from workbench.engram_cells import engram_cells

if TYPE_CHECKING:
    from models.spiking.dynamic_engram import DynamicEngram

Rates = NDArray[np.float64]
#: What the cues of a recall test are.
CUES, BLOCKED, DRIVEN = "cues", "cues, training engram blocked", "no cue, training engram driven"
#: Since when inhibitory plasticity is blocked.
NEVER, CONSOLIDATION, ALWAYS = "never", "in consolidation", "always"
STRETCH = 2.0  # s simulated in one go at most
LATE = 60.0  # s before the end of training in which responses tell the engram of training
STIMULUS = 15.0  # Hz, that a shape adds to the background
ACTIVE = 10.0  # Hz; above it a cell is an engram cell
SETTLE = 1.0  # s without stimulus before a test
BARRIER = 1.0  # V, puts a threshold out of reach
DRIVE = 0.04  # V, makes a cell fire without a cue


class Experiment:
    """A run of the model on its network.

    Parameters
    ----------
    model : DynamicEngram
        Its parameters, some of which may change while it runs.
    run : Run
        Takes the frames and gives the random numbers.
    simulation : Simulation
        The network.
    """

    def __init__(self, model: DynamicEngram, run: Run, simulation: Simulation) -> None:
        self.model, self.sim, self.rng = model, simulation, run.rng
        self.square = coverage(outline("square"), model.sheet)
        self.cues = {shape: coverage(partial_cues(shape), model.sheet) for shape in SHAPES}
        self.order = self.rng.permutation(model.inhibitory_cells)  # in which cells are silenced
        self.training = np.zeros(model.cells, bool)
        self.teller = Teller(model, run, simulation)

    def follow(self) -> Generator[float]:
        """Go through all phases."""
        model = self.model
        self.learn(inhibitory=model.inhibitory_rate * (model.blocked != ALWAYS))
        self.show(0 * self.square)
        yield from self.phase("burn-in", model.burn_in, None)
        shown = yield from self.phase("training", model.training, model.pause)
        end = self.sim.time
        self.training = engram([(on, r) for at, on, r in shown if at >= end - LATE])
        yield from self.test(0.0)
        before = 0.0
        for at in model.test_times():
            self.consolidate()
            pause = model.pause_consolidation if model.reactivation else None
            yield from self.phase("consolidation", at - before, pause)
            yield from self.test(at)
            before = at

    def consolidate(self) -> None:
        """Set what consolidation changes."""
        model = self.model
        rate = model.inhibitory_rate * model.acceleration * (model.blocked == NEVER)
        self.learn(inhibitory=rate, potentiation=model.potentiation)

    def learn(self, inhibitory: float, excitatory: bool = True, potentiation: bool = True) -> None:
        """Set the learning rates; `inhibitory` is a rate, the others switches."""
        write = self.sim.write
        write("excitatory.eta", self.model.learning_rate * excitatory)
        write("excitatory.potentiation", float(potentiation))
        write("factor.eta", inhibitory)
        for name in ("feedforward", "recurrent"):
            write(f"{name}.consolidates", float(excitatory))

    def phase(
        self, name: str, seconds: float, pause: float | None
    ) -> Generator[float, None, list[tuple[float, float, Rates]]]:
        """Show the square again and again, or nothing where there is no mean pause.

        Returns
        -------
        list of (start, on, rates)
            When each presentation began, how long it took (s), and all cells' rates in it (Hz).
        """
        self.teller.begin(name, seconds)
        if pause is None:
            yield from self.wait(seconds)
            return []
        shown = []
        for on, off in lasting(self.rng, seconds, pause):
            start = self.sim.time
            rates = yield from self.present(self.square, on, off)
            shown.append((start, on, rates))
        return [one for one in shown if one[1] > 0]

    def test(self, at: float) -> Generator[float]:
        """Tell the engram cells and try to recall them, after `at` seconds of consolidation."""
        model = self.model
        state, began = self.sim.snapshot(), self.sim.time
        self.learn(inhibitory=0.0, excitatory=False)
        self.teller.begin("test", model.test_seconds())
        yield from self.wait(SETTLE)
        members = self.training
        if at > 0:
            probe = counting(self.rng, model.probes, model.pause_test)
            shown = []
            for on, off in probe:
                shown.append((on, (yield from self.present(self.square, on, off))))
            members = engram(shown)
        recall = yield from self.recall()
        self.go_back(state, began)
        self.teller.tested(Test(at, self.training, members, recall))

    def recall(self) -> Generator[float, None, dict[str, Rates]]:
        """Show partial cues of every shape; return rates, shape (presentations, cells)."""
        model, write = self.model, self.sim.write
        silent = np.zeros(model.inhibitory_cells)
        silent[self.order[: round(model.silenced * silent.size)]] = BARRIER
        write("inhibitory.barrier", silent)
        if model.recall_test == BLOCKED:
            write("excitatory.barrier", BARRIER * self.training)
        recall = {}
        for shape in SHAPES:
            shown = []
            drawn = counting(self.rng, model.cue_presentations, model.pause_test)
            for number, (on, off) in enumerate(drawn):
                cue = self.cues[shape][number % len(self.cues[shape])]
                shown.append((yield from self.present(cue, on, off)))
            recall[shape] = np.array(shown)
        return recall

    def present(self, pattern: Rates, on: float, off: float) -> Generator[float, None, Rates]:
        """Show a pattern (or drive cells in its place); return all cells' rates (Hz) meanwhile."""
        driven = self.model.recall_test == DRIVEN and pattern is not self.square
        before = self.sim.read("excitatory.count")
        self.switch(pattern, driven)
        yield from self.wait(on)
        rates = (self.sim.read("excitatory.count") - before) / max(on, 1e-9)
        self.switch(0 * pattern, driven)
        yield from self.wait(off)
        return rates

    def switch(self, pattern: Rates, driven: bool) -> None:
        """Let a pattern begin, or end where it is blank; or drive the engram cells of training."""
        if driven:
            self.sim.write("excitatory.drive", DRIVE * self.training * bool(pattern.any()))
        else:
            self.show(pattern)

    def show(self, pattern: Rates) -> None:
        """Give the stimulus neurons their rates; a Poisson process may always be drawn anew."""
        rates = BACKGROUND + STIMULUS * pattern
        self.sim.write("stimulus.rate", rates)
        self.sim.write("stimulus.next", self.sim.time + self.rng.exponential(1 / rates))

    def wait(self, seconds: float) -> Generator[float]:
        """Let time pass; frames are emitted meanwhile."""
        for piece in pieces(seconds, STRETCH):
            yield piece
            self.teller.passed()

    def go_back(self, state: State, began: float) -> None:
        """Go back to a state; moments in it move along with the time that has passed since."""
        passed = self.sim.time - began
        self.sim.restore(state | {name: state[name] + passed for name in MOMENTS})


def engram(shown: list[tuple[float, Rates]]) -> NDArray[np.bool_]:
    """Return which cells fire above 10 Hz on average over presentations of (on, rates)."""
    times = np.array([on for on, _ in shown])
    rates = np.array([rates for _, rates in shown])
    return engram_cells((times[:, None] * rates).sum(axis=0) / times.sum(), above=ACTIVE)
