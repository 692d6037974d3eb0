"""The paper's experiments, each one object: data, networks, recipe, published rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.enn.dataset import Dataset, Part, Preprocessing
from models.enn.loading import load
from models.enn.recipe import Recipe
from models.enn.reproduce_networks import (
    PUBLISHED_WORDS,
    Net,
    Task,
    fair_nets,
    published_nets,
)

Loading = Callable[[str, Preprocessing], Dataset]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment of the paper, as it was done and as it should be.

    Attributes
    ----------
    name, title : str
    rows : str
        Name of its published results in `models.enn.published`.
    task : {"classes", "numbers", "words"}
    data : callable
        Given a folder and how to prepare them, returns the data.
    nets, fair : tuple of Net
        As published; and with the same readout, head, dropout, and width or number of weights.
    cell : dict
        Settings of the Engram cell.
    recipe : Recipe
    batch : int
        Samples in a batch.
    references : tuple of str
        What needs no training, of `models.enn.reproduce_measures.REFERENCES`.
    outputs : int
        Width of the published head, where it is not that of the data.
    note : str
        What to know of the paper's way.
    tests_only : bool
        Whether the statistics are what is asked for.
    """

    name: str
    title: str
    rows: str
    task: Task
    data: Loading
    nets: tuple[Net, ...]
    fair: tuple[Net, ...]
    cell: dict[str, Any]
    recipe: Recipe
    batch: int = 128
    references: tuple[str, ...] = ()
    outputs: int = 0
    note: str = ""
    tests_only: bool = False


def named(name: str) -> Loading:
    """Return how a data set is loaded."""
    return lambda folder, preprocessing: load(name, folder, preprocessing)


def dummy(folder: str, preprocessing: Preprocessing) -> Dataset:
    """Return the sequences of figure 2: x normal, y = x + 0.1 e, 10 steps of 8 numbers."""
    rng = np.random.default_rng(42)

    def part(count: int) -> Part:
        x = rng.standard_normal((count, 10, 8)).astype(np.float32)
        return Part(x, x + np.float32(0.1) * rng.standard_normal(x.shape).astype(np.float32))

    train, held, fresh = part(800), part(200), part(200)
    said = "1,000 sequences: 800 to train, 200 to validate" + (
        " and to test, as published." if preprocessing == "paper" else "; 200 more to test."
    )
    test = held if preprocessing == "paper" else fresh
    return Dataset("dummy", "made: y = x + 0.1 e, x and e normal", said, train, held, test)


def words(folder: str, preprocessing: Preprocessing) -> Dataset:
    """Return WikiText-103 where the folder holds it, a quarter of its lines; else WikiText-2."""
    if folder and (Path(folder) / "wikitext-103").is_dir():
        share = 0.25 if preprocessing == "paper" else 1.0
        return load("wikitext-103", folder, preprocessing, share=share)
    return load("wikitext-2", folder, preprocessing)


CELL = {"hidden_size": 128, "slots": 64}
MNIST: dict[str, Any] = {
    "rows": "mnist", "task": "classes", "data": named("mnist"), "cell": CELL, "recipe": Recipe(),
    "fair": fair_nets(("last", "attention"), 128, 0.3),
}  # fmt: skip
BASELINES = published_nets("last", (128, 64), 0.3)

EXPERIMENTS: dict[str, Experiment] = {
    made.name: made for made in (
        Experiment(
            name="table2", title="Table 2: MNIST, row by row",
            nets=(*BASELINES, Net("ENN, attention pool", "enn", "attention", dropout=0.3)),
            note=(
                "As published the baselines have two layers and no dropout, the ENN one layer, "
                "dropout 0.3 and up to six times their weights. The attention pool is what "
                "EngramClassifier asks for and never gets."
            ),
            **MNIST,
        ),
        Experiment(
            name="table3", title="Table 3: are the networks of table 2 unlike each other?",
            nets=BASELINES, tests_only=True,
            note=(
                "The paper's two 'samples' of a network are the validation and the test score of "
                "one and the same run, so that the tests say nothing of what another run would "
                "give: they mean nothing."
            ),
            **MNIST,
        ),
        Experiment(
            name="table4", title="Table 4: the next word", rows="wikitext-103", task="words",
            data=words, cell={**CELL, "sparsity": 0.3}, recipe=Recipe(epochs=10),
            nets=published_nets("each", (128, 128), 0.3), fair=fair_nets(("each",), 128, 0.3),
            references=("unigrams",), outputs=PUBLISHED_WORDS,
            note=(
                "A word is its number in the alphabet, as one unscaled input, which the ENN cannot "
                "tell from another word's; every 32nd target is word 0, and counts."
            ),
        ),
        Experiment(
            name="fig2", title="Figure 2: regression of made sequences", rows="fig2",
            task="numbers", data=dummy, batch=32,
            cell={"hidden_size": 32, "slots": 16, "hebbian_rate": 0.01},
            recipe=Recipe(epochs=10, clipping="none", patience=0, plateau=0, restore=False),
            nets=published_nets("each", (32,), 0.0, ("enn", "rnn")),
            fair=fair_nets(("each",), 32, 0.0), references=("the input itself",),
            note="The paper shows curves, no numbers. No step depends on another.",
        ),
        Experiment(
            name="cifar", title="Figures 7 and 8: CIFAR-10, row by row", rows="cifar10",
            task="classes", data=named("cifar10"), cell=CELL, recipe=Recipe(epochs=30),
            nets=published_nets("last", (), 0.3, ("enn",)),
            fair=fair_nets(("last", "attention"), 128, 0.3),
            note="As published the test pictures validate, too: the best epoch is chosen by them.",
        ),
        Experiment(
            name="housing", title="A footnote: house values in California",
            rows="california-housing", task="numbers", data=named("california-housing"), batch=32,
            cell=CELL,
            recipe=Recipe(epochs=100, clipping="none", patience=0, plateau=0, restore=False),
            nets=published_nets("last", (), 0.0, ("enn",)),
            fair=fair_nets(("last",), 128, 0.0), references=("linear regression",),
            note="One feature and one step: the trace that the step writes is never read.",
        ),
    )
}  # fmt: skip
