"""What one run may take on a server, and the kind sentence for one that would take more."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.shell.amounts import seconds, size
from workbench import Model, ParameterError
from workbench.model import Cost
from workbench.parameters import Count, Numeric, spelled, unit_suffix

#: Halvings of the range when a value is looked for that fits.
HALVINGS = 30
#: A run is ended when it takes so many times the memory it may: estimates are not exact.
MUCH = 1.25
#: Share of the machine's memory that all workers together may take unless it is told.
SHARE = 0.75

Estimate = Callable[[Model], Cost]


@dataclass(frozen=True)
class Budget:
    """What one run may take.

    Parameters
    ----------
    seconds, bytes : float
        Infinity for no limit.
    """

    seconds: float = math.inf
    bytes: float = math.inf

    def fits(self, cost: Cost) -> bool:
        """Return whether a run of this cost is allowed."""
        return cost.seconds <= self.seconds and cost.bytes <= self.bytes

    def refusal(self, model: Model, estimate: Estimate) -> str:
        """Return why a model may not run with its values and what to change; nothing if it may."""
        cost = estimate(model)
        if self.fits(cost):
            return ""
        return f"This run would take about {self.compared(cost)}: {self.advice(model, estimate)}."

    def compared(self, cost: Cost) -> str:
        """Say what is over the budget, and what the budget is."""
        over = []
        if cost.seconds > self.seconds:
            over.append(f"{seconds(cost.seconds)} ({seconds(self.seconds)} are allowed here)")
        if cost.bytes > self.bytes:
            over.append(f"{size(cost.bytes)} of memory ({size(self.bytes)} are allowed here)")
        return " and ".join(over)

    def advice(self, model: Model, estimate: Estimate) -> str:
        """Say which parameter to lower, and to about what, where that can be found."""
        name = estimate(model).lower
        parameter = model.parameters().get(name)
        if not isinstance(parameter, Numeric):
            return f"shorten {name}" if parameter is not None else "choose a smaller run"
        words, now = name.replace("_", " "), spelled(getattr(model, name))
        unit = unit_suffix(parameter.unit)  # type: ignore[attr-defined]
        best = self.most(model, parameter, estimate)
        if best is None:
            return f"lower {words} from {now}{unit}, and other values too"
        return f"lower {words} from {now} to about {spelled(best)}{unit}"

    def most(self, model: Model, parameter: Any, estimate: Estimate) -> float | None:
        """Return about the highest value of a parameter with which the run is allowed, if any."""
        whole = isinstance(parameter, Count)

        def fits(value: float) -> bool:
            try:
                return self.fits(estimate(with_value(model, parameter.name, value)))
            except ParameterError:  # too low for what the others are
                return True

        low, high = parameter.bounds[0], getattr(model, parameter.name)
        for _ in range(HALVINGS):
            middle = (low + high) // 2 if whole else (low + high) / 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        for value in (shortened(low, whole), low):
            if allowed(model, parameter, value) and fits(value):
                return value
        return None

    def excess(self, elapsed: float, taken: float, preparation: float = 0.0) -> str:
        """Say why a run that goes on is to be ended; nothing while it keeps to its budget.

        Parameters
        ----------
        elapsed, taken : float
            Seconds and bytes so far.
        preparation : float
            Seconds that it may take more for what is done only once.
        """
        if elapsed > self.seconds + preparation:
            return f"it took longer than the {seconds(self.seconds)} that are allowed here"
        if taken > MUCH * self.bytes:
            return f"it took {size(taken)} of memory, and {size(self.bytes)} are allowed here"
        return ""


def with_value(model: Model, name: str, value: float) -> Model:
    """Return a model with one other value."""
    return type(model)(**{**model.values(), name: value})


def allowed(model: Model, parameter: Any, value: float) -> bool:
    """Return whether a value is within its bounds and goes together with the others."""
    try:
        with_value(model, parameter.name, value).validate()
        return True
    except ParameterError:
        return False


def shortened(value: float, whole: bool) -> float:
    """Return the next number below with two digits that say something."""
    if value <= 0:
        return value
    power = math.floor(math.log10(value)) - 1
    if whole:
        return int(value) // 10 ** max(power, 0) * 10 ** max(power, 0)
    return float(f"{math.floor(value / 10.0**power + 1e-9)}e{power}")
