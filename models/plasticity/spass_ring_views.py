"""What the page of the SPaSS ring shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.plasticity.pieces import axis
from models.plasticity.ring_rule import Floats, Unit, resting_weight
from workbench import Curve, Equation, Trace, variable

Frame = dict[str, xr.Variable]
#: Activities along which the curves of rest are drawn.
BRANCH = np.concatenate([
    np.geomspace(1e-3, 0.3, 200), np.linspace(0.3, 0.9, 120)[1:],
    1 - np.geomspace(0.1, 1e-12, 180)[1:],
])  # fmt: skip
#: Weights that the phase portrait shows.
HIGHEST = 2.5
WORDS = {"kappa": "kappa", "target_rate": "target rate v_T"}


def rest(found: Floats, firm: NDArray, lasting: float) -> Frame:
    """Return the activities at rest of a self-loop."""
    return {
        "rest_activity": variable("rest", found, "1", "activity at rest"),
        "rest_stable": variable("rest", firm.astype(int), "1", "whether it is stable"),
        "stimulus_ends": variable((), lasting, "1/mu", "end of the stimulus"),
    }


def portrait(paths: Floats, unit: Unit, target: float, kappa: float, drive: float) -> Frame:
    """Return paths of activity and weight, parted by NaN, and both nullclines.

    Parameters
    ----------
    paths : ndarray, shape (times, 2, starts)
    """
    gap = np.full((1, *paths.shape[1:]), np.nan)
    drawn = np.concatenate([paths, gap]).transpose(1, 2, 0).reshape(2, -1)
    drawn[:, drawn[1] > HIGHEST] = np.nan
    still = (unit.needed(BRANCH) - drive) / BRANCH
    scaled = resting_weight(BRANCH, target, kappa)
    shown = [np.where((one > 0) & (one < HIGHEST), one, np.nan) for one in (still, scaled)]
    return {
        **axis("path_activity", drawn[0], "1", "activity v"),
        "path_weight": variable("path_activity", drawn[1], "1", "path from a start"),
        **axis("branch_activity", BRANCH, "1", "activity v"),
        "activity_still": variable("branch_activity", shown[0], "1", "activity stands still"),
        "weight_still": variable("branch_activity", shown[1], "1", "weight stands still"),
    }


def scan(
    name: str, along: Floats, firm: NDArray, probes: Floats, found: tuple[Floats, Floats],
    here: float, shown: tuple[float, float],
) -> Frame:  # fmt: skip
    """Return the curve of rests over a parameter, and the ends of self-loops."""
    inside = (along >= shown[0]) & (along <= shown[1])
    place = np.clip(np.where(inside, along, shown[0]), *shown)  # unseen where outside
    return {
        **axis(f"{name}_branch", place, "1", WORDS[name]),
        f"stable_{name}": variable(f"{name}_branch", np.where(inside & firm, BRANCH, np.nan), "1",
                                   "stable rest"),
        f"unstable_{name}": variable(f"{name}_branch", np.where(inside & ~firm, BRANCH, np.nan),
                                     "1", "unstable rest"),
        **axis(f"{name}_probe", probes, "1", WORDS[name]),
        f"low_{name}": variable(f"{name}_probe", found[0], "1", "from silence"),
        f"high_{name}": variable(f"{name}_probe", found[1], "1", "from activity"),
        f"{name}_shown": variable((), here, "1", f"{WORDS[name]} chosen"),
    }  # fmt: skip


def activity_reading(data: xr.Dataset) -> str:
    """Say whether the trace outlasts the stimulus."""
    ended, stop = float(data.ring_activity[-1].mean()), float(data.stimulus_ends)
    text = f"The stimulus ends at {stop:.3g}; at {float(data.time[-1]):.3g} the mean activity is "
    kept = "it keeps itself" if ended > 0.5 else "nothing of it is left"
    return f"{text}{ended:.3g}: {kept}."


def weights_reading(data: xr.Dataset) -> str:
    """Say where the weights are."""
    last = data.weights[-1].values
    return f"The weights end from {last.min():.3g} to {last.max():.3g}."


def portrait_reading(data: xr.Dataset) -> str:
    """Say where the lines cross."""
    found, firm = data.rest_activity.values, data.rest_stable.values
    if not found.size:
        return "The lines cross nowhere: there are 0 rests."
    told = ", ".join(
        f"{v:.3g} ({'stable' if ok else 'unstable'})" for v, ok in zip(found, firm, strict=True)
    )
    return f"Activity and weight stand still together at {told}."


def scan_reading(name: str):
    """Return a reading of the rests over a parameter."""

    def reading(data: xr.Dataset) -> str:
        low, high = data[f"low_{name}"].values, data[f"high_{name}"].values
        probes = data[f"{name}_probe"].values
        both = probes[(low < 0.5) & (high > 0.5)]
        if not both.size:
            return f"At 0 of {probes.size} values of {WORDS[name]} does the past decide the end."
        return (
            f"From {both[0]:.3g} to {both[-1]:.3g} of {WORDS[name]} the past decides: silence "
            f"stays silent (at {low[low < 0.5].max():.2g} at most), activity stays at "
            f"{high[high > 0.5].min():.2g} or more."
        )

    return reading


def over(name: str) -> Curve:
    """Return the bifurcation over a parameter."""
    return Curve(
        (f"low_{name}", f"high_{name}"), f"Rests of a self-loop: {WORDS[name]}",
        x=f"{name}_probe", y_label="activity", theory=(f"stable_{name}", f"unstable_{name}"),
        marks=(f"{name}_shown",), reading=scan_reading(name), log=name == "kappa",
        roles={f"low_{name}": "cue", f"high_{name}": "engram", f"unstable_{name}": "inhibitory"},
    )  # fmt: skip


OBSERVABLES = (
    Trace(
        ("ring_activity",), "Activity of the units", theory=("drive",), reading=activity_reading,
        roles={"ring_activity": "excitatory", "drive": "cue"},
    ),
    Trace(
        ("weights",), "Weights of the ring", roles={"weights": "engram"}, reading=weights_reading
    ),
    Curve(
        ("path_weight",), "Phase portrait of a self-loop", x="path_activity", joined=True,
        y_label="weight w", theory=("activity_still", "weight_still"), reading=portrait_reading,
        roles={"path_weight": "other", "activity_still": "excitatory",
               "weight_still": "inhibitory"},
    ),
    over("kappa"),
    over("target_rate"),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\tau \frac{dv_i}{dt} = -v_i + f(w_i v_{i-1} + I_i), \quad "
        r"f(x) = \frac{1}{1 + e^{\beta (\varepsilon - x)}}",
        "Activity of each unit, driven by the one before it in the ring and by its own input.",
    ),
    Equation(
        r"\frac{dw_i}{dt} = \mu\left[v_{i-1} v_i + \kappa^{-1}(v_T - v_i)\,w_i^2\right]",
        "SPaSS at each synapse of the ring.",
    ),
    Equation(
        r"w = v \left[\frac{\kappa}{v - v_T}\right]^{1/2}, \quad f^{-1}(v) = w v + I \quad "
        r"\Rightarrow \quad \kappa = \left[\frac{f^{-1}(v) - I}{v^2}\right]^2 (v - v_T)",
        "Rests of a ring whose units are alike: explicit in v, which draws the whole curve.",
    ),
)

PRESETS = {
    "Too short to be kept": {"lasting": 0.1},
    "A ring of five": {"units": 5, "stimulus": 1.5, "lasting": 10.0, "duration": 50.0},
    "Scaling forbids it": {"kappa": 0.3},
    "It lights up by itself": {"kappa": 3.0, "target_rate": 0.2, "stimulus": 0.0, "duration": 60.0},
}
