"""Texts as sequences of token numbers: what comes next is to be predicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.enn.dataset import PUBLISHED_SEED, Array, Dataset, Part, Preprocessing, checked, divided
from models.enn.texts import (
    WIKITEXT,
    WIKITEXT_SOURCE,
    Document,
    dealt,
    documents,
    wikitext_lines,
)
from workbench.model import ParameterError

UNKNOWN, END = "<unk>", "<eos>"


def text(
    name: str,
    folder: str | Path = "",
    preprocessing: Preprocessing = "sound",
    seed: int = 0,
    *,
    steps: int = 32,
    words: int = 0,
    share: float = 1.0,
) -> Dataset:
    """Return a text as spans of tokens, each with the token that follows it.

    "sound": x are token numbers (samples, steps), int64, for an embedding. Words are those of the
    training part, the most frequent first; others are ``<unk>``, and each line ends with
    ``<eos>``. Parts are divided by document. Every step has a target, the last one too.

    "paper": x is the raw number of a word among all words in alphabetical order as one float
    feature (samples, steps, 1); lines of `steps` words or fewer and ends of lines are left out;
    a fifth of the lines tests, the last fifth of the other spans validates; the last target is
    word 0, and counts.

    Parameters
    ----------
    name : str
        "wikitext-2", "wikitext-103", or "text", whose `folder` is a file or folder of any text.
    folder, preprocessing, seed
        As `models.enn.loading.load`.
    steps : int
        Length of a span.
    words : int
        Most words of the vocabulary ("sound"); 0: all.
    share : float
        Share of the training lines to use ("paper"; the published program uses 0.25 of
        WikiText-103), drawn as it draws them.

    Raises
    ------
    ParameterError
        If a value is not allowed, a file is not there, or the text is too short.
    """
    checked(preprocessing)
    for what, value, low, high in (
        ("steps", steps, 1, 10_000), ("words", words, 0, 10**9), ("share", share, 0.0001, 1),
    ):  # fmt: skip
        if not low <= value <= high:
            raise ParameterError(
                f"{what} = {value} is not allowed; it must be from {low} to {high}."
            )
    if preprocessing == "paper":
        return published(name, source(name, folder), lines_of(name, folder), steps, share)
    if name in WIKITEXT:
        # Empty lines stay: each line ends with a token, as in all published results.
        read = wikitext_lines(name, folder).values()
        parts = [[[line.split() for line in lines]] for lines in read]
        dividing = "as its authors divide its articles"
    else:
        parts = dealt(documents(folder), seed)
        dividing = f"80, 10 and 10 % of the documents (seed {seed})"
    vocabulary = known_words(parts[0], words)
    number = {word: place for place, word in enumerate(vocabulary)}
    said = (
        f"Numbers of {len(vocabulary):,} words, those of the training part; spans of {steps}, each "
        f"step followed by its target; divided {dividing}."
    )
    train, held, test = (spans(stream(part, number), steps) for part in parts)
    return Dataset(name, source(name, folder), said, train, held, test, tuple(vocabulary))


def source(name: str, folder: str | Path) -> str:
    """Return where a text is from."""
    if name in WIKITEXT:
        return WIKITEXT_SOURCE.format(name=name.replace("wikitext", "WikiText"))
    return f"the text {Path(folder).name}"


def lines_of(name: str, folder: str | Path) -> list[list[str]]:
    """Return the lines that the published program would read, empty ones too."""
    if name in WIKITEXT:
        return [line.split() for line in wikitext_lines(name, folder)["train"]]
    return [line for document in documents(folder) for line in document]


def known_words(part: list[Document], most: int) -> list[str]:
    """Return the words of a part, the most frequent first, with <unk> and <eos>."""
    counts = Counter(word for document in part for line in document for word in line)
    for special in (UNKNOWN, END):
        counts.pop(special, None)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return [UNKNOWN, END, *(ordered[: max(0, most - 2)] if most else ordered)]


def stream(part: list[Document], number: dict[str, int]) -> Array:
    """Return the token numbers of a part, document after document."""
    unknown = number[UNKNOWN]
    tokens = (
        number.get(word, unknown) for document in part for line in document for word in (*line, END)
    )
    return np.fromiter(tokens, np.int64)


def spans(tokens: Array, steps: int) -> Part:
    """Return spans (samples, steps) of a stream, and the token after each of their steps."""
    count = (len(tokens) - 1) // steps
    if count < 1:
        raise ParameterError(
            f"data: a part of the text has {len(tokens)} tokens; it must have more than steps = "
            f"{steps}."
        )
    x, y = (tokens[start : start + count * steps].reshape(count, steps) for start in (0, 1))
    return Part(x.copy(), y.copy())


def published(
    name: str, where: str, lines: Sequence[Sequence[str]], steps: int, share: float
) -> Dataset:
    """Return a text as the published program prepares it."""
    if share < 1:
        order = np.random.default_rng(PUBLISHED_SEED).permutation(len(lines))
        lines = [lines[int(place)] for place in order[: int(len(lines) * share)]]
    lowered = [[word.lower() for word in line] for line in lines]
    vocabulary = sorted({word for line in lowered for word in line})
    number = {word: place for place, word in enumerate(vocabulary)}
    parts = []
    for chosen in divided(len(lowered), 0.2, PUBLISHED_SEED):
        cut = [span for place in chosen for span in full_spans(lowered[place], steps)]
        tokens = np.array([number[word] for span in cut for word in span], np.int64)
        parts.append(with_targets(tokens.reshape(-1, steps)))
    (x, y), test = parts
    kept = int(len(x) * (1 - 0.2))
    if min(kept, len(test.x)) < 1:
        raise ParameterError(
            f"data: the text has {len(x) + len(test.x)} spans of steps = {steps} words within its "
            "lines; there must be some in each part."
        )
    said = (
        f"Numbers of {len(vocabulary):,} words in alphabetical order as one feature, spans of "
        f"{steps}; the last target of each is word 0; divided by line, as published."
    )
    train, validation = Part(x[:kept], y[:kept]), Part(x[kept:], y[kept:])
    return Dataset(name, where, said, train, validation, test, tuple(vocabulary))


def full_spans(line: Sequence[str], steps: int) -> list[Sequence[str]]:
    """Return the spans of a line that the published program uses."""
    return [line[start : start + steps] for start in range(0, len(line) - steps, steps)]


def with_targets(tokens: Array) -> Part:
    """Return token numbers as a float feature, and each one's follower, word 0 after the last."""
    y = np.roll(tokens, -1, axis=1)
    y[:, -1] = 0
    return Part(tokens[..., None].astype(np.float32), y)
