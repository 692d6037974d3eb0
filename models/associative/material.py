"""The patterns of an experiment, drawn a batch at a time, so that there may be very many."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.associative.interface import Patterns
from models.associative.patterns import digit_patterns, random_patterns, replaced

#: Patterns that are kept to be recalled, of all that are stored.
KEPT = 1000
_MOST_CELLS = 20_000_000  # units of patterns drawn at once

Draw = Callable[[int], Patterns]


@dataclass
class Material:
    """Patterns to come, and those kept of what was stored.

    Attributes
    ----------
    draw : callable
        Returns so many new patterns.
    units : int
    side : int
        Side of a pattern's picture, which are its first units.
    kept : ndarray of bool, shape (patterns, units)
    """

    draw: Draw
    units: int
    side: int
    kept: Patterns = field(init=False)

    def __post_init__(self) -> None:
        self.kept = np.zeros((0, self.units), bool)

    def batches(self, count: int, share: float) -> Iterator[Patterns]:
        """Draw `count` patterns in batches; keep about `share` of each, and one at least."""
        most = max(1, _MOST_CELLS // self.units)
        for start in range(0, count, most):
            batch = self.draw(min(most, count - start))
            self.kept = np.concatenate([self.kept, batch[: max(1, math.ceil(share * len(batch)))]])
            yield batch

    def picture(self, pattern: Patterns) -> Patterns:
        """Return the units of a pattern that are its picture, filled up with silent ones."""
        size = self.side**2
        shown = np.zeros(size, bool)
        shown[: min(size, self.units)] = pattern[:size]
        return shown.reshape(self.side, self.side)


def random_material(units: int, active: int, rng: np.random.Generator) -> Material:
    """Return patterns that have nothing in common."""
    side = math.ceil(math.sqrt(units))
    return Material(lambda count: random_patterns(count, units, active, rng), units, side)


def family_material(
    units: int, active: int, families: int, similarity: float, rng: np.random.Generator
) -> Material:
    """Return patterns that belong to families in turn, each much like its prototype."""
    prototypes = random_patterns(families, units, active, rng)
    share = 1 - round(similarity * active) / active
    drawn = 0

    def draw(count: int) -> Patterns:
        nonlocal drawn
        family: NDArray[np.int64] = (drawn + np.arange(count)) % families
        drawn += count
        return replaced(prototypes[family], share, rng)

    return Material(draw, units, math.ceil(math.sqrt(units)))


def digit_material(
    stored: int, units: int, active: int, share: float, rng: np.random.Generator
) -> Material:
    """Return handwritten digits beside random context."""
    patterns, side = digit_patterns(stored, units, active, share, rng)
    drawn = 0

    def draw(count: int) -> Patterns:
        nonlocal drawn
        drawn += count
        return patterns[drawn - count : drawn]

    return Material(draw, units, side)
