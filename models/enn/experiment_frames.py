"""What a run of the Engram Neural Network shows: how it learns, and what its memory holds."""

from __future__ import annotations

import math

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray

from models.enn.attention import effective_slots
from models.enn.material import Material
from models.enn.memory_use import answers, memory_use
from models.enn.networks import EngramNetwork
from models.enn.slot_cards import slot_cards
from models.enn.trainer import Told
from workbench import variable

#: Held-out sequences that attention and trace are watched on.
WATCHED = 64
#: Absolute values below which an entry of the trace counts as zero (the published monitor's).
SMALL = 0.01
#: Entries of all traces that a run records; where there are more, not every epoch is.
TRACES = 2_000_000


class Frames:
    """Makes the frames of a run, epoch by epoch.

    Parameters
    ----------
    network : Module
        Whose memory is shown if it has one.
    material : Material
    epochs : int
        How many there may be.
    name : str
        What the network is called, where others are shown beside it.
    """

    def __init__(
        self, network: torch.nn.Module, material: Material, epochs: int, name: str = ""
    ) -> None:
        self.network, self.material = network, material
        self.validation, self.training = "validation", "training, with dropout"
        if name:
            self.validation, self.training = name, f"{name}, training"
        self.has_memory = isinstance(network, EngramNetwork)
        self.every = 1
        if isinstance(network, EngramNetwork):
            config = network.engram.config
            self.every = math.ceil(epochs * config.slots * config.hidden_size / TRACES)
        self.watched = material.test.take(slice(WATCHED))
        self.before: NDArray[np.float32] | None = None

    def step(self, told: Told, since: float) -> xr.Dataset:
        """Return the loss since it was last told, a point along "step"."""
        return xr.Dataset(
            {"loss": variable("step", [since], "nat", "training loss")},
            coords={"step": variable("step", [told.step], "1", "step")},
        )

    def epoch(self, told: Told, shown: int) -> xr.Dataset:
        """Return what an epoch led to.

        Parameters
        ----------
        told : Told
        shown : int
            Number of the held-out sequence that is shown, from 1.
        """
        assert told.validation is not None
        values = {
            "loss_training": (told.training.loss, "nat", self.training),
            "loss_validation": (told.validation.loss, "nat", self.validation),
            "accuracy_training": (told.training.accuracy, "1", self.training),
            "accuracy_validation": (told.validation.accuracy, "1", self.validation),
            "accuracy_chance": (self.material.chance, "1", "chance"),
            "learning_rate_now": (told.rate, "1", "learning rate"),
        }
        pictures = {}
        if self.has_memory:
            more, pictures = self.memory(shown)
            values |= more
            if told.ended or (told.epoch - 1) % self.every == 0:
                pictures |= recorded(pictures["trace"], told.epoch, shown)
        along = {
            name: variable("epoch", [value], *words) for name, (value, *words) in values.items()
        }
        return xr.Dataset(
            {**along, **pictures}, coords={"epoch": variable("epoch", [told.epoch], "1", "epoch")}
        )

    @torch.no_grad()
    def memory(self, shown: int) -> tuple[dict[str, tuple], dict[str, xr.Variable]]:
        """Return numbers of attention and trace, and pictures of them."""
        network = self.network.eval()
        assert isinstance(network, EngramNetwork)
        told = network(self.watched.x, details=True).details[0]
        attention, trace = told.attention, told.trace
        of_all = attention.double().mean((0, 1))
        one = network(self.material.example(shown).x, details=True).details[0]
        own = trace.dim() == 4
        last = (one.trace[0, -1] if own else trace[-1]).numpy()
        first, self.before = self.before, last if self.before is None else self.before
        sizes = np.abs(last)
        numbers = {
            "trace_mean": (float(sizes.mean()), "1", "mean of |H|"),
            "trace_largest": (float(sizes.max()), "1", "largest |H|"),
            "trace_deviation": (float(last.std()), "1", "standard deviation"),
            "trace_small": (float((sizes < SMALL).mean()), "1", f"share of |H| < {SMALL}"),
            "slots_used": (float(effective_slots(attention).mean()), "slots", "effective slots"),
        }
        slots, units = last.shape
        coordinates = {
            "slot": variable("slot", np.arange(1, slots + 1), "1", "slot"),
            "unit": variable("unit", np.arange(1, units + 1), "1", "hidden unit"),
            "moment": variable("moment", np.arange(1, one.attention.shape[1] + 1), "1", "step"),
        }
        began = last if first is None else first
        pictures = {
            "trace": variable(("slot", "unit"), last, "1", "trace H"),
            "trace_change": variable(("slot", "unit"), last - began, "1", "change of the trace"),
            "attention": variable(("slot", "moment"), one.attention[0].T.numpy(), "1", "attention"),
            "slot_share": variable("slot", of_all.numpy(), "1", "mean attention"),
            "slot_even": variable("slot", np.full(slots, 1 / slots), "1", "even use"),
            **self.by_class(attention),
            **coordinates,
        }
        return numbers, pictures

    def by_class(self, attention: torch.Tensor) -> dict[str, xr.Variable]:
        """Return the mean attention to each slot while sequences of a class are read."""
        wanted = self.watched.y
        if wanted.dim() > 1:
            wanted = wanted.max(1).values
        course = np.full((self.material.outputs, *attention.shape[:0:-1]), np.nan, np.float32)
        for number in range(self.material.outputs):
            chosen = attention[wanted == number]
            if len(chosen):
                course[number] = chosen.mean(0).T.numpy()
        names, along = list(self.material.classes), ("answer", "slot", "moment")
        return {
            "class_course": variable(along, course, "1", "mean attention"),
            "class_attention": variable(along[:2], course.mean(2), "1", "mean attention"),
            "answer": variable("answer", names, "1", "answer"),
        }

    @torch.no_grad()
    def tested(self) -> xr.Dataset:
        """Return how well the network does on the test data, and whether it uses its memory."""
        network, test = self.network.eval(), self.material.test
        given, right = answers(network, test, 256)  # type: ignore[arg-type]
        wanted = test.y if test.asked is None else test.y[test.asked]
        count = self.material.outputs
        table = torch.zeros(count, count)
        table.index_put_((wanted.flatten(), given), torch.ones(()), accumulate=True)
        share = table / table.sum(1, keepdim=True)
        names = list(self.material.classes)
        accuracy = right.double().mean().item()
        spread = 1.96 * math.sqrt(accuracy * (1 - accuracy) / len(right))
        frame = xr.Dataset(
            {
                "confusion": variable(("answer", "given"), share.numpy(), "1", "share"),
                "accuracy_test": variable((), accuracy, "1", "test accuracy"),
                "accuracy_spread": variable((), spread, "1", "half of its 95 % interval"),
                "tested": variable((), len(right), "1", "answers tested"),
            },
            coords={
                "answer": variable("answer", names, "1", "answer"),
                "given": variable("given", names, "1", "network's answer"),
            },
        )
        if not isinstance(network, EngramNetwork):
            return frame
        report = memory_use(network, test)
        told = report.dataset().assign(memory_verdict=variable((), report.sentence(), "1", "use"))
        cards = slot_cards(network, test, self.material.classes)
        return frame.merge(told.drop_vars("slot_usage")).merge(cards)


def recorded(trace: xr.Variable, epoch: int, shown: int) -> dict[str, xr.Variable]:
    """Return a trace as one of those that are leafed through, with its sentence."""
    sizes = np.abs(trace.values)
    said = (
        f"After epoch {epoch} sequence {shown} leaves a trace of {sizes.mean():.2g} on average; "
        f"{(sizes < SMALL).mean():.0%} of its entries are below {SMALL}."
    )
    return {
        "traces": variable(("sample", *trace.dims), trace.values[None], "1", "trace H"),
        "trace_said": variable("sample", [said], "1", "the trace in words"),
        "sample": variable("sample", [epoch], "1", "epoch"),
    }
