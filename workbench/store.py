"""A folder of records: add, list, find, open, tag, note, delete and restore them.

The files are the truth. The catalogue beside them only saves reading them again, so files may be
copied in, moved and removed by hand, by other processes and while the workbench runs.
"""

from __future__ import annotations

import datetime
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import platformdirs

from workbench.catalogue import Catalogue, Row, alone
from workbench.entry import Entry, file_name, files, only, said_by, signature
from workbench.record import Record, RecordError, first_line, read_stamp, replacing
from workbench.stamp import PREFIX, Stamp, attributes, storable

#: Environment variable that says where the records are.
VARIABLE = "ENGRAM_RUNS"
TRASH = ".trash"
#: Characters of a tag, and of a note.
LONGEST_TAG, LONGEST_NOTE = 100, 100_000

Status = Literal["complete", "partial", "unreadable"]
Entries = list[Entry]


class Store:
    """The records in a folder; many processes may use it at once.

    Parameters
    ----------
    folder : path, optional
        Where the records are, made when the first is added. Otherwise the environment variable
        ENGRAM_RUNS says it, otherwise it is the user's data folder.

    Notes
    -----
    A record is named by its id, by any beginning of the id that only it has, or by its file's
    name. All methods raise `RecordError`, with a sentence, if there is no such record, if several
    fit, or if the disk is full or read-only.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder or default_folder()).expanduser().absolute()
        self._catalogue = Catalogue(self.folder)
        self._known: dict[str, Row] = {}
        self._thrown: dict[str, Row] = {}  # what is known of the trash

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    def add(self, record: Record) -> Path:
        """Write a record into the store and return its path."""
        make(self.folder)
        path = record.save(self.folder / file_name(record.stamp))
        self._learn(path)
        return path

    def put(self, content: bytes, stamp: Stamp) -> Path:
        """Write a record whose file is made already, as by `Record.encoded`; return its path."""
        make(self.folder)
        path = self.folder / file_name(stamp)
        with replacing(path) as temporary:
            temporary.write_bytes(content)
        self._learn(path)
        return path

    def list(
        self,
        model: str | None = None,
        tag: str | None = None,
        status: Status | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
    ) -> Entries:
        """Return what is in the store, the newest first.

        Parameters
        ----------
        model, tag, status
            Only records of this model, with this tag, complete, partial or unreadable.
        since, until : datetime
            Only what was created at `since` or later, and before `until`.
        """
        return selected(self._entries(), model, tag, status, since, until)

    def find(self, id: str) -> Entry:
        """Return the entry of a record."""
        return only(self._entries(), id)

    def open(self, id: str) -> Record:
        """Read a record from its file."""
        return Record.open(self.find(id).path)

    def tag(self, id: str, *tags: str) -> Entry:
        """Add tags to a record."""
        new = [cleaned(" ".join(tag.split()), LONGEST_TAG, "tag") for tag in tags]
        return self._amend(id, lambda stamp: replace(stamp, tags=united(stamp.tags, new)))

    def untag(self, id: str, *tags: str) -> Entry:
        """Take tags from a record; those that it does not have are passed over."""
        return self._amend(
            id, lambda stamp: replace(stamp, tags=[t for t in stamp.tags if t not in tags])
        )

    def note(self, id: str, text: str) -> Entry:
        """Give a record this note in place of an earlier one."""
        new = cleaned(text.strip(), LONGEST_NOTE, "note")
        return self._amend(id, lambda stamp: replace(stamp, note=new))

    def delete(self, id: str) -> Path:
        """Move a record's file to the trash, a folder inside the store; return where it is now."""
        with self._changing(id) as entry:
            make(self.folder / TRASH)
            to = free(self.folder / TRASH / entry.path.name)
            move(entry.path, to)
        return to

    def deleted(self) -> Entries:
        """Return what is in the trash, the newest first."""
        trash, found = self.folder / TRASH, files(self.folder / TRASH)
        known = {n: row for n, row in self._thrown.items() if found.get(n) == row[0]}
        known |= {n: (found[n], said_by(trash / n)) for n in found.keys() - known.keys()}
        self._thrown = known
        return newest_first(Entry(trash / n, s[0], **row) for n, (s, row) in known.items())

    def restore(self, id: str) -> Entry:
        """Bring a deleted record back."""
        path = only(self.deleted(), id).path
        back = self.folder / path.name
        with alone(self.folder):
            if back.exists():
                raise RecordError(f"There is a file {path.name} in the store already.")
            move(path, back)
        return self._learn(back)

    def empty_trash(self) -> None:
        """Remove for good what was deleted."""
        for entry in self.deleted():
            try:
                entry.path.unlink(missing_ok=True)
            except OSError as error:
                raise RecordError(f"{entry.path} cannot be removed: {first_line(error)}") from error

    def rebuild(self) -> None:
        """Write the catalogue anew from the files."""
        self._known = {}
        self._catalogue.replace({})
        self._entries()

    @property
    def size(self) -> int:
        """Bytes that the records take on the disk, those in the trash included."""
        return sum(
            size for f in (self.folder, self.folder / TRASH) for size, *_ in files(f).values()
        )

    def _entries(self) -> Entries:
        """Return an entry for every file, reading those that are new or have changed."""
        found, known = files(self.folder), self._known
        if any(name not in known or known[name][0] != sign for name, sign in found.items()):
            known = known | self._catalogue.rows()
        gone = known.keys() - found.keys()
        known = {n: known[n] for n, sign in found.items() if n in known and known[n][0] == sign}
        read = {n: (found[n], said_by(self.folder / n)) for n in found.keys() - known.keys()}
        fresh = {n: row for n, row in read.items() if not row[1].get("problem")}
        self._known = known | fresh
        if fresh or gone:
            self._catalogue.update(fresh, gone)
        entries = [Entry(self.folder / n, s[0], **row) for n, (s, row) in (known | read).items()]
        return [entry for entry in entries if entry.readable or entry.path.exists()]

    def _learn(self, path: Path) -> Entry:
        """Put a file that was just written into the catalogue and return its entry."""
        try:
            row = (signature(path), said_by(path))
        except OSError as error:
            raise RecordError(f"{path} went away meanwhile: {first_line(error)}") from error
        if not row[1].get("problem"):
            self._known[path.name] = row
            self._catalogue.update({path.name: row})
        return Entry(path, row[0][0], **row[1])

    @contextmanager
    def _changing(self, id: str) -> Iterator[Entry]:
        """Find a record that nobody else changes meanwhile."""
        self.find(id)  # an unknown id is told as such even where nothing can be locked
        with alone(self.folder):
            yield self.find(id)

    def _amend(self, id: str, change: Callable[[Stamp], Stamp]) -> Entry:
        """Write tags and note of a changed stamp into a record's file."""
        import h5py

        with self._changing(id) as entry:
            before = read_stamp(entry.path)
            after = change(before)
            if after == before:
                return entry
            with replacing(entry.path) as temporary:
                # In memory, since the HDF5 library crashes the process when a disk is full.
                content = io.BytesIO(entry.path.read_bytes())
                with h5py.File(content, "r+") as file:
                    for name in (f"{PREFIX}tags", f"{PREFIX}note"):
                        file.attrs[name] = attributes(after)[name]
                temporary.write_bytes(content.getbuffer())
            return self._learn(entry.path)


