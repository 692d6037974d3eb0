"""Colours that mean the same everywhere, safe for colour-blind eyes, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass

#: Role -> (colour on light ground, colour on dark ground); Okabe and Ito's set, lightened for
#: dark ground to a contrast of 4.5:1.
ROLES = {
    "excitatory": ("#0072B2", "#56B4E9"),
    "inhibitory": ("#D55E00", "#F28C48"),
    "engram": ("#E69F00", "#F0B93A"),
    "cue": ("#009E73", "#33C79B"),
    "recall": ("#CC79A7", "#E3A3C5"),
    "paired": ("#56B4E9", "#8ACBF0"),
    "theory": ("#333333", "#DDDDDD"),
    "other": ("#6E6E6E", "#A8A8A8"),
}
DASHED = {"inhibitory"}
MAGNITUDE = "cividis"


@dataclass(frozen=True)
class Ground:
    """What a figure is drawn on."""

    paper: str
    ink: str
    grid: str


LIGHT = Ground(paper="#FFFFFF", ink="#222222", grid="#E4E4E4")
DARK = Ground(paper="#121212", ink="#E8E8E8", grid="#333333")


def colour(role: str, dark: bool = False) -> str:
    """Return the colour of a role; an unknown role is grey."""
    return ROLES.get(role, ROLES["other"])[1 if dark else 0]


def ground(dark: bool) -> Ground:
    """Return what figures are drawn on."""
    return DARK if dark else LIGHT
