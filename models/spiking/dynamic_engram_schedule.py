"""When a stimulus is on and off, as Tomé et al. (2024) draw it: at random, and on the beat."""

from __future__ import annotations

import math

import numpy as np

from models.spiking.simulation import BEAT

ON, ON_SPREAD = 1.0, 1 / 3  # s, of a presentation
#: A presentation and the pause after it, in seconds.
Presentation = tuple[float, float]


def lasting(rng: np.random.Generator, seconds: float, pause: float) -> list[Presentation]:
    """Draw presentations that fill a stretch of time to its end.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the times come from.
    seconds : float
        What presentations and pauses add up to, to the nearest beat.
    pause : float
        Mean pause in seconds.

    Returns
    -------
    list of (on, off)
        In seconds. Presentations of no length are dropped, and the pause after them is added to
        the one before; the first may be empty for that reason.
    """
    drawn: list[Presentation] = []
    left = beat(seconds)
    while left > BEAT / 2:
        on, off = draw(rng, pause)
        on = min(on, left)
        off = min(off, beat(left - on))
        left = beat(left - on - off)
        if on == 0 and drawn:
            before, waited = drawn.pop()
            on, off = before, beat(waited + off)
        drawn.append((on, off))
    return drawn


def counting(rng: np.random.Generator, count: int, pause: float) -> list[Presentation]:
    """Draw a number of presentations, none of them empty; otherwise as `lasting`."""
    drawn: list[Presentation] = []
    while len(drawn) < count:
        on, off = draw(rng, pause)
        if on > 0:
            drawn.append((on, off))
    return drawn


def draw(rng: np.random.Generator, pause: float) -> Presentation:
    """Draw one presentation, normal and not negative, and its pause, exponential."""
    return beat(max(0.0, rng.normal(ON, ON_SPREAD))), beat(rng.exponential(pause))


def beat(seconds: float) -> float:
    """Return the nearest time at which a course may act."""
    return round(seconds / BEAT) * BEAT


def pieces(seconds: float, longest: float) -> list[float]:
    """Cut a stretch of time into pieces on the beat, none longer than `longest`."""
    whole = round(seconds / BEAT)
    step = math.floor(longest / BEAT + 0.5)
    return [min(step, whole - start) * BEAT for start in range(0, whole, step)]
