"""Sparse regression with an L1 penalty: what gives exact zeros, and how fast.

F(x) = 1/2 |A x - y|^2 + lambda |x|_1. A proximal step sets small weights to exactly 0; a plain
(sub)gradient step never does, whatever a table of methods may say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A sparse regression.

    Attributes
    ----------
    a : ndarray, shape (samples, weights)
    y : ndarray, shape (samples,)
    true : ndarray, shape (weights,)
    penalty : float
        lambda.
    """

    a: Array
    y: Array
    true: Array
    penalty: float

    @property
    def steepness(self) -> float:
        """Return L, the largest curvature: the squared largest singular value of A."""
        return float(np.linalg.norm(self.a, 2) ** 2)

    def value(self, x: Array) -> float:
        """Return F(x)."""
        left = self.a @ x - self.y
        return float(0.5 * left @ left + self.penalty * np.abs(x).sum())

    def gradient(self, x: Array) -> Array:
        """Return the gradient of the smooth part."""
        return self.a.T @ (self.a @ x - self.y)


def problem(
    rng: np.random.Generator, samples: int = 200, weights: int = 1000, true: int = 20,
    noise: float = 0.05, share: float = 0.1,
) -> Problem:  # fmt: skip
    """Return a random problem of which `true` weights are not 0; lambda = share max|A^T y|."""
    a = rng.standard_normal((samples, weights)) / np.sqrt(samples)
    x = np.zeros(weights)
    x[rng.permutation(weights)[:true]] = rng.standard_normal(true)
    y = a @ x + noise * rng.standard_normal(samples)
    return Problem(a, y, x, share * float(np.abs(a.T @ y).max()))


def soft(v: Array, threshold: float) -> Array:
    """Return sign(v) max(|v| - threshold, 0), the proximal step of the L1 norm."""
    return np.sign(v) * np.maximum(np.abs(v) - threshold, 0)


def ista(task: Problem, steps: int) -> tuple[Array, Array]:
    """Return the weights and F after each step of x <- soft(x - gradient / L, lambda / L)."""
    return proximal(task, steps, lambda t: 1.0, restart=False)


def fista(task: Problem, steps: int, restart: bool = False) -> tuple[Array, Array]:
    """Return the same with momentum (Beck and Teboulle 2009), restarted where it points uphill.

    t+ = (1 + sqrt(1 + 4 t^2)) / 2, z = x+ + (t - 1) / t+ (x+ - x), the step being taken from z;
    restart (O'Donoghue and Candes 2015) where (z - x+) . (x+ - x) > 0.
    """
    return proximal(task, steps, lambda t: (1 + np.sqrt(1 + 4 * t * t)) / 2, restart)


def proximal(
    task: Problem, steps: int, grow: Callable[[float], float], restart: bool
) -> tuple[Array, Array]:
    """Return weights and F after each proximal step, with momentum that grows as told."""
    rate = 1 / task.steepness
    x = z = np.zeros(task.a.shape[1])
    t, values = 1.0, np.empty(steps)
    for step in range(steps):
        new = soft(z - rate * task.gradient(z), rate * task.penalty)
        if restart and (z - new) @ (new - x) > 0:
            t = 1.0
        after = grow(t)
        z = new + (t - 1) / after * (new - x)
        x, t = new, after
        values[step] = task.value(x)
    return x, values


def subgradient(task: Problem, steps: int) -> tuple[Array, Array]:
    """Return the weights and F after each step along the (sub)gradient, of length 1 / L."""
    rate = 1 / task.steepness
    x, values = np.zeros(task.a.shape[1]), np.empty(steps)
    for step in range(steps):
        x = x - rate * (task.gradient(x) + task.penalty * np.sign(x))
        values[step] = task.value(x)
    return x, values


#: Solvers by name.
SOLVERS: dict[str, Callable[[Problem, int], tuple[Array, Array]]] = {
    "ISTA": ista,
    "FISTA": fista,
    "FISTA with restart": lambda task, steps: fista(task, steps, restart=True),
    "subgradient": subgradient,
}


def least(task: Problem) -> float:
    """Return the least F, by many steps with restart."""
    return float(fista(task, 3000, restart=True)[1].min())
