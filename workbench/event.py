"""An event in the timeline of an experiment: its kind, its times, and how it is written.

    start-end kind [target] [x strength]

with times in seconds of biological time, such as ``70-72 light tagged x 1.5``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.parameters import ParameterError, shown

NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
EVENT = re.compile(rf"({NUMBER}) ?[-\u2013] ?({NUMBER}) (.+)")  # the dash may be a long one
STRENGTH = re.compile(rf"(.+) x ?([+-]?{NUMBER})")
DIGITS = 9  # of a second, to which lengths are added: 0.1 s and 0.2 s end at 0.3 s


@dataclass(frozen=True)
class EventKind:
    """What a model says of one kind of event.

    Parameters
    ----------
    doc : str
        One line: what it does.
    role : str
        Meaning and so colour, as in `Observable.roles`.
    lane : str
        The row of the timeline it is drawn in; its own where none is said.
    targets : tuple of str
        What it may act on, the usual one first; empty if it has no target.
    strength : tuple of two numbers, optional
        Lowest and highest strength; None if it has none.
    unit : str
        Unit of the strength.
    phase : bool
        Whether it is a phase: phases follow one another without gap from 0 s to the end.
    """

    doc: str
    role: str = "other"
    lane: str = ""
    targets: tuple[str, ...] = ()
    strength: tuple[float, float] | None = None
    unit: str = "1"
    phase: bool = False


@dataclass(frozen=True)
class Event:
    """Something that begins at `start` and is over at `end` (s, biological time).

    Raises
    ------
    ParameterError
        If a time or the strength is not finite, the end is not later than the start, the start is
        before 0 s, or kind or target cannot be written as text.
    """

    kind: str
    start: float
    end: float
    target: str = ""
    strength: float = 1.0

    def __post_init__(self) -> None:
        for name in ("kind", "target"):
            object.__setattr__(self, name, " ".join(str(getattr(self, name)).split()))
        for name in ("start", "end", "strength"):
            object.__setattr__(self, name, float(getattr(self, name)) + 0.0)  # no -0.0
        if why := self._fault():
            raise refusal(str(self), why)

    def _fault(self) -> str:
        """Say what the event must be and is not; empty if all is well."""
        if not (0.0 <= self.start < self.end < math.inf):
            return "it must start at 0 s or later and end after it starts"
        if not math.isfinite(self.strength):
            return "its strength must be a finite number"
        if not self.kind or ";" in self.words or not self.words.isprintable():
            return "its kind and target must be printable words without a semicolon"
        return ""

    @property
    def words(self) -> str:
        """Kind and target."""
        return f"{self.kind} {self.target}".rstrip()

    @property
    def label(self) -> str:
        """Kind, target and, where it is not 1, strength."""
        plain = self.strength == 1.0 and not STRENGTH.fullmatch(self.words)
        return self.words if plain else f"{self.words} x {shortest(self.strength)}"

    def __str__(self) -> str:
        return f"{shortest(self.start)}-{shortest(self.end)} {self.label}"

    def overlaps(self, other: Event) -> bool:
        """Tell whether both go on at some time."""
        return self.start < other.end and other.start < self.end


def parse_event(text: str, kinds: Iterable[str]) -> Event:
    """Return the event that a text without needless blanks spells; the first kind that fits."""
    found = EVENT.fullmatch(text)
    if not found:
        raise refusal(text, "an event is start-end kind [target] [x strength], as in '0-5 rest'")
    start, end, words = found.groups()
    strong = STRENGTH.fullmatch(words)
    words, strength = strong.groups() if strong else (words, "1")
    kind = next((k for k in kinds if f"{words} ".startswith(f"{k} ")), words.split()[0])
    return Event(kind, float(start), float(end), words[len(kind) :], float(strength))


def shortest(number: float) -> str:
    """Return the shortest text that spells exactly this number."""
    return repr(number).removesuffix(".0")


def refusal(what: str, why: str) -> ParameterError:
    """Return the sentence for something that is not allowed."""
    return ParameterError(f"{shown(what)} is not allowed: {why}.")
