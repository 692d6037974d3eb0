"""Networks that are trained beside the one a run is about, on the same data by the same recipe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
import xarray as xr

from models.enn.baselines import trained
from models.enn.batches import Batch
from models.enn.memory_use import answers
from models.enn.trainer import Told, Trainer
from workbench import variable


class Others:
    """The networks beside, an epoch of each at a time.

    Parameters
    ----------
    trainers : dict of str to Trainer
        By what the networks are called; there may be none.

    Attributes
    ----------
    round : int
        Epochs that each of them was given; one that ends early sits out the rest.
    main_over : bool
        Whether the network that the run is about has ended.
    """

    def __init__(self, trainers: dict[str, Trainer]) -> None:
        self.trainers = trainers
        self.round = 0
        self.main_over = False
        self._over: set[str] = set()
        self._told: dict[str, Told] = {}
        self._courses: dict[str, Iterator[Told]] = {}

    @property
    def going(self) -> bool:
        """Whether any of them still learns."""
        return len(self._over) < len(self.trainers)

    @property
    def done(self) -> float:
        """How many of them are done, each in parts."""
        return sum(
            1.0 if kind in self._over else one.epoch / one.recipe.epochs
            for kind, one in self.trainers.items()
        )

    def epoch(self, begin: Callable[[Trainer], Iterator[Told]]) -> Iterator[str]:
        """Give each an epoch; tell after every step which it was."""
        self.round += 1
        self._told = {}
        for kind, trainer in self.trainers.items():
            if kind in self._over:
                continue
            course = self._courses.setdefault(kind, begin(trainer))
            for told in course:
                yield kind
                if told.validation is not None:
                    self._told[kind] = told
                    break
            if self._told[kind].ended:
                next(course, None)  # takes the best weights
                self._over.add(kind)

    def frame(self) -> xr.Dataset:
        """Return what the epoch led to, a point along "trial" of each network's curves."""
        values = {}
        for kind in self.trainers:
            told = self._told.get(kind)
            for part in ("validation", "training"):
                score = getattr(told, part, None)
                for what, unit in (("loss", "nat"), ("accuracy", "1")):
                    value = math.nan if score is None else getattr(score, what)
                    name = kind if part == "validation" else f"{kind}, training"
                    values[f"{what}_{part}_{kind.lower()}"] = variable("trial", [value], unit, name)
        rounds = variable("trial", [self.round], "1", "epoch")
        return xr.Dataset(values, coords={"trial": rounds})

    def tested(
        self, test: Batch, main: str, tested: xr.Dataset, network: torch.nn.Module
    ) -> xr.Dataset:
        """Return the test accuracy and the trained weights of all networks, the main one first."""
        if not self.trainers:
            return xr.Dataset()
        right = [float(tested.accuracy_test)]
        for one in self.trainers.values():
            _, found = answers(one.network.eval(), test, 256)  # type: ignore[arg-type]
            right.append(found.double().mean().item())
        counts = [trained(network), *(trained(one.network) for one in self.trainers.values())]
        return xr.Dataset(
            {
                "accuracy_of": variable("network", right, "1", "test accuracy"),
                "weights_of": variable("network", counts, "1", "trained weights"),
            },
            coords={"network": variable("network", [main, *self.trainers], "1", "network")},
        )

    def state(self) -> dict[str, Any]:
        """Return all that the rest of their course depends on."""
        trainers = {kind: one.state() for kind, one in self.trainers.items()}
        return {
            "trainers": trainers, "round": self.round, "over": sorted(self._over),
            "main_over": self.main_over,
        }  # fmt: skip

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for kind, one in self.trainers.items():
            one.resume(state["trainers"][kind])
        self.round, self.main_over = state["round"], state["main_over"]
        self._over = set(state["over"])
