"""From what a run asks for to the learners that do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from models.gating.choices import (
    ALL,
    BASELINES,
    BINARISED,
    EWC,
    GATING,
    JOINT,
    METAPLASTIC,
    NAIVE,
    OWN,
    RATE,
    RATES,
    REHEARSAL,
    SDMLP,
    SI,
    STRENGTHS,
)
from models.gating.engram_gates import NO_GATE, EngramGatedNetwork
from models.gating.learner import ADAM, SGD, Joint, Learner, Perceptron, Recipe, Rehearsal
from models.gating.metaplastic import Metaplastic
from models.gating.penalties import ElasticWeights, SynapticIntelligence
from models.gating.scenarios import Stream, stream
from models.gating.sdmlp import SparseDistributedPerceptron

if TYPE_CHECKING:
    from models.gating.experiment import ContinualLearning


def stream_of(model: ContinualLearning, seed: int) -> Stream:
    """Return the stream of tasks of a run."""
    return stream(
        model.data, model.folder, scenario=model.scenario, kind=model.kind, tasks=model.tasks,
        samples=model.samples, shuffled=model.shuffled, seed=seed,
    )  # fmt: skip


def learners_of(model: ContinualLearning, tasks: Stream, seed: int) -> dict[str, Learner]:
    """Return the learner that a run is about, then those beside it, by their method."""
    beside = BASELINES if model.beside == ALL else (NAIVE,)
    names = dict.fromkeys((model.method, *beside))
    return {name: learner_of(model, name, tasks, seed) for name in names}


def learner_of(model: ContinualLearning, method: str, tasks: Stream, seed: int) -> Learner:
    """Return the learner of one method; beside another one it learns by its own recipe."""
    drawn = torch.Generator().manual_seed(seed)
    common = (tasks, recipe_of(model, method), seed + 1)
    sizes = (tasks.pixels, model.units, tasks.outputs)
    if method == SDMLP:
        network = SparseDistributedPerceptron(
            *sizes, drawn, active=model.active, threshold=model.gaba_threshold,
            switch=model.gaba, unit_length=model.unit_length, positive=model.positive,
        )  # fmt: skip
        return Learner(network, *common)
    if method in BINARISED:
        network = EngramGatedNetwork(*sizes, len(tasks.tasks), drawn, **gate_of(model, method))
        return Metaplastic(network, *common, metaplasticity=model.metaplasticity)
    network = Perceptron(*sizes, drawn)
    kind: Any = {
        NAIVE: Learner, EWC: ElasticWeights, SI: SynapticIntelligence, REHEARSAL: Rehearsal,
        JOINT: Joint,
    }[method]  # fmt: skip
    options: dict[str, Any] = {"kept": model.kept} if method == REHEARSAL else {}
    if method in STRENGTHS:
        asked = model.strength if method == model.method else 0.0
        options = {"strength": asked or STRENGTHS[method]}
    return kind(network, *common, **options)


def recipe_of(model: ContinualLearning, method: str) -> Recipe:
    """Return how a method takes its steps."""
    main = method == model.method
    rate = (model.learning_rate if main else 0.0) or RATES.get(method, RATE)
    published = SGD if method == SDMLP else ADAM
    optimizer = model.optimizer if main and model.optimizer != OWN else published
    if method == SDMLP and optimizer == ADAM and not model.learning_rate:
        rate = RATE
    return Recipe(
        optimizer, rate, model.batch, clip=1.0 if method == SDMLP else 0.0,
        standardised=method != SDMLP,
    )  # fmt: skip


def gate_of(model: ContinualLearning, method: str) -> dict[str, Any]:
    """Return the options of a binarised network."""
    if method == METAPLASTIC:
        return {"apart": model.own_normalisation, "gate": NO_GATE}
    assert method == GATING
    return {
        "apart": model.own_normalisation, "gate": model.gate, "open_share": model.open_share,
        "gain": model.gain, "learns": model.gate_learns, "choice": model.gate_choice,
        "readout": model.readout,
    }  # fmt: skip
