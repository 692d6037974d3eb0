"""The store: the files are the truth, the catalogue a cache, and many may use it at once."""

import datetime
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import workbench.store
from workbench import Record, RecordError, variable
from workbench.catalogue import NAME
from workbench.record import read_stamp
from workbench.store import Store, default_folder

JOURNAL = f"{NAME}-journal"


def another(record, **values):
    """Return the record under an id of its own, its stamp changed by `values`."""
    values = {"id": uuid.uuid4().hex[:12], **values}
    return Record(record.data.copy(), replace(record.stamp, **values))


def ids(entries):
    return [entry.id for entry in entries]


@pytest.fixture
def three(store, record):
    """Return a store of three records, the newest first in a list."""
    for n, model in enumerate(["walk", "walk", "sdm"]):
        created = f"2026-11-2{n}T01:10:26+00:00"
        status = "complete" if n else "partial: stopped"
        store.add(another(record, id=f"ab{n}f00d", created=created, model=model, status=status))
    return store


@pytest.fixture
def reads(monkeypatch):
    """Return a list of the files that are read from now on."""
    read = []
    said_by = workbench.store.said_by
    monkeypatch.setattr(
        workbench.store, "said_by", lambda path: read.append(path.name) or said_by(path)
    )
    return read


@pytest.fixture
def refusing(monkeypatch):
    """Return a context in which no file can be read."""

    def refuse(path):
        raise RecordError(f"{path} is damaged or no NetCDF-4 file: Permission denied")

    @contextmanager
    def refused():
        with monkeypatch.context() as patch:
            patch.setattr("workbench.entry.read_stamp", refuse)
            yield

    return refused


def test_a_record_is_stored_under_a_name_that_tells_what_it_is(store, record):
    stamp = replace(record.stamp, created="2026-11-22T01:10:26+00:00", id="508ad9235c19")
    path = store.add(Record(record.data, stamp))
    assert path == store.folder / "walk_2026-11-22T01-10-26_seed7_508ad9235c19.nc"
    read = store.open("508ad9235c19")
    assert read.stamp == stamp
    xr.testing.assert_identical(read.data, Record(record.data, stamp).data)


@pytest.mark.parametrize("model", ["../../etc", "", ".hidden", "a/b\0c", "記憶", "x" * 500])
def test_a_name_never_leads_out_of_the_folder(model, store, record):
    path = store.add(another(record, model=model, id="../x"))
    assert path.parent == store.folder
    assert [entry.path for entry in store.list()] == [path]


def test_an_entry_tells_what_the_record_is(store, record):
    path = store.add(record)
    (entry,) = store.list()
    stamp = record.stamp
    assert (entry.id, entry.path, entry.model) == (stamp.id, path, "walk")
    assert (entry.title, entry.seed, entry.created) == ("Random walk", 7, stamp.created)
    assert (entry.parameters, entry.wall_time) == (stamp.parameters, stamp.wall_time)
    assert (entry.size, entry.tags, entry.note) == (path.stat().st_size, [], "")
    assert entry.complete and entry.readable and entry.problem == ""
    assert Store(store.folder).list() == [entry] == [store.find(stamp.id)]


def test_an_empty_or_missing_store_lists_nothing(store):
    assert store.list() == store.deleted() == []
    assert store.size == 0
    assert not store.folder.exists()


def test_a_list_is_narrowed_and_the_newest_comes_first(three):
    three.tag("ab1f00d", "keep")
    assert ids(three.list()) == ["ab2f00d", "ab1f00d", "ab0f00d"]
    assert ids(three.list(model="walk")) == ["ab1f00d", "ab0f00d"]
    assert ids(three.list(model="wal")) == []
    assert ids(three.list(tag="keep")) == ["ab1f00d"]
    assert ids(three.list(status="complete")) == ["ab2f00d", "ab1f00d"]
    assert ids(three.list(status="partial")) == ["ab0f00d"]
    assert ids(three.list(status="unreadable")) == []
    assert ids(three.list(model="walk", status="complete", tag="keep")) == ["ab1f00d"]


