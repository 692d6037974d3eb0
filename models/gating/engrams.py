"""Which units are the engram of a task, and what later stimuli switch on of it."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from workbench import measures, variable

#: A unit belongs to a task's engram when its stimuli switch it on this much more often than the
#: mean unit, in deviations over the units.
ABOVE = 1.0
#: Units that are drawn.
MOST = 300
BINS = 20


def engram_of(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the units of an engram (units,), from what stimuli switch on (stimuli, units)."""
    return measures.engram_cells(active.mean(axis=0), deviations=ABOVE)


def reactivations(
    engrams: list[NDArray[np.bool_]], switched_on: list[NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """Return how often stimuli switch on each engram, over chance: (stimuli's task, engram).

    Parameters
    ----------
    engrams : list of shape (units,), boolean
        As they were when their tasks were learnt.
    switched_on : list of shape (stimuli, units), boolean
        For each task, what its test stimuli switch on.

    Returns
    -------
    shape (tasks, engrams)
        The mean over stimuli of |E and A| / |E| over the mean of |A| / N: 1 is chance; NaN where
        nothing is active or the engram is empty.
    """
    found = np.full((len(switched_on), len(engrams)), np.nan)
    for row, active in enumerate(switched_on):
        for column, engram in enumerate(engrams):
            again = measures.reactivation(engram, active)
            chance = again.chance.mean()
            if engram.any() and chance > 0:
                found[row, column] = again.fraction.mean() / chance
    return found


def said(ratios: NDArray[np.float64]) -> str:
    """Return what stimuli of the first task switch on, from `reactivations`, in a sentence."""
    own, latest = ratios[0, 0], ratios[0, -1]
    tasks = f"After {ratios.shape[1]} task{'s' * (ratios.shape[1] > 1)}"
    if np.isnan(own):
        return f"{tasks} stimuli of the first task switch on 0 units, or it has no engram."
    text = f"{tasks} stimuli of the first task switch on their own engram {own:.1f} times chance"
    if ratios.shape[1] > 1 and np.isfinite(latest):
        text += f", and that of the task just learnt {latest:.1f} times"
    return f"{text}."


def overlaps(engrams: list[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Return the share of units that engrams have in common (Jaccard), (tasks, tasks)."""
    masks = np.array(engrams)
    return measures.cell_overlap(masks[:, None], masks[None])


def units_frame(
    engrams: list[NDArray[np.bool_]], switched_on: list[NDArray[np.bool_]], names: list[str]
) -> xr.Dataset:
    """Return which task's stimuli switch on which units at the end, and how selective units are.

    Units are in the order of the task that switches them on most, and in it by how much more than
    the others it does; where there are many, those of engrams come first.
    """
    responses = np.array([active.mean(axis=0) for active in switched_on])
    selective = measures.selectivity(responses, axis=0)
    alive = ~np.isnan(selective)
    counts, edges = np.histogram(selective[alive], BINS, (0, 1))
    chosen = ordered(responses, np.any(engrams, axis=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of no unit at all
        mean = float(np.nanmean(selective)) if alive.any() else 0.0
    return xr.Dataset(
        {
            "unit_response": variable(
                ("stimulus", "unit"), responses[:, chosen], "1", "share of stimuli"
            ),
            "unit_selectivity": variable("selectivity", counts, "1", "units"),
            "mean_selectivity": variable((), mean, "1", "mean selectivity"),
            "silent_units": variable((), int((~alive).sum()), "1", "silent units"),
            "units": variable((), alive.size, "1", "units"),
            "engram_size": variable(
                "engram", [int(engram.sum()) for engram in engrams], "1", "units of the engram"
            ),
        },
        coords={
            "stimulus": variable("stimulus", names, "1", "stimuli of task"),
            "engram": variable("engram", names, "1", "engram of task"),
            "unit": variable("unit", np.arange(1, len(chosen) + 1), "1", "unit, by preferred task"),
            "selectivity": variable("selectivity", edges[:-1], "1", "selectivity for a task"),
        },
    )  # fmt: skip


def ordered(responses: NDArray[np.float64], member: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the places of the units that are drawn, in their order; silent ones are left out."""
    total = responses.sum(axis=0)
    heard = np.flatnonzero(total > 0) if total.any() else np.arange(len(total))
    first = heard[np.lexsort((-total[heard], ~member[heard]))][:MOST]
    best = responses[:, first].argmax(axis=0)
    lead = 2 * responses[:, first].max(axis=0) - total[first]
    return first[np.lexsort((-lead, best))]
