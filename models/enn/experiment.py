"""The Engram Neural Network in training: how it learns, and whether its memory has a part in it."""

from __future__ import annotations

import math

from models.enn import cifar, sources
from models.enn import experiment_views as views
from models.enn.asking import INQUIRY
from models.enn.config import EngramConfig
from models.enn.images import SETS
from workbench import Choice, Cost, Count, Folder, Model, ParameterError, Quantity, Run, Switch

DIGITS, RECALL, COPY = "digits", "associative recall", "copy after a delay"
#: Data sets of files, and how the first file of each may be called.
FILES = {
    **{name: sources.spellings(next(iter(data.checksums))) for name, data in SETS.items()},
    "cifar10": cifar.NAMES,
}
#: Made sequences in an epoch, unless told otherwise.
SEQUENCES = 2560
NETWORKS = ENN, LSTM, GRU, RNN = "ENN", "LSTM", "GRU", "RNN"
NONE, WIDE, MANY = "none", "as wide", "as many weights"
BATCH, SAMPLE, FROZEN = "batch", "sample", "frozen"
#: What `cost` counts with: operations a second, seconds a call, and tests in samples of training:
#: of data made on the way or that are few, and of files.
SPEED, CALLS, TESTS = 8e10, 6e-4, (2000, 8000)
WORKING = {
    "trace": SAMPLE, "temperature": 0.05, "sparsity": 0.0, "trace_scale": 1.0,
    "hebbian_rate": 0.9, "decay": "written", "clip": 5.0,
}  # fmt: skip
LOOKUP = {"data": RECALL, "hidden": 64, "slots": 32, "readout": "last", "dropout": 0.0,
          "epochs": 30, "patience": 0}  # fmt: skip
QUICK = {"hidden": 32, "slots": 24, "epochs": 10, "batch": 32, "learning_rate": 0.01}
PRESETS = {
    "Memory that works, in seconds": {**LOOKUP, **WORKING, **QUICK},
    "Memory that works: key-value recall": {**LOOKUP, **WORKING},
    "The published memory at the same task": LOOKUP,
    "An LSTM at the same task": {**LOOKUP, "network": LSTM, "hidden": 96},
    "Digits, with a memory that works": WORKING,
    "Digits, beside an LSTM, a GRU and an RNN": {"others": WIDE},
    "Digits, read out as published": {"readout": "last"},
}


