"""One trial: the same patterns stored in every memory, the same damaged cues recalled."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.arena.contestants import CONTESTANTS, Setting
from models.associative.confidence import Numbers
from models.associative.interface import Patterns, correlation


@dataclass(frozen=True)
class Answers:
    """What the memories recall at one load.

    Attributes
    ----------
    load : int
        Place among the loads.
    agreement : ndarray, shape (memory, damage)
        Mean correlation of what is recalled with what was stored; NaN for who cannot take part.
    whole : ndarray, shape (memory, damage)
        Share of cues whose pattern is recalled without a wrong unit.
    bits : ndarray, shape (memory,)
        What each takes.
    recalled : ndarray of bool, shape (memory, units)
        What the first cue of the chosen damage recalls.
    cue, pattern : ndarray of bool, shape (units,)
        That cue, and what it is of.
    """

    load: int
    agreement: Numbers
    whole: Numbers
    bits: Numbers
    recalled: Patterns
    cue: Patterns
    pattern: Patterns


def answers(
    setting: Setting,
    patterns: Patterns,
    loads: Sequence[int],
    cues: Callable[[Patterns], list[Patterns]],
    asked: NDArray[np.int64],
    shown: int,
    steps: int,
) -> Iterator[Answers]:
    """Yield what all memories recall, load after load.

    Parameters
    ----------
    setting : Setting
        The load in it is replaced by each of `loads`.
    patterns : ndarray of bool, shape (patterns, units)
        They are stored in this order, the first ones at small loads.
    loads : sequence of int
        Ascending.
    cues : callable
        Returns, for patterns, their damaged cues: one array of them for each damage.
    asked : ndarray of int, shape (loads, asked)
        Which patterns are asked for at each load.
    shown : int
        Place of the damage whose first answers are shown.
    steps : int
        How often recall is fed back, at most.
    """
    for place, load in enumerate(loads):
        here = replace(setting, load=load)
        wanted = patterns[asked[place]]
        made = cues(wanted)
        size = len(CONTESTANTS), len(made)
        agreement, whole = np.full(size, math.nan), np.full(size, math.nan)
        bits = np.full(len(CONTESTANTS), math.nan)
        seen = np.zeros((len(CONTESTANTS), setting.units), bool)
        for k, contestant in enumerate(CONTESTANTS):
            memory = contestant.build(here)
            if memory is None:
                continue
            memory.store(patterns[:load])
            bits[k] = contestant.held(here, memory)
            for d, cue in enumerate(made):
                recalled = memory.recall(cue, winners=setting.active, steps=steps)
                agreement[k, d] = correlation(recalled, wanted).mean()
                whole[k, d] = (recalled == wanted).all(axis=1).mean()
                if d == shown:
                    seen[k] = recalled[0]
        yield Answers(place, agreement, whole, bits, seen, made[shown][0], wanted[0])
