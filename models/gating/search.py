"""How far a method goes: a search over the model's own parameters, told with fresh seeds.

``python -m models.gating.search SDMLP --trials 40`` draws settings at random, keeps the better
third on one more seed and then on another, and runs the best on seeds that took no part in the
choice, the naive network beside it (whose own parameters are searched by the method "naive"). Then
each setting is put back to its default alone, which shows
what decided it. A seed stands for its own division into training and test pictures too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.gating import metrics
from models.gating.choices import GATING, METAPLASTIC, NAIVE, SDMLP
from models.gating.experiment import ContinualLearning

#: Seeds that choose, and seeds that tell.
CHOOSING, TELLING = (1, 2, 3), (11, 12, 13, 14, 15)
#: What a setting is put back to where its default is not the way to do without it.
WITHOUT = {"open_share": 1.0, "metaplasticity": 0.0}
_BINARISED = {
    "metaplasticity": ("uniform", 0.0, 10.0), "learning_rate": ("log", 1e-5, 1e-2),
    "epochs": [1, 2, 4, 8, 16], "batch": [16, 32, 100], "units": [256],
}  # fmt: skip
#: Method -> parameter -> values to choose from, or the kind of a range and its ends.
SPACES: dict[str, dict[str, Any]] = {
    SDMLP: {
        "optimizer": ["SGD", "SGD with momentum", "Adam"],
        "learning_rate": ("log", 3e-4, 0.3), "active": [1, 2, 3, 5, 10, 20],
        "gaba_threshold": ("log", 500.0, 20_000.0), "units": [1000, 2000],
        "epochs": [5, 10, 20, 40], "batch": [16, 32],
    },
    METAPLASTIC: _BINARISED,
    GATING: {
        **_BINARISED, "open_share": ("log", 0.01, 0.5), "gain": ("log", 0.5, 10.0),
        "gate": ["shared", "one for each layer"], "gate_learns": [True, False],
        "gate_choice": ["drawn", "the likeliest in tests", "the likeliest always"],
        "readout": ["binary", "full precision"],
    },
    NAIVE: {
        "optimizer": ["SGD", "SGD with momentum", "Adam"], "learning_rate": ("log", 1e-5, 0.3),
        "epochs": [1, 2, 5, 10, 20], "batch": [16, 32],
    },
}  # fmt: skip


@dataclass
class Trial:
    """Settings, and what they led to, seed by seed.

    Attributes
    ----------
    values : dict
        Of the model's parameters.
    reached : dict of int to float
        ACC by seed.
    """

    values: dict[str, Any]
    reached: dict[int, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Return the mean over its seeds."""
        return float(np.mean(list(self.reached.values())))

    @property
    def spread(self) -> float:
        """Return the standard deviation over its seeds (divisor n - 1)."""
        values = list(self.reached.values())
        return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def reached(model: ContinualLearning, seed: int) -> np.ndarray:
    """Return the matrix of accuracies R (tasks, tasks) of the model's method, without frames."""
    from models.enn.computing import threads
    from models.gating.methods import learner_of, stream_of

    tasks = stream_of(model, seed)
    rows = []
    with threads(1):
        learner = learner_of(model, model.method, tasks, seed)
        for task in range(len(tasks.tasks)):
            learner.begin(task)
            learner.learn(model.epochs)
            learner.end()
            row = learner.accuracies()
            row[: task + 1] = learner.accuracies(task + 1)
            rows.append(row)
    return np.array(rows)


def measure(trial: Trial, seeds: Iterable[int], **fixed: Any) -> Trial:
    """Run a trial's settings on the seeds that it lacks; one whose loss is lost counts as 0."""
    for seed in seeds:
        if seed not in trial.reached:
            model = ContinualLearning(**fixed | trial.values)
            model.validate()
            try:
                trial.reached[seed] = metrics.average_accuracy(reached(model, seed))
            except FloatingPointError:
                trial.reached[seed] = 0.0
    return trial


def drawn(space: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return settings drawn from a space."""
    values = {}
    for name, range_ in space.items():
        if isinstance(range_, list):
            values[name] = range_[rng.integers(len(range_))]
        else:
            kind, low, high = range_
            at = rng.uniform(*(np.log([low, high]) if kind == "log" else (low, high)))
            values[name] = float(f"{np.exp(at) if kind == 'log' else at:.3g}")
    return values


def search(
    method: str,
    trials: int = 40,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    **fixed: Any,
) -> list[Trial]:
    """Return trials of a method's own parameters, the best first.

    Parameters
    ----------
    method : str
        One of `SPACES`.
    trials : int
        Settings that are drawn. A third of them meet the second seed, a ninth the third.
    seed : int
        Of the draws.
    tell : callable
        Told a line for each trial.
    **fixed
        Values of other parameters of the model, such as ``data``; they replace drawn ones.
    """
    rng = np.random.default_rng(seed)
    space = {name: range_ for name, range_ in SPACES[method].items() if name not in fixed}
    fixed = {"method": method, **fixed}
    kept = [Trial(drawn(space, rng)) for _ in range(trials)]
    done: list[Trial] = []
    for place, choosing in enumerate(CHOOSING):
        for trial in kept:
            measure(trial, [choosing], **fixed)
            tell(f"{trial.mean:.3f} on {len(trial.reached)} seed(s): {trial.values}")
        kept.sort(key=lambda trial: -trial.mean)
        if place < len(CHOOSING) - 1:
            left = max(1, -(-len(kept) // 3))
            kept, out = kept[:left], kept[left:]
            done = out + done
    return kept + done


def decided(best: Trial, method: str, seeds: Iterable[int] = TELLING, **fixed: Any) -> list[Trial]:
    """Return the best settings with one of them at a time put back (`WITHOUT`, or its default).

    Each holds what was put back alone, the one that costs most first.
    """
    declared = ContinualLearning.parameters()
    found = []
    for name, value in best.values.items():
        default = WITHOUT.get(name, declared[name].default)  # type: ignore[attr-defined]
        if value != default:
            trial = measure(Trial(best.values | {name: default}), seeds, method=method, **fixed)
            found.append(Trial({name: default}, trial.reached))
    return sorted(found, key=lambda trial: trial.mean)


def told(method: str, trials: int, seed: int, **fixed: Any) -> str:
    """Return a search in words, as a table in Markdown."""
    best = search(method, trials, seed, tell=print, **fixed)[0]
    fresh = measure(Trial(best.values), TELLING, method=method, **fixed)
    naive = measure(Trial({"method": NAIVE, "epochs": 20}), TELLING, **fixed)
    rows = [("best of the search", str(best.values), fresh), ("naive", "Adam 0.001", naive)]
    for trial in decided(best, method, **fixed):
        (name, value), *_ = trial.values.items()
        rows.append((f"{name} as it was", str(value), trial))
    lines = ["| method | settings | ACC, mean and SD of 5 seeds |", "|---|---|---|"]
    lines += [f"| {what} | {how} | {t.mean:.3f} +- {t.spread:.3f} |" for what, how, t in rows]
    return "\n".join(lines)


def main() -> None:
    """Search, as the command line asks."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=list(SPACES))
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", default="digits")
    parser.add_argument("--folder", default="")
    parser.add_argument("--samples", type=int, default=0)
    asked = vars(parser.parse_args())
    print(told(**asked))


if __name__ == "__main__":
    main()
