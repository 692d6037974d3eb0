"""The experiment: write words into a sparse distributed memory, recall them from noisy cues.

Words are stored at themselves (autoassociative) and, in the other half of the same counters, with
a partner (heteroassociative), so both are read by the very same active locations. Then cues ever
farther from stored words are read, once and repeatedly, and three theories are drawn over what
comes.
"""

from __future__ import annotations

import math
import os

import numpy as np
import xarray as xr

from models.sdm import readings, theory
from models.sdm.inputs import (
    Words,
    count_images,
    image_words,
    load_images,
    picture_side,
    random_words,
)
from models.sdm.memory import SparseDistributedMemory
from models.sdm.recall import Bench, recall_frame, shown_frame, theory_frame
from models.sdm.references import ALPAYDIN_1998, BRICKEN_2021, JAECKEL_1989, KANERVA_1988
from models.sdm.selected import SelectedCoordinateMemory
from models.sdm.store import HardLocationMemory
from workbench import (
    Choice,
    Cost,
    Count,
    Curve,
    Equation,
    Histogram,
    Images,
    Model,
    ParameterError,
    Quantity,
    Reference,
    Run,
    Switch,
    Text,
    variable,
)

HAMMING, SELECTED = "Hamming circle", "selected coordinates"
DIGITS, RANDOM = "handwritten digits", "random words"
BALANCED, INK = "darker than its median", "inked"
WRITING_FRAMES = 40
LEAST_ACTIVE = 3


