"""The arena as a model: recall against load and damage, for every memory at equal bits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from models.arena.contestants import CONTESTANTS, Setting
from models.arena.trial import Answers, answers
from models.arena.views import EQUATIONS, OBSERVABLES
from models.associative.confidence import Numbers, interval, mean_over
from models.associative.interface import Patterns
from models.associative.patterns import (
    DAMAGES,
    digit_patterns,
    family_patterns,
    random_patterns,
)
from models.associative.presets import DIGITS, FAMILIES, LEFT_OUT, RANDOM, REPLACED
from models.associative.references import (
    AMARI_1989,
    HOPFIELD_1982,
    RAMSAUER_2021,
    TSODYKS_1988,
    WILLSHAW_1969,
)
from models.sdm.references import KANERVA_1988
from workbench import Choice, Cost, Count, Model, ParameterError, Quantity, Run, variable

#: Digits that there are, and the share of a digit's active units that are its pixels.
MOST_DIGITS, INK = 1797, 0.6
MOST_DAMAGE = 0.8
FAMILY = 20  # patterns of a family


class Arena(Model):
    """Every memory of the workbench at once, on the same patterns, with as many bits.

    Willshaw's matrix, the covariance and the Hebbian rule, sparse distributed memory and the modern
    Hopfield network store the same sparse patterns and complete the same damaged cues. Each is as
    large as the budget of bits allows: matrices of N^2 synapses come in as many copies as fit, a
    sparse distributed memory has as many hard locations, and the modern Hopfield network keeps as
    many patterns, the latest.
    """

    key = "arena"
    title = "Arena: memories at equal bits"
    summary = (
        "Every memory on the same patterns, with as many bits: recall against load and damage."
    )
    pace = "seconds"
    cover = 1
    equations = EQUATIONS
    observables = OBSERVABLES
    references = (
        WILLSHAW_1969, TSODYKS_1988, AMARI_1989, HOPFIELD_1982, KANERVA_1988, RAMSAUER_2021,
    )  # fmt: skip
    presets = {
        "Units are missing, none is wrong": {"cue": LEFT_OUT},
        "Handwritten digits": {"patterns": DIGITS, "active": 40, "largest": 1600},
        "Families: what is alike is confused": {"patterns": FAMILIES},
        "Denser patterns": {"active": 40, "largest": 4000},
        "A small budget: a bit for each pair of units": {"memory": 20, "largest": 2000},
        "A large budget for few patterns": {"memory": 8000, "largest": 2000, "trials": 2},
    }

    patterns = Choice(
        RANDOM, options=[RANDOM, FAMILIES, DIGITS], group="Patterns", doc="what is stored"
    )
    units = Count(
        400, bounds=(100, 4000), unit="1", log=True, group="Patterns",
        doc="number N of units, the length of a pattern",
    )  # fmt: skip
    active = Count(
        12, bounds=(2, 500), unit="1", log=True, group="Patterns", label="active units",
        doc="number k of active units of a pattern, at most half of all",
    )  # fmt: skip
    similarity = Quantity(
        0.6, bounds=(0.0, 1.0), unit="1", step=0.05, group="Patterns",
        doc="share of active units that a pattern of a family has from its prototype",
    )  # fmt: skip
    memory = Count(
        165, bounds=(4, 20_000), unit="kB", log=True, group="Budget", label="memory",
        doc="what each memory may take, in thousands of bytes",
    )  # fmt: skip
    largest = Count(
        16_000, bounds=(10, 100_000), unit="1", log=True, group="Load", label="largest load",
        doc="most patterns that are stored",
    )  # fmt: skip
    loads = Count(
        8, bounds=(2, 20), unit="1", group="Load", label="loads", doc="numbers of patterns tried",
    )  # fmt: skip
    cue = Choice(
        REPLACED, options=[LEFT_OUT, REPLACED], group="Cue", label="damage is",
        doc="whether active units are left out of a cue, or replaced by units that do not belong",
    )  # fmt: skip
    damage = Quantity(
        0.2, bounds=(0.0, MOST_DAMAGE), unit="1", step=0.05, group="Cue",
        doc="damaged share of a cue's active units, where recall is drawn against load",
    )  # fmt: skip
    cues = Count(16, bounds=(1, 500), unit="1", group="Cue", doc="cues of each trial")
    steps = Count(
        5, bounds=(1, 30), unit="1", group="Cue", label="steps of recall",
        doc="how often what is recalled is the next cue, at most",
    )  # fmt: skip
    trials = Count(
        4, bounds=(1, 50), unit="1", group="Cue",
        doc="independent draws of patterns, cues and memories; bands are their 95 % confidence",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse more patterns than there are, and a budget without any memory."""
        if 2 * self.active > self.units:
            raise ParameterError(
                f"active = {self.active} is more than half of units = {self.units}: lower it."
            )
        if self.patterns == DIGITS and self.largest > MOST_DIGITS:
            raise ParameterError(
                f"largest = {self.largest:,} is more than the {MOST_DIGITS:,} digits: lower it."
            )
        if self.patterns == DIGITS and self.active > self.units / 4:
            raise ParameterError(
                f"active = {self.active} is too many for digits of {self.units} units: "
                "a quarter at most."
            )

    def cost(self) -> Cost:
        """Estimate by the dense memory, which reads all patterns it keeps for every cue."""
        kept = min(self.largest, 8000 * self.memory // self._setting(1).pattern_bits)
        read = self.trials * self.cues * len(self._damages()) * kept * self.units * 3
        stored = self.trials * self.largest * self.active**2 * 3
        copies = max(1, 8000 * self.memory // self.units**2)
        joined = self.trials * self.loads * self.cues * len(self._damages()) * copies * 1.2e4
        seconds = 0.6 + 2e-9 * (read + joined) + 2e-9 * stored
        held = 90e6 + 10 * self.largest * self.units + 3 * 1000 * self.memory
        return Cost(seconds, int(held), "largest")

    def simulate(self, run: Run) -> None:
        """Run trial after trial; a frame after each load."""
        loads, damages = self._loads(), self._damages()
        size = (self.trials, len(CONTESTANTS), len(loads), len(damages))
        agreement, whole = np.full(size, np.nan), np.full(size, np.nan)
        bits = np.full((len(CONTESTANTS), len(loads)), np.nan)
        pictures = np.zeros((len(loads), len(CONTESTANTS) + 2, *self._sides()), bool)
        for trial in range(self.trials):
            for found in self._trial(run.rng, loads, damages):
                agreement[trial, :, found.load] = found.agreement
                whole[trial, :, found.load] = found.whole
                bits[:, found.load] = found.bits
                if trial == 0:
                    pictures[found.load] = self._pictures(found)
                done = (trial * len(loads) + found.load + 1) / (self.trials * len(loads))
                frame = self._frame(agreement, whole, bits, pictures)
                run.emit(
                    frame,
                    done,
                    f"trial {trial + 1} of {self.trials}, {loads[found.load]:,} patterns",
                )

    def _setting(self, load: int, seed: int = 0) -> Setting:
        return Setting(self.units, self.active, 8000 * self.memory, load, seed)

    def _loads(self) -> list[int]:
        """Return the loads, evenly spread by their logarithm."""
        least = max(2, self.largest // 100)
        spread = np.geomspace(least, self.largest, self.loads).round().astype(int)
        return list(dict.fromkeys(spread.tolist()))

    def _damages(self) -> list[float]:
        """Return the damages, the chosen one among them."""
        return sorted({0.0, 0.2, 0.4, 0.6, MOST_DAMAGE, round(self.damage, 3)})

    def _trial(
        self, rng: np.random.Generator, loads: list[int], damages: list[float]
    ) -> Iterator[Answers]:
        patterns = self._draw(rng)
        harm = DAMAGES[self.cue]
        asked = np.stack([rng.integers(0, load, self.cues) for load in loads])
        keys = rng.random((self.cues, self.units))  # the same units go first at every damage
        setting = self._setting(self.largest, int(rng.integers(2**31)))
        shown = damages.index(round(self.damage, 3))

        def cues(wanted: Patterns) -> list[Patterns]:
            return [harm(wanted, damage, keys=keys) for damage in damages]

        return answers(setting, patterns, loads, cues, asked, shown, self.steps)

    def _draw(self, rng: np.random.Generator) -> Patterns:
        if self.patterns == FAMILIES:
            count = max(1, self.largest // FAMILY)
            return family_patterns(
                self.largest, self.units, self.active, count, self.similarity, rng
            )[0]
        if self.patterns == DIGITS:
            return digit_patterns(self.largest, self.units, self.active, INK, rng)[0]
        return random_patterns(self.largest, self.units, self.active, rng)

    def _sides(self) -> tuple[int, int]:
        """Return rows and columns of a pattern's picture."""
        side = math.ceil(math.sqrt(self.units))
        return side, side

    def _pictures(self, found: Answers) -> Patterns:
        """Return stored pattern, cue and what each memory recalls as pictures."""
        rows = np.concatenate([[found.pattern, found.cue], found.recalled])
        side = self._sides()[0]
        filled = np.zeros((len(rows), side * side), bool)
        filled[:, : self.units] = rows
        return filled.reshape(len(rows), side, side)

    def _frame(self, agreement: Numbers, whole: Numbers, bits: Numbers, pictures: Patterns) -> Any:
        """Return all that is known so far as one dataset."""
        damages, titles = self._damages(), [one.title for one in CONTESTANTS]
        chosen = damages.index(round(self.damage, 3))
        mean, size = mean_over(agreement), ("memory_name", "load")
        made = {
            "recall": variable((size[0], "damage", size[1]), mean.transpose(0, 2, 1), "1",
                               "agreement"),
            "share_of_budget": variable(size, bits / (8000 * self.memory), "1",
                                        "share of the budget"),
            "information": variable(size, self._information(whole, chosen), "bit/bit",
                                    "recalled bits per bit of memory"),
            "pictures": variable(("load", "picture", "row", "column"), pictures, "1", "unit"),
        }  # fmt: skip
        coordinates = {
            "memory_name": variable("memory_name", titles, "1", "memory"),
            "load": variable("load", np.array(self._loads()), "1", "patterns stored"),
            "damage": variable("damage", np.array(damages), "1", "damaged share of a cue"),
            "picture": variable("picture", ["stored", "cue", *titles], "1", "picture"),
        }
        return xr.Dataset(made | self._curves(agreement, mean, chosen), coordinates)

    def _curves(self, agreement: Numbers, mean: Numbers, chosen: int) -> dict[str, xr.Variable]:
        """Return each memory's recall against load and against damage, with its band."""
        middle = self._middle(mean, chosen)
        at = float(self._loads()[middle])
        made = {
            "load_of_curve": variable((), at, "1", "load of the curve"),
            "damage_of_curve": variable((), self.damage, "1", "damage of the curve"),
        }
        for k, one in enumerate(CONTESTANTS):
            for dim, values in (
                ("load", agreement[:, k, :, chosen]),
                ("damage", agreement[:, k, middle]),
            ):
                low, high = (np.clip(end, -1, 1) for end in interval(values))  # of correlations
                for end, line in (("", mean_over(values)), ("_low", low), ("_high", high)):
                    made[f"{one.key}_{dim}{end}"] = variable(dim, line, "1", one.title)
        return made

    def _information(self, whole: Numbers, chosen: int) -> Numbers:
        """Return bits of information in what is recalled whole, per bit of the budget."""
        k, units = self.active, self.units
        ways = math.lgamma(units + 1) - math.lgamma(k + 1) - math.lgamma(units - k + 1)
        each = ways / math.log(2)
        return (
            mean_over(whole)[:, :, chosen] * np.array(self._loads()) * each / (8000 * self.memory)
        )

    def _middle(self, mean: Numbers, chosen: int) -> int:
        """Return the load at which the memories differ most, where damage is drawn."""
        spread = np.nan_to_num(mean[:, :, chosen]).std(axis=0)
        return int(np.argmax(spread))
