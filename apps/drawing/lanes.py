"""The protocol of a run as numbers to draw: blocks in lanes, each with its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from apps.drawing.series import time_axis
from workbench import Strip

BLOCK = 0.76  # of a lane's height
CHARACTER = 6.6  # pixels of a letter at 12 px, on the safe side
ROOM = 10  # pixels beside words


@dataclass(frozen=True)
class Block:
    """An event.

    Attributes
    ----------
    start, end : float
        Seconds.
    lane : int
        0 for the lowest.
    label, role : str
        What it says, and what its colour tells; the role "" has none.
    """

    start: float
    end: float
    lane: int
    label: str
    role: str


@dataclass(frozen=True)
class Words:
    """What is written for a block: from `x` (s) rightwards, in the block or beside it."""

    x: float
    lane: int
    text: str
    role: str  # of the block it is written on; "" on paper


@dataclass(frozen=True)
class Lanes:
    """A protocol.

    Attributes
    ----------
    names : list of str
        Of the lanes, the lowest first.
    now : list of float
        Where the run is (s); empty where it does not tell.
    axis : str
        Text of the axis.
    """

    blocks: list[Block]
    names: list[str]
    now: list[float]
    axis: str

    @property
    def end(self) -> float:
        """When the last event is over, in seconds."""
        return max((block.end for block in self.blocks), default=0.0)


def lanes(observable: Strip, data: xr.Dataset) -> Lanes:
    """Return the protocol that the data tell; empty while they do not."""
    along = (observable.variables[0], observable.start, observable.end,
             observable.label, observable.role)  # fmt: skip
    now = [float(data[observable.now])] if observable.now in data else []
    if not all(name in data for name in along):
        return Lanes([], list(reversed(observable.lanes)), now, "")
    columns = [data[name].values.tolist() for name in along]
    names = list(dict.fromkeys([*observable.lanes, *columns[0]]))[::-1]
    blocks = [
        Block(float(start), float(end), names.index(lane), str(text), str(role))
        for lane, start, end, text, role in zip(*columns, strict=True)
    ]
    return Lanes(blocks, names, now, time_axis(data[observable.start]))


def duration(data: xr.Dataset, end: str = Strip.end) -> float:
    """Return when the protocol in the data is over, in seconds; 0 where there is none."""
    return float(np.max(data[end].values, initial=0.0)) if end in data else 0.0


def words(shown: Lanes, width: float) -> list[Words]:
    """Return what can be written in so many pixels: in a block, or else beside it, or not."""
    found = []
    free = dict.fromkeys(range(len(shown.names)), 0.0)  # lane -> when what it has so far is over
    for block in sorted(shown.blocks, key=lambda one: one.start):
        needed = (len(block.label) * CHARACTER + ROOM) * (shown.end or 1.0) / width  # seconds
        x = place(block, needed, free[block.lane], after(block, shown))
        free[block.lane] = max(free[block.lane], block.end)
        if block.label and x is not None:
            inside = block.start <= x < block.end
            found.append(Words(x, block.lane, block.label, block.role if inside else ""))
            free[block.lane] = max(free[block.lane], x + needed)
    return found


def unsaid(shown: Lanes, written: list[Words]) -> dict[str, str]:
    """Return what is in no block's words, the first word of its label -> role, for a legend."""
    said = {kind(words.text) for words in written}
    return {
        kind(block.label): block.role
        for block in sorted(shown.blocks, key=lambda one: one.start)
        if block.label and block.role and kind(block.label) not in said
    }


def kind(text: str) -> str:
    """Return the first word of a label, such as "cue" of "cue module 1"."""
    return text.split()[0] if text.strip() else ""


def place(block: Block, needed: float, since: float, until: float) -> float | None:
    """Return from when on words are written that need so many seconds; None without room.

    The lane is free since a time before the block, and until one after it.
    """
    if needed <= block.end - block.start:
        return block.start
    if needed <= until - block.end:
        return block.end
    return block.start - needed if needed <= block.start - since else None


def after(block: Block, shown: Lanes) -> float:
    """Return when the lane is needed again, in seconds: at the next block or the end of all."""
    lane = (one for one in shown.blocks if one.lane == block.lane)
    return min((one.start for one in lane if one.start >= block.end), default=shown.end)
