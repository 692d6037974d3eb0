"""What the page of Hebb's rule and its tamed forms shows, in words, pictures and equations."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.plasticity.pieces import axis
from models.plasticity.rate_rules import Floats, Inputs, selectivity
from models.plasticity.references import BCM_1982, HEBB_1949, OJA_1982, TETZLAFF_2012
from workbench import Curve, Equation, Matrix, Trace, variable

Frame = dict[str, xr.Variable]
REFERENCES = (HEBB_1949, OJA_1982, BCM_1982, TETZLAFF_2012)
NAMES = {"hebb": "Hebb", "oja": "Oja", "bcm": "BCM", "spass": "SPaSS"}
ROLES = {"hebb": "inhibitory", "oja": "excitatory", "bcm": "engram", "spass": "cue"}


def course(
    times: Floats, shape: Floats, growth: Floats, stable: dict[str, Floats], shown: Floats
) -> Frame:
    """Return the length of each rule's weight vector, and the weights of the rule shown.

    Hebb's are given as a shape and the growth of its scale, those of the other rules as they are.
    """
    found = axis("time", times, "1/mu", "time")
    length = np.log10(np.linalg.norm(shape, axis=1)) + growth / np.log(10)
    tens = {name: np.log10(np.linalg.norm(one, axis=1)) for name, one in stable.items()}
    for name, values in ({"hebb": length} | tens).items():
        found[f"length_{name}"] = variable("time", values, "1", NAMES[name])
    return found | {"weights": variable(("time", "input"), shown, "1", "weight")}


def bcm(responses: Floats, threshold: Floats) -> Frame:
    """Return BCM's responses to all patterns, and its threshold."""
    return {
        "bcm_response": variable(("time", "pattern"), responses, "1", "response to a pattern"),
        "threshold": variable("time", threshold, "1", "sliding threshold"),
    }


def fields(heard: Inputs, ends: dict[str, Floats], vector: Floats) -> Frame:
    """Return the patterns, the weight vectors of length 1, and the responses with them."""
    count, inputs = heard.patterns.shape
    found = {
        **axis("input", np.arange(1, inputs + 1), "1", "input"),
        **axis("pattern", np.arange(1, count + 1), "1", "pattern"),
        "patterns": variable(("pattern", "input"), heard.patterns, "1", "activity"),
        "eigenvector": variable("input", vector, "1", "leading eigenvector"),
    }
    for name, weights in ends.items():
        scaled = weights / max(np.linalg.norm(weights), 1e-300)
        responses = heard.patterns @ scaled
        found[f"field_{name}"] = variable("input", scaled, "1", NAMES[name])
        found[f"response_{name}"] = variable("pattern", responses, "1", NAMES[name])
        found[f"selectivity_{name}"] = variable((), selectivity(responses), "1", "selectivity")
    return found


def numbers(value: float, rule: str) -> Frame:
    """Return what the readings tell besides."""
    return {
        "eigenvalue": variable((), value, "mu", "largest eigenvalue"),
        "rule_shown": variable((), rule, "1", "rule whose weights are shown"),
    }


def field_reading(data: xr.Dataset) -> str:
    """Say how near Oja's and Hebb's weights are to the leading eigenvector."""
    told = {name: float(data[f"field_{name}"] @ data.eigenvector) for name in NAMES}
    return (
        f"Cosine with the leading eigenvector: Oja {told['oja']:.4f}, Hebb {told['hebb']:.4f}, "
        f"SPaSS {told['spass']:.3f}, BCM {told['bcm']:.3f}."
    )


def length_reading(data: xr.Dataset) -> str:
    """Say how Hebb's weights run away."""
    ended = {name: float(data[f"length_{name}"][-1]) for name in NAMES}
    others = ", ".join(f"{NAMES[n]} {10 ** ended[n]:.3g}" for n in NAMES if n != "hebb")
    return (
        f"Hebb's weights run away: by time {float(data.time[-1]):.3g} their length is 10 to the "
        f"{ended['hebb']:.3g} and grows e-fold every {1 / float(data.eigenvalue):.3g}. The others "
        f"stay: {others}."
    )


def response_reading(data: xr.Dataset) -> str:
    """Say how selective each rule has become."""
    told = ", ".join(f"{NAMES[n]} {float(data[f'selectivity_{n}']):.2f}" for n in NAMES)
    favourite = int(data.pattern[int(data.response_bcm.values.argmax())])
    return f"Selectivity (1 - mean / largest response): {told}. BCM prefers pattern {favourite}."