def test_a_list_is_narrowed_to_a_time_in_any_zone(three):
    exactly = datetime.datetime(2026, 11, 21, 1, 10, 26, tzinfo=datetime.UTC)
    assert ids(three.list(since=exactly)) == ["ab2f00d", "ab1f00d"]
    assert ids(three.list(until=exactly)) == ["ab0f00d"]
    east = datetime.timezone(datetime.timedelta(hours=9))
    assert ids(three.list(since=exactly.astimezone(east))) == ["ab2f00d", "ab1f00d"]
    assert ids(three.list(since=datetime.datetime(2026, 11, 23))) == []


def test_a_record_is_found_by_id_by_its_beginning_and_by_file_name(three):
    entry = three.find("ab1f00d")
    assert three.find("ab1") == three.find(entry.path.name) == entry
    assert three.open("ab1").stamp.id == "ab1f00d"


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("ab", r"'ab' fits 3 records \(.*ab0f00d\.nc, .*\): give more of the id"),
        ("xyz", "There is no record 'xyz'"),
        ("", "There is no record ''"),
        ("b1f", "There is no record 'b1f'"),
        ("x" * 10_000, r"There is no record 'x{56}\.\.\."),
    ],
)
def test_an_unknown_or_ambiguous_id_is_told(id, sentence, three):
    for use in (three.find, three.open, three.tag, three.untag, three.delete):
        with pytest.raises(RecordError, match=sentence):
            use(id)
    with pytest.raises(RecordError, match=sentence):
        three.note(id, "x")


def test_a_copy_made_by_hand_has_the_same_id_and_is_told_by_its_name(store, record):
    path = store.add(record)
    shutil.copy(path, store.folder / "copy.nc")
    with pytest.raises(RecordError, match=r"fits 2 records \(copy\.nc, walk_"):
        store.find(record.stamp.id)
    store.tag("copy.nc", "copied")
    assert store.find("copy.nc").tags == ["copied"]
    assert store.find(path.name).tags == []


def test_tags_and_notes_are_kept_in_the_file(store, record):
    path = store.add(record)
    store.tag(path.name, "  to   keep ", "figure 2", "to keep", "", "記憶")
    entry = store.note(path.name, " Two lines:\nü\0\x1b ")
    assert entry.tags == ["to keep", "figure 2", "記憶"]
    assert entry.note == "Two lines:\nü"
    assert store.untag(path.name, "figure 2", "never given").tags == ["to keep", "記憶"]
    shutil.copy(path, store.folder.parent / "elsewhere.nc")
    stamp = read_stamp(store.folder.parent / "elsewhere.nc")
    assert (stamp.tags, stamp.note) == (["to keep", "記憶"], "Two lines:\nü")
    store.rebuild()
    assert store.find(path.name) == Store(store.folder).list()[0]
    assert store.find(path.name).tags == ["to keep", "記憶"]


def test_tags_and_notes_leave_the_rest_of_the_file_alone(store, record):
    path = store.add(record)
    store.tag(path.name, "a")
    store.note(path.name, "b")
    read = store.open(record.stamp.id)
    assert read.stamp == replace(record.stamp, tags=["a"], note="b")
    xr.testing.assert_identical(read.data.drop_attrs(), record.data.drop_attrs())
    assert {p.name for p in store.folder.iterdir()} == {path.name, NAME, ".lock"}


def test_a_tag_that_is_there_already_changes_nothing(store, record):
    path = store.add(record)
    store.tag(path.name, "a")
    before = path.stat()
    assert store.tag(path.name, "a").tags == ["a"]
    assert path.stat() == before


def test_a_tag_or_note_of_endless_length_is_refused(store, record):
    store.add(record)
    with pytest.raises(RecordError, match="A tag has at most 100 characters, not 101"):
        store.tag(record.stamp.id, "x" * 101)
    with pytest.raises(RecordError, match="A note has at most 100,000 characters"):
        store.note(record.stamp.id, "x" * 100_001)


