"""Where compiled networks are kept, and what makes one fit to be used again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

#: Files whose text decides what is compiled.
ENGINE = ("obey.h", "build.py", "names.py", "instruments.py")


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
        File that describes the network; what all networks share is taken care of.
    values : dict
        The parameters that shape it.
    engine : {"cython", "cpp"}
        What it is compiled for.
    """
    here = Path(__file__).parent
    parts = [
        engine,
        importlib.metadata.version("brian2"),
        platform.python_version(),
        compiler(),
        processor(),
        json.dumps(values, sort_keys=True),
        text(source),
        *(text(here / name) for name in ENGINE if (here / name).exists()),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


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
