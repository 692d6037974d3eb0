"""What is told of records that are compared: what sets them apart, and what they share."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from typing import Any

from apps.runs.words import called, opened, value_words
from workbench import Record
from workbench.stamp import Stamp

#: What a table tells beside the parameters: its name, and how it is read from a stamp.
FACTS: dict[str, Callable[[Stamp], str]] = {
    "seed": lambda stamp: f"{stamp.seed}",
    "live changes": lambda stamp: changes_words(stamp),
    "status": lambda stamp: stamp.status,
    "version": lambda stamp: stamp.version,
    "revision": lambda stamp: stamp.git_revision,
    "Python": lambda stamp: stamp.python,
    "libraries": lambda stamp: ", ".join(f"{n} {v}" for n, v in sorted(stamp.libraries.items())),
    "processor": lambda stamp: stamp.host_cpu,
}
#: Those of them by which a person knows a record.
TELLING = ("seed", "live changes", "version")


def apart(records: Sequence[Record]) -> dict[str, list[str]]:
    """Return what differs between records: its name -> what it is in each, as text."""
    stamps = [record.stamp for record in records]
    key, missing = stamps[0].model, object()
    found = {}
    for name in dict.fromkeys(name for stamp in stamps for name in stamp.parameters):
        values = [stamp.parameters.get(name, missing) for stamp in stamps]
        if any(value != values[0] for value in values):
            found[called(key, name)] = [
                "not there" if value is missing else value_words(key, name, value)
                for value in values
            ]  # fmt: skip
    for name, read in FACTS.items():
        texts = [read(stamp) for stamp in stamps]
        if len(set(texts)) > 1:
            found[name] = [text or "none" for text in texts]
    return found


def labels(records: Sequence[Record]) -> list[str]:
    """Return a name for each record: what sets it apart from the others."""
    differing = apart(records)
    telling = [n for n in differing if n not in FACTS or n in TELLING][:3]
    names = [", ".join(f"{n} {differing[n][i]}" for n in telling) for i in range(len(records))]
    if len(set(names)) == len(names):
        return names
    return [", ".join(filter(None, (name, f"record {one.stamp.id[:6]}")))
            for name, one in zip(names, records, strict=True)]  # fmt: skip


def random_words(records: Sequence[Record]) -> str:
    """Return whether the records were made with the same random numbers."""
    stamps = [record.stamp for record in records]
    seeds = list(dict.fromkeys(stamp.seed for stamp in stamps))
    if len(seeds) > 1:
        return (
            f"The random numbers differ: the seeds are {', '.join(map(str, seeds))}, so a part of "
            "each difference is chance."
        )
    versions = list(dict.fromkeys(stamp.version for stamp in stamps))
    if len(versions) > 1:
        return (
            f"The seed is the same ({seeds[0]}), the versions of the workbench are not "
            f"({', '.join(versions)}): the random numbers may differ."
        )
    libraries = {json.dumps(stamp.libraries.get("numpy", "")) for stamp in stamps}
    doubt = " The versions of numpy differ, which may change them." if len(libraries) > 1 else ""
    return (
        f"All have the same random numbers (seed {seeds[0]}, version {versions[0]}), as long as "
        f"what differs does not change how many are drawn.{doubt}"
    )


def table_html(records: Sequence[Record]) -> str:
    """Return the table of what differs, a column for each record."""
    head = "".join(
        f"<th scope='col'><a href='{html.escape(opened(one.stamp.id))}'>record {i}</a></th>"
        for i, one in enumerate(records, 1)
    )
    ended = [one.stamp.created.replace("T", " ")[:16] + " UTC" for one in records]
    rows = {**apart(records), "ended": ended, "id": [one.stamp.id for one in records]}
    lines = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>"
        + "".join(f"<td>{html.escape(value)}</td>" for value in values)
        + "</tr>"
        for name, values in rows.items()
    )
    return (
        "<div class='table' role='region' aria-label='What differs' tabindex='0'><table>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def changes_words(stamp: Stamp) -> str:
    """Return the live changes of a run."""
    return "; ".join(
        f"frame {c.get('frame')}: {called(stamp.model, str(c.get('name')))} "
        f"{value_words(stamp.model, str(c.get('name')), c.get('value'))}"
        for c in stamp.changes
    )


def sentences_html(said: Sequence[str], shown: int = 4) -> str:
    """Return sentences as a list; what is beyond the first few unfolds."""
    items: list[Any] = [f"<li>{html.escape(one)}</li>" for one in said]
    rest = (
        f"<details><summary>{len(items) - shown} more</summary><ul>{''.join(items[shown:])}</ul>"
        "</details>"
        if len(items) > shown
        else ""
    )
    return f"<ul>{''.join(items[:shown])}</ul>{rest}" if items else ""
