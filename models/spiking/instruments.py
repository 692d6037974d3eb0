r"""The bench of virtual instruments: tag, drive, silence, modulate and read the cells of a network.

What a protocol asks for reaches each cell as one current, in units of the model's rheobase (the
steady current at which a resting cell just fires):

.. math:: I = I_{rh} [ L\, p(t) + H + C ],  \qquad \tau_C \frac{dC}{dt} = C_{goal} - C

with L the strength of a train of light pulses p(t) (channelrhodopsin), H what is held (an
inhibitory opsin is negative, a current step positive) and C a chemogenetic actuator, which comes
and goes with the slow time constant tau_C. A network takes part by adding `equations` to its cells
and their result ``instruments`` to the input current. `models.spiking.instrumented` has the base
of models that do: it follows the protocol, and adds what the instruments read to each frame.

Sources: tagging by immediate early genes, Reijmers et al. 2007 (doi:10.1126/science.1143839);
drive by light, Liu et al. 2012 (doi:10.1038/nature11028); silencing, Denny et al. 2014
(doi:10.1016/j.neuron.2014.05.018); chemogenetics, Garner et al. 2012
(doi:10.1126/science.1214985).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.spiking.simulation import BEAT, Simulation
from workbench.protocol import Event, Protocol

Mask = NDArray[np.bool_]
EQUATIONS = """
light : 1                              # strength of the light pulses on this cell
hold : 1                               # silencing light (negative) and current steps
chemo_goal : 1                         # where the chemogenetic actuator goes
dchemo/dt = (chemo_goal - chemo)/chemo_tau : 1
chemo_tau : second (shared)
light_period : second (shared)
light_width : second (shared)
pulse = int((t + 1*usecond) % light_period < light_width) : 1
instruments = ({rheobase})*(light*pulse + hold + chemo) : {unit}
"""
#: Intervention -> (per-cell variable that it adds to, sign).
DRIVES = {
    "light": ("light", 1), "silence": ("hold", -1), "step": ("hold", 1),
    "excite": ("chemo_goal", 1), "inhibit": ("chemo_goal", -1),
}  # fmt: skip


def equations(rheobase: str, unit: str) -> str:
    """Return the lines to add to the equations of a cell.

    Parameters
    ----------
    rheobase : str
        The rheobase as a Brian2 expression, such as ``"200*pA"``.
    unit : str
        Its unit as Brian2 writes it, such as ``"amp"``, or ``"1"``.
    """
    return EQUATIONS.format(rheobase=rheobase, unit=unit)


@dataclass(frozen=True)
class Settings:
    """How the instruments are set.

    Attributes
    ----------
    light_rate, light_width : float
        Pulses a second (Hz) and the length of one (s).
    chemo_tau : float
        Time constant of the chemogenetic actuator (s).
    tag_rate : float
        A cell is tagged that fires at this rate (Hz) or more over the tagging window.
    """

    light_rate: float = 20.0
    light_width: float = 0.005
    chemo_tau: float = 2.0
    tag_rate: float = 5.0


@dataclass(frozen=True)
class Stretch:
    """Time between two moments at which something may change.

    Attributes
    ----------
    start, seconds : float
        Biological time (s).
    events : tuple of Event
        All that go on during it.
    begun : tuple of Event
        Those of them that begin with it.
    """

    start: float
    seconds: float
    events: tuple[Event, ...]
    begun: tuple[Event, ...]

    @property
    def end(self) -> float:
        """When it ends (s)."""
        return self.start + self.seconds

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """Return the events of these kinds that go on."""
        return tuple(event for event in self.events if event.kind in kinds)


class Bench:
    """The instruments around one simulated network.

    Parameters
    ----------
    simulation : Simulation
        The network.
    protocol : Protocol
        What is done when.
    groups : mapping
        Group name -> number of cells, in the order of the raster's rows.
    target : callable
        Given a name such as ``"module 1"``, returns its mask over all rows; raises KeyError for a
        name it does not know. ``"tagged"``, ``"untagged"`` and ``"all"`` need not be known.
    taggable : mask
        The rows that can be tagged.

    Attributes
    ----------
    tagged : mask
        The rows tagged so far.
    """

    def __init__(
        self,
        simulation: Simulation,
        protocol: Protocol,
        groups: Mapping[str, int],
        target: Callable[[str], Mask],
        taggable: Mask,
    ) -> None:
        self.simulation, self.protocol, self.groups = simulation, protocol, groups
        self.rows = sum(groups.values())
        self.taggable = taggable
        self.tagged = np.zeros(self.rows, bool)
        self._target = target
        self._counts = np.zeros(self.rows)
        self._settings = Settings()
        self._stretch = Stretch(0.0, 0.0, (), ())
        self._written: dict[str, NDArray[np.float64]] = {}
        self._shared: dict[str, float] = {}

    def stretches(
        self, frame: float, settings: Callable[[], Settings], since: float = 0.0
    ) -> Iterator[Stretch]:
        """Go through the protocol in stretches of at most `frame` seconds, instruments set.

        The caller simulates each stretch, and calls `observe` before it takes the next.

        Parameters
        ----------
        frame : float
            Longest stretch (s).
        settings : callable
            Returns the settings, which may have changed since the last stretch.
        since : float
            Where to begin (s): an edge of a stretch.
        """
        edges = [edge for edge in moments(self.protocol, frame) if edge >= round(since / BEAT)]
        for start, end in zip(edges[:-1], edges[1:], strict=True):
            events = tuple(self.protocol.at((start + end) / 2 * BEAT))
            begun = tuple(one for one in events if round(one.start / BEAT) == start)
            stretch = Stretch(start * BEAT, (end - start) * BEAT, events, begun)
            self._stretch, self._settings = stretch, settings()
            self._set(stretch, self._settings)
            yield stretch

    def observe(self) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Take the spikes of the stretch that was simulated, and tag where a window closes.

        Returns
        -------
        times, rows : each shape (spikes,)
            In the order of time (s).
        """
        taken = [(first, *self.simulation.spikes(name)) for name, first in self.monitors().items()]
        times = np.concatenate([times for _, times, _ in taken])
        rows = np.concatenate([cells + first for first, _, cells in taken]).astype(np.int32)
        order = np.argsort(times, kind="stable")
        self._tag(rows)
        return times[order], rows[order]

    def monitors(self) -> dict[str, int]:
        """Return the names of the spike monitors with the first row of each."""
        firsts = np.cumsum([0, *self.groups.values()])
        one = len(self.groups) == 1
        return {
            "spikes" if one else f"{name}_spikes": int(first)
            for name, first in zip(self.groups, firsts, strict=False)
        }

    def mask(self, name: str) -> Mask:
        """Return the rows that a target's name stands for; an empty name stands for the tagged.

        Raises
        ------
        KeyError
            If nothing is called so.
        """
        if name in ("", "tagged"):
            return self.tagged
        if name == "untagged":
            return self.taggable & ~self.tagged
        return np.ones(self.rows, bool) if name == "all" else self._target(name)

    def driven(self, stretch: Stretch) -> Mask:
        """Return the rows that light drives or silences during a stretch."""
        acting = [self.mask(one.target) for one in stretch.of("light", "silence")]
        return np.any([np.zeros(self.rows, bool), *acting], axis=0)

    def write(self, variable: str, values: NDArray[np.float64]) -> None:
        """Set a per-cell variable in all rows, unless it is so already."""
        before = self._written.get(variable)
        if before is not None and np.array_equal(before, values):
            return
        self._written[variable] = values.copy()
        ends = np.cumsum(list(self.groups.values()))[:-1]
        for name, part in zip(self.groups, np.split(values, ends), strict=True):
            self.simulation.write(f"{name}.{variable}", part)

    def controls(self) -> set[str]:
        """Return the names of the variables that the bench sets, which no state holds."""
        set_so_far = (*self._written, *self._shared)
        return {f"{group}.{variable}" for group in self.groups for variable in set_so_far}

    def _set(self, stretch: Stretch, settings: Settings) -> None:
        """Give each cell the currents that the events of a stretch ask for."""
        shared = {
            "chemo_tau": settings.chemo_tau,
            "light_period": 1 / settings.light_rate,
            "light_width": settings.light_width,
        }
        for variable, value in shared.items():
            if self._shared.get(variable) != value:
                self._shared[variable] = value
                for name in self.groups:
                    self.simulation.write(f"{name}.{variable}", value)
        totals = {variable: np.zeros(self.rows) for variable, _ in DRIVES.values()}
        for event in stretch.events:
            if event.kind in DRIVES:
                variable, sign = DRIVES[event.kind]
                totals[variable] += sign * event.strength * self.mask(event.target)
        for variable, values in totals.items():
            self.write(variable, values)

    def _tag(self, spiked: NDArray[np.int32]) -> None:
        """Count spikes while a tagging window is open, and tag when it closes."""
        stretch = self._stretch
        for event in stretch.of("tag"):
            if event in stretch.begun:
                self._counts[:] = 0
            self._counts += np.bincount(spiked, minlength=self.rows)
            if round(event.end / BEAT) == round(stretch.end / BEAT):
                rate = self._counts / (event.end - event.start)
                active = self.taggable & (rate >= self._settings.tag_rate)
                self.tagged = self.tagged | (active & self.mask(event.target or "all"))


def moments(protocol: Protocol, frame: float) -> list[int]:
    """Return, in beats, all edges of a protocol and the multiples of `frame` between them."""
    last = round(protocol.duration / BEAT)
    grid = range(0, last, max(1, round(frame / BEAT)))
    edges = (round(edge / BEAT) for edge in protocol.edges())
    return sorted({*grid, *edges, 0, last})
