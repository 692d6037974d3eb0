"""Where compiled networks are kept, and what makes one fit to be used again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

#: Files of the engine whose text decides what is compiled.
ENGINE = ("obey.h", "build.py", "names.py")
IMPORT = re.compile(r"^\s*(?:from (models[\w.]*) import (.+)|import (models[\w.]*))", re.MULTILINE)


def folder() -> Path:
    """Return the folder of compiled networks: the user's cache, or $ENGRAM_WORKBENCH_CACHE."""
    chosen = os.environ.get("ENGRAM_WORKBENCH_CACHE")
    root = Path(chosen) if chosen else platformdirs.user_cache_path("engram-workbench")
    return root / "networks"


def cython_folder() -> Path:
    """Return the folder in which Brian2 keeps what it compiled for its runtime."""
    place = folder() / "cython"
    place.mkdir(parents=True, exist_ok=True)
    return place


@cache
def compiler() -> str:
    """Return the first line with which the C++ compiler tells its version; empty without one."""
    found = shutil.which(os.environ.get("CXX") or "g++") or shutil.which("clang++")
    if found is None or shutil.which("make") is None:
        return ""
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return told.stdout.partition("\n")[0]


def fingerprint(source: Path, values: dict[str, Any], engine: str) -> str:
    """Return the hash of all that a compiled network depends on.

    Parameters
    ----------
    source : Path
        File of the model; what it imports of the models is found from there.
    values : dict
        The parameters that shape the network.
    engine : {"cython", "cpp"}
        What it is compiled for.
    """
    shape = json.dumps(values, sort_keys=True)
    return hashlib.sha256("\0".join((engine, shape, *surroundings(source))).encode()).hexdigest()[
        :16
    ]


@cache
def surroundings(source: Path) -> tuple[str, ...]:
    """Return what does not change while a process lives: code, versions, compiler, processor."""
    files = [Path(__file__).with_name(name) for name in ENGINE]
    files += sorted(path for path in imported(source) if "brian2" in text(path).lower())
    return (
        importlib.metadata.version("brian2"),
        platform.python_version(),
        compiler(),
        processor(),
        *(text(path) for path in files),
    )


def imported(source: Path) -> set[Path]:
    """Return a file and all files of the models that it imports, however far."""
    found, left = set(), {source}
    while left:
        path = left.pop()
        found.add(path)
        left |= {one for name in named(text(path)) if (one := file_of(name))} - found
    return found


def named(code: str) -> set[str]:
    """Return the names of the models' modules that may be imported by some code."""
    names = set()
    for package, members, whole in IMPORT.findall(code):
        names |= {package or whole, *(f"{package}.{name}" for name in re.findall(r"\w+", members))}
    return names


def file_of(module: str) -> Path | None:
    """Return the file of a module; None if there is no such module."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def text(path: Path) -> str:
    """Return what a file says."""
    return path.read_text(encoding="utf-8")


@cache
def processor() -> str:
    """Return what kind of processor this is: code is compiled for the very one."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    kept = [line for line in lines if line.startswith(("model name", "flags"))][:2]
    return "\n".join(kept) or platform.machine()
