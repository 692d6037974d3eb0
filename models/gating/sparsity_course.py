"""The course of a comparison of regularisers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray

from models.enn.computing import threads
from models.gating import lasso, metrics, regularised, sparse_autoencoder
from models.gating.learner import Recipe
from models.gating.regularised import METHODS, ON_WEIGHTS, Regularised
from models.gating.scenarios import Stream, stream
from workbench import Run, variable

if TYPE_CHECKING:
    from models.gating.sparsity import SparsityRegularisers

RECIPE = Recipe(learning_rate=1e-3, batch=64)
STEPS = 5
#: Strengths of what acts on weights, from weak to strong; on activity they are `FACTORS` times the
#: share that is wanted.
STRENGTHS = {
    regularised.SUBGRADIENT: np.geomspace(1e-4, 1e-2, STEPS),
    regularised.PROXIMAL: np.geomspace(0.1, 1.2, STEPS),
    regularised.HARD: np.geomspace(5e-5, 4e-3, STEPS),
}
FACTORS = (4.0, 2.0, 1.0, 0.6, 0.3)
OUTCOMES = (
    "exact zeros", "active at a time", "silent units", "test error", "forgetting",
)  # fmt: skip
BINS = np.array([0.0, 1e-9, 0.01, 0.03, 0.1, 0.3, 1.0])
BIN_NAMES = ("never", "to 1 %", "to 3 %", "to 10 %", "to 30 %", "more")
FEATURES = 600


def follow(model: SparsityRegularisers, run: Run) -> None:
    """Solve, train, compare, and look at features."""
    run.emit(xr.Dataset(), 0.0, "preparing the data")
    for_data, for_networks, for_problem = run.rng.spawn(3)
    seed, drawn = (int(rng.integers(2**31)) for rng in (for_data, for_networks))
    asked = {"folder": model.folder, "samples": model.samples, "seed": seed}
    whole = stream(model.data, tasks=1, **asked)
    with threads(1):
        run.emit(features_frame(model, whole, drawn), 0.05, "training the sparse autoencoder")
        run.emit(regression_frame(model, for_problem), 0.15, "solving the sparse regression")
        compared = Comparison(model, whole, drawn)
        for done, frame in enumerate(compared.swept(run)):
            share = (done + 1) / (len(METHODS) * STEPS)
            run.emit(frame, 0.15 + 0.7 * share, f"training: {compared.told}")
        apart = stream(model.data, tasks=5, **asked)
        for done, frame in enumerate(compared.matched_up(apart, run)):
            run.emit(frame, 0.85 + 0.15 * (done + 1) / len(METHODS), compared.told)


class Comparison:
    """What each method led to at each strength, and where it is as sparse as the others."""

    def __init__(self, model: SparsityRegularisers, whole: Stream, seed: int) -> None:
        self.model, self.whole, self.seed = model, whole, seed
        self.strengths = {
            method: np.array(STRENGTHS[method]) if method in ON_WEIGHTS
            else np.clip(model.active * np.array(FACTORS), 1 / model.units, 0.9)
            for method in METHODS
        }  # fmt: skip
        self.swept_outcomes = np.full((STEPS, len(METHODS), len(OUTCOMES) - 1), np.nan)
        self.compared = np.full((len(METHODS), len(OUTCOMES)), np.nan)
        self.usage = np.full((len(METHODS), len(BIN_NAMES)), np.nan)
        self.matched = np.full(len(METHODS), np.nan)
        self.told, self.trials = "", 0

    def swept(self, run: Run) -> Iterator[xr.Dataset]:
        """Train every method at every strength, and yield what it led to."""
        for place, method in enumerate(METHODS):
            for step, strength in enumerate(self.strengths[method]):
                self.told = f"{method}, strength {strength:.2g}"
                learner = self.trained(method, float(strength), run)
                self.swept_outcomes[step, place] = outcome(learner)
                yield self.frame(self.swept_outcomes[step, place, 3])

    def trained(self, method: str, strength: float, run: Run) -> Regularised:
        """Return a learner that has met all classes together."""
        learner = self.learner(self.whole, method, strength)
        learner.begin(0)
        learner.learn(self.model.epochs, lambda: run.tell())
        return learner

    def learner(self, tasks: Stream, method: str, strength: float) -> Regularised:
        """Return a learner; all begin with the same weights."""
        return regularised.learner(tasks, method, strength, self.model.units, RECIPE, self.seed)

    def matching(self, place: int) -> float:
        """Return the strength of a method that leaves about what is wanted.

        Between two strengths of the sweep it is read off in logarithms; a plain subgradient, which
        leaves everything, is taken at the middle one.
        """
        method = METHODS[place]
        strengths = self.strengths[method]
        if method == regularised.SUBGRADIENT:
            return float(strengths[STEPS // 2])
        on_weights = method in ON_WEIGHTS
        found = self.swept_outcomes[:, place, 0 if on_weights else 1]
        left = np.log(np.maximum(1 - found if on_weights else found, 1e-6))
        wanted = np.log(self.model.left if on_weights else self.model.active)
        order = np.argsort(left)
        return float(np.exp(np.interp(wanted, left[order], np.log(strengths[order]))))

    def matched_up(self, apart: Stream, run: Run) -> Iterator[xr.Dataset]:
        """Train each method where it is as sparse as wanted, on all classes and on pairs."""
        for place, method in enumerate(METHODS):
            strength = self.matched[place] = self.matching(place)
            self.told = f"{method}, compared at strength {strength:.2g}"
            learner = self.trained(method, strength, run)
            self.compared[place, :-1] = outcome(learner)
            self.usage[place] = usage(learner)
            pairs = self.learner(apart, method, strength)
            rows = []
            for task in range(len(apart.tasks)):
                pairs.begin(task)
                pairs.learn(self.model.task_epochs, lambda: run.tell())
                rows.append(pairs.accuracies())
            self.compared[place, -1] = metrics.forgetting_from_best(np.array(rows))
            yield self.frame(self.compared[place, 3])

    def frame(self, error: float) -> xr.Dataset:
        """Return all that is known so far: along the sweep, and where methods are compared."""
        self.trials += 1
        frame = {
            "error_now": variable("trial", [error], "1", "test error of the latest network"),
            "compared": variable(("method", "outcome"), self.compared.copy(), "1", "share"),
            "swept": variable(
                ("level", "method", "measured"), self.swept_outcomes.copy(), "1", "share"
            ),
            "unit_usage": variable(("method", "used"), self.usage.copy(), "1", "share of units"),
            "matched_strength": variable("method", self.matched.copy(), "1", "strength compared"),
            "wanted_active": variable((), self.model.active, "1", "active share wanted"),
            "wanted_left": variable((), self.model.left, "1", "share of weights wanted"),
        }
        coords = {
            "trial": variable("trial", [self.trials], "1", "network"),
            "method": variable("method", list(METHODS), "1", "method"),
            "outcome": variable("outcome", list(OUTCOMES), "1", "outcome"),
            "measured": variable("measured", list(OUTCOMES[:-1]), "1", "outcome"),
            "level": variable("level", np.arange(1, STEPS + 1), "1", "strength, from weak"),
            "used": variable("used", list(BIN_NAMES), "1", "switched on by this share of stimuli"),
        }
        return xr.Dataset(frame, coords=coords)


def outcome(learner: Regularised) -> tuple[float, ...]:
    """Return exact zeros, active share, silent units and test error of a trained network."""
    weights = learner.network.weights().detach()
    (active,) = learner.activities([0])
    return (
        float((weights == 0).double().mean()), float(active.mean()),
        float(1 - active.any(0).mean()), float(1 - learner.accuracies()[0]),
    )  # fmt: skip


def usage(learner: Regularised) -> NDArray[np.float64]:
    """Return the share of units that so many of the test stimuli switch on."""
    (active,) = learner.activities([0])
    share = active.mean(0)
    place = np.searchsorted(BINS[1:-1], share, side="left")
    return np.bincount(place, minlength=len(BIN_NAMES)) / share.size


def regression_frame(model: SparsityRegularisers, rng: np.random.Generator) -> xr.Dataset:
    """Return how the solvers come down, and what each leaves exactly 0."""
    size = model.weights
    task = lasso.problem(rng, max(10, size // 5), size, max(1, size // 50), share=model.penalty)
    lowest, gaps, zeros = lasso.least(task), {}, []
    for name, solve in lasso.SOLVERS.items():
        x, values = solve(task, model.iterations)
        zeros.append(int((x == 0).sum()))
        gaps[name] = np.log10(np.maximum(values / lowest - 1, 1e-12))
    names = ("gap_ista", "gap_fista", "gap_restart", "gap_subgradient")
    curves = {
        short: variable("iteration", gaps[name], "1", name)
        for short, name in zip(names, gaps, strict=True)
    }
    solver = variable("solver", list(gaps), "1", "solver")
    return xr.Dataset(
        {
            **curves,
            "solver_zeros": variable("solver", zeros, "1", "weights that are exactly 0"),
            "unknowns": variable((), size, "1", "weights of the regression"),
        },
        coords={
            "solver": solver,
            "iteration": variable(
                "iteration", np.arange(1, model.iterations + 1), "1", "iteration"
            ),
        },
    )


def features_frame(model: SparsityRegularisers, whole: Stream, seed: int) -> xr.Dataset:
    """Return the features of a sparse autoencoder as pictures, the used ones of all pictures."""
    x = torch.from_numpy(whole.tasks[0].train.x[:2000])
    drawn = torch.Generator().manual_seed(seed)
    features, mean, error = sparse_autoencoder.trained(
        x, model.features, model.wanted, model.beta, FEATURES, drawn
    )
    pictures = features.numpy().reshape(-1, *whole.shape)
    low, high = (edge(pictures, axis=(1, 2), keepdims=True) for edge in (np.min, np.max))
    return xr.Dataset(
        {
            "features": variable(
                ("feature", "row", "column"), (pictures - low) / (high - low), "1", "weight"
            ),
            "feature_activity": variable((), mean, "1", "mean activity"),
            "feature_error": variable((), error, "1", "squared error of a picture, halved"),
            "feature_wanted": variable((), model.wanted, "1", "wanted activity"),
        },
        coords={
            "feature": variable("feature", np.arange(1, len(pictures) + 1), "1", "feature"),
        },
    )
