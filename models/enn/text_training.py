"""Networks learn to foresee the next word of any text, and are compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from models.enn.loading import load
from models.enn.recipe import Recipe
from models.enn.reproduce_experiments import Experiment
from models.enn.reproduce_networks import fair_nets

#: Names of texts that `models.enn.loading.load` knows.
TEXTS = ("text", "wikitext-2", "wikitext-103")


def text_experiment(
    name: str,
    cell: dict[str, Any],
    recipe: Recipe,
    *,
    batch: int = 32,
    dropout: float = 0.0,
    words: int = 0,
    steps: int = 32,
) -> Experiment:
    """Return an experiment with a text: words get an embedding, and spans are read from zero.

    Parameters
    ----------
    name : str
        One of `TEXTS`.
    cell : dict
        Settings of the Engram cell, its `hidden_size` among them; where it names no trace, the
        batch's is frozen in evaluation.
    recipe : Recipe
    batch : int
        Spans in a batch.
    dropout : float
        Of embedding and before the head.
    words : int
        Most words of the vocabulary, the most frequent ones; 0: all of the training part.
    steps : int
        Words in a span.
    """
    return Experiment(
        name=name, title="The next word", rows="", task="words",
        data=lambda folder, preprocessing: load(
            name, folder, preprocessing, words=words, steps=steps
        ),
        nets=(), fair=fair_nets(("each",), cell["hidden_size"], dropout), cell=cell,
        recipe=replace(recipe, restore=True), batch=batch, references=("unigrams",),
    )  # fmt: skip


def named_text(data: str, folder: str) -> tuple[str, str]:
    """Return which text is asked for and where it is; a file or folder is a text by itself."""
    if data in TEXTS:
        return data, folder
    return "text", str(Path(data).expanduser())
