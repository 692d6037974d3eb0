"""What the page of one synapse under SPaSS shows, in words, pictures and equations."""

from __future__ import annotations

import xarray as xr

from workbench import Curve, Equation, Trace


def weight_reading(data: xr.Dataset) -> str:
    """Say where the weights ended and how far that is from the fixed point."""
    ended = data.weight.isel(time=-1)
    stable = float(data.stable_weight)
    apart = float(abs(ended - stable).max())
    if apart < 1e-3 * stable:
        return (
            f"All {ended.size} weights, from {float(data.weight[0].min()):.2g} to "
            f"{float(data.weight[0].max()):.2g} at the start, end at {stable:.4g}, where the "
            f"formula puts them (largest difference {apart:.1e})."
        )
    return (
        f"The weights move towards {stable:.4g}; after {float(data.time[-1]):.3g} / mu the "
        f"farthest is still {apart:.2g} away."
    )


def activity_reading(data: xr.Dataset) -> str:
    """Say which activity the neuron keeps and how it compares with its target."""
    stable, target = float(data.stable_activity), float(data.target_activity)
    return (
        f"The neuron settles at an activity of {stable:.4g}, {stable - target:.3g} above the "
        f"target {target:.3g}: the Hebbian term keeps it above the value that scaling asks for."
    )


def growth_reading(data: xr.Dataset) -> str:
    """Say where the weight stands still, and that the misprinted formula misses it."""
    stable, misprinted = float(data.stable_weight), float(data.misprinted_weight)
    text = f"Below {stable:.4g} the weight grows, above it shrinks: a stable point."
    if abs(stable - misprinted) > 1e-9:
        text += f" The misprinted formula gives {misprinted:.4g}, where the weight still moves."
    return text


EQUATIONS = (
    Equation(
        r"\frac{dw}{dt} = \mu\left[u\,v + \kappa^{-1}(v_T - v)\,w^2\right], \quad v = w\,u",
        "The rule: Hebbian growth with input u and activity v, and scaling of the weight w "
        "that pulls v towards its target. kappa is the ratio of the two rates.",
    ),
    Equation(
        r"w^{*} = \frac{v_T}{2u} + \left[\kappa\,u + \left(\frac{v_T}{2u}\right)^2\right]^{1/2}",
        "The stable weight. Beware: it is sometimes printed (as equation 4 of a review of "
        "memory engrams) with kappa / u in place of kappa u; that value is no fixed point unless "
        "u = 1, as the plot of dw/dt shows.",
    ),
    Equation(
        r"v^{*} = w^{*} u = \frac{v_T}{2} + "
        r"\left[\kappa\,u^3 + \left(\frac{v_T}{2}\right)^2\right]^{1/2}",
        "The activity at the stable weight; it always exceeds the target.",
    ),
    Equation(
        r"-\left.\frac{d\dot{w}}{dw}\right|_{w^{*}} = \mu\,\frac{4\kappa u^3 + v_T^2 + "
        r"v_T (v_T^2 + 4\kappa u^3)^{1/2}}{2\kappa u} > 0",
        "Stability: a small displacement dies out at this rate, for all positive values.",
    ),
)
OBSERVABLES = (
    Trace(
        ("weight",),
        "Weight from several starts",
        theory=("weight_theory",),
        roles={"weight": "excitatory"},
        reading=weight_reading,
    ),
    Trace(
        ("activity",),
        "Activity of the neuron",
        theory=("activity_theory", "target"),
        roles={"activity": "excitatory", "target": "cue"},
        reading=activity_reading,
    ),
    Curve(
        ("growth",),
        "Growth of the weight, and where it stops",
        x="weight_grid",
        marks=("stable_weight", "misprinted_weight"),
        joined=True,
        roles={"growth": "excitatory", "misprinted_weight": "inhibitory"},
        reading=growth_reading,
    ),
)
