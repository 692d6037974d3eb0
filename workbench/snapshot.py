"""A run's state at some of its frames: what a person rewinds to, and branches from.

A model offers its state with a frame (`run.emit(..., state=...)`) and goes on from `run.resumed`
where that is set. A branch is then the run that had the same changes from the start: its record
names the parent, and its link and script repeat it without the snapshot.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xarray as xr

from workbench.frames import Plain, growing_dimension

if TYPE_CHECKING:
    from workbench.model import Model
    from workbench.record import Record
    from workbench.run import Change

#: Snapshots that a run keeps at most, spread evenly over its progress, and their bytes together.
MOST, ROOM = 24, 64_000_000


@dataclass(frozen=True)
class Snapshot:
    """The state of a run at one of its frames, before anything was changed there.

    Attributes
    ----------
    frame : int
        Number of the frame (the first is 1).
    progress : float
        How much of the run was done, 0 to 1.
    message : str
        What was being done.
    changes : tuple of Change
        Live changes before it.
    state : bytes
        What the model gave, pickled.
    rng : dict
        State of the run's random numbers.
    sizes : dict
        How long each growing dimension was.
    latest : xarray.Dataset
        The variables that do not grow, as they were.
    """

    frame: int
    progress: float
    message: str
    changes: tuple[Change, ...]
    state: bytes
    rng: Mapping[str, Any]
    sizes: dict[str, int]
    latest: xr.Dataset

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.state) + self.latest.nbytes

    def values(self, model: Model) -> Model:
        """Return a model with the values of its run at this frame, given those at the start."""
        then = model.copy()
        for change in self.changes:
            setattr(then, change.name, change.value)
        return then

    def reached(self, data: xr.Dataset) -> bool:
        """Return whether these data of the run come as far as this frame."""
        return all(data.sizes.get(dim, 0) >= size for dim, size in self.sizes.items())

    def cut(self, data: xr.Dataset) -> xr.Dataset:
        """Return the data of the run as they were at this frame."""
        grown = [n for n, var in data.variables.items() if growing_dimension(var) in self.sizes]
        ends = {dim: slice(0, size) for dim, size in self.sizes.items() if dim in data.sizes}
        kept = {name: data.variables[name].isel(ends, missing_dims="ignore") for name in grown}
        kept |= self.latest.variables
        coords = {*data.coords, *self.latest.coords}
        return xr.Dataset(
            {name: var for name, var in kept.items() if name not in coords},
            coords={name: var for name, var in kept.items() if name in coords},
        )


@dataclass(frozen=True)
class Branch:
    """Where a run goes on from.

    Attributes
    ----------
    snapshot : Snapshot
        The state of another run.
    data : xarray.Dataset
        That run's data until then.
    parent : str
        Id of its record.
    earlier : tuple of Snapshot
        Its snapshots until then, which the branch shares.
    """

    snapshot: Snapshot
    data: xr.Dataset
    parent: str
    earlier: tuple[Snapshot, ...] = ()

    @property
    def origin(self) -> dict[str, Any]:
        """What the record of the branch says of where it comes from."""
        return {"id": self.parent, "frame": self.snapshot.frame}


@dataclass
class Ring:
    """The snapshots of one run, bounded in number and bytes.

    Parameters
    ----------
    most : int
        How many it keeps at most.
    room : int
        Bytes that all of them may take. Where they take more every second one goes; a single one
        that needs more than a quarter of it ends the keeping.
    """

    most: int = MOST
    room: int = ROOM
    kept: list[Snapshot] = field(default_factory=list)  # the earliest first
    _last: int = -1  # which of `most` parts of the run the last snapshot was in
    _closed: bool = False

    def __bool__(self) -> bool:
        return bool(self.kept)

    def wants(self, progress: float) -> bool:
        """Return whether a snapshot at this progress would be kept."""
        return not self._closed and self._part(progress) > self._last

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, later than all before."""
        if snapshot.nbytes > self.room / 4:
            self._closed = True
            return
        self.kept.append(snapshot)
        self._last = self._part(snapshot.progress)
        while sum(one.nbytes for one in self.kept) > self.room:
            del self.kept[-2::-2]

    def _part(self, progress: float) -> int:
        return int(progress * self.most + 1e-9)

    def at(self, frame: int) -> Snapshot:
        """Return the snapshot of a frame.

        Raises
        ------
        KeyError
            If there is none.
        """
        for one in self.kept:
            if one.frame == frame:
                return one
        raise KeyError(f"no snapshot was kept at frame {frame}")

    def branch(self, frame: int, record: Record) -> Branch:
        """Return where a run goes on from that leaves a record's run at a frame.

        Raises
        ------
        KeyError
            If no snapshot was kept there.
        """
        snapshot = self.at(frame)
        earlier = tuple(one for one in self.kept if one.frame <= frame)
        return Branch(snapshot, snapshot.cut(record.data), record.stamp.id, earlier)


class Tally:
    """What a snapshot says of the data so far: how much there was, and what was replaced last."""

    def __init__(
        self, sizes: Mapping[str, int] | None = None, latest: xr.Dataset | None = None
    ) -> None:
        self.sizes = dict(sizes or {})
        self._latest: dict[str, xr.Variable] = {}
        self._coordinates: set[str] = set()
        if latest is not None:
            self.add(latest)

    def add(self, frame: xr.Dataset | Plain) -> None:
        """Count a frame."""
        grown = {}
        for name, var in frame.variables.items():
            if dim := growing_dimension(var):
                grown[dim] = var.sizes[dim]
            else:
                self._latest[str(name)] = var.copy()  # a model may go on writing into its arrays
        for dim, size in grown.items():
            self.sizes[dim] = self.sizes.get(dim, 0) + size
        self._coordinates.update(str(name) for name in frame.coords)

    def latest(self) -> xr.Dataset:
        """Return the variables that do not grow, as they came last."""
        data = {n: v for n, v in self._latest.items() if n not in self._coordinates}
        coords = {n: v for n, v in self._latest.items() if n in self._coordinates}
        return xr.Dataset(data, coords=coords)


def packed(state: Any) -> bytes:
    """Return a model's state as bytes."""
    return pickle.dumps(state, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(state: bytes) -> Any:
    """Return a model's state from the bytes of a snapshot of this workbench's own."""
    return pickle.loads(state)
