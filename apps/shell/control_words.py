"""What a page says of a parameter and its values."""

from __future__ import annotations

from typing import Any

from apps.shell.amounts import with_unit
from workbench import Choice, Count, Lines, Picture, Quantity, SpikeTimes, Switch, Timeline
from workbench.parameters import Declared, spelled

#: Kind of parameter -> what it is typed or chosen with; a line of text otherwise.
KINDS: dict[type[Any], str] = {
    Quantity: "number", Count: "number", Choice: "choice", Switch: "switch", Lines: "lines",
    Timeline: "editor", Picture: "editor", SpikeTimes: "editor",
}  # fmt: skip


def kind_of(parameter: Declared) -> str:
    """Return what a parameter is typed or chosen with."""
    return next((word for kind, word in KINDS.items() if isinstance(parameter, kind)), "text")


def title(parameter: Any) -> str:
    """Return a parameter's label with its unit."""
    # Only the slot tells a label that was given from the one that param makes of the name.
    given = parameter._label is not None
    name = parameter.label if given else parameter.name.replace("_", " ")
    return with_unit(name, parameter.unit)


def hint(parameter: Any) -> str:
    """Return what a person wants to know of a parameter: doc, allowed values, default, source."""
    source = f" Source: {parameter.source}." if parameter.source else ""
    live = " May change while a run goes on." if parameter.live else ""
    default = text_of(parameter.default) or "empty"
    return f"{parameter.doc}; {parameter.allowed()}; default {default}.{source}{live}"


def text_of(value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:.6g}" if isinstance(value, float) else spelled(value).replace(",", "")


def shortly(parameter: Declared, value: Any) -> str:
    """Return a value in a word or two, empty where it needs more."""
    if isinstance(parameter, Switch):
        return "on" if value else "off"
    text = text_of(value) or "empty"
    return text if kind_of(parameter) in ("number", "choice", "text") else ""
