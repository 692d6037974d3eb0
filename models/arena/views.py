"""What the arena shows, how it reads, and the equations behind it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.arena.contestants import CONTESTANTS
from models.associative.load_curves import capacity
from workbench import Curve, Equation, Images, Matrix

GOOD = 0.9  # agreement from which on a pattern counts as recalled

EQUATIONS = (
    Equation(
        r"r = \frac{N n_{11} - k_1 k_2}{\left[k_1 (N - k_1)\, k_2 (N - k_2)\right]^{1/2}}",
        "Agreement of what is recalled with what was stored: the correlation of two patterns with "
        "k1 and k2 of N units active, n11 of them in common. 1 is perfect, 0 is chance.",
    ),
    Equation(
        r"m_{\text{Willshaw}} = \lfloor B / N^2 \rfloor, \quad "
        r"m_{\text{counts}} = \lfloor B / 8 (N^2 + 8 N) \rfloor",
        "Of a budget of B bits, matrices take as many as fit: a bit a synapse for Willshaw's, a "
        "byte for counts of pairs. Patterns are dealt to them in turn; the answer counts whose "
        "units are most strongly joined.",
    ),
    Equation(
        r"M = \left\lfloor \frac{B - 256 N}{8 N + 256} \right\rfloor, \quad p = (2 M P)^{-1/3}",
        "The sparse distributed memory has M hard locations with a byte for each unit and an "
        "address of 256 bits; each address activates the share p that gives the best signal.",
    ),
    Equation(
        r"P_{\text{kept}} = \left\lfloor \frac{B}{\min(N, k \lceil \log_2 N \rceil)} \right\rfloor",
        "The modern Hopfield network keeps patterns whole, each as a bit a unit or as the numbers "
        "of its active units, whichever is shorter; the oldest give way.",
    ),
    Equation(
        r"I = \frac{P\, w \log_2 \binom{N}{k}}{B}",
        "Recalled information per bit of memory, where the share w of cues recalls its pattern "
        "without a wrong unit; patterns that are alike hold less than that.",
    ),
)


def capacities(data: xr.Dataset) -> dict[str, float]:
    """Return, for each memory that takes part, the largest load that it recalls well.

    0 where it recalls no load so; between two loads by linear interpolation in their logarithm.
    """
    found = {}
    for one in CONTESTANTS:
        line = data[f"{one.key}_load"].values
        if np.isfinite(line).any():
            found[one.title] = capacity(data["load"].values, line, GOOD)
    return found


def load_reading(data: xr.Dataset) -> str:
    """Say how many patterns each memory recalls."""
    found = capacities(data)
    top = float(data["load"].values[-1])
    ranked = sorted(found.items(), key=lambda one: -one[1])
    told = [
        f"{name} {'at least ' if load > 0.999 * top else ''}{load:,.0f}" if load else f"{name} none"
        for name, load in ranked
    ]
    missing = [one.title for one in CONTESTANTS if one.title not in found]
    damage = float(data["damage_of_curve"])
    text = f"Patterns recalled to {GOOD} with {damage:.0%} of a cue damaged: {', '.join(told)}."
    if missing:
        text += f" The budget is too small for {' and '.join(missing)}."
    return text


def damage_reading(data: xr.Dataset) -> str:
    """Say how much damage each memory bears."""
    load, told = float(data["load_of_curve"]), []
    for one in CONTESTANTS:
        line = data[f"{one.key}_damage"].values
        if np.isfinite(line).any():
            good = np.flatnonzero(line >= GOOD)
            bears = f"{data['damage'].values[good[-1]]:.0%}" if good.size else "none"
            told.append(f"{one.title} {bears}")
    return f"Damage that still lets {load:,.0f} patterns be recalled to {GOOD}: {', '.join(told)}."


def map_reading(data: xr.Dataset) -> str:
    """Say which share of the map each memory recalls well."""
    shares = [
        f"{name} {np.mean(values[np.isfinite(values)] >= GOOD):.0%}"
        for name, values in zip(data["memory_name"].values, data["recall"].values, strict=True)
        if np.isfinite(values).any()
    ]
    return f"Of all loads and damages these are recalled to {GOOD}: {', '.join(shares)}."


def pictures_reading(data: xr.Dataset) -> str:
    """Say what the pictures show."""
    damage = float(data["damage_of_curve"])
    return (
        f"One stored pattern, its cue with {damage:.0%} damaged, and what each memory makes of it."
    )


def information_reading(data: xr.Dataset) -> str:
    """Say which memory gets most out of its bits."""
    values = data["information"].values
    if not np.isfinite(values).any():
        return ""
    best = np.nanmax(np.where(np.isfinite(values), values, -1), axis=1)
    names = data["memory_name"].values
    k = int(np.argmax(best))
    place = int(np.nanargmax(values[k]))
    told = ", ".join(f"{names[i]} {best[i]:.2f}" for i in np.argsort(-best) if best[i] >= 0)
    return (
        f"Most is recalled per bit by {names[k]}, at {data['load'].values[place]:,} patterns. "
        f"Best of each: {told}."
    )


def budget_reading(data: xr.Dataset) -> str:
    """Say what of its budget each memory uses."""
    used = np.nan_to_num(data["share_of_budget"].values).max(axis=1)
    told = [f"{name} {share:.0%}" for name, share in zip(data["memory_name"].values, used,
                                                         strict=True) if share]  # fmt: skip
    return f"Used of the budget at most: {', '.join(told)}."


def _curve(dim: str, title: str, reading, log: bool) -> Curve:  # noqa: ANN001
    names = tuple(f"{one.key}_{dim}" for one in CONTESTANTS)
    return Curve(
        names, title, x=dim, joined=True, log=log, y_label="agreement",
        roles={f"{one.key}_{dim}": one.role for one in CONTESTANTS},
        reading=reading, bands={name: (f"{name}_low", f"{name}_high") for name in names},
    )  # fmt: skip


OBSERVABLES = (
    _curve("load", "Recall against load", load_reading, log=True),
    _curve("damage", "Recall against damage of the cue", damage_reading, log=False),
    Matrix(("recall",), "One memory: load and damage", over="memory_name", reading=map_reading,
           written=".2f"),
    Matrix(("information",), "Recalled bits per bit of memory", reading=information_reading,
           written=".2f"),
    Matrix(("share_of_budget",), "Share of the budget that is used", reading=budget_reading,
           written=".0%"),
    Images(("pictures",), "One pattern, and what each recalls", over="load",
           reading=pictures_reading),
)  # fmt: skip
