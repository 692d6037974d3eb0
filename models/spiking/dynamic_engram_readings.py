"""What the pictures of the dynamic engram say, computed from the data of the run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.spiking.stimulus_shapes import SHAPES

NOVEL = SHAPES[1:]
SELECTIVE = 0.5  # discrimination index from which recall is called selective
#: What is done to cells, and so to what a test finds.
DISTURBING = ("light", "silence", "excite", "inhibit", "step")


def engram_reading(data: xr.Dataset) -> str:
    """Say how many cells stayed, dropped out and dropped in."""
    if "membership" not in data:
        return ""
    codes = data.membership.values
    stayed, gone, new = (int((codes[:, -1] == code).sum()) for code in (1, 2, 3))
    trained = stayed + gone
    return (
        f"Training leaves {trained} engram cells, {trained / len(codes):.0%} of the excitatory; "
        f"{after(data, -1)} {stayed} of them still belong to the engram, {gone} have dropped out "
        f"and {new} others have dropped in."
    )


def recall_reading(data: xr.Dataset) -> str:
    """Say what the engram answers to at first and at last."""
    if "step" not in data:
        return ""
    parts = [f"{after(data, 0)} partial cues of {answered(data, 0)} recall the engram"]
    if data.step.size > 1:
        parts.append(f"in the last test, {after(data, -1)}, those of {answered(data, -1)}")
    text = "; ".join(parts) + "; recall is counted in at least half of the presentations."
    return text[0].upper() + text[1:]


def after(data: xr.Dataset, test: int) -> str:
    """Say when a test was, and what was done to the cells meanwhile."""
    end = float(data.step[test])
    label, starts, ends = (data[f"event_{n}"].values for n in ("label", "start", "end"))
    one = np.flatnonzero((label.astype(str) == "test") & np.isclose(ends, end))[0]
    within = (starts < ends[one]) & (ends > starts[one])
    done = [str(text) for text in label[within] if str(text).split()[0] in DISTURBING]
    when = f"after {float(data.consolidated[test]):.0f} s of consolidation"
    return f"{when} (with {listed(done)})" if done else when


def answered(data: xr.Dataset, step: int) -> str:
    """Name the shapes whose cues recall the engram at least every second time."""
    known = [name for name in SHAPES if float(data[f"recalled_{name}"][step]) >= 0.5]
    return listed([f"the {name}" for name in known]) if known else "no shape"


def discrimination_reading(data: xr.Dataset) -> str:
    """Say how selective recall is and how it became so."""
    if "step" not in data:
        return ""
    first, last = (float(data.discrimination[at]) for at in (0, -1))
    if np.isnan(first) or np.isnan(last):
        when = after(data, -1 if np.isnan(last) else 0)
        return f"No cue recalls the engram {when}: recall is neither selective nor unselective."
    if data.step.size == 1:
        return (
            f"The discrimination index {after(data, 0)} is {first:.2f} (1: only the square "
            "recalls the engram)."
        )
    outcome = "selective" if last >= SELECTIVE else "unselective"
    return (
        f"The discrimination index goes from {first:.2f} {after(data, 0)} to {last:.2f} "
        f"{after(data, -1)}: recall is {outcome} in the end (1: only the square, 0: all shapes "
        "alike)."
    )


def answer_reading(data: xr.Dataset) -> str:
    """Say how strongly the engram cells answer to the learnt and to the novel shapes."""
    if "step" not in data:
        return ""
    learnt = data.answer_square.values[[0, -1]]
    novel = np.array([data[f"answer_{name}"].values[[0, -1]] for name in NOVEL]).max(axis=0)
    return (
        f"The engram cells fire at {learnt[0]:.1f} Hz to cues of the square and at most at "
        f"{novel[0]:.1f} Hz to a novel shape in the first test, {learnt[1]:.1f} and "
        f"{novel[1]:.1f} Hz in the last; above {float(data.threshold[0]):g} Hz counts as recall."
    )


def turnover_reading(data: xr.Dataset) -> str:
    """Say which share of the engram was replaced."""
    if "step" not in data:
        return ""
    kept, new = float(data.kept[-1]), float(data.dropped_in[-1])
    return (
        f"Of the engram cells of training {kept:.0%} are engram cells {after(data, -1)}, and "
        f"{new:.0%} of those then were none in training."
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
    counts = {role: int((roles == role).sum()) for role in ("inhibitory", "engram", "recall")}
    return (
        f"{data.spike_cell.size:,} spikes of {roles.size} cells, {counts['inhibitory']} of them "
        f"inhibitory; {counts['recall']} are tagged, {counts['engram']} others are engram cells."
    )


def membrane_reading(data: xr.Dataset) -> str:
    """Say how the membrane of the cell with the electrode fluctuates, and what cell it is."""
    roles = data.cell_role.values.astype(str)
    cell = {"engram": "an engram cell", "recall": "a tagged cell"}.get(
        roles[(roles == "inhibitory").sum()], "no engram cell"
    )
    volts = data.membrane.values
    return (
        f"In the last {-float(data.before_now[0]):.0f} ms the membrane lies between "
        f"{volts.min():.0f} and {volts.max():.0f} mV; the cell ({cell}) fires at -50 mV, or higher "
        "just after a spike."
    )


def input_reading(data: xr.Dataset) -> str:
    """Say how much excitation and inhibition the cell with the electrode receives."""
    excitation, inhibition = (float(data[n].mean()) for n in ("excitation", "inhibition"))
    return (
        f"The cell receives {excitation:.0f} mV of excitation and {inhibition:.0f} mV of "
        "inhibition on average; 20 mV alone would just make it fire."
    )


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
