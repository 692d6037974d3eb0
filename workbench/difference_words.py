"""What differs between two runs, in a sentence that is computed from the difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.difference import Difference, mean, spelled, with_unit
from workbench.parameters import unit_suffix

#: Share of the largest difference below which a mean is nothing but rounding.
ROUNDING = 1e-6
#: (lane, label, start, end) of an event, in seconds.
Event = tuple[str, str, float, float]


def line_words(
    name: str,
    unit: str,
    across: tuple[str, str],
    found: Difference,
    who: str,
    grows: bool,
) -> str:
    """Return how a line (or several) differs.

    Parameters
    ----------
    name, unit : str
        What the line is.
    across : tuple of str
        Name and unit of what it runs over.
    found : Difference
        It.
    who : str
        What is special about the second, such as "learning rate 0.2".
    grows : bool
        Whether the line is a course with an end, so that the end is what counts.
    """
    if found.same:
        far = "number for number" if found.whole else "as far as both go"
        return f"{name}: the same with {who}, {far}."
    if not np.isfinite(found.values).any():
        return f"{name}: never known in both, so there is no difference to tell."
    lines = f" (mean of {found.values.shape[1]} lines)" if found.values.shape[1] > 1 else ""
    end = f"ends {higher(found.end, unit)}, " if grows else ""
    largest, at = found.largest
    place = (
        f"{across[0]} {with_unit(at, across[1])}" if across[1] == "1" else with_unit(at, across[1])
    )
    between = " Interpolated, since their points are not the same." if found.interpolated else ""
    return (
        f"{name}: {end}on average {higher(found.mean, unit, largest)} with {who}{lines}; "
        f"largest difference {signed(largest, unit)} at {place}.{between}"
    )


def value_words(name: str, unit: str, first: float, second: float, who: str) -> str:
    """Return how a single value differs; empty where one of them is not known."""
    if not np.isfinite([first, second]).all():
        return ""
    if first == second:
        return f"{name}: the same with {who}, {with_unit(first, unit)}."
    return (
        f"{name}: {higher(second - first, unit)} with {who} "
        f"({with_unit(second, unit)} against {with_unit(first, unit)})."
    )


def array_words(name: str, unit: str, difference: ArrayLike, who: str, coded: bool = False) -> str:
    """Return how a matrix or a row of pictures differs; `coded` ones hold no quantities."""
    values = np.asarray(difference, float)
    known = values[np.isfinite(values)]
    if not known.any():
        far = "number for number" if known.size == values.size else "wherever both are known"
        return f"{name}: the same with {who}, {far}."
    share = np.count_nonzero(known) / known.size
    part = f"{100 * share:.3g} % of the {known.size:,} places differ"
    if coded:
        return f"{name}: {part} with {who}."
    most = known[np.argmax(np.abs(known))]
    return (
        f"{name}: on average {higher(mean(known), unit, most)} with {who}; largest difference "
        f"{signed(float(most), unit)}; {part}."
    )


def event_words(first: list[Event], second: list[Event], who: str) -> str:
    """Return how a protocol differs: which events only the one or the other has."""
    gone = [event for event in first if event not in second]
    new = [event for event in second if event not in first]
    if not gone and not new:
        return f"protocol: the same with {who}."
    told = [f"without {event_name(one)}" for one in gone[:3]]
    told += [f"with {event_name(one)}" for one in new[:3]]
    more = len(gone) + len(new) - len(told)
    rest = f" and {more} more" if more > 0 else ""
    return f"protocol: {', '.join(told)}{rest} ({who})."


def event_name(event: Event) -> str:
    """Return what a person calls an event."""
    lane, label, start, end = event
    return f"{label or lane} at {spelled(start)}–{spelled(end)} s"


def higher(value: float, unit: str, largest: float = 0.0) -> str:
    """Return "0.12 mV higher" and the like; a mean is told beside the `largest` of its values."""
    if abs(value) <= ROUNDING * abs(largest):
        return "equal"
    return f"{spelled(abs(value))}{unit_suffix(unit)} {'higher' if value > 0 else 'lower'}"


def signed(value: float, unit: str) -> str:
    """Return a difference with its sign and unit."""
    return spelled(value, sign=True) + unit_suffix(unit)
