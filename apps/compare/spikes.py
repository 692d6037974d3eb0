"""Spikes and protocols of several records above each other, along the same time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from apps.compare.parts import Compared, Part, of_lines
from apps.drawing.lanes import lanes
from apps.drawing.raster import RasterPlot
from apps.drawing.spikes import spikes
from apps.drawing.strip import StripPlot
from workbench import Raster, Strip, Trace, variable
from workbench.difference import group_rates, rate_edges
from workbench.difference_words import Event, event_words


def of_rasters(observable: Raster, runs: Compared, dark: bool) -> Part:
    """Return spikes above each other; their difference is one of the groups' firing rates."""
    part = Part(observable.title, wide=True)
    whole = replace(observable, window=0.0)
    found = [spikes(whole, data) for data in runs.datas]
    if not any(one.names.size for one in found):
        return part
    until = max(one.until for one in found)
    for told, data in zip(runs.numbered, runs.datas, strict=True):
        plot = RasterPlot(replace(whole, title=told), dark)
        plot.show(data)
        if part.rows:
            plot.figure.x_range = part.rows[0][0].figure.x_range
        part.rows.append([plot])
    part.rows[0][0].figure.x_range.update(start=0, end=until, reset_start=0, reset_end=until)
    rates = of_lines(*firing(whole, runs, until), dark)
    for row in rates.rows:
        row[0].figure.x_range = part.rows[0][0].figure.x_range
    part.rows += rates.rows
    part.said = rates.said
    return part


def firing(observable: Raster, runs: Compared, until: float) -> tuple[Trace, Compared]:
    """Return the rates of the groups of cells, bin by bin, as records to compare."""
    edges = rate_edges(until)
    datas, roles = [], {}
    for data in runs.datas:
        found = spikes(observable, data)
        times = np.minimum(found.times, np.nextafter(edges[-1], 0))  # the last is within
        rates = group_rates(times, found.cells, found.names, edges)
        named = {
            f"rate of {observable.label(name) or 'cells'}": rate for name, rate in rates.items()
        }
        roles |= dict(zip(named, (found.roles().get(name, "other") for name in rates), strict=True))
        middle = variable("bin", (edges[:-1] + edges[1:]) / 2, "s", "time")
        made = {name: variable("bin", rate, "Hz", name) for name, rate in named.items()}
        datas.append(xr.Dataset(made, coords={"bin": middle}))
    shown = Trace(tuple(roles), "Firing rates", y_label="firing rate", roles=roles)
    return shown, Compared(datas, runs.names, runs.against)


def of_strips(observable: Strip, runs: Compared, dark: bool) -> Part:
    """Return protocols above each other, and which events only one of them has."""
    part = Part(observable.title, wide=True)
    shown = [lanes(observable, data) for data in runs.datas]
    if not any(one.blocks for one in shown):
        return part
    end = max(one.end for one in shown)
    for told, data in zip(runs.numbered, runs.datas, strict=True):
        plot = StripPlot(replace(observable, title=told), dark)
        plot.show(data)
        plot.figure.x_range.update(end=end, reset_end=end)
        part.rows.append([plot])
    first = events(observable, runs.datas[0])
    part.said = [event_words(first, events(observable, data), who) for _, who, data in runs.others]
    return part


def events(observable: Strip, data: xr.Dataset) -> list[Event]:
    """Return the events of a protocol."""
    shown = lanes(observable, data)
    return [(shown.names[one.lane], one.label, one.start, one.end) for one in shown.blocks]
