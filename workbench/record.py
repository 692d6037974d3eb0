"""A finished run: its data with the stamp that says how they came about, as a NetCDF-4 file."""

from __future__ import annotations

import io
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import xarray as xr

from workbench.stamp import Stamp, attributes, stamp_from


class RecordError(OSError):
    """A record that could not be read or written; its text is a sentence that says why."""


class Record:
    """A run that ended: `data` (an `xarray.Dataset`) and `stamp`."""

    def __init__(self, data: xr.Dataset, stamp: Stamp) -> None:
        self.data, self.stamp = data, stamp
        data.attrs = attributes(stamp)

    def __repr__(self) -> str:
        stamp = self.stamp
        return (
            f"<Record {stamp.model} seed={stamp.seed} {stamp.status}, "
            f"{len(self.data.variables)} variables, {stamp.wall_time:.2f} s>"
        )

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.stamp.complete

    def encoded(self) -> memoryview:
        """Return the bytes of the record's NetCDF-4 file.

        Made in memory, since the HDF5 library crashes the process when a disk is full.
        """
        compressed = {
            name: {"zlib": True, "complevel": 4}
            for name, var in self.data.variables.items()
            if var.size > 1000 and var.dtype.kind in "biuf"
        }
        with unlocked():
            return self.data.to_netcdf(engine="h5netcdf", encoding=compressed)

    def save(self, path: str | Path) -> Path:
        """Write the record to a NetCDF-4 file, whole or not at all.

        The file is written under a temporary name in the same folder, flushed to the disk and
        renamed.

        Raises
        ------
        RecordError
            If the disk is full or read-only, or the folder does not exist.
        """
        path = Path(path)
        with replacing(path) as temporary:
            temporary.write_bytes(self.encoded())
        return path

    @classmethod
    def open(cls, path: str | Path) -> Record:
        """Read a record from its file.

        Raises
        ------
        RecordError
            If there is no such file, or it is damaged, or not a record of this workbench.
        """
        stamp = read_stamp(path)
        try:
            with unlocked(), xr.open_dataset(path, engine="h5netcdf") as data:
                return cls(data.load(), stamp)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise RecordError(f"{path} cannot be read: {first_line(error)}") from error

    @classmethod
    def decoded(cls, content: bytes) -> Record:
        """Return the record whose file these bytes are, as `encoded` makes them."""
        with unlocked(), xr.open_dataset(io.BytesIO(content), engine="h5netcdf") as data:
            return cls(data.load(), stamp_from(data.attrs))


def read_stamp(path: str | Path) -> Stamp:
    """Read only the stamp of a record's file, which is quick.

    Raises
    ------
    RecordError
        If there is no such file, or it is damaged, or not a record of this workbench.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return stamp_from(file.attrs)
    except FileNotFoundError:
        raise RecordError(f"{path} does not exist") from None
    except OSError as error:
        raise RecordError(f"{path} is damaged or no NetCDF-4 file: {first_line(error)}") from error
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        why = first_line(error)
        raise RecordError(f"{path} is not a record of this workbench: {why}") from error


def unlocked() -> AbstractContextManager[Any]:
    """Keep xarray from asking a Dask cluster, where one is in use, whether it may open a file."""
    dask = sys.modules.get("dask")
    return dask.config.set(scheduler="threads") if dask else nullcontext()


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; flush and rename what was written there.

    Raises
    ------
    RecordError
        If the disk is full, read-only or the folder is missing; nothing is left behind.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        yield temporary
        flush(temporary)
        os.replace(temporary, path)
        flush(path.parent)
    except OSError as error:
        raise RecordError(f"{path} could not be written: {first_line(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def flush(path: Path) -> None:
    """Wait until a file's (or a folder's list of files') bytes are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its name when it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
