"""How a network fires and what balances it, as variables of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spiking.electrode import Electrode, Signal
from models.spiking.instruments import Mask, Stretch
from models.spiking.simulation import Simulation
from workbench import variable
from workbench.spike_measures import interval_cvs, mean_correlation
from workbench.spike_trains import spike_counts

#: Rows of the raster: how many of each group, evenly picked.
SHOWN = {
    "assembly 1": 60, "assembly 1, cued": 20, "assembly 2": 60, "assembly 2, cued": 20,
    "others": 120, "inhibitory": 60,
}  # fmt: skip
#: Group -> role by which the raster colours it.
ROLES = {
    "assembly 1": "engram", "assembly 1, cued": "cue", "assembly 2": "paired",
    "assembly 2, cued": "paired", "others": "other", "inhibitory": "inhibitory",
}  # fmt: skip
WINDOW = 3.0  # s, over which irregularity and synchrony are measured, within a phase
BIN = 0.005  # s, in which spikes count as synchronous
FEWEST = 5  # spikes that a cell must fire in the window for its irregularity to count
CV_EDGES = np.arange(0.0, 2.01, 0.1)
LOOK_BACK = 200  # ms of currents shown
SIGNALS = {
    "excitation": Signal("excitation", "pA", 1e12, "excitation"),
    "inhibition": Signal("inhibition", "pA", 1e12, "inhibition"),
}
#: Name of a mean weight -> the groups onto whose cells it is taken, and words.
ONTO = {
    "weight_assembly_1": (("assembly 1", "assembly 1, cued"), "onto assembly 1"),
    "weight_assembly_2": (("assembly 2", "assembly 2, cued"), "onto assembly 2"),
    "weight_others": (("others",), "onto other excitatory cells"),
}


class Activity:
    """The last seconds of a network's spikes.

    Parameters
    ----------
    labels : mapping of str to mask
        The groups of `SHOWN`.
    roles : shape (rows,)
        "excitatory" or "inhibitory".
    """

    def __init__(self, labels: Mapping[str, Mask], roles: NDArray[np.str_]) -> None:
        self.labels = labels
        self.excitatory = int((roles == "excitatory").sum())
        self.shown = {name: evenly(labels[name], most) for name, most in SHOWN.items()}
        self.rows = np.concatenate(list(self.shown.values()))
        self.row_roles = np.repeat([ROLES[n] for n in SHOWN], [len(r) for r in self.shown.values()])
        self.place = np.full(len(roles), -1, np.int32)
        self.place[self.rows] = np.arange(len(self.rows))
        self.since = 0.0
        self.forget()

    def forget(self) -> None:
        """Start the window anew, as at the start of a phase."""
        self.times, self.cells = np.empty(0), np.empty(0, np.int32)

    def frame(
        self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32],
        tagged: Mask,
    ) -> dict[str, Any]:  # fmt: skip
        """Return what is to be shown of a stretch.

        Parameters
        ----------
        stretch : Stretch
            What was simulated.
        times, rows : shape (spikes,)
            All its spikes (s).
        tagged : mask
            The rows tagged so far.
        """
        self.remember(stretch, times, rows)
        return {
            **self.raster(times, rows, tagged),
            **self.rates(stretch, rows),
            **self.irregularity(stretch.end),
        }

    def remember(
        self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32]
    ) -> None:
        """Bring the window forward to the end of a stretch."""
        self.since = max(self.since if self.times.size else stretch.start, stretch.end - WINDOW)
        times, rows = np.append(self.times, times), np.append(self.cells, rows)
        kept = times >= self.since
        self.times, self.cells = times[kept], rows[kept]

    def raster(
        self, times: NDArray[np.float64], rows: NDArray[np.int32], tagged: Mask
    ) -> dict[str, Any]:
        """Return the spikes of the rows that are shown, and the roles of these."""
        place = self.place[rows]
        seen = place >= 0
        return {
            "spike_time": variable("spike", times[seen], "s", "time of a spike"),
            "spike_cell": variable("spike", place[seen], "1", "cell"),
            "cell_role": variable("cell", self.roles_with(tagged), "1", "kind of cell"),
        }

    def roles_with(self, tagged: Mask) -> NDArray[np.str_]:
        """Return the roles of the rows that are shown; a tagged cell is a recalled engram's."""
        return np.where(tagged[self.rows], "recall", self.row_roles).astype(str)

    def rates(self, stretch: Stretch, rows: NDArray[np.int32]) -> dict[str, Any]:
        """Return the mean rate of each group during a stretch."""
        counts = np.bincount(rows, minlength=len(self.place)) / stretch.seconds
        groups = {
            "cued": ("assembly 1, cued", "cued part of assembly 1"),
            "assembly_1": ("assembly 1", "rest of assembly 1"),
            "assembly_2": ("assembly 2", "assembly 2"),
            "others": ("others", "other excitatory cells"),
            "inhibitory": ("inhibitory", "inhibitory cells"),
        }
        return {
            f"rate_{name}": variable("time", [counts[self.labels[label]].mean()], "Hz", text)
            for name, (label, text) in groups.items()
        }

    def irregularity(self, now: float) -> dict[str, Any]:
        """Return CV of the intervals and correlation of the excitatory cells over the window."""
        among = self.cells < self.excitatory
        times, cells = self.times[among], self.cells[among]
        cvs = interval_cvs(times, cells, self.excitatory)
        cvs = cvs[np.bincount(cells, minlength=self.excitatory) >= FEWEST]
        counts = np.histogram(np.minimum(cvs, CV_EDGES[-1] - 1e-9), CV_EDGES)[0]
        return {
            "cv": variable("time", [mean(cvs)], "1", "CV of the intervals"),
            "correlation": variable("time", [self.correlation(now)], "1", "correlation of spikes"),
            "cv_cells": variable("cv_bin", counts, "cells", "cells"),
            "cv_mean": variable((), mean(cvs), "1", "mean CV"),
            "cv_bin": variable("cv_bin", CV_EDGES[:-1], "1", "CV of the intervals of a cell"),
        }

    def correlation(self, now: float) -> float:
        """Return the mean pairwise correlation of the excitatory cells in the raster."""
        bins = round((now - self.since) / BIN)
        place = self.place[self.cells]
        size = len(self.rows) - len(self.shown["inhibitory"])
        seen = (place >= 0) & (place < size)
        edges = self.since + BIN * np.arange(bins + 1)
        return mean_correlation(spike_counts(self.times[seen], place[seen], size, edges))


