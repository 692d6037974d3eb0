"""A made-up run of a spiking network: spikes, weights, who is in the engram, and its protocol."""

import numpy as np
import xarray as xr

from workbench import Matrix, Raster, Strip, variable

CELLS, END = 40, 10.0
EVENTS = [
    ("phase", 0.0, 4.0, "rest", ""), ("phase", 4.0, 10.0, "learn a stimulus", "cue"),
    ("tag", 5.0, 6.0, "tag", "engram"), ("light", 9.0, 9.5, "light tagged x 1.5", "paired"),
]  # fmt: skip
MEMBERS = (("never", ""), ("kept", "engram"), ("left", "other"), ("joined", "recall"))
RASTER = Raster(title="Spikes")
ROLLING = Raster(title="Spikes now", window=2.0)
WEIGHTS = Matrix(("weights",), "Weights", borders=("edge",))
ENGRAM = Matrix(("member",), "Engram", categories=MEMBERS)
STRIP = Strip()
DRAWN = (STRIP, RASTER, ROLLING, WEIGHTS, ENGRAM)


def protocol(events=EVENTS, now=0.0):
    """Return the variables of a strip."""
    row, start, end, label, role = zip(*events, strict=True) if events else ((),) * 5
    numbers = {"event_start": start, "event_end": end}
    texts = {"event_row": row, "event_label": label, "event_role": role}
    made = {n: variable("event", np.array(v, float), "s", n) for n, v in numbers.items()}
    made |= {n: variable("event", np.array(v, str), "1", n) for n, v in texts.items()}
    return made | {"now": variable((), float(now), "s", "time reached")}


def spiking(times, cells, names=None):
    """Return spikes, and what the cells are if that is told."""
    made = {
        "spike_time": variable("spike", np.array(times, float), "s", "time of a spike"),
        "spike_cell": variable("spike", np.array(cells, int), "1", "cell of a spike"),
    }
    if names is not None:
        made["cell_role"] = variable("cell", np.array(names, str), "1", "what a cell is")
    return xr.Dataset(made)


def weights(values, units="nS", border=(20,)):
    """Return a matrix of weights with borders before these rows."""
    made = {
        "weights": variable(("post", "pre"), np.array(values, float), units, "weight"),
        "edge": variable("edges", np.array(border, float), "1", "first cell of a group"),
    }
    sides = dict(zip(("post", "pre"), np.shape(values), strict=True))
    named = {d: variable(d, np.arange(n), "1", f"{d} cell") for d, n in sides.items()}
    return xr.Dataset(made, coords=named)


def members(codes, days):
    """Return who is in the engram on some days: codes have shape (cell, day)."""
    return xr.Dataset(
        {"member": variable(("neuron", "trial"), np.array(codes, int), "1", "membership")},
        coords={
            "trial": variable("trial", np.array(days, float), "day", "consolidation"),
            "neuron": variable("neuron", np.arange(len(codes)), "1", "cell"),
        },
    )


def frames(seed=1, count=20):
    """Give the frames of a run; half-way some cells are tagged."""
    rng = np.random.default_rng(seed)
    names = np.array(["excitatory"] * 30 + ["inhibitory"] * 10)
    for i in range(count):
        start, end = (END * k / count for k in (i, i + 1))
        number = 0 if i == 3 else rng.integers(1, 60)
        if i == count // 2:
            names = np.where(np.arange(CELLS) < 8, "engram", names)
        frame = spiking(
            np.sort(rng.uniform(start, end, number)), rng.integers(0, CELLS, number), names
        )
        frame = frame.assign(protocol(now=end)).merge(weights(rng.uniform(0, i + 1, (40, 40))))
        if i % 5 == 4:
            frame = frame.merge(members(rng.integers(0, 4, (12, 1)), [float(i * i)]))
        yield frame
