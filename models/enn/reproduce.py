"""The paper's experiments done again: with its settings, and as they should be.

`Reproduction.course` trains network after network and tells how far it is; whatever is finished
stays in `outcomes`, also if it is interrupted. `models.enn.reproduce_report` makes text of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from torch import nn

from models.enn.baselines import trained
from models.enn.batches import ArrayBatches
from models.enn.classification import Classification
from models.enn.dataset import Dataset
from models.enn.material import tensors
from models.enn.recipe import Recipe
from models.enn.reproduce_experiments import EXPERIMENTS, Experiment
from models.enn.reproduce_measures import REFERENCES, measured, memory_report, told_apart
from models.enn.reproduce_networks import Kind, Net, network_of
from models.enn.scoring import Score, evaluate
from models.enn.trainer import Trainer
from workbench.model import ParameterError, unknown

#: Steps between two tellings of how far training is.
OFTEN = 5
#: Seed of the first run, and of a smaller sample.
FIRST = 0


class Epoch(NamedTuple):
    """What an epoch led to; the accuracies are NaN where numbers are predicted.

    The test part is looked at after each epoch only in the paper's way, and never chosen by.
    """

    training_loss: float
    validation_loss: float
    validation_accuracy: float
    test_loss: float | None
    test_accuracy: float | None


@dataclass
class Outcome:
    """A network that was trained with a seed.

    Attributes
    ----------
    network, group : str
    seed : int
    widths : tuple of int
        Of the layers.
    epochs : list of Epoch
    measures : dict
        On the test part, with the number of trained parameters and the seconds of training; empty
        until training is over.
    validation : dict
        Accuracy and loss on the validation part, of the weights that were tested.
    memory : dict
        What the ENN does with its memory.
    classes : Classification or None
    ended : str
        Why training ended.
    """

    network: str
    group: str
    seed: int
    widths: tuple[int, ...] = ()
    epochs: list[Epoch] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    classes: Classification | None = None
    ended: str = ""


class Reproduction:
    """An experiment of the paper, done again.

    Parameters
    ----------
    name : str or Experiment
        One of `EXPERIMENTS`, or another experiment of the same form.
    folder : str
        Where data are, as `models.enn.loading.load`.
    fixed : bool
        Whether it is done as it should be: several seeds, networks of equal width and of equal
        size, parts that are held apart, a cell that is deterministic in evaluation.
    seeds : int
        Runs of each network.
    epochs, samples : int
        Fewer of them; 0: as published, and all there are.
    kinds : sequence of {"enn", "gru", "rnn", "lstm"}
        Which networks; all of the experiment if it is empty.

    Raises
    ------
    ParameterError
        If a value is not allowed, or data are not there.
    """

    def __init__(
        self,
        name: str | Experiment,
        folder: str = "",
        *,
        fixed: bool = False,
        seeds: int = 1,
        epochs: int = 0,
        samples: int = 0,
        kinds: tuple[Kind, ...] = (),
    ) -> None:
        if isinstance(name, str) and name not in EXPERIMENTS:
            raise ParameterError(unknown(name, EXPERIMENTS, "experiment"))
        for what, value, low in (
            ("seeds", seeds, 1),
            ("epochs", epochs, 0),
            ("samples", samples, 0),
        ):
            if value < low:
                raise ParameterError(f"{what} = {value} is not allowed; it must be at least {low}.")
        made = EXPERIMENTS[name] if isinstance(name, str) else name
        nets = made.fair if fixed else made.nets
        self.nets = tuple(net for net in nets if not kinds or net.kind in kinds)
        if not self.nets:
            there = ", ".join(dict.fromkeys(net.kind.upper() for net in nets))
            raise ParameterError(f"{made.name} has none of these networks; it has {there}.")
        self.experiment: Experiment = made
        self.fixed, self.seeds = fixed, seeds
        self.recipe: Recipe = replace(
            made.recipe, epochs=epochs or made.recipe.epochs, restore=made.recipe.restore or fixed
        )
        self.data: Dataset = made.data(folder, "sound" if fixed else "paper")
        self.all = len(self.data.train.x)
        if samples:
            self.data = self.data.at_most(samples, FIRST)
        self.outcomes: list[Outcome] = []
        self.references = {what: REFERENCES[what](self.data) for what in made.references}

    @property
    def short(self) -> str:
        """Return in what the experiment is not whole; nothing if it is."""
        said = []
        train = len(self.data.train.x)
        if self.recipe.epochs < self.experiment.recipe.epochs:
            said.append(f"{self.recipe.epochs} of {self.experiment.recipe.epochs} epochs")
        if train < self.all:
            said.append(f"{train:,} of {self.all:,} training samples")
        kinds = {net.kind for net in self.experiment.fair if self.fixed}
        kinds |= {net.kind for net in self.experiment.nets if not self.fixed}
        if missing := kinds - {net.kind for net in self.nets}:
            said.append("without " + ", ".join(sorted(kind.upper() for kind in missing)))
        return "; ".join(said)

    @property
    def finished(self) -> list[Outcome]:
        """Return the outcomes of training that is over."""
        return [outcome for outcome in self.outcomes if outcome.measures]

    def course(self) -> Iterator[tuple[float, str]]:
        """Train and test; yield the share that is done, and what is being done.

        Each network begins anew: `outcomes` has all those that are over, and the last one begun.
        """
        self.outcomes = []
        work = [(net, FIRST + seed) for seed in range(self.seeds) for net in self.nets]
        for place, (net, seed) in enumerate(work):
            for done, said in self.run(net, seed):
                yield (place + done) / len(work), f"{net.name}, seed {seed}: {said}"

    def run(self, net: Net, seed: int) -> Iterator[tuple[float, str]]:
        """Train and test a network, and keep its outcome."""
        made, data = self.experiment, self.data
        outputs = data.outputs if self.fixed else max(made.outputs, data.outputs)
        network = network_of(net, made.task, data.features, outputs, made.cell, seed, self.fixed)
        outcome = Outcome(net.name, net.group, seed, tuple(getattr(network, "widths", ())))
        self.outcomes.append(outcome)
        trainer = Trainer(
            network, ArrayBatches(*tensors(data.train), made.batch, seed),
            ArrayBatches(*tensors(data.validation), made.batch),
            replace(self.recipe, seed=seed),
        )  # fmt: skip
        seconds = 0.0
        course = trainer.course(every=OFTEN)
        while True:
            began = time.perf_counter()
            told = next(course, None)
            seconds += time.perf_counter() - began
            if told is None:
                break
            if told.validation is not None:
                outcome.epochs.append(self.epoch(network, told.training.loss, told.validation))
                outcome.ended = told.ended
            yield 0.97 * told.done, f"epoch {told.epoch} of {self.recipe.epochs}"
        if made.task == "classes":  # table 3 compares this score with the test's
            kept = evaluate(network, trainer.held_out)
            outcome.validation = {"accuracy": kept.accuracy, "loss": kept.loss}
        if net.kind == "enn":
            outcome.memory = memory_report(network, made.task, data, made.batch)
        if made.task == "classes":
            outcome.classes = told_apart(network, data, made.batch)
        outcome.measures = {
            **measured(network, made.task, data, made.batch),
            "seconds": seconds, "parameters": trained(network),
        }  # fmt: skip
        yield 1.0, "tested"

    def epoch(self, network: nn.Module, training: float, validation: Score) -> Epoch:
        """Return what an epoch led to."""
        if self.fixed or self.experiment.task == "words":
            return Epoch(training, validation.loss, validation.accuracy, None, None)
        test = ArrayBatches(*tensors(self.data.test), self.experiment.batch)
        seen = evaluate(network, test)
        return Epoch(training, validation.loss, validation.accuracy, seen.loss, seen.accuracy)

    def settings(self) -> dict[str, Any]:
        """Return what was done, by name."""
        return {
            "experiment": self.experiment.name, "fixed": self.fixed, "seeds": self.seeds,
            "data": self.data.name, "source": self.data.source,
            "preprocessing": self.data.preprocessing, "cell": self.experiment.cell,
            "batch": self.experiment.batch, "recipe": asdict(self.recipe), "short": self.short,
        }  # fmt: skip
