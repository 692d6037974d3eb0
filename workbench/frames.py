"""Joining the frames of a run: what grows is appended, what does not is replaced."""

from __future__ import annotations

import numpy as np
import xarray as xr

from workbench.model import GROWING


class Frames:
    """The frames of a run (or a part of it) joined as they come.

    Cheap to add to: arrays are kept in lists and joined when `dataset` is called, and the joined
    piece then stands for its parts.
    """

    def __init__(self) -> None:
        self._growing: dict[str, list[xr.Variable]] = {}
        self._latest: dict[str, xr.Variable] = {}
        self._coordinates: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._growing or self._latest)

    def add(self, frame: xr.Dataset) -> None:
        """Append what grows and replace what does not; all of a frame or nothing.

        Raises
        ------
        ValueError
            If a variable lacks `units` or `long_name`, grows in one frame and not in another,
            changes its shape across the growing dimension, or fits no longer to the others.
        """
        variables = {str(name): var for name, var in frame.variables.items()}
        for name, var in variables.items():
            self._check(name, var)
        self._check_complete(variables)
        first = {name: parts[0] for name, parts in self._growing.items()}
        check_sizes(first | self._latest | variables)
        for name, var in variables.items():
            if growing_dimension(var):
                self._growing.setdefault(name, []).append(var.copy())
            else:
                self._latest[name] = var.copy()
        self._coordinates.update(str(name) for name in frame.coords)

    def _check(self, name: str, var: xr.Variable) -> None:
        if not {"units", "long_name"} <= set(var.attrs):
            raise ValueError(f"variable {name!r} of a frame needs units and long_name")
        if name in (self._latest if growing_dimension(var) else self._growing):
            raise ValueError(f"variable {name!r} grows in one frame and not in another")
        first = self._growing.get(name, [var])[0]
        if (first.dims, across(first)) != (var.dims, across(var)):
            raise ValueError(
                f"variable {name!r} came as {dict(first.sizes)} first and {dict(var.sizes)} now"
            )

    def _check_complete(self, variables: dict[str, xr.Variable]) -> None:
        """See that all variables along a growing dimension come together, or they fall apart."""
        for dim in {growing_dimension(var) for var in variables.values()} - {""}:
            known = {n for n, parts in self._growing.items() if growing_dimension(parts[0]) == dim}
            now = {name for name, var in variables.items() if growing_dimension(var) == dim}
            if known and known != now:
                raise ValueError(f"along {dim!r} came {sorted(known)} first and {sorted(now)} now")

    def dataset(self) -> xr.Dataset:
        """Return everything so far as one Dataset."""
        variables = {name: self._joined(name) for name in self._growing} | self._latest
        data = {n: v for n, v in variables.items() if n not in self._coordinates}
        coords = {n: v for n, v in variables.items() if n in self._coordinates}
        return xr.Dataset(dict(sorted(data.items())), coords=dict(sorted(coords.items())))

    def _joined(self, name: str) -> xr.Variable:
        parts = self._growing[name]
        if len(parts) > 1:
            dim = growing_dimension(parts[0])
            values = np.concatenate([p.values for p in parts], axis=parts[0].dims.index(dim))
            parts[:] = [xr.Variable(parts[0].dims, values, parts[0].attrs)]
        return parts[0]


def growing_dimension(var: xr.Variable) -> str:
    """Return the growing dimension that a variable carries, or an empty string."""
    return next((str(dim) for dim in var.dims if dim in GROWING), "")


def across(var: xr.Variable) -> dict[str, int]:
    """Return the sizes of a variable's dimensions other than the growing one."""
    return {str(d): n for d, n in var.sizes.items() if d != growing_dimension(var)}


def check_sizes(variables: dict[str, xr.Variable]) -> None:
    """Raise ValueError where two variables give a dimension that does not grow different sizes."""
    sizes: dict[str, tuple[str, int]] = {}
    for name, var in variables.items():
        for dim, size in across(var).items():
            other, known = sizes.setdefault(dim, (name, size))
            if size != known:
                raise ValueError(
                    f"variable {name!r} has {size} along {dim!r}, and {other!r} has {known}"
                )
