"""Having a compiled network at hand: from the cache, or compiled while somebody waits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.spiking import places
from workbench.record import replacing

if TYPE_CHECKING:
    from models.spiking.engine import SpikingModel

Tell = Callable[[str], None]
#: Seconds between two looks at a compiler at work.
LOOK = 0.1
#: Lines of a log that say what was wrong, and how many of them a person is told.
ERROR = re.compile(r"^(\w+\.)*\w*(Error|Exception): .|error: ")
MOST = 4
#: Seconds that compiling to each takes where it was never done; said as half to twice as much.
USUAL = {"cpp": 15.0, "cython": 60.0}


class CompilationFailed(RuntimeError):  # noqa: N818 - reads as what happened
    """The network could not be compiled; the text holds the end of what the compiler said."""


def prepared(model: SpikingModel, target: str, tell: Tell) -> Path:
    """Return the folder of a model's compiled network, compiling it first if need be.

    Parameters
    ----------
    model : SpikingModel
        Whose network is needed.
    target : {"cpp", "cython"}
        What it is compiled to.
    tell : callable
        Told a few words while the compiler works; may raise to stop it.

    Raises
    ------
    CompilationFailed
        If the compiler fails.
    """
    if type(model).__module__ == "__main__":
        raise CompilationFailed(
            f"The class {type(model).__name__} is written where it cannot be imported from: put it "
            "into a module of its own to have its network compiled."
        )
    place = place_of(model, target)
    if is_ready(place):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="building-") as scratch:
        made = Path(scratch) / "network"
        made.mkdir()
        took = compile_network(model, target, made, tell)
        (made / "ready.json").write_text(json.dumps({"seconds": took}), encoding="utf-8")
        remember(model.key, target, took)
        try:
            made.rename(place)
        except OSError:  # somebody else was quicker
            if not is_ready(place):
                raise
    return place


def is_prepared(model: SpikingModel, target: str) -> bool:
    """Return whether a model's network is compiled."""
    return is_ready(place_of(model, target))


def place_of(model: SpikingModel, target: str) -> Path:
    """Return the folder that a model's compiled network has or will have."""
    return places.folder() / model.fingerprint(target)


def is_ready(place: Path) -> bool:
    """Return whether a network was compiled there to the end."""
    return (place / "ready.json").exists()


def compile_network(model: SpikingModel, target: str, folder: Path, tell: Tell) -> float:
    """Compile in a process of its own; return the seconds it took."""
    kind = type(model)
    command = [
        sys.executable, "-m", "models.spiking.build", f"{kind.__module__}:{kind.__qualname__}",
        json.dumps(model.shape()), target, str(folder),
    ]  # fmt: skip
    path = os.pathsep.join(
        dict.fromkeys(filter(None, [os.environ.get("PYTHONPATH", ""), *sys.path]))
    )
    usual = expected(model.key, target)
    started = time.perf_counter()
    with (folder / "build.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env=os.environ | {"PYTHONPATH": path},
        )  # fmt: skip
        try:
            while process.poll() is None:
                took = time.perf_counter() - started
                tell(f"compiling the network for its first run: {took:.0f} s, {usual}")
                time.sleep(LOOK)
        finally:
            if process.poll() is None:
                end_group(process)
        if process.returncode:
            log.seek(0)
            raise CompilationFailed(f"The network could not be compiled: {cause(log.read())}")
    for part in [*folder.rglob("*.o"), *folder.rglob("*.cpp")]:
        part.unlink()
    return time.perf_counter() - started


def cause(log: str) -> str:
    """Return the lines of a build's log that name an error, the last ones; else how it ended."""
    told = [line.strip() for line in log.splitlines() if ERROR.search(line)]
    return "; ".join(dict.fromkeys(told[-MOST:])) or log[-400:].strip() or "it said nothing"


def end_group(process: subprocess.Popen) -> None:
    """End a process and the compilers that it started."""
    import signal

    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def expected(key: str, target: str) -> str:
    """Say how long compiling takes here: what it took last time, if ever."""
    seconds = times().get(f"{key} {target}")
    if seconds:
        return f"took {seconds:.0f} s here last time"
    return f"usually {USUAL[target] / 2:.0f} to {USUAL[target] * 2:.0f} s"


def times() -> dict[str, float]:
    """Return how long compiling took on this machine, by model and target."""
    path = places.folder() / "times.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def remember(key: str, target: str, seconds: float) -> None:
    """Keep how long compiling took."""
    path = places.folder() / "times.json"
    text = json.dumps(times() | {f"{key} {target}": seconds})
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
