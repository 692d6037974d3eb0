"""An intracellular electrode: what one cell's membrane and currents did in the last moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.spiking.simulation import Simulation
from workbench import variable

#: Samples that are shown.
KEPT = 400


@dataclass(frozen=True)
class Signal:
    """How a recorded Brian2 variable is told: its name in frames, unit, factor to it, words."""

    name: str
    units: str
    factor: float
    words: str


class Electrode:
    """The last samples of one cell that a StateMonitor records.

    Parameters
    ----------
    simulation : Simulation
        The network.
    monitor : str
        Name of the StateMonitor; its first cell is shown.
    signals : mapping of str to Signal
        The recorded variables.
    """

    def __init__(self, simulation: Simulation, monitor: str, signals: Mapping[str, Signal]) -> None:
        self.simulation, self.monitor, self.signals = simulation, monitor, signals
        self._table = np.empty((0, 1 + len(signals)))

    def variables(self) -> dict[str, Any]:
        """Take what was recorded, and return the last samples over the time before now (ms)."""
        times, *values = self.simulation.samples(self.monitor, *self.signals)
        told = [v[:, 0] * s.factor for v, s in zip(values, self.signals.values(), strict=True)]
        new = np.column_stack([1e3 * times, *told])
        self._table = np.vstack([self._table, new])[-KEPT:]
        before = self._table[:, 0] - self._table[-1:, 0]
        return {
            "before_now": variable("before_now", before, "ms", "time before now"),
            **{
                signal.name: variable("before_now", column, signal.units, signal.words)
                for signal, column in zip(self.signals.values(), self._table[:, 1:].T, strict=True)
            },
        }
