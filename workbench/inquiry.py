"""What a run that has ended may be asked: about a picture that a person draws, or one of its own.

A model that offers it declares an `Inquiry`; the apps show the pad and draw the answer. Answers
are computed in a process of their own, from the record alone, so a stored run answers as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from workbench.observables import Observable

#: A picture of bits, True where there is ink, or the number of an example, from 0.
Asked = NDArray[np.bool_] | int


@dataclass(frozen=True)
class Inquiry:
    """What may be asked.

    Attributes
    ----------
    title : str
        What a person does.
    needs : tuple of str
        Variables of the record that an answer is made from.
    text : callable
        Given these data, returns what a person may do, in sentences.
    side : callable
        Given the data, returns the pixels of a side of the square that is drawn on; 0 where
        nothing can be drawn.
    examples : callable
        Given the data, returns what the record's own examples are called; none where it cannot
        be asked.
    answer : callable
        Given the data and what is asked, returns what is drawn. Called in another process, so
        that it is a function of a module.
    reading : callable
        Given an answer, returns it as a sentence.
    over : str
        The dimension of the answer that is leafed through at first, such as its steps.
    observables : tuple of Observable
        How the answer is drawn; those whose variables it lacks are left out.
    """

    title: str
    needs: tuple[str, ...]
    text: Callable[[xr.Dataset], str]
    side: Callable[[xr.Dataset], int]
    examples: Callable[[xr.Dataset], list[str]]
    answer: Callable[[xr.Dataset, Asked], xr.Dataset]
    reading: Callable[[xr.Dataset], str]
    over: str
    observables: tuple[Observable, ...]

    def part(self, data: xr.Dataset) -> xr.Dataset:
        """Return what of a record is needed."""
        return data[[name for name in self.needs if name in data]]
