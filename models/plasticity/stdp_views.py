"""What the page of spike timing shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.plasticity.spike_rule_sets import FULL, NEAREST
from models.plasticity.spike_rules import Floats
from workbench import Curve, Equation, Raster, Trace, variable

POISSON, PAIRS, DRAGGED = "Poisson spikes", "regular pairs", "dragged spikes"
EXAMPLE = "pre 50 150 250 350; post 60 160 240 245 345 450"
NAMES = {
    "hebbian": "Hebbian pairs", "anti_hebbian": "anti-Hebbian pairs",
    "inhibitory": "inhibitory (symmetric)", "visual": "triplets (visual cortex)",
    "hippocampus": "triplets (hippocampus)",
}  # fmt: skip
ROLES = {
    "hebbian": "excitatory", "anti_hebbian": "inhibitory", "inhibitory": "cue",
    "visual": "engram", "hippocampus": "recall",
}  # fmt: skip
#: Rules that are compared over frequency.
COMPARED = ("hebbian", "visual", "hippocampus")


def raster(pre: Floats, post: Floats) -> dict[str, xr.Variable]:
    """Return the spikes of both cells, their times given in ms."""
    times = np.concatenate([pre, post]) / 1000.0
    cells = np.concatenate([np.zeros(pre.size, int), np.ones(post.size, int)])
    order = np.argsort(times, kind="stable")
    return {
        "spike_time": variable("spike", times[order], "s", "time"),
        "spike_cell": variable("spike", cells[order], "1", "cell"),
        "cell_role": variable("cell", np.array(["excitatory", "recall"]), "1", "cell"),
    }


def change(value: float) -> str:
    """Return a change of the weight in words: +22 %."""
    return f"{100 * value:+.3g} %" if abs(value) > 5e-5 else "0 %"


def listed(values: dict[str, float]) -> str:
    """Return rules with their values, largest first."""
    order = sorted(values, key=lambda name: -values[name])
    return ", ".join(f"{NAMES[name]} {change(values[name])}" for name in order)


def raster_reading(data: xr.Dataset) -> str:
    """Say how many spikes there are."""
    pre = int((data.spike_cell == 0).sum())
    post = data.spike_cell.size - pre
    return f"{pre} presynaptic and {post} postsynaptic spikes in {float(data.time[-1]):.3g} s."


def course_reading(data: xr.Dataset) -> str:
    """Say where the weight ends under each rule."""
    ended = {name: float(data[f"weight_{name}"][-1]) - 1 for name in NAMES}
    return f"The same spikes change the weight in {len(NAMES)} ways: {listed(ended)}."


def window_reading(data: xr.Dataset) -> str:
    """Say what the chosen pair does under each rule."""
    delta = float(data.delta_shown)
    grid = data.delta_grid.values
    at = {name: float(np.interp(delta, grid, data[f"window_{name}"])) for name in NAMES}
    return (
        f"{int(data.pairs_shown)} pairs at {float(data.frequency_shown):.3g} Hz, {delta:.3g} ms "
        f"apart: {listed(at)}."
    )


def drift_reading(data: xr.Dataset) -> str:
    """Say how near simulated spikes are to the expectation, and where the triplet rule turns."""
    apart, most = [], 0.0
    for name in NAMES:
        expected = np.interp(data.post_rate, data.rate_grid, data[f"theory_{name}"])
        apart.append(np.abs(data[f"drift_{name}"].values - expected).mean())
        most = max(most, float(np.abs(data[f"theory_{name}"]).max()))
    text = (
        f"With a presynaptic rate of {float(data.pre_rate_shown):.3g} Hz, simulated drifts lie "
        f"{np.mean(apart):.2g}/s from the closed form on average, of up to {most:.2g}/s."
    )
    drift, rates = data.theory_visual.values, data.rate_grid.values
    turns = np.flatnonzero((drift[:-1] < 0) & (drift[1:] >= 0))
    if turns.size:
        text += f" The triplet rule of visual cortex turns to potentiation at {rates[turns[0]]:.2g}"
        text += " Hz, as BCM's threshold has it."
    return text


def order_reading(order: str, words: str):
    """Return a reading of the changes over frequency for one order of the spikes."""

    def reading(data: xr.Dataset) -> str:
        slow = {name: float(data[f"paired_{order}_{name}"][0]) for name in COMPARED}
        fast = {name: float(data[f"paired_{order}_{name}"][-1]) for name in COMPARED}
        low, high = (float(data.frequency[i]) for i in (0, -1))
        return (
            f"{words} by {float(data.apart):.3g} ms, at {low:.2g} Hz: {listed(slow)}; "
            f"at {high:.3g} Hz: {listed(fast)}."
        )

    return reading


def named(prefix: str, names: tuple[str, ...] = tuple(NAMES)) -> tuple[str, ...]:
    """Return the variables of all rules."""
    return tuple(f"{prefix}_{name}" for name in names)


def roles(*prefixes: str, names: tuple[str, ...] = tuple(NAMES)) -> dict[str, str]:
    """Return the roles of all rules' variables."""
    return {f"{prefix}_{name}": ROLES[name] for prefix in prefixes for name in names}


