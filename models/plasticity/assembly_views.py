"""What the page of competing assemblies shows, in words, pictures and equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.plasticity.pieces import axis
from workbench import Equation, Matrix, Trace, variable

if TYPE_CHECKING:
    from models.plasticity.assembly_competition import Wiring

Frame = dict[str, xr.Variable]
Floats = NDArray[np.float64]


def frame(
    number: int, which: int, activity: Floats, bound: list[NDArray], wiring: Wiring,
    weights: Floats, highest: float,
) -> Frame:  # fmt: skip
    """Return what one trial adds."""
    units, size = activity.size, 20
    full = np.full((units, units), np.nan)
    full[wiring.pre, wiring.post] = weights / highest
    groups = {"a": slice(0, size), "rest": slice(size, units - size),
              "b": slice(units - size, units)}  # fmt: skip
    names = {"a": "stimulated by A", "rest": "others", "b": "stimulated by B"}
    found = axis("trial", [number + 1], "1", "trial")
    for name, members in zip("ab", bound, strict=True):
        share = 100.0 * members.mean()
        found[f"assembly_{name}"] = variable("trial", [share], "%", f"assembly {name.upper()}")
    for name, members in groups.items():
        mean = activity[members].mean()
        found[f"activity_{name}"] = variable("trial", [mean], "1", names[name])
        mean = np.nanmean(full[:, members])
        found[f"weight_{name}"] = variable("trial", [mean], "1", f"to those {names[name]}"
                                           if name != "rest" else "to others")  # fmt: skip
    found["shown"] = variable("trial", ["AB"[which]], "1", "stimulus shown")
    return found | {
        **axis("pre", np.arange(1, units + 1), "1", "from unit"),
        **axis("post", np.arange(1, units + 1), "1", "to unit"),
        "matrix": variable(("pre", "post"), full, "1", "weight / highest weight"),
        "groups": variable("border", [size, units - size], "1", "first units of a group"),
    }


def size_reading(data: xr.Dataset) -> str:
    """Say how large both assemblies have become."""
    first, second = float(data.assembly_a[-1]), float(data.assembly_b[-1])
    shown = data.shown.values
    return (
        f"After {shown.size} trials ({int((shown == 'A').sum())} of A, "
        f"{int((shown == 'B').sum())} of B) assembly A holds {first:.0f} % of the units, "
        f"assembly B {second:.0f} %."
    )


def matrix_reading(data: xr.Dataset) -> str:
    """Say how many synapses are strong."""
    there = data.matrix.values[np.isfinite(data.matrix.values)]
    return (
        f"{100 * float((there > 0.5).mean()):.0f} % of {there.size} plastic synapses are above "
        "half of the highest weight."
    )


def weight_reading(data: xr.Dataset) -> str:
    """Say how strong the synapses onto each group are."""
    last = [float(data[f"weight_{name}"][-1]) for name in ("a", "b", "rest")]
    return (
        f"Mean weight of synapses to units stimulated by A {last[0]:.2f}, by B {last[1]:.2f}, to "
        f"others {last[2]:.2f} of the highest."
    )


def activity_reading(data: xr.Dataset) -> str:
    """Say how active the groups are."""
    last = [float(data[f"activity_{name}"][-10:].mean()) for name in ("a", "b", "rest")]
    return (
        f"Mean activity in the last ten trials: stimulated by A {last[0]:.3g}, by B {last[1]:.3g}, "
        f"others {last[2]:.3g}, of at most 100."
    )


OBSERVABLES = (
    Trace(
        ("assembly_a", "assembly_b"), "Units in each assembly", y_label="share of all units",
        roles={"assembly_a": "engram", "assembly_b": "cue"}, reading=size_reading,
    ),
    Matrix(("matrix",), "Plastic weights", borders=("groups",), reading=matrix_reading),
    Trace(
        ("weight_a", "weight_b", "weight_rest"), "Mean weights by where they lead",
        y_label="weight / highest weight", reading=weight_reading,
        roles={"weight_a": "engram", "weight_b": "cue"},
    ),
    Trace(
        ("activity_a", "activity_b", "activity_rest"), "Mean activity in a trial",
        y_label="activity", reading=activity_reading,
        roles={"activity_a": "engram", "activity_b": "cue"},
    ),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"F_i = \frac{100}{1 + e^{\beta (\varepsilon - u_i)}}, \quad \tau_u \frac{du_i}{dt} = -u_i "
        r"+ R \left[\sum_j w_{ij} F_j - W_I \sum_k F_k + W_{max} (I_i + \eta)\right]",
        "Activity of each unit: plastic excitation, fixed inhibition, stimulus and noise.",
    ),
    Equation(
        r"\frac{dw_{ij}}{dt} = \frac{F_i F_j}{\tau_H} + \frac{(F_T - F_i)\,w_{ij}^2}{\tau_{SS}}, "
        r"\quad W_{max}^2 = \frac{\tau_{SS}}{\tau_H}\, \frac{F_{max}^2}{F_{max} - F_T}",
        "SPaSS at each plastic synapse; between fully active units the weight stops at W_max.",
    ),
)

PRESETS = {
    "Figure 2F: balanced, then 3 A for one B (short)": {"trials": 60},
    "Balanced throughout": {"balanced": 1.0},
    "Without inhibition": {"inhibition": 0.0},
}
