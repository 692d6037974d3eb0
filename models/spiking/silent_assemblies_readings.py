"""What the pictures of silent assemblies say, computed from their data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

#: An assembly is silent that fires within so many Hz of the other excitatory cells. Strengthened
#: and not yet balanced it fires some 100 Hz above them; balanced, its rate over 2 s strays by 1 Hz.
INVISIBLE = 2.5
#: It is recalled when its cells that are not cued fire at so many times the rate of the others.
RECALLED = 3.0
#: Mean correlation of two cells above which the network fires in volleys.
TOGETHER = 0.1


DISTURBING = ("cue", "light", "silence", "excite", "inhibit", "step")
GROUPS = ("rate_assembly_1", "rate_assembly_2", "rate_others")
WEIGHED = ("weight_assembly_1", "weight_assembly_2", "weight_others")


class Span(NamedTuple):
    """One event of the protocol (s), as far as the run has come."""

    start: float
    end: float
    label: str


def spans(data: xr.Dataset, kind: str) -> list[Span]:
    """Return the events of a kind of which something was simulated."""
    now = float(data.time[-1])
    events = zip(
        data.event_start.values, data.event_end.values, data.event_label.values, strict=True
    )
    return [
        Span(float(start), min(float(end), now), str(label))
        for start, end, label in events
        if str(label).split()[0] == kind and start < now
    ]


def during(data: xr.Dataset, name: str, start: float, end: float) -> float:
    """Return the mean of a variable over a span, NaN where there is nothing of it."""
    inside = (data.time.values > start + 1e-6) & (data.time.values <= end + 1e-6)
    values = data[name].values[inside]
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")


def at_end(data: xr.Dataset, name: str, seconds: float = 1.0) -> float:
    """Return the mean of a variable over the last seconds."""
    now = float(data.time[-1])
    return during(data, name, now - seconds, now)


def raster_reading(data: xr.Dataset) -> str:
    """Say how many cells are shown and how they fire at the end."""
    rate, correlation = at_end(data, "rate_others"), float(data.correlation[-1])
    how = "together" if correlation > TOGETHER else "each for itself"
    said = f", {how} (correlation {correlation:.3f})" if np.isfinite(correlation) else ""
    return (
        f"Each row is one of {data.cell_role.size} cells; in the last second the excitatory cells "
        f"outside the assemblies fire at {rate:.1f} Hz{said}."
    )


def rates_reading(data: xr.Dataset) -> str:
    """Tell the story of the assemblies as far as it has come."""
    told = [part(data) for part in PARTS]
    return " ".join(filter(None, told))


def start_part(data: xr.Dataset) -> str:
    """Say at which rate inhibition holds the cells before the assemblies are strengthened."""
    plastic = spans(data, "balance")[:1]
    if not plastic:
        return f"The excitatory cells fire at {at_end(data, 'rate_others'):.1f} Hz."
    span = plastic[0]
    before = during(data, "rate_others", 0, span.start)
    after = during(data, "rate_others", span.end - 1, span.end)
    aim = float(data.rate_target[-1])
    start = f" from {before:.0f} Hz" if np.isfinite(before) else ""
    return f"Inhibition brings the cells{start} to {after:.1f} Hz (its target is {aim:g} Hz)."


def strengthened_part(data: xr.Dataset) -> str:
    """Say how the strengthened assemblies fire before inhibition has answered."""
    found = spans(data, "strengthen")[:1]
    if not found:
        return ""
    one, two, others = (during(data, name, found[0].start, found[0].end) for name in GROUPS)
    return (
        f"Strengthened, the assemblies fire at {one:.0f} and {two:.0f} Hz, others at {others:.1f}."
    )


def silence(data: xr.Dataset) -> tuple[float, float, float] | None:
    """Return the rates of both assemblies and of the others in 2 s of quiet.

    They end with the first cue or other intervention, or with the data.

    None where the assemblies have not been strengthened before.
    """
    strengthened = spans(data, "strengthen")
    disturbed = [span.start for kind in DISTURBING for span in spans(data, kind)]
    end = min(disturbed, default=float(data.time[-1]))
    if not strengthened or strengthened[0].end >= end:
        return None
    start = max(end - 2.0, strengthened[-1].end)
    one, two, others = (during(data, name, start, end) for name in GROUPS)
    return one, two, others


def silent_part(data: xr.Dataset) -> str:
    """Say whether the assemblies can be told from the other cells by their rates."""
    rates = silence(data)
    if rates is None:
        return ""
    one, two, others = rates
    hidden = max(abs(one - others), abs(two - others)) < INVISIBLE
    verdict = "they are silent" if hidden else "they are not silent"
    return f"Later they fire at {one:.1f} and {two:.1f} Hz, others at {others:.1f}: {verdict}."


def cue_part(data: xr.Dataset) -> str:
    """Say what a cue to a part of an assembly does to the rest of it and to the other."""
    cues = spans(data, "cue")
    if not cues:
        return ""
    cue = cues[0]
    one, two, others = (during(data, name, cue.start, cue.end) for name in GROUPS)
    target, other = (one, two) if "assembly 1" in cue.label else (two, one)
    name = "assembly 1" if "assembly 1" in cue.label else "assembly 2"
    recalled, spread = target > RECALLED * others, other > RECALLED * others
    verdict = "it alone is recalled" if recalled and not spread else "not it alone is recalled"
    if not recalled:
        verdict = "it is not recalled"
    return (
        f"When a part of {name} is cued, the rest of it fires at {target:.1f} Hz, the other "
        f"assembly at {other:.1f} and other cells at {others:.1f}: {verdict}."
    )


def unmasked_part(data: xr.Dataset) -> str:
    """Say what becomes of the assemblies while inhibitory cells are held back."""
    found = [s for s in spans(data, "silence") if s.label.split()[1] == "inhibitory"]
    if not found:
        return ""
    one, two, others = (during(data, name, found[0].start, found[0].end) for name in GROUPS)
    return (
        f"While inhibitory cells are held back, the assemblies fire at {one:.1f} and {two:.1f} Hz, "
        f"others at {others:.1f}."
    )


PARTS = (start_part, strengthened_part, silent_part, cue_part, unmasked_part)


def irregularity_reading(data: xr.Dataset) -> str:
    """Say how irregular and how correlated the cells fire at the end, and did at the start."""
    known = data.cv.values[np.isfinite(data.cv.values)]
    if not known.size:
        return "The cells have not fired enough yet to say how regular they are."
    return (
        f"The CV of the intervals goes from {known[0]:.2f} to {known[-1]:.2f} (0 is a clock, 1 a "
        f"Poisson process)."
    )


def correlation_reading(data: xr.Dataset) -> str:
    """Say how synchronous the cells were and are."""
    values = data.correlation.values[np.isfinite(data.correlation.values)]
    if not values.size:
        return "The cells have not fired enough yet to be compared."
    return (
        f"The mean correlation of two cells (5 ms bins) goes from {values[0]:.3f} to "
        f"{values[-1]:.3f}."
    )


def cv_reading(data: xr.Dataset) -> str:
    """Say how irregular single cells are."""
    counts = data.cv_cells.values
    if not counts.sum():
        return "No cell has fired often enough yet."
    above = counts[data.cv_bin.values >= 0.8 - 1e-9].sum() / counts.sum()
    return (
        f"Of {counts.sum()} excitatory cells with at least five spikes, {above:.0%} have a CV of "
        f"0.8 or more; the mean is {float(data.cv_mean):.2f}."
    )


def weights_reading(data: xr.Dataset) -> str:
    """Say how much more inhibition the assemblies receive than the other cells."""
    one, two, others = (float(data[name][-1]) for name in WEIGHED)
    text = f"Inhibitory synapses have {one:.2f} and {two:.2f} nS onto the assemblies"
    if others <= 0:
        return f"{text} and {others:.2f} nS onto other excitatory cells."
    more = round((one + two) / (2 * others) - 1, 2) + 0.0  # never -0 %
    return f"{text}, {others:.2f} nS onto other excitatory cells: {more:+.0%}."


def balance_reading(data: xr.Dataset) -> str:
    """Say what is left of the excitation after inhibition."""
    inward, outward, net = (at_end(data, f"mean_{n}") for n in ("excitation", "inhibition", "net"))
    where = "below" if net < 100 else "above"
    return (
        f"In the last second the cell receives {inward:.0f} pA of excitation and {outward:.0f} pA "
        f"of inhibition; with the background {net:.0f} pA are left, {where} the 100 pA that make "
        f"a cell at rest fire."
    )


def moment_reading(data: xr.Dataset) -> str:
    """Say how closely inhibition follows excitation from moment to moment."""
    inward, outward = data.excitation.values, data.inhibition.values
    net = data.net.values
    text = f"In the last 0.2 s the net current lies between {net.min():.0f} and {net.max():.0f} pA"
    if min(inward.std(), outward.std()) > 0:
        alike = float(np.corrcoef(inward, -outward)[0, 1])
        text += f"; the correlation of inhibition with excitation is {alike:.2f}"
    return text + "."