class DistributedRecall(Model):
    """Kanerva's sparse distributed memory at work: writing, and recall from noisy cues.

    Hard locations have random addresses. A word is written to every location within a Hamming
    radius of its address and read by a majority vote of the locations near the cue, so a damaged
    cue still finds its word up to a critical distance (Kanerva 1988).
    """

    key = "sdm"
    title = "Sparse distributed memory"
    summary = "Handwritten digits, each written to a hundred places at once, come back from noise."
    pace = "seconds"
    cover = 2
    references = (KANERVA_1988, BRICKEN_2021)
    equations = (
        Equation(
            r"y_m(x) = \begin{cases} 1 & d(x, A_m) \le R \\ 0 & \text{otherwise} \end{cases}",
            "An address x activates every hard location m whose own address A_m lies within the "
            "radius R, counted in differing bits.",
        ),
        Equation(
            r"C_m \leftarrow C_m + y_m(x)\,(2w - 1)",
            "Writing the word w adds +1 for each 1 and -1 for each 0 to the counters of the "
            "active locations.",
        ),
        Equation(
            r"z_u = 1 \;\text{if}\; \sum_m y_m(x)\, C_{m u} > 0, \;\text{else}\; 0",
            "Reading sums the counters of the active locations; each bit is the sign of its sum.",
        ),
        Equation(
            r"d' = (N - d)\,\Phi\!\left(-\frac{\phi(d) + \mu}{\sigma}\right) "
            r"+ d\,\Phi\!\left(-\frac{\phi(d) - \mu}{\sigma}\right), \quad "
            r"\phi(d) = M\,I(d)",
            "Expected distance after one read of a cue d bits away, for random words stored at "
            "themselves: phi locations vote for the stored word, and the pull mu towards the cue "
            "comes from its other neighbours. With a partner word, which is unrelated to the "
            "address, there is no pull: N Phi(-phi / sigma). The simple form takes all votes of "
            "other words as independent.",
        ),
        Equation(
            r"I(d) \approx e^{\beta\,(1 - 2d/N)}",
            "The share of locations that two addresses have in common falls nearly exponentially "
            "with their distance: reading is softmax attention over the stored words.",
        ),
    )
    observables = (
        Images(
            ("pictures",), "Recall of one word, read by read", reading=readings.pictures_reading
        ),
        Curve(
            ("overlap_one_read", "overlap_final", "overlap_pair"),
            "Recall overlap against cue noise",
            x="cue_distance",
            y_label="overlap with the stored word",
            theory=("theory_overlap_auto", "theory_overlap_hetero", "theory_overlap_simple"),
            roles={
                "overlap_one_read": "recall",
                "overlap_final": "engram",
                "overlap_pair": "paired",
                "theory_overlap_auto": "recall",
                "theory_overlap_hetero": "paired",
                "theory_overlap_simple": "other",
            },
            reading=readings.overlap_reading,
        ),
        Curve(
            ("distance_one_read", "pair_errors"),
            "Where reading converges",
            x="cue_distance",
            y_label="wrong bits after one read",
            theory=(
                "theory_distance_auto", "theory_distance_hetero", "theory_distance_simple",
                "no_gain",
            ),
            marks=("critical_auto", "critical_hetero", "critical_simple"),
            roles={
                "distance_one_read": "recall",
                "pair_errors": "paired",
                "theory_distance_auto": "recall",
                "theory_distance_hetero": "paired",
                "theory_distance_simple": "other",
                "critical_auto": "recall",
                "critical_hetero": "paired",
                "critical_simple": "other",
            },
            reading=readings.critical_reading,
        ),
        Histogram(
            ("activated_histogram",),
            "Hard locations that an address activates",
            marks=("expected_activated",),
            roles={"activated_histogram": "engram"},
            reading=readings.activated_reading,
        ),
        Curve(
            ("shared_locations",),
            "Locations shared by cue and word",
            x="cue_distance",
            y_label="shared hard locations",
            theory=("theory_shared", "softmax_shared"),
            roles={"shared_locations": "cue", "softmax_shared": "inhibitory"},
            reading=readings.attention_reading,
        ),
    )  # fmt: skip
    presets = {
        "Random words, where theory holds": {"patterns": RANDOM, "stored": 1000},
        "Balanced pixels, nearer to theory": {"pixel_code": BALANCED, "stored": 300},
        "Digits as they are, without context": {
            "image_share": 1.0, "stored": 50,
        },
        "Overloaded": {"stored": 1700, "hard_locations": 20_000},
        "A million locations at once (Jaeckel)": {
            "design": SELECTED, "hard_locations": 1_000_000, "stored": 1000, "patterns": RANDOM,
        },
        "Kanerva's canonical memory": {
            "patterns": RANDOM, "hard_locations": 1_000_000, "stored": 10_000, "cues": 64,
        },
    }  # fmt: skip

    stored = Count(
        100, bounds=(1, 20_000), unit="1", log=True, group="Words", label="stored words",
        doc="number of words written into the memory",
    )  # fmt: skip
    patterns = Choice(
        DIGITS, options=[DIGITS, RANDOM], group="Words",
        doc="what the words are; theory is for random ones",
    )  # fmt: skip
    image_share = Quantity(
        0.3, bounds=(0.05, 1.0), unit="1", step=0.05, group="Words", label="share of picture",
        doc="share of a word's bits that is its picture; the rest is random context that keeps "
        "words apart",
    )  # fmt: skip
    pixel_code = Choice(
        INK, options=[INK, BALANCED], group="Words", label="a pixel is on where it is",
        doc="how ink becomes bits: above a third of full ink, or above the pixel's median over all "
        "digits, so that it is on half the time as in a random word",
    )  # fmt: skip
    data = Text(
        "", group="Words", label="folder of digits",
        doc="folder of MNIST-format files; empty for the built-in digits",
    )  # fmt: skip
    pairs = Switch(
        True, group="Words", label="store partners too",
        doc="whether each word is also stored with an unrelated partner (heteroassociative)",
    )  # fmt: skip

    cue_noise = Quantity(
        0.2, bounds=(0.0, 0.5), unit="1", step=0.01, live=True, group="Cue", label="cue noise",
        doc="share of bits flipped in the cue that is shown as a picture",
    )  # fmt: skip
    shown = Count(
        1, bounds=(1, 20_000), unit="1", live=True, group="Cue", label="word shown", log=True,
        doc="which stored word is shown; the last one if there are fewer",
    )  # fmt: skip
    reads = Count(
        6, bounds=(1, 20), unit="1", group="Cue", label="reads",
        doc="how often a cue is read again at most",
    )  # fmt: skip
    cues = Count(
        32, bounds=(4, 1000), unit="1", log=True, group="Cue", label="cues per noise level",
        doc="number of cues read at each noise level",
    )  # fmt: skip
    noise_levels = Count(
        16, bounds=(3, 100), unit="1", group="Cue", label="noise levels",
        doc="number of noise levels from none to 40 % flipped bits",
    )  # fmt: skip

    address_bits = Count(
        1000, bounds=(64, 10_000), unit="bit", log=True, group="Memory", label="address bits",
        doc="length N of an address and of a word", source="Kanerva 1988",
    )  # fmt: skip
    hard_locations = Count(
        100_000, bounds=(1000, 2_000_000), unit="1", log=True, group="Memory",
        label="hard locations", doc="number M of hard locations; Kanerva's memory has a million",
    )  # fmt: skip
    access_fraction = Quantity(
        0.00107, bounds=(1e-5, 0.1), unit="1", log=True, group="Memory", label="access fraction",
        doc="share of hard locations that an address activates; it sets the radius (451 of 1000 "
        "bits)", source="Kanerva 1988",
    )  # fmt: skip
    design = Choice(
        HAMMING, options=[HAMMING, SELECTED], group="Memory",
        doc="how an address activates locations: within a radius (Kanerva), or where a few "
        "selected bits agree (Jaeckel), which needs no search",
    )  # fmt: skip
    counter_bits = Choice(
        "8", options=["8", "16", "32"], group="Memory", label="bits of a counter",
        doc="size of a counter, which stays at its largest value rather than overflow",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse sizes that cannot work together."""
        active = self.hard_locations * self.access_fraction
        if active < LEAST_ACTIVE * (1 - 1e-9):  # 1,250 x 0.0024 is a hair less than 3
            least = rounded_up(LEAST_ACTIVE / self.hard_locations)
            raise ParameterError(
                f"access_fraction = {self.access_fraction:g} is not allowed: of "
                f"{self.hard_locations:,} hard locations it would activate {active:.2g}; it must "
                f"be at least {least:g}, or raise hard_locations."
            )
        if self.patterns == DIGITS:
            available = count_images(self.data)
            if self.stored > available:
                raise ParameterError(
                    f"stored = {self.stored:,} is not allowed: it must be at most {available:,}, "
                    f"the number of digits there are; random words have no such limit."
                )
        self._refuse_too_large()

    def cost(self) -> Cost:
        """Estimate from the words scanned against the hard locations, as measured on two cores."""
        words = 2 * self.stored + self.noise_levels * self.cues * (2 + self.reads)
        scanned = 0 if self.design == SELECTED else 3.8e-13 * self.address_bits
        gathered = 4e-11 * self.access_fraction * self.address_bits * (1 + self.pairs)
        seconds = 1.0 + words * self.hard_locations * (scanned + gathered)
        return Cost(seconds, self._bytes() + 150_000_000, lower="hard_locations")

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the design, the theory and the digits in use."""
        design = (JAECKEL_1989,) if self.design == SELECTED else ()
        digits = (ALPAYDIN_1998,) if self.patterns == DIGITS and not self.data else ()
        return (KANERVA_1988, *design, BRICKEN_2021, *digits)

    def simulate(self, run: Run) -> None:
        """Write all words, reading the one shown as memory fills, then read noisy cues."""
        run.emit(xr.Dataset(), 0.0, "building the memory (its kernels are compiled on first use)")
        for_memory, for_words, for_cues, for_shown = run.rng.spawn(4)
        memory = self.build(int(for_memory.integers(2**32)))
        words = self.words(for_words)
        partners = for_words.permutation(words.bits) if self.pairs else None
        bench = Bench(memory, words, partners)
        order = for_shown.permutation(self.address_bits)
        run.emit(self.expected(memory, words), 0.02, "theory for random words")

        def shown() -> xr.Dataset:
            return shown_frame(bench, min(self.shown, self.stored) - 1, self.cue_noise, order)

        activated = self.write(run, bench, shown)
        self.recall(run, bench, shown, for_cues)
        assert activated.size == self.stored

    def build(self, seed: int) -> HardLocationMemory:
        """Return an empty memory of the sizes and the design asked for."""
        sizes = (self.address_bits, self.hard_locations, self._data_bits())
        common = {"seed": seed, "counter_bits": int(self.counter_bits)}
        if self.design == SELECTED:
            return SelectedCoordinateMemory(*sizes, selected_bits=self._selected_bits(), **common)
        return SparseDistributedMemory(*sizes, access_fraction=self.access_fraction, **common)

    def words(self, rng: np.random.Generator) -> Words:
        """Return the words to store."""
        share = self.image_share if self.patterns == DIGITS else 1.0
        side = picture_side(self.address_bits, share)
        if self.patterns == RANDOM:
            return random_words(self.stored, self.address_bits, side, rng)
        images = load_images(self.data)
        balanced = self.pixel_code == BALANCED
        return image_words(images, self.stored, self.address_bits, side, balanced, rng)

    def expected(self, memory: HardLocationMemory, words: Words) -> xr.Dataset:
        """Return the theory for these sizes, and how far apart the words really are."""
        if isinstance(memory, SparseDistributedMemory):
            radius = memory.radius
            curve = theory.circle_overlap(self.address_bits, radius)
        else:
            radius = self.address_bits // 2
            curve = theory.selected_coordinate_overlap(self.address_bits, self._selected_bits())
        frame = theory_frame(curve, radius, memory.hard_locations, self.stored)
        apart = mean_distance(words.bits)
        return frame.assign(
            address_bits=variable((), self.address_bits, "bit", "address bits"),
            radius=variable((), radius, "bit", "access radius"),
            mean_word_distance=variable((), apart, "bit", "mean distance of two stored words"),
        )

    def write(self, run: Run, bench: Bench, shown) -> np.ndarray:
        """Store all words, a few a frame; return how many locations each activated."""
        batch = math.ceil(self.stored / WRITING_FRAMES)
        counts = np.empty(0, np.int64)
        for start in range(0, self.stored, batch):
            part = slice(start, min(start + batch, self.stored))
            new = bench.write(part)
            counts = np.concatenate([counts, new])
            frame = xr.merge([written_frame(start, new), histogram_frame(counts), shown()])
            message = f"writing word {part.stop:,} of {self.stored:,}"
            run.emit(frame, 0.02 + 0.38 * part.stop / self.stored, message)
        return counts

    def recall(self, run: Run, bench: Bench, shown, rng: np.random.Generator) -> None:
        """Read cues at every noise level."""
        levels = np.linspace(0, 0.4 * self.address_bits, self.noise_levels).round().astype(int)
        for trial, distance in enumerate(levels):
            point = recall_frame(bench, trial, int(distance), self.cues, self.reads, rng)
            progress = 0.4 + 0.6 * (trial + 1) / len(levels)
            message = f"reading cues {distance} bits away, up to {levels[-1]}"
            run.emit(xr.merge([point, shown()]), progress, message)

    def _data_bits(self) -> int | None:
        return 2 * self.address_bits if self.pairs else None

    def _selected_bits(self) -> int:
        """Return the number of selected bits whose access fraction is nearest the one asked."""
        return min(max(1, round(-math.log2(self.access_fraction))), 20)

    def _bytes(self) -> int:
        sizes = (self.address_bits, self.hard_locations, self._data_bits(), int(self.counter_bits))
        if self.design == SELECTED:
            return SelectedCoordinateMemory.estimate_bytes(*sizes, self._selected_bits())
        return SparseDistributedMemory.estimate_bytes(*sizes)

    def _refuse_too_large(self) -> None:
        try:
            there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, ValueError):
            return  # a system that does not tell
        if self._bytes() > 0.8 * there:
            raise ParameterError(
                f"hard_locations = {self.hard_locations:,} is not allowed: with "
                f"{self.address_bits:,} address bits it takes {self._bytes() / 1e9:.1f} GB, and "
                f"this machine has {there / 1e9:.1f} GB; lower hard_locations or address_bits."
            )


