"""Which records a person asks for in words: ``noise=0.2 seed=3 hard locations>1000 crowded``.

A parameter's name with a sign and a value is a criterion; all other words are looked for in what a
record says of itself. A record fits if it fits every one of them.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workbench.entry import Entry
from workbench.parameters import ParameterError, Switch, shown

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne, "=": operator.eq,
    "<": operator.lt, ">": operator.gt,
}  # fmt: skip
#: Words (the last of them a name), a sign, and a value, in quotes where it holds blanks.
SPELLING = re.compile(r'([\w ]*)(<=|>=|!=|=|<|>)\s*("[^"]*"|[^\s,;]*)')
LONGEST = 500  # characters that are read


@dataclass(frozen=True)
class Criterion:
    """A condition on one record: on a parameter or the seed or, without a name, on any word."""

    name: str
    sign: str
    value: str

    def fits(self, entry: Entry) -> bool:
        """Return whether a record is one of those asked for; one without the parameter is not."""
        if not self.name:
            return any(self.value in word for word in words(entry))
        values = {**entry.parameters, "seed": entry.seed}
        return self.name in values and compared(values[self.name], self.sign, self.value)


def criteria(text: str, entries: Iterable[Entry]) -> list[Criterion]:
    """Return what `text` asks of records.

    Parameters
    ----------
    text : str
        What a person typed.
    entries : iterable of Entry
        The records, for the names of their parameters.

    Raises
    ------
    ParameterError
        If it cannot be read: a sentence that says which part, and how it is written.
    """
    if len(text) > LONGEST:
        raise ParameterError(f"The filter has {len(text):,} characters: give at most {LONGEST}.")
    known = {"seed"}.union(*(entry.parameters for entry in entries))
    found, end = [], 0
    for match in SPELLING.finditer(text):
        before, sign, value = match.groups()
        free, name = named(before.split(), known, match.group().strip())
        found += [Criterion("", "", word) for word in split(text[end : match.start()]) + free]
        found.append(checked(name, sign, value.strip('"')))
        end = match.end()
    return found + [Criterion("", "", word) for word in split(text[end:])]


def named(before: list[str], known: set[str], said: str) -> tuple[list[str], str]:
    """Return the words before a sign as free words and, from the end of them, a name."""
    if not before:
        raise ParameterError(f"{shown(said)} names no parameter: write it as in seed=3.")
    for i in range(len(before)):
        name = "_".join(before[i:])
        if name in known or name.lower() in known:
            return [word.lower() for word in before[:i]], name if name in known else name.lower()
    near = difflib.get_close_matches("_".join(before), known, n=1)
    near = near or difflib.get_close_matches(before[-1], known, n=1)
    hint = f": did you mean {near[0]}?" if near else "."
    raise ParameterError(f"No record has a parameter {shown(before[-1])}{hint}")


def checked(name: str, sign: str, value: str) -> Criterion:
    """Return a criterion, or refuse a value that its sign cannot stand before."""
    if not value:
        raise ParameterError(f"{name}{sign} has no value: write it as in {name}{sign}3.")
    if sign in ("<", ">", "<=", ">=") and number(value) is None:
        raise ParameterError(
            f"{name}{sign}{value} cannot be read: after {sign} there must be a number."
        )
    return Criterion(name, sign, value)


def split(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return [word for word in re.split(r"[\s,;]+", text.lower()) if word]


def words(entry: Entry) -> list[str]:
    """Return all that a record says of itself, in small letters."""
    said = [entry.title, entry.model, entry.id, entry.status, entry.note, *entry.tags]
    for name, value in entry.parameters.items():
        said += [name, name.replace("_", " "), str(value)]
    return [str(one).lower() for one in said]


def compared(held: Any, sign: str, said: str) -> bool:
    """Return whether a parameter's value stands in this relation to what was typed."""
    asked: Any
    if isinstance(held, bool):
        asked = Switch.words.get(said.lower())
    elif isinstance(held, int | float):
        asked = number(said)
        if sign in ("=", "!="):  # as people see it, with six digits
            held, asked = f"{held:.6g}", said if asked is None else f"{asked:.6g}"
    else:
        held, asked = str(held).lower(), said.lower()
        if sign not in ("=", "!="):
            return False
    return SIGNS[sign](held, asked)


def number(text: str) -> float | None:
    """Return the number that a text spells, thousands' commas or not; None for any other."""
    try:
        return float(text)
    except ValueError:
        return None