def test_what_was_deleted_is_restored_with_its_tags(three):
    three.tag("ab1", "keep")
    entry = three.find("ab1")
    three.delete("ab1")
    assert ids(three.list()) == ["ab2f00d", "ab0f00d"]
    assert ids(three.deleted()) == ["ab1f00d"]
    assert Store(three.folder).restore("ab1").tags == ["keep"]
    assert three.find("ab1") == entry
    assert three.deleted() == []
    with pytest.raises(RecordError, match="There is no record 'ab1'"):
        three.restore("ab1")


def test_delete_tells_where_the_file_is_now_and_the_trash_is_read_once(three, reads):
    trashed = three.delete("ab1")
    assert trashed.is_file() and trashed.parent.parent == three.folder
    reads.clear()
    assert ids(three.deleted()) == ids(three.deleted()) == ["ab1f00d"]
    assert reads == [trashed.name]
    assert three.restore(trashed.name).id == "ab1f00d"


def test_an_entry_knows_what_a_run_must_be_repeated_with(store, record):
    changes = [{"frame": 1, "name": "drift", "value": 2.0}]
    store.add(another(record, changes=changes))
    for one in (store, Store(store.folder)):  # read from the file, and from the catalogue
        (entry,) = one.list()
        assert (entry.changes, entry.version) == (changes, record.stamp.version)


def test_the_trash_is_emptied_for_good(three):
    full = three.size
    three.delete("ab1")
    three.delete("ab2")
    assert three.size == full
    three.empty_trash()
    assert three.deleted() == []
    assert three.size == three.find("ab0").size < full


def test_the_trash_never_overwrites_and_a_restored_file_never_does(store, record):
    path = store.add(record)
    store.delete(record.stamp.id)
    store.add(another(record, id=record.stamp.id, note="second"))
    with pytest.raises(RecordError, match=f"There is a file {path.name} in the store already"):
        store.restore(record.stamp.id)
    store.delete(record.stamp.id)
    assert sorted(entry.note for entry in store.deleted()) == ["", "second"]
    (second,) = [entry for entry in store.deleted() if entry.note == "second"]
    assert store.restore(second.path.name).note == "second"


def test_files_moved_by_hand_are_seen_at_once(three, tmp_path):
    path = three.find("ab1").path
    os.rename(path, tmp_path / "away.nc")
    assert ids(three.list()) == ["ab2f00d", "ab0f00d"]
    os.rename(tmp_path / "away.nc", three.folder / "under another name.nc")
    assert ids(three.list()) == ["ab2f00d", "ab1f00d", "ab0f00d"]
    os.replace(three.find("ab0").path, three.folder / "under another name.nc")
    assert ids(three.list()) == ["ab2f00d", "ab0f00d"]
    (three.folder / "notes.txt").touch()
    assert len(Store(three.folder).list()) == 2


def test_what_another_store_does_is_seen_at_once(store, record):
    other = Store(store.folder)
    store.add(record)
    assert ids(other.list()) == [record.stamp.id]
    other.tag(record.stamp.id, "by the other")
    assert store.find(record.stamp.id).tags == ["by the other"]
    store.delete(record.stamp.id)
    assert other.list() == []


