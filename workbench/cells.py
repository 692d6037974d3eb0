"""What a sweep runs: the values of its parameters, on a grid or drawn, and its cells."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workbench.entry import Entry
from workbench.model import Model, unknown
from workbench.parameters import Choice, Count, Declared, Numeric, ParameterError, shown
from workbench.run import SEED
from workbench.stamp import version

#: How the points of a sweep are chosen: every combination, samples, or a Latin hypercube.
Sampling = Literal["grid", "random", "latin"]
#: A tag of every record that a sweep made.
TAG = "sweep"
#: Cells that a sweep may have.
MOST = 100_000
#: How many values a range has where nobody says.
STEPS = 11


@dataclass(frozen=True)
class Cell:
    """One run of a sweep.

    Attributes
    ----------
    index : tuple of int
        Its place: along each axis of a grid, or the number of its sample; then along the seeds.
    model : Model
        With the values of this cell.
    seed : int
    """

    index: tuple[int, ...]
    model: Model
    seed: int

    @property
    def identity(self) -> str:
        """What tells it from every other run; a stored record has the same."""
        return identity(self.model.key, self.model.values(), self.seed, version())


def identity(key: str, values: Mapping[str, Any], seed: int, made_by: str) -> str:
    """Return a text that only runs have in common that give the same record."""
    return json.dumps([key, values, seed, made_by], sort_keys=True)


def stored(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return the complete, unchanged runs of a store by their identity."""
    whole = (each for each in entries if each.complete and not (each.changes or each.parent))
    return {identity(e.model, e.parameters, e.seed, e.version): e for e in whole}


def declared(model: Model, name: str) -> Declared:
    """Return a parameter of a model, or refuse a name that it does not have."""
    known = model.parameters()
    if name not in known:
        raise ParameterError(unknown(name, known, f"parameter of {model.key!r}"))
    return known[name]


