"""What the pictures of the autoencoder say, computed from its data."""

from __future__ import annotations

import xarray as xr


def patterns_held(data: xr.Dataset) -> str:
    """Say the capacity in words: "about 231", "640 or more" or "fewer than 20"."""
    reach, loads = float(data.capacity), data["load"].values
    if not reach:
        return f"fewer than {loads[0]:,}"
    return f"{loads[-1]:,} or more" if reach >= loads[-1] else f"about {reach:,.0f}"


def recall_reading(data: xr.Dataset) -> str:
    """Say how many patterns are recalled, and what would be had without recall."""
    wanted = float(data.criterion_line[0])
    cue, parent = float(data.cue_overlap[0]), float(data.parent_overlap[0])
    text = (
        f"To a mean overlap of {wanted:.2f}, {patterns_held(data)} patterns are recalled; the cue "
        f"itself has {cue:.2f}, the family's parent alone {parent:.2f}"
    )
    easy = [name for name, one in (("the cue", cue), ("the parent", parent)) if one >= wanted]
    if easy:
        return f"{text}, so that here {' and '.join(easy)} would do and capacity says little."
    return f"{text}."


def level_reading(data: xr.Dataset) -> str:
    """Say how the observed coding level departs from the desired one as the load grows."""
    seen, loads = data.observed_level.values, data["load"].values
    wanted = float(data.desired_level[0])
    return (
        f"Desired is a coding level of {wanted:.3g}; observed are {seen[0]:.3f} at {loads[0]:,} "
        f"patterns and {seen[-1]:.3f} at {loads[-1]:,}: {abs(seen[0] - wanted):.3f} and "
        f"{abs(seen[-1] - wanted):.3f} apart."
    )


def training_reading(data: xr.Dataset) -> str:
    """Say what the loss is made of at the end."""
    error, penalty = float(data.rebuilding[-1]), float(data.enforcement[-1])
    before = data.rebuilding.values[len(data.epoch) // 2]
    return (
        f"After {int(data.epoch[-1]):,} epochs the network with most patterns lacks {error:.3f} "
        f"bits a unit ({before:.3f} half way) and pays {penalty:.3f} for its coding level."
    )


def codes_reading(data: xr.Dataset) -> str:
    """Say how many units are active, and how many never are, at the smallest and largest load."""
    codes, loads = data.codes.values, data["load"].values
    active, silent = codes.sum(2).mean(1), data.silent_units.values
    return (
        f"Of {codes.shape[2]} hidden units, {active[0]:.1f} are active in a pattern of these "
        f"families at {loads[0]:,} patterns and {active[-1]:.1f} at {loads[-1]:,}; "
        f"{silent[0]:.0%} and {silent[-1]:.0%} are active in no pattern at all."
    )


def tree_reading(data: xr.Dataset) -> str:
    """Say whether codes keep families together."""
    same, other = (round(float(data[name][-1]), 2) + 0.0 for name in ("code_same", "code_other"))
    return (
        f"With {int(data['load'][-1]):,} patterns, codes of one family correlate by {same:.2f} and "
        f"of different ones by {other:.2f}; the patterns themselves overlap by "
        f"{float(data.siblings[0]):.2f} and 0."
    )


def price_reading(data: xr.Dataset) -> str:
    """Say what is held at the capacity, and what it takes to read it."""
    if not float(data.capacity):
        low = int(data["load"][0])
        return f"No load from {low:,} patterns on is recalled well enough to tell its price."
    return (
        f"At capacity ({patterns_held(data)} patterns) a synapse holds at least "
        f"{float(data.bits_per_synapse):.3f} bits; a recall takes "
        f"{float(data.active_units):.1f} active hidden units and "
        f"{float(data.synapses_touched):,.0f} synapses that carry a spike."
    )
