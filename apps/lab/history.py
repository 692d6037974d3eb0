"""What a person set, step by step, so that it can be taken back and done again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

#: Steps that can be taken back.
MOST = 200


@dataclass(frozen=True)
class Step:
    """Values of all parameters, and the preset that they are compared with."""

    values: Mapping[str, Any]
    preset: str = ""


class History:
    """The steps so far, and where one stands among them.

    Parameters
    ----------
    start : Step
        What there was at first.

    Examples
    --------
    >>> history = History(Step({"noise": 0.1}))
    >>> history.add(Step({"noise": 0.2}))
    >>> history.undo().values, history.redo().values
    ({'noise': 0.1}, {'noise': 0.2})
    """

    def __init__(self, start: Step) -> None:
        self._steps, self._at = [start], 0
        self._gesture: Hashable = None

    @property
    def now(self) -> Step:
        """The step one stands at."""
        return self._steps[self._at]

    @property
    def earlier(self) -> Step | None:
        """Where undoing leads, if anywhere."""
        return self._steps[self._at - 1] if self._at else None

    @property
    def later(self) -> Step | None:
        """Where redoing leads, if anywhere."""
        return self._steps[self._at + 1] if self._at + 1 < len(self._steps) else None

    def add(self, step: Step, gesture: Hashable = None) -> None:
        """Take note of a step; what had been taken back is forgotten.

        Parameters
        ----------
        step : Step
            What there is now; nothing happens where it is what there was.
        gesture : hashable, optional
            Tells the steps of one drag from others: together they are one step.
        """
        if step == self.now:
            return
        if gesture is not None and gesture == self._gesture:
            self._at -= 1
        back = step == self.now  # the drag has come back to where it began
        self._steps[self._at + 1 :] = [] if back else [step]
        self._steps = self._steps[-MOST - 1 :]
        self._at = len(self._steps) - 1
        self._gesture = None if back else gesture

    def undo(self) -> Step:
        """Go back a step, as far as there are any, and return where one stands."""
        self._at, self._gesture = max(self._at - 1, 0), None
        return self.now

    def redo(self) -> Step:
        """Go on a step that was taken back, if any, and return where one stands."""
        self._at, self._gesture = min(self._at + 1, len(self._steps) - 1), None
        return self.now
