"""The course of a run of the Engram Neural Network: data, network, training, test."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch
import xarray as xr

from models.enn.associations import AssociativeRecall
from models.enn.baselines import Recurrent
from models.enn.computing import threads
from models.enn.experiment import COPY, DIGITS, ENN, FILES, RECALL, SEQUENCES
from models.enn.experiment_frames import Frames
from models.enn.material import Material, of_data, of_task
from models.enn.networks import EngramClassifier
from models.enn.recipe import Recipe
from models.enn.tasks import Copy
from models.enn.trainer import Told, Trainer
from workbench import Run

if TYPE_CHECKING:
    from models.enn.experiment import EngramTraining

#: Points of the training loss within an epoch, at most.
POINTS = 20


def follow(model: EngramTraining, run: Run) -> None:
    """Train, tell each epoch, and test at the end."""
    run.emit(xr.Dataset(), 0.0, "preparing the data")
    for_data, for_network, for_dropout = (int(rng.integers(2**31)) for rng in run.rng.spawn(3))
    material = material_of(model, for_data)
    network = network_of(model, material, for_network)
    recipe = Recipe(
        epochs=model.epochs, learning_rate=model.learning_rate, patience=model.patience,
        plateau=2 if model.patience else 0, seed=for_dropout,
        clipping="tensor" if model.data in (DIGITS, *FILES) else "global",
    )  # fmt: skip
    trainer = Trainer(network, material.training, material.validation, recipe)
    frames = Frames(network, material)
    if run.resumed is not None:
        trainer.resume(run.resumed["trainer"])
        frames.before = run.resumed["before"]

    def state() -> dict[str, Any]:
        return {"trainer": trainer.state(), "before": frames.before}

    with threads(1):
        train(model, run, trainer, frames, state)
        run.emit(frames.tested(), 1.0, "tested")


def train(
    model: EngramTraining, run: Run, trainer: Trainer, frames: Frames, state: Callable[[], Any]
) -> None:
    """Train to the end, and emit what it leads to."""
    points = math.ceil(trainer.batches.count / POINTS)
    for told in watched(model, trainer):
        share = 0.97 * told.done
        message = f"epoch {min(told.epoch + 1, model.epochs)} of {model.epochs}"
        if told.validation is None:
            due = told.step % points == 0
            run.emit(frames.step(told, trainer.recent()) if due else xr.Dataset(), share, message)
        else:
            frame = frames.epoch(told, model.shown).merge(frames.step(told, trainer.recent()))
            run.emit(frame, share, told.ended or message, state=None if told.ended else state)


def watched(model: EngramTraining, trainer: Trainer) -> Iterator[Told]:
    """Train with the learning rate as it is now."""
    trainer.learning_rate = model.learning_rate
    for told in trainer.course(every=1):
        yield told
        trainer.learning_rate = model.learning_rate


def material_of(model: EngramTraining, seed: int) -> Material:
    """Return what is learnt, and tested."""
    batches = math.ceil((model.samples or SEQUENCES) / model.batch)
    if model.data == RECALL:
        task = AssociativeRecall(pairs=model.pairs, gap=model.gap)
        return of_task(task, model.batch, batches, seed)
    if model.data == COPY:
        return of_task(Copy(length=model.pairs, delay=model.gap), model.batch, batches, seed)
    return of_data(model.data, model.folder, model.batch, seed, model.samples)


def network_of(model: EngramTraining, material: Material, seed: int) -> torch.nn.Module:
    """Return the network before training."""
    common: dict[str, Any] = {
        "readout": "each" if material.asks_each else model.readout, "dropout": model.dropout,
        "generator": torch.Generator().manual_seed(seed),
    }  # fmt: skip
    if model.network == ENN:
        return EngramClassifier(model.config(material.features), material.outputs, **common)
    kind = model.network.lower()
    return Recurrent(kind, material.features, [model.hidden], material.outputs, **common)
