"""The fast engine: a compiled network in a process, told over a pipe what to do."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.spiking.simulation import BEAT, Course, Simulation, State, beats


class ProgramEnded(RuntimeError):  # noqa: N818 - reads as what happened
    """The compiled network ended by itself; the text is what it said."""


class ProgramSimulation(Simulation):
    """A compiled network that runs, tells and changes what it is asked to.

    Parameters
    ----------
    folder : Path
        Where `models.spiking.build` put it.
    seed : int
        Start of its random numbers.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        about = json.loads((folder / "arrays.json").read_text(encoding="utf-8"))
        self._types = {name: np.dtype(one["dtype"]) for name, one in about["arrays"].items()}
        self._states: list[str] = about["states"]
        self._exact: list[str] = about["exact"]
        self._steps_a_beat = round(BEAT / about["dt"])
        self._sizes: dict[str, int] = {}
        self._beats = 0
        self._process = subprocess.Popen(
            [str(folder / "main")],
            cwd=folder,
            env=os.environ | {"ENGRAM_SEED": str(seed)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def read(self, name: str) -> NDArray[Any]:  # noqa: D102
        self._say(f"read {self._known(name)}")
        return self._array(name)

    def mean(self, name: str) -> float:  # noqa: D102
        self._say(f"mean {self._known(name)}")
        return float(np.frombuffer(self._answer())[0])

    def write(self, name: str, value: ArrayLike) -> None:  # noqa: D102
        data = np.asarray(value, dtype=self._types[self._known(name)], order="C")
        if data.ndim and data.size != (size := self._size(name)):
            raise ValueError(f"{name} has {size} items and was given {data.size}")
        self._say(f"write {name} {data.nbytes}", data.tobytes())

    def spikes(self, monitor: str) -> tuple[NDArray[np.float64], NDArray[np.int32]]:  # noqa: D102
        times, cells = self._take(f"{monitor}.t", f"{monitor}.i")
        return times, cells

    def samples(self, monitor: str, *variables: str) -> tuple[NDArray[np.float64], ...]:  # noqa: D102
        times, *values = self._take(
            f"{monitor}.t", *(f"{monitor}.{variable}" for variable in variables)
        )
        return times, *(table.reshape(len(times), -1) for table in values)

    def states(self) -> list[str]:  # noqa: D102
        return self._states

    def freeze(self) -> State:  # noqa: D102
        return {name: self.read(name) for name in self._exact}

    def thaw(self, frozen: State) -> None:  # noqa: D102
        for name, values in frozen.items():
            self._say(f"write {self._known(name)} {values.nbytes}", values.tobytes())
        self._beats = int(frozen["steps"][0]) // self._steps_a_beat
        self.time = self._beats * BEAT

    def advance(self, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Simulate the next stretch of biological time; do meanwhile what needs no network."""
        count = beats(seconds)
        self._say(f"run {count * self._steps_a_beat}")
        self._send()
        meanwhile()
        self._answer()
        self._beats += count
        self.time = self._beats * BEAT

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.communicate()

    def _known(self, name: str) -> str:
        if name not in self._types:
            raise KeyError(f"the network has no variable {name}")
        return name

    def _size(self, name: str) -> int:
        """Return the number of items of a variable, which does not change."""
        if name not in self._sizes:
            self._sizes[name] = self.read(name).size
        return self._sizes[name]

    def _take(self, *names: str) -> list[NDArray[Any]]:
        """Take several recordings with one message."""
        self._say("\n".join(f"take {self._known(name)}" for name in names))
        return [self._array(name) for name in names]

    def _array(self, name: str) -> NDArray[Any]:
        return np.frombuffer(self._answer(), dtype=self._types[name]).copy()

    def _say(self, line: str, data: bytes = b"") -> None:
        """Say something that is sent when an answer is awaited."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n" + data)
        except BrokenPipeError:
            raise self._ended() from None

    def _send(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _answer(self) -> bytes:
        assert self._process.stdout is not None
        self._send()
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._ended()
        size = int(line)
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise self._ended()
        return data

    def _ended(self) -> ProgramEnded:
        _, said = self._process.communicate()
        code = self._process.returncode
        words = said.decode(errors="replace").strip() or f"exit code {code}"
        return ProgramEnded(f"the compiled network ended by itself ({words})")


def run_program(
    folder: Path,
    course: Callable[[Simulation], Course],
    seed: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Simulate a compiled network as its course wants.

    Parameters
    ----------
    folder : Path
        Where `models.spiking.build` put it.
    course : callable
        Given the simulation, returns the course.
    seed : int
        Start of the network's random numbers.
    meanwhile : callable
        Called while each stretch is simulated; may not touch the simulation.
    """
    simulation = ProgramSimulation(folder, seed)
    try:
        for seconds in course(simulation):
            simulation.advance(seconds, meanwhile)
    finally:
        simulation.close()
