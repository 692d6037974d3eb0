"""How well classes are told apart: the confusion matrix, and scores of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.model import ParameterError


@dataclass(frozen=True)
class Classification:
    """How well classes are told apart.

    Attributes
    ----------
    classes : tuple of str
    confusion : ndarray of int, shape (C, C)
        Row: the true class, column: the predicted one.
    precision, recall, f1 : ndarray, shape (C,)
        0 where a class was never predicted, or is not there.
    support : ndarray of int, shape (C,)
    accuracy : float
    """

    classes: tuple[str, ...]
    confusion: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]
    accuracy: float

    @property
    def averages(self) -> dict[str, tuple[float, float, float]]:
        """Return the mean precision, recall and F1: of all classes, and weighted by support."""
        scores = np.stack([self.precision, self.recall, self.f1])
        weighted = np.average(scores, axis=1, weights=self.support)
        return {
            "macro average": tuple(scores.mean(1).tolist()),
            "weighted average": tuple(weighted.tolist()),
        }

    def __str__(self) -> str:
        rows = list(zip(self.classes, self.precision, self.recall, self.f1, strict=True))
        rows += [(name, *scores) for name, scores in self.averages.items()]
        width = max(len(row[0]) for row in rows)
        lines = [f"{'':{width}}  precision  recall      f1"]
        lines += [f"{name:{width}}  {p:9.4f}  {r:6.4f}  {f:6.4f}" for name, p, r, f in rows]
        return "\n".join([*lines, f"accuracy {self.accuracy:.4f} of {self.support.sum():,}"])


def classification(true: ArrayLike, predicted: ArrayLike, classes: Sequence[str]) -> Classification:
    """Return how well classes are told apart.

    Parameters
    ----------
    true, predicted : array_like of int, shape (samples,)
        Numbers of classes.
    classes : sequence of str
        Names of the classes.

    Raises
    ------
    ParameterError
        If there are no samples, not as many predictions, or a number that is no class.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    true, predicted = np.asarray(true).ravel(), np.asarray(predicted).ravel()
    if not len(true) or len(true) != len(predicted):
        raise ParameterError(
            f"There are {len(true)} classes and {len(predicted)} predictions; there must be as "
            "many of both, and at least one."
        )
    both = np.concatenate([true, predicted])
    if both.min() < 0 or both.max() >= len(classes):
        raise ParameterError(
            f"A class number lies outside 0 to {len(classes) - 1}, the classes there are."
        )
    labels = np.arange(len(classes))
    scores = precision_recall_fscore_support(
        true,
        predicted,
        labels=labels,
        zero_division=0,  # type: ignore[arg-type]
    )
    confusion = confusion_matrix(true, predicted, labels=labels)
    accuracy = float((true == predicted).mean())
    precision, recall, f1, support = (np.asarray(score) for score in scores)
    return Classification(tuple(classes), confusion, precision, recall, f1, support, accuracy)
