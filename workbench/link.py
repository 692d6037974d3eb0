"""A run as the query of a URL, and back.

A link holds the model, the seed, every parameter and the live changes, so that it gives the same
run even where a later version has other defaults. Whoever opens it may have been sent anything:
each value is checked on its own, what is refused is told in a sentence, and the rest is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from workbench.model import Model, ParameterError, unknown
from workbench.parameters import Folder, shown
from workbench.run import SEED, Change, check_live
from workbench.stamp import version

#: Words of a link that are no parameter.
RESERVED = ("model", "seed", "version", "changes")
#: Characters of a query that are read, and sentences about what was refused in it.
LONGEST, MOST_SENTENCES = 500_000, 20


@dataclass
class Linked:
    """What a link asks for.

    Attributes
    ----------
    model : Model
        With the values that were good, and defaults for the others.
    seed : int
    changes : list of Change
    version : str
        Version of the workbench that made the link, if it says so.
    refused : list of str
        A sentence for everything that was not taken.
    note : str
        A sentence where the link comes from another version; empty otherwise.
    """

    model: Model
    seed: int = 1
    changes: list[Change] = field(default_factory=list)
    version: str = ""
    refused: list[str] = field(default_factory=list)
    note: str = ""


def query(model: Model, seed: int, changes: Iterable[Change] = ()) -> str:
    """Return the query of a URL that asks for this run, without the question mark.

    Raises
    ------
    ParameterError
        If the seed is not allowed.

    Examples
    --------
    >>> from workbench import Model, Quantity
    >>> class Forgetting(Model):
    ...     key = "forgetting"
    ...     rate = Quantity(0.1, bounds=(0, 10), unit="1/day", doc="how fast the trace decays")
    >>> query(Forgetting(), seed=7)  # doctest: +ELLIPSIS
    'model=forgetting&seed=7&rate=0.1&version=...'
    """
    asked = {"model": model.key, "seed": str(SEED.check(seed))}
    asked |= {name: written(value) for name, value in model.values().items()}
    asked["version"] = version()
    listed = [[change.frame, change.name, change.value] for change in changes]
    if listed:
        asked["changes"] = json.dumps(listed, separators=(",", ":"))
    return urlencode(asked)


def written(value: Any) -> str:
    """Return a parameter's value as text that spells exactly it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def parse(query: str | Mapping[str, Any], get: Callable[[str], type[Model]]) -> Linked:
    """Return the run that a link asks for, and what in the link was refused.

    Parameters
    ----------
    query : str or mapping
        The query of a URL, with or without its question mark; or its fields by name, each a
        text, bytes or a list of them.
    get : function
        Returns the model class with a key, or raises ParameterError.

    Raises
    ------
    ParameterError
        If the link names no model, or one that does not exist. Nothing else raises.
    """
    refused: list[str] = []
    fields = firsts(pairs(query, refused), refused)
    if not fields.get("model"):
        raise ParameterError("The link names no model.")
    kind = get(fields["model"])
    model = kind(**accepted(kind, fields, refused))
    linked = Linked(model, refused=refused, version=fields.get("version", ""))
    with telling(refused):
        linked.seed = SEED.parse(fields.get("seed", "1"))
    with telling(refused):
        model.validate()
    linked.changes = parse_changes(model, fields.get("changes", "[]"), refused)
    if linked.version and linked.version != version():
        linked.note = (
            f"The link was made by version {shown(linked.version)} of the workbench and this is "
            f"{version()}: the run may come out differently."
        )
    hidden = len(refused) - MOST_SENTENCES
    if hidden > 0:
        refused[MOST_SENTENCES:] = [f"And {hidden:,} more things were refused."]
    return linked


def pairs(query: str | Mapping[str, Any], refused: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a query, in its order."""
    if isinstance(query, str):
        if len(query) > LONGEST:
            refused.append(f"The link is longer than {LONGEST:,} characters; its end was cut off.")
        yield from parse_qsl(query[:LONGEST].lstrip("?"), keep_blank_values=True)
        return
    for name, value in query.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            yield (
                str(name),
                each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each),
            )


def firsts(given: Iterable[tuple[str, str]], refused: list[str]) -> dict[str, str]:
    """Return the first value for every name."""
    fields: dict[str, str] = {}
    for name, value in given:
        if name in fields:
            refused.append(
                f"{shown(name)} is given more than once: {shown(fields[name])} counts, "
                f"{shown(value)} does not."
            )
        fields.setdefault(name, value)
    return fields


def accepted(kind: type[Model], fields: Mapping[str, str], refused: list[str]) -> dict[str, Any]:
    """Return the parameters whose values are allowed, by name."""
    declared, values = kind.parameters(), {}
    for name, text in fields.items():
        if name in RESERVED:
            continue
        with telling(refused):
            if name not in declared:
                raise ParameterError(unknown(name, declared, f"parameter of {kind.key!r}"))
            if isinstance(declared[name], Folder) and text.strip():
                raise ParameterError(
                    f"{name} = {shown(text)} is not taken from a link: name the folder yourself."
                )
            values[name] = declared[name].parse(text)
    return values


def parse_changes(model: Model, text: str, refused: list[str]) -> list[Change]:
    """Return the live changes that are allowed."""
    try:
        listed = json.loads(text)
        if not isinstance(listed, list):
            raise ValueError
    except (ValueError, RecursionError):
        refused.append(f"changes = {shown(text)} is not allowed: it must be a list in JSON.")
        return []
    changes = []
    for each in listed:
        with telling(refused):
            changes.append(parse_change(model, each))
    return changes


def parse_change(model: Model, listed: Any) -> Change:
    """Return the change that ``[frame, name, value]`` spells, or raise ParameterError."""
    match listed:
        case [int(frame), str(name), value] if frame >= 0 and not isinstance(frame, bool):
            return Change(frame, name, check_live(model, name, value))
    raise ParameterError(
        f"The change {shown(listed)} is not allowed: it must be frame, name and value."
    )


@contextmanager
def telling(refused: list[str]) -> Iterator[None]:
    """Take note of a refusal and go on."""
    try:
        yield
    except ParameterError as error:
        refused.append(str(error))
