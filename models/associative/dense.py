r"""Dense associative memory: the modern Hopfield network, whose update is softmax attention.

    s <- X^T softmax(beta X s)
    E(s) = -(1 / beta) ln sum over mu of exp(beta x_mu . s) + s . s / 2 + (ln P) / beta + M^2 / 2

The rows x_mu of X are the stored patterns, here with their mean activity f taken away and of length
1, so that x_mu . s of a pattern with itself is 1 and of two unrelated ones about 0; M, the largest
length, is 1. Each update lowers the energy. It keeps every pattern, P N bits, where a matrix of
synapses has N^2 whatever is stored: what grows is the memory, not the errors.

Sources: H. Ramsauer et al., Hopfield networks is all you need, ICLR 2021, arXiv:2008.02217; D.
Krotov and J. J. Hopfield, Dense associative memory for pattern recognition, NIPS 2016,
arXiv:1606.01164.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.associative.interface import (
    Patterns,
    check_count,
    largest_fields,
    parse_patterns,
)

BETA = 50.0
_LEAST_WEIGHT = 1e-30


class DenseMemory:
    """The modern Hopfield network of Ramsauer et al. on binary patterns.

    Parameters
    ----------
    units : int
        Length N of a pattern.
    beta : float
        Inverse temperature of the softmax, above 0, for patterns of length 1: how much one pattern
        must be nearer than another to be recalled alone.
    most : int, optional
        Largest number of patterns that are kept; the oldest give way. All are kept when None.

    Raises
    ------
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from models.associative.patterns import random_patterns, replaced
    >>> rng = np.random.default_rng(1)
    >>> patterns = random_patterns(5000, 500, 20, rng)
    >>> memory = DenseMemory(500)
    >>> memory.store(patterns)
    >>> cues = replaced(patterns[:50], 0.3, rng)
    >>> bool((memory.recall(cues) == patterns[:50]).all())
    True
    """

    def __init__(self, units: int, beta: float = BETA, most: int | None = None) -> None:
        self.units = check_count("units", units)
        if not (beta > 0 and np.isfinite(beta)):
            raise ValueError(f"beta is {beta}; it must be above 0")
        self.beta = float(beta)
        self.most = None if most is None else check_count("most", most)
        self.stored = 0
        self.patterns: Patterns = np.zeros((0, self.units), bool)
        self._level = 0.0
        self._keys, self._lengths = self._centred(self.patterns)

    @property
    def bits(self) -> int:
        """One bit for each unit of each pattern kept."""
        return self.patterns.size

    @property
    def coding_level(self) -> float:
        """Mean share of active units of the patterns kept; 0 while there are none."""
        return self._level

    def store(self, patterns: ArrayLike) -> None:
        """Keep patterns, shape (..., units).

        Raises
        ------
        ValueError
            If a pattern has the wrong length or no active unit.
        """
        flat = parse_patterns(patterns, self.units, "pattern")
        kept = np.concatenate([self.patterns, flat])
        self.patterns = kept[max(0, len(kept) - (self.most or len(kept))) :]
        self._level = float(self.patterns.mean())
        self._keys, self._lengths = self._centred(self.patterns)
        self.stored += len(flat)

    def recall(
        self,
        cues: ArrayLike,
        *,
        threshold: float | None = None,
        winners: int | None = None,
        steps: int = 1,
    ) -> Patterns:
        """Recall patterns from cues.

        Parameters
        ----------
        cues : array of bool, shape (..., units)
        threshold : float, optional
            Share of the attention that a unit needs to fire; one half, a majority, when neither
            it nor winners are given.
        winners : int, optional
            Number of units with the most attention that fire, in place of a threshold.
        steps : int
            How often the state, still graded, is fed back.

        Returns
        -------
        ndarray of bool, shape (..., units); none is active while nothing is stored

        Raises
        ------
        ValueError
            If a cue has the wrong length or no active unit, threshold and winners are both given,
            or one of the numbers is out of range.
        """
        flat = parse_patterns(cues, self.units, "cue")
        if threshold is not None and winners is not None:
            raise ValueError(
                f"threshold is {threshold} and winners {winners}; give only one of them"
            )
        if winners is not None:
            winners = check_count("winners", winners, self.units)
        check_count("steps", steps)
        if not len(self.patterns):
            return np.zeros(np.shape(cues), bool)
        fire = self._readout(self.states(flat, steps - 1)[-1], threshold, winners)
        return fire.reshape(np.shape(cues))

    def course(
        self, cue: ArrayLike, steps: int, *, threshold: float | None = None,
        winners: int | None = None,
    ) -> Patterns:  # fmt: skip
        """Return a cue, shape (units,), and what `recall` gives after each of some steps.

        Returns
        -------
        ndarray of bool, shape (steps + 1, units)
        """
        first = parse_patterns(cue, self.units, "cue")
        states = self.states(first, steps - 1)
        return np.concatenate([first, self._readout(np.concatenate(states), threshold, winners)])

    def attention(self, cues: ArrayLike, steps: int = 1) -> NDArray[np.float32]:
        """Return the weight of each stored pattern in an update, shape (cues, patterns)."""
        return self._weights(self.states(cues, steps - 1)[-1])

    def states(self, cues: ArrayLike, steps: int) -> list[NDArray[np.float32]]:
        """Return the graded state before and after each update, each of shape (cues, units)."""
        course = [self._centred(parse_patterns(cues, self.units, "cue"))[0]]
        for _ in range(steps):
            course.append(self._weights(course[-1]) @ self._keys)
        return course

    def _readout(
        self, states: NDArray[np.float32], threshold: float | None, winners: int | None
    ) -> Patterns:
        """Return which units fire: those with enough of the attention that the states give."""
        weights = self._weights(states)
        # The sum of the patterns themselves, each weighted, from their centred form.
        votes = (weights * self._lengths) @ self._keys + self.coding_level * weights.sum(
            axis=1, keepdims=True
        )
        if winners is None:
            return votes > (0.5 if threshold is None else threshold)
        return np.array([largest_fields(vote, winners) for vote in votes])

    def energy(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the energy of graded states, shape (states, units), which each update lowers."""
        from scipy.special import logsumexp

        s = states.astype(float)
        likeness = self.beta * (s @ self._keys.T.astype(float))
        constant = np.log(len(self._keys)) / self.beta + 0.5
        return -logsumexp(likeness, axis=1) / self.beta + 0.5 * (s * s).sum(axis=1) + constant

    def _weights(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        from scipy.special import softmax

        weights = softmax(self.beta * (states @ self._keys.T), axis=1)
        weights[weights < _LEAST_WEIGHT] = 0  # products with denormal numbers are very slow
        return weights

    def _centred(self, patterns: Patterns) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return patterns without the mean activity, of length 1, and the lengths they had."""
        apart = patterns.astype(np.float32) - np.float32(self._level)
        lengths = np.maximum(np.linalg.norm(apart, axis=1), np.float32(1e-12))
        return apart / lengths[:, None], lengths