class EngramTraining(Model):
    """An Engram Neural Network learns, and its memory is looked at (Szelogowski 2025).

    A recurrent network reads a sequence, row by row, with a memory of slots and a Hebbian trace
    over them. As published the memory is inert: answers stay the same without it. With one trace
    a sequence, a low temperature and a write that fades only what it writes to, it carries what
    was shown once. Each run ends with the test that tells which of both is the case.
    """

    key = "enn"
    title = "Engram Neural Network"
    summary = "A recurrent network learns with a Hebbian memory, and shows whether it uses it."
    pace = "seconds"
    rewinds = True
    references = (views.SZELOGOWSKI_2025,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    inquiry = INQUIRY
    presets = PRESETS
    cover = 1

    data = Choice(
        DIGITS, options=[DIGITS, *FILES, RECALL, COPY], group="Task",
        doc="what is learnt: 8 x 8 digits that come with scikit-learn, data sets from files, or "
        "sequences made on the way",
    )  # fmt: skip
    folder = Folder(
        "", group="Task", label="folder of data",
        doc="where the files of a data set are; empty to fetch them once into the user's cache",
    )  # fmt: skip
    samples = Count(
        0, bounds=(0, 100_000), unit="1", group="Task", label="training samples",
        doc="how many to train on at most; 0 for all, and of made sequences for 2,560 an epoch",
    )  # fmt: skip
    pairs = Count(
        8, bounds=(1, 32), unit="1", group="Task", label="pairs or symbols",
        doc="key-value pairs that are shown, of 32 keys and 16 values; or symbols to copy, of 8",
    )  # fmt: skip
    gap = Count(
        0, bounds=(0, 200), unit="1", group="Task",
        doc="blank steps before the question", label="delay",
    )  # fmt: skip

    network = Choice(
        ENN, options=[ENN, LSTM, GRU, RNN], group="Network", doc="what learns",
    )  # fmt: skip
    others = Choice(
        NONE, options=[NONE, WIDE, MANY], group="Network", label="others trained beside",
        doc="whether the three other networks are trained too, on the same data by the same "
        "recipe: as wide as it, or with as many weights as the ENN",
    )  # fmt: skip
    hidden = Count(
        128, bounds=(4, 1024), unit="1", log=True, group="Network", label="hidden units",
        doc="width h of the network", source="Szelogowski 2025",
    )  # fmt: skip
    readout = Choice(
        "attention", options=["attention", "last", "mean"], group="Network",
        doc="what answers: attention over all steps, the last state (as published), or the mean",
    )  # fmt: skip
    dropout = Quantity(
        0.3, bounds=(0, 0.9), unit="1", step=0.05, group="Network",
        doc="share of values dropped before the answer in training", source="Szelogowski 2025",
    )  # fmt: skip

    slots = Count(
        64, bounds=(1, 512), unit="1", log=True, group="Memory",
        doc="number N of memory slots", source="Szelogowski 2025",
    )  # fmt: skip
    trace = Choice(
        BATCH, options=[BATCH, SAMPLE, FROZEN], group="Memory", label="a trace for each",
        doc="whose the Hebbian trace is: a batch's (as published), a sequence's own, or a batch's "
        "in training and then frozen", source="Szelogowski 2025",
    )  # fmt: skip
    hebbian_rate = Quantity(
        0.05, bounds=(0, 1), unit="1", step=0.01, group="Memory", label="plasticity rate eta",
        doc="how much of a write is taken", source="Szelogowski 2025",
    )  # fmt: skip
    trace_scale = Quantity(
        0.5, bounds=(0, 5), unit="1", step=0.1, group="Memory", label="trace scale alpha",
        doc="weight of the trace beside the learnt slots", source="Szelogowski 2025",
    )  # fmt: skip
    temperature = Quantity(
        1.5, bounds=(0.01, 5), unit="1", step=0.01, log=True, group="Memory",
        label="temperature tau", doc="how evenly attention spreads", source="Szelogowski 2025",
    )  # fmt: skip
    sparsity = Quantity(
        0.1, bounds=(0, 2), unit="1", step=0.05, group="Memory", label="sparsity lambda",
        doc="lowers the temperature to tau / (1 + 10 lambda)", source="Szelogowski 2025",
    )  # fmt: skip
    decay = Choice(
        "all", options=["all", "written", "entropy"], group="Memory", label="what fades",
        doc="with each write: the whole trace (as published), each slot as it is written to, or "
        "the whole, the more the less certain attention is", source="Szelogowski 2025",
    )  # fmt: skip
    clip = Quantity(
        0.1, bounds=(0, 20), unit="1", step=0.1, group="Memory", label="largest entry",
        doc="what entries of the trace are clipped to", source="Szelogowski 2025",
    )  # fmt: skip
    gradient = Switch(
        True, group="Memory", label="learn through the trace",
        doc="whether gradients pass through the trace from step to step",
    )  # fmt: skip

    epochs = Count(
        15, bounds=(1, 500), unit="1", group="Training", doc="rounds over the data",
        source="Szelogowski 2025",
    )  # fmt: skip
    batch = Count(
        32, bounds=(1, 4096), unit="1", log=True, group="Training", label="batch size",
        doc="sequences in a step", source="Szelogowski 2025: 128",
    )  # fmt: skip
    learning_rate = Quantity(
        1e-3, bounds=(1e-6, 1), unit="1", log=True, live=True, group="Training",
        label="learning rate", doc="of Adam", source="Szelogowski 2025",
    )  # fmt: skip
    patience = Count(
        3, bounds=(0, 100), unit="1", group="Training",
        doc="epochs without a lower validation loss after which it ends; 0 for never",
        source="Szelogowski 2025",
    )  # fmt: skip
    shown = Count(
        1, bounds=(1, 500), unit="1", live=True, group="Training", label="sequence shown",
        doc="which test sequence attention is shown for",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse what cannot work together."""
        if self.data == COPY and self.readout != "last":
            raise ParameterError(
                f"readout = {self.readout!r} is not allowed with the copy task, which is answered "
                "step by step; it must be 'last'."
            )
        if self.gap and self.data not in (RECALL, COPY):
            raise ParameterError(
                f"delay = {self.gap} is not allowed with {self.data!r}; it must be 0."
            )
        if self.data in FILES and self.folder:
            sources.here(self.data, FILES[self.data], self.folder)

    def config(self, features: int) -> EngramConfig:
        """Return the settings of the Engram cell."""
        return EngramConfig(
            input_size=features, hidden_size=self.hidden, slots=self.slots, trace=self.trace,
            hebbian_rate=self.hebbian_rate, trace_scale=self.trace_scale,
            temperature=self.temperature, sparsity=self.sparsity, decay=self.decay,
            clip=self.clip, gradient=self.gradient,
        )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate from the multiplications of a sample's step.

        Measured with one thread (BENCHMARKS.md): `SPEED` operations a second, `CALLS` seconds for
        a step of a batch however small, and tests with each part of the memory taken away that
        last as long as training on `TESTS` samples.
        """
        sizes = {
            DIGITS: (8, 1197), "mnist": (28, 54_000), "fashion-mnist": (28, 54_000),
            "cifar10": (32, 45_000), RECALL: (self.pairs + self.gap + 1, math.inf),
            COPY: (2 * self.pairs + self.gap + 1, math.inf),  # as many as are asked for
        }  # fmt: skip
        steps, there = sizes[self.data]
        samples = min(there, self.samples or (SEQUENCES if there == math.inf else there))
        work = 24 * self.hidden**2 * (1 if self.network == ENN else 1 / 3)
        own = self.network == ENN and self.trace == SAMPLE
        slots = self.slots * self.hidden * (120 if own else 6)
        each = 3 * (work + slots) / SPEED + CALLS / self.batch
        held = self.batch * steps * self.slots * self.hidden * 4 * (20 if own else 0)
        besides = {NONE: 0.0, WIDE: 1.0, MANY: 3.0}[self.others]  # of an ENN's work
        each += besides * (3 * 24 * self.hidden**2 / SPEED + CALLS / self.batch)
        tests = TESTS[self.data in FILES] * (1 if self.network == ENN else 1 / 10)
        seconds = 2 + (self.epochs * samples + tests) * steps * each
        return Cost(seconds, 400_000_000 + 2 * held, lower="epochs")

    def simulate(self, run: Run) -> None:
        """Train, tell each epoch, and test at the end."""
        from models.enn.experiment_course import follow  # torch is slow to import

        follow(self, run)
