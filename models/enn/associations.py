"""Key-value pairs to recall: shown once, among distractions; and maps learned one after another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.enn.tasks import Question, Task, distinct

#: Symbols that distractor steps show, in columns of their own.
DISTRACTORS = 8


@dataclass(frozen=True, kw_only=True)
class AssociativeRecall(Task):
    """Pairs of a key and a value are shown, then keys alone; the answer is the key's value.

    Keys and values are one-hot, keys of a sequence differ, values are drawn independently. The
    associative retrieval of Ba et al. 2016, arXiv:1610.06258, section 4.1, with dials.

    Attributes
    ----------
    pairs : int
        Pairs shown. With more of them than a memory has slots, slots must be shared.
    keys, values : int
        Keys and values there are.
    together : bool
        Whether a key and its value are shown in one step; otherwise the value follows in the next,
        and a column marks the steps that ask.
    distractors : int
        Steps after each pair that show an irrelevant symbol.
    gap : int
        Blank steps before the first question.
    queries : int
        Keys asked for, each in a step of its own and none twice.
    """

    pairs: int = 8
    keys: int = 32
    values: int = 16
    together: bool = True
    distractors: int = 0
    gap: int = 0
    queries: int = 1

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value of the dials."""
        return {
            "pairs": (1, self.keys), "keys": (1, math.inf), "values": (2, math.inf),
            "queries": (1, self.pairs),
        }  # fmt: skip

    @property
    def features(self) -> int:
        """Return the width: keys, values, and where needed a mark and the distractors."""
        marks = (not self.together) + DISTRACTORS * (self.distractors > 0)
        return self.keys + self.values + marks

    @property
    def each(self) -> int:
        """Return the steps from one pair to the next."""
        return (1 if self.together else 2) + self.distractors

    @property
    def steps(self) -> int:
        """Return the length of a sequence."""
        return self.pairs * self.each + self.gap + self.queries

    @property
    def outputs(self) -> int:
        """Return the number of values."""
        return self.values

    @property
    def questions(self) -> int:
        """Return how many keys are asked for."""
        return self.queries

    def unbound(self) -> float:
        """Return the share of right answers of one who knows which values were shown, not to what.

        The best guess is the most frequent value: E[largest count] / pairs, by the multinomial
        distribution. A network above this has bound values to keys.
        """
        below = [0.0]  # probability that no value was shown more than 0, 1, 2, ... times
        below += [_at_most(most, self.pairs, self.values) for most in range(1, self.pairs + 1)]
        return sum(1 - share for share in below[:-1]) / self.pairs

    def make(self, size: int, generator: torch.Generator) -> tuple[Tensor, Question]:
        """Return sequences (B, T, d) and what is asked of them."""
        rows = torch.arange(size)[:, None]
        key = distinct(size, self.keys, self.pairs, generator)
        value = torch.randint(self.values, (size, self.pairs), generator=generator)
        asked = distinct(size, self.pairs, self.queries, generator)
        x = torch.zeros(size, self.steps, self.features)
        shown = torch.arange(self.pairs) * self.each
        x[rows, shown, key] = 1
        x[rows, shown + (not self.together), self.keys + value] = 1
        if self.distractors:
            self.distract(x, generator)
        places = torch.arange(self.steps - self.queries, self.steps)
        x[rows, places, key.gather(1, asked)] = 1
        if not self.together:
            x[:, places, self.keys + self.values] = 1
        return x, Question(places, value.gather(1, asked))

    def distract(self, x: Tensor, generator: torch.Generator) -> None:
        """Show irrelevant symbols after each pair."""
        pair = torch.arange(self.pairs)[:, None] * self.each
        places = (pair + torch.arange(self.each - self.distractors, self.each)).flatten()
        symbol = torch.randint(DISTRACTORS, (len(x), len(places)), generator=generator)
        x[torch.arange(len(x))[:, None], places, self.features - DISTRACTORS + symbol] = 1


