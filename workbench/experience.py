"""What runs took here, so that the next estimate is better than its model's own.

A model's `cost()` is a formula, measured on some machine. This file beside the records remembers
what each run was expected to take and what it took; the estimate of the next one is corrected by
the median of what like runs took, which one odd run does not move.
"""

from __future__ import annotations

import json
import math
import statistics
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.model import Cost, Model
from workbench.record import replacing
from workbench.stamp import host_cpu

NAME = "experience.jsonl"
#: Runs of one kind that are remembered, and lines of a file that is written anew without the rest.
MOST, LONGEST = 100, 5000
#: A run is like another of the same model when it is at most so many times longer or shorter.
LIKE = 5.0
#: Like runs that are asked, the latest first, and how many there are of at least: 1 (the formula
#: is right) stands for those that are missing, so that a single run changes nothing.
ASKED, LEAST = 9, 3
#: Seconds and bytes that are too few to learn anything from.
SECONDS, BYTES = 0.2, 10e6

#: Model, engine and processor.
Kind = tuple[str, str, str]


@dataclass(frozen=True)
class Taken:
    """What one run was expected to take, and what it took: seconds and bytes."""

    model: str
    engine: str
    host: str
    expected: tuple[float, float]
    took: tuple[float, float]

    @property
    def kind(self) -> Kind:
        """What runs must share to tell something of each other."""
        return self.model, self.engine, self.host


class Experience:
    """What runs of this machine took; safe to be used from several threads and processes.

    Parameters
    ----------
    path : Path
        The file, made when the first run is learnt from. A line that cannot be read is passed
        over, and where nothing can be written the experience lasts as long as this object.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken: defaultdict[Kind, deque[Taken]] = defaultdict(lambda: deque(maxlen=MOST))
        lines = read_lines(path)
        for line in lines:
            if (taken := read(line)) is not None:
                self._taken[taken.kind].append(taken)
        if len(lines) > LONGEST:
            self._rewrite()

    def estimate(self, model: Model) -> Cost:
        """Return what a run is expected to take here."""
        cost = model.cost()
        like = self._like(model, cost)
        seconds = corrected(cost.seconds, [(t.took[0], t.expected[0]) for t in like], SECONDS)
        size = corrected(cost.bytes, [(t.took[1], t.expected[1]) for t in like], BYTES)
        return Cost(seconds, round(size), cost.lower)

    def learn(self, model: Model, seconds: float, size: float) -> None:
        """Remember what a complete run took: seconds without pauses and compiling, and bytes."""
        cost = model.cost()
        expected = (float(cost.seconds), float(cost.bytes))
        taken = Taken(model.key, engine(model), host_cpu(), expected, (seconds, float(size)))
        self._taken[taken.kind].append(taken)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(taken)) + "\n")
        except OSError:
            return  # remembered here all the same; the record tells of a store that is read-only

    def _like(self, model: Model, cost: Cost) -> list[Taken]:
        """Return the latest runs here of this model and engine and of about this length."""
        known = list(self._taken.get((model.key, engine(model), host_cpu()), ()))
        return [taken for taken in known if alike(taken.expected[0], cost.seconds)][-ASKED:]

    def _rewrite(self) -> None:
        with replacing(self._path) as temporary:
            kept = (taken for kind in self._taken.values() for taken in kind)
            lines = (json.dumps(asdict(taken)) + "\n" for taken in kept)
            temporary.write_text("".join(lines), encoding="utf-8")


def engine(model: Model) -> str:
    """Return the engine of a model that has a choice of them."""
    return str(getattr(model, "engine", ""))


def alike(one: float, other: float) -> bool:
    """Return whether two runs are of about the same length, in seconds."""
    return abs(math.log((one + SECONDS) / (other + SECONDS))) <= math.log(LIKE)


def corrected(expected: float, pairs: Iterable[tuple[float, float]], least: float) -> float:
    """Return what is to be expected where runs (took, expected) came out as they did.

    The factor is the median of theirs. `least` is added to all amounts, so that the ratio of two
    small ones says little.
    """
    ratios = [(took + least) / (said + least) for took, said in pairs]
    factor = statistics.median(ratios + [1.0] * (LEAST - len(ratios)))
    return max(factor * expected, expected + (factor - 1) * (expected + least))


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file, none where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def read(line: str) -> Taken | None:
    """Return what a line says, or None where it was cut off or is none of these."""
    try:
        said = json.loads(line)
        kind = str(said["model"]), str(said["engine"]), str(said["host"])
        return Taken(*kind, pair(said["expected"]), pair(said["took"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def pair(said: list[float]) -> tuple[float, float]:
    """Return seconds and bytes as a line says them, or raise ValueError."""
    one, other = map(float, said)
    if not (0 <= one < math.inf and 0 <= other < math.inf):
        raise ValueError
    return one, other
