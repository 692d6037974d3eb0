"""What the page "same spikes, six rules" shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.plasticity import stdp_views
from models.plasticity.calcium_sets import GRAUPNER_2012
from models.plasticity.pieces import axis
from models.plasticity.references import BCM_1982, HEBB_1949, TETZLAFF_2012
from models.plasticity.rules_beside import NAMES
from models.plasticity.spike_rule_sets import PFISTER_2006, SONG_2000
from models.plasticity.spike_rules import Floats
from models.plasticity.stdp_views import DRAGGED, POISSON
from workbench import Equation, Matrix, Raster, Trace, variable

Frame = dict[str, xr.Variable]
REFERENCES = (HEBB_1949, BCM_1982, TETZLAFF_2012, SONG_2000, PFISTER_2006, GRAUPNER_2012)
#: A change that counts as one, as a share of the weight.
NOTABLE = 1e-3


def courses(times: Floats, found: dict[str, Floats]) -> Frame:
    """Return the weights of the spikes that are shown, from the first of all trains."""
    grown = axis("time", times / 1000.0, "s", "time")
    for name, weights in found.items():
        grown[f"weight_{name}"] = variable("time", weights[0], "1", "weight / weight at the start")
    return grown


def table(
    found: dict[str, Floats], deltas: Floats, shown: tuple[Floats, Floats], frequency: float
) -> Frame:
    """Return what each rule makes of each train, scaled to the rule's largest change."""
    changes = np.array([weights[:, -1] - 1 for weights in found.values()])
    most = np.maximum(np.abs(changes).max(axis=1, keepdims=True), NOTABLE)
    columns = np.array(["these", *(f"{delta:+.0f}" for delta in deltas)])
    return stdp_views.raster(*shown) | {
        **axis("rule", np.array([name.split()[-1] for name in NAMES.values()]), "1", "rule"),
        **axis("protocol", columns, "ms", "spikes, or pairs apart by"),
        "change": variable(("rule", "protocol"), changes, "1", "change of the weight"),
        "glance": variable(
            ("rule", "protocol"), 100 * changes / most, "%", "of the largest change"
        ),
        "frequency_shown": variable((), frequency, "Hz", "pairs a second"),
    }


def glance_reading(data: xr.Dataset) -> str:
    """Say which rules potentiate and which depress with the spikes that are shown."""
    changes = data.change[:, 0].values
    names = list(NAMES.values())
    up = [name for name, change in zip(names, changes, strict=True) if change > NOTABLE]
    down = [name for name, change in zip(names, changes, strict=True) if change < -NOTABLE]
    parts = [f"{word} under {', '.join(which)}" for word, which in
             (("potentiation", up), ("depression", down)) if which]  # fmt: skip
    text = " and ".join(parts) or f"no change above {100 * NOTABLE:g} % under any rule"
    return (
        f"These spikes mean {text}. The other columns: regular pairs at "
        f"{float(data.frequency_shown):.3g} Hz, the postsynaptic spike so much later."
    )


def rule_reading(name: str):
    """Return a reading of one rule's weight."""

    def reading(data: xr.Dataset) -> str:
        change = float(data[f"weight_{name}"][-1]) - 1
        word = "potentiation" if change > NOTABLE else "depression" if change < -NOTABLE else ""
        text = f"{NAMES[name]}: {stdp_views.change(change)}{', ' * bool(word)}{word}."
        return text[0].upper() + text[1:]

    return reading


ROLES = {"hebb": "inhibitory", "bcm": "engram", "spass": "cue", "pairs": "excitatory",
         "triplets": "paired", "calcium": "recall"}  # fmt: skip
OBSERVABLES = (
    Matrix(("glance",), "LTP and LTD at a glance", reading=glance_reading),
    Raster(
        title="The spikes", labels={"excitatory": "presynaptic", "recall": "postsynaptic"},
        reading=stdp_views.raster_reading,
    ),
    *(
        Trace(
            (f"weight_{name}",), words[0].upper() + words[1:], reading=rule_reading(name),
            roles={f"weight_{name}": ROLES[name]},
        )
        for name, words in NAMES.items()
    ),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\frac{dw}{dt} = \mu\, u\, v",
        "Hebb: u and v are the filtered spikes of both cells, in units of 10 Hz.",
    ),
    Equation(
        r"\frac{dw}{dt} = \mu\, u\, v\, (v - \theta), \quad "
        r"\tau_\theta \frac{d\theta}{dt} = v^2 - \theta",
        "BCM: below the sliding threshold the same activity depresses.",
    ),
    Equation(
        r"\frac{dw}{dt} = \mu\left[u\,v + \kappa^{-1}(v_T - v)\,w^2\right]",
        "SPaSS: scaling weakens what fires above the target v_T = 1, with kappa = 3.",
    ),
    Equation(
        r"\Delta w = A_{+} r_1 \;\text{(post)}, \quad \Delta w = -A_{-} o_1 \;\text{(pre)}",
        "Spike pairs: each spike sees the trace of the other cell's earlier ones.",
    ),
    Equation(
        r"\Delta w = A_3^{+} r_1 o_2 \;\text{(post)}, \quad \Delta w = -A_2^{-} o_1 \;\text{(pre)}",
        "Spike triplets (visual cortex, minimal): potentiation takes two postsynaptic spikes.",
    ),
    Equation(
        r"\tau \frac{d\rho}{dt} = -\rho (1 - \rho)(\rho^{*} - \rho) "
        r"+ \gamma_p (1 - \rho)\, \Theta(c - \theta_p) - \gamma_d\, \rho\, \Theta(c - \theta_d)",
        "Calcium thresholds (set DP, without noise) from half-way between both states; the "
        "strength is 1 + (b - 1) rho.",
    ),
)

PRESETS = {
    "Post before pre": {"delta_t": -10.0},
    "Fast pairs: order loses": {"delta_t": -10.0, "frequency": 40.0},
    "Slow pairs: order rules": {"frequency": 1.0, "duration": 5.0},
    "Random spikes": {"spikes": POISSON, "pre_rate": 20.0, "post_rate": 20.0},
    "Drag the spikes yourself": {"spikes": DRAGGED, "duration": 0.5},
}
