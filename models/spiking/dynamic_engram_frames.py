"""The frames of the dynamic engram: rates and weights as time passes, membership at each test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.spiking.dynamic_engram_course import Experiment, Test
from models.spiking.dynamic_engram_network import SIGNALS
from models.spiking.electrode import Electrode
from models.spiking.instrumented import Part, Variables
from models.spiking.instruments import Stretch
from models.spiking.stimulus_shapes import SHAPES
from workbench import variable
from workbench.engram_measures import hit_fraction
from workbench.response_measures import discrimination_index
from workbench.turnover import membership, turnover

if TYPE_CHECKING:
    from models.spiking.dynamic_engram import DynamicEngram

RECALLED = 10.0  # Hz, which the mean of the engram cells exceeds where a cue recalls them
#: Rows of the raster at most: excitatory cells, the one with the electrode first; inhibitory ones
#: are a quarter as many, and lie below.
SHOWN = 80
WEIGHTS = {
    "feedforward": "stimulus onto excitatory",
    "recurrent": "excitatory onto excitatory",
    "inhibition": "inhibitory onto excitatory",
}


class Frames:
    """What a run of the model shows beside its instruments.

    Parameters
    ----------
    model : DynamicEngram
        For its sizes and its target rate.
    experiment : Experiment
        What is done to the network, and what its tests find.
    """

    def __init__(self, model: DynamicEngram, experiment: Experiment) -> None:
        self.model, self.experiment, self.sim = model, experiment, experiment.sim
        self.electrode = Electrode(self.sim, "probe", SIGNALS)
        below, above = min(SHOWN // 4, model.inhibitory_cells), min(SHOWN, model.cells)
        self.rows = np.r_[:below, model.inhibitory_cells : model.inhibitory_cells + above]
        self.place = np.full(model.inhibitory_cells + model.cells, -1, np.int16)
        self.place[self.rows] = np.arange(self.rows.size)
        self.told = 0  # tests

    def read(self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32]) -> Part:
        """Take what a stretch, with these spikes (s, rows), leaves; return what shows it."""
        self.electrode.take()
        levels = {
            "factor": (float(self.sim.read("factor.G")[0]), "Hz", "secreted factor G"),
            "factor_target": (self.model.target_rate, "Hz", "target"),
            **{
                f"weight_{name}": (self.sim.mean(f"{name}.w"), "1", words)
                for name, words in WEIGHTS.items()
            },
        }
        roles, results = self.roles(), self.results()

        def made() -> Variables:
            place = self.place[rows]
            seen = place >= 0
            values = levels | self.rates(stretch, rows)
            return {
                **{
                    name: variable("time", [value], *told)
                    for name, (value, *told) in values.items()
                },
                "spike_time": variable("spike", times[seen], "s", "time of a spike"),
                "spike_cell": variable("spike", place[seen], "1", "cell"),
                "cell_role": variable("cell", roles, "1", "kind of cell"),
                **self.electrode.shown(),
                **results,
            }

        return made

    def rates(self, stretch: Stretch, rows: NDArray[np.int32]) -> dict[str, tuple]:
        """Return the mean rates of both kinds of cells."""
        cells = self.model.groups()
        inhibitory = int((rows < cells["inhibitory"]).sum())
        spikes = {"excitatory": rows.size - inhibitory, "inhibitory": inhibitory}
        return {
            f"rate_{kind}": (count / cells[kind] / stretch.seconds, "Hz", kind)
            for kind, count in spikes.items()
        }

    def roles(self) -> NDArray[np.str_]:
        """Return what the rows are that are shown; a tagged cell is a recalled engram's."""
        roles = np.where(self.model.target("engram"), "engram", self.model.roles())
        return np.where(self.experiment.bench.tagged, "recall", roles)[self.rows].astype(str)

    def results(self) -> Variables:
        """Return what a test that has just ended found, and nothing otherwise."""
        tests = self.experiment.tests
        if len(tests) == self.told:
            return {}
        self.told = len(tests)
        return found(tests[-1]) | matrix(tests)


def found(test: Test) -> Variables:
    """Return recall and turnover at one test, a point along "step"."""
    recalled = {shape: hits(rates, test.members) for shape, rates in test.recall.items()}
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
        "consolidated": (test.consolidated, "s", "time of consolidation"),
        "step": (test.at, "s", "time of the test"),
    }
    return {name: variable("step", [value], *told) for name, (value, *told) in values.items()}


def hits(rates: NDArray[np.float64], members: NDArray[np.bool_]) -> float:
    """Return the fraction of presentations that recall the engram, NaN where there are none."""
    return float(hit_fraction(rates, members, above=RECALLED)) if len(rates) else float("nan")


def discrimination(learnt: float, novel: Iterable[float]) -> float:
    """Return the discrimination index, averaged over the novel shapes; NaN without any recall."""
    known = [learnt, *novel]
    if not np.all(np.isfinite(known)):
        return float("nan")
    return float(np.mean([discrimination_index(learnt, one) for one in known[1:]]))


def matrix(tests: list[Test]) -> Variables:
    """Return what each cell was to the engram at each test, cells sorted by their history.

    First come the engram cells of training: those that stayed, then those that dropped out (the
    latest first). Then those that dropped in (the earliest first), then those that never did.
    """
    training, was = tests[-1].training, np.array([test.members for test in tests])
    codes = membership(training, was)
    order = np.lexsort([*~was[::-1], ~training])
    return {
        "membership": variable(("member", "test"), codes[order], "1", "part in the engram"),
        "member": variable("member", np.arange(order.size), "1", "excitatory cell, sorted"),
        "test": variable("test", [test.at for test in tests], "s", "time of the test"),
    }


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean, NaN where there is nothing."""
    return float(values.mean()) if values.size else float("nan")
