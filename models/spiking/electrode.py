"""An intracellular electrode: what one cell's membrane and currents did in the last moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    kept : int
        How many samples are shown.
    before : str
        What the time before now is called in frames.

    Attributes
    ----------
    values : shape (samples, signals)
        What is shown, in the units of the signals.
    """

    def __init__(
        self, simulation: Simulation, monitor: str, signals: Mapping[str, Signal],
        kept: int = KEPT, before: str = "before_now",
    ) -> None:  # fmt: skip
        self.simulation, self.monitor, self.signals = simulation, monitor, signals
        self.kept, self.before = kept, before
        self.times, self.values = np.empty(0), np.empty((0, len(signals)))

    def take(self) -> NDArray[np.float64]:
        """Take what was recorded since the last call, and return it, shape (samples, signals)."""
        times, *values = self.simulation.samples(self.monitor, *self.signals)
        told = [v[:, 0] * s.factor for v, s in zip(values, self.signals.values(), strict=True)]
        new = np.column_stack(told)
        self.times = np.append(self.times, 1e3 * times)[-self.kept :]
        self.values = np.vstack([self.values, new])[-self.kept :]
        return new

    def shown(self) -> dict[str, Any]:
        """Return the last samples over the time before now (ms)."""
        before = self.times - self.times[-1:]
        told = zip(self.signals.values(), self.values.T, strict=True)
        return {
            self.before: variable(self.before, before, "ms", "time before now"),
            **{one.name: variable(self.before, v, one.units, one.words) for one, v in told},
        }
