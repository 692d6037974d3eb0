"""What the pictures of the dynamic engram say, computed from the data of the run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.spiking.stimulus_shapes import SHAPES

NOVEL = SHAPES[1:]
SELECTIVE = 0.5  # discrimination index from which recall is called selective


def engram_reading(data: xr.Dataset) -> str:
    """Say how many cells stayed, dropped out and dropped in."""
    codes = data.membership.values
    trained = int((codes[:, 0] == 1).sum())
    text = f"Training leaves {trained} engram cells, {trained / len(codes):.0%} of the excitatory"
    if codes.shape[1] == 1:
        return f"{text}."
    stayed, gone, new = (int((codes[:, -1] == code).sum()) for code in (1, 2, 3))
    return (
        f"{text}; after {float(data.test[-1]):.0f} s of consolidation {stayed} of them still "
        f"belong to the engram, {gone} have dropped out and {new} others have dropped in."
    )


def recall_reading(data: xr.Dataset) -> str:
    """Say what the engram answers to at first and at last."""
    parts = [f"after training partial cues of {answered(data, 0)} recall the engram"]
    if data.step.size > 1:
        seconds = float(data.step[-1])
        parts.append(f"after {seconds:.0f} s of consolidation those of {answered(data, -1)}")
    text = "; ".join(parts) + " (in at least half of the presentations)."
    return text[0].upper() + text[1:]


def answered(data: xr.Dataset, step: int) -> str:
    """Name the shapes whose cues recall the engram at least every second time."""
    known = [name for name in SHAPES if float(data[f"recalled_{name}"][step]) >= 0.5]
    return listed([f"the {name}" for name in known]) if known else "no shape"


def discrimination_reading(data: xr.Dataset) -> str:
    """Say how selective recall is and how it became so."""
    first, last = (float(data.discrimination[at]) for at in (0, -1))
    if np.isnan(first) or np.isnan(last):
        when = "at the end" if np.isnan(last) else "after training"
        return f"No cue recalls the engram {when}, so recall is neither selective nor unselective."
    if data.step.size == 1:
        return f"The discrimination index after training is {first:.2f} (1: only the square)."
    outcome = "selective" if last >= SELECTIVE else "unselective"
    return (
        f"The discrimination index goes from {first:.2f} after training to {last:.2f}: recall is "
        f"{outcome} in the end (1: only the square, 0: all shapes alike)."
    )


def answer_reading(data: xr.Dataset) -> str:
    """Say how strongly the engram cells answer to the learnt and to the novel shapes."""
    learnt = data.answer_square.values[[0, -1]]
    novel = np.array([data[f"answer_{name}"].values[[0, -1]] for name in NOVEL]).max(axis=0)
    return (
        f"The engram cells fire at {learnt[0]:.1f} Hz to cues of the square and at most at "
        f"{novel[0]:.1f} Hz to a novel shape after training, {learnt[1]:.1f} and {novel[1]:.1f} Hz "
        f"at the end; above {float(data.threshold[0]):g} Hz counts as recall."
    )


def turnover_reading(data: xr.Dataset) -> str:
    """Say which share of the engram was replaced."""
    kept, new = float(data.kept[-1]), float(data.dropped_in[-1])
    return (
        f"Of the engram cells of training {kept:.0%} are engram cells at "
        f"{float(data.step[-1]):.0f} s of consolidation, and {new:.0%} of those then were none in "
        "training."
    )


def rates_reading(data: xr.Dataset) -> str:
    """Say how fast the cells fire and whether the factor is at its target."""
    last = slice(-20, None)
    excitatory, inhibitory = (
        float(data[f"rate_{name}"][last].mean()) for name in ("excitatory", "inhibitory")
    )
    factor, target = float(data.factor[-1]), float(data.factor_target[-1])
    return (
        f"At the end excitatory cells fire at {excitatory:.1f} Hz and inhibitory ones at "
        f"{inhibitory:.1f} Hz; the secreted factor is at {factor:.1f} Hz, and inhibition "
        f"{'grows' if factor > target else 'shrinks'} until it is at {target:g} Hz."
    )


def weights_reading(data: xr.Dataset) -> str:
    """Say how the mean weights changed."""
    parts = [
        f"{data[f'weight_{name}'].attrs['long_name']} from {float(data[f'weight_{name}'][0]):.2f} "
        f"to {float(data[f'weight_{name}'][-1]):.2f}"
        for name in ("feedforward", "recurrent", "inhibition")
    ]
    return f"Mean weights went: {listed(parts)}."


def raster_reading(data: xr.Dataset) -> str:
    """Say how many spikes are shown, and of which cells."""
    roles = data.cell_role.values.astype(str)
    members = int((roles == "engram").sum())
    return (
        f"{data.spike_cell.size:,} spikes of {roles.size} cells, "
        f"{int((roles == 'inhibitory').sum())} of them inhibitory; {members} of the excitatory "
        "ones were engram cells when last tested."
    )


def phases_reading(data: xr.Dataset) -> str:
    """Say how far the run is."""
    tests = int((data.event_label.values.astype(str) == "test").sum())
    return f"{float(data.now):.0f} s were simulated; the engram was tested {tests} times."


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
