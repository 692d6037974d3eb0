"""A parameter whose value is a few lines of text, each a thing of its own."""

from __future__ import annotations

from typing import Any

import param

from workbench.parameters import Declared


class Lines(Declared, param.String):
    r"""Lines of text; its value has them in one, parted by strokes as verse is quoted.

    Parameters
    ----------
    default : str
        Value when nothing is said.
    longest : int
        Characters that a line may have.
    most : int
        Lines that there may be.

    Examples
    --------
    >>> Lines("the sea / a net", doc="what is learnt").check("  one\n\ntwo/three ")
    'one / two / three'
    """

    __slots__ = (*Declared.extra_slots, "longest", "most")
    _slot_defaults = {**param.String._slot_defaults, "longest": 60, "most": 50}

    longest: Any  # param's metaclass makes them slots
    most: Any

    def __init__(self, default, *, doc, longest=60, most=50, source="", group="", label=None):
        self._declare("1", source, group, live=False)
        self.longest, self.most = longest, most
        super().__init__(self.coerce(default), doc=doc, label=label)

    def allowed(self) -> str:
        """Say which values are allowed."""
        return (
            f"1 to {self.most} lines of printable text between strokes (/), each of at most "
            f"{self.longest} characters"
        )

    def coerce(self, value: Any) -> str:
        """Return lines, given one below the other or parted by strokes, without empty ones."""
        if not isinstance(value, str):
            raise TypeError
        lines = self.split(value)
        allowed = all(line.isprintable() and len(line) <= self.longest for line in lines)
        if not allowed or not 1 <= len(lines) <= self.most:
            raise ValueError
        return " / ".join(lines)

    @staticmethod
    def split(value: str) -> list[str]:
        """Return the lines, without blanks around them."""
        parts = (part.strip() for line in value.splitlines() for part in line.split("/"))
        return [part for part in parts if part]
