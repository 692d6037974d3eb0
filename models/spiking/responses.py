"""How strongly each group of cells answered each event of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.spiking.instruments import Bench, Mask, Stretch
from workbench import variable


class Responses:
    """Mean rates of groups of cells during each event, brought up to date stretch by stretch.

    Parameters
    ----------
    bench : Bench
        Whose protocol and tagged cells are looked at.
    groups : mapping of str to mask
        The groups that are told apart; the tagged cells join them.
    """

    def __init__(self, bench: Bench, groups: Mapping[str, Mask]) -> None:
        self.bench = bench
        self.groups = dict(groups)
        events = bench.protocol.events
        self.names = [*self.groups, "tagged"]
        self.spikes = np.zeros((len(self.names), len(events)))
        self.cell_seconds = np.zeros_like(self.spikes)

    def count(self, stretch: Stretch, rows: NDArray[np.int32]) -> None:
        """Count the spikes of a stretch for every event that goes on.

        Cells that light drives or silences meanwhile are left out, so that what is counted is the
        network's answer and not the light; only the tagged cells are counted whole.
        """
        counts = np.bincount(rows, minlength=self.bench.rows)
        free = ~self.bench.driven(stretch)
        masks = [*(mask & free for mask in self.groups.values()), self.bench.tagged]
        for column, event in enumerate(self.bench.protocol.events):
            if event not in stretch.events:
                continue
            for row, mask in enumerate(masks):
                self.spikes[row, column] += counts[mask].sum()
                self.cell_seconds[row, column] += mask.sum() * stretch.seconds

    def variables(self) -> dict[str, Any]:
        """Return the rates (Hz; NaN where nothing was counted)."""
        seconds = self.cell_seconds
        rates = np.divide(
            self.spikes, seconds, out=np.full(seconds.shape, np.nan), where=seconds > 0
        )
        return {"response": variable(("group", "during"), rates, "Hz", "mean rate")}

    def coordinates(self) -> dict[str, Any]:
        """Return the names of groups and events, which stay as they are during a run."""
        labels = np.array([str(event) for event in self.bench.protocol.events])
        return {
            "group": variable("group", np.array(self.names), "1", "cells"),
            "during": variable("during", labels, "1", "event"),
        }


def answer(data: xr.Dataset, group: str, event: str) -> float:
    """Return the mean rate (Hz) of a group during the first event whose text holds `event`.

    NaN where there is no such event or group.
    """
    columns = [i for i, text in enumerate(data.during.values) if event in str(text)]
    rows = [i for i, text in enumerate(data.group.values) if str(text) == group]
    if not columns or not rows:
        return float("nan")
    return float(data.response.values[rows[0], columns[0]])
