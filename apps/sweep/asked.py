"""What a page of sweeps is asked for, as it is typed or stands in an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

import models
from workbench import Model, ParameterError
from workbench.cells import Sampling, declared, read_axis, read_number
from workbench.sweep import Sweep

FIRST = "sdm"
#: How points are chosen, and what each is called.
SAMPLINGS: dict[Sampling, str] = {
    "grid": "on a grid",
    "random": "drawn at random",
    "latin": "Latin hypercube",
}
#: Runs that a page may ask for.
MOST = 2000


@dataclass
class Asked:
    """What is asked for, each as it was typed or stands in the address."""

    model: str = FIRST
    plan: str = ""
    across: str = ""
    values: str = ""
    down: str = ""
    rows: str = ""
    sampling: Sampling = "grid"
    points: str = "20"
    seeds: str = "1"
    measure: str = ""

    @classmethod
    def given(cls, address: Mapping[str, str]) -> Asked:
        """Return what an address asks for; of an unknown model or sweep nothing."""
        asked = cls(**cast(Any, {n: v for n, v in address.items() if n in NAMES}))
        if asked.model not in models.names():
            return cls()
        if asked.plan not in models.get(asked.model).plans:
            asked.plan = ""
        if asked.sampling not in SAMPLINGS:
            asked.sampling = "grid"
        return asked

    def sweep(self, model: Model) -> Sweep:
        """Return the sweep that is asked for.

        Raises
        ------
        Wrong
            If a text is no list of allowed values, or no number of seeds.
        ParameterError
            If values do not go together, or there are too many runs for a page.
        """
        axes = {}
        for name, field in ((self.across, "values"), (self.down, "rows")):
            if name:
                with told_of(field):
                    axes[name] = read_axis(
                        declared(model, name), getattr(self, field), self.sampling
                    )
        seeds = self._number("seeds")
        if self.sampling == "grid":
            sweep = Sweep.grid(model, axes, seeds)
        else:
            sweep = Sweep.random(model, axes, self._number("points"), seeds, how=self.sampling)
        if len(sweep) > MOST:
            raise ParameterError(
                f"{len(sweep):,} runs are too many for a page, which runs {MOST:,} at most: ask "
                "for fewer values, or use `engram-workbench sweep`."
            )
        return sweep

    @property
    def drawn(self) -> bool:
        """Whether points are drawn from ranges."""
        return self.sampling != "grid"

    def _number(self, field: str) -> int:
        """Return what stands in a field as a whole number."""
        text = getattr(self, field)
        with told_of(field):
            return 1 if text == "1" else read_number(text, f"{field} = {text}")


NAMES = [one.name for one in fields(Asked)]


class Wrong(ParameterError):
    """A text that cannot be read; `field` says which."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


@contextmanager
def told_of(field: str) -> Iterator[None]:
    """Say which field it is that cannot be read."""
    try:
        yield
    except ParameterError as refused:
        raise Wrong(str(refused), field) from refused


def plan_of(key: str, name: str) -> dict[str, str]:
    """Return what a model's own sweep asks for, as it would stand in an address."""
    plan = models.get(key).plans[name]
    (across, values), *more = plan.over.items()
    down, rows = more[0] if more else ("", "")
    asked = Asked(
        key, name, across, values, down, rows, seeds=str(plan.seeds), measure=plan.measure
    )
    return {n: str(v) for n, v in plan.values.items()} | asdict(asked)
