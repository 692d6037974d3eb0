"""The stamp of a record: model, parameters, seed, versions and machine, as NetCDF attributes."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from workbench.model import Model
    from workbench.run import Change
    from workbench.snapshot import Branch

#: Version of the file's layout, stored in every file.
FORMAT = 2
#: Field -> the format that brought it; older files have its default.
SINCE = {"parent": 2}
PREFIX = "engram_"
COMPLETE = "complete"
LIBRARIES = ("numpy", "scipy", "xarray", "numba", "torch", "brian2", "scikit-learn")


@dataclass(frozen=True)
class Stamp:
    """How a record came about; all of it is in the file.

    Attributes
    ----------
    model : str
        The model's key; `model_class` is where its class lives, ``module:name``.
    parameters : dict
        Every parameter's value at the start.
    changes : list of dict
        Live changes: frame, name, value.
    status : str
        ``"complete"``, or ``"partial: "`` and why.
    wall_time : float
        Seconds the run took, pauses included.
    parent : dict
        Of a branch: the id of the record and the frame that it left; otherwise empty.
    """

    model: str
    model_class: str
    title: str
    parameters: dict[str, Any]
    seed: int
    changes: list[dict[str, Any]]
    status: str
    wall_time: float
    version: str
    python: str
    libraries: dict[str, str]
    git_revision: str
    host_cpu: str
    created: str
    tags: list[str] = field(default_factory=list)
    note: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    parent: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def line(self) -> str:
        """Return the stamp as the one line that goes below a figure."""
        partial = "" if self.complete else " · partial"
        return f"{self.title} · seed {self.seed} · engram-workbench {self.version}{partial}"

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.status == COMPLETE

    @classmethod
    def of(
        cls,
        model: Model,
        seed: int,
        changes: Iterable[Change],
        status: str,
        wall_time: float,
        branch: Branch | None = None,
    ) -> Stamp:
        """Return the stamp of a run that ended just now."""
        where = type(model)
        return cls(
            model=model.key,
            model_class=f"{where.__module__}:{where.__qualname__}",
            title=model.title or model.key,
            parameters=model.values(),
            seed=seed,
            changes=[asdict(change) for change in changes],
            status=status,
            wall_time=wall_time,
            parent=branch.origin if branch else {},
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            **environment(),
        )


def attributes(stamp: Stamp) -> dict[str, Any]:
    """Return the stamp as attributes of a NetCDF file: texts, numbers and JSON."""
    plain = {"title": stamp.line(), "source": f"engram-workbench {stamp.version}"}
    for name, value in asdict(stamp).items():
        plain[PREFIX + name] = json.dumps(value) if isinstance(value, dict | list) else value
    return {name: storable(v) if isinstance(v, str) else v for name, v in plain.items()}


def stamp_from(attrs: Mapping[str, Any]) -> Stamp:
    """Return the stamp that attributes of a file spell.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If they are not those of a record.
    """
    written = read_as("int", attrs.get(PREFIX + "format", 0))
    if written > FORMAT:
        raise ValueError("it was written by a newer version of the workbench")
    values = {}
    for name, kind in Stamp.__annotations__.items():
        if name == "format" or written < SINCE.get(name, 0):
            continue
        if PREFIX + name not in attrs:
            raise ValueError(f"its attribute {PREFIX + name} is missing")
        values[name] = read_as(kind.partition("[")[0], attrs[PREFIX + name])
    return Stamp(**values)


def read_as(kind: str, value: Any) -> Any:
    """Return an attribute's value as `kind` (int, float, str, dict or list) once more."""
    if kind in ("int", "float"):
        number = float(np.asarray(value).item())  # NetCDF keeps a number as an array of one
        return number if kind == "float" else round(number)
    if not isinstance(value, str):
        raise TypeError(f"a text was expected where {type(value).__name__} stands")
    if kind == "str":
        return value
    read = json.loads(value)
    if not isinstance(read, {"dict": dict, "list": list}[kind]):
        raise TypeError(f"a {kind} was expected where {type(read).__name__} stands")
    return read


def storable(text: str) -> str:
    """Return the text without what no file can hold: zero bytes and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def environment() -> dict[str, Any]:
    """Return versions and machine, as every stamp carries them."""
    return {
        "version": version(),
        "python": platform.python_version(),
        "libraries": libraries(),
        "git_revision": git_revision(),
        "host_cpu": host_cpu(),
    }


def version() -> str:
    """Return the installed version of the workbench."""
    return installed_version("engram-workbench")


@functools.cache
def installed_version(distribution: str) -> str:
    """Return the installed version of a distribution."""
    return importlib.metadata.version(distribution)


def libraries() -> dict[str, str]:
    """Return the versions of the numerical libraries that are loaded."""
    loaded = {name: name.replace("scikit-learn", "sklearn") for name in LIBRARIES}
    return {
        name: installed_version(name) for name, module in loaded.items() if module in sys.modules
    }


@functools.cache
def git_revision() -> str:
    """Return the revision of the checkout this package runs from, or an empty string."""
    here = Path(__file__).parent
    if not (here.parent / ".git").exists():
        return ""
    asked = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


@functools.cache
def host_cpu() -> str:
    """Return the processor's name and its number of cores."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        name = next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores"
