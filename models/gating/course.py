"""The course of a run of continual learning: task after task, all methods side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray

from models.enn.computing import threads
from models.gating import engrams, metrics
from models.gating.choices import METHODS
from models.gating.learner import Learner
from models.gating.methods import learners_of, stream_of
from models.gating.scenarios import Stream
from models.gating.sdmlp import SparseDistributedPerceptron
from workbench import Run, variable

if TYPE_CHECKING:
    from models.gating.experiment import ContinualLearning

#: Frames of a task, at most.
PARTS = 10
#: Training stimuli that an engram is told by, at most.
STIMULI = 500
MEASURES = {
    "ACC": "at the end", "BWT": "backward", "forgetting, from best": "Chaudhry",
    "forgetting, from learnt": "Avalanche", "FWT": "forward", "AIA": "on the way",
}  # fmt: skip


def follow(model: ContinualLearning, run: Run) -> None:
    """Learn the tasks in their order, telling after every few epochs what is still known."""
    run.emit(xr.Dataset(), 0.0, "preparing the data")
    for_data, for_methods = (int(rng.integers(2**31)) for rng in run.rng.spawn(2))
    tasks = stream_of(model, for_data)
    with threads(1):
        course = Course(learners_of(model, tasks, for_methods), tasks)
        pieces = [len(part) for part in np.array_split(np.arange(model.epochs), PARTS) if len(part)]
        done, total = 0, len(tasks.tasks) * len(pieces)
        for task, now in enumerate(tasks.tasks):
            course.begin(task)
            for piece, epochs in enumerate(pieces):
                for name, learner in course.learners.items():
                    learner.learn(epochs, lambda: run.tell())
                    if piece == len(pieces) - 1:
                        course.end(name)
                done += 1
                frame = course.frame(epochs, ended=piece == len(pieces) - 1)
                told = f"task {task + 1} of {len(tasks.tasks)} ({now.name})"
                run.emit(frame, done / total, told)


class Course:
    """What has been learnt so far, by each method.

    Parameters
    ----------
    learners : dict of str to Learner
        By method, the one that the run is about first.
    tasks : Stream
    """

    def __init__(self, learners: dict[str, Learner], tasks: Stream) -> None:
        self.learners, self.tasks = learners, tasks
        count = len(tasks.tasks)
        self.names = [task.name for task in tasks.tasks]
        self.main = next(iter(learners.values()))
        self.untrained = {name: learner.accuracies() for name, learner in learners.items()}
        self.reached = {name: np.full((count, count), np.nan) for name in learners}
        self.reactivated = np.full((count, count, count), np.nan)
        self.said = ["Not learnt yet."] * count
        self.engrams: list[NDArray[np.bool_]] = []
        self.task, self.epoch = -1, 0

    def begin(self, task: int) -> None:
        """Turn all methods to a task."""
        self.task = task
        for learner in self.learners.values():
            learner.begin(task)

    def end(self, name: str) -> None:
        """Conclude the task for a method, and keep what it knows of all tasks."""
        learner, seen = self.learners[name], self.task + 1
        learner.end()
        row = learner.accuracies()
        row[:seen] = learner.accuracies(seen)
        self.reached[name][self.task] = row

    def frame(self, epochs: int, ended: bool) -> xr.Dataset:
        """Return what some more epochs led to."""
        self.epoch += epochs
        seen = self.task + 1
        now = np.full(len(self.names), np.nan)
        now[:seen] = self.main.accuracies(seen)
        frame = {
            "accuracy": variable(("epoch", "task"), now[None], "1", "test accuracy"),
            "average_chance": variable("epoch", [self.tasks.chance(seen)], "1", "chance"),
            **{
                f"average_{METHODS[name][0]}": variable(
                    "epoch", [learner.accuracies(seen).mean()], "1", name
                )
                for name, learner in self.learners.items()
            },
            **self.activity(seen),
            **switches(self.main),
        }
        coords = {
            "epoch": variable("epoch", [self.epoch], "1", "epoch"),
            "task": variable("task", self.names, "1", "task"),
        }
        made = xr.Dataset(frame, coords=coords)
        return made.merge(self.concluded()) if ended else made

    def activity(self, seen: int) -> dict[str, xr.Variable]:
        """Return how many units test stimuli switch on."""
        switched_on = np.concatenate(self.main.activities(range(seen)))
        dead = 1 - switched_on.any(axis=0).mean()
        return {
            "active_share": variable("epoch", [switched_on.mean()], "1", "active at a time"),
            "dead_share": variable("epoch", [dead], "1", "never active"),
        }

    def concluded(self) -> xr.Dataset:
        """Return what a task led to, and at the end what all did."""
        self.engrams.append(engrams.engram_of(self.encoded()))
        switched_on = self.main.activities(range(len(self.names)))
        again = engrams.reactivations(self.engrams, switched_on)
        self.reactivated[self.task, :, : self.task + 1] = again
        self.said[self.task] = engrams.said(again)
        methods = list(self.learners)
        frame = {
            "accuracies": variable(
                ("method", "after", "task"), np.array([self.reached[m] for m in methods]), "1",
                "test accuracy",
            ),
            "reactivated": variable(
                ("after", "stimulus", "engram"), self.reactivated.copy(), "1",
                "reactivation over chance",
            ),
            "reactivated_said": variable("after", list(self.said), "1", "what is switched on"),
            "scenario": variable((), self.tasks.scenario, "1", "scenario"),
            "told": variable(
                (), self.tasks.told or self.main.network.knows_task, "1", "the task is told"
            ),
        }  # fmt: skip
        named = {
            "method": variable("method", methods, "1", "method"),
            "after": variable("after", self.names, "1", "after learning task"),
            "stimulus": variable("stimulus", self.names, "1", "stimuli of task"),
            "engram": variable("engram", self.names, "1", "engram of task"),
        }
        made = xr.Dataset(frame, coords=named)
        return made if self.task < len(self.names) - 1 else made.merge(self.final(switched_on))

    @torch.no_grad()
    def encoded(self) -> NDArray[np.bool_]:
        """Return what training stimuli of the task just learnt switch on (stimuli, units)."""
        part = self.tasks.tasks[self.task].train
        x, _ = self.main.tensors(part.x[:STIMULI], part.y[:STIMULI])
        return (self.main.network.activity(x, self.task) > 0).numpy()

    def final(self, switched_on: list[NDArray[np.bool_]]) -> xr.Dataset:
        """Return the measures of all methods, and the units' place in the engrams."""
        rows = [scores(self.reached[name], self.untrained[name]) for name in self.learners]
        frame = {
            "scores": variable(("method", "measure"), rows, "1", "score"),
            "engram_overlap": variable(
                ("engram", "other_engram"), engrams.overlaps(self.engrams), "1",
                "units in common (Jaccard)",
            ),
        }  # fmt: skip
        coords = {
            "measure": variable("measure", list(MEASURES), "1", "measure"),
            "other_engram": variable("other_engram", self.names, "1", "and of task"),
        }
        units = engrams.units_frame(self.engrams, switched_on, self.names)
        return xr.Dataset(frame, coords=coords).merge(units)


def scores(reached: NDArray[np.float64], untrained: NDArray[np.float64]) -> list[float]:
    """Return the six measures of a matrix of accuracies, in the order of `MEASURES`."""
    return [
        metrics.average_accuracy(reached), metrics.backward_transfer(reached),
        metrics.forgetting_from_best(reached), metrics.forgetting_from_learnt(reached),
        metrics.forward_transfer(reached, untrained),
        metrics.average_incremental_accuracy(reached),
    ]  # fmt: skip


def switches(learner: Learner) -> dict[str, xr.Variable]:
    """Return the state of the units' switches, where the network has them."""
    network = learner.network
    if not isinstance(network, SparseDistributedPerceptron):
        return {}
    g = network.switches
    return {
        "mean_gaba": variable("epoch", [g.mean().item()], "1", "mean state g"),
        "inhibited_gaba": variable(
            "epoch", [(g >= 1).double().mean().item()], "1", "share that fully inhibits"
        ),
        "excited_gaba": variable(
            "epoch", [(g < 0).double().mean().item()], "1", "share that excites"
        ),
    }
