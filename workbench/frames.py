"""Joining the frames of a run: what grows is appended, what does not is replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from workbench.model import GROWING

Variables = Mapping[str, xr.Variable]


class Plain:
    """A frame that is variables by name: what `Frames` needs of a Dataset, and 0.3 ms cheaper.

    Only variables along the dimension of their own name become coordinates of the record.

    Parameters
    ----------
    variables : mapping of str to xarray.Variable
        As `workbench.variable` makes them.

    Raises
    ------
    ValueError
        If a value is no variable, or two have different sizes along a dimension.
    """

    def __init__(self, variables: Variables) -> None:
        for name, var in variables.items():
            if not isinstance(var, xr.Variable):
                raise ValueError(f"{name!r} of a frame is a {type(var).__name__}, no variable")
        check_sizes(variables, ())
        self.variables = dict(variables)
        self.coords: frozenset[str] = frozenset()


class Frames:
    """The frames of a run (or a part of it) joined as they come.

    Cheap to add to: arrays are kept in lists and joined when `dataset` is called, and the joined
    piece then stands for its parts.
    """

    def __init__(self) -> None:
        self._first: dict[str, xr.Variable] = {}  # of what grows
        self._parts: dict[str, list[NDArray]] = {}
        self._latest: dict[str, xr.Variable] = {}
        self._coordinates: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._first or self._latest)

    def add(self, frame: xr.Dataset | Plain) -> None:
        """Append what grows and replace what does not; all of a frame or nothing.

        Raises
        ------
        ValueError
            If a variable lacks `units` or `long_name`, grows in one frame and not in another,
            changes its shape across the growing dimension, or fits no longer to the others.
        """
        variables = {str(name): var for name, var in frame.variables.items()}
        grown = {name: dim for name, var in variables.items() if (dim := growing_dimension(var))}
        for name, var in variables.items():
            self._check(name, var, name in grown)
        self._check_complete(grown)
        check_sizes(self._first | self._latest | variables)
        for name, var in variables.items():
            values = np.array(var.values)  # a model may go on writing into its arrays
            if name in self._first:
                self._parts[name].append(values)
            elif name in grown:
                self._first[name] = xr.Variable(var.dims, values, var.attrs)
                self._parts[name] = [values]
            else:
                self._latest[name] = xr.Variable(var.dims, values, var.attrs)
        self._coordinates.update(map(str, frame.coords))

    def _check(self, name: str, var: xr.Variable, grows: bool) -> None:
        if not {"units", "long_name"} <= var.attrs.keys():
            raise ValueError(f"variable {name!r} of a frame needs units and long_name")
        if name in (self._latest if grows else self._first):
            raise ValueError(f"variable {name!r} grows in one frame and not in another")
        first = self._first.get(name)
        if first is not None and (first.dims != var.dims or across(first) != across(var)):
            raise ValueError(
                f"variable {name!r} came as {dict(first.sizes)} first and {dict(var.sizes)} now"
            )

    def _check_complete(self, grown: Mapping[str, str]) -> None:
        """See that all variables along a growing dimension come together, or they fall apart."""
        for dim in set(grown.values()):
            known = {name for name, var in self._first.items() if dim in var.dims}
            now = {name for name in grown if grown[name] == dim}
            if known and known != now:
                raise ValueError(f"along {dim!r} came {sorted(known)} first and {sorted(now)} now")

    def dataset(self) -> xr.Dataset:
        """Return everything so far as one Dataset."""
        variables = {name: self._joined(name) for name in self._first} | self._latest
        data = {n: v for n, v in variables.items() if n not in self._coordinates}
        coords = {n: v for n, v in variables.items() if n in self._coordinates}
        return xr.Dataset(dict(sorted(data.items())), coords=dict(sorted(coords.items())))

    def _joined(self, name: str) -> xr.Variable:
        first, parts = self._first[name], self._parts[name]
        if len(parts) > 1:
            parts[:] = [np.concatenate(parts, axis=first.dims.index(growing_dimension(first)))]
        return xr.Variable(first.dims, parts[0], first.attrs)


def growing_dimension(var: xr.Variable) -> str:
    """Return the growing dimension that a variable carries, or an empty string."""
    for dim in var.dims:
        if dim in GROWING:
            return str(dim)
    return ""


def across(var: xr.Variable) -> list[int]:
    """Return the sizes of a variable's dimensions other than the growing one."""
    grown = growing_dimension(var)
    return [size for dim, size in zip(var.dims, var.shape, strict=True) if dim != grown]


def check_sizes(variables: Variables, free: Collection[str] = GROWING) -> None:
    """Raise ValueError where two variables give a dimension that is not free different sizes."""
    sizes: dict[str, tuple[str, int]] = {}
    for name, var in variables.items():
        for dim, size in zip(var.dims, var.shape, strict=True):
            if dim in free:
                continue
            other, known = sizes.setdefault(str(dim), (name, size))
            if size != known:
                raise ValueError(
                    f"variable {name!r} has {size} along {dim!r}, and {other!r} has {known}"
                )