def on_grid(model: Model, over: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the values of every point of a grid, the last parameter changing first."""
    axes = {name: checked(declared(model, name), values) for name, values in over.items()}
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


def checked(parameter: Declared, values: Sequence[Any]) -> list[Any]:
    """Return the values of an axis in the parameter's own type, each allowed and there once."""
    if isinstance(values, str) or not len(values):
        raise ParameterError(f"{parameter.name} = {shown(values)} is no list of values.")
    made = [parameter.check(value) for value in np.asarray(values, dtype=object).tolist()]
    twice = [value for value in made if made.count(value) > 1]
    if twice:
        raise ParameterError(f"{parameter.name} = {shown(twice[0])} is there more than once.")
    return made


def drawn(
    model: Model, over: Mapping[str, Sequence[Any]], samples: int, how: str, draw: int
) -> list[dict[str, Any]]:
    """Return samples of ranges (low, high) or of lists of choices.

    Parameters
    ----------
    samples : int
    how : {"random", "latin"}
        Each value on its own, or a Latin hypercube (McKay, Beckman and Conover 1979,
        https://doi.org/10.2307/1268522): of each parameter's range, cut in as many parts as there
        are samples, every part once.
    draw : int
        Seed of the draw.
    """
    ranges = [ranged(declared(model, name), span) for name, span in over.items()]
    rng = np.random.default_rng(draw)
    if how == "latin":
        from scipy.stats import qmc

        shares = qmc.LatinHypercube(len(ranges), rng=rng).random(samples)
    else:
        shares = rng.random((samples, len(ranges)))
    return [
        {p.name: at(p, span, share) for (p, span), share in zip(ranges, row, strict=True)}
        for row in shares
    ]


def ranged(parameter: Declared, span: Sequence[Any]) -> tuple[Declared, list[Any]]:
    """Return a parameter with the range or the choices that it is drawn from, checked."""
    if not isinstance(parameter, Numeric):
        return parameter, checked(parameter, span)
    if isinstance(span, str) or len(span) != 2:
        raise ParameterError(f"{parameter.name} = {shown(span)} is no range: give low and high.")
    low, high = (parameter.check(bound) for bound in span)
    if not low < high:
        raise ParameterError(f"{parameter.name} from {low} to {high} is no range: low is not less.")
    return parameter, [low, high]


def at(parameter: Declared, span: list[Any], share: float) -> Any:
    """Return the value at a share (0 to 1) of a range, evenly or by its logarithm, or a choice."""
    if not isinstance(parameter, Numeric):
        return span[min(int(share * len(span)), len(span) - 1)]
    low, high = span
    if logarithmic(parameter, low):
        value = low * (high / low) ** share
    else:
        value = low + share * (high - low)
    return parameter.check(whole(parameter, value))


def spread(parameter: Declared, low: Any, high: Any, steps: int = STEPS) -> list[Any]:
    """Return values from low to high, evenly or by their logarithm as the slider has it."""
    if not isinstance(parameter, Numeric):
        raise ParameterError(f"{parameter.name} has no range: list its values with commas.")
    parameter, (low, high) = ranged(parameter, [low, high])  # type: ignore[assignment]
    make = np.geomspace if logarithmic(parameter, low) else np.linspace
    values = [parameter.check(whole(parameter, value)) for value in make(low, high, steps).tolist()]
    return list(dict.fromkeys(values))  # whole numbers may fall together


def logarithmic(parameter: Any, low: float) -> bool:
    """Return whether a parameter's values are spread by their logarithm from here."""
    return parameter.log and low > 0


def whole(parameter: Declared, value: float) -> float:
    """Return a number that a count can be."""
    return round(value) if isinstance(parameter, Count) else value


def read_axis(parameter: Declared, text: str, how: Sampling) -> list[Any]:
    """Return what a text spells: the values of a grid's axis, or the range of samples."""
    return (read_values if how == "grid" else read_range)(parameter, text)


def read_values(parameter: Declared, text: str) -> list[Any]:
    """Return the values that ``1,2,5`` or ``low:high:number`` spells.

    Raises
    ------
    ParameterError
        If a value is not allowed, or the number of values is none.
    """
    low, colon, rest = text.partition(":")
    if not colon or isinstance(parameter, Choice):
        return checked(parameter, [parameter.parse(one) for one in text.split(",")])
    high, _, number = rest.partition(":")
    steps = read_number(number, f"{parameter.name} = {shown(text)}") if number else STEPS
    return spread(parameter, parameter.parse(low), parameter.parse(high), steps)


def read_range(parameter: Declared, text: str) -> list[Any]:
    """Return the range that ``low:high`` spells, or the choices that commas part."""
    signs = ":" if isinstance(parameter, Numeric) else ","
    return ranged(parameter, [parameter.parse(one) for one in text.split(signs)])[1]


def read_number(text: str, where: str) -> int:
    """Return how many values a text asks for, 2 to `MOST`."""
    if not text.strip().isdecimal() or not 2 <= int(text) <= MOST:
        raise ParameterError(f"{where} is not allowed: it must ask for 2 to {MOST:,} values.")
    return int(text)


def seeds_of(given: int | Iterable[int]) -> list[int]:
    """Return seeds: so many from 1 on, or those that are given."""
    seeds = list(range(1, given + 1)) if isinstance(given, int) else [*given]
    if not seeds:
        raise ParameterError("A sweep needs one seed at least.")
    return [SEED.check(seed) for seed in dict.fromkeys(seeds)]


def cells(
    model: Model, points: Sequence[Mapping[str, Any]], shape: Sequence[int], seeds: Sequence[int]
) -> Iterator[Cell]:
    """Yield a cell for each point and seed; all points with the first seed come first."""
    for k, seed in enumerate(seeds):
        for i, point in enumerate(points):
            index = tuple(int(n) for n in np.unravel_index(i, tuple(shape)))
            yield Cell((*index, k), type(model)(**{**model.values(), **point}), seed)
