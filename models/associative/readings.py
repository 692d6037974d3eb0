"""What the pictures of the experiment say, computed from its data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.associative.presets import DENSE, RANDOM


def counted(number: float, what: str) -> str:
    """Return a number of things: 1 unit, 3 units."""
    return f"{number:.0f} {what}{'s' * (round(number) != 1)}"


def pictures_reading(data: xr.Dataset) -> str:
    """Say what became of the cue that is shown."""
    missing, spurious = data.shown_missing.values, data.shown_spurious.values
    active, steps = int(data.active), missing.size - 1
    cue = f"{counted(missing[0], 'unit')} of {active} missing"
    if spurious[0]:
        cue += f" and {spurious[0]} wrong"
    if not missing[-1] and not spurious[-1]:
        perfect = int(np.argmax((missing == 0) & (spurious == 0)))
        bring = f"{counted(perfect, 'step')} of recall bring{'s' * (perfect == 1)}"
        return f"From a cue with {cue}, {bring} back every unit."
    return (
        f"From a cue with {cue}, {counted(steps, 'step')} of recall leave{'s' * (steps == 1)} "
        f"{missing[-1]} missing "
        f"and {counted(spurious[-1], 'spurious unit')}."
    )


def course_reading(data: xr.Dataset) -> str:
    """Say how the agreement with the pattern changes along the recall."""
    match = data.shown_match.values
    last = match.size - 1
    return (
        f"The cue's correlation with the stored pattern is {match[0]:.2f}; it is "
        f"{match[1]:.2f} after one step and {match[-1]:.2f} after {last}."
    )


def energy_reading(data: xr.Dataset) -> str:
    """Say whether the energy falls."""
    energy = data.shown_energy.values
    rises = int((np.diff(energy) > 1e-9 * max(1.0, np.abs(energy).max())).sum())
    text = f"The energy goes from {energy[0]:.4g} to {energy[-1]:.4g}"
    if not rises:
        return f"{text} and never rises."
    return (
        f"{text} and rises in {counted(rises, 'step')}: it must fall where units change one at a "
        "time, and here all change at once."
    )


def damage_reading(data: xr.Dataset) -> str:
    """Say up to which damage patterns are recalled."""
    share = data.recalled.values
    damage = data.cue_damage.values
    kind = "" if data.patterns.item() == RANDOM else " (theory is for random patterns)"
    apart = np.abs(data.match_one_step.values - np.interp(
        damage, data.damage_grid.values, data.expected_match.values
    )).mean()  # fmt: skip
    theory = f" One step lies {apart:.2f} from theory on average{kind}."
    good = np.cumprod(share >= 0.5).astype(bool)
    if not good.any():
        return f"Even whole cues bring back only {share[0]:.0%} of the patterns.{theory}"
    last = damage[good].max()
    return f"At least half of the cues find their pattern up to {last:.0%} damage.{theory}"


def load_reading(data: xr.Dataset) -> str:
    """Say how recall changes with the load."""
    match, final, step = (data[name].values for name in ("load_match", "load_match_final", "step"))
    return (
        f"From equally damaged cues, one step recalls the first {step[0]:,} patterns with "
        f"correlation {match[0]:.2f} and all {step[-1]:,} with {match[-1]:.2f}; repeated steps "
        f"with {final[-1]:.2f}."
    )


def errors_reading(data: xr.Dataset) -> str:
    """Say how many units are wrong at the end of storing."""
    return (
        f"With all {int(data.step[-1]):,} patterns stored, one step leaves "
        f"{float(data.missing[-1]):.2g} of {int(data.active)} units missing and adds "
        f"{float(data.spurious[-1]):.2g} spurious ones on average."
    )


def density_reading(data: xr.Dataset) -> str:
    """Say which share of the synapses is used."""
    found, wanted = float(data.density[-1]), float(data.expected_density[-1])
    if data.rule.item() == DENSE:
        return (
            f"There are no synapses between units: {int(data.step[-1]):,} patterns are kept whole, "
            f"{100 * found:.2g} % of their units active."
        )
    return (
        f"{100 * found:.3g} % of the synapses are in use; {100 * wanted:.3g} % are expected of "
        "random patterns."
    )


def synapses_reading(data: xr.Dataset) -> str:
    """Say how the synapses within the pattern differ from the others."""
    edge = int(data.pattern_edge[0])
    part = data.synapses.values
    if data.rule.item() == DENSE:
        rows, columns = part.shape
        return (
            f"{rows} units, {edge} of them active in the pattern shown, in the first "
            f"{columns} of the patterns that the memory keeps."
        )
    others = np.ones(part.shape, bool)
    others[:edge, :edge] = False
    np.fill_diagonal(others, False)
    inside = (part[:edge, :edge].sum() - np.trace(part[:edge, :edge])) / max(1, edge * (edge - 1))
    return (
        f"Between units of the pattern the mean synapse is {inside:.3g}, between others "
        f"{part[others].mean():.3g}."
    )


def capacity_reading(data: xr.Dataset) -> str:
    """Say how many patterns would fit at this coding level."""
    place = int(np.abs(data.coding_level.values - float(data.level_here[0])).argmin())
    matrix, rule, limit = (
        10 ** float(data[f"capacity_{name}"][place])
        for name in ("willshaw", "covariance", "asymptote")
    )
    return (
        f"With {int(data.active)} of {int(data.units):,} units active, theory lets about "
        f"{rounded(rule)} patterns fit by the covariance rule (1 / (2 f |ln f|) would say "
        f"{rounded(limit)}) and {rounded(matrix)} into Willshaw's matrix; this run stores "
        f"{round(10 ** float(data.stored_here[0])):,}."
    )


def rounded(number: float) -> str:
    """Return a number with three digits that count: 12,300."""
    return f"{float(f'{number:.3g}'):,.0f}"
