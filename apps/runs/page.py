"""The runs page: the store, its records found, opened, tagged, noted, deleted and compared."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

import panel as pn

import models
from apps.runs.listing import RunsList
from apps.runs.words import compared, kind_of, row
from apps.shell.amounts import size
from apps.shell.frame import Browser, adapt, page
from apps.work.desk import Desk
from workbench.criteria import criteria
from workbench.entry import Entry
from workbench.parameters import ParameterError, shown
from workbench.record import RecordError
from workbench.store import Store, selected

PAGE = 20  # records that are shown at once
MOST = 4  # records that are compared
TRASHED = 50  # deleted records that are listed, the newest first


@dataclass
class Filter:
    """Which records are asked for, each as it was typed; empty for all.

    `since` and `until` are days (ISO 8601), both included; `where` is read by
    `workbench.criteria`.
    """

    model: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    where: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


class Runs(pn.viewable.Viewer):
    """What a store holds, and all that can be done with it.

    Parameters
    ----------
    store : Store
        The records.
    asked : mapping of str to str
        The page's address: the fields of a `Filter`.
    """

    def __init__(self, store: Store, asked: Mapping[str, str] | None = None) -> None:
        names = [one.name for one in fields(Filter)]
        self.store = store
        self.filter = Filter(**{n: v for n, v in (asked or {}).items() if n in names})
        self.first = 0  # number of the uppermost record
        self.chosen: list[str] = []
        self.undo: list[dict[str, str]] = []  # what was deleted here, the latest first
        self.said, self.alarm = "", False
        self.list = RunsList(self.act)
        self.refresh()
        super().__init__()

    def __panel__(self) -> Any:
        return self.list

    def act(self, said: Mapping[str, Any]) -> None:
        """Do what the page asks for, and show what has come of it."""
        deeds = {
            "filter": self.narrow, "clear": self.clear, "turn": self.turn, "choose": self.choose,
            "unchoose": self.unchoose, "delete": self.delete, "restore": self.restore,
            "empty": self.empty, "tag": self.tag, "untag": self.untag, "note": self.note,
        }  # fmt: skip
        self.said, self.alarm = "", False
        deed = deeds.get(str(said.get("act")))
        if deed is None:
            return
        try:
            deed(**{name: value for name, value in said.items() if name != "act"})
        except (RecordError, ParameterError) as refused:
            self.said, self.alarm = str(refused), True
        self.refresh()

    # What a person does

    def narrow(self, name: str, value: str) -> None:
        """Ask for other records."""
        setattr(self.filter, name, value.strip())
        self.first = 0
        self._remember()

    def clear(self) -> None:
        """Ask for all records."""
        self.filter, self.first = Filter(), 0
        self._remember()

    def turn(self, to: int) -> None:
        """Show the records from this number on."""
        self.first = to

    def choose(self, id: str, on: bool) -> None:
        """Take a record for a comparison, or leave it out."""
        self.chosen = [one for one in self.chosen if one != id] + ([id] if on else [])

    def unchoose(self) -> None:
        """Leave all records out of the comparison."""
        self.chosen = []

    def delete(self, id: str) -> None:
        """Move a record to the trash, from which Undo brings it back."""
        entry = self.store.find(id)
        trashed = self.store.delete(entry.path.name)
        self.undo.insert(0, {"file": trashed.name, "text": name_of(entry)})
        self.said = f"Deleted {name_of(entry)}."

    def restore(self, file: str) -> None:
        """Bring a deleted record back."""
        entry = self.store.restore(file)
        self.undo = [one for one in self.undo if one["file"] != file]
        self.said = f"{name_of(entry)} is back."

    def empty(self) -> None:
        """Remove for good what is in the trash."""
        number = len(self.store.deleted())
        self.store.empty_trash()
        self.undo = []
        self.said = f"{counted(number, 'deleted record')} removed for good."

    def tag(self, id: str, text: str) -> None:
        """Give a record a tag, or several with commas between."""
        self.store.tag(id, *text.split(","))

    def untag(self, id: str, text: str) -> None:
        """Take a tag from a record."""
        self.store.untag(id, text)

    def note(self, id: str, text: str) -> None:
        """Give a record a note in place of its earlier one."""
        self.store.note(id, text)

    # What is then shown

    def refresh(self) -> None:
        """Show the records that are asked for."""
        try:
            entries, trashed = self.store.list(), self.store.deleted()
        except RecordError as error:
            entries, trashed, self.said, self.alarm = [], [], str(error), True
        try:
            found, wrong = self.found(entries), ""
        except ParameterError as refused:
            found, wrong = [], str(refused)
        self.first = max(0, min(self.first, (len(found) - 1) // PAGE * PAGE))
        known = {entry.id: entry for entry in entries}
        self.chosen = [id for id in self.chosen if id in known]
        why = reason([known[id] for id in self.chosen])
        self.list.view = json.dumps({
            "filter": asdict(self.filter),
            "models": {e.model: e.title or e.model for e in entries if e.model},
            "tags": sorted({tag for e in entries for tag in e.tags}),
            "wrong": wrong, "said": self.said, "alarm": self.alarm,
            "rows": [row(e, known) for e in found[self.first : self.first + PAGE]],
            "first": self.first, "page": PAGE, "found": len(found), "all": len(entries),
            "chosen": self.chosen, "compare": "" if why else compared(self.chosen), "why": why,
            "undo": self.undo, "disk": disk(entries, trashed),
            "trash": [{"file": e.path.name, "text": name_of(e)} for e in trashed[:TRASHED]],
            "trashed": len(trashed), "start": [] if entries else start(),
        })  # fmt: skip

    def found(self, entries: list[Entry]) -> list[Entry]:
        """Return those records that are asked for.

        Raises
        ------
        ParameterError
            If the filter cannot be read.
        """
        asked = self.filter
        since, until = (day(text, name) for name, text in
                        (("since", asked.since), ("until", asked.until)))  # fmt: skip
        wanted = criteria(asked.where, entries)
        listed = selected(
            entries,
            model=asked.model or None,
            tag=asked.tag or None,
            since=since,
            until=until + datetime.timedelta(days=1) if until else None,
        )
        return [entry for entry in listed if all(one.fits(entry) for one in wanted)]

    def _remember(self) -> None:
        """Write the filter into the page's address."""
        if pn.state.location:
            asked = {name: value for name, value in asdict(self.filter).items() if value}
            pn.state.location.search = f"?{urlencode(asked)}" if asked else ""


