"""The catalogue of a store: what its files say of themselves, kept to save reading them again.

It is a cache and nothing else. Missing, damaged, foreign or on a read-only disk, it costs time
and never an answer: what it does not know is read from the files and written down anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from workbench.record import RecordError, replacing

NAME = "catalogue.sqlite"
LOCK = ".lock"
#: Layout of the table; a catalogue of another layout is written anew.
LAYOUT = 3
#: Seconds to wait for another process that is writing.
PATIENCE = 30

#: A file's size, time of change and number on the disk: a file that differs is read again.
Signature = tuple[int, int, int]
#: The signature and what the file said.
Row = tuple[Signature, dict]


class Catalogue:
    """Rows by file name in one SQLite file; any process may read and write it at any time.

    Parameters
    ----------
    folder : Path
        The store's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def rows(self) -> dict[str, Row]:
        """Return all rows by file name; none where the catalogue cannot be read."""
        try:
            with closing(self._connect("ro")) as db:
                found = db.execute("SELECT name, signature, said FROM files").fetchall()
            return {json.loads(name): (_signature(sig), json.loads(x)) for name, sig, x in found}
        except (sqlite3.Error, ValueError, TypeError):
            return {}

    def update(self, rows: Mapping[str, Row], gone: Iterable[str] = ()) -> None:
        """Write rows down and cross out those of files that are gone, as far as it goes."""
        try:
            with closing(self._connect("rw")) as db, db:
                db.executemany("DELETE FROM files WHERE name = ?", [(_text(n),) for n in gone])
                _insert(db, rows)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_BUSY:
                self.replace(rows)

    def replace(self, rows: Mapping[str, Row]) -> None:
        """Write a new catalogue beside the old one and put it in its place, as far as it goes."""
        with suppress(OSError, sqlite3.Error), replacing(self._path) as temporary:
            with closing(sqlite3.connect(temporary)) as db, db:
                db.execute("PRAGMA journal_mode = MEMORY")
                db.execute("CREATE TABLE files (name PRIMARY KEY, signature, said)")
                db.execute(f"PRAGMA user_version = {LAYOUT}")
                _insert(db, rows)
            # Left by a killed process, it would be played back into the new catalogue.
            self._path.with_name(f"{NAME}-journal").unlink(missing_ok=True)

    def _connect(self, mode: str) -> sqlite3.Connection:
        """Open the catalogue that is there, or raise sqlite3.Error."""
        db = sqlite3.connect(f"{self._path.as_uri()}?mode={mode}", uri=True, timeout=PATIENCE)
        try:
            if db.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
                raise sqlite3.DatabaseError("another layout")
        except sqlite3.Error:
            db.close()
            raise
        return db


def _insert(db: sqlite3.Connection, rows: Mapping[str, Row]) -> None:
    texts = [(_text(name), _text(sig), _text(said)) for name, (sig, said) in rows.items()]
    db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", texts)


def _text(value) -> str:
    """Return JSON in plain ASCII, which holds even file names that are no valid text."""
    return json.dumps(value)


def _signature(text: str) -> Signature:
    size, changed, number = json.loads(text)
    return size, changed, number


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let no other process or thread change records of this folder until done.

    The lock is one on an SQLite file, which works on every system and ends with its process.

    Raises
    ------
    RecordError
        If the folder cannot be written to, or stays locked.
    """
    try:
        with closing(sqlite3.connect(folder / LOCK, PATIENCE, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            yield
    except sqlite3.Error as error:
        raise RecordError(f"The records in {folder} cannot be changed: {error}") from error
