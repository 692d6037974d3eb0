"""What the pictures of modular assemblies say, computed from the data of a run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.spiking.responses import answer
from workbench.weight_measures import matrix_module_weights

#: Mean excitatory weights within and out of a module from and up to which it counts as formed.
FORMED, APART = 0.9, 0.1
SYNCHRONOUS = 0.8
#: Seconds at the beginning of a rest that are left out.
SETTLING = 2.0


def two(value: float) -> str:
    """Return a number with two digits behind the point, and zero without a sign."""
    return f"{round(float(value), 2) + 0.0:.2f}"


def weights_reading(data: xr.Dataset) -> str:
    """Say which modules formed, and whom the inhibitory cells inhibit."""
    formed = [
        str(k + 1) for k, (own, other) in enumerate(module_strengths(data)) if made(own, other)
    ]
    number = data.module.size
    weights = {name: float(data[name][-1]) for name in ("EE_within", "EE_between")}
    text = (
        f"{'All' if len(formed) == number else len(formed) or 'None'} of {number} modules "
        f"{'is' if len(formed) == 1 else 'are'} formed: excitatory weights are "
        f"{two(weights['EE_within'])} within modules and {two(weights['EE_between'])} between them"
    )
    for name, kind in (("HE", "Hebbian"), ("AE", "anti-Hebbian")):
        within, between = float(data[f"{name}_within"][-1]), float(data[f"{name}_between"][-1])
        if not np.isnan(within):
            text += f"; {kind} ones {two(within)} and {two(between)}"
    return text + "."


def module_strengths(data: xr.Dataset) -> list[tuple[float, float]]:
    """Return for each module the mean excitatory weight within it, and from it to the others."""
    excitatory = np.flatnonzero(data.cell_kind.values == "E")
    weights = data.weights.values[np.ix_(excitatory, excitatory)]
    blocks = matrix_module_weights(weights, data.cell_module.values[excitatory] - 1).blocks
    others = [np.delete(column, k) for k, column in enumerate(blocks.T)]
    return [
        (float(blocks[k, k]), float(other.mean()) if other.size else 0.0)
        for k, other in enumerate(others)
    ]


def made(own: float, other: float) -> bool:
    """Return whether weights are those of a module."""
    return own >= FORMED and other <= APART


def course_reading(*names: str):
    """Return a reading that says from where to where mean weights went."""

    def reading(data: xr.Dataset) -> str:
        told = [
            f"{data[name].attrs['long_name']} from {two(float(data[name][0]))} to "
            f"{two(float(data[name][-1]))}"
            for name in names
            if np.isfinite(data[name][-1])
        ]
        return f"Mean weights went: {'; '.join(told)}." if told else "There are no such synapses."

    return reading


def rate_reading(data: xr.Dataset) -> str:
    """Say how fast excitatory cells fire in each kind of phase."""
    told = []
    for event, rate in phase_rates(data)[:6]:
        told.append(f"{rate:.2g} Hz at '{event}'")
    return f"Excitatory cells fired at {', '.join(told)}." if told else "Nothing is counted yet."


def phase_rates(data: xr.Dataset) -> list[tuple[str, float]]:
    """Return the events that are phases, with the rate of excitatory cells where it is known."""
    phases = [
        str(text) for text in data.during.values if str(text).split()[1] in ("rest", "learn", "cue")
    ]
    rates = [(text, answer(data, "excitatory", text)) for text in phases]
    return [(text, rate) for text, rate in rates if np.isfinite(rate)]


def recall_reading(data: xr.Dataset) -> str:
    """Say whether each cue recalled its module: cells that it did not reach, and the others."""
    told = []
    for event in data.during.values.astype(str):
        words = event.split()
        cued = " ".join(words[2:4])
        own = answer(data, f"{cued}, not cued", event)
        if words[1] != "cue" or np.isnan(own):
            continue
        rates = {name: answer(data, name, event) for name in others(data, cued)}
        other = max((rate for rate in rates.values() if np.isfinite(rate)), default=0.0)
        verdict = "was recalled alone" if own > max(1.0, 2 * other) else "was not recalled alone"
        told.append(
            f"{cued} {verdict} at {words[0]} s: its cells without cue fired at {own:.2g} Hz, "
            f"those of any other module at {other:.2g} Hz at most"
        )
    if not told:
        return rate_reading(data)
    text = "; ".join(told) + "."
    return text[0].upper() + text[1:]


def others(data: xr.Dataset, cued: str) -> list[str]:
    """Return the names of the modules but one."""
    names = [f"module {number}" for number in data.module.values]
    return [name for name in names if name != cued]


def order_reading(data: xr.Dataset) -> str:
    """Say how synchronous each module is at rest, and whether its cells take turns."""
    resting = at_rest(data)
    told = []
    for k, (first, second) in enumerate(
        zip(data.module_order.values, data.module_order_2.values, strict=True), start=1
    ):
        known = resting & np.isfinite(first)
        if not known.any():
            continue
        often = np.mean(first[known] > SYNCHRONOUS)
        text = (
            f"module {k} {first[known].mean():.2f}, above {SYNCHRONOUS} for {often:.0%} of the time"
        )
        if np.mean(second[known]) > SYNCHRONOUS > np.mean(first[known]):
            text += " since its cells are two groups that fire in turn"
        told.append(text)
    if not told:
        return f"None of {len(data.module)} modules had two cells that fired twice at rest."
    return f"Mean synchrony at rest: {'; '.join(told)}. 0 is none and 1 is complete."


def at_rest(data: xr.Dataset) -> np.ndarray:
    """Return which times of the grid lie in the last rest of a run that has a value at all."""
    times, found = data.order_time.values, np.zeros(data.order_time.size, bool)
    decided = np.isfinite(data.module_order.values).any(0)
    for start, end, label in zip(
        data.event_start.values, data.event_end.values, data.event_label.values, strict=True
    ):
        inside = (times >= start + SETTLING) & (times < end)
        if label == "rest" and (inside & decided).any():
            found = inside
    return found


def potential_reading(data: xr.Dataset) -> str:
    """Say where the membrane of the cell with the electrode was, and how often it peaked."""
    v, seconds = data.potential.values, -1e-3 * float(data.before_now[0])
    peaks = int(((v[1:] >= 10) & (v[:-1] < 10)).sum())
    return (
        f"In the last {seconds:.2g} s the membrane variable of the cell lay between {v.min():.3g} "
        f"and {v.max():.3g} (10 is a spike, -10 where it starts anew) and peaked {peaks} times."
    )


def input_reading(data: xr.Dataset) -> str:
    """Say how strong excitation and inhibition of the cell with the electrode were."""
    excitation, inhibition = data.from_excitation.values, data.from_inhibition.values
    return (
        f"Excitation reached {excitation.max():.2g} and inhibition {inhibition.min():.2g}; on "
        f"average they were {excitation.mean():.2g} and {inhibition.mean():.2g}, where a stimulus "
        "for 50 Hz is 9.9."
    )