def runs_page(desk: Desk) -> Any:
    """Return the page of all records."""
    given = pn.state.session_args or {}
    asked = {name: values[0].decode(errors="replace") for name, values in given.items()}
    made, browser = Runs(desk.store, asked), Browser()
    return adapt(page("Runs", [made, browser], [], here="/runs"), browser)


def reason(chosen: list[Entry]) -> str:
    """Return why these records cannot be compared; empty where they can."""
    if len(chosen) < 2:
        one = "One is chosen: choose" if chosen else "Choose"
        return f"{one} {'one to three more' if chosen else 'two to four records'} of one model."
    kinds = list(dict.fromkeys(entry.title or entry.model for entry in chosen))
    if len(kinds) > 1:
        return f"These are of {len(kinds)} models ({', '.join(kinds)}): choose records of one."
    if len(chosen) > MOST:
        return f"{len(chosen)} are chosen: at most {MOST} can be compared."
    if kind_of(chosen[0].model) is None:
        return f"This workbench has no model {chosen[0].model}, so it cannot draw these."
    return ""


def day(text: str, name: str) -> datetime.datetime | None:
    """Return when a day begins here.

    Raises
    ------
    ParameterError
        If the text spells no day.
    """
    if not text:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
        return found.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise ParameterError(
            f"{name} = {shown(text)} is no day: write it as in 2026-05-31."
        ) from None


def name_of(entry: Entry) -> str:
    """Return a record's name for a sentence."""
    return f"{entry.title}, seed {entry.seed}" if entry.readable else entry.path.name


def disk(entries: list[Entry], trashed: list[Entry]) -> str:
    """Return what the records take on the disk."""
    kept = taken(entries, "record")
    if not trashed:
        return f"{kept}. The trash is empty."
    return f"{kept}; {taken(trashed, 'deleted record')} more, in the trash."


def taken(entries: list[Entry], thing: str) -> str:
    """Return "1 record takes 3 MB" and the like."""
    verb = "takes" if len(entries) == 1 else "take"
    return f"{counted(len(entries), thing)} {verb} {size(sum(e.size for e in entries))}"


def counted(number: int, thing: str) -> str:
    """Return "1 record", "2 records"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def start() -> list[dict[str, str]]:
    """Return what an empty store offers to begin with: models that take seconds or less."""
    quick = ("spass", "sdm")
    return [{"text": models.get(key).title, "href": f"/lab?model={key}"} for key in quick]
