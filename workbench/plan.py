"""Sweeps worth beginning from, as a model names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Plan:
    """A sweep by name: what it goes over, and what is looked at.

    Attributes
    ----------
    over : mapping of str to str
        Name of a parameter -> its values as a person writes them (`workbench.cells.read_values`):
        ``"1,2,5"`` or ``"low:high:number"``. The first is drawn across, the second down.
    values : mapping
        Values of other parameters that all runs share.
    seeds : int
        Runs of each combination.
    measure : str
        The number of each run that is looked at first.
    """

    over: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    seeds: int = 1
    measure: str = ""
