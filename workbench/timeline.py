"""A parameter whose value is a protocol: which events a model knows, and how they may lie in time.

Its value is the protocol's canonical text, so that a link, a flag, a record and a script carry it
like any other text. A `Protocol` is taken too.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import param

from workbench.event import Event, EventKind, refusal, shortest
from workbench.parameters import Declared, ParameterError, shown, spelled, unit_suffix
from workbench.protocol import Protocol

WIDTH = 150  # characters that a list of names may take in a sentence
LIKE = 0.75  # how much a misspelled kind must be like the one that is named


class Timeline(Declared, param.String):
    """Phases that follow one another from 0 s to the end, and interventions within.

    Parameters
    ----------
    default : str or Protocol
        Value when nothing is said.
    kinds : mapping of str to EventKind
        The kinds of event by name.
    longest : int
        Characters that the text may have.
    """

    __slots__ = (*Declared.extra_slots, "kinds", "longest")
    _slot_defaults = {**param.String._slot_defaults, "kinds": {}, "longest": 4000}

    kinds: Any  # a mapping of str to EventKind; param's metaclass makes it a slot
    longest: Any

    def __init__(self, default, *, kinds, doc, source="", group="", live=False, label=None,
                 longest=4000):  # fmt: skip
        self._declare("1", source, group, live)
        self.kinds, self.longest = dict(kinds), longest
        check_kinds(self.kinds)
        super().__init__(self.check(default), doc=doc, label=label)

    def allowed(self) -> str:
        """Say how an event is written, and which kinds there are."""
        kinds = "; ".join(described(name, kind) for name, kind in self.kinds.items())
        return f"events start-end kind [target] [x strength] in s between semicolons, of {kinds}"

    def check(self, value: Any, said: Any = None) -> str:
        """Return the canonical text of a protocol, given as text or as `Protocol`.

        Raises
        ------
        ParameterError
            If it is not allowed: a sentence that names the event and says what is.
        """
        try:
            return str(self.protocol(value))
        except ParameterError as refused:
            raise ParameterError(
                f"{getattr(self, 'name', None) or 'protocol'}: {refused}"
            ) from None

    def protocol(self, value: Any) -> Protocol:
        """Return the protocol of a value, checked.

        Raises
        ------
        ParameterError
            If it is not allowed.
        """
        if not isinstance(value, str | Protocol):
            raise refusal(value, "it must be text such as '0-5 rest; 5-40 learn'")
        text = str(value)
        if len(text) > self.longest:
            raise refusal(text, f"it must have at most {self.longest:,} characters")
        protocol = Protocol.parse(text, self.kinds)
        for event in protocol.events:
            check_event(event, self.kinds)
        phases, rest = parted(protocol.events, self.kinds)
        check_phases(phases, self.kinds)
        check_interventions(rest, phases)
        return protocol


def parted(
    events: Iterable[Event], kinds: Mapping[str, EventKind]
) -> tuple[list[Event], list[Event]]:
    """Return the phases and the interventions among events."""
    parts: tuple[list[Event], list[Event]] = [], []
    for event in events:
        parts[not kinds[event.kind].phase].append(event)
    return parts


def check_event(event: Event, kinds: Mapping[str, EventKind]) -> None:
    """Refuse an event whose kind, target or strength the model does not know."""
    kind = kinds.get(event.kind)
    if kind is None:
        raise refusal(str(event), f"there is no such kind of event; {nearest(event, kinds)}")
    if event.target not in (kind.targets or ("",)):
        raise refusal(
            str(event),
            f"the target of {event.kind} must be {one_of(kind.targets)}"
            if kind.targets
            else f"{event.kind} takes no target",
        )
    low, high = kind.strength or (1.0, 1.0)
    if not low <= event.strength <= high:
        raise refusal(
            str(event),
            f"the strength of {event.kind} must be {span(kind)}"
            if kind.strength
            else f"{event.kind} takes no strength",
        )


def check_phases(phases: list[Event], kinds: Mapping[str, EventKind]) -> None:
    """Refuse phases that leave a gap or overlap, and none where there should be one."""
    if not phases and any(kind.phase for kind in kinds.values()):
        names = [name for name, kind in kinds.items() if kind.phase]
        raise refusal("", f"there must be a phase, {one_of(names)}")
    end = 0.0
    for phase in phases:
        if phase.start != end:
            raise refusal(
                str(phase),
                f"phases follow one another without gap, so it must start at {shortest(end)} s",
            )
        end = phase.end


def check_interventions(interventions: list[Event], phases: list[Event]) -> None:
    """Refuse interventions outside of the phases, and two of the same kind and target at once."""
    for event in interventions:
        if phases and event.end > phases[-1].end:
            end = shortest(phases[-1].end)
            raise refusal(str(event), f"it must end by {end} s, when the last phase does")
    for one, other in combinations(interventions, 2):
        if one.words == other.words and one.overlaps(other):
            raise refusal(
                str(other), f"it must not overlap {shown(str(one))}, of the same kind and target"
            )


def check_kinds(kinds: Mapping[str, EventKind]) -> None:
    """See that every kind and target can be written so that it is read back.

    Raises
    ------
    ValueError
        For the first that cannot; it is the model that has to be mended.
    """
    for name, kind in kinds.items():
        for target in kind.targets or ("",):
            event = Event(name, 0, 1, target)
            if Protocol.parse(str(event), kinds).events != (event,) or event.kind != name:
                raise ValueError(f"{name!r} with target {target!r} is not read back as it is")


def nearest(event: Event, kinds: Mapping[str, EventKind]) -> str:
    """Say which kind was meant, or which there are."""
    said = (event.words, event.kind)
    near = [name for each in said for name in difflib.get_close_matches(each, kinds, 1, LIKE)]
    return f"{near[0]!r} is the nearest" if near else f"it may be {one_of(kinds)}"


def one_of(names: Iterable[str]) -> str:
    """Return names as a choice, a long one cut."""
    *first, last = names
    text = f"{', '.join(first)} or {last}" if first else last
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def described(name: str, kind: EventKind) -> str:
    """Return a kind with what it may be given."""
    given = [one_of(kind.targets)] if kind.targets else []
    given += [f"x {span(kind)}"] if kind.strength else []
    return f"{name} ({', '.join(given)})" if given else name


def span(kind: EventKind) -> str:
    """Return the allowed strengths with their unit."""
    assert kind.strength is not None
    low, high = map(spelled, kind.strength)
    return f"{low} to {high}{unit_suffix(kind.unit)}"