@dataclass(frozen=True, kw_only=True)
class Stream(Task):
    """Maps from keys to values, learned one after another; after each, all so far are asked.

    A column for each map says which one a step is of. The answers fill the lower triangle of the
    matrix R of Lopez-Paz & Ranzato 2017, arXiv:1706.08840, section 3: R[i, j] is how well map j
    is known after map i.

    Attributes
    ----------
    maps : int
        Maps in a sequence.
    pairs : int
        Keys of each map.
    values : int
        Values there are.
    shared : bool
        Whether all maps have the same keys, so that a key's value depends on the map; otherwise
        each map has keys of its own.
    """

    maps: int = 4
    pairs: int = 4
    values: int = 8
    shared: bool = False

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value of the dials."""
        return {"maps": (1, math.inf), "pairs": (1, math.inf), "values": (2, math.inf)}

    @property
    def keys(self) -> int:
        """Return how many keys there are."""
        return self.pairs if self.shared else self.pairs * self.maps

    @property
    def features(self) -> int:
        """Return the width: keys, values and maps."""
        return self.keys + self.values + self.maps

    @property
    def steps(self) -> int:
        """Return the length of a sequence."""
        return self.maps * self.pairs + self.questions

    @property
    def outputs(self) -> int:
        """Return the number of values."""
        return self.values

    @property
    def questions(self) -> int:
        """Return how many answers are asked: after each map, one of each map so far."""
        return self.maps * (self.maps + 1) // 2

    def make(self, size: int, generator: torch.Generator) -> tuple[Tensor, Question]:
        """Return sequences (B, T, d) and what is asked of them."""
        rows = torch.arange(size)[:, None]
        value = torch.randint(self.values, (size, self.maps, self.pairs), generator=generator)
        x = torch.zeros(size, self.steps, self.features)
        places, answers, step = [], [], 0
        for this in range(self.maps):
            pair = distinct(size, self.pairs, self.pairs, generator)
            shown = torch.arange(step, step + self.pairs)
            x[rows, shown, self.key(this, pair)] = 1
            x[rows, shown, self.keys + value[:, this].gather(1, pair)] = 1
            x[:, shown, self.keys + self.values + this] = 1
            step += self.pairs
            for old in range(this + 1):
                pair = torch.randint(self.pairs, (size, 1), generator=generator)
                x[rows, step, self.key(old, pair)] = 1
                x[:, step, self.keys + self.values + old] = 1
                answers.append(value[:, old].gather(1, pair))
                places.append(step)
                step += 1
        return x, Question(torch.tensor(places), torch.cat(answers, 1))

    def key(self, this: int, pair: Tensor) -> Tensor:
        """Return the number of a key of a map."""
        return pair if self.shared else pair + this * self.pairs

    def matrix(self, right: Tensor) -> Tensor:
        """Return R (maps, maps): the share of right answers of map j after map i; NaN above.

        Parameters
        ----------
        right : Tensor of bool, shape (B, questions)
            Whether each answer was right, in the order of the steps that ask.
        """
        after, of = torch.tril_indices(self.maps, self.maps)
        table = torch.full((self.maps, self.maps), math.nan)
        table[after, of] = right.float().mean(0)
        return table

    @staticmethod
    def backward_transfer(matrix: Tensor) -> float:
        """Return how much the last map changed what was known of the others (equation 3 there).

        The mean of R[last, j] - R[j, j] over all maps but the last; below 0: forgetting.
        """
        if len(matrix) < 2:
            return math.nan
        return float((matrix[-1] - matrix.diagonal())[:-1].mean())


def _at_most(most: int, draws: int, values: int) -> float:
    """Return the probability that none of some values is drawn more often than `most` times.

    Ways to draw value after value: C(free draws, times) for each, summed; over values ** draws.
    """
    ways = [1.0] + [0.0] * draws  # by draws that are dealt out so far, over values ** dealt
    for _ in range(values):
        ways = [
            sum(
                ways[dealt - times] * math.comb(draws - dealt + times, times) / values**times
                for times in range(min(most, dealt) + 1)
            )
            for dealt in range(draws + 1)
        ]
    return ways[draws]
