"""Matrices and rows of pictures of several records, with one range of colours for all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import xarray as xr

from apps.compare.parts import Compared, Part
from apps.drawing.grid import grid, rounded, scale
from apps.drawing.heatmap import HeatMap
from apps.drawing.live import LivePlot
from apps.drawing.palette import SIGNED, Shades, shades
from apps.drawing.series import Series, of_images, present
from apps.drawing.sheet import Sheet
from workbench import Images, Matrix, ParameterError
from workbench.difference import array_difference
from workbench.difference_words import array_words

DIFFERS = (("the same", ""), ("differs", "recall"))


class Ranged(HeatMap):
    """A heat map whose colours reach as far as they are told to.

    Parameters
    ----------
    observable : Matrix
        What to show.
    data : xarray.Dataset
        Of a whole run.
    reach : Shades or None
        The colours; None for codes.
    """

    def __init__(
        self, observable: Matrix, data: xr.Dataset, reach: Shades | None, dark: bool
    ) -> None:
        self._reach = reach
        super().__init__(observable, dark)
        self.show(data)

    def become(self, other: Sheet) -> bool:
        """Show what another sheet shows; return whether it is one of the same kind."""
        if not isinstance(other, Ranged) or other.observable != self.observable:
            return False
        self._reach = other._reach
        self.replace(other._book.whole)
        return True

    def _tint(self, values: np.ndarray) -> None:
        if self._reach is not None:
            self._shades = self._reach
            low = -self._reach.high if self._reach.low < 0 else 0.0
            self._mapper.update(palette=self._reach.colours, low=low, high=self._reach.high or 1.0)
            self._paint_lines()


class Pictures(LivePlot):
    """A row of pictures that were made elsewhere."""

    def __init__(self, observable: Images, drawn: list[Series], dark: bool) -> None:
        super().__init__(observable, dark)
        self._show(drawn, xr.Dataset(), continued=False)

    def become(self, other: Sheet) -> bool:
        """Show what another sheet shows; return whether it is one of the same kind."""
        if not isinstance(other, Pictures) or other.observable != self.observable:
            return False
        if [*other._drawn] != [*self._drawn]:
            return False
        self._show([one for one, _ in other._drawn.values()], xr.Dataset(), continued=False)
        return True


def centred(values: np.ndarray) -> Shades:
    """Return the colours of a difference: white at zero, as far up as down."""
    finite = values[np.isfinite(values)]
    most = rounded(float(np.abs(finite).max(initial=0.0))) or 1.0
    return Shades(SIGNED, -most, most)


def of_matrices(observable: Matrix, runs: Compared, dark: bool) -> Part:
    """Return matrices side by side and, beside them, what each but the first has more or less."""
    part = Part(observable.title, wide=True)
    name, coded = observable.variables[0], bool(observable.categories)
    grids = [grid(observable, data) for data in runs.datas]
    if all(one is None for one in grids):
        return part
    reach = None if coded else scale(everywhere(name, runs.whole))
    part.rows.append([
        Ranged(replace(observable, title=told), data, reach, dark)
        for told, data, one in zip(runs.numbered, runs.datas, grids, strict=True)
        if one is not None
    ])  # fmt: skip
    maps = []
    for k, who, data in runs.others:
        try:
            found = matrix_difference(observable, runs.datas[0], data)
        except ParameterError as refused:
            part.said.append(f"{observable.title} with {who}: {refused}")
            continue
        var = runs.datas[0][name]
        part.said.append(array_words(
            var.attrs["long_name"], var.attrs["units"], found["difference"].values, who, coded
        ))  # fmt: skip
        maps.append((k, found))
    if maps:
        shown = [np.ravel(found["difference"].values) for _, found in maps]
        reach = None if coded else centred(np.concatenate([*differing(name, runs), *shown]))
        part.rows[0] += [
            Ranged(difference_shown(observable, k), found, reach, dark) for k, found in maps
        ]
    return part


def everywhere(name: str, datas: list[xr.Dataset]) -> np.ndarray:
    """Return all values of a variable, in all records and on all leaves."""
    return np.concatenate([np.ravel(data[name].values) for data in datas if name in data])


def differing(name: str, runs: Compared) -> list[np.ndarray]:
    """Return the differences to the first record on all leaves that both have."""
    first, *others = (data[name] for data in runs.whole if name in data)
    found = []
    for other in others:
        with suppress(ParameterError):  # it has no leaf in common with the first
            found.append(np.ravel(array_difference(first, other).values))
    return found


def matrix_difference(observable: Matrix, first: xr.Dataset, second: xr.Dataset) -> xr.Dataset:
    """Return a matrix minus another as "difference", with the borders of the first.

    Of codes, which cannot be subtracted, it tells where they are not the same (1, otherwise 0).

    Raises
    ------
    ParameterError
        If one has none, or they have no place in common.
    """
    name = observable.variables[0]
    if name not in first or name not in second:
        raise ParameterError("only one of the two has it.")
    found = array_difference(first[name], second[name])
    if observable.categories:
        found = found.copy(data=(found.values != 0).astype(float))
    attrs = {**first[name].attrs, "long_name": f"difference in {first[name].attrs['long_name']}"}
    whole = found.shape == first[name].shape
    borders = present(observable.borders, first) if whole else []
    made = found.rename("difference").assign_attrs(attrs).to_dataset()
    return made.assign({border: first[border].variable for border in borders})


def difference_shown(observable: Matrix, record: int) -> Matrix:
    """Return how the difference of a record to the first is shown."""
    return replace(
        observable, variables=("difference",), title=f"record {record + 1} minus record 1",
        categories=DIFFERS if observable.categories else (),
    )  # fmt: skip


def of_pictures(observable: Images, runs: Compared, dark: bool) -> Part:
    """Return rows of pictures above each other, and below them the differences."""
    part = Part(observable.title, wide=True)
    names = tuple(present(observable.variables, runs.datas[0]))
    values = [everywhere(name, runs.whole) for name in names]
    if not values:
        return part
    reach = shades(np.concatenate(values))
    apart = {name: differing(name, runs) for name in names}
    for told, data in zip(runs.numbered, runs.datas, strict=True):
        row = [replace(one, shades=reach) for one in of_images(observable, data)]
        part.rows.append([Pictures(replace(observable, title=told), row, dark)])
    for k, who, data in runs.others:
        for name in present(names, data):
            var = runs.datas[0][name]
            try:
                found = array_difference(*(d[name].drop_vars(d[name].coords)
                                           for d in (runs.datas[0], data)))  # fmt: skip
            except ParameterError as refused:
                part.said.append(f"{observable.title} with {who}: {refused}")
                continue
            label, unit = var.attrs["long_name"], var.attrs["units"]
            coded = bool(np.isin(np.concatenate(values), (0, 1)).all())
            part.said.append(array_words(label, unit, found.values, who, coded))
            shown = replace(observable, variables=(name,), title=f"record {k + 1} minus record 1")
            row = of_images(shown, var.copy(data=found.values).to_dataset(name=name))
            reach = centred(np.concatenate([*apart[name], np.ravel(found.values)]))
            part.rows.append([Pictures(shown, [replace(s, shades=reach) for s in row], dark)])
    return part
