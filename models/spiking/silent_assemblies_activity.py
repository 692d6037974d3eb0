"""How a network fires and what balances it, as variables of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    "assembly 2, cued": "paired", "others": "excitatory", "inhibitory": "inhibitory",
}  # fmt: skip
WINDOW = 3.0  # s, over which irregularity and synchrony are measured, within a phase
BIN = 0.005  # s, in which spikes count as synchronous
FEWEST = 5  # spikes that a cell must fire in the window for its irregularity to count
CV_EDGES = np.arange(0.0, 2.01, 0.1)
LOOK_BACK = 200  # ms of currents shown


class Activity:
    """The last seconds of a network's spikes and of one cell's currents.

    Parameters
    ----------
    labels : mapping of str to mask
        The groups of `SHOWN`.
    roles : shape (rows,)
        "excitatory" or "inhibitory".
    simulation : Simulation
        The network, with plastic synapses "inhibition" and the StateMonitor "probe".
    """

    def __init__(
        self, labels: Mapping[str, Mask], roles: NDArray[np.str_], simulation: Simulation
    ) -> None:
        self.labels, self.simulation = labels, simulation
        self.excitatory = int((roles == "excitatory").sum())
        self.shown = {name: evenly(labels[name], most) for name, most in SHOWN.items()}
        self.rows = np.concatenate(list(self.shown.values()))
        self.row_roles = np.repeat([ROLES[n] for n in SHOWN], [len(r) for r in self.shown.values()])
        self.place = np.full(len(roles), -1, np.int32)
        self.place[self.rows] = np.arange(len(self.rows))
        self.postsynaptic = simulation.read("inhibition._synaptic_post")
        self.currents = np.empty((0, 3))
        self.forget()

    def forget(self) -> None:
        """Start the window anew, as at the start of a phase."""
        self.times, self.cells = np.empty(0), np.empty(0, np.int32)
        self.since = self.simulation.time

    def frame(
        self, stretch: Stretch, times: NDArray[np.float64], rows: NDArray[np.int32],
        tagged: Mask, background: float,
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
        background : float
            The steady current into each cell (pA).
        """
        self.remember(stretch, times, rows)
        return {
            **self.raster(times, rows, tagged),
            **self.rates(stretch, rows),
            **self.irregularity(stretch.end),
            **self.weights(),
            **self.balance(background),
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

    def weights(self) -> dict[str, Any]:
        """Return the mean inhibitory weight onto each group."""
        weight = self.simulation.read("inhibition.w")
        sizes = np.bincount(self.postsynaptic, minlength=len(self.place))
        sums = np.bincount(self.postsynaptic, weight, len(self.place))
        groups = {
            "assembly_1": (("assembly 1", "assembly 1, cued"), "onto assembly 1"),
            "assembly_2": (("assembly 2", "assembly 2, cued"), "onto assembly 2"),
            "others": (("others",), "onto other excitatory cells"),
        }
        found = {}
        for name, (labels, text) in groups.items():
            onto = np.any([self.labels[label] for label in labels], axis=0)
            value = 1e9 * sums[onto].sum() / max(sizes[onto].sum(), 1)
            found[f"weight_{name}"] = variable("time", [value], "nS", text)
        return found

    def balance(self, background: float) -> dict[str, Any]:
        """Return the currents into one cell of assembly 1: their means, and the last 0.2 s."""
        times, *currents = self.simulation.samples("probe", "excitation", "inhibition")
        excitation, inhibition = (1e12 * current[:, 0] for current in currents)
        latest = np.column_stack([1e3 * times, excitation, inhibition])
        self.currents = np.vstack([self.currents, latest])[-LOOK_BACK:]
        ago = self.currents[:, 0] - self.currents[-1:, 0]
        net = self.currents[:, 1:].sum(axis=1) + background
        return {
            "mean_excitation": variable("time", [mean(excitation)], "pA", "excitation"),
            "mean_inhibition": variable("time", [mean(inhibition)], "pA", "inhibition"),
            "mean_net": variable(
                "time", [mean(excitation + inhibition) + background], "pA", "sum with background"
            ),
            "excitation": variable("ago", self.currents[:, 1], "pA", "excitation"),
            "inhibition": variable("ago", self.currents[:, 2], "pA", "inhibition"),
            "net": variable("ago", net, "pA", "sum with background"),
            "ago": variable("ago", ago, "ms", "time before now"),
        }


def evenly(mask: Mask, most: int) -> NDArray[np.intp]:
    """Return at most so many rows of a mask, evenly spaced."""
    rows = np.flatnonzero(mask)
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")
