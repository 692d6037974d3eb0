"""Times, sizes and units as a person says them."""

from __future__ import annotations

from workbench.parameters import unit_suffix


def seconds(value: float) -> str:
    """Return a time as a person says it."""
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, rest_minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{rest_minutes:02d} h"
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"


def size(count: float) -> str:
    """Return a number of bytes as a person says it."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def with_unit(name: str, unit: str) -> str:
    """Return a name with its unit in brackets, unless it is a pure number or the name says it."""
    told = not unit_suffix(unit) or name.split()[-1:] == [unit]
    return name if told else f"{name} ({unit_suffix(unit).strip()})"
