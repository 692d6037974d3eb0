"""The experiment: an autoencoder as a memory, and how sparse its code should be.

One network for each load, of the same size, learns ever more patterns of the same tree. One sees
recall rise while they are trained, up to which load it is good, and what the code costs.
"""

from __future__ import annotations

import numpy as np

from models.associative import references as sources
from models.associative.autoencoder_views import EQUATIONS, OBSERVABLES
from models.associative.penalties import DIVERGENCE, EACH, PENALTIES
from workbench import Choice, Cost, Count, Model, ParameterError, Quantity, Run
from workbench.plan import Plan


class AutoencoderMemory(Model):
    """A sparse autoencoder as a memory of patterns that resemble each other.

    A reconstruction after Shah, Hen, Losonczy and Fusi 2025, made from the abstract alone: sizes,
    loss and training are this workbench's. Patterns are children of random parents; the less a
    child departs from its parent, the more they can be compressed. Networks N -> H -> N rebuild
    them through hidden units whose mean activity is held, more or less strongly, at a desired
    coding level. The capacity is the largest load recalled well from cues with flipped units.
    """

    key = "autoencoder"
    title = "Autoencoder memory: how sparse a code?"
    summary = "Correlated memories in a hidden code: how sparse it should be, and how strictly so."
    pace = "seconds"
    cover = 1
    references = (sources.SHAH_2025, sources.BENNA_2021, sources.PARGA_1986)
    equations = EQUATIONS
    observables = OBSERVABLES
    presets = {
        "Compressible: children close to their parent": {"gamma": 0.3},
        "Incompressible: every pattern on its own": {"gamma": 1.0},
        "No enforcement: activity is free": {"strength": 0.0},
        "Enforced strongly": {"strength": 300.0},
        "Very sparse, enforced strongly": {"level": 0.02, "strength": 100.0},
        "Trained without noise": {"noise": 0.0},
        "Divergence from the desired level": {"penalty": DIVERGENCE},
    }
    plans = {
        f"Strength and coding level: {name}": Plan(
            {"strength": "0,1,10,100,1000", "level": "0.02,0.05,0.1,0.2,0.4"}, {"gamma": gamma},
            measure="capacity",
        )
        for name, gamma in (("compressible", 0.3), ("in between", 0.6), ("incompressible", 1.0))
    } | {
        "Strength and compressibility": Plan(
            {"strength": "0,1,10,100,1000", "gamma": "0.3,0.6,1"}, measure="capacity"
        ),
    }  # fmt: skip

    level = Quantity(
        0.1, bounds=(0.005, 0.9), unit="1", step=0.005, log=True, group="Sparsity",
        label="desired coding level f", doc="share of hidden units that should be active",
    )  # fmt: skip
    strength = Quantity(
        10.0, bounds=(0.0, 1000.0), unit="1", step=0.5, group="Sparsity",
        label="strength of enforcement",
        doc="lambda, weight of the penalty beside the error in bits a unit; 0 leaves activity free",
    )  # fmt: skip
    penalty = Choice(
        EACH, options=list(PENALTIES), group="Sparsity", label="enforced on",
        doc="squared departure of each unit's mean activity, of the whole layer's, or KL "
        "divergence of each unit's",
    )  # fmt: skip

    gamma = Quantity(
        0.6, bounds=(0.05, 1.0), unit="1", step=0.05, group="Patterns",
        label="departure gamma",
        doc="share of a child's units that is drawn anew; the smaller, the more compressible",
    )  # fmt: skip
    units = Count(
        64, bounds=(8, 1000), unit="1", log=True, group="Patterns",
        doc="number N of units, the length of a pattern",
    )  # fmt: skip
    children = Count(
        10, bounds=(2, 200), unit="1", log=True, group="Patterns", label="children of a parent",
        doc="patterns of a family; the smallest load is two families",
    )  # fmt: skip
    largest = Count(
        480, bounds=(8, 20_000), unit="1", log=True, group="Patterns", label="largest load",
        doc="most patterns that a network learns",
    )  # fmt: skip
    loads = Count(
        6, bounds=(2, 20), unit="1", group="Patterns",
        doc="numbers of patterns tried, a network each, evenly spaced by their logarithm",
    )  # fmt: skip

    hidden = Count(
        128, bounds=(4, 4000), unit="1", log=True, group="Training", label="hidden units",
        doc="number H of hidden units",
    )  # fmt: skip
    epochs = Count(
        2400, bounds=(20, 50_000), unit="1", log=True, group="Training",
        doc="steps of Adam, each with all patterns; doubled, they show whether training was done",
    )  # fmt: skip
    rate = Quantity(
        0.1, bounds=(1e-4, 1.0), unit="1", log=True, group="Training", label="learning rate",
        doc="of Adam at the beginning; it falls to 0 along half a cosine",
    )  # fmt: skip
    noise = Quantity(
        0.1, bounds=(0.0, 0.4), unit="1", step=0.01, group="Training", label="noise in training",
        doc="share of units flipped at the input, others in every epoch; 0 is a plain autoencoder",
    )  # fmt: skip

    flips = Quantity(
        0.1, bounds=(0.0, 0.4), unit="1", step=0.01, live=True, group="Recall",
        label="flipped units of a cue", doc="share of a cue's units that has the wrong sign",
    )  # fmt: skip
    steps = Count(
        1, bounds=(1, 30), unit="1", live=True, group="Recall", label="steps of recall",
        doc="how often what is recalled is the next cue",
    )  # fmt: skip
    criterion = Quantity(
        0.9, bounds=(0.5, 0.99), unit="1", step=0.01, live=True, group="Recall",
        doc="mean overlap with the stored pattern from which on a load counts as recalled",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse loads that leave no room, and a code without any active unit."""
        if self.largest < 4 * self.children:
            raise ParameterError(
                f"largest = {self.largest:,} is not allowed with children = {self.children}: it "
                f"must be at least {4 * self.children:,}, four families."
            )
        if len(set(self.load_list())) < self.loads:
            raise ParameterError(
                f"loads = {self.loads} is not allowed from {2 * self.children} to {self.largest} "
                "patterns: some would be the same; lower it."
            )
        if self.level * self.hidden < 1:
            raise ParameterError(
                f"level = {self.level:g} is not allowed with hidden = {self.hidden}: less than one "
                "hidden unit would be active."
            )

    def load_list(self) -> list[int]:
        """Return the numbers of patterns, from two families to the largest load."""
        ends = np.geomspace(2 * self.children, self.largest, self.loads)
        return [int(load) for load in ends.round()]

    def cost(self) -> Cost:
        """Estimate from weights and patterns, as measured with one thread."""
        learnt = sum(self.load_list())
        synapses, entries = self.units * self.hidden, learnt * (self.units + self.hidden)
        step = 4e-4 + self.loads * (7e-5 + 6e-9 * synapses) + 1e-10 * learnt * synapses
        frames = min(40, self.epochs) * (5e-3 + 8e-8 * entries)
        held = self.largest * (60 * self.units + 16 * self.hidden)
        weights = 100 * self.loads * self.units * self.hidden
        seconds = 1.5 + self.epochs * (step + 3e-9 * entries) + frames
        return Cost(seconds, 300_000_000 + held + weights, "epochs")

    def simulate(self, run: Run) -> None:
        """Train a network for each load, and test all of them now and then."""
        from models.associative.autoencoder_course import follow  # torch is slow to import

        follow(self, run)
