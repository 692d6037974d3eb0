"""What the page of the calcium thresholds shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.plasticity.calcium_course import Floats
from models.plasticity.calcium_sets import ParameterSet
from models.plasticity.pieces import axis
from workbench import Curve, Equation, variable

Frame = dict[str, xr.Variable]

#: Simulated points of each curve.
POINTS = 21
#: Times that the calcium trace shows, ms after a presynaptic spike.
WINDOW = (-120.0, 180.0)
#: A change that is told as one.
NOTABLE = 0.01


def span(rate_hz: float) -> float:
    """Return how far (ms) the timing curve reaches: half a period, 100 ms at most."""
    return min(100.0, 500.0 / rate_hz)


def most_pairs(pairs: int) -> int:
    """Return how far the curve of numbers of pairs reaches."""
    return max(100, 2 * pairs)


# What a frame holds


def calcium(synapse: ParameterSet, times: Floats, course: Floats, here: list[float]) -> Frame:
    """Return the trace, both thresholds, and the percentages of time above them."""
    flat = np.ones_like(times)
    levels = synapse.depression_threshold, synapse.potentiation_threshold
    return {
        **axis("trace_time", times, "ms", "time after a presynaptic spike"),
        "calcium": variable("trace_time", course, "1", "calcium"),
        "depression_threshold": variable("trace_time", levels[0] * flat, "1", "depression"),
        "potentiation_threshold": variable("trace_time", levels[1] * flat, "1", "potentiation"),
        "depressed_here": variable((), here[0], "%", "time above the depression threshold"),
        "potentiated_here": variable((), here[1], "%", "time above the potentiation threshold"),
    }


def above(delta: Floats, depression: Floats, potentiation: Floats) -> Frame:
    """Return the percentages of time above both thresholds along the time differences."""
    return {
        **axis("delta_grid", delta, "ms", "postsynaptic after presynaptic spike"),
        "above_depression": variable("delta_grid", depression, "%", "above depression threshold"),
        "above_potentiation": variable(
            "delta_grid", potentiation, "%", "above potentiation threshold"
        ),
        "unchanged": variable("delta_grid", np.ones_like(delta), "1", "no change"),
    }


#: Scan -> name of its grid, words of the closed form, unit and words of its simulated places.
SCANS = {
    "delta": ("delta_grid", "closed form", "ms", "postsynaptic after presynaptic spike"),
    "rate": ("rate_grid", "postsynaptic spike as set", "Hz", "pairs a second"),
    "rate_other": ("rate_grid", "order turned round", "Hz", "pairs a second"),
    "pairs": ("pairs_grid", "closed form", "1", "number of pairs"),
}


def curve(scan: str, change: Floats) -> Frame:
    """Return the closed form along one of the scans."""
    grid, words, _, _ = SCANS[scan]
    return {f"change_{scan}": variable(grid, change, "1", words)}


def points(scan: str, delta: Floats, pairs: Floats, rate: Floats, found: Floats) -> Frame:
    """Return simulated points of one of the scans, with their places."""
    _, closed, unit, words = SCANS[scan]
    label = "simulated" if closed == "closed form" else f"simulated, {closed}"
    places = {"delta": delta, "pairs": pairs}.get(scan, rate)
    return {
        f"simulated_{scan}": variable("trial", found, "1", label),
        f"place_{scan}": variable("trial", places, unit, words),
    }


def shown(delta: float, rate: float, pairs: int, change: float) -> Frame:
    """Return the protocol that is chosen, and what it does."""
    return {
        "delta_shown": variable((), delta, "ms", "time difference chosen"),
        "rate_shown": variable((), rate, "Hz", "rate chosen"),
        "pairs_shown": variable((), float(pairs), "1", "number chosen"),
        "change_shown": variable((), change, "1", "change of strength"),
    }


# What is said


def percent(change: float) -> str:
    """Return a change in words: +22 %."""
    return f"{100 * (change - 1):+.3g} %" if abs(change - 1) > 1e-9 else "0 %"


def simulated(data: xr.Dataset, scan: str) -> str:
    """Say how far simulated synapses are from the closed form; nothing where there are none."""
    found = data[f"simulated_{scan}"].values
    if not np.isfinite(found).any():
        return ""
    grid, closed = data[SCANS[scan][0]].values, data[f"change_{scan}"].values
    expected = np.interp(data[f"place_{scan}"].values, grid, closed)
    apart = float(np.nanmean(np.abs(found - expected)))
    return f" Simulated synapses lie {apart:.2g} from the closed form on average."


def timing_reading(data: xr.Dataset) -> str:
    """Say which timing potentiates and which depresses."""
    change, delta = data.change_delta.values, data.delta_grid.values
    most, least = int(change.argmax()), int(change.argmin())
    parts = []
    if change[most] > 1 + NOTABLE:
        parts.append(f"potentiation is largest at {delta[most]:.3g} ms ({percent(change[most])})")
    if change[least] < 1 - NOTABLE:
        parts.append(f"depression at {delta[least]:.3g} ms ({percent(change[least])})")
    protocol = (
        f"With {int(data.pairs_shown)} pairs at {float(data.rate_shown):.3g} Hz, synapse "
        f"'{data.parameter_set.item()}': "
    )
    found = " and ".join(parts) or f"no timing changes it by more than {100 * NOTABLE:.0f} %"
    return f"{protocol}{found}.{simulated(data, 'delta')}"


def calcium_reading(data: xr.Dataset) -> str:
    """Say how long calcium is above both thresholds."""
    return (
        f"{float(data.delta_shown):.3g} ms apart, the spikes keep calcium above the depression "
        f"threshold for {float(data.depressed_here):.3g} % of the time and above the potentiation "
        f"threshold for {float(data.potentiated_here):.3g} %: the strength changes by "
        f"{percent(float(data.change_shown))}."
    )


def above_reading(data: xr.Dataset) -> str:
    """Say where calcium is longest above the potentiation threshold."""
    delta, share = data.delta_grid.values, data.above_potentiation.values
    if not share.max() > 0:
        return "Calcium reaches the potentiation threshold at no timing: 0 % of the time."
    return (
        f"Calcium is above the potentiation threshold for {share.max():.3g} % of the time at most, "
        f"at {delta[share.argmax()]:.3g} ms, and above the depression threshold for "
        f"{float(data.above_depression.max()):.3g} %."
    )


def rate_reading(data: xr.Dataset) -> str:
    """Say what a slow and what a fast repetition do."""
    change, other = data.change_rate.values, data.change_rate_other.values
    slow, fast = (float(data.rate_grid[i]) for i in (0, -1))
    return (
        f"At {fast:.3g} Hz the strength changes by {percent(change[-1])}, with the order turned "
        f"round by {percent(other[-1])}; at {slow:.2g} Hz by {percent(change[0])} and "
        f"{percent(other[0])}.{simulated(data, 'rate')}"
    )


def pairs_reading(data: xr.Dataset) -> str:
    """Say how many pairs have half of the effect."""
    change, counts = data.change_pairs.values - 1, data.pairs_grid.values
    if abs(change[-1]) < NOTABLE:
        return f"However often it is repeated, the pair changes little: {percent(change[-1] + 1)}."
    half = counts[np.argmax(np.abs(change) >= abs(change[-1]) / 2)]
    return (
        f"{counts[-1]:.0f} pairs change the strength by {percent(change[-1] + 1)}; half of that "
        f"takes {half:.0f}.{simulated(data, 'pairs')}"
    )


RISE, FALL = "excitatory", "inhibitory"
OBSERVABLES = (
    Curve(
        ("simulated_delta",), "Change of strength against spike timing", x="place_delta",
        y_label="strength after / before", theory=("change_delta", "unchanged"),
        marks=("delta_shown",), reading=timing_reading,
        roles={"simulated_delta": "recall", "change_delta": "theory", "unchanged": "other"},
    ),
    Curve(
        ("calcium",), "Calcium, and the two thresholds", x="trace_time", joined=True,
        y_label="calcium", theory=("depression_threshold", "potentiation_threshold"),
        roles={"calcium": "cue", "depression_threshold": FALL, "potentiation_threshold": RISE},
        reading=calcium_reading,
    ),
    Curve(
        ("above_depression", "above_potentiation"), "Time above the thresholds", x="delta_grid",
        y_label="share of time", joined=True, marks=("delta_shown",), reading=above_reading,
        roles={"above_depression": FALL, "above_potentiation": RISE},
    ),
    Curve(
        ("simulated_rate", "simulated_rate_other"), "Change of strength against rate",
        x="place_rate", y_label="strength after / before", marks=("rate_shown",),
        theory=("change_rate", "change_rate_other"), reading=rate_reading,
        roles={"simulated_rate": RISE, "change_rate": RISE, "simulated_rate_other": FALL,
               "change_rate_other": FALL},
    ),
    Curve(
        ("simulated_pairs",), "Change against number of pairs", x="place_pairs",
        y_label="strength after / before", theory=("change_pairs",), marks=("pairs_shown",),
        roles={"simulated_pairs": "recall"}, reading=pairs_reading,
    ),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\frac{dc}{dt} = -\frac{c}{\tau_{Ca}} + C_{pre} \sum_i \delta(t - t_i - D) "
        r"+ C_{post} \sum_j \delta(t - t_j)",
        "Calcium: each presynaptic spike adds C_pre after a delay D, each postsynaptic spike "
        "C_post at once.",
    ),
    Equation(
        r"\tau \frac{d\rho}{dt} = -\rho (1 - \rho)(\rho^{*} - \rho) "
        r"+ \gamma_p (1 - \rho)\, \Theta(c - \theta_p) - \gamma_d\, \rho\, \Theta(c - \theta_d) "
        r"+ \sigma\, \tau^{1/2} \left[\Theta(c - \theta_d) + \Theta(c - \theta_p)\right]^{1/2} "
        r"\eta(t)",
        "The efficacy rho rises while calcium is above theta_p, falls while it is above theta_d, "
        "and is bistable otherwise: DOWN at 0, UP at 1. Noise acts above the thresholds.",
    ),
    Equation(
        r"\Gamma_x = \gamma_x \alpha_x, \quad \bar\rho = \frac{\Gamma_p}{\Gamma_p + \Gamma_d}, "
        r"\quad \sigma_\rho^2 = \frac{\sigma^2 (\alpha_p + \alpha_d)}{\Gamma_p + \Gamma_d}, "
        r"\quad \tau_{eff} = \frac{\tau}{\Gamma_p + \Gamma_d}",
        "Averaged over a period, only the fractions of time alpha above each threshold count.",
    ),
    Equation(
        r"U = \frac{1}{2}\left[1 + \text{erf}\left(-\frac{\rho^{*} - \bar\rho + \bar\rho\, "
        r"e^{-T/\tau_{eff}}}{\sigma_\rho\, (1 - e^{-2T/\tau_{eff}})^{1/2}}\right)\right], "
        r"\quad T = \frac{N}{f}",
        "The share of DOWN synapses that go UP in N pairs at the rate f; D, the share of UP ones "
        "that go DOWN, follows likewise.",
    ),
    Equation(
        r"\frac{\text{after}}{\text{before}} = \frac{\beta (1 - U) + (1 - \beta) D "
        r"+ b\, [\beta U + (1 - \beta)(1 - D)]}{\beta + (1 - \beta)\, b}",
        "The change of the mean strength: beta is the share that is DOWN at first, b the strength "
        "of UP in units of DOWN.",
    ),
)

SLICES, CULTURES, CORTEX = "hippocampal slices", "hippocampal cultures", "cortical slices"
PRESETS = {
    **{f"Figure 2: {name}": {"parameter_set": name}
       for name in ("DP", "DPD", "DPD'", "P", "D", "D'")},
    "Figure 2: DP, simulated": {"parameter_set": "DP", "synapses": 1000},
    "Figure 3: hippocampal slices, 200 pairs at 5 Hz": {
        "parameter_set": SLICES, "pairs": 200, "rate": 5.0,
    },
    "Figure 4: cortical slices, 75 pairs at 1 Hz": {"parameter_set": CORTEX, "pairs": 75},
    "Figure 4: cortical slices, 75 pairs at 20 Hz": {
        "parameter_set": CORTEX, "pairs": 75, "rate": 20.0,
    },
    "Hippocampal cultures": {"parameter_set": CULTURES},
}  # fmt: skip