def rounded_up(value: float) -> float:
    """Return the smallest number of two digits that is no smaller than a positive value."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(round(value / unit, 9)) * unit:.2g}")


def mean_distance(words: np.ndarray, most: int = 200) -> float:
    """Return the mean number of bits in which two of the (first) words differ."""
    part = words[:most].astype(np.float32)
    if len(part) < 2:
        return float("nan")
    on = part.sum(axis=0)
    pairs = len(part) * (len(part) - 1) / 2
    return float((on * (len(part) - on)).sum() / pairs)


def written_frame(start: int, counts: np.ndarray) -> xr.Dataset:
    """Return how many locations each newly written word activated."""
    step = variable("step", np.arange(start + 1, start + 1 + len(counts)), "1", "word written")
    activated = variable("step", counts, "1", "activated hard locations")
    return xr.Dataset({"activated": activated}, coords={"step": step})


def histogram_frame(counts: np.ndarray) -> xr.Dataset:
    """Return how often each number of active locations came, in about 30 bins."""
    low, high = int(counts.min()), int(counts.max())
    width = max(1, math.ceil((high - low + 1) / 30))
    edges = np.arange(low, high + width + 1, width)
    often, _ = np.histogram(counts, edges)
    return xr.Dataset(
        {"activated_histogram": variable("activated_bin", often, "1", "number of words")},
        coords={"activated_bin": variable("activated_bin", edges[:-1], "1", "active locations")},
    )
