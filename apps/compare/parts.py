"""An observable of several records: their figures, their differences, and what these say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from apps.compare.lines import LOW, Lines, Stroke, grouped, outline, seen, strokes
from apps.drawing.series import Series, along, axis_labels, long_name, series
from apps.drawing.sheet import Sheet
from workbench import Curve, Observable, ParameterError
from workbench.difference import Difference, histogram_difference, line_difference
from workbench.difference_words import line_words, value_words


@dataclass(frozen=True)
class Compared:
    """Records side by side.

    Attributes
    ----------
    datas : list of xarray.Dataset
        Two to four, of one model; the first is what the others are compared with.
    names : list of str
        What sets each apart from all others.
    against : list of str
        What sets each apart from the first alone; of the first itself it is not read.
    leaves : list of xarray.Dataset, optional
        The same with all that can be leafed through, where `datas` hold one leaf: colours mean the
        same on every leaf.
    """

    datas: list[xr.Dataset]
    names: list[str]
    against: list[str]
    leaves: list[xr.Dataset] = field(default_factory=list)

    @property
    def whole(self) -> list[xr.Dataset]:
        """The data with everything that can be leafed through."""
        return self.leaves or self.datas

    @property
    def others(self) -> list[tuple[int, str, xr.Dataset]]:
        """Number, what sets it apart from the first, and data of all but the first."""
        told = list(zip(range(len(self.datas)), self.against, self.datas, strict=True))
        return told[1:]

    @property
    def numbered(self) -> list[str]:
        """The names with their numbers, as legends tell them."""
        return [f"{i}: {name}" for i, name in enumerate(self.names, 1)]


@dataclass
class Part:
    """What is shown of one observable: rows of figures, and sentences.

    `wide` ones take all the width of the page.
    """

    title: str
    rows: list[list[Sheet]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wide: bool = False


def of_lines(observable: Observable, runs: Compared, dark: bool) -> Part:
    """Return lines, points or bars over each other, and below them the difference."""
    sides = [series(observable, data) for data in runs.datas]
    part = Part(observable.title)
    found, part.said = differences(observable, sides, runs)
    drawn = strokes(sides)
    if not drawn:
        return part
    whose = next(data for data, side in zip(runs.datas, sides, strict=True) if grouped(side))
    axes = axis_labels(observable, whose)
    upper = Lines(observable, drawn, axes, runs.numbered, dark, title="")
    part.rows.append([upper])
    if found:
        lower = Lines(
            observable, found, (axes[0], difference_axis(axes[1])), runs.numbered, dark,
            title="", height=LOW, x_range=upper.figure.x_range, y_axis_type="auto",
        )  # fmt: skip
        lower.level()
        part.rows.append([lower])
    return part


def differences(
    observable: Observable, sides: list[list[Series]], runs: Compared
) -> tuple[list[Stroke], list[str]]:
    """Return the differences of all records to the first, to be drawn and in sentences."""
    drawn, said = [], []
    first = grouped(sides[0])
    for k, who, data in runs.others:
        other = grouped(sides[k])
        for name, lines in first.items():
            one = lines[0]
            if one.kind == "theory" or name not in other:
                continue
            if one.kind == "mark":
                said.append(mark_words(name, runs.datas[0], data, who))
                continue
            try:
                found = difference(lines, other[name])
            except ParameterError as refused:
                said.append(f"{one.label} with {who}: {refused}")
                continue
            drawn.append(drawn_difference(k, one, found))
            said.append(in_words(observable, name, runs.datas[0], found, one, who))
        said += [f"{lines[0].label}: only record {owner} has it."
                 for owner, mine, yours in ((1, first, other), (k + 1, other, first))
                 for name, lines in mine.items()
                 if name not in yours and lines[0].kind != "theory"]  # fmt: skip
    return drawn, [one for one in said if one]


def difference(lines: list[Series], others: list[Series]) -> Difference:
    """Return the lines of one variable in one record minus those in another."""
    if lines[0].kind == "bars":
        return histogram_difference(lines[0].x, lines[0].y, others[0].x, others[0].y)
    y, y2 = (np.stack([one.y for one in each], axis=1) for each in (lines, others))
    return line_difference(lines[0].x, y, others[0].x, y2)


def drawn_difference(record: int, one: Series, found: Difference) -> Stroke:
    """Return what is drawn of a difference; of points also the line through them is."""
    columns = list(found.values.T)
    if one.kind == "bars":
        x, y = outline(found.x, columns[0])
        return Stroke(record, one.label, one.role, "bars", [x], [y])
    xs = [found.x] * len(columns)
    kind = "joined" if one.kind == "points" else seen(one.kind, xs)
    return Stroke(record, one.label, one.role, kind, xs, columns)


def difference_axis(text: str) -> str:
    """Return the text of an axis of differences: only the unit is left of a name with its unit."""
    _, bracket, unit = text.rpartition(" (")
    return f"difference ({unit}" if bracket else "difference"


def in_words(
    observable: Observable, name: str, data: xr.Dataset, found: Difference, one: Series, who: str
) -> str:
    """Return a difference as a sentence."""
    var = data[name]
    x: Any = data[observable.x if isinstance(observable, Curve) else along(var)]
    across = x.attrs.get("long_name", str(x.name)), x.attrs.get("units", "1")
    ends = one.grows and one.kind == "line"
    return line_words(long_name(var), var.attrs["units"], across, found, who, ends)


def mark_words(name: str, first: xr.Dataset, second: xr.Dataset, who: str) -> str:
    """Return how a single value differs."""
    values = [data[name].values for data in (first, second)]
    if any(value.size != 1 for value in values):
        return ""
    before, after = (float(value.item()) for value in values)
    return value_words(long_name(first[name]), first[name].attrs["units"], before, after, who)


#: What compares an observable of a kind.
Maker = Callable[[Any, Compared, bool], Part]
