"""What a model wants to be looked at: names of its variables, and how they are to be drawn.

An observable is data only; the apps draw it, live and finished alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import xarray as xr


def no_reading(data: xr.Dataset) -> str:
    """Say nothing; for observables that need no sentence."""
    return ""


@dataclass(frozen=True)
class Observable:
    """Something to look at: names of emitted variables, and how they read.

    `reading` turns the data of *this* run into one sentence, which is also the text for screen
    readers. `roles` give a variable its meaning and so its colour: cue, recall, paired, engram,
    excitatory, inhibitory, theory.
    """

    variables: tuple[str, ...]
    title: str
    y_label: str = field(default="", kw_only=True)  # where several variables share the axis
    roles: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    reading: Callable[[xr.Dataset], str] = field(default=no_reading, kw_only=True)


@dataclass(frozen=True)
class Trace(Observable):
    """Lines along the growing dimension; a second dimension gives a line each."""

    theory: tuple[str, ...] = ()  # thin lines along the same dimension


@dataclass(frozen=True)
class Curve(Observable):
    """Measured points over a coordinate `x`, with thin theory lines over their own."""

    x: str = ""
    theory: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()  # scalar variables, drawn as upright lines at their x
    joined: bool = False  # whether the points are joined, as samples of a function are
    #: Measured variable -> the variables of the lower and the upper end of its band.
    bands: Mapping[str, tuple[str, str]] = field(default_factory=dict, kw_only=True)
    log: bool = field(default=False, kw_only=True)  # whether x is drawn by its logarithm
    log_y: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Histogram(Observable):
    """Counts over the bins whose left edges are the variable's coordinate."""

    marks: tuple[str, ...] = ()  # scalar variables, drawn as upright lines


@dataclass(frozen=True)
class Leafed(Observable):
    """What may have a picture for each place along one more dimension, to be leafed through.

    `over` names that dimension: a slider says which place is seen, and its coordinate what the
    place is called. At first it is the last one of a dimension that grows, otherwise the first.
    `said` names a variable along it with a sentence for each place.
    """

    over: str = field(default="", kw_only=True)
    said: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Images(Leafed):
    """A row of pictures: dimensions (picture, row, column), named by the first coordinate.

    `names` is a variable of names, where they are not the coordinate's: dimension (picture,).
    """

    names: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Raster(Observable):
    """A dot for each spike: its cell over its time, in the colour of the cell's role.

    The variable holds the cells' numbers (0 is drawn lowest) along the dimension "spike", `x` the
    times in seconds along the same. `groups` names a variable over the dimension "cell" that holds
    a role for each cell. Roles may change during a run; live, they colour the spikes that follow.
    `labels` says what the model calls the cells of a role; others are called by their role.
    """

    variables: tuple[str, ...] = ("spike_cell",)
    title: str = "Spikes"
    x: str = "spike_time"
    groups: str = "cell_role"
    labels: Mapping[str, str] = field(default_factory=dict, kw_only=True)  # role -> words
    window: float = 0.0  # seconds that are shown while it runs; 0 for all

    def label(self, role: str) -> str:
        """Return the words for the cells of a role."""
        return self.labels.get(role, role)


@dataclass(frozen=True)
class Matrix(Leafed):
    """A heat map of one variable: dimensions (row, column), row 0 at the top.

    The coordinates of both dimensions name the axes and label rows and columns, which are all of
    the same size even where the coordinate is uneven. NaN is left blank. The variable is replaced
    by each frame, or grows along its columns.
    """

    variables: tuple[str, ...] = ("weights",)
    title: str = "Weights"
    #: Variables of row numbers before which a thin line is drawn; in a square, at columns as well.
    borders: tuple[str, ...] = ()
    #: (label, role) of the integers 0, 1, ... where they are codes; the role "" is left blank.
    categories: tuple[tuple[str, str], ...] = ()
    #: How the number of each cell is written in it, as a format such as ".1%"; "" for not at all.
    written: str = ""


@dataclass(frozen=True)
class Strip(Observable):
    """The protocol of a run: events as blocks over time, each in its lane, and a cursor at now.

    The variable holds the lane of each event, by name, along the dimension "event"; `start` and
    `end` in seconds, `label` and `role` lie along the same. `now` is one value, in seconds.
    """

    variables: tuple[str, ...] = ("event_row",)
    title: str = "Protocol"
    start: str = "event_start"
    end: str = "event_end"
    label: str = "event_label"
    role: str = "event_role"
    now: str = "now"
    lanes: tuple[str, ...] = ()  # from the top, so that their place is kept before data come