def bcm_reading(data: xr.Dataset) -> str:
    """Say whether BCM has settled, and where its threshold is."""
    last = data.bcm_response[-1].values
    late = data.threshold[-20:]
    swing = float(late.max() - late.min())
    if swing > 0.05 * max(float(late.mean()), 1e-6):
        return (
            f"The responses still move: the threshold went from {float(late.min()):.3g} to "
            f"{float(late.max()):.3g} in the last tenth of the time."
        )
    return (
        f"The threshold slid to {float(late[-1]):.3g}; one pattern is answered with "
        f"{last.max():.3g}, all others with {np.sort(last)[:-1].max(initial=0.0):.2g} at most."
    )


def weights_reading(data: xr.Dataset) -> str:
    """Say how far the weights of the rule shown have parted."""
    there = np.isfinite(data.weights).all("input").values
    last = data.weights.values[there][-1]
    text = f"{data.rule_shown.item()}: the weights lie from {last.min():.3g} to {last.max():.3g}"
    if there.all():
        return f"{text} at the end."
    left = float(data.time[int(there.sum()) - 1])
    return f"{text} at time {left:.3g}; then they run off this scale."


def patterns_reading(data: xr.Dataset) -> str:
    """Say how much neighbouring patterns overlap."""
    unit = data.patterns.values / np.linalg.norm(data.patterns.values, axis=1, keepdims=True)
    if len(unit) == 1:
        return "A single pattern comes: 1 bump of activity."
    overlap = float((unit[:-1] * unit[1:]).sum(axis=1).mean())
    return f"{len(unit)} patterns; neighbours have a cosine of {overlap:.2f}."


def of_rules(prefix: str) -> tuple[str, ...]:
    """Return the variables of all rules."""
    return tuple(f"{prefix}_{name}" for name in NAMES)


def roles(prefix: str) -> dict[str, str]:
    """Return the roles of all rules' variables."""
    return {f"{prefix}_{name}": role for name, role in ROLES.items()}


OBSERVABLES = (
    Curve(
        of_rules("field"), "Receptive fields at the end", x="input",
        y_label="weight, scaled to length 1", joined=True, theory=("eigenvector",),
        roles=roles("field"), reading=field_reading,
    ),
    Trace(
        of_rules("length"), "Length of the weights, in powers of ten", roles=roles("length"),
        y_label="log10 of the length", reading=length_reading,
    ),
    Curve(
        of_rules("response"), "Responses to the patterns", x="pattern",
        y_label="response", joined=True, roles=roles("response"), reading=response_reading,
    ),
    Trace(
        ("bcm_response",), "BCM: responses and the sliding threshold", theory=("threshold",),
        roles={"bcm_response": "engram"}, reading=bcm_reading,
    ),
    Trace(
        ("weights",), "Single weights of the rule that is shown", reading=weights_reading,
        roles={"weights": "excitatory"},
    ),
    Matrix(("patterns",), "The patterns that come", reading=patterns_reading),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\frac{dw}{dt} = \mu\, u\, v, \quad v = w \cdot u \quad \Rightarrow \quad "
        r"\frac{dw}{dt} = \mu\, C w, \quad C = \langle u u^T \rangle",
        "Hebb: what fires together wires together. Averaged over the patterns the weights grow "
        "along the leading eigenvector of C, without end.",
    ),
    Equation(
        r"\frac{dw}{dt} = \mu\, \langle v u - v^2 w \rangle \quad \Rightarrow \quad w \to e_1, "
        r"\quad |w| \to 1",
        "Oja: a decay with the squared activity holds the length at 1, so the weights end at the "
        "leading eigenvector e_1.",
    ),
    Equation(
        r"\frac{dw}{dt} = \mu\, \langle v (v - \theta)\, u \rangle, \quad "
        r"\tau_\theta \frac{d\theta}{dt} = \langle v^2 \rangle - \theta",
        "BCM: activity above the threshold theta potentiates, below it depresses, and theta slides "
        "with the mean of v squared. The neuron ends with one pattern, which it answers with the "
        "inverse of its share.",
    ),
    Equation(
        r"\frac{dw_j}{dt} = \mu \left[ \langle u_j v \rangle + \kappa^{-1} "
        r"(v_T - \langle v \rangle)\, w_j^2 \right]",
        "SPaSS: scaling towards a target activity v_T bounds each weight by itself.",
    ),
)

PRESETS = {
    "Weak overlap": {"width": 0.8},
    "Strong overlap": {"width": 3.0, "duration": 60.0},
    "All patterns alike": {"favour": 1.0},
    "A threshold that is too slow": {"threshold_time": 1.0, "duration": 40.0},
    "Hebb's runaway": {"rule": "Hebb", "duration": 10.0},
}
