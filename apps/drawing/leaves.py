"""Pictures that are leafed through: which there are, and the data of one of them."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from workbench import Observable
from workbench.frames import Frames, growing_dimension
from workbench.observables import Leafed


@dataclass(frozen=True)
class Leaves:
    """The pictures that an observable has one of at a time.

    Attributes
    ----------
    over : str
        The dimension along which they lie.
    name : str
        What it is called, such as "epoch".
    labels : list of str
        What each is called.
    said : list of str
        A sentence for each, or none at all.
    first : int
        Which is seen until a person chooses.
    """

    over: str
    name: str
    labels: list[str]
    said: list[str]
    first: int


def leaves(observable: Observable, data: xr.Dataset) -> Leaves | None:
    """Return what there is to leaf through; None where there is nothing."""
    over = observable.over if isinstance(observable, Leafed) else ""
    if not over or over not in data.dims or observable.variables[0] not in data:
        return None
    assert isinstance(observable, Leafed)
    var, count = data[observable.variables[0]], data.sizes[over]
    if over not in var.dims or not count:
        return None
    named = data[over].values if over in data.coords else range(1, count + 1)
    name = data[over].attrs.get("long_name", over) if over in data.coords else over
    said = [str(one) for one in data[observable.said].values] if observable.said in data else []
    grows = growing_dimension(var.variable) == over
    return Leaves(over, name, [text(one) for one in named], said, count - 1 if grows else 0)


def leaf(observable: Observable, data: xr.Dataset, number: int | None = None) -> xr.Dataset:
    """Return the data of one picture, by its number from 0; data without others stay as they are.

    Without a number, or with one that there is none of, it is the one that is seen at first.
    """
    there = leaves(observable, data)
    if there is None:
        return data
    if number is None or not 0 <= number < len(there.labels):
        number = there.first
    return data.isel({there.over: number})


class Book:
    """The data of an observable as they come, open at one of its pictures.

    Parameters
    ----------
    observable : Observable
        What is leafed through, if it is.
    names : iterable of str
        Variables of the data that count.

    Attributes
    ----------
    number : int or None
        Which picture a person chose, from 0; None for the one that is seen at first.
    leaves : Leaves or None
        What there is to leaf through.
    """

    def __init__(self, observable: Observable, *names: str) -> None:
        self._observable = observable
        self._names = {*observable.variables, *names}
        if isinstance(observable, Leafed):
            self._names |= {observable.said}
        self.clear()

    def clear(self) -> None:
        """Forget all data."""
        self._frames, self._data = Frames(), xr.Dataset()
        self.number: int | None = None
        self.leaves: Leaves | None = None

    def add(self, data: xr.Dataset) -> bool:
        """Take what is new; return whether any of it counts."""
        new = data[[name for name in data.data_vars if name in self._names]]
        if not new.data_vars:
            return False
        self._frames.add(new)
        self._data = self._frames.dataset()
        self.leaves = leaves(self._observable, self._data)
        return True

    @property
    def whole(self) -> xr.Dataset:
        """Return all that came."""
        return self._data

    @property
    def open(self) -> xr.Dataset:
        """Return the data of the picture that it is open at."""
        return leaf(self._observable, self._data, self.number)


def titled(observable: Observable, data: xr.Dataset) -> str:
    """Return the title of a picture that is looked at alone, with which one it is."""
    there = leaves(observable, data)
    if there is None:
        return observable.title
    return f"{observable.title} ({there.name} {there.labels[there.first]})"


def text(value: object) -> str:
    """Return what a place is called: a number with its sensible digits, or a word."""
    return f"{value:.6g}" if isinstance(value, float | int) else str(value)
