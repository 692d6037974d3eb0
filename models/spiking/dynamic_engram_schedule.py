"""When a stimulus is on and off, as Tomé et al. (2024) draw it: at random, and on the beat.

Times are counted in beats (`models.spiking.simulation.BEAT`), so that none is lost to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.spiking.simulation import BEAT
from models.spiking.stimulus_shapes import CUES, SHAPES

ON, ON_SPREAD = 1.0, 1 / 3  # s, of a presentation
SETTLE = 1.0  # s without stimulus at the start of a test
PROBED = 0.4  # of a test, in which the whole square is shown; cues are in what is left


@dataclass(frozen=True)
class Presentation:
    """A shape on the sheet.

    Attributes
    ----------
    start, end : int
        When it begins and is over, in beats.
    shape : str
        One of `SHAPES`.
    cue : int, optional
        Which of its partial cues is shown; None for the whole shape.
    """

    start: int
    end: int
    shape: str
    cue: int | None = None


def whole(
    rng: np.random.Generator, start: float, end: float, pause: float, shape: str
) -> list[Presentation]:
    """Draw presentations of a whole shape from `start` to `end` (s), with a mean pause (s)."""
    return [Presentation(on, off, shape) for on, off in drawn(rng, start, end, pause)]


def of_test(rng: np.random.Generator, start: float, end: float, pause: float) -> list[Presentation]:
    """Draw the presentations of a test from `start` to `end` (s), with a mean pause (s).

    The whole square first, then partial cues of all shapes, which take turns.
    """
    cued = cues_begin(start, end)
    cues = [
        Presentation(on, off, SHAPES[number % len(SHAPES)], number // len(SHAPES) % CUES)
        for number, (on, off) in enumerate(drawn(rng, cued, end, pause))
    ]
    return whole(rng, start + SETTLE, cued, pause, SHAPES[0]) + cues


def cues_begin(start: float, end: float) -> float:
    """Return when (s) the cues of a test begin, which goes from `start` to `end`."""
    return start + PROBED * (end - start)


def drawn(
    rng: np.random.Generator, start: float, end: float, pause: float
) -> list[tuple[int, int]]:
    """Draw when a stimulus is on; the last time is over when the stretch of time is.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the times come from.
    start, end : float
        The stretch of time (s).
    pause : float
        Mean pause (s); pauses are exponential, the times between normal and not negative.

    Returns
    -------
    list of (on, off)
        In beats. None is empty.
    """
    found, now, last = [], beat(start), beat(end)
    while True:
        off = now + beat(max(0.0, rng.normal(ON, ON_SPREAD)))
        if off > last or now >= last:
            return found
        if off > now:
            found.append((now, off))
        now = off + beat(rng.exponential(pause))


def beat(seconds: float) -> int:
    """Return the nearest beat."""
    return round(seconds / BEAT)
