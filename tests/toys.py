"""A small model for tests: walkers whose steps are random, with every kind of parameter."""

import numpy as np
import xarray as xr

from workbench import Choice, Count, Model, Quantity, Run, Switch, Text, Trace, variable


class Walk(Model):
    """A random walk; it emits what grows, what is replaced, and a function that makes a frame."""

    key = "walk"
    title = "Random walk"
    rewinds = True
    observables = (Trace(("position",), title="Where they are"),)
    presets = {"One lost walker": {"walkers": 1, "drift": -2.5}}

    drift = Quantity(0.5, bounds=(-5, 5), unit="m/s", live=True, doc="mean velocity")
    walkers = Count(3, bounds=(1, 50), unit="1", doc="how many walk")
    steps = Count(12, bounds=(0, 10_000), unit="1", doc="how long")
    slice = Count(4, bounds=(1, 10_000), unit="1", doc="steps in a frame")
    kind = Choice("normal", options=["normal", "uniform"], doc="how steps are distributed")
    mirror = Switch(False, doc="whether left and right change places")
    label = Text("", doc="any words", longest=40)

    def simulate(self, run: Run) -> None:
        first, position = run.resumed or (0, np.zeros(self.walkers))
        for start in range(first, self.steps, self.slice):
            times = np.arange(start, min(start + self.slice, self.steps))
            path = np.stack([position := position + self.step(run) for _ in times])
            run.emit(
                frame_of(times, path), progress=(times[-1] + 1) / self.steps, message="walking"
            )
            run.emit(
                lambda end=path[-1]: furthest(end),
                progress=(times[-1] + 1) / self.steps,
                state=lambda state=(start + self.slice, path[-1]): state,
            )
            self.after(run)

    def step(self, run: Run):
        if self.kind == "normal":
            moved = run.rng.normal(self.drift, 1, self.walkers)
        else:
            moved = run.rng.uniform(self.drift - 1, self.drift + 1, self.walkers)
        return -moved if self.mirror else moved

    def after(self, run: Run) -> None:
        """Do nothing; for toys that break."""


class Pair(Model):
    """Two numbers that do not go together in any order."""

    key = "pair"
    low = Quantity(0.0, bounds=(0, 1), unit="1", doc="the lower")
    high = Quantity(1.0, bounds=(0, 1), unit="1", doc="the higher")

    def validate(self) -> None:
        from workbench import ParameterError

        if self.low > self.high:
            raise ParameterError(f"low = {self.low} is above high = {self.high}: lower it.")

    def simulate(self, run: Run) -> None:
        run.emit(xr.Dataset({"gap": variable((), self.high - self.low, "1", "gap")}), progress=1)


def frame_of(times, path) -> xr.Dataset:
    """Return the positions, shape (time, walker), and where the walkers are on average now."""
    return xr.Dataset(
        {
            "position": variable(("time", "walker"), path, "m", "position"),
            "mean": variable((), path[-1].mean(), "m", "mean position"),
        },
        coords={
            "time": variable("time", times.astype(float), "s", "time"),
            "walker": variable("walker", np.arange(path.shape[1]), "1", "walker"),
        },
    )


def furthest(end) -> xr.Dataset:
    """Return what is only made when somebody looks."""
    return xr.Dataset({"furthest": variable((), np.abs(end).max(), "m", "furthest from the start")})
