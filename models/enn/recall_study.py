"""Is a memory used, and what is it worth? Networks of equal size at tasks that need recall.

Each network is trained at some learning rates with a seed of its own, and the rate of the best
validation loss is kept for the runs that are reported. Sequences are fresh in every step, so that
the accuracy on held-out sequences over those seen is a curve of sample efficiency. At the end an
Engram network is tested without parts of its memory.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from models.enn.baselines import trained
from models.enn.batches import Batch, MadeBatches, seeded
from models.enn.material import TEST, VALIDATION, OneBatch
from models.enn.memory_use import memory_use
from models.enn.networks import EngramNetwork
from models.enn.recall_cases import CASES, NETWORKS, Case, network_of
from models.enn.recipe import Recipe
from models.enn.scoring import evaluate
from models.enn.trainer import Trainer
from workbench.model import ParameterError, unknown

#: Learning rates that each network is tried at.
RATES = (3e-3, 1e-2, 2e-2)
#: Seed of the trials, and of the first run that is reported.
TRIAL, FIRST = 0, 1
#: Sequences to choose by and to test on.
HELD_OUT, TESTED = 500, 2000
#: How often in a course the held-out sequences are asked.
LOOKS = 20


@dataclass
class RecallRun:
    """A network that was trained at a task.

    Attributes
    ----------
    case, network : str
    seed : int
        `TRIAL` where only a learning rate was tried.
    rate : float
        Learning rate.
    parameters : int
        Trained weights.
    sequences : list of int
        Seen when held-out sequences were asked.
    accuracy, loss : list of float
        On the held-out sequences then; nothing more where a rate was so high that training broke
        off.
    test : float or None
        Accuracy on sequences that chose nothing, with the weights of the lowest held-out loss; not
        of a trial.
    ablations : dict of str to float
        Accuracy without parts of the memory, of an Engram network.
    slots : float or None
        Over how many slots the attention of an Engram network spreads.
    seconds : float
        Of training.
    """

    case: str
    network: str
    seed: int
    rate: float
    parameters: int = 0
    sequences: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    test: float | None = None
    ablations: dict[str, float] = field(default_factory=dict)
    slots: float | None = None
    seconds: float = 0.0

    @property
    def what(self) -> tuple[str, str, int, float]:
        """Return what tells it from other runs of a study."""
        return self.case, self.network, self.seed, self.rate

    def after(self, level: float) -> float:
        """Return the sequences seen when so many answers were right first; infinite if never."""
        pairs = zip(self.sequences, self.accuracy, strict=True)
        return next((seen for seen, right in pairs if right >= level), math.inf)

    def at(self, sequences: int) -> float:
        """Return the best held-out accuracy up to so many sequences."""
        pairs = zip(self.sequences, self.accuracy, strict=True)
        return max((right for seen, right in pairs if seen <= sequences), default=math.nan)


class RecallStudy:
    """Networks at tasks that need recall.

    Parameters
    ----------
    cases : sequence of str or Case
        Names of `CASES`, or other cases; all of those if empty.
    networks : sequence of str
        Which of `NETWORKS`; all if empty.
    seeds : int
        Runs of each network.
    sequences : int
        Trained on at most, for a quick look; 0: as many as each case has.
    rates : sequence of float
        Learning rates to try; one alone is taken as it is.
    done : sequence of RecallRun
        What an earlier study with the same settings finished, and need not be done again.

    Raises
    ------
    ParameterError
        If a value is not allowed.
    """

    def __init__(
        self,
        cases: Sequence[str | Case] = (),
        networks: Sequence[str] = (),
        *,
        seeds: int = 5,
        sequences: int = 0,
        rates: tuple[float, ...] = RATES,
        done: tuple[RecallRun, ...] = (),
    ) -> None:
        for what, named, there in (("task", cases, CASES), ("network", networks, NETWORKS)):
            for name in named:
                if isinstance(name, str) and name not in there:
                    raise ParameterError(unknown(name, there, what))
        self.cases = [CASES[case] if isinstance(case, str) else case for case in cases or CASES]
        self.networks = list(networks or NETWORKS)
        if seeds < 1 or sequences < 0 or not rates:
            raise ParameterError(
                f"seeds = {seeds}, sequences = {sequences} and {len(rates)} rates are not allowed; "
                "there must be at least 1 seed, 0 sequences (for all) and one rate."
            )
        self.seeds, self.sequences, self.rates = seeds, sequences, tuple(rates)
        self.finished = list(done)

    def course(self) -> Iterator[tuple[float, str]]:
        """Do what is not done yet; yield the share that is done, and what is being done."""
        pairs = [
            (case, name) for case in self.cases for name in case.networks if name in self.networks
        ]
        trials = len(self.rates) if len(self.rates) > 1 else 0
        each = trials + self.seeds
        for place, (case, name) in enumerate(pairs):
            runs = [(rate, TRIAL) for rate in self.rates[:trials]]
            runs += [(None, FIRST + seed) for seed in range(self.seeds)]
            for number, (rate, seed) in enumerate(runs):
                rate = self.best_rate(case, name) if rate is None else rate
                said = f"{case.name}, {name}, " + (f"seed {seed}" if seed else f"rate {rate:g}")
                for share in self.run(case, name, seed, rate):
                    yield (place + (number + share) / each) / len(pairs), said

    def best_rate(self, case: Case, name: str) -> float:
        """Return the learning rate whose trial came to the lowest held-out loss."""
        trials = {
            run.rate: min(run.loss, default=math.inf) for run in self.finished
            if (run.case, run.network, run.seed) == (case.name, name, TRIAL)
        }  # fmt: skip
        return min(trials, key=trials.__getitem__) if trials else self.rates[0]

    def length(self, case: Case, name: str) -> int:
        """Return the steps that a network is trained for."""
        steps = case.trained_for(name)
        return min(steps, -(-self.sequences // case.batch)) if self.sequences else steps

    def run(self, case: Case, name: str, seed: int, rate: float) -> Iterator[float]:
        """Train a network, unless it was, and keep what came of it; yield the share done."""
        run = RecallRun(case.name, name, seed, rate)
        if any(run.what == earlier.what for earlier in self.finished):
            return
        network = network_of(case, name, seed)
        run.parameters = trained(network)
        steps = self.length(case, name)
        every = max(1, steps // LOOKS)
        trainer = Trainer(
            network, made_for(case, seed, every), OneBatch(fresh(case, seed, VALIDATION)),
            Recipe(
                epochs=steps // every, learning_rate=rate, seed=seed,
                clipping="global", patience=0, plateau=0,
            ),
        )  # fmt: skip
        began = time.perf_counter()
        try:
            for told in trainer.course():
                assert told.validation is not None
                run.sequences.append(told.step * case.batch)
                run.accuracy.append(told.validation.accuracy)
                run.loss.append(told.validation.loss)
                yield told.done
        except FloatingPointError:
            if seed != TRIAL:  # that a rate is too high is what a trial is to find out
                raise
        run.seconds = time.perf_counter() - began
        if seed != TRIAL:
            tested(run, network, fresh(case, seed, TEST))
        self.finished.append(run)

    def settings(self) -> dict[str, Any]:
        """Return what a run depends on, besides case, network and seed; as plain values."""
        cases = {**CASES, **{case.name: case for case in self.cases}}
        return {
            "cases": {
                name: {**asdict(case), "task": repr(case.task)} for name, case in cases.items()
            },
            "sequences": self.sequences, "rates": list(self.rates),
        }  # fmt: skip


def tested(run: RecallRun, network: Any, test: Batch) -> None:
    """Test a trained network, and an Engram network without parts of its memory."""
    if not isinstance(network, EngramNetwork):
        run.test = evaluate(network, OneBatch(test)).accuracy
        return
    use = memory_use(network, test)
    run.slots = use.effective_slots
    run.ablations = {name: each.accuracy for name, each in use.ablations.items()}
    run.test = run.ablations.pop("whole")


def fresh(case: Case, seed: int, part: int) -> Batch:
    """Return the sequences that are held out, or tested."""
    size = {VALIDATION: HELD_OUT, TEST: TESTED}[part]
    return case.task.batch(size, seeded(seed, part), last=case.readout == "last")


def made_for(case: Case, seed: int, count: int) -> MadeBatches:
    """Return fresh batches to train on, so many from one look to the next."""
    last = case.readout == "last"
    task, size = case.task, case.batch
    return MadeBatches(lambda generator: task.batch(size, generator, last=last), count, seed)
