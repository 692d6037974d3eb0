"""A record is written whole or not at all, and read back as it was."""

import os
import subprocess
import sys
from dataclasses import replace

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import Record, RecordError, variable
from workbench.record import read_stamp, replacing
from workbench.stamp import FORMAT, Stamp, stamp_from


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the path of a record's file, not to be changed, and its bytes."""
    from toys import Walk

    import workbench

    path = tmp_path_factory.mktemp("record") / "walk.nc"
    workbench.run(Walk(steps=300), seed=1, progress=False).save(path)
    return path, path.read_bytes()


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


def test_data_and_stamp_are_read_back_as_they_were(record, tmp_path):
    read = Record.open(record.save(tmp_path / "a.nc"))
    xr.testing.assert_identical(read.data, record.data)
    assert read.stamp == record.stamp
    assert {type(read.stamp.seed), type(read.stamp.wall_time)} == {int, float}
    assert listed(tmp_path) == ["a.nc"]


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(0, 1, 3000).reshape(30, 100),
        np.arange(3000, dtype=np.int16),
        np.arange(3000) % 3 == 0,
        np.array([1.5, np.nan, np.inf], np.float32),
        np.array(["ü", "記憶", ""]),
        np.array(2**60),
        np.zeros((0, 4)),
    ],
    ids=lambda values: f"{values.dtype}{values.shape}",
)
@pytest.mark.parametrize("units", ["1", "ms", "days", "s"])
def test_values_of_every_kind_are_read_back_as_they_were(values, units, record, tmp_path):
    dims = ("time", "cell")[: values.ndim]
    data = xr.Dataset({"x": variable(dims, values, units, "anything")})
    path = Record(data, record.stamp).save(tmp_path / "a.nc")
    read = Record.open(path).data
    xr.testing.assert_identical(read, data)
    assert read.x.dtype == values.dtype


@given(
    note=st.text(max_size=50),
    tags=st.lists(st.text(max_size=8), max_size=3),
    status=st.text(max_size=20),
)
@settings(max_examples=25, deadline=None)
def test_any_words_in_a_stamp_can_be_written(note, tags, status, stored, tmp_path_factory):
    stamp = replace(read_stamp(stored[0]), note=note, tags=tags, status=status)
    path = tmp_path_factory.mktemp("words") / "a.nc"
    Record(xr.Dataset(), stamp).save(path)
    read = read_stamp(path)
    assert read.tags == tags
    assert (read.note, read.status) == (note.replace("\0", ""), status.replace("\0", ""))


def test_half_a_character_and_a_zero_byte_do_not_stop_the_writing(record, tmp_path):
    stamp = replace(record.stamp, status="partial: \0 \udc80", note="n" * 100_000)
    path = Record(record.data, stamp).save(tmp_path / "a.nc")
    assert read_stamp(path).status == "partial:  ?"
    assert len(read_stamp(path).note) == 100_000


def test_thousands_of_live_changes_can_be_written(record, tmp_path):
    changes = [{"frame": n, "name": "drift", "value": n / 7} for n in range(5000)]
    path = Record(record.data, replace(record.stamp, changes=changes)).save(tmp_path / "a.nc")
    assert read_stamp(path).changes == changes


def test_the_file_is_read_by_xarray_alone(record, tmp_path):
    path = record.save(tmp_path / "a.nc")
    with xr.open_dataset(path) as data:
        xr.testing.assert_identical(data.load(), record.data)
        assert data.attrs["title"] == record.stamp.line()
        assert data.attrs["source"] == f"engram-workbench {record.stamp.version}"
        assert data.position.attrs == {"units": "m", "long_name": "position"}


@pytest.mark.parametrize("broken", ["pathlib.Path.write_bytes", "os.replace", "os.fsync"])
def test_an_error_while_writing_leaves_the_earlier_file(broken, record, tmp_path, monkeypatch):
    path = record.save(tmp_path / "a.nc")
    before = path.read_bytes()

    def fail(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(broken, fail)
    with pytest.raises(RecordError, match=r"a\.nc could not be written: .*No space left"):
        Record(record.data * 2, record.stamp).save(path)
    assert path.read_bytes() == before
    assert listed(tmp_path) == ["a.nc"]


def test_an_interruption_while_writing_leaves_the_earlier_file(record, tmp_path, monkeypatch):
    path = record.save(tmp_path / "a.nc")
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_bytes() == before
    assert listed(tmp_path) == ["a.nc"]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_process_leaves_the_earlier_file(record, tmp_path):
    path = record.save(tmp_path / "a.nc")
    before = path.read_bytes()
    code = (
        "import os, sys; from workbench import Record; record = Record.open(sys.argv[1]);"
        "os.replace = lambda *_: os.kill(os.getpid(), 9); record.save(sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", code, path]).returncode == -9
    assert path.read_bytes() == before
    assert [name.endswith(".part") for name in listed(tmp_path)] == [True, False]