def over_frequency(order: str, title: str, words: str) -> Curve:
    """Return the picture of one order of the spikes over frequency."""
    return Curve(
        named(f"paired_{order}", COMPARED), title, x="frequency",
        y_label="change of the weight, unbounded",
        theory=named(f"closed_{order}", COMPARED), reading=order_reading(order, words),
        roles=roles(f"paired_{order}", f"closed_{order}", names=COMPARED),
    )  # fmt: skip


OBSERVABLES = (
    Curve(
        named("window"), "Timing window: what the pairs do", x="delta_grid", joined=True,
        y_label="change of the weight", roles=roles("window"),
        reading=window_reading,
    ),
    Raster(
        title="Spikes of both cells",
        labels={"excitatory": "presynaptic", "recall": "postsynaptic"},
        reading=raster_reading,
    ),
    Trace(
        named("weight"), "Weight under each rule", y_label="weight / weight at the start",
        theory=named("expected"), roles=roles("weight", "expected"), reading=course_reading,
    ),
    Curve(
        named("drift"), "Mean drift under random spikes", x="post_rate",
        y_label="change of the weight a second", theory=named("theory"),
        roles=roles("drift", "theory"), reading=drift_reading,
    ),
    over_frequency("after", "Postsynaptic spike last, over frequency",
                   "Postsynaptic spikes later"),
    over_frequency("before", "Postsynaptic spike first, over frequency",
                   "Postsynaptic spikes earlier"),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\Delta w = \begin{cases} A_{+}\, e^{-\Delta t / \tau_{+}} & \Delta t > 0 \\ "
        r"-A_{-}\, e^{\Delta t / \tau_{-}} & \Delta t < 0 \end{cases}, \quad "
        r"\Delta t = t_{post} - t_{pre}",
        "Pair rule: a pair potentiates where the presynaptic spike comes first and depresses "
        "otherwise (Hebbian), or the other way round (anti-Hebbian).",
    ),
    Equation(
        r"\Delta w = \eta\, (x_{post} - \alpha) \;\text{(pre)}, \quad "
        r"\Delta w = \eta\, x_{pre} \;\text{(post)}, \quad \alpha = 2 \rho_0 \tau",
        "Symmetric rule of inhibitory synapses: near coincidences strengthen whatever their order, "
        "each presynaptic spike alone weakens; the postsynaptic rate is held at rho_0.",
    ),
    Equation(
        r"w \leftarrow w + r_1 \left(A_2^{+} + A_3^{+} o_2\right) \;\text{(post)}, \quad "
        r"w \leftarrow w - o_1 \left(A_2^{-} + A_3^{-} r_2\right) \;\text{(pre)}",
        "Triplet rule: traces r_1, r_2 of presynaptic and o_1, o_2 of postsynaptic spikes, with "
        "time constants tau_+, tau_x, tau_- and tau_y, taken just before the spike.",
    ),
    Equation(
        r"\left\langle \frac{dw}{dt} \right\rangle = \rho_x \rho_y \left[A_2^{+}\tau_{+} "
        r"- A_2^{-}\tau_{-} + A_3^{+}\tau_{+}\tau_y \rho_y - A_3^{-}\tau_{-}\tau_x \rho_x\right]",
        "Mean drift under independent Poisson spikes of the rates rho_x (pre) and rho_y (post), "
        "all-to-all. With nearest pairing a trace's mean is rho tau / (1 + rho tau).",
    ),
)

PRESETS = {
    "Figure 3 of Pfister and Gerstner 2006: pairs at 20 Hz": {"spikes": PAIRS, "frequency": 20.0},
    "The same with all triplet terms": {"spikes": PAIRS, "frequency": 20.0, "terms": FULL},
    "The same, nearest spikes alone": {"spikes": PAIRS, "frequency": 20.0, "pairing": NEAREST},
    "Rates, not timing": {"pre_rate": 20.0, "post_rate": 35.0, "duration": 10.0, "highest": 5.0},
    "Inhibition holds a rate (Vogels et al. 2011)": {
        "pre_rate": 10.0, "post_rate": 6.0, "target_rate": 6.0, "duration": 100.0,
    },
    "Drag the spikes yourself": {"spikes": DRAGGED},
}  # fmt: skip
