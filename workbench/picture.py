"""A parameter whose value is a small picture of bits, such as one that a person drew.

Its value is a short text, so that a link, a flag, a record and a script carry the picture itself.
An array of bits is taken too.
"""

from __future__ import annotations

import base64
import math
import re
from typing import Any

import numpy as np
import param
from numpy.typing import ArrayLike, NDArray

from workbench.parameters import Declared

LETTERS = re.compile(r"[A-Za-z0-9_-]+")


class Picture(Declared, param.String):
    """A square picture, each pixel a bit: on where there is ink.

    The text is URL-safe Base64 (RFC 4648) of the bits row by row, eight a byte in the order of
    `numpy.packbits`.

    Parameters
    ----------
    default : str or array of bool, shape (side, side)
        Value when nothing is said.
    side : int
        Pixels of a side; a multiple of 12, so that bytes and letters come out even.
    """

    __slots__ = (*Declared.extra_slots, "side")
    _slot_defaults = {**param.String._slot_defaults, "side": 24}

    side: Any  # param's metaclass makes it a slot

    def __init__(self, default, *, doc, side=24, source="", group="", live=False, label=None):
        self._declare("1", source, group, live)
        if side < 12 or side % 12:
            raise ValueError(f"side = {side} is not allowed: it must be a multiple of 12.")
        self.side = side
        super().__init__(self.coerce(default), doc=doc, label=label)

    def allowed(self) -> str:
        """Say which values are allowed."""
        letters = self.side**2 // 6
        return f"a picture of {self.side} x {self.side} bits, as {letters} letters, digits, - and _"

    def coerce(self, value: Any) -> str:
        """Return the text of a picture, given as text or as an array of bits."""
        if not isinstance(value, str):
            return self.spell(value)
        if len(self.bits(value)) != self.side:
            raise ValueError
        return value

    def spell(self, bits: ArrayLike) -> str:
        """Return the text of bits.

        Parameters
        ----------
        bits : array of bool, or of 0 and 1, shape (side, side)

        Raises
        ------
        ValueError
            If the array has another shape or other values.
        """
        array = np.asarray(bits)
        if array.shape != (self.side, self.side) or not np.isin(array, (0, 1)).all():
            raise ValueError(f"it must be {self.side} x {self.side} bits")
        return base64.urlsafe_b64encode(np.packbits(array.astype(bool)).tobytes()).decode()

    @staticmethod
    def bits(text: str) -> NDArray[np.bool_]:
        """Return the bits that a text spells, shape (side, side).

        Raises
        ------
        ValueError
            If the text spells no square picture.
        """
        if not LETTERS.fullmatch(text):
            raise ValueError("it must be letters, digits, - and _")
        bits = np.unpackbits(np.frombuffer(base64.urlsafe_b64decode(text), np.uint8)).astype(bool)
        return bits.reshape(math.isqrt(bits.size), -1)
