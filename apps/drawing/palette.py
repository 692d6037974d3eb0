"""Colours that mean the same everywhere, safe for colour-blind eyes, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bokeh.palettes import Cividis256, interp_palette

#: Role -> (colour on light ground, colour on dark ground): Okabe and Ito's set, lightened on dark
#: ground to a contrast of 4.5:1. Engram orange is pale on white, so it fills bars and points only.
ROLES = {
    "excitatory": ("#0072B2", "#56B4E9"),
    "inhibitory": ("#D55E00", "#F28C48"),
    "engram": ("#E69F00", "#F0B93A"),
    "cue": ("#009E73", "#33C79B"),
    "recall": ("#CC79A7", "#E3A3C5"),
    "paired": ("#1D99E0", "#8ACBF0"),
    "theory": ("#333333", "#DDDDDD"),
    "other": ("#6E6E6E", "#A8A8A8"),
}
DASHED = {"inhibitory"}
CLEAR = "rgba(0, 0, 0, 0)"
#: How much of its colour a band has, through which the grid is seen.
BAND = 0.2
BLANK, INKED = "#FFFFFF", "#222222"  # pictures are on white paper, on dark ground too
MAGNITUDE: list[str] = list(Cividis256)
SIGNED: list[str] = list(
    interp_palette((ROLES["inhibitory"][0], BLANK, ROLES["excitatory"][0]), 255)
)


@dataclass(frozen=True)
class Ground:
    """What a figure is drawn on."""

    paper: str
    ink: str
    grid: str


LIGHT = Ground(paper="#FFFFFF", ink="#222222", grid="#E4E4E4")
DARK = Ground(paper="#121212", ink="#E8E8E8", grid="#333333")


@dataclass(frozen=True)
class Shades:
    """The colours of a picture, from the value `low` to `high`."""

    colours: list[str]
    low: float
    high: float


def colour(role: str, dark: bool = False) -> str:
    """Return the colour of a role; an unknown role is grey."""
    return ROLES.get(role, ROLES["other"])[1 if dark else 0]


def luminance(paint: str) -> float:
    """Return the relative luminance of a colour ``#RRGGBB``, 0 to 1 (WCAG 2.1)."""
    levels = np.array([int(paint[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def ink_on(paint: str) -> str:
    """Return black or white, whichever stands out more on a colour: 4.5:1 at the least."""
    light = luminance(paint)
    return "#000000" if (light + 0.05) ** 2 > 0.05 * 1.05 else BLANK


def ground(dark: bool) -> Ground:
    """Return what figures are drawn on."""
    return DARK if dark else LIGHT


def shades(values: np.ndarray) -> Shades:
    """Return black on white for bits, a scale from zero for magnitudes, a centred one for signs."""
    finite = values[np.isfinite(values)].astype(float)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if low < 0:
        most = max(-low, high)
        return Shades(SIGNED, -most, most)
    if np.isin(finite, (0.0, 1.0)).all():
        return Shades([BLANK, INKED], 0.0, 1.0)
    return Shades(MAGNITUDE, 0.0, high)
