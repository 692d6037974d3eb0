"""One computed sentence for each picture of the Engram Neural Network."""

from __future__ import annotations

import numpy as np
import xarray as xr


def loss_reading(data: xr.Dataset) -> str:
    """Say where the loss began and is."""
    first, last = float(data.loss[0]), float(data.loss[-1])
    return (
        f"The training loss went from {first:.3g} to {last:.3g} nats in {int(data.step[-1])} steps."
    )


def losses_reading(data: xr.Dataset) -> str:
    """Say which epoch was the best."""
    losses = data.loss_validation.values
    best = int(losses.argmin())
    return (
        f"The validation loss is lowest, {losses[best]:.3g} nats, after epoch "
        f"{int(data.epoch[best])} of {int(data.epoch[-1])}."
    )


def accuracy_reading(data: xr.Dataset) -> str:
    """Say how well it does, on the test data once it is done."""
    last = float(data.accuracy_validation[-1])
    chance = float(data.accuracy_chance[-1])
    if "accuracy_test" not in data:
        return (
            f"After epoch {int(data.epoch[-1])} {last:.1%} of the held-out answers are right "
            f"(chance {chance:.1%})."
        )
    if "accuracy_of" in data:
        others = zip(data.network.values, data.accuracy_of.values, strict=True)
        told = ", ".join(f"{kind} {right:.1%}" for kind, right in others)
        return (
            f"Of {int(data.tested):,} test answers are right: {told}; give or take "
            f"{float(data.accuracy_spread):.1%} (95 %); chance is {chance:.1%}."
        )
    return (
        f"On {int(data.tested):,} test answers {float(data.accuracy_test):.1%} are right, give or "
        f"take {float(data.accuracy_spread):.1%} (95 %); chance is {chance:.1%}."
    )


def ablation_reading(data: xr.Dataset) -> str:
    """Say whether the memory is used."""
    return str(data.memory_verdict.values)


def trace_reading(data: xr.Dataset) -> str:
    """Say how large the trace is."""
    return (
        f"Entries of the trace are {float(data.trace_mean[-1]):.2g} on average and at most "
        f"{float(data.trace_largest[-1]):.2g}; {float(data.trace_small[-1]):.0%} are below 0.01."
    )


def change_reading(data: xr.Dataset) -> str:
    """Say how much training changed the trace that the same sequences leave."""
    change = np.abs(data.trace_change.values)
    size = max(np.abs(data.trace.values).mean(), 1e-12)
    return (
        f"Since the first epoch entries changed by {change.mean():.2g} on average, "
        f"{change.mean() / size:.0%} of their size."
    )


def evolution_reading(data: xr.Dataset) -> str:
    """Say how the trace grew over the epochs."""
    first, last = float(data.trace_mean[0]), float(data.trace_mean[-1])
    return (
        f"The mean size of the trace went from {first:.2g} to {last:.2g} in {len(data.epoch)} "
        "epochs."
    )


def slots_reading(data: xr.Dataset) -> str:
    """Say over how many slots attention spreads."""
    used, slots = float(data.slots_used[-1]), data.sizes["slot"]
    return f"Attention spreads over {used:.1f} of {slots} slots (1 / sum of squares)."


def attention_reading(data: xr.Dataset) -> str:
    """Say what one sequence attends to."""
    attention = data.attention.values
    most = int(attention.mean(1).argmax())
    return (
        f"While the sequence shown is read, slot {int(data.slot[most])} has the most attention, "
        f"{attention[most].mean():.1%} on average (even: {1 / len(attention):.1%})."
    )


def course_reading(data: xr.Dataset) -> str:
    """Say when attention depends on the answer most."""
    course = data.class_course.values
    spread = (np.nanmax(course, 0) - np.nanmin(course, 0)).max(0)
    step = int(spread.argmax())
    return (
        f"Attention depends on the answer most at step {int(data.moment[step])}: that to a slot "
        f"differs by up to {spread[step]:.1%}."
    )


def slot_reading(data: xr.Dataset) -> str:
    """Say how many slots matter to an answer."""
    lost, slots = data.slot_lost.values, data.sizes["slot"]
    if np.isnan(lost).any():
        return f"What each of the {slots} slots is good for alone was not tried."
    if not lost.any():
        return f"Whichever of the {slots} slots is taken away, no answer changes."
    return (
        f"Of {slots} slots, taken away one at a time, {int((lost > 0).sum())} change an answer; "
        f"the one that matters most, {int(data.slot[lost.argmax()])}, changes {lost.max():.1%} of "
        "them."
    )


def cards_reading(data: xr.Dataset) -> str:
    """Say what the pictures are."""
    count = data.sizes["strongest"]
    return (
        f"The {count} test sequences in which the slot chosen has its largest attention, a step a "
        "row; the step at which it has it is drawn in full strength."
    )


def classes_reading(data: xr.Dataset) -> str:
    """Say how much the slots tell the answers apart."""
    rows = data.class_attention.values
    spread = np.nanmax(rows, 0) - np.nanmin(rows, 0)
    slot = int(spread.argmax())
    return (
        f"Slot {int(data.slot[slot])} tells the answers apart most: its attention differs by up to "
        f"{spread[slot]:.2%} between them."
    )


def usage_reading(data: xr.Dataset) -> str:
    """Say how evenly slots are used."""
    share = data.slot_share.values
    return (
        f"The slot used most has {share.max():.1%} of the attention, the one used least "
        f"{share.min():.2%}; even use is {1 / len(share):.1%}."
    )


def confusion_reading(data: xr.Dataset) -> str:
    """Say what is taken for what most often."""
    table = data.confusion.values.copy()
    np.fill_diagonal(table, 0)
    row, column = np.unravel_index(np.nanargmax(table), table.shape)
    if not table[row, column] > 0:
        return f"All {int(data.tested):,} answers are right."
    return (
        f"The most frequent mistake: {data.answer.values[row]} is taken for "
        f"{data.given.values[column]} in {table[row, column]:.1%} of its cases."
    )
