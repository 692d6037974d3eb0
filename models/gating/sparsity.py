"""Sparsity regularisers: six ways to make the same hidden layer sparse, compared where they agree.

A method is compared at the strength that leaves the wanted share of its weights, or of its activity
at a time; strengths themselves mean nothing to each other.
"""

from __future__ import annotations

from models.enn import sources
from models.enn.images import SETS
from models.gating import references as cited
from models.gating import sparsity_views as views
from models.gating.scenarios import DATA, EMBEDDED
from workbench import Choice, Cost, Count, Folder, Model, ParameterError, Quantity, Reference, Run

#: Pixels and training pictures of a data set.
SIZES = {"digits": (64, 1437), "mnist": (784, 60_000), "fashion-mnist": (784, 60_000)}
RUNS = 30


class SparsityRegularisers(Model):
    """Six ways to be sparse, of weights, of activity or of units, compared at the same share.

    L1 by a plain subgradient (no exact zeros) and by proximal steps, L0 by hard-concrete gates, a
    KL divergence on mean activity, Top-K, and gates that choose units: the same digits, the same
    width, each at the strength at which as much is left as of the others. Beside: how fast ISTA and
    FISTA solve a sparse regression, and the strokes that a sparse autoencoder finds in digits.
    """

    key = "sparsity"
    title = "Sparsity regularisers"
    summary = "L1, L0, KL, Top-K and gates at the same sparsity: what is zero, who is silent."
    pace = "seconds"
    cover = 2
    references = (
        cited.BECK_2009, cited.LOUIZOS_2018, cited.NG_2011, cited.AGUILAR_2025,
        cited.CHAUDHRY_2018,
    )  # fmt: skip
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = {
        "Very sparse": {"active": 0.05, "left": 0.05},
        "Hardly sparse": {"active": 0.3, "left": 0.4},
        "A wide layer": {"units": 1024},
    }

    active = Quantity(
        0.1, bounds=(0.01, 0.6), unit="1", step=0.01, log=True, group="Compared at",
        label="share of units active", doc="active share at which KL, Top-K and gates are compared",
    )  # fmt: skip
    left = Quantity(
        0.1, bounds=(0.01, 0.9), unit="1", step=0.01, log=True, group="Compared at",
        label="share of weights left", doc="share of hidden weights not 0 at which L1 and L0 are",
    )  # fmt: skip
    data = Choice(
        EMBEDDED, options=list(DATA), group="Network",
        doc="the pictures: 8 x 8 digits that come with scikit-learn, or files of 28 x 28 pixels",
    )  # fmt: skip
    folder = Folder(
        "", group="Network", label="folder of data",
        doc="where the files of a data set are; empty to fetch them once into the user's cache",
    )  # fmt: skip
    samples = Count(
        1437, bounds=(100, 60_000), unit="1", group="Network", label="training samples",
        doc="how many to train on at most",
    )  # fmt: skip
    units = Count(
        256, bounds=(16, 4096), unit="1", log=True, group="Network", label="hidden units",
        doc="width of the hidden layer, alike for all methods",
    )  # fmt: skip
    epochs = Count(
        20, bounds=(1, 500), unit="1", log=True, group="Network", doc="rounds over the samples",
    )  # fmt: skip
    task_epochs = Count(
        10, bounds=(1, 500), unit="1", log=True, group="Network", label="epochs of a task",
        doc="rounds over each pair of classes, learnt one after the other to see what is left",
    )  # fmt: skip
    iterations = Count(
        200, bounds=(10, 2000), unit="1", log=True, group="Sparse regression",
        doc="steps of each solver",
    )  # fmt: skip
    weights = Count(
        1000, bounds=(50, 3000), unit="1", log=True, group="Sparse regression",
        doc="unknown weights, a fiftieth of them not 0, from a fifth as many samples",
    )  # fmt: skip
    penalty = Quantity(
        0.1, bounds=(0.001, 0.9), unit="1", log=True, group="Sparse regression",
        doc="lambda, as a share of the one that makes all weights 0",
    )  # fmt: skip
    features = Count(
        16, bounds=(4, 100), unit="1", group="Sparse autoencoder", doc="hidden units",
    )  # fmt: skip
    wanted = Quantity(
        0.05, bounds=(0.005, 0.5), unit="1", log=True, group="Sparse autoencoder",
        label="wanted activity rho", doc="mean activity that the divergence asks of each unit",
    )  # fmt: skip
    beta = Quantity(
        1.0, bounds=(0.0, 10.0), unit="1", step=0.05, group="Sparse autoencoder",
        label="weight of sparsity", doc="beta, weight of the divergence beside the error",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse what cannot work together."""
        if self.active * self.units < 1:
            raise ParameterError(
                f"active = {self.active:g} is not allowed with units = {self.units}: less than one "
                "unit would be active."
            )
        if self.data != EMBEDDED and self.folder:
            names = sources.spellings(next(iter(SETS[self.data].checksums)))
            sources.here(self.data, names, self.folder)

    def cost(self) -> Cost:
        """Estimate from steps and weights, as measured with one thread."""
        pixels, there = SIZES[self.data]
        steps = min(there, self.samples) / 64 * (RUNS * self.epochs + 6 * self.task_epochs)
        each = 6e-4 + 2.5e-8 * self.units * pixels
        solved = (4 * self.iterations + 3000) * self.weights**2 * 3e-10
        return Cost(
            2 + steps * each + solved, 400_000_000 + 400 * self.units * pixels, lower="epochs"
        )

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the methods and the data in use."""
        return (*self.references, cited.DATA[self.data])

    def simulate(self, run: Run) -> None:
        """Solve the regression, train all methods, and compare them where they are as sparse."""
        from models.gating.sparsity_course import follow  # torch is slow to import

        follow(self, run)
