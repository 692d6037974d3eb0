"""What a comparison of regularisers shows, and the equations behind it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from workbench import Curve, Equation, Images, Matrix, Trace

EQUATIONS = (
    Equation(
        r"x \leftarrow \text{soft}\left(x - \frac{1}{L} \nabla f(x), \frac{\lambda}{L}\right), "
        r"\quad \text{soft}(v, t) = \text{sign}(v) \max(|v| - t, 0)",
        "L1, the proximal step (ISTA; FISTA with momentum): small weights become exactly 0. Plain "
        "gradient descent on the L1 penalty is often named as a way to solve it: it gives no "
        "exact zeros, only small numbers.",
    ),
    Equation(
        r"s = \sigma\left(\frac{\ln u - \ln(1 - u) + \ln \alpha}{\beta}\right), \quad "
        r"z = \text{clip}(s (\zeta - \gamma) + \gamma, 0, 1)",
        "L0 by hard-concrete gates on weights: z is exactly 0 with a chance that can be lowered by "
        "gradients, and the penalty is the expected number of gates that are not.",
    ),
    Equation(
        r"\text{KL}(\rho \| \rho_j) = \rho \ln \frac{\rho}{\rho_j} + "
        r"(1 - \rho) \ln \frac{1 - \rho}{1 - \rho_j}",
        "A divergence that asks of each sigmoid unit a mean activity rho; such a unit is counted "
        "as active above one half.",
    ),
    Equation(
        r"h = a \odot [a \text{ among the } k \text{ largest}], \quad "
        r"h = z \odot a, \; z \sim \text{Bernoulli}(p(x))",
        "Top-K keeps the k most active units; gates choose units by the stimulus, before their "
        "activity is known (after Aguilar et al. 2025, a reconstruction). L1 and L0 act on "
        "weights, KL and Top-K on activity, gates on units.",
    ),
)


def compared_reading(data: xr.Dataset) -> str:
    """Say which method errs least where they are as sparse."""
    table = data.compared.values
    done = np.flatnonzero(np.isfinite(table).all(1))
    wanted = (
        f"{float(data.wanted_left):.0%} of the weights or {float(data.wanted_active):.0%} of the "
        "units"
    )
    if not done.size:
        return f"Methods will be compared where {wanted} are left."
    best = done[table[done, 3].argmin()]
    forgot = table[done, 4]
    shares = np.where(np.arange(len(table)) < 3, 1 - table[:, 0], table[:, 1])
    asked = np.where(np.arange(len(table)) < 3, data.wanted_left, data.wanted_active)
    off = [n for n in done if n and not 0.6 < shares[n] / asked[n] < 1.6]
    missed = "".join(f" ({data.method.values[n]} leaves {shares[n]:.0%})" for n in off)
    return (
        f"Where about {wanted} are left{missed}, {data.method.values[best]} errs least "
        f"({table[best, 3]:.1%}); learnt in pairs, classes are forgotten (Chaudhry) by "
        f"{forgot.min():.0%} to {forgot.max():.0%}."
    )


def swept_reading(data: xr.Dataset) -> str:
    """Say that the plain subgradient makes no zeros, and what the strongest others make."""
    zeros = data.swept.values[:, :3, 0]
    told = ", ".join(
        f"{name} {np.nanmax(column):.0%}"
        for name, column in zip(data.method.values[:3], zeros.T, strict=True)
        if np.isfinite(column).any()
    )
    return f"Exact zeros among the weights, at the strongest: {told}."


def usage_reading(data: xr.Dataset) -> str:
    """Say how many units are never used."""
    never = data.unit_usage.values[:, 0]
    done = np.flatnonzero(np.isfinite(never))
    if not done.size:
        return "0 methods are compared so far."
    most = done[never[done].argmax()]
    return (
        f"Most units are silent with {data.method.values[most]}: {never[most]:.0%} are switched on "
        "by no test stimulus."
    )


def error_reading(data: xr.Dataset) -> str:
    """Say how the errors lie."""
    errors = data.error_now.values
    return (
        f"Of {errors.size} networks the best errs in {errors.min():.1%} of the tests, the worst in "
        f"{errors.max():.1%}."
    )


def gap_reading(data: xr.Dataset) -> str:
    """Say how many steps each solver needs, and what is exactly 0."""
    steps = []
    for name in ("gap_ista", "gap_fista", "gap_restart", "gap_subgradient"):
        within = np.flatnonzero(data[name].values < -4)
        steps.append(f"{within[0] + 1}" if within.size else "not reached")
    zeros = dict(zip(data.solver.values, data.solver_zeros.values, strict=True))
    return (
        f"Steps to a relative gap of 0.0001: ISTA {steps[0]}, FISTA {steps[1]}, with restart "
        f"{steps[2]}, subgradient {steps[3]}; of {int(data.unknowns):,} weights FISTA leaves "
        f"{zeros['FISTA']:,} exactly 0, the subgradient {zeros['subgradient']}."
    )


def features_reading(data: xr.Dataset) -> str:
    """Say how active features are."""
    return (
        f"{data.sizes['feature']} features, active {float(data.feature_activity):.1%} of the time "
        f"({float(data.feature_wanted):.1%} wanted), rebuild a picture with a squared error of "
        f"{2 * float(data.feature_error):.2g}."
    )


OBSERVABLES = (
    Images(("features",), "Features of the sparse autoencoder", reading=features_reading),
    Curve(
        ("gap_ista", "gap_fista", "gap_restart", "gap_subgradient"),
        "How near each solver comes", x="iteration", joined=True,
        y_label="log10 of the relative gap",
        roles={"gap_ista": "excitatory", "gap_fista": "engram", "gap_restart": "recall",
               "gap_subgradient": "inhibitory"},
        reading=gap_reading,
    ),
    Matrix(
        ("compared",), "Compared at equal sparsity", written=".2f", reading=compared_reading
    ),
    Matrix(
        ("swept",), "From weak to strong", over="level", written=".2f", reading=swept_reading
    ),
    Matrix(("unit_usage",), "How often units are used", written=".2f", reading=usage_reading),
    Trace(
        ("error_now",), "Test error, network by network", roles={"error_now": "other"},
        reading=error_reading,
    ),
)  # fmt: skip
