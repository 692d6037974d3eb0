"""A record in words: what it is, what is special about it, and where its links lead."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import models
from apps.shell.amounts import seconds, size
from apps.shell.control_words import text_of, title
from workbench import Change, Model, ParameterError
from workbench.entry import Entry
from workbench.link import query
from workbench.parameters import unit_suffix

LONGEST = 60  # characters of a value
MOST_CHANGES = 3  # that are told


def row(entry: Entry, known: Container[str] = ()) -> dict[str, Any]:
    """Return what the list shows of a record; a branch's parent is compared if it is `known`."""
    again, why = beside(entry)
    parent = str(entry.parent.get("id", ""))
    return {
        "id": entry.id if entry.readable else entry.path.name,
        "title": entry.title or entry.path.name,
        "seed": entry.seed if entry.readable else None,
        "created": entry.created,
        "special": special(entry.model, entry.parameters, entry.changes) if entry.readable else "",
        "tags": entry.tags,
        "note": entry.note,
        "status": "" if entry.complete else entry.problem or entry.status,
        "facts": facts(entry),
        "readable": entry.readable,
        "again": again,
        "why": why,
        "parent": compared([parent, entry.id]) if parent in known else "",
    }


def facts(entry: Entry) -> str:
    """Return how long a run took and what it takes on the disk."""
    took = f"ran {seconds(entry.wall_time)} · " if entry.readable else ""
    parent = entry.parent.get("id")
    branch = f" · branch of {parent} at frame {entry.parent.get('frame')}" if parent else ""
    return took + size(entry.size) + branch


def special(
    key: str, parameters: Mapping[str, Any], changes: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Return the values that differ from the model's defaults, such as "noise 0.2, reads 3".

    What was changed while the run went on follows, with the frame from which it was so.
    """
    kind = kind_of(key)
    if kind is None:
        return "This workbench has no such model."
    declared = kind.parameters()
    changed = {
        name: value
        for name, value in parameters.items()
        if name not in declared or value != getattr(declared[name], "default", None)
    }
    first = ", ".join(valued(key, *each) for each in changed.items()) or "all values at default"
    later = [f"{valued(key, c['name'], c['value'])} from frame {c['frame']}" for c in changes]
    more = [f"{len(later) - MOST_CHANGES} more changes"] if len(later) > MOST_CHANGES else []
    return "; then ".join([first, *later[:MOST_CHANGES], *more])


def valued(key: str, name: str, value: Any) -> str:
    """Return a parameter with its value and unit, such as "learning rate 0.2 1/s"."""
    return f"{called(key, name)} {value_words(key, name, value)}"


def called(key: str, name: str) -> str:
    """Return what people call a parameter of a model."""
    kind = kind_of(key)
    parameter: Any = kind.parameters().get(name) if kind else None
    if parameter is None:
        return name.replace("_", " ")
    return title(parameter).removesuffix(f" ({parameter.unit})")


def value_words(key: str, name: str, value: Any) -> str:
    """Return a parameter's value with its unit, shortened where it is long."""
    kind = kind_of(key)
    parameter: Any = kind.parameters().get(name) if kind else None
    if isinstance(value, bool):
        return "on" if value else "off"
    text = text_of(value) or "empty" if isinstance(value, str | int | float) else str(value)
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return text + (unit_suffix(parameter.unit) if parameter is not None else "")


def kind_of(key: str) -> type[Model] | None:
    """Return a model's class; None where this workbench has none of that name."""
    return models.get(key) if key in models.REGISTRY else None


def opened(id: str) -> str:
    """Return the address at which the lab shows a record."""
    return f"/lab?{urlencode({'record': id})}"


def compared(ids: Sequence[str]) -> str:
    """Return the address at which records are compared."""
    return f"/compare?{urlencode({'runs': ','.join(ids)}, safe=',')}"


def beside(entry: Entry) -> tuple[str, str]:
    """Return the address of the lab with a record's run, to change one parameter and compare.

    Where it cannot be, the address is empty and a sentence says why.
    """
    kind = kind_of(entry.model)
    if not entry.readable or kind is None:
        return "", "The run cannot be repeated here: this workbench has no such model."
    gone = [called(entry.model, n) for n in entry.parameters if n not in kind.parameters()]
    if gone:
        more = f" and {len(gone) - 3} more parameters" if len(gone) > 3 else ""
        said = ", ".join(gone[:3]) + more
        return "", f"The run cannot be repeated here: its model no longer has {said}."
    try:
        changes = [Change(**change) for change in entry.changes]
        asked = query(kind(**entry.parameters), entry.seed, changes)
    except (ParameterError, TypeError) as error:
        return "", f"The run cannot be repeated here: {error}"
    return f"/lab?{asked}&{urlencode({'beside': entry.id})}", ""
