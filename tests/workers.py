"""Toy models for runs in processes of their own.

A child imports its model's class by name, so these stand in a module that it can find: what is on
this process's path when a run starts is on the child's.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import xarray as xr

from workbench import Choice, Cost, Count, Model, Quantity, Run, Text, variable
from workbench.processes import preload

ROOT = str(Path(__file__).parents[1])
if ROOT not in sys.path:
    sys.path.append(ROOT)  # last, since nothing installed is to be hidden by it

# Each child would import these again otherwise. Asked for here, before the first run of all tests.
preload(
    "models.plasticity.spass", "models.sdm.experiment", "models.sdm.kernels", "sklearn.datasets"
)


def tick(number: int, level: float) -> xr.Dataset:
    """Return a frame with one point of time, and what is replaced."""
    return xr.Dataset(
        {
            "level": variable("time", [level], "1", "level"),
            "latest": variable((), level, "1", "latest level"),
        },
        coords={"time": variable("time", [float(number)], "s", "time")},
    )


class Clock(Model):
    """Ticks: in each frame one random number around a level that may change meanwhile."""

    key = "clock"
    title = "Clock"

    level = Quantity(0.0, bounds=(-100, 100), unit="1", live=True, doc="mean of the numbers")
    frames = Count(10, bounds=(1, 1_000_000), unit="1", doc="how many frames")
    wait = Quantity(0.0, bounds=(0, 10), unit="s", doc="time from frame to frame")

    def simulate(self, run: Run) -> None:
        for number in range(self.frames):
            time.sleep(self.wait)
            if number % 3 == 2:
                run.emit(lambda level=self.level: twice(level), progress=number / self.frames)
            frame = tick(number, self.level + run.rng.normal())
            run.emit(frame, progress=(number + 1) / self.frames, message=f"tick {number}")


class Prepares(Clock):
    """A clock that has much to say before its first tick, and between ticks."""

    key = "prepares"
    title = "A clock that prepares"

    looks = Count(
        5, bounds=(0, 1_000_000), unit="1", doc="how often it tells something between frames"
    )

    def simulate(self, run: Run) -> None:
        emit = run.emit

        def emit_and_tell(*arguments, **named):
            emit(*arguments, **named)
            self.prepare(run)

        run.emit = emit_and_tell
        self.prepare(run)
        super().simulate(run)

    def prepare(self, run: Run) -> None:
        for look in range(self.looks):
            time.sleep(0.002)
            run.tell(f"preparing {look}")


def twice(level: float) -> xr.Dataset:
    """Return a frame that is made only when somebody looks."""
    return xr.Dataset({"twice": variable((), 2 * level, "1", "twice the level")})


class Deaf(Model):
    """Gives one frame (or none) and then never comes back."""

    key = "deaf"

    first = Choice("one", options=["one", "none"], doc="how many frames come before")
    then = Choice("sleep", options=["sleep", "compute"], doc="what it does for ever")

    def simulate(self, run: Run) -> None:
        if self.first == "one":
            process = xr.Dataset({"pid": variable((), os.getpid(), "1", "its process")})
            run.emit(tick(0, 1.0).merge(process), progress=0.5, message="the only frame")
        while True:
            if self.then == "sleep":
                time.sleep(0.01)


class Breaks(Model):
    """Gives a frame, and a second one before it breaks."""

    key = "breaks"

    how = Choice(
        "raise",
        options=["raise", "exit", "leave", "kill", "segfault", "shape", "clash", "apart", "file"],
        doc="what happens",
    )

    def simulate(self, run: Run) -> None:
        run.emit(tick(0, 1.0), progress=0.25)
        run.emit(lambda: twice(1.0), progress=0.5)
        time.sleep(0.2)
        getattr(self, f"do_{self.how}")(run)

    def do_raise(self, run: Run) -> None:
        run.emit(tick(1, 2.0), progress=0.75)
        raise ValueError("the spring is broken")

    def do_clash(self, run: Run) -> None:
        """Give variables that do not fit to each other."""
        for size in (2, 3):
            run.emit(cells(size), progress=0.75)

    def do_apart(self, run: Run) -> None:
        """Give such variables so far apart that they are not sent together."""
        for size in (2, 3):
            run.emit(cells(size), progress=0.75)
            time.sleep(0.8)
            run.emit(xr.Dataset(), progress=0.75)

    def do_file(self, run: Run) -> None:
        run.emit(tick(1, 2.0), progress=0.75)
        raise EOFError("the file is cut short")

    def do_exit(self, run: Run) -> None:
        os._exit(3)

    def do_leave(self, run: Run) -> None:
        sys.exit(4)

    def do_kill(self, run: Run) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def do_segfault(self, run: Run) -> None:
        ctypes.string_at(0)

    def do_shape(self, run: Run) -> None:
        """Give a variable another shape, long after the first frame was sent."""
        for _ in range(1000):
            other = variable(("time", "cell"), [[1.0, 2.0]], "1", "level")
            run.emit(xr.Dataset({"level": other}), progress=0.75)
            time.sleep(0.01)


def cells(size: int) -> xr.Dataset:
    """Return a frame whose variable has so many cells."""
    return xr.Dataset({f"of_{size}": variable("cell", [1.0] * size, "1", "activity")})


class Unloadable(Clock):
    """A model that no other process can read."""

    key = "unloadable"

    def __reduce__(self):
        return (fail_to_load, ())


def fail_to_load() -> None:
    """Fail, as where a class cannot be found."""
    raise ModuleNotFoundError("No module named 'spring'")


class Hungry(Clock):
    """A clock that takes memory, in its own process or in one that it starts."""

    key = "hungry"

    takes = Count(100, bounds=(1, 2000), unit="MB", doc="memory that it takes")
    where = Choice("here", options=["here", "child"], doc="which process takes it")

    def simulate(self, run: Run) -> None:
        run.emit(tick(0, 1.0), progress=0.1, message="hungry")
        code = f"import time; held = b'x' * {self.takes} * 10**6; time.sleep(1000)"
        if self.where == "here":
            held = b"x" * self.takes * 10**6
            super().simulate(run)
            del held
            return
        child = subprocess.Popen([sys.executable, "-c", code])
        try:
            super().simulate(run)
        finally:
            child.kill()
            child.wait()


class Costly(Clock):
    """A clock that knows what it takes."""

    key = "costly"

    def cost(self) -> Cost:
        return Cost(self.frames * self.wait, 1_000_000, "frames")


class Once(Clock):
    """A clock whose process is killed, the first time that any of them ticks."""

    key = "once"

    marks = Text("", doc="folder in which it leaves a mark", longest=1000)

    def simulate(self, run: Run) -> None:
        mark = Path(self.marks) / "killed"
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            super().simulate(run)
        else:
            os.kill(os.getpid(), signal.SIGKILL)
