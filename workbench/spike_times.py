"""A parameter whose value is a pair of spike trains, such as a person drags them together.

Its value is a short text, so that a link, a flag, a record and a script carry the spikes.
"""

from __future__ import annotations

import math
from typing import Any

import param

from workbench.parameters import Declared

TRAINS = ("pre", "post")


class SpikeTimes(Declared, param.String):
    """Times of pre- and postsynaptic spikes in ms, such as ``pre 10 50; post 20 60``.

    Parameters
    ----------
    default : str
        Value when nothing is said.
    end : float
        Times are from 0 up to here, ms.
    most : int
        Spikes that a train may have.

    Examples
    --------
    >>> spikes = SpikeTimes("pre 10; post 20", doc="which spikes there are")
    >>> spikes.check("post 30 12.5; pre 40")
    'pre 40; post 12.5 30'
    """

    __slots__ = (*Declared.extra_slots, "end", "most")
    _slot_defaults = {**param.String._slot_defaults, "end": 1000.0, "most": 60}

    end: Any  # param's metaclass makes them slots
    most: Any

    def __init__(self, default, *, doc, end=1000.0, most=60, source="", group="", label=None):
        self._declare("ms", source, group, live=False)
        self.end, self.most = float(end), most
        super().__init__(self.coerce(default), doc=doc, label=label)

    def allowed(self) -> str:
        """Say which values are allowed."""
        return (
            f"'pre' and 'post', each with at most {self.most} times from 0 to {self.end:g} ms, "
            "as in 'pre 10 50; post 20 60'"
        )

    def coerce(self, value: Any) -> str:
        """Return the text with sorted times, each once, given as text or as two sequences."""
        trains = self.trains(value) if isinstance(value, str) else value
        cleaned = [sorted({round(float(time), 1) + 0.0 for time in train}) for train in trains]
        if len(cleaned) != len(TRAINS) or max(map(len, cleaned)) > self.most:
            raise ValueError
        if not all(math.isfinite(t) and 0 <= t <= self.end for train in cleaned for t in train):
            raise ValueError
        said = (" ".join([name, *(f"{time:g}" for time in train)])
                for name, train in zip(TRAINS, cleaned, strict=True))  # fmt: skip
        return "; ".join(said)

    @staticmethod
    def trains(text: str) -> tuple[list[float], list[float]]:
        """Return the times of both trains that a text spells.

        Raises
        ------
        ValueError
            If a part names no train, or a time is no number.
        """
        found: dict[str, list[float]] = {name: [] for name in TRAINS}
        for part in filter(str.strip, text.split(";")):
            name, *times = part.split()
            if name not in found:
                raise ValueError(f"{name!r} is no train")
            found[name] += map(float, times)
        return found["pre"], found["post"]