def test_a_full_disk_is_told_and_leaves_the_earlier_file(record, small_disk):
    path = record.save(small_disk / "a.nc")
    large = xr.Dataset({"x": variable("time", np.random.default_rng(0).random(10**5), "1", "x")})
    with pytest.raises(RecordError, match=r"a\.nc could not be written"):
        Record(large, record.stamp).save(path)
    assert listed(small_disk) == ["a.nc"]
    xr.testing.assert_identical(Record.open(path).data, record.data)


def test_a_read_only_folder_is_told(record, tmp_path, read_only):
    read_only(tmp_path)
    with pytest.raises(RecordError, match="could not be written"):
        record.save(tmp_path / "a.nc")


@pytest.mark.parametrize("name", ["missing/a.nc", "file/a.nc", "x" * 300 + ".nc"])
def test_a_place_where_no_file_can_be_is_told(name, record, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="could not be written"):
        record.save(tmp_path / name)


def test_a_missing_file_is_told(tmp_path):
    for read in (Record.open, read_stamp):
        with pytest.raises(RecordError, match=r"none\.nc does not exist"):
            read(tmp_path / "none.nc")


@pytest.mark.parametrize("share", [0, 1, 7, 8, 100, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, -1])
def test_a_truncated_file_is_told(share, stored, tmp_path):
    _, whole = stored
    cut = int(share * len(whole)) if isinstance(share, float) else share
    path = tmp_path / "cut.nc"
    path.write_bytes(whole[:cut])
    for read in (Record.open, read_stamp):
        with pytest.raises(RecordError, match=r"cut\.nc is damaged or no NetCDF-4 file"):
            read(path)


@given(noise=st.binary(max_size=300))
@settings(max_examples=50)
def test_a_file_of_anything_is_told(noise, tmp_path_factory):
    path = tmp_path_factory.mktemp("noise") / "a.nc"
    path.write_bytes(noise)
    with pytest.raises(RecordError):
        Record.open(path)


def test_a_foreign_netcdf_file_is_told(tmp_path):
    xr.Dataset({"x": 1}).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(RecordError, match="not a record .*: its attribute engram_model is missing"):
        Record.open(tmp_path / "a.nc")


def test_a_folder_is_told(tmp_path):
    with pytest.raises(RecordError):
        Record.open(tmp_path)


@pytest.mark.parametrize("format", [FORMAT + 1, 99])
def test_a_record_of_a_later_format_is_told(format, record, tmp_path):
    path = Record(record.data, replace(record.stamp, format=format)).save(tmp_path / "a.nc")
    with h5py.File(path, "r+") as file:
        del file.attrs["engram_note"]
    with pytest.raises(RecordError, match="was written by a newer version of the workbench"):
        Record.open(path)


def test_a_record_of_the_first_format_is_read(record, tmp_path):
    path = record.save(tmp_path / "a.nc")
    with h5py.File(path, "r+") as file:
        del file.attrs["engram_parent"]
        file.attrs["engram_format"] = 1
    again = Record.open(path)
    assert again.stamp == record.stamp and again.stamp.parent == {}


@pytest.mark.parametrize("name", list(Stamp.__annotations__))
@pytest.mark.parametrize("value", [b"\xff", "{", "[1", "null", np.nan, np.inf, [1, 2], 10**18])
def test_a_stamp_that_was_tampered_with_is_read_or_told(name, value, stored, tmp_path):
    path = tmp_path / "a.nc"
    path.write_bytes(stored[1])
    with h5py.File(path, "r+") as file:
        file.attrs[f"engram_{name}"] = value
    try:
        stamp = read_stamp(path)
    except RecordError as error:
        assert "is not a record of this workbench" in str(error) or "newer version" in str(error)
    else:
        assert all(type(a) is type(b) for a, b in zip(*map(kinds, (stamp, stored[0])), strict=True))


def kinds(stamp):
    return vars(stamp if isinstance(stamp, Stamp) else read_stamp(stamp)).values()


def test_a_stamp_is_read_from_plain_attributes_too(record):
    assert stamp_from(record.data.attrs) == record.stamp
