"""How many patterns fit, against the share of units that a pattern has active."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.associative import mean_field, willshaw
from workbench import variable

POINTS = 41


def capacity_frame(units: int, active: int, stored: int) -> xr.Dataset:
    """Return the capacities of theory for a number of units, and where this run is.

    Parameters
    ----------
    units, active, stored : int
        Number N of units, k of a pattern's active ones, and P of stored patterns.
    """
    here = {
        "stored_here": variable("here", [np.log10(stored)], "1", "this run"),
        "level_here": variable("here", [np.log10(active / units)], "1", "log10 of coding level f"),
        "active": variable((), active, "1", "active units of a pattern"),
    }
    return theory_frame(units, active).assign(here)


def theory_frame(units: int, active: int) -> xr.Dataset:
    """Return the capacities of theory over the coding level, that of `active` units included."""
    least = max(2.0, np.log2(units) / 2)
    sizes = np.unique(np.append(np.geomspace(least, units / 2, POINTS), active))
    sizes = sizes[(sizes >= least) | (sizes == active)]
    level = sizes / units
    load = np.array([mean_field.critical_load(f) for f in level])
    matrix = [willshaw.capacity(units, k) if k < units - 1 else 0.0 for k in sizes]
    law = np.full(level.size, float(mean_field.sparse_law(units)))
    lines = {
        "capacity_willshaw": (matrix, "Willshaw, 1 spurious unit"),
        "capacity_covariance": (units * load, "covariance, mean field"),
        "capacity_asymptote": (units * mean_field.asymptotic_load(level), "N / (2 f |ln f|)"),
        "capacity_law": (law, "(N / ln N)²"),
    }
    frame = {
        name: variable("coding_level", np.log10(np.maximum(values, 1.0)), "1", text)
        for name, (values, text) in lines.items()
    }
    frame |= {
        "coding_level": variable("coding_level", np.log10(level), "1", "log10 of coding level f"),
        "units": variable((), units, "1", "units"),
    }
    return xr.Dataset(frame)
