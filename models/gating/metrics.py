"""What continual learning is measured by, from one matrix of accuracies.

R[i, j] is the test accuracy on task j after training on task i, for T tasks in order. Two measures
go by the name of forgetting and differ: Chaudhry et al. 2018 subtract from the best accuracy that
the task ever had, the library Avalanche from the one right after the task was learnt, so that the
latter is minus the backward transfer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def matrix(accuracies: ArrayLike) -> NDArray[np.float64]:
    """Return the matrix of accuracies, checked.

    Raises
    ------
    ValueError
        If it is not square, or has a number that is no accuracy.
    """
    r = np.asarray(accuracies, float)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or not r.size:
        raise ValueError(f"accuracies has shape {r.shape}; it must be (tasks, tasks)")
    if not ((r >= 0) & (r <= 1)).all():
        raise ValueError("accuracies must lie from 0 to 1")
    return r


def average_accuracy(accuracies: ArrayLike) -> float:
    """Return ACC, the mean accuracy over all tasks at the end: mean_j R[T, j].

    Parameters
    ----------
    accuracies : shape (tasks, tasks), from 0 to 1
        Row i: after training on task i.
    """
    return float(matrix(accuracies)[-1].mean())


def backward_transfer(accuracies: ArrayLike) -> float:
    """Return BWT = mean over j < T of R[T, j] - R[j, j]; negative where tasks are forgotten.

    NaN for a single task. Lopez-Paz and Ranzato 2017.
    """
    r = matrix(accuracies)
    return earlier(r[-1] - np.diag(r))


def forgetting_from_best(accuracies: ArrayLike) -> float:
    """Return forgetting after Chaudhry et al. 2018: mean over j < T of max_{l<T} R[l, j] - R[T, j].

    The best accuracy is that over all rows before the last, those before the task was learnt too.
    NaN for a single task.
    """
    r = matrix(accuracies)
    best = r[:-1].max(axis=0) if len(r) > 1 else r[-1]
    return earlier(best - r[-1])


def forgetting_from_learnt(accuracies: ArrayLike) -> float:
    """Return forgetting as Avalanche has it: mean over j < T of R[j, j] - R[T, j], minus BWT."""
    return -backward_transfer(accuracies)


def forward_transfer(accuracies: ArrayLike, untrained: ArrayLike) -> float:
    """Return FWT = mean over j > 1 of R[j-1, j] - b_j, with b_j that of the untrained network.

    Parameters
    ----------
    accuracies : shape (tasks, tasks)
    untrained : shape (tasks,)

    Returns
    -------
    float
        NaN for a single task. Lopez-Paz and Ranzato 2017.
    """
    r, before = matrix(accuracies), np.asarray(untrained, float)
    if before.shape != r.shape[:1]:
        raise ValueError(f"untrained has shape {before.shape}; it must be {r.shape[:1]}")
    ahead = np.diag(r, 1) - before[1:]
    return float(ahead.mean()) if ahead.size else float("nan")


def average_incremental_accuracy(accuracies: ArrayLike) -> float:
    """Return AIA, the mean over i of the mean accuracy on the tasks learnt until then."""
    r = matrix(accuracies)
    return float(np.mean([r[i, : i + 1].mean() for i in range(len(r))]))


def earlier(values: NDArray[np.float64]) -> float:
    """Return the mean over all tasks but the last; NaN if there is no other."""
    return float(values[:-1].mean()) if values.size > 1 else float("nan")
