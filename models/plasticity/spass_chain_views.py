"""What the page of the SPaSS chain shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from models.plasticity.pieces import axis
from workbench import Curve, Equation, Matrix, Trace, variable

Frame = dict[str, xr.Variable]
Floats = NDArray[np.float64]
#: How many times the larger of input and threshold is still drawn.
DRAWN = 6.0
OUTCOMES = (
    ("fades to v-", "cue"), ("travels", "engram"), ("every trace grows", "inhibitory"),
)  # fmt: skip


def chain(rest: Floats, beside: tuple[Floats, Floats]) -> Frame:
    """Return the activities along the chain, and those of inputs beside the threshold."""
    most = DRAWN * max(float(rest[0]), *(float(np.nan_to_num(one[0])) for one in beside))
    below, above = (np.where(one <= most, one, np.nan) for one in beside)
    return {
        **axis("layer", np.arange(rest.size), "1", "layer (0: the input)"),
        "activity": variable("layer", np.where(rest <= most, rest, np.nan), "1", "this input"),
        "below": variable("layer", below, "1", "1 % below the threshold"),
        "above": variable("layer", above, "1", "1 % above the threshold"),
        "last_activity": variable((), float(rest[-1]), "1", "activity of the last layer"),
    }


def rests(input_rate: float, fading: float, threshold: float) -> Frame:
    """Return the input and the two activities that are handed on unchanged."""
    return {
        "input_shown": variable((), input_rate, "1", "input"),
        "fading": variable((), fading, "1", "v-"),
        "propagation_threshold": variable((), threshold, "1", "threshold v+"),
    }


def mapped(grid: Floats, after: Floats, probes: Floats, ends: ArrayLike) -> Frame:
    """Return the layer map, the line of no change, and simulated synapses."""
    return {
        **axis("before", grid, "1", "activity of a layer"),
        **axis("probe", probes, "1", "activity of a layer"),
        "next_layer": variable("before", after, "1", "layer map"),
        "unchanged": variable("before", grid, "1", "handed on unchanged"),
        "simulated_next": variable("probe", np.asarray(ends), "1", "simulated synapse"),
    }


#: Scan -> what its parameter is called.
SCANS = {"kappa": "kappa", "target_rate": "target rate v_T"}


def scan(
    name: str,
    grid: Floats,
    rest: tuple[Floats, Floats],
    probes: Floats,
    found: tuple[Floats, Floats],
    here: float,
) -> Frame:
    """Return both activities at rest along a parameter, and what simulated chains found."""
    drawn = [np.where(one <= 20.0, one, np.nan) for one in (*rest, *found)]
    return {
        **axis(f"{name}_grid", grid, "1", SCANS[name]),
        **axis(f"{name}_probe", probes, "1", SCANS[name]),
        f"fading_{name}": variable(f"{name}_grid", drawn[0], "1", "v-"),
        f"threshold_{name}": variable(f"{name}_grid", drawn[1], "1", "v+"),
        f"found_fading_{name}": variable(f"{name}_probe", drawn[2], "1", "faded to"),
        f"found_threshold_{name}": variable(f"{name}_probe", drawn[3], "1", "weakest that travels"),
        f"{name}_shown": variable((), here, "1", f"{SCANS[name]} chosen"),
    }


def outcomes(targets: Floats, kappas: Floats, codes: NDArray[np.int64]) -> Frame:
    """Return what becomes of the input, and how much of it the formula says too."""
    grows = 4 * kappas * targets[:, None] > 1
    return {
        **axis("map_target", targets[::-1].round(3), "1", "target rate v_T"),
        **axis("map_kappa", np.log10(kappas), "1", "log10 of kappa"),
        "outcome": variable(("map_target", "map_kappa"), codes[::-1], "1", "what becomes of it"),
        "agreement": variable(
            (), 100 * float(((codes == 2) == grows).mean()), "%", "as the formula has it"
        ),
    }


def chain_reading(data: xr.Dataset) -> str:
    """Say whether the input travels."""
    start, last = float(data.input_shown), float(data.last_activity)
    threshold, layers = float(data.propagation_threshold), data.layer.size - 1
    if np.isnan(threshold):
        return f"4 kappa v_T is above 1: every trace grows. After {layers} layers it is {last:.3g}."
    word = "travels and grows" if start > threshold else f"fades to {float(data.fading):.4g}"
    side = "above" if start > threshold else "below"
    return (
        f"An input of {start:.3g} is {side} the threshold {threshold:.4g}, so its trace {word}: "
        f"{last:.3g} after {layers} layers."
    )


def map_reading(data: xr.Dataset) -> str:
    """Say where the map crosses the line, and how near simulated synapses are to it."""
    expected = np.interp(data.probe, data.before, data.next_layer)
    apart = float(np.abs(data.simulated_next.values / expected - 1).max())
    text = f"Simulated synapses lie within {100 * apart:.2g} % of the map."
    if np.isfinite(float(data.propagation_threshold)):
        low, high = float(data.fading), float(data.propagation_threshold)
        return f"{text} It hands {low:.4g} (stable) and {high:.4g} (unstable) on unchanged."
    return f"{text} It lies above the line of no change everywhere."


def course_reading(data: xr.Dataset) -> str:
    """Say where the layers have come to."""
    last = data.layer_activity[-1].values
    there = last[np.isfinite(last)]
    if there.size < last.size:
        return (
            f"The first {there.size} of {last.size} layers are drawn; activities behind them grow "
            "beyond 1,000."
        )
    return (
        f"At time {float(data.time[-1]):.3g} the first layer is at {there[0]:.3g}, the last at "
        f"{there[-1]:.3g}: weights further on wait for those before."
    )


def scan_reading(name: str):
    """Return a reading of the activities at rest along a parameter."""

    def reading(data: xr.Dataset) -> str:
        found, probes = data[f"found_threshold_{name}"].values, data[f"{name}_probe"].values
        closed = np.interp(probes, data[f"{name}_grid"], data[f"threshold_{name}"])
        there = np.isfinite(found) & np.isfinite(closed)
        if not there.any():
            return f"Nowhere along {SCANS[name]} is there a threshold: 4 kappa v_T is above 1."
        apart = np.abs(found[there] / closed[there] - 1).max()
        grid = data[f"{name}_grid"].values
        ends = grid[np.isfinite(data[f"fading_{name}"].values)].max()
        return (
            f"The thresholds found lie within {100 * apart:.2g} % of v+; beyond {SCANS[name]} = "
            f"{ends:.3g} both rests are gone and every trace grows."
        )

    return reading


def outcome_reading(data: xr.Dataset) -> str:
    """Say how much of the map fades, travels or grows."""
    shares = [100 * float((data.outcome == code).mean()) for code in range(3)]
    return (
        f"The input fades in {shares[0]:.0f} % of the map and travels in {shares[1]:.0f} %; in "
        f"{shares[2]:.0f} % every trace grows, which 4 kappa v_T > 1 says of "
        f"{float(data.agreement):.1f} % of the map rightly."
    )


def over(name: str, title: str) -> Curve:
    """Return the picture of the activities at rest along a parameter."""
    return Curve(
        (f"found_fading_{name}", f"found_threshold_{name}"), title, x=f"{name}_probe",
        y_label="activity", theory=(f"fading_{name}", f"threshold_{name}"),
        marks=(f"{name}_shown",), reading=scan_reading(name), log=name == "kappa",
        roles={f"found_fading_{name}": "cue", f"fading_{name}": "cue",
               f"found_threshold_{name}": "engram", f"threshold_{name}": "engram"},
    )  # fmt: skip


OBSERVABLES = (
    Curve(
        ("activity",), "Activity at rest along the chain", x="layer", joined=True,
        y_label="activity", theory=("below", "above"), reading=chain_reading,
        roles={"activity": "excitatory", "below": "cue", "above": "engram"},
    ),
    Curve(
        ("simulated_next",), "Layer map: from one layer to the next", x="probe",
        y_label="activity of the next layer", theory=("next_layer", "unchanged"),
        marks=("fading", "propagation_threshold"), reading=map_reading,
        roles={"simulated_next": "excitatory", "next_layer": "excitatory", "unchanged": "other",
               "fading": "cue", "propagation_threshold": "engram"},
    ),
    Trace(
        ("layer_activity",), "Layers settle one after the other", reading=course_reading,
        roles={"layer_activity": "excitatory"},
    ),
    over("kappa", "Rests over kappa"),
    over("target_rate", "Rests over the target rate"),
    Matrix(
        ("outcome",), "What becomes of this input", categories=OUTCOMES, reading=outcome_reading
    ),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\frac{dw_n}{dt} = \mu\left[v_{n-1} v_n + \kappa^{-1}(v_T - v_n)\,w_n^2\right], \quad "
        r"v_n = w_n v_{n-1}, \quad v_0 = u",
        "Each layer follows SPaSS with the activity of the layer before for its input.",
    ),
    Equation(
        r"v_{n+1} = \frac{v_T}{2} + \left[\kappa\,v_n^3 + \frac{v_T^2}{4}\right]^{1/2}",
        "At rest, one layer's activity gives the next: the layer map.",
    ),
    Equation(
        r"v = v_T + \kappa v^2 \quad \Rightarrow \quad "
        r"v_{\pm} = \frac{1 \pm (1 - 4 \kappa v_T)^{1/2}}{2 \kappa}",
        "What a layer hands on unchanged: v- is stable, v+ is the threshold above which a trace "
        "travels. Both exist while 4 kappa v_T is below 1.",
    ),
)

PRESETS = {
    "Just below the threshold": {"input_rate": 3.56, "layers": 16},
    "Just above the threshold": {"input_rate": 3.66, "layers": 16},
    "Strong input": {"input_rate": 5.0},
    "No threshold": {"kappa": 0.5, "input_rate": 1.0},
}
