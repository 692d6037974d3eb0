"""Arrays to train, to choose by, and to test on, with the words that say where they are from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.enn.checks import one_of
from workbench.model import ParameterError

Preprocessing = Literal["paper", "sound"]
Array = NDArray[Any]
#: Seed of the published program's splits.
PUBLISHED_SEED = 42


class Part(NamedTuple):
    """Sequences and their answers.

    Attributes
    ----------
    x : ndarray of float32, shape (samples, steps, features), or int64, (samples, steps), of tokens
    y : ndarray of int64, shape (samples,) or (samples, steps); or float32, (samples, numbers)
    """

    x: Array
    y: Array


@dataclass(frozen=True)
class Dataset:
    """Sequences in three parts.

    Attributes
    ----------
    name : str
    source : str
        Where the data are from, with a name and a year.
    preprocessing : str
        What was done to them, in a sentence.
    train, validation, test : Part
    classes : tuple of str
        Names of the classes, or the words of the vocabulary; empty where numbers are predicted.
    """

    name: str
    source: str
    preprocessing: str
    train: Part
    validation: Part
    test: Part
    classes: tuple[str, ...] = ()

    @property
    def features(self) -> int:
        """Return the width of a step; of tokens, which have none, 0."""
        return self.train.x.shape[2] if self.train.x.ndim == 3 else 0

    @property
    def outputs(self) -> int:
        """Return how wide the head of a network is: the classes, or the numbers predicted."""
        return len(self.classes) or self.train.y.shape[-1]

    def at_most(self, count: int, seed: int) -> Dataset:
        """Return the data with at most `count` samples in each part, drawn without replacement."""
        if count < 1:
            raise ParameterError(f"samples = {count} is not allowed; it must be at least 1.")
        rng = np.random.default_rng(seed)
        parts = {name: getattr(self, name) for name in ("train", "validation", "test")}
        for name, (x, y) in parts.items():
            chosen = np.sort(rng.permutation(len(x))[:count])
            parts[name] = Part(x[chosen], y[chosen])
        return replace(self, **parts)


def checked(preprocessing: str) -> None:
    """Raise `ParameterError` where there is no such way to prepare data."""
    one_of("preprocessing", preprocessing, Preprocessing)


def divided(
    count: int, share: float, seed: int, labels: Array | None = None
) -> tuple[Array, Array]:
    """Return the places of a part and of the `share` that is held out, by scikit-learn's split.

    Parameters
    ----------
    count : int
    share : float
        Of the part that is held out.
    seed : int
    labels : ndarray of int, shape (count,), optional
        Each class is divided alike, where it is given.

    Raises
    ------
    ParameterError
        If there are too few samples to divide so.
    """
    from sklearn.model_selection import train_test_split

    try:
        kept, held = train_test_split(
            np.arange(count), test_size=share, random_state=seed, stratify=labels
        )
    except ValueError as error:
        raise ParameterError(
            f"data: {count:,} samples cannot be divided, {share:.0%} held out: {error}"
        ) from None
    return np.asarray(kept), np.asarray(held)
