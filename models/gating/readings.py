"""One computed sentence for each picture of continual learning."""

from __future__ import annotations

import numpy as np
import xarray as xr

from models.gating.choices import METHODS, NAIVE


def average_reading(data: xr.Dataset) -> str:
    """Say how far each method came, the naive line beside it."""
    ends = {f"average_{end}": name for name, (end, _) in METHODS.items()}
    found = {name: float(data[v][-1]) for v, name in ends.items() if v in data}
    order = sorted(found, key=found.__getitem__, reverse=True)
    told = ", ".join(f"{name} {found[name]:.1%}" for name in order)
    chance = float(data.average_chance[-1])
    seen = int(np.isfinite(data.accuracy[-1]).sum())
    scenario = f" ({data.scenario.item()})" if "scenario" in data else ""
    return f"After {count(seen, 'task')}{scenario}: {told}; chance is {chance:.1%}."


def tasks_reading(data: xr.Dataset) -> str:
    """Say what became of the first task."""
    course = data.accuracy.values[:, 0]
    latest = data.accuracy.values[-1]
    return (
        f"The first task ({data.task.values[0]}) was known to {np.nanmax(course):.1%} and is known "
        f"to {course[-1]:.1%} at the end; the latest one to {latest[np.isfinite(latest)][-1]:.1%}."
    )


def matrix_reading(data: xr.Dataset) -> str:
    """Say what the method and the naive network still know."""
    method = data.method.values[0]
    last = data.accuracies.values[0]
    rows = np.isfinite(last).all(1)
    place = int(np.flatnonzero(rows)[-1])
    text = (
        f"After task {place + 1} {method} is right in {last[place, : place + 1].mean():.1%} of the "
        "tests of the tasks learnt"
    )
    methods = data.method.values.tolist()
    if method != NAIVE and NAIVE in methods:
        other = data.accuracies.values[methods.index(NAIVE)][place, : place + 1].mean()
        text += f", the naive network in {other:.1%}"
    if bool(data.told):
        text += "; it is told which task it is asked"
    return f"{text}."


def scores_reading(data: xr.Dataset) -> str:
    """Say the measures of the method."""
    of = dict(zip(data.measure.values, data.scores.values[0], strict=True))
    method = data.method.values[0]
    if np.isnan(of["BWT"]):
        return f"ACC of {method} is {of['ACC']:.3f}; with 1 task nothing can be forgotten."
    return (
        f"ACC of {method} is {of['ACC']:.3f}, BWT {of['BWT']:+.3f}; forgetting is "
        f"{of['forgetting, from best']:.3f} from the best accuracy (Chaudhry) and "
        f"{of['forgetting, from learnt']:.3f} from that right after learning (Avalanche)."
    )


def switch_reading(data: xr.Dataset) -> str:
    """Say whether the switch came over, and when."""
    inhibited, excited = data.inhibited_gaba.values, data.excited_gaba.values
    mean = float(data.mean_gaba[-1])
    over = np.flatnonzero(excited <= 0.5)
    if not over.size:
        return (
            f"At the end {excited[-1]:.0%} of the units are still excited by inhibition (g below "
            f"0, mean {mean:.2f}): the threshold was not reached, and all units take part in all "
            "that is learnt."
        )
    epoch = int(data.epoch[over[0]])
    return (
        f"Half of the switches are past excitation after {count(epoch, 'epoch')}; at the end "
        f"{inhibited[-1]:.0%} of them inhibit fully and {excited[-1]:.0%} still excite."
    )


def units_reading(data: xr.Dataset) -> str:
    """Say how many units are active."""
    return (
        f"A test stimulus switches on {float(data.active_share[-1]):.1%} of the units; "
        f"{float(data.dead_share[-1]):.0%} of them are switched on by none."
    )


def response_reading(data: xr.Dataset) -> str:
    """Say how many units an engram has."""
    sizes = data.engram_size.values
    return (
        f"A task's engram, the units that its stimuli switch on clearly more often than the mean "
        f"one, has {sizes.min()} to {sizes.max()} of {int(data.units):,} units."
    )


def overlap_reading(data: xr.Dataset) -> str:
    """Say how much engrams overlap."""
    shared = data.engram_overlap.values
    if len(shared) < 2:
        return "There is 1 engram, which overlaps with no other."
    others = shared[~np.eye(len(shared), dtype=bool)]
    if np.isnan(others).all():
        return "All engrams are empty: 0 units stand out."
    return (
        f"Engrams of two tasks have {np.nanmean(others):.0%} of their units in common on average, "
        f"at most {np.nanmax(others):.0%}."
    )


def reactivation_reading(data: xr.Dataset) -> str:
    """Say what the first task's stimuli switch on of their own engram, at the latest."""
    learnt = np.flatnonzero(np.isfinite(data.accuracies.values[0]).all(1))
    return str(data.reactivated_said.values[learnt[-1]])


def selectivity_reading(data: xr.Dataset) -> str:
    """Say how selective units are."""
    return (
        f"Units have a mean selectivity of {float(data.mean_selectivity):.2f} (1: switched on by "
        f"one task's stimuli alone); {int(data.silent_units):,} of {int(data.units):,} are silent."
    )


def count(number: int, what: str) -> str:
    """Return a number of things: 1 task, 3 tasks."""
    return f"{number} {what}{'' if number == 1 else 's'}"