class Inhibition:
    """The mean inhibitory weight onto each group.

    Parameters
    ----------
    labels : mapping of str to mask
        The groups that `ONTO` names.
    simulation : Simulation
        The network, with plastic synapses "inhibition".
    """

    def __init__(self, labels: Mapping[str, Mask], simulation: Simulation) -> None:
        self.simulation = simulation
        self.post = simulation.read("inhibition._synaptic_post")
        self.onto = {
            name: np.any([labels[label] for label in groups], axis=0)
            for name, (groups, _) in ONTO.items()
        }
        self.rows = len(self.onto["weight_others"])
        synapses = np.bincount(self.post, minlength=self.rows)
        self.numbers = {name: max(synapses[onto].sum(), 1) for name, onto in self.onto.items()}
        self.means: dict[str, float] = {}
        self.weights: NDArray[np.float64] | None = simulation.read("inhibition.w")

    def take(self) -> None:
        """Take the weights; while nothing is plastic they stay as they were."""
        self.weights = self.simulation.read("inhibition.w")

    def variables(self) -> dict[str, Any]:
        """Return the mean weights, as they were taken last."""
        if self.weights is not None:
            sums = np.bincount(self.post, self.weights, self.rows)
            self.means = {
                name: 1e9 * sums[onto].sum() / self.numbers[name]
                for name, onto in self.onto.items()
            }
            self.weights = None
        return {n: variable("time", [v], "nS", ONTO[n][1]) for n, v in self.means.items()}


def balance(
    electrode: Electrode, currents: NDArray[np.float64], background: float
) -> dict[str, Any]:
    """Return the currents into a cell: their means over a stretch, and the last ones.

    Parameters
    ----------
    electrode : Electrode
        With `SIGNALS`.
    currents : shape (samples, 2)
        Those of the stretch (pA).
    background : float
        The steady current into the cell (pA).
    """
    excitation, inhibition = currents.T
    net = electrode.values.sum(axis=1) + background
    means = {
        "mean_excitation": (mean(excitation), "excitation"),
        "mean_inhibition": (mean(inhibition), "inhibition"),
        "mean_net": (mean(excitation + inhibition) + background, "sum with background"),
    }
    return {
        **{name: variable("time", [value], "pA", text) for name, (value, text) in means.items()},
        **electrode.shown(),
        "net": variable("ago", net, "pA", "sum with background"),
    }


def evenly(mask: Mask, most: int) -> NDArray[np.intp]:
    """Return at most so many rows of a mask, evenly spaced."""
    rows = np.flatnonzero(mask)
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")
