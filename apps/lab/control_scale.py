"""Places on a slider and the values they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench import Count

STEPS = 1000  # places on a slider that says nothing of its own


class Scale:
    """An even or logarithmic scale from the lowest to the highest value of a parameter."""

    def __init__(self, parameter: Any) -> None:
        low, high = self.bounds = parameter.bounds
        self.log, self.whole = parameter.log, isinstance(parameter, Count)
        self.ends = np.log10([low, high]) if self.log else np.array([low, high], float)
        step = parameter.step or (1 if self.whole else (high - low) / STEPS)
        self.steps = STEPS if self.log else max(1, min(STEPS * 10, round((high - low) / step)))

    def value(self, place: float) -> float:
        """Return the value at a place, rounded to sensible digits."""
        low, high = self.ends
        if not self.log:
            value = low + (high - low) * place / self.steps
            return round(value) if self.whole else float(f"{value:.6g}")
        exact = 10 ** (low + (high - low) * place / self.steps)
        inside = min(max(float(f"{exact:.3g}"), self.bounds[0]), self.bounds[1])
        return round(inside) if self.whole else inside

    def place(self, value: float) -> int:
        """Return the nearest place of a value."""
        low, high = self.ends
        at = np.log10(value) if self.log else value
        return round(float((at - low) / (high - low)) * self.steps)
