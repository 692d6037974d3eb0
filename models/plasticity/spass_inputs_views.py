"""What the page of competing inputs shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.plasticity.pieces import axis
from workbench import Curve, Equation, Trace, variable

Frame = dict[str, xr.Variable]
Floats = NDArray[np.float64]


def ends(
    rates: Floats, ended: Floats, rest: Floats, activity: float, kappa: float, target: float
) -> Frame:
    """Return the weights at the end over the activities of their inputs, and the law of both."""
    grid = np.linspace(0.0, 1.2 * rates.max(), 80)
    law = np.sqrt(kappa * grid * activity / (activity - target))
    return {
        **axis("rate", rates, "1", "activity of the input"),
        **axis("rate_grid", grid, "1", "activity of the input"),
        "ended": variable("rate", ended, "1", "weight at the end"),
        "stable": variable("rate", rest, "1", "weight at rest"),
        "law": variable("rate_grid", law, "1", "square root law"),
        "stable_activity": variable((), activity, "1", "activity at rest"),
        "target_shown": variable((), target, "1", "target activity"),
    }


def portrait(paths: Floats, rest: Floats, rates: Floats, target: float, kappa: float) -> Frame:
    """Return paths of two weights, parted by NaN, and where each of them stands still.

    Parameters
    ----------
    paths : ndarray, shape (times, starts, 2)
    """
    gap = np.full((1, *paths.shape[1:]), np.nan)
    drawn = np.concatenate([paths, gap]).transpose(2, 1, 0).reshape(2, -1)
    reach = float(np.nanmax(drawn, initial=0.0))
    found = axis("first_path", drawn[0], "1", "weight of the first input")
    found["second_path"] = variable("first_path", drawn[1], "1", "path from a start")
    for i, name in enumerate(("first", "second")):
        least = np.sqrt(kappa * rates[i])  # below it no activity is high enough
        own = least * (1 + np.geomspace(1e-3, max(2 * reach / least, 1.0), 150))
        activity = target * own**2 / (own**2 - least**2)
        other = (activity - rates[i] * own) / rates[1 - i]
        seen = (other >= 0) & (other <= 1.1 * reach) & (own <= 1.1 * reach)
        own, other = own[seen], other[seen]
        across, up = (own, other) if i == 0 else (other, own)
        found |= axis(f"{name}_still", across, "1", "weight of the first input")
        found[f"{name}_nullcline"] = variable(
            f"{name}_still", up, "1", f"{name} weight stands still"
        )
    found["first_rest"] = variable((), float(rest[0]), "1", "rest")
    found["rest_pair"] = variable("pair", rest, "1", "weights at rest")
    ended = np.abs(paths[-1] / rest - 1).max()
    found["apart"] = variable((), float(ended), "1", "farthest end from the rest, as a share")
    return found


WORDS = {"kappa": "kappa", "target_rate": "target rate v_T"}


def scan(
    name: str, probes: Floats, found: Floats, grid: Floats, closed: Floats, here: float
) -> Frame:
    """Return the activity at rest over a parameter, simulated and in closed form."""
    return {
        **axis(f"{name}_probe", probes, "1", WORDS[name]),
        **axis(f"{name}_grid", grid, "1", WORDS[name]),
        f"found_{name}": variable(f"{name}_probe", found, "1", "activity at rest"),
        f"closed_{name}": variable(f"{name}_grid", closed, "1", "closed form"),
        f"{name}_shown": variable((), here, "1", f"{WORDS[name]} chosen"),
    }


def law_reading(data: xr.Dataset) -> str:
    """Say how near the weights are to the law."""
    ended, stable = data.ended.values, data.stable.values
    told = ", ".join(f"{w:.4g} (u = {u:.3g})" for w, u in zip(ended, data.rate.values, strict=True))
    apart = float(np.abs(ended - stable)[data.rate.values > 0].max())
    return f"The weights end at {told}, {apart:.2g} at most from the square root law."


def weights_reading(data: xr.Dataset) -> str:
    """Say how the weights compare with each other."""
    ended, rates = data.ended.values, data.rate.values
    ratio, expected = ended[1] / ended[0], np.sqrt(rates[1] / rates[0])
    return (
        f"The second weight is {ratio:.4g} times the first; the square root of the ratio of their "
        f"inputs is {expected:.4g}."
    )


def activity_reading(data: xr.Dataset) -> str:
    """Say where the activity ends."""
    ended, rest = float(data.activity[-1]), float(data.stable_activity)
    return (
        f"The activity is {ended:.4g} at the end and {rest:.4g} at rest, "
        f"{rest - float(data.target_shown):.3g} above its target."
    )


def portrait_reading(data: xr.Dataset) -> str:
    """Say where the paths end."""
    first, second = data.rest_pair.values
    return (
        f"All paths end where both lines cross, at ({first:.4g}, {second:.4g}), to within "
        f"{100 * float(data.apart):.2g} %."
    )


def scan_reading(name: str):
    """Return a reading of the activity at rest over a parameter."""

    def reading(data: xr.Dataset) -> str:
        closed = np.interp(data[f"{name}_probe"], data[f"{name}_grid"], data[f"closed_{name}"])
        apart = float(np.abs(data[f"found_{name}"].values / closed - 1).max())
        values = data[f"closed_{name}"].values
        return (
            f"The activity at rest rises from {values[0]:.3g} to {values[-1]:.3g} over "
            f"{WORDS[name]}; simulated points lie within {100 * apart:.2g} % of it."
        )

    return reading


def over(name: str) -> Curve:
    """Return the picture of the activity at rest over a parameter."""
    return Curve(
        (f"found_{name}",), f"Activity at rest over {WORDS[name]}", x=f"{name}_probe",
        y_label="activity", theory=(f"closed_{name}",), marks=(f"{name}_shown",),
        roles={f"found_{name}": "recall"}, reading=scan_reading(name), log=name == "kappa",
    )  # fmt: skip


OBSERVABLES = (
    Curve(
        ("ended",), "Weights over their inputs' activity", x="rate", y_label="weight",
        theory=("law",), roles={"ended": "excitatory"}, reading=law_reading,
    ),
    Trace(
        ("weights",), "Weights of the inputs", roles={"weights": "excitatory"},
        reading=weights_reading,
    ),
    Trace(
        ("activity",), "Activity of the neuron", theory=("activity_theory", "target"),
        roles={"activity": "recall", "target": "cue"}, reading=activity_reading,
    ),
    Curve(
        ("second_path",), "Phase portrait of the first two inputs", x="first_path",
        y_label="weight of the second input", joined=True,
        theory=("first_nullcline", "second_nullcline"), reading=portrait_reading,
        roles={"second_path": "other", "first_nullcline": "excitatory",
               "second_nullcline": "inhibitory"},
    ),
    over("kappa"),
    over("target_rate"),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\frac{dw_j}{dt} = \mu\left[u_j v + \kappa^{-1}(v_T - v)\,w_j^2\right], \quad "
        r"v = \sum_j w_j u_j",
        "Each input has its own Hebbian growth; all are scaled by the one activity v.",
    ),
    Equation(
        r"w_j^{*} = \left[\frac{\kappa\,u_j v^{*}}{v^{*} - v_T}\right]^{1/2} \quad \Rightarrow "
        r"\quad \frac{w_j^{*}}{w_k^{*}} = \left(\frac{u_j}{u_k}\right)^{1/2}",
        "At rest the weights order as the square roots of the activities of their inputs.",
    ),
    Equation(
        r"v^{*}(v^{*} - v_T) = \kappa \left(\sum_j u_j^{3/2}\right)^2",
        "The activity at rest; it always exceeds the target.",
    ),
)

PRESETS = {
    "Two equal inputs": {"first_rate": 1.0, "second_rate": 1.0, "third_rate": 0.0},
    "One strong, two weak": {"first_rate": 0.3, "second_rate": 0.3, "third_rate": 3.0},
    "Nearly Hebbian": {"kappa": 15.0},
    "Scaling rules": {"kappa": 0.1, "target_rate": 2.0},
}