@pytest.fixture
def unreadable(three):
    """Return a store of three records among files that are none."""
    whole = three.find("ab0").path.read_bytes()
    (three.folder / "empty.nc").touch()
    (three.folder / "noise.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(range(256)))
    (three.folder / "cut.nc").write_bytes(whole[: len(whole) // 2])
    xr.Dataset({"x": 1}).to_netcdf(three.folder / "foreign.nc", engine="h5netcdf")
    (three.folder / "folder.nc").mkdir()
    (three.folder / "nowhere.nc").symlink_to("nothing")
    (three.folder / "loop.nc").symlink_to("loop.nc")
    with open(os.fsencode(three.folder) + b"/\xff\xfe.nc", "wb"):
        pass
    os.utime(three.folder / "empty.nc", (1e9, 1e9))
    return three


def test_files_that_are_no_records_are_listed_with_the_reason(unreadable):
    for store in (unreadable, Store(unreadable.folder)):
        assert ids(store.list(status="complete")) == ["ab2f00d", "ab1f00d"]
        listed = {entry.id: entry for entry in store.list(status="unreadable")}
        assert set(listed) == {"empty.nc", "noise.nc", "cut.nc", "foreign.nc", "\udcff\udcfe.nc"}
        assert not any(entry.readable or entry.complete for entry in listed.values())
        assert "is damaged or no NetCDF-4 file" in listed["cut.nc"].problem
        assert "is not a record of this workbench" in listed["foreign.nc"].problem
        assert listed["empty.nc"].created == "2001-09-09T01:46:40+00:00"
        assert store.list()[-1].id == "empty.nc"
    unreadable.rebuild()
    assert len(unreadable.list()) == 8


def test_a_file_that_is_no_record_can_be_deleted_and_restored(unreadable):
    for use in (unreadable.open, unreadable.tag):
        with pytest.raises(RecordError, match="is damaged"):
            use("cut.nc")
    unreadable.delete("cut.nc")
    assert "cut.nc" not in ids(unreadable.list())
    assert not unreadable.restore("cut.nc").readable


def test_a_file_that_becomes_whole_is_a_record_from_then_on(unreadable):
    (unreadable.folder / "cut.nc").write_bytes(unreadable.find("ab0").path.read_bytes())
    assert unreadable.find("cut.nc").id == "ab0f00d"


def test_a_file_that_may_be_read_again_is_a_record_from_then_on(three, refusing):
    (three.folder / NAME).unlink()
    for store in (three, Store(three.folder)):
        path = store.find("ab1").path
        with refusing():
            later = Store(three.folder)
            later._catalogue.replace({})
            assert [entry.readable for entry in later.list()] == [False] * 3
        assert [entry.readable for entry in later.list()] == [True] * 3
        store.delete("ab1")
        with refusing():
            assert not later.restore(path.name).readable
        assert later.find("ab1").readable and Store(three.folder).find("ab1").readable


def test_a_file_that_goes_away_while_it_is_read_is_not_listed(three, monkeypatch):
    path = three.find("ab1").path
    said_by = workbench.store.said_by
    monkeypatch.setattr(workbench.store, "said_by", lambda p: path.unlink(True) or said_by(p))
    os.utime(path, ns=(1, 1))
    assert ids(three.list()) == ["ab2f00d", "ab0f00d"]


def test_a_rebuilt_catalogue_says_what_the_files_say(three):
    expected = three.list()
    with sqlite3.connect(three.folder / NAME) as db:
        db.execute("UPDATE files SET said = replace(said, 'Random walk', 'Anything')")
    db.close()
    store = Store(three.folder)
    assert {entry.title for entry in store.list()} == {"Anything"}
    store.rebuild()
    assert store.list() == Store(three.folder).list() == expected


def test_another_file_of_the_same_size_and_time_is_another_file(store, record):
    path = store.add(record)
    store.note(path.name, "first words")
    other = store.folder / "other.txt"
    other.write_bytes(path.read_bytes().replace(b"first words", b"other words"))
    os.utime(other, ns=(path.stat().st_mtime_ns,) * 2)
    assert other.stat().st_size == path.stat().st_size
    os.replace(other, path)
    assert store.find(path.name).note == "other words"
    assert Store(store.folder).find(path.name).note == "other words"


def test_tags_that_are_no_words_do_no_harm(store, record):
    store.add(another(record, id="odd", tags=[1, {"a": []}]))
    assert store.list(tag="1")[0].tags == ["1", "{'a': []}"]
    assert store.tag("odd", "word").tags == ["1", "{'a': []}", "word"]


def test_the_catalogue_saves_reading_the_files_again(three, reads):
    three.list()
    assert ids(Store(three.folder).list()) == ["ab2f00d", "ab1f00d", "ab0f00d"]
    assert reads == []
    path = three.find("ab1").path
    os.utime(path, ns=(1, 1))
    Store(three.folder).list()
    Store(three.folder).list()
    three.list()
    assert reads == [path.name]


def test_the_catalogue_forgets_files_that_are_gone(three):
    three.find("ab1").path.unlink()
    Store(three.folder).list()
    with sqlite3.connect(three.folder / NAME) as db:
        assert db.execute("SELECT count(*) FROM files").fetchone() == (2,)
    db.close()


def foreign(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE files (something)")
        db.execute("INSERT INTO files VALUES ('else')")
    db.close()


def untrue(path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE files SET said = '{'")
    db.close()


def of_a_later_layout(path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE files SET said = '{\"more\": 1}'")
        db.execute("PRAGMA user_version = 99")
    db.close()


def killed_while_writing(path):
    """Leave what a process leaves that was killed in the middle, but not its catalogue."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA cache_size = 1")
    db.execute("UPDATE files SET said = 'x' || hex(zeroblob(20000))")
    journal = path.with_name(JOURNAL).read_bytes()
    db.rollback()
    db.close()
    path.unlink()
    path.with_name(JOURNAL).write_bytes(journal)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database " * 1000),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xaa" * 8192),
        lambda path: (path.unlink(), foreign(path)),
        untrue,
        of_a_later_layout,
        killed_while_writing,
        lambda path: path.with_name(JOURNAL).write_bytes(b"?" * 5000),
    ],
    ids=[
        "missing",
        "empty",
        "noise",
        "cut",
        "overwritten",
        "foreign",
        "untrue",
        "later",
        "killed",
        "journal",
    ],
)
def test_a_damaged_catalogue_is_made_anew_from_the_files(damage, three, reads):
    expected = three.list()
    damage(three.folder / NAME)
    assert three.list() == expected
    assert Store(three.folder).list() == expected
    read = len(reads)
    assert Store(three.folder).list() == expected
    assert len(reads) == read, "the catalogue was not written anew"
    assert not (three.folder / JOURNAL).exists()


def test_a_catalogue_that_cannot_be_written_is_done_without(three, reads):
    (three.folder / NAME).unlink()
    (three.folder / NAME).mkdir()
    store = Store(three.folder)
    assert len(store.list()) == len(store.list()) == len(reads) == 3
    three.tag("ab1", "keep")
    assert three.find("ab1").tags == ["keep"]
    assert not list(three.folder.glob(".*.part"))


def test_a_locked_catalogue_is_done_without(three, monkeypatch):
    monkeypatch.setattr(workbench.catalogue, "PATIENCE", 0.05)
    expected, same = three.list(), (three.folder / NAME).stat().st_ino
    db = sqlite3.connect(three.folder / NAME, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    assert Store(three.folder).list() == expected
    db.close()
    assert (three.folder / NAME).stat().st_ino == same


def test_a_read_only_store_is_listed_and_opened(three, record, read_only):
    (three.folder / NAME).unlink()
    read_only(three.folder)
    store = Store(three.folder)
    assert ids(store.list()) == ["ab2f00d", "ab1f00d", "ab0f00d"]
    assert store.open("ab1").stamp.id == "ab1f00d"
    store.rebuild()
    for change in (store.tag, store.untag, store.delete):
        with pytest.raises(RecordError, match="cannot be changed: "):
            change("ab1")
        with pytest.raises(RecordError, match="There is no record 'xy'"):
            change("xy")
    with pytest.raises(RecordError, match="could not be written"):
        store.add(record)
    assert ids(store.list()) == ["ab2f00d", "ab1f00d", "ab0f00d"]


def test_a_full_disk_is_told_and_harms_nothing(record, small_disk):
    store = Store(small_disk)
    store.add(record)
    noise = np.random.default_rng(0).random(10**5)
    large = Record(xr.Dataset({"x": variable("time", noise, "1", "x")}), record.stamp)
    with pytest.raises(RecordError, match="could not be written: .*No space left"):
        store.add(another(large))
    (small_disk / "filler").write_bytes(b"\1" * (small_disk.stat().st_blksize * 4))
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "more").write_bytes(b"\1" * 10**6)
    with pytest.raises(RecordError):
        store.tag(record.stamp.id, "a")
    with pytest.raises(RecordError):
        store.note(record.stamp.id, "n" * 50_000)
    for use in (store, Store(small_disk)):
        assert ids(use.list()) == [record.stamp.id]
    xr.testing.assert_identical(store.open(record.stamp.id).data, record.data)


@pytest.mark.parametrize("place", ["file", "file/runs"])
def test_a_folder_that_cannot_be_is_told(place, record, tmp_path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / place)
    with pytest.raises(RecordError, match="cannot be listed"):
        store.list()
    with pytest.raises(RecordError, match="cannot be made"):
        store.add(record)


def test_what_killed_processes_left_is_swept_after_a_day(three):
    old, young = (three.folder / f".a.nc.1-{n}.part" for n in "01")
    other = three.folder / "mine.part"
    for path in (old, young, other):
        path.touch()
        os.utime(path, (time.time() - 90_000,) * 2)
    os.utime(young)
    three.list()
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_the_folder_is_said_by_argument_variable_or_platform(monkeypatch, tmp_path):
    monkeypatch.setenv("ENGRAM_RUNS", str(tmp_path / "variable"))
    assert Store().folder == tmp_path / "variable"
    assert Store(tmp_path / "argument").folder == tmp_path / "argument"
    monkeypatch.delenv("ENGRAM_RUNS")
    assert default_folder().parts[-2:] == ("engram-workbench", "runs")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store("~/runs").folder == tmp_path / "runs"
    monkeypatch.chdir(tmp_path)
    assert Store("here").folder == tmp_path / "here"


BUSY = """
import sys, uuid
from dataclasses import replace
from workbench import Record
from workbench.store import Store

store, me = Store(sys.argv[1]), sys.argv[2]
first = Record.open(sys.argv[3])
for n in range(4):
    store.add(Record(first.data, replace(first.stamp, id=uuid.uuid4().hex[:12], note=me)))
    store.tag("0123456789ab", f"{me}-{n}")
    assert all(entry.readable for entry in store.list())
    if n == 2:
        store.rebuild()
"""


def test_many_processes_may_use_one_store(store, record, tmp_path):
    outside = record.save(tmp_path / "a.nc")
    store.add(another(record, id="0123456789ab"))
    asked = [
        [sys.executable, "-W", "error", "-c", BUSY, store.folder, str(n), outside] for n in range(3)
    ]
    running = [subprocess.Popen(each, stderr=subprocess.PIPE, text=True) for each in asked]
    said = [each.communicate(timeout=60)[1] for each in running]
    assert said == [""] * 3
    assert set(store.find("0123456789ab").tags) == {f"{p}-{n}" for p in range(3) for n in range(4)}
    for use in (store, Store(store.folder)):
        assert len(use.list()) == 13
    assert sorted(e.note for e in store.list() if e.note) == sorted("012" * 4)
    assert not list(store.folder.glob(".*.part"))


def test_many_threads_may_use_one_store(store, record):
    store.add(another(record, id="0123456789ab"))
    failed = []

    def busy(me):
        try:
            for n in range(5):
                store.add(another(record))
                store.tag("0123456789ab", f"{me}-{n}")
                store.list()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=busy, args=(me,)) for me in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(store.list()) == len(Store(store.folder).list()) == 21
    assert len(store.find("0123456789ab").tags) == 20


def test_the_lock_of_a_killed_process_ends_with_it(store, record):
    store.add(record)
    code = (
        "import os, sys; from pathlib import Path; from workbench.catalogue import alone\n"
        "with alone(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, store.folder]).returncode == -9
    assert store.tag(record.stamp.id, "a").tags == ["a"]


def test_a_lock_that_is_held_too_long_is_told(store, record, monkeypatch):
    store.add(record)
    monkeypatch.setattr(workbench.catalogue, "PATIENCE", 0.05)
    with (
        workbench.catalogue.alone(store.folder),
        pytest.raises(RecordError, match="cannot be changed: database is locked"),
    ):
        store.tag(record.stamp.id, "a")
