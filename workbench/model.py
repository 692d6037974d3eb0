"""The contract: what a model is, and all that the rest of the workbench needs to know of it.

A **model** is a class of declared parameters with one method, `simulate`, that computes and
emits frames. Notebook, command line, pages, sweeps and the store only run it and draw what it
emits. A whole model fits in one file:

>>> import numpy as np
>>> import xarray as xr
>>> from workbench import Model, Quantity, Trace, run, variable
>>> class Forgetting(Model):
...     '''Exponential forgetting (Ebbinghaus 1885).'''
...     key = "forgetting"
...     title = "Forgetting"
...     rate = Quantity(0.5, bounds=(0, 10), unit="1/day", doc="how fast the trace decays")
...     observables = (Trace(("retention",), title="What is left"),)
...
...     def simulate(self, run):
...         for day in range(5):
...             left = variable("time", [np.exp(-self.rate * day)], "1", "retention")
...             time = variable("time", [day], "day", "time")
...             frame = xr.Dataset({"retention": left}, coords={"time": time})
...             run.emit(frame, progress=(day + 1) / 5, message=f"day {day + 1} of 5")
>>> run(Forgetting(rate=0.0), seed=1, progress=False).data.retention.values
array([1., 1., 1., 1., 1.])

**Parameters** are class attributes: `Quantity`, `Count`, `Choice`, `Switch`, `Text`
(`workbench.parameters`), each with default, bounds, unit, one-line doc and, where a paper sets
it, its source. They are the only definition: flags, widgets, links and tables come from them.

**A frame** is an `xarray.Dataset`, or its variables by name. A variable that carries a growing
dimension (`GROWING`) is appended to what came before; any other replaces its earlier value. Every
variable has `units` and `long_name`.

**`run.emit(frame, progress, message)`** is the one door out of `simulate`. It may wait (pause),
let one frame pass (step), raise `Cancelled` (stop; let it pass through) or change a parameter
declared `live`. A function that returns the frame may be given instead of a frame that holds
only replaced variables: it is called only when somebody looks, and the last one given again at
the end, so all functions of a model make the same variables. With `grows=True` it may make any
frame, and is called once, when there is time: at the latest before the next frame.

**State**: a model that can go on from a moment of an earlier run gives its state with a frame
(`run.emit(..., state=...)`, called now and then), begins with `run.resumed` where that is set,
and says so (`rewinds`). See `workbench.snapshot`.

**Randomness** comes from `run.rng`. The same model, parameters, seed and version give the same
record, however the frames were sliced.

**Observables** (`workbench.observables`) say what to draw and how it reads; the apps draw them.
An **inquiry** (`workbench.inquiry`) says what a run that has ended may be asked.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import param
import xarray as xr

from workbench.inquiry import Inquiry
from workbench.observables import (
    Curve,
    Histogram,
    Images,
    Matrix,
    Observable,
    Raster,
    Strip,
    Trace,
    no_reading,
)
from workbench.parameters import (
    Choice,
    Count,
    Declared,
    ParameterError,
    Quantity,
    Switch,
    Text,
)
from workbench.plan import Plan

if TYPE_CHECKING:
    from workbench.run import Run

__all__ = [
    "GROWING", "Cancelled", "Choice", "Cost", "Count", "Curve", "Equation", "Histogram", "Images",
    "Matrix", "Model", "Observable", "ParameterError", "Quantity", "Raster", "Reference", "Strip",
    "Switch", "Text", "Trace", "no_reading", "variable",
]  # fmt: skip

#: Dimensions along which the frames of a run are joined.
GROWING = ("time", "step", "epoch", "trial", "spike", "sample")


class Cancelled(Exception):  # noqa: N818 - it is not an error
    """Raised by `run.emit` when the run is to stop; a model lets it pass."""


class Model(param.Parameterized):
    """Base of every model; see the module's text for the whole contract."""

    #: Name in the registry, on the command line and in links.
    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    #: One line for the gallery.
    summary: ClassVar[str] = ""
    #: How it answers: "live" (while a slider moves), "seconds" or "minutes".
    pace: ClassVar[str] = "seconds"
    #: Whether it offers its state with its frames, so that one can go back and branch.
    rewinds: ClassVar[bool] = False
    #: Name -> values of the parameters that differ from their defaults.
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: Name -> a sweep worth beginning from.
    plans: ClassVar[Mapping[str, Plan]] = {}
    observables: ClassVar[tuple[Observable, ...]] = ()
    #: How many of the observables make the gallery's picture, from the first.
    cover: ClassVar[int] = 1
    #: What a run that has ended may be asked, if anything.
    inquiry: ClassVar[Inquiry | None] = None
    equations: ClassVar[tuple[Equation, ...]] = ()
    references: ClassVar[tuple[Reference, ...]] = ()

    def __init__(self, **values: Any) -> None:
        declared = self.parameters()
        for name in values:
            if name not in declared:
                raise ParameterError(unknown(name, declared, f"parameter of {self.key!r}"))
        super().__init__(**values)

    def simulate(self, run: Run) -> None:
        """Compute, and hand every result to `run.emit`."""
        raise NotImplementedError(f"{type(self).__name__} has no simulate method yet")

    def validate(self) -> None:
        """Raise `ParameterError` where values, each allowed alone, do not go together."""

    def cost(self) -> Cost:
        """Estimate what a run with these values takes, before it starts."""
        return Cost(seconds=1.0, bytes=50_000_000, lower="")

    def preparation(self) -> float:
        """Estimate the seconds that the first run waits for what `warm` would prepare."""
        return 0.0

    def warm(self, tell: Callable[[str], None]) -> bool:
        """Prepare what a first run would wait for, such as compiled code.

        Parameters
        ----------
        tell : callable
            Told a few words now and then; may raise to stop.

        Returns
        -------
        bool
            Whether there was anything to do.
        """
        return False

    def cite(self) -> tuple[Reference, ...]:
        """Return the references of what a run with these values uses."""
        return self.references

    @classmethod
    def parameters(cls) -> dict[str, Declared]:
        """Return the declared parameters by name: a model's own first, then inherited ones."""
        named = cls.param.objects(instance=False)
        declared = {name: p for name, p in named.items() if isinstance(p, Declared)}
        order = dict.fromkeys(name for c in cls.__mro__ for name in vars(c))
        return {name: declared[name] for name in order if name in declared}

    @classmethod
    def from_preset(cls, preset: str, **values: Any):
        """Return the model with a preset's values, changed by `values`.

        Raises
        ------
        ParameterError
            If there is no such preset, parameter or value.
        """
        if preset not in cls.presets:
            raise ParameterError(unknown(preset, cls.presets, f"preset of {cls.key!r}"))
        return cls(**{**cls.presets[preset], **values})

    def values(self) -> dict[str, Any]:
        """Return every parameter's value by name."""
        return {name: getattr(self, name) for name in self.parameters()}

    def changed(self) -> dict[str, Any]:
        """Return the values that differ from their defaults."""
        defaults = {name: p.default for name, p in self.parameters().items()}  # type: ignore
        return {name: v for name, v in self.values().items() if v != defaults[name]}

    def copy(self):
        """Return a model of its own with the same values."""
        return type(self)(**self.values())


@dataclass(frozen=True)
class Cost:
    """What a run is expected to take, and which parameter to lower when that is too much."""

    seconds: float
    bytes: int
    lower: str


@dataclass(frozen=True)
class Reference:
    """A source, as a person cites it."""

    authors: str
    year: int
    title: str
    where: str
    doi: str = ""

    def __str__(self) -> str:
        link = f" https://doi.org/{self.doi}" if self.doi else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.where}.{link}"


@dataclass(frozen=True)
class Equation:
    """An equation in LaTeX with the words that explain it."""

    latex: str
    text: str


def variable(dims, values, units: str, long_name: str) -> xr.Variable:
    """Return a variable with the two attributes that every variable of a frame has."""
    return xr.Variable(dims, values, {"units": units, "long_name": long_name})


def unknown(name: str, known: Mapping[str, Any], what: str) -> str:
    """Return the sentence for a name that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(str(name), list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}."
    return f"{str(name)[:60]!a} is no {what}{hint}"
