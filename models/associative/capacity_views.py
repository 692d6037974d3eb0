"""What the capacity laboratory shows, how it reads, and the equations behind it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.associative.readings import counted, rounded
from workbench import Curve, Equation

EQUATIONS = (
    Equation(
        r"P_c = \max \{ P : \langle r \rangle \ge c \;\text{for all loads up to}\; P \}",
        "Capacity: the load at which the mean correlation r of recall with what was stored first "
        "falls below the criterion c, by a straight line over the logarithm of the load.",
    ),
    Equation(
        r"I_{\text{stored}} = \frac{P \log_2 \binom{N}{k}}{\text{synapses}}",
        "What patterns of k of N active units would hold if each could be told from all others. "
        "Synapses are those that learn: N squared of a matrix, a counter for each unit of each "
        "hard location, N for each pattern that a modern Hopfield network keeps.",
    ),
    Equation(
        r"T(s) = \log_2 \left[ \binom{k'}{h} \binom{N - k'}{k - h} \right], \quad "
        r"I_{\text{gained}} = \frac{P\, [T(\text{cue}) - T(\text{recalled})]}{\text{synapses}}",
        "What recall adds to its cue: T is the information that is missing to correct a state of "
        "k' active units, h of them right (Knoblauch, Palm and Sommer 2010).",
    ),
    Equation(
        r"E = \sum_{\text{steps}} \sum_{j \,\text{active}} | \{ i : W_{ij} \ne 0 \} |",
        "Synaptic events of a recall: synapses that carry a signal, of all active units in all "
        "steps. Hard locations and stored patterns count as what a signal has to reach as well.",
    ),
    Equation(
        r"e = \frac{T(\text{cue}) - T(\text{recalled})}{E}",
        "Bits for what a nervous system pays: for each synaptic event, and for each unit that is "
        "active (Levy and Baxter 1996; Attwell and Laughlin 2001).",
    ),
)


def recall_reading(data: xr.Dataset) -> str:
    """Say how many patterns fit."""
    capacity, per_unit = float(data.capacity), float(data.capacity_per_unit)
    criterion, last = float(data["criterion_line"][0]), int(data["load"][-1])
    if not capacity:
        return f"Not even one pattern is recalled to {criterion:g}."
    if not int(data.reached):
        return f"All loads up to {last:,} patterns are recalled to {criterion:g}: more would fit."
    fits = data.capacities.values[np.isfinite(data.capacities.values)]
    spread = f" (from {rounded(fits.min())} to {rounded(fits.max())})" if fits.size > 1 else ""
    return (
        f"About {rounded(capacity)} patterns{spread} are recalled to {criterion:g}, "
        f"{per_unit:.3g} for each unit."
    )


def bits_reading(data: xr.Dataset) -> str:
    """Say what a synapse holds and what recall adds."""
    stored, gained = (float(data[f"{n}_per_synapse_at_capacity"]) for n in ("stored", "gained"))
    best = int(np.nanargmax(data.gained_per_synapse.values))
    return (
        f"At capacity a synapse holds {stored:.3g} bits, of which recall adds {gained:.3g} to its "
        f"cues; it adds most, {float(data['gained_per_synapse'][best]):.3g}, at "
        f"{int(data['load'][best]):,} patterns."
    )


def events_reading(data: xr.Dataset) -> str:
    """Say how many synapses carry a signal."""
    first, last = float(data["events"][0]), float(data["events"][-1])
    return (
        f"Recalling one pattern takes {rounded(first)} synaptic events when one pattern is stored "
        f"and {rounded(last)} with {int(data['load'][-1]):,}; storing one touches "
        f"{rounded(float(data.touched))} synapses."
    )


def price_reading(data: xr.Dataset) -> str:
    """Say what a synaptic event yields."""
    values = data.gained_per_event.values
    best = int(np.nanargmax(values))
    stored = counted(int(data["load"][best]), "pattern")
    return (
        f"A synaptic event yields most, {values[best]:.3g} bits, with {stored} stored, and "
        f"{float(data.gained_per_event_at_capacity):.3g} at capacity."
    )


def active_reading(data: xr.Dataset) -> str:
    """Say what an active unit yields."""
    units, bits = float(data.active_units_at_capacity), float(data.gained_per_active_at_capacity)
    return (
        f"At capacity a recall activates units {units:.3g} times in all its steps "
        f"({int(data.active)} are a pattern), and each yields {bits:.3g} bits."
    )


def level_reading(data: xr.Dataset) -> str:
    """Say what theory expects at this coding level."""
    place = int(np.abs(data.coding_level.values - float(data.level_here[0])).argmin())
    matrix, rule, law = (
        10 ** float(data[f"capacity_{name}"][place]) for name in ("willshaw", "covariance", "law")
    )
    return (
        f"This run lets {rounded(float(data.capacity))} patterns fit; theory, {rounded(matrix)} "
        f"into Willshaw's matrix (whole cues) and {rounded(rule)} by the covariance rule (cues "
        f"nearly whole); (N / ln N) squared is {rounded(law)}."
    )


def _over_load(name: str, title: str, role: str, reading, **options) -> Curve:  # noqa: ANN001, ANN003
    return Curve(
        (name,), title, x="load", log=True, joined=True, roles={name: role}, reading=reading,
        marks=("capacity",), **options,
    )  # fmt: skip


OBSERVABLES = (
    Curve(
        ("recall",), "Recall against load", x="load", log=True, joined=True,
        y_label="correlation",
        theory=("expected_recall", "criterion_line"), marks=("capacity",),
        bands={"recall": ("recall_low", "recall_high")},
        roles={"recall": "recall", "expected_recall": "recall", "criterion_line": "other"},
        reading=recall_reading,
    ),
    Curve(
        ("stored_per_synapse", "gained_per_synapse"), "Bits per synapse", x="load", log=True,
        joined=True, y_label="bits per synapse", marks=("capacity",),
        roles={"stored_per_synapse": "engram", "gained_per_synapse": "recall"},
        reading=bits_reading,
    ),
    _over_load("gained_per_event", "Bits per synaptic event", "excitatory", price_reading),
    _over_load("events", "Synapses that carry a signal", "inhibitory", events_reading),
    _over_load("gained_per_active", "Bits per active unit", "cue", active_reading),
    Curve(
        ("measured_here",), "Capacity over the coding level", x="level_here",
        y_label="log10 of patterns",
        theory=(
            "capacity_willshaw", "capacity_covariance", "capacity_asymptote", "capacity_law",
        ),
        roles={
            "measured_here": "engram", "capacity_willshaw": "excitatory",
            "capacity_covariance": "recall", "capacity_asymptote": "inhibitory",
            "capacity_law": "other",
        },
        reading=level_reading,
    ),
)  # fmt: skip
