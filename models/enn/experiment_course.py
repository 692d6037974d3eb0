"""The course of a run of the Engram Neural Network: data, networks, training, test."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch
import xarray as xr

from models.enn.associations import AssociativeRecall
from models.enn.baselines import Recurrent, matched_widths, trained
from models.enn.computing import threads
from models.enn.experiment import COPY, DIGITS, ENN, FILES, MANY, NETWORKS, NONE, RECALL, SEQUENCES
from models.enn.experiment_beside import Others
from models.enn.experiment_frames import Frames
from models.enn.kept import kept
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
    recipe = Recipe(
        epochs=model.epochs, learning_rate=model.learning_rate, patience=model.patience,
        plateau=2 if model.patience else 0, seed=for_dropout,
        clipping="tensor" if model.data in (DIGITS, *FILES) else "global",
    )  # fmt: skip
    made = networks(model, material, for_network)
    trainers = {
        kind: Trainer(network, material.training, material.validation, recipe)
        for kind, network in made.items()
    }
    trainer = trainers.pop(model.network)
    name = model.network if trainers else ""
    frames = Frames(trainer.network, material, model.epochs, name)
    others = Others(trainers)
    if run.resumed is not None:
        trainer.resume(run.resumed["trainer"])
        others.resume(run.resumed["others"])
        frames.before = run.resumed["before"]

    def state() -> dict[str, Any]:
        return {"trainer": trainer.state(), "others": others.state(), "before": frames.before}

    with threads(1):
        train(model, run, trainer, frames, others, state)
        run.emit(xr.Dataset(), 0.97, "testing")
        tested = frames.tested()
        of_all = others.tested(material.test, model.network, tested, trainer.network)
        run.emit(tested.merge(of_all).merge(kept(trainer.network, material)), 1.0, "tested")


def train(
    model: EngramTraining,
    run: Run,
    trainer: Trainer,
    frames: Frames,
    others: Others,
    state: Callable[[], Any],
) -> None:
    """Train to the end, an epoch of each network after the other, and emit what it leads to."""
    points = math.ceil(trainer.batches.count / POINTS)
    course = None if others.main_over else watched(model, trainer)
    done = 1.0 if course is None else trainer.epoch / model.epochs

    def share() -> float:
        return 0.97 * (done + others.done) / (1 + len(others.trainers))

    while course is not None or others.going:
        for told in course or ():
            done = told.done
            message = f"epoch {min(told.epoch + 1, model.epochs)} of {model.epochs}"
            if told.validation is None:
                due = told.step % points == 0
                step = frames.step(told, trainer.recent()) if due else xr.Dataset()
                run.emit(step, share(), message)
                continue
            frame = frames.epoch(told, model.shown).merge(frames.step(told, trainer.recent()))
            others.main_over = bool(told.ended)
            run.emit(frame, share(), told.ended or message, state=None if told.ended else state)
            break
        if course is not None and others.main_over:
            next(course, None)  # takes the best weights
            course = None
        if others.going:
            for kind in others.epoch(lambda one: watched(model, one)):
                run.emit(xr.Dataset(), share(), f"epoch {others.round} of the {kind}")
            now = state if course is not None or others.going else None
            run.emit(others.frame(), share(), f"epoch {others.round} of all", state=now)


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


def networks(model: EngramTraining, material: Material, seed: int) -> dict[str, torch.nn.Module]:
    """Return the network that learns and those beside it, before training, by their kinds.

    All have the same readout, dropout and head, and begin from the same seed.
    """
    readout = "each" if material.asks_each else model.readout

    def common() -> dict[str, Any]:
        generator = torch.Generator().manual_seed(seed)
        return {"readout": readout, "dropout": model.dropout, "generator": generator}

    def made(kind: str, most: int = 0) -> torch.nn.Module:
        if kind == ENN:
            return EngramClassifier(model.config(material.features), material.outputs, **common())
        name: Any = kind.lower()
        sizes = material.features, material.outputs
        widths = matched_widths(name, most, *sizes, readout=readout) if most else (model.hidden,)
        return Recurrent(name, sizes[0], widths, sizes[1], **common())

    found = {model.network: made(model.network)}
    if model.others == NONE:
        return found
    most = trained(made(ENN)) if model.others == MANY else 0
    return found | {kind: made(kind, most) for kind in NETWORKS if kind != model.network}
