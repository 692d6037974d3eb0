"""The course of training: what the networks of all loads recall, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.associative.autoencoder import Autoencoder, SideBySide, Training
from models.associative.load_curves import at_load, capacity
from models.associative.ultrametric import Signs, flip_bits, flipped, tree, tree_bits
from models.enn.computing import threads
from workbench import Run, variable

if TYPE_CHECKING:
    from models.associative.autoencoder_experiment import AutoencoderMemory

Numbers = NDArray[np.float64]
FRAMES = 40
SHOWN = 12  # children of each of two families whose codes are drawn
PAIRED = 400  # patterns, at most, whose codes are compared with each other
EACH_LOAD = (
    ("recall", "recalled by binary codes"),
    ("recall_graded", "recalled by graded activity"),
    ("observed_level", "observed, binary codes"),
    ("graded_level", "mean graded activity"),
    ("silent_units", "share of hidden units active in no pattern"),
    ("code_same", "codes of one family"),
    ("code_other", "codes of different families"),
    ("touched", "synapses that carry a spike in a recall"),
    ("bits_by_load", "bits recalled per synapse"),
)
OUTCOMES = (
    ("capacity", "capacity, patterns"),
    ("capacity_here", "capacity"),
    ("capacity_graded", "capacity with graded hidden units, patterns"),
    ("level_at_capacity", "observed coding level at capacity"),
    ("level_at_largest", "observed coding level at the largest load"),
    ("apart_at_capacity", "observed from desired level at capacity"),
    ("apart_at_largest", "observed from desired level at the largest load"),
    ("recall_at_largest", "recall at the largest load"),
    ("bits_per_synapse", "bits per synapse at capacity"),
    ("active_units", "active hidden units per pattern at capacity"),
    ("synapses_touched", "synapses touched per recall at capacity"),
    ("silent_share", "share of hidden units never active at capacity"),
    ("pattern_bits", "bits of a unit of a pattern"),
)


def follow(model: AutoencoderMemory, run: Run) -> None:
    """Draw the patterns, train the networks of all loads, and test them now and then."""
    run.emit(xr.Dataset(), 0.0, "drawing the patterns")
    for_patterns, for_cues, for_networks = run.rng.spawn(3)
    patterns = tree(model.largest, model.units, model.children, model.gamma, for_patterns)[0]
    generator = torch.Generator().manual_seed(int(for_networks.integers(2**31)))
    training = Training(
        model.level, model.strength, model.penalty, model.noise, model.rate, model.epochs
    )
    with threads(1):
        beside = SideBySide(
            torch.from_numpy(patterns).float(), model.load_list(), model.hidden, training, generator
        )
        bench = Bench(model, beside, patterns, for_cues.random(patterns.shape))
        for end in sorted({-(-model.epochs * k // FRAMES) for k in range(1, FRAMES + 1)}):
            bench.train(end, run)
            message = f"epoch {end:,} of {model.epochs:,}"
            run.emit(bench.frame(), end / model.epochs, message)


class Bench:
    """The networks at work: what they rebuild, recall and cost.

    Parameters
    ----------
    model : AutoencoderMemory
        What may change during the run is read from it at every frame.
    beside : SideBySide
    patterns : ndarray of +1 and -1, shape (patterns, units)
    keys : ndarray, shape (patterns, units)
        Say in which order units of a cue are flipped.
    """

    def __init__(
        self, model: AutoencoderMemory, beside: SideBySide, patterns: Signs, keys: Numbers
    ) -> None:
        self.model, self.beside, self.keys, self.drawn = model, beside, keys, patterns
        self.loads = np.array(model.load_list())
        self.bits = tree_bits(model.children, model.gamma)

    def train(self, end: int, run: Run) -> None:
        """Train up to an epoch."""
        while self.beside.epoch < end:
            self.beside.step()
            if self.beside.epoch % 20 == 0 and self.beside.epoch < end:
                run.tell()

    def frame(self) -> xr.Dataset:
        """Return what is known after the latest epoch."""
        measured = self.measured()
        frame = {
            name: variable("load", measured[name], "1", told) for name, told in EACH_LOAD
        } | self.expected() | self.outcome(measured) | self.codes()  # fmt: skip
        error = float(self.beside.errors[-1])
        penalty = self.model.strength * float(self.beside.penalties[-1])
        frame |= {
            "rebuilding": variable("epoch", [error], "1", "error of what is rebuilt"),
            "enforcement": variable("epoch", [penalty], "1", "enforcement, lambda times penalty"),
        }
        coords = {
            "load": variable("load", self.loads, "1", "patterns stored"),
            "epoch": variable("epoch", [self.beside.epoch], "1", "epoch"),
        }
        return xr.Dataset(frame, coords=coords)

    def measured(self) -> dict[str, Numbers]:
        """Return what each network recalls and does, by name, one number a load."""
        cues = torch.from_numpy(flipped(self.drawn, self.model.flips, self.keys)).float()
        whole = [
            self.tested(network, x, cues[: len(x)])
            for network, x in zip(self.beside.networks, self.beside.patterns, strict=True)
        ]
        found = {name: np.array([one[name] for one in whole]) for name in whole[0]}
        wrong = flip_bits(np.clip((1 - found["recall"]) / 2, 0, 0.5))
        found["bits_by_load"] = (
            self.loads * np.maximum(0, self.bits - wrong) / (2 * self.model.hidden)
        )
        return found

    @torch.no_grad()
    def tested(self, network: Autoencoder, x: Tensor, cues: Tensor) -> dict[str, float]:
        """Return what one network recalls from its cues, and how its codes look."""
        steps = self.model.steps
        answer, soft = (network.recall(cues, steps, graded=graded) for graded in (False, True))
        codes = network.code(x)
        same, other = code_overlaps(codes[:PAIRED], self.model.children)
        firing = (cues > 0).sum(1).float().mean()
        spikes = firing * self.model.hidden + codes.sum(1).mean() * self.model.units
        return {
            "recall": float((answer * x).mean()),
            "recall_graded": float((soft * x).mean()),
            "observed_level": float(codes.mean()),
            "graded_level": float(network.graded(x).mean()),
            "silent_units": float((codes.sum(0) == 0).float().mean()),
            "code_same": same,
            "code_other": other,
            "touched": float(spikes) * steps,
        }

    def expected(self) -> dict[str, xr.Variable]:
        """Return what is drawn beside: no recall at all, the parent alone, what is asked for."""
        model = self.model
        cue = 1 - 2 * round(model.flips * model.units) / model.units
        lines = {
            "cue_overlap": (cue, "the cue itself"),
            "parent_overlap": (1 - model.gamma, "the family's parent"),
            "criterion_line": (model.criterion, "criterion"),
            "desired_level": (model.level, "desired"),
            "siblings": ((1 - model.gamma) ** 2, "patterns of one family"),
            "strangers": (0.0, "patterns of different families"),
        }
        return {
            name: variable("load", np.full(self.loads.size, value), "1", told)
            for name, (value, told) in lines.items()
        }

    def outcome(self, measured: dict[str, Numbers]) -> dict[str, xr.Variable]:
        """Return the numbers of the whole run: at the capacity, and at the largest load."""
        reach, soft = (
            capacity(self.loads, measured[name], self.model.criterion)
            for name in ("recall", "recall_graded")
        )
        here = {name: at_load(reach, self.loads, values) for name, values in measured.items()}
        most, level = float(measured["observed_level"][-1]), self.model.level
        values = {
            "capacity": reach,
            "capacity_here": reach or np.nan,
            "capacity_graded": soft,
            "level_at_capacity": here["observed_level"],
            "level_at_largest": most,
            "apart_at_capacity": abs(here["observed_level"] - level),
            "apart_at_largest": abs(most - level),
            "recall_at_largest": float(measured["recall"][-1]),
            "bits_per_synapse": here["bits_by_load"],
            "active_units": here["observed_level"] * self.model.hidden,
            "synapses_touched": here["touched"],
            "silent_share": here["silent_units"],
            "pattern_bits": self.bits,
        }
        return {name: variable((), values[name], "1", told) for name, told in OUTCOMES}

    @torch.no_grad()
    def codes(self) -> dict[str, xr.Variable]:
        """Return codes of two families at each load, units that prefer the first to the left."""
        children = min(SHOWN, self.model.children)
        rows = np.r_[:children, self.model.children : self.model.children + children]
        x = self.beside.patterns[0][rows]
        tables = [one.code(x).numpy().astype(np.int8) for one in self.beside.networks]
        sorted_ = [t[:, preferring(t, children)] for t in tables]
        return {
            "codes": variable(("load", "pattern", "unit"), np.array(sorted_), "1", "hidden code"),
            "family_edge": variable("edge", [children], "1", "first pattern of the second family"),
            "pattern": variable(
                "pattern", np.arange(1, len(rows) + 1), "1", "pattern, family after family"
            ),
            "unit": variable(
                "unit", np.arange(1, self.model.hidden + 1), "1", "hidden unit, sorted"
            ),
        }


def preferring(codes: NDArray[np.int8], first: int) -> NDArray[np.int64]:
    """Return units in order: those active in the first patterns more than in the others first."""
    return np.argsort(codes[first:].mean(0) - codes[:first].mean(0), kind="stable")


def code_overlaps(codes: Tensor, children: int) -> tuple[float, float]:
    """Return mean correlations of binary codes, of one family and of different ones.

    A code without any active unit, or with all, counts as correlated with none.

    Parameters
    ----------
    codes : Tensor of 0 and 1, shape (patterns, hidden)
        Family after family, each of so many children.
    """
    apart = codes - codes.mean(1, keepdim=True)
    unit = functional.normalize(apart, eps=1e-6)
    match = unit @ unit.T
    family = torch.arange(len(codes)) // children
    same = family[:, None] == family
    pairs = ~torch.eye(len(codes), dtype=torch.bool)
    return float(match[same & pairs].mean()), float(match[~same].mean())