def default_folder() -> Path:
    """Return where records are when nobody says."""
    said = os.environ.get(VARIABLE)
    return Path(said) if said else platformdirs.user_data_path("engram-workbench", False) / "runs"


def selected(
    entries: Iterable[Entry],
    model: str | None = None,
    tag: str | None = None,
    status: Status | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> Entries:
    """Return those entries that are asked for, as `Store.list` does."""
    return newest_first(
        entry
        for entry in entries
        if model in (None, entry.model)
        and (tag is None or tag in entry.tags)
        and status in (None, entry.status.partition(":")[0])
        and (since is None or entry.created >= utc(since))
        and (until is None or entry.created < utc(until))
    )


def newest_first(entries: Iterable[Entry]) -> Entries:
    """Return entries in the order of a list."""
    return sorted(entries, key=lambda entry: (entry.created, entry.path.name), reverse=True)


def united(tags: Iterable[str], new: Iterable[str]) -> list[str]:
    """Return tags and new tags, each once and none empty."""
    return [tag for tag in dict.fromkeys([*map(str, tags), *new]) if tag]


def cleaned(text: str, longest: int, what: str) -> str:
    """Return the text without control characters, or refuse one that is too long."""
    if len(text) > longest:
        raise RecordError(f"A {what} has at most {longest:,} characters, not {len(text):,}.")
    return "".join(c for c in storable(text) if c >= " " or c == "\n")


def utc(when: datetime.datetime) -> str:
    """Return a point of time as stamps write it; one without a zone is local time."""
    return when.astimezone(datetime.UTC).isoformat(timespec="seconds")


def make(folder: Path) -> None:
    """Make a folder unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{folder} cannot be made: {first_line(error)}") from error


def move(path: Path, to: Path) -> None:
    """Move a file within the store."""
    try:
        os.replace(path, to)
    except OSError as error:
        raise RecordError(f"{path} cannot be moved: {first_line(error)}") from error


def free(path: Path) -> Path:
    """Return this path or, where a file has it, the next one that is free."""
    others = (path.with_name(f"{path.stem}~{n}{path.suffix}") for n in range(2, 1_000_000))
    return path if not path.exists() else next(other for other in others if not other.exists())
