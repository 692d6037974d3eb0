"""How what the instruments read is shown, in every spiking model alike."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.spiking.responses import answer
from workbench import Matrix, Raster, Strip, Trace


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
    """Say which group answered most to each cue and light, and how the others did."""
    told = [event for event in data.during.values.astype(str) if asked(event)]
    parts = []
    for event in told[:4]:
        rates = {
            group: answer(data, group, event)
            for group in data.group.values.astype(str)
            if group != "tagged"
        }
        known = {group: rate for group, rate in rates.items() if np.isfinite(rate)}
        if known:
            first = max(known, key=lambda group: known[group])
            rest = max((rate for group, rate in known.items() if group != first), default=0.0)
            parts.append(
                f"during '{event}' {first} fired at {known[first]:.3g} Hz and no other group above "
                f"{rest:.3g} Hz"
            )
    if not parts:
        return f"The rates during {data.during.size} events; none of them was a cue or light."
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


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
RASTER = Raster(window=10.0, reading=raster_reading)
RESPONSE = Matrix(
    ("response",), "How each group answered each event", reading=response_reading
)  # fmt: skip
CALCIUM = Trace(
    ("calcium",), "Calcium indicator of some cells", roles={"calcium": "excitatory"},
    reading=calcium_reading,
)  # fmt: skip
