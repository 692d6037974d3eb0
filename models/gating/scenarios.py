"""Streams of tasks to be learnt one after the other, in the three scenarios of van de Ven 2022.

Pictures are divided by class (split) or shown with their pixels rearranged (permuted). What a
network must answer depends on the scenario, and accuracies of different scenarios cannot be
compared: class-incremental, which of all classes; domain-incremental, the place of the class within
its task, which task being unknown; task-incremental, the same where the task is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.enn.dataset import Part, divided
from models.enn.images import DIGITS, PARTS, SETS, pictures
from workbench import ParameterError

CLASS, DOMAIN, TASK = "class-incremental", "domain-incremental", "task-incremental"
SCENARIOS = (CLASS, DOMAIN, TASK)
SPLIT, PERMUTED = "split by class", "pixels permuted"
EMBEDDED = "digits"
DATA = (EMBEDDED, *SETS)
CLASSES = 10
HELD_OUT = 0.2


@dataclass(frozen=True)
class Task:
    """One task of a stream.

    Attributes
    ----------
    name : str
    train, test : Part
        Pixels from 0 to 1 (samples, pixels), float32, and the outputs that are right (samples,).
    head : ndarray of bool, shape (outputs,)
        The outputs that may answer, where the task is told; all of them otherwise.
    """

    name: str
    train: Part
    test: Part
    head: NDArray[np.bool_]


@dataclass(frozen=True)
class Stream:
    """Tasks in the order in which they are learnt.

    Attributes
    ----------
    tasks : tuple of Task
    scenario : str
    shape : tuple of int
        Rows and columns of a picture.
    source : str
    """

    tasks: tuple[Task, ...]
    scenario: str
    shape: tuple[int, int]
    source: str

    @property
    def pixels(self) -> int:
        """Return the number of inputs."""
        return self.shape[0] * self.shape[1]

    @property
    def outputs(self) -> int:
        """Return the number of outputs."""
        return len(self.tasks[0].head)

    @property
    def told(self) -> bool:
        """Return whether a network is told which task it is asked."""
        return self.scenario == TASK

    def chance(self, seen: int) -> float:
        """Return the accuracy of a guess among what the first `seen` tasks allow."""
        own = len(np.unique(self.tasks[0].train.y))
        return 1 / (own * seen if self.scenario == CLASS else own)


def stream(
    data: str = EMBEDDED,
    folder: str | Path = "",
    *,
    scenario: str = CLASS,
    kind: str = SPLIT,
    tasks: int = 5,
    samples: int = 0,
    shuffled: bool = False,
    seed: int = 0,
) -> Stream:
    """Return a stream of tasks.

    Parameters
    ----------
    data : {"digits", "mnist", "fashion-mnist"}
    folder : str or Path
        Where the files are; "digits" come with scikit-learn and need none.
    scenario : {"class-incremental", "domain-incremental", "task-incremental"}
    kind : {"split by class", "pixels permuted"}
    tasks : int
        Classes that cannot be divided evenly among them are left out.
    samples : int
        Training samples of all tasks at most (of each, where pixels are permuted); 0: all.
    shuffled : bool
        Whether classes are divided in an order of their own rather than as they are numbered.
    seed : int
        Of what is held out, the order of classes and the permutations.

    Raises
    ------
    ParameterError
        If there are more tasks than classes allow, or a file is not there or damaged.
    """
    refuse_too_many(tasks, kind, scenario)
    rng = np.random.default_rng(seed)
    train, test, shape, source = raw(data, folder, seed)
    if samples:
        chosen = np.sort(rng.permutation(len(train.x))[:samples])
        train = Part(train.x[chosen], train.y[chosen])
    order = rng.permutation(CLASSES) if shuffled else np.arange(CLASSES)
    if kind == SPLIT:
        made = split(train, test, order, tasks, scenario)
    else:
        made = permuted(train, test, tasks, scenario, rng)
    refuse_too_few(made)
    return Stream(made, scenario, shape, source)


def refuse_too_many(tasks: int, kind: str, scenario: str) -> None:
    """Raise `ParameterError` where classes do not suffice for the tasks."""
    if kind != SPLIT:
        return
    if tasks > CLASSES:
        raise ParameterError(
            f"tasks = {tasks} is not allowed: {CLASSES} classes make at most {CLASSES} tasks; "
            "lower it, or permute pixels instead of dividing classes."
        )
    if scenario != CLASS and tasks > CLASSES // 2:
        raise ParameterError(
            f"tasks = {tasks} is not allowed in a {scenario} stream: each task needs two classes "
            f"to tell apart, so {CLASSES} classes make at most {CLASSES // 2} tasks."
        )


def refuse_too_few(tasks: tuple[Task, ...]) -> None:
    """Raise `ParameterError` where a task has too few pictures to learn from."""
    for task in tasks:
        if len(task.train.x) < 2 or not len(task.test.x):
            raise ParameterError(
                f"samples: task {task.name!r} is left with {len(task.train.x)} training and "
                f"{len(task.test.x)} test pictures; each task needs two to learn from and one to "
                "be tested by."
            )


def raw(data: str, folder: str | Path, seed: int) -> tuple[Part, Part, tuple[int, int], str]:
    """Return training and test pictures as pixels from 0 to 1, their shape and their source."""
    if data == EMBEDDED:
        from sklearn.datasets import load_digits

        loaded = load_digits()
        x, y = loaded["images"] / 16, np.asarray(loaded["target"])  # type: ignore[index]
        kept, held = divided(len(x), HELD_OUT, seed, y)
        parts = [Part(x[chosen], y[chosen]) for chosen in (kept, held)]
        source = "Alpaydin and Kaynak 1998, handwritten digits"
    else:
        loaded = [pictures(data, SETS[data], part, folder) for part in PARTS]
        parts = [Part(part.x / np.float32(255), part.y) for part in loaded]
        source = SETS[data].source
    rows, columns = parts[0].x.shape[1:]
    train, test = (
        Part(p.x.reshape(len(p.x), -1).astype(np.float32), p.y.astype(np.int64)) for p in parts
    )
    return train, test, (rows, columns), source


def split(train: Part, test: Part, order: NDArray, tasks: int, scenario: str) -> tuple[Task, ...]:
    """Return tasks with a few classes each."""
    own = CLASSES // tasks
    made = []
    for task in range(tasks):
        classes = order[task * own : (task + 1) * own]
        parts = chosen(train, classes), chosen(test, classes)
        name = ", ".join(str(digit) for digit in classes)
        made.append(answered(name, parts, task, own, tasks, scenario))
    return tuple(made)


def chosen(part: Part, classes: NDArray) -> Part:
    """Return the samples of some classes, numbered by their place among them."""
    place = np.full(CLASSES, -1)
    place[classes] = np.arange(len(classes))
    y = place[part.y]
    return Part(part.x[y >= 0], y[y >= 0])


def permuted(
    train: Part, test: Part, tasks: int, scenario: str, rng: np.random.Generator
) -> tuple[Task, ...]:
    """Return tasks with all classes, the pixels of each rearranged in a way of its own."""
    made = []
    for task in range(tasks):
        order = rng.permutation(train.x.shape[1])
        parts = Part(train.x[:, order], train.y), Part(test.x[:, order], test.y)
        made.append(answered(f"order {task + 1}", parts, task, CLASSES, tasks, scenario))
    return tuple(made)


def answered(
    name: str, parts: tuple[Part, Part], task: int, own: int, tasks: int, scenario: str
) -> Task:
    """Return a task whose answers are outputs as the scenario has them."""
    if scenario == DOMAIN:
        return Task(name, *parts, np.ones(own, bool))
    first = task * own
    head = np.ones(tasks * own, bool)
    if scenario == TASK:
        head[:] = False
        head[first : first + own] = True
    train, test = (Part(x, y + first) for x, y in parts)
    return Task(name, train, test, head)


__all__ = ["CLASS", "DIGITS", "DOMAIN", "SCENARIOS", "TASK", "Stream", "Task", "stream"]
