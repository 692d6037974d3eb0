"""The timeline of an experiment: which phases follow one another, and what is done meanwhile.

>>> day = Protocol().then("rest", 5).then("learn", 35).during("tag", 30, 40)
>>> str(day)
'0-5 rest; 5-40 learn; 30-40 tag'
>>> day.at(31)
(Event(kind='learn', start=5.0, end=40.0, ...), Event(kind='tag', start=30.0, end=40.0, ...))
>>> Protocol.parse("0-5 rest; 5-40 learn; 30-40 tag") == day
True

The text is how a person writes it, one event between semicolons or on a line of its own::

    start-end kind [target] [x strength]

in seconds of biological time, such as ``70-72 light tagged x 1.5``. Which kinds of event there
are is for a model to say (`EventKind`, `workbench.timeline.Timeline`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from workbench.event import DIGITS, Event, EventKind, parse_event
from workbench.model import variable

PHASE = "phase"  # the lane of phases


@dataclass(frozen=True)
class Protocol:
    """Events sorted by start, the longer first."""

    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        order = sorted(self.events, key=lambda e: (e.start, -e.end, e.kind, e.target, e.strength))
        object.__setattr__(self, "events", tuple(order))

    def __str__(self) -> str:
        return "; ".join(map(str, self.events))

    @classmethod
    def parse(cls, text: str, kinds: Iterable[str] = ()) -> Protocol:
        """Return the protocol that a text spells.

        Parameters
        ----------
        text : str
            Events between semicolons or on lines of their own.
        kinds : iterable of str
            Kinds that may be of several words; of two that fit the longer counts. A kind that is
            not among them is one word.

        Raises
        ------
        ParameterError
            For the first event that cannot be read.
        """
        longest_first = sorted(kinds, key=len, reverse=True)
        pieces = (" ".join(piece.split()) for piece in re.split(r"[;\n]", text))
        return cls(tuple(parse_event(piece, longest_first) for piece in pieces if piece))

    def then(self, kind: str, lasts: float, target: str = "", strength: float = 1.0) -> Protocol:
        """Return the protocol with a phase of `lasts` seconds after all there is."""
        end = round(self.duration + lasts, DIGITS)
        return self.during(kind, self.duration, end, target, strength)

    def during(
        self, kind: str, start: float, end: float, target: str = "", strength: float = 1.0
    ) -> Protocol:
        """Return the protocol with one more event, from `start` to `end` (s)."""
        return Protocol((*self.events, Event(kind, start, end, target, strength)))

    @property
    def duration(self) -> float:
        """When the last event is over, in s."""
        return max((event.end for event in self.events), default=0.0)

    def at(self, time: float) -> tuple[Event, ...]:
        """Return the events that go on at a time: begun by then, and not over."""
        return tuple(event for event in self.events if event.start <= time < event.end)

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """Return the events of these kinds."""
        return tuple(event for event in self.events if event.kind in kinds)

    def edges(self) -> tuple[float, ...]:
        """Return the times, in s, at which anything starts or ends: sorted, each once."""
        return tuple(sorted({time for event in self.events for time in (event.start, event.end)}))

    def dataset(self, kinds: Mapping[str, EventKind], now: float = 0.0) -> xr.Dataset:
        """Return the variables of a `Strip`, lane by lane and the phases' first.

        Parameters
        ----------
        kinds : mapping of str to EventKind
            All kinds of the events.
        now : float
            How far the run is, in s.

        Returns
        -------
        xarray.Dataset
            Along "event": event_start and event_end (s), event_row (its lane), event_label and
            event_role; and the scalar now (s).
        """
        rows = in_lanes(self.events, kinds)
        events = [event for _, event in rows]
        labels = [event.label for event in events]
        roles = [kinds[event.kind].role for event in events]
        return xr.Dataset(
            {
                "event_start": along([e.start for e in events], float, "s", "start of an event"),
                "event_end": along([e.end for e in events], float, "s", "end of an event"),
                "event_row": along([row for row, _ in rows], str, "1", "lane of an event"),
                "event_label": along(labels, str, "1", "what an event is"),
                "event_role": along(roles, str, "1", "meaning of an event"),
                "now": variable((), float(now), "s", "time reached"),
            }
        )


def in_lanes(events: Iterable[Event], kinds: Mapping[str, EventKind]) -> list[tuple[str, Event]]:
    """Return events with their lanes, in which none hides another: a second lane takes it."""
    used: dict[str, list[list[Event]]] = {lane: [] for lane in lanes(kinds)}
    for event in events:
        parallel = used[lane_of(event.kind, kinds[event.kind])]
        free = next((one for one in parallel if not one[-1].overlaps(event)), None)
        parallel.append([event]) if free is None else free.append(event)
    return [
        (lane if place == 1 else f"{lane} ({place})", event)
        for lane, parallel in used.items()
        for place, one in enumerate(parallel, start=1)
        for event in one
    ]


def lanes(kinds: Mapping[str, EventKind]) -> tuple[str, ...]:
    """Return the lanes of these kinds from the top: those of phases, then in the order of kinds."""
    ordered = sorted(kinds, key=lambda name: not kinds[name].phase)
    return tuple(dict.fromkeys(lane_of(name, kinds[name]) for name in ordered))


def lane_of(name: str, kind: EventKind) -> str:
    """Return the lane of a kind of event."""
    return kind.lane or (PHASE if kind.phase else name)


def along(values: list, dtype: type, units: str, long_name: str) -> xr.Variable:
    """Return a variable along the events."""
    return variable("event", np.array(values, dtype), units, long_name)
