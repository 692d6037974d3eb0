"""What the pictures of a recall experiment say, computed from its data."""

from __future__ import annotations

import numpy as np
import xarray as xr


def crossing(distance: np.ndarray, value: np.ndarray, level: float) -> float:
    """Return the distance where values first fall below a level, linearly between points.

    NaN when they never do; the first distance when they start below.
    """
    below = np.flatnonzero(value < level)
    if not below.size:
        return float("nan")
    i = below[0]
    if i == 0:
        return float(distance[0])
    share = (value[i - 1] - level) / (value[i - 1] - value[i])
    return float(distance[i - 1] + share * (distance[i] - distance[i - 1]))


def measured_critical_distance(data: xr.Dataset) -> float:
    """Return the cue distance where one read stops bringing a cue nearer, NaN if it never does."""
    distance = data.cue_distance.values
    gain = distance - data.distance_one_read.values
    return crossing(distance[1:], gain[1:], 0.0)


def pictures_reading(data: xr.Dataset) -> str:
    """Say what became of the cue that is shown."""
    flipped, left = int(data.shown_distance[0]), int(data.shown_distance[-1])
    bits = int(data.address_bits)
    reads = data.shown_distance.size - 1
    if "lines" in data:
        return lines_reading(data.lines.values.tolist(), flipped, left, bits)
    if left == 0:
        return f"From a cue with {flipped} of {bits} bits flipped, {reads} reads recall every bit."
    if flipped == 0:
        return f"Even from the word itself {reads} reads lead away, to {left} of {bits} wrong bits."
    if left < flipped:
        return (
            f"The cue had {flipped} of {bits} bits flipped; after {reads} reads {left} are wrong."
        )
    return (
        f"The cue had {flipped} of {bits} bits flipped, too many: reading leads away from the "
        f"stored word, to {left} wrong bits."
    )


def lines_reading(lines: list[str], wrong: int, left: int, bits: int) -> str:
    """Say which line was asked for, and which came back."""
    cue, *_, answer, stored = lines
    asked = f"Asked with “{cue}”, {wrong} of {bits} bits wrong, the memory answers “{answer}”"
    if left == 0:
        return f"{asked}, which is the line stored, bit for bit."
    return f"{asked}, {left} bits from the line stored, “{stored}”."


def overlap_reading(data: xr.Dataset) -> str:
    """Say up to which noise the words are recalled."""
    half = crossing(data.cue_distance.values, data.converged.values, 0.5)
    last = int(data.cue_distance[-1])
    first = float(data.converged[0])
    if first < 0.5:
        return (
            f"Even from its own address only {first:.0%} of the words are recalled: the memory is "
            "overloaded, or its words are too much alike."
        )
    if np.isnan(half):
        return f"Reading again and again recalls most words from cues up to {last} bits away."
    all_do = np.cumprod(data.converged.values == 1.0).astype(bool)  # from no noise on
    text = f"Half of the cues {half:.0f} bits away still find their word by repeated reading"
    farthest = int(data.cue_distance.values[all_do].max(initial=0))
    return text + (f"; up to {farthest} bits all do." if farthest else ".")


def critical_reading(data: xr.Dataset) -> str:
    """Say where one read stops helping, in this run and in theory."""
    here = measured_critical_distance(data)
    auto, hetero = theory_place(data, "auto"), theory_place(data, "hetero")
    found = (
        f"One read still helps at {int(data.cue_distance[-1])} bits, the noisiest cue tried"
        if np.isnan(here)
        else f"One read stops helping at {here:.0f} bits"
    )
    text = (
        f"{found}; theory for random words puts that point {auto} when words are stored at "
        f"themselves and {hetero} when data and address are unrelated."
    )
    if float(data.mean_word_distance) < 0.49 * float(data.address_bits):
        text += (
            f" The stored words are alike (on average {float(data.mean_word_distance):.0f} bits "
            f"apart, random ones {float(data.address_bits) / 2:.0f}), which costs recall."
        )
    return text


def theory_place(data: xr.Dataset, name: str) -> str:
    """Say at which distance a theory lets reading stop to help, which may be at none."""
    critical = float(data[f"critical_{name}"])
    if np.isnan(critical):
        return "at no distance"
    return f"at {critical:.0f} bit{'s' * (critical != 1)}"


def activated_reading(data: xr.Dataset) -> str:
    """Say how many locations an address activates."""
    mean, spread = float(data.activated.mean()), float(data.activated.std())
    expected = float(data.expected_activated)
    return (
        f"An address activates {mean:.1f} ± {spread:.1f} hard locations; {expected:.1f} are "
        f"expected. Each word is written to that many places at once."
    )


def attention_reading(data: xr.Dataset) -> str:
    """Say how far the access overlap is a softmax."""
    return (
        "The fewer locations a cue shares with the stored address, the weaker that word's vote. "
        f"The vote falls nearly exponentially: softmax attention with beta = "
        f"{float(data.attention_beta):.2f} fits the logarithm of the overlap with "
        f"R² = {float(data.attention_r_squared):.3f}."
    )
