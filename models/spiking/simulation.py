"""What a model's course may do with its network, whichever engine simulates it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Seconds between the moments at which a course may act; what it yields is a multiple of this.
BEAT = 0.01
#: What a course is: it yields the seconds (biological) that are to be simulated next.
Course = Iterator[float]
#: Every array of a network that the next step depends on, by name.
State = dict[str, NDArray[Any]]


class Simulation(ABC):
    """A network being simulated: read it, write it, take its spikes.

    Variables are named ``"object.variable"`` by the Brian2 object's name; values are in base SI
    units without a unit attached (volt, second, siemens), or plain numbers.

    Attributes
    ----------
    time : float
        Biological time in seconds.
    note : str
        What a person should know of this engine here, such as that no compiler was found.
    """

    time: float = 0.0
    note: str = ""

    @abstractmethod
    def read(self, name: str) -> NDArray[Any]:
        """Return a variable's values, shape (items,).

        Raises
        ------
        KeyError
            If the network has no such variable.
        """

    def mean(self, name: str) -> float:
        """Return the mean of a variable's values.

        Raises
        ------
        KeyError
            If the network has no such variable.
        """
        return float(self.read(name).mean())

    @abstractmethod
    def write(self, name: str, value: ArrayLike) -> None:
        """Set a variable: one value for all items, or one for each.

        Raises
        ------
        KeyError
            If the network has no such variable.
        ValueError
            If there are as many values as there are not items.
        """

    @abstractmethod
    def spikes(self, monitor: str) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return times (s) and cells of the spikes since the last call, each shape (spikes,)."""

    @abstractmethod
    def samples(self, monitor: str, *variables: str) -> tuple[NDArray[np.float64], ...]:
        """Return what a StateMonitor recorded since the last call.

        Returns
        -------
        times : shape (samples,)
            In seconds.
        *values : each shape (samples, cells)
            In base SI units, in the order of `variables`.
        """

    @abstractmethod
    def states(self) -> list[str]:
        """Return the names of all variables that the next step depends on."""

    @abstractmethod
    def freeze(self) -> Any:
        """Return all that the next step depends on, to be pickled.

        Beside what `snapshot` returns these are the time, the random numbers and the spikes that
        are on their way. Take what the monitors recorded before.
        """

    @abstractmethod
    def thaw(self, frozen: Any) -> None:
        """Be exactly where a simulation of the same network was frozen.

        Only before anything was simulated.
        """

    def snapshot(self) -> State:
        """Return the state; spikes that are on their way (within an axonal delay) are not in it."""
        return {name: self.read(name) for name in self.states()}

    def restore(self, state: State) -> None:
        """Go back to a state; the biological time goes on."""
        for name, values in state.items():
            self.write(name, values)


def beats(seconds: float) -> int:
    """Return how many beats a stretch of time takes.

    Raises
    ------
    ValueError
        If it is no positive multiple of `BEAT`.
    """
    count = round(seconds / BEAT)
    if count < 1 or abs(count * BEAT - seconds) > 1e-6:
        raise ValueError(f"a course yielded {seconds} s, which is no multiple of {BEAT} s")
    return count
