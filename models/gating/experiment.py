"""Continual learning: a network learns one task after the other, and what is left of each."""

from __future__ import annotations

from models.enn import sources
from models.enn.images import SETS
from models.gating import references as cited
from models.gating import views
from models.gating.choices import (
    ALL,
    BINARISED,
    EWC,
    GATING,
    JOINT,
    METAPLASTIC,
    METHODS,
    ONE,
    OWN,
    PRESETS,
    REHEARSAL,
    SDMLP,
    SI,
)
from models.gating.scenarios import (
    CLASS,
    DATA,
    EMBEDDED,
    PERMUTED,
    SCENARIOS,
    SPLIT,
    refuse_too_many,
)
from workbench import (
    Choice,
    Cost,
    Count,
    Folder,
    Model,
    ParameterError,
    Quantity,
    Reference,
    Run,
    Switch,
)

KEYED = "keyed by task"
#: What `cost` counts with: pixels and training samples of a data set; seconds of a step however
#: small, and of a step for each weight.
SIZES = {"digits": (64, 1437), "mnist": (784, 60_000), "fashion-mnist": (784, 60_000)}
CALLS = {SDMLP: 4.5e-4, METAPLASTIC: 1.2e-3, GATING: 1.8e-3}
WEIGHT, CALL = 4e-9, 2.5e-4


