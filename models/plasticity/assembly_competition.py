r"""Competition of two cell assemblies under SPaSS (Tetzlaff et al. 2015).

A hundred units with sigmoid activity are sparsely connected by plastic excitation and fixed
inhibition. Two stimuli, each to a fifth of the units, come in turn: strong synapses spread from the
stimulated units and bind others to them. Shown more often, an assembly grows at the other's cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.plasticity import assembly_views as views
from models.plasticity.references import TETZLAFF_2015
from workbench import Cost, Count, Model, Quantity, Run

Floats = NDArray[np.float64]
UNITS, STIMULATED = 100, 20
#: Steps of a trial of 2.5 s, how long a step is (ms), and the share of a trial without stimulus.
STEPS, STEP, WAIT = 5000, 0.5, 0.4
LARGEST, TARGET, STEEPNESS, MIDDLE, GAIN = 100.0, 1.0, 0.03, 120.0, 0.012
HEBBIAN_TIME = 3e4  # ms
#: Amplitude of the noise, in units of R W_max, at a step of 1 ms.
NOISE = 20.0


def highest_weight(ratio: float) -> float:
    """Return the weight at which scaling stops growth between fully active units: W_max."""
    return float(np.sqrt(ratio * LARGEST**2 / (LARGEST - TARGET)))


@dataclass(frozen=True)
class Wiring:
    """Who is connected with whom: from `pre` to `post`, by plastic and by inhibitory synapses."""

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    inhibitory_pre: NDArray[np.int64]
    inhibitory_post: NDArray[np.int64]


def wired(rng: np.random.Generator, excitation: float = 0.1, inhibition: float = 0.2) -> Wiring:
    """Return random wiring; plastic synapses lead within a group or from a stimulated one on.

    None joins the two stimulated groups, and none leads back to them from the other units.

    Parameters
    ----------
    rng : numpy.random.Generator
    excitation, inhibition : float
        Probabilities of a plastic and of an inhibitory synapse.
    """
    unit = np.arange(UNITS)
    group = (unit >= STIMULATED).astype(int) + (unit >= UNITS - STIMULATED)
    allowed = (group[:, None] == group) | ((group[:, None] != 1) & (group == 1))
    allowed &= ~np.eye(UNITS, dtype=bool)
    pre, post = np.nonzero(allowed & (rng.random((UNITS, UNITS)) < excitation))
    from_, to = np.nonzero(rng.random((UNITS, UNITS)) < inhibition)
    return Wiring(pre, post, from_, to)


def assembly(wiring: Wiring, weights: Floats, seeds: NDArray[np.int64], strong: float) -> NDArray:
    """Return the units that strong synapses reach from some units, those included.

    Returns
    -------
    ndarray of bool, shape (units,)
    """
    reached = np.zeros(UNITS, bool)
    reached[seeds] = True
    firm = weights > strong
    pre, post = wiring.pre[firm], wiring.post[firm]
    while True:
        wider = reached.copy()
        wider[post[reached[pre]]] = True
        if (wider == reached).all():
            return reached
        reached = wider


class AssemblyCompetition(Model):
    """Two assemblies compete for the units of a network (Tetzlaff et al. 2015).

    In the first part both stimuli come equally often, in the second the first one comes more often.
    An assembly is what strong synapses, above half of the highest weight, reach from the
    stimulated units.
    """

    key = "assembly_competition"
    title = "Competing cell assemblies under scaling"
    summary = "Two assemblies grow side by side; the one shown more often takes over."
    pace = "seconds"
    references = (TETZLAFF_2015,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    trials = Count(
        100, bounds=(10, 200), unit="1", group="Protocol",
        doc="learning trials of 2.5 s each", source="Tetzlaff et al. 2015",
    )  # fmt: skip
    balanced = Quantity(
        0.5, bounds=(0.0, 1.0), unit="1", step=0.05, group="Protocol", label="balanced part",
        doc="share of the trials in which both stimuli come in turn", source="Tetzlaff et al. 2015",
    )  # fmt: skip
    favour = Count(
        3, bounds=(1, 9), unit="1", group="Protocol", label="A for one B",
        doc="how often A comes for each B after the balanced part", source="Tetzlaff et al. 2015",
    )  # fmt: skip
    ratio = Quantity(
        60.0, bounds=(10.0, 200.0), unit="1", log=True, group="Plasticity", label="time ratio",
        doc="time constant of scaling over that of Hebbian growth", source="Tetzlaff et al. 2015",
    )  # fmt: skip
    inhibition = Quantity(
        0.3, bounds=(0.0, 1.0), unit="1", step=0.05, group="Network",
        doc="weight of inhibitory synapses, in units of the highest weight",
        source="Tetzlaff et al. 2015",
    )  # fmt: skip
    excitatory_share = Quantity(
        0.1, bounds=(0.02, 0.3), unit="1", step=0.01, group="Network", label="plastic synapses",
        doc="probability of a plastic synapse between two units", source="Tetzlaff et al. 2015",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some hundredths of a second for each trial."""
        each = 0.02 + 0.15 * self.excitatory_share
        return Cost(1.0 + each * self.trials, 60_000_000 + 3000 * self.trials, lower="trials")

    def simulate(self, run: Run) -> None:
        """Show one stimulus a trial, and see after each which units are bound."""
        from models.plasticity.assembly_kernel import trial

        wiring = wired(run.rng, self.excitatory_share)
        highest = highest_weight(self.ratio)
        weights, u = np.zeros(wiring.pre.size), np.zeros(UNITS)
        constants = (
            STEP, GAIN, GAIN * highest * NOISE * STEP, self.inhibition * highest, LARGEST,
            STEEPNESS, MIDDLE, TARGET, 1 / HEBBIAN_TIME, 1 / (self.ratio * HEBBIAN_TIME),
        )  # fmt: skip
        seeds = np.arange(STIMULATED), np.arange(UNITS - STIMULATED, UNITS)
        for number in range(self.trials):
            which = self.stimulus(number)
            drive = np.zeros((STEPS, UNITS))
            drive[:, seeds[which]] = GAIN * highest * wave(number)[:, None]
            noise = run.rng.standard_normal((STEPS, UNITS))
            activity = trial(
                u, weights, wiring.pre, wiring.post, wiring.inhibitory_pre,
                wiring.inhibitory_post, drive, noise, constants,
            )  # fmt: skip
            bound = [assembly(wiring, weights, one, 0.5 * highest) for one in seeds]
            frame = views.frame(number, which, activity, bound, wiring, weights, highest)
            message = f"trial {number + 1} of {self.trials}"
            run.emit(frame, (number + 1) / self.trials, message)

    def stimulus(self, number: int) -> int:
        """Return 0 where A is shown in a trial, 1 where B is."""
        if number < self.balanced * self.trials:
            return number % 2
        return int(number % (self.favour + 1) == self.favour)


def wave(number: int) -> Floats:
    """Return the stimulus of a trial over its steps, 0 at first and then from 0 to 200."""
    steps = number * STEPS + np.arange(STEPS)
    shown = np.arange(STEPS) >= WAIT * STEPS
    return np.where(shown, 100.0 * (np.sin(0.1 * (steps + 1)) + 1), 0.0)
