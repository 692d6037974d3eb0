"""Declared parameters: one definition for code, command line, page, link and sweep.

Each is a `param` parameter that also knows its unit, the source of its default, its group on the
page and whether it may change while a run goes on. Whatever sets a value (a keyword, a flag, a
URL, a slider) meets the same check and the same sentence when the value is refused.
"""

import numbers
from typing import Any

import param


class ParameterError(ValueError):
    """A value that is not allowed; its text is a sentence for the person who gave it."""


class Declared:
    """What every declared parameter adds to its `param` base class.

    Parameters
    ----------
    default
        Value when nothing is said.
    unit : str
        Unit as printed on axes and fields; ``"1"`` for a pure number.
    doc : str
        One line: what it is, in the field's words.
    source : str
        Where the default comes from (author year), if a paper sets it.
    group : str
        Heading under which a page shows it.
    live : bool
        Whether it may change while a run goes on (from the next frame).
    """

    __slots__ = ()
    extra_slots = ("unit", "source", "group", "live")

    name: Any  # given by the class that declares the parameter

    def _declare(self, unit: str, source: str, group: str, live: bool) -> None:
        self.unit, self.source, self.group, self.live = unit, source, group, live

    def allowed(self) -> str:
        """Say which values are allowed, to complete "it must be ..."."""
        raise NotImplementedError

    def coerce(self, value: Any) -> Any:
        """Return `value` in the parameter's own type, or raise ValueError."""
        raise NotImplementedError

    def parse(self, text: str) -> Any:
        """Return the value that `text` (a flag, a URL, a field) spells, blanks around it aside.

        Raises
        ------
        ParameterError
            If the text spells no allowed value.
        """
        try:
            value = self.read(text.strip())
        except (ValueError, OverflowError):
            value = text
        return self.check(value, said=text)

    def read(self, text: str) -> Any:
        """Return what `text` spells, before any check of its range."""
        return text

    def check(self, value: Any, said: Any = None) -> Any:
        """Return `value` in the parameter's own type; `said` is how it was put, if otherwise.

        Raises
        ------
        ParameterError
            If the value is not allowed: a sentence with name, value and what is allowed.
        """
        try:
            return self.coerce(value)
        except (ValueError, TypeError, OverflowError):
            raise ParameterError(
                f"{self.name} = {shown(value if said is None else said)} is not allowed: "
                f"it must be {self.allowed()}."
            ) from None

    def __set__(self, obj: Any, val: Any) -> None:
        super().__set__(obj, self.check(val))  # type: ignore[misc]

    def _validate(self, val: Any) -> None:
        self.check(val)


class Numeric(Declared):
    """What a real and a whole number share: bounds (both ends included) and a slider's scale."""

    __slots__ = ()
    extra_slots = (*Declared.extra_slots, "log")

    bounds: Any
    kind: str  # what the sentence calls it

    def __init__(self, default, *, bounds, unit, doc, source="", group="", live=False,
                 log=False, step=None, label=None):  # fmt: skip
        self._declare(unit, source, group, live)
        self.log = log
        super().__init__(default, bounds=bounds, doc=doc, step=step, label=label)  # type: ignore[call-arg]

    def allowed(self) -> str:
        """Say which values are allowed."""
        low, high = (spelled(bound) for bound in self.bounds)
        return f"a {self.kind} from {low} to {high}{unit_suffix(self.unit)}"

    def number(self, value):
        """Return `value` in the parameter's own number type."""
        raise NotImplementedError

    def coerce(self, value):
        """Return `value` as a number within the bounds; NaN lies within none."""
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError
        value = self.number(value)
        if not self.bounds[0] <= value <= self.bounds[1]:
            raise ValueError
        return value


class Quantity(Numeric, param.Number):
    """A real number with a unit and bounds."""

    __slots__ = Numeric.extra_slots
    kind = "number"

    def read(self, text):  # noqa: D102
        return float(text)

    def number(self, value):  # noqa: D102
        return float(value)


