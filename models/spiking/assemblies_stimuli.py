"""Which cells are stimulated when: the windows of a protocol's phases."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.spiking.assemblies_layout import Layout
from workbench.protocol import Protocol

MODULES = tuple(f"module {number}" for number in range(1, 11))
#: While learning, one module after the other is stimulated, for so long of every second.
ON, EVERY = 0.8, 1.0  # s


@dataclass(frozen=True)
class Window:
    """A stimulus: from `start` to `end` (s), to a share of full strength in each cell."""

    start: float
    end: float
    strength: NDArray[np.float64]


def windows(
    protocol: Protocol, layout: Layout, cue_cells: int, rng: np.random.Generator
) -> list[Window]:
    """Return the stimuli of a protocol, in the order of time.

    Parameters
    ----------
    protocol : Protocol
        Its "learn" phases stimulate a random module each second; "cue module 2" the first
        cells of module 2.
    layout : Layout
        The cells and their modules.
    cue_cells : int
        How many cells of a module a cue reaches.
    rng : numpy.random.Generator
        Draws the modules.
    """
    found = []
    for event in protocol.of("learn", "cue"):
        if event.kind == "cue":
            cued = cue(layout, number_of(event.target), cue_cells)
            found.append(Window(event.start, event.end, cued.astype(float) * event.strength))
            continue
        seconds = math.ceil((event.end - event.start) / EVERY - 1e-9)
        for number, module in enumerate(rng.integers(layout.modules, size=seconds)):
            start = event.start + number * EVERY
            members = (layout.module == module).astype(float)
            found.append(Window(start, min(start + ON, event.end), members * event.strength))
    return found


def cue(layout: Layout, module: int, cells: int) -> NDArray[np.bool_]:
    """Return which cells a cue reaches: the first excitatory ones of a module."""
    members = layout.members("E", module)
    return members & (np.cumsum(members) <= cells)


def number_of(target: str) -> int:
    """Return the module, from 0, that a target such as "module 1" names."""
    return int(target.removeprefix("module ")) - 1