class ContinualLearning(Model):
    """Tasks are learnt one after the other, and one sees what is left of the earlier ones.

    A plain network answers with the last task only. Beside it learn: SDMLP, a sparse distributed
    memory as a network, whose units are chosen by Top-K after a switch from excitation to
    inhibition (Bricken et al. 2023); binary weights that grow hard to flip (Laborieux et al. 2021);
    gates that choose which units take part, a reconstruction after Aguilar et al. 2025; and what
    the field compares with: EWC, SI, rehearsal, joint training. Accuracies of different scenarios
    are not to be compared.
    """

    key = "continual"
    title = "Continual learning"
    summary = "Digits are learnt two at a time; sparse codes and gates against forgetting."
    pace = "seconds"
    cover = 1
    references = (
        cited.BRICKEN_2023, cited.LABORIEUX_2021, cited.AGUILAR_2025, cited.VAN_DE_VEN_2022,
        cited.LOPEZ_PAZ_2017, cited.CHAUDHRY_2018, cited.HSU_2018,
    )  # fmt: skip
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = PRESETS

    scenario = Choice(
        CLASS, options=list(SCENARIOS), group="Tasks",
        doc="what is asked: which of all classes; the place of the class in its task, which task "
        "unknown; or the same with the task told", source="van de Ven 2022",
    )  # fmt: skip
    kind = Choice(
        SPLIT, options=[SPLIT, PERMUTED], group="Tasks", label="tasks are",
        doc="whether each task has some of the classes, or all of them with its pixels rearranged",
    )  # fmt: skip
    tasks = Count(
        5, bounds=(1, 20), unit="1", group="Tasks", label="number of tasks",
        doc="how many tasks there are; classes are divided evenly among them",
    )  # fmt: skip
    data = Choice(
        EMBEDDED, options=list(DATA), group="Tasks",
        doc="the pictures: 8 x 8 digits that come with scikit-learn, or files of 28 x 28 pixels",
    )  # fmt: skip
    folder = Folder(
        "", group="Tasks", label="folder of data",
        doc="where the files of a data set are; empty to fetch them once into the user's cache",
    )  # fmt: skip
    samples = Count(
        0, bounds=(0, 60_000), unit="1", group="Tasks", label="training samples",
        doc="how many to train on at most, of all tasks or of each that is permuted; 0 for all",
    )  # fmt: skip
    shuffled = Switch(
        False, group="Tasks", label="shuffle classes",
        doc="whether classes come in an order of the seed's, or as they are numbered",
    )  # fmt: skip

    method = Choice(
        SDMLP, options=list(METHODS), group="Method", doc="what learns, and is looked into",
    )  # fmt: skip
    beside = Choice(
        ONE, options=[ONE, ALL], group="Method", label="learning beside",
        doc="what learns the same tasks for comparison: a plain network, or EWC, SI, rehearsal and "
        "joint training too",
    )  # fmt: skip
    units = Count(
        1000, bounds=(16, 10_000), unit="1", log=True, group="Method", label="hidden units",
        doc="units of a hidden layer; binarised networks have two such layers, others one",
        source="Bricken 2023",
    )  # fmt: skip
    epochs = Count(
        20, bounds=(1, 2000), unit="1", log=True, group="Method",
        doc="rounds over the samples of each task",
    )  # fmt: skip
    batch = Count(
        16, bounds=(1, 1024), unit="1", log=True, group="Method", label="batch size",
        doc="samples in a step",
    )  # fmt: skip
    optimizer = Choice(
        OWN, options=[OWN, "SGD", "SGD with momentum", "Adam"], group="Method",
        doc="how steps are taken; the binarised networks have an Adam of their own",
    )  # fmt: skip
    learning_rate = Quantity(
        0.0, bounds=(0.0, 1.0), unit="1", step=0.0001, group="Method", label="learning rate",
        doc="size of a step; 0 for the method's own: 0.2 (SDMLP by SGD), 0.005 (binarised), 0.001",
    )  # fmt: skip

    active = Count(
        10, bounds=(1, 1000), unit="1", log=True, group="SDMLP", label="active units",
        doc="number k of units that are active once switches inhibit", source="Bricken 2023",
    )  # fmt: skip
    gaba_threshold = Quantity(
        1500.0, bounds=(1.0, 1e8), unit="1", log=True, group="SDMLP", label="threshold of switch",
        doc="samples for which a unit is active until its switch inhibits; 5,000,000 in the paper, "
        "for 500 epochs of MNIST",
    )  # fmt: skip
    gaba = Switch(
        True, group="SDMLP", label="GABA switch",
        doc="whether inhibition excites at first, so that all units learn", source="Bricken 2023",
    )  # fmt: skip
    unit_length = Switch(
        True, group="SDMLP", label="unit length",
        doc="whether inputs and incoming weights have length 1", source="Bricken 2023",
    )  # fmt: skip
    positive = Switch(
        True, group="SDMLP", label="positive weights",
        doc="whether weights are clipped at 0 after each step", source="Bricken 2023",
    )  # fmt: skip

    metaplasticity = Quantity(
        1.35, bounds=(0.0, 50.0), unit="1", step=0.05, group="Binarised networks",
        doc="how fast hidden weights grow hard to flip (m)", source="Laborieux 2021",
    )  # fmt: skip
    own_normalisation = Switch(
        False, group="Binarised networks", label="normalisation for each task",
        doc="whether each task has a BatchNorm of its own, for which the task must be told",
        source="Laborieux 2021",
    )  # fmt: skip
    gate = Choice(
        "shared", options=["shared", "one for each layer", KEYED], group="Binarised networks",
        doc="what chooses the units that take part: the stimulus, alike in both layers or not, or "
        "the task",
    )  # fmt: skip
    open_share = Quantity(
        0.1, bounds=(0.005, 1.0), unit="1", log=True, group="Binarised networks",
        label="share of open gates", doc="share of units that take part",
    )  # fmt: skip
    gain = Quantity(
        1.0, bounds=(0.0, 20.0), unit="1", step=0.1, group="Binarised networks",
        label="gain of gates", doc="how much the stimulus decides which gates open, beside chance",
    )  # fmt: skip
    gate_learns = Switch(
        True, group="Binarised networks", label="gates learn",
        doc="whether the encoder that decides on gates learns, or stays as it is drawn",
    )  # fmt: skip
    gate_choice = Choice(
        "drawn", options=["drawn", "the likeliest in tests", "the likeliest always"],
        group="Binarised networks", label="gates are",
        doc="whether open gates are drawn by chance, or are the share that is likeliest",
    )  # fmt: skip
    readout = Choice(
        "binary", options=["binary", "full precision"], group="Binarised networks",
        doc="the weights of the outputs of a gated network: binary and normalised, or plain",
    )  # fmt: skip

    strength = Quantity(
        0.0, bounds=(0.0, 1e10), unit="1", group="Baselines", label="strength of the penalty",
        doc="of EWC (per-sample Fisher) or SI; 0 for the default: 100 and 1",
    )  # fmt: skip
    kept = Count(
        50, bounds=(1, 5000), unit="1", log=True, group="Baselines", label="samples kept",
        doc="samples of each task that rehearsal keeps",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse what cannot work together."""
        refuse_too_many(self.tasks, self.kind, self.scenario)
        if self.method == SDMLP and self.active >= self.units:
            raise ParameterError(
                f"active = {self.active} is not allowed with units = {self.units}: it must be less."
            )
        if self.method in BINARISED and self.batch < 2:
            raise ParameterError(
                "batch = 1 is not allowed for a binarised network, which normalises by the batch: "
                "it must be at least 2."
            )
        if self.scenario == CLASS and self.method in BINARISED:
            untold = "which a class-incremental stream does not tell"
            if self.own_normalisation:
                raise ParameterError(
                    f"own_normalisation = True is not allowed: it needs to know the task, {untold}."
                )
            if self.method == GATING and self.gate == KEYED:
                raise ParameterError(
                    f"gate = {KEYED!r} is not allowed: it needs to know the task, {untold}."
                )
        if self.data != EMBEDDED and self.folder:
            names = sources.spellings(next(iter(SETS[self.data].checksums)))
            sources.here(self.data, names, self.folder)

    def cost(self) -> Cost:
        """Estimate from steps and weights, as measured with one thread."""
        pixels, there = SIZES[self.data]
        samples = min(there, self.samples or there) * (self.tasks if self.kind == PERMUTED else 1)
        steps = self.epochs * samples / self.batch + self.epochs * self.tasks
        shallow = self.units * (pixels + 10)
        deep = shallow + self.units**2
        own = deep if self.method in BINARISED else shallow
        grown = 1 + self.batch / 64
        each = CALLS.get(self.method, CALL) + WEIGHT * own * grown * (1 + (own == deep))
        others = 1 if self.beside == ONE else 6 + self.tasks / 2
        beside = others * (CALL + WEIGHT * shallow * grown)
        held = 16 * 4 * own + 12 * pixels * samples
        return Cost(2 + steps * (each + beside), 400_000_000 + int(held), lower="epochs")

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the methods, the measures and the data in use."""
        own = {
            SDMLP: (cited.BRICKEN_2023,), METAPLASTIC: (cited.LABORIEUX_2021,),
            GATING: (cited.AGUILAR_2025, cited.LABORIEUX_2021, cited.MASSE_2018),
            EWC: (cited.KIRKPATRICK_2017,), SI: (cited.ZENKE_2017,),
        }  # fmt: skip
        used = (self.method, *((EWC, SI, REHEARSAL, JOINT) if self.beside == ALL else ()))
        methods = (source for method in used for source in own.get(method, ()))
        return tuple(dict.fromkeys((*methods, *self.references, cited.DATA[self.data])))

    def simulate(self, run: Run) -> None:
        """Learn task after task, and tell what is left of each."""
        from models.gating.course import follow  # torch is slow to import

        follow(self, run)