class Count(Numeric, param.Integer):
    """A whole number with a unit and bounds."""

    __slots__ = Numeric.extra_slots
    kind = "whole number"

    def read(self, text: str):
        """Return the whole number that `text` spells; 1e6 is a way to write a million."""
        try:
            return int(text)
        except ValueError:
            return float(text)

    def number(self, value):
        """Return `value` as int if it is whole."""
        if value != int(value):
            raise ValueError
        return int(value)


class Choice(Declared, param.Selector):
    """One of a few named ways."""

    __slots__ = Declared.extra_slots

    def __init__(self, default, *, options, doc, source="", group="", live=False, label=None):
        self._declare("1", source, group, live)
        super().__init__(default=default, objects=list(options), doc=doc, label=label)

    @property
    def options(self) -> list[str]:
        """The allowed values, in the order declared."""
        return list(self.objects)

    def allowed(self) -> str:  # noqa: D102
        return "one of " + ", ".join(repr(option) for option in self.options)

    def coerce(self, value):  # noqa: D102
        if not isinstance(value, str) or value not in self.options:
            raise ValueError
        return value


class Switch(Declared, param.Boolean):
    """On or off."""

    __slots__ = Declared.extra_slots
    words = {"true": True, "yes": True, "on": True, "1": True,
             "false": False, "no": False, "off": False, "0": False}  # fmt: skip

    def __init__(self, default, *, doc, source="", group="", live=False, label=None):
        self._declare("1", source, group, live)
        super().__init__(default, doc=doc, label=label)

    def allowed(self) -> str:  # noqa: D102
        return "true or false"

    def read(self, text):  # noqa: D102
        return self.words.get(text.lower(), text)

    def coerce(self, value):  # noqa: D102
        if not isinstance(value, bool):
            raise ValueError
        return value


class Text(Declared, param.String):
    """A line of text, such as the name of a folder."""

    __slots__ = (*Declared.extra_slots, "longest")
    _slot_defaults = {**param.String._slot_defaults, "longest": 1000}

    def __init__(self, default, *, doc, source="", group="", label=None, longest=1000):
        self._declare("1", source, group, live=False)
        self.longest = longest
        super().__init__(default, doc=doc, label=label)

    def allowed(self) -> str:  # noqa: D102
        return f"printable text of at most {self.longest:,} characters"

    def coerce(self, value):  # noqa: D102
        if not isinstance(value, str) or len(value) > self.longest or not value.isprintable():
            raise ValueError
        return value.strip()  # so that a link, which drops blanks around, gives it back


class Folder(Text):
    """A folder of the machine that runs the model, or nothing.

    No link names one: who sends a link could have others' machines open what he likes. A server
    on a network takes none at all (`close_folders`).
    """

    __slots__ = Text.__slots__

    def allowed(self) -> str:  # noqa: D102
        return "empty on a server that others reach" if _CLOSED else super().allowed()

    def coerce(self, value):  # noqa: D102
        value = super().coerce(value)
        if value and _CLOSED:
            raise ValueError
        return value


#: Not empty once folders are closed.
_CLOSED: list[bool] = []


def close_folders() -> None:
    """Take no name of a folder from here on, in this process."""
    _CLOSED.append(True)


def unit_suffix(unit: str) -> str:
    """Return the unit with a space before it, nothing for a pure number."""
    return "" if unit == "1" else f" {unit}"


def spelled(number: float) -> str:
    """Return a number as a person writes it: 1,000,000 but 1e-05."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,g}"


def shown(value: Any, longest: int = 60) -> str:
    """Return a short printable form of any value, for a sentence."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # a value's own repr may fail; so do integers of many thousand digits
        text = f"an unprintable {type(value).__name__}"
    text = ascii(text) if isinstance(value, str) else " ".join(text.split())  # arrays have lines
    return text if len(text) <= longest else text[: longest - 3] + "..."
