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
        """Append what grows and replace what does not.

        Raises
        ------
        ValueError
            If a variable lacks `units` or `long_name`, or changes its shape across the
            growing dimension.
        """
        self._coordinates.update(str(name) for name in frame.coords)
        for name, var in frame.variables.items():
            name = str(name)
            if not {"units", "long_name"} <= set(var.attrs):
                raise ValueError(f"variable {name!r} of a frame needs units and long_name")
            grows = bool(growing_dimension(var))
            if name in (self._latest if grows else self._growing):
                raise ValueError(f"variable {name!r} grows in one frame and not in another")
            if grows:
                self._append(name, var)
            else:
                self._latest[name] = var.copy()

    def _append(self, name: str, var: xr.Variable) -> None:
        parts = self._growing.setdefault(name, [])
        if parts and (parts[0].dims, across(parts[0])) != (var.dims, across(var)):
            raise ValueError(
                f"variable {name!r} came as {dict(parts[0].sizes)} first and {dict(var.sizes)} now"
            )
        parts.append(var.copy())

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
