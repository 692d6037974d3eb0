"""The live engine: Brian2's runtime in this process, one long run that the course steers.

A network operation lets the course act. Slicing the run into many calls of `Network.run` instead
costs 0.1 s a call. Brian2's numpy code is the last resort where no compiler is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.spiking.chance import random_state, set_random_state
from models.spiking.names import states
from models.spiking.places import cython_folder
from models.spiking.simulation import BEAT, Course, Simulation, beats

#: Longer than any run; the course ends it.
FOREVER = 1e7  # s


class LiveSimulation(Simulation):
    """A network in Brian2's runtime."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.objects = {one.name: one for one in network.objects}

    def read(self, name: str) -> NDArray[Any]:  # noqa: D102
        return np.array(self._variable(name).get_value(), ndmin=1)

    def write(self, name: str, value: ArrayLike) -> None:  # noqa: D102
        variable = self._variable(name)
        values = np.asarray(value)
        if values.ndim and values.size != (size := np.size(variable.get_value())):
            raise ValueError(f"{name} has {size} items and was given {values.size}")
        if variable.scalar:
            variable.set_value(values.reshape(()).item())
        else:
            variable.get_value()[:] = values.ravel()

    def spikes(self, monitor: str) -> tuple[NDArray[np.float64], NDArray[np.int32]]:  # noqa: D102
        recorded = self.objects[monitor]
        times, cells = np.array(recorded.t_), np.array(recorded.i, dtype=np.int32)
        empty(recorded)
        return times, cells

    def samples(self, monitor: str, *variables: str) -> tuple[NDArray[np.float64], ...]:  # noqa: D102
        recorded = self.objects[monitor]
        times = np.array(recorded.t_)
        values = [np.array(recorded.variables[name].get_value()) for name in variables]
        empty(recorded)
        return times, *values

    def states(self) -> list[str]:  # noqa: D102
        return states(self.objects.values())

    def freeze(self) -> dict[str, Any]:  # noqa: D102
        states = [one._full_state() for one in stateful(self.network)]
        return {"time": self.time, "states": states, "random": random_state()}

    def thaw(self, frozen: dict[str, Any]) -> None:  # noqa: D102
        for one, state in zip(stateful(self.network), frozen["states"], strict=True):
            one._restore_from_full_state(state)
        set_random_state(frozen["random"])
        self.time = self.network.t_ = frozen["time"]

    def _variable(self, name: str) -> Any:
        owner, _, variable = name.partition(".")
        try:
            return self.objects[owner].variables[variable]
        except KeyError:
            raise KeyError(f"the network has no variable {name}") from None


def stateful(network: Any) -> list[Any]:
    """Return all parts of a network that have a state, and their clocks, always in one order.

    Brian2's own store goes by names, and those that it gave itself are others where an earlier
    network is not gone yet.
    """
    parts = sorted(network.objects, key=lambda one: one.name)
    for one in parts:
        parts += one.contained_objects  # which may contain others
    clocks = {id(one.clock): one.clock for one in parts}
    return [one for one in [*parts, *clocks.values()] if hasattr(one, "_full_state")]


def empty(monitor: Any) -> None:
    """Forget what a monitor recorded (Brian2 has no call for it)."""
    monitor.resize(0)
    monitor.variables["N"].set_value(0)


def run_live(
    network: Any,
    course: Callable[[Simulation], Course],
    seed: int,
    target: str,
    note: str = "",
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Simulate a network in this process as its course wants.

    Parameters
    ----------
    network : callable returning brian2.Network
        Makes the network; called with the seed set.
    course : callable
        Given the simulation, returns the course.
    seed : int
        Start of Brian2's random numbers; numpy's global ones are put back afterwards.
    target : {"cython", "numpy"}
        Brian2's target of code generation.
    note : str
        What `Simulation.note` is to say.
    meanwhile : callable
        Called before each stretch is simulated: nothing can be done at the same time here.
    """
    import brian2

    with runtime(target), kept_random_state():
        brian2.seed(seed)
        made = network()
        simulation = LiveSimulation(made)
        simulation.note = note
        steps = course(simulation)
        now = due = 0  # in beats

        def act() -> None:
            nonlocal now, due
            if now == due:
                simulation.time = now * BEAT
                try:
                    due += beats(next(steps))
                except StopIteration:
                    made.stop()
                else:
                    meanwhile()
            now += 1

        clock = brian2.Clock(BEAT * brian2.second, name="beat")
        made.add(brian2.NetworkOperation(act, clock=clock, when="start", name="course"))
        made.run(0 * brian2.second, namespace={})
        first = next(steps, None)  # here, as a course may begin with thawing what was frozen
        if first is None:
            return
        now = round(simulation.time / BEAT)
        due = now + beats(first)
        made.run(FOREVER * brian2.second, namespace={})


@contextmanager
def runtime(target: str) -> Iterator[None]:
    """Use Brian2's runtime with a target of code generation, and put all settings back."""
    import brian2

    prefs = brian2.prefs
    device: Any = brian2.get_device()
    before = prefs.codegen.target, prefs.codegen.runtime.cython.cache_dir
    dt = brian2.defaultclock.dt
    brian2.set_device("runtime")
    prefs.codegen.target = target
    prefs.codegen.runtime.cython.cache_dir = str(cython_folder())
    try:
        yield
    finally:
        prefs.codegen.target, prefs.codegen.runtime.cython.cache_dir = before
        brian2.defaultclock.dt = dt
        if device is not brian2.get_device():
            device.activate()


@contextmanager
def kept_random_state() -> Iterator[None]:
    """Put numpy's global random numbers, which Brian2's runtime uses, back where they were."""
    before = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
