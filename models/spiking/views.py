"""How what the instruments read is shown, in every spiking model alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from models.spiking.responses import answer
from workbench import Matrix, Raster, Strip, Trace

#: Groups of cells that share some with other groups, whatever these are.
ACROSS = ("tagged", "training engram")


def protocol_reading(data: xr.Dataset) -> str:
    """Say how far the run is and what it went through."""
    events = data.event_label.size
    return (
        f"The protocol holds {events} events over {float(data.event_end.max()):.3g} s; this run "
        f"came to {float(data.now):.3g} s."
    )


def raster_reading(data: xr.Dataset) -> str:
    """Say how much fired, and how many cells are tagged."""
    seconds = float(data.time[-1])
    kinds = data.cell_role.values.astype(str)
    rates = np.bincount(data.spike_cell.values, minlength=kinds.size) / seconds
    shown = rates[kinds != "inhibitory"], rates[kinds == "inhibitory"]
    tagged = int((kinds == "engram").sum())
    return (
        f"{data.spike_cell.size:,} spikes in {seconds:.3g} s: excitatory cells fired at "
        f"{mean(shown[0]):.2g} Hz on average, inhibitory ones at {mean(shown[1]):.2g} Hz; "
        f"{tagged or 'no'} cells are tagged."
    )


def response_reading(data: xr.Dataset) -> str:
    """Say which excitatory group answered most to each cue and light, and how the others did."""
    told = [event for event in data.during.values.astype(str) if asked(event)]
    parts = []
    for event in told[:4]:
        rates = {group: answer(data, group, event) for group in data.group.values.astype(str)}
        known = {group: rate for group, rate in rates.items() if np.isfinite(rate)}
        if compared := apart(known):
            parts.append(f"during '{event}' {first_and_rest(known, compared)}")
    if not parts:
        return f"The rates during {data.during.size} events; none of them was a cue or light."
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def apart(groups: Iterable[str]) -> dict[str, list[str]]:
    """Return groups of excitatory cells by their stem; those of one stem may overlap, others not.

    The stem of "module 1, not cued" is "module 1". Groups that lie across the others are left out,
    and so are all excitatory cells together where there are groups of them.
    """
    found: dict[str, list[str]] = {}
    for group in groups:
        if group not in ("inhibitory", *ACROSS):
            found.setdefault(group.split(",")[0], []).append(group)
    return {stem: found[stem] for stem in found if stem != "excitatory" or len(found) == 1}


def first_and_rest(rates: Mapping[str, float], compared: Mapping[str, list[str]]) -> str:
    """Say how fast the groups of the fastest stem fired, and how fast the others did at most."""
    fastest = {stem: max(rates[group] for group in own) for stem, own in compared.items()}
    first = max(fastest, key=lambda stem: fastest[stem])
    own = sorted(compared[first], key=lambda group: -rates[group])
    told = [f"{in_brackets(group)} fired at {rates[group]:.3g} Hz" for group in own]
    others = [rate for stem, rate in fastest.items() if stem != first]
    if others:
        told.append(f"no other excitatory group above {max(others):.3g} Hz")
    if "inhibitory" in rates:
        told.append(f"inhibitory cells at {rates['inhibitory']:.3g} Hz")
    return " and ".join([", ".join(told[:-1]), told[-1]] if told[1:] else told)


def in_brackets(group: str) -> str:
    """Return "module 1 (not cued)" for "module 1, not cued"."""
    stem, comma, part = group.partition(", ")
    return f"{stem} ({part})" if comma else stem


def asked(event: str) -> bool:
    """Return whether an event is one that a network is to answer."""
    return event.split(maxsplit=1)[-1].startswith(("cue", "light", "step", "excite"))


def calcium_reading(data: xr.Dataset) -> str:
    """Say how bright the cells became."""
    peaks = data.calcium.max("time").values
    return (
        f"The brightest of {peaks.size} imaged cells rose to {peaks.max():.2g} dF/F, the dimmest "
        f"to {peaks.min():.2g}; one spike alone gives 0.23."
    )


def mean(values: np.ndarray) -> float:
    """Return the mean, 0 where there is nothing."""
    return float(values.mean()) if values.size else 0.0


STRIP = Strip(reading=protocol_reading)
RASTER = Raster(
    window=10.0, reading=raster_reading,
    labels={"engram": "tagged cells", "excitatory": "excitatory cells",
            "inhibitory": "inhibitory cells"},
)  # fmt: skip
RESPONSE = Matrix(("response",), "Response to each event", reading=response_reading)
CALCIUM = Trace(
    ("calcium",), "Calcium indicator of some cells", roles={"calcium": "excitatory"},
    reading=calcium_reading,
)  # fmt: skip
