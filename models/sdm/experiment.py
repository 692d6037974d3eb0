"""The experiment: write words into a sparse distributed memory, recall them from noisy cues.

Words are stored at themselves (autoassociative) and, in the other half of the same counters, with
a partner (heteroassociative), so both are read by the very same active locations. Then cues ever
farther from stored words are read, once and repeatedly, and three theories are drawn over what
comes.
"""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from models.sdm import inputs, limits, recall, theory
from models.sdm import references as sources
from models.sdm.examples import EXAMPLE_LINES, EXAMPLE_PICTURE
from models.sdm.letters import LONGEST, bits_needed
from models.sdm.memory import SparseDistributedMemory
from models.sdm.observables import EQUATIONS, OBSERVABLES
from models.sdm.presets import (
    BALANCED,
    CPU,
    DIGITS,
    GPU,
    HAMMING,
    INK,
    OWN_LINES,
    OWN_PICTURE,
    PRESETS,
    RANDOM,
    SELECTED,
)
from models.sdm.selected import SelectedCoordinateMemory
from models.sdm.store import HardLocationMemory
from workbench import (
    Choice,
    Cost,
    Count,
    Folder,
    Lines,
    Model,
    ParameterError,
    Picture,
    Quantity,
    Reference,
    Run,
    Switch,
    Text,
    variable,
)

WRITING_FRAMES = 40


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
    cover = 1
    references = (sources.KANERVA_1988, sources.BRICKEN_2021)
    equations = EQUATIONS
    observables = OBSERVABLES
    presets = PRESETS

    stored = Count(
        100, bounds=(1, 20_000), unit="1", log=True, group="Words", label="stored words",
        doc="number of words written into the memory",
    )  # fmt: skip
    patterns = Choice(
        DIGITS, options=[DIGITS, RANDOM, OWN_PICTURE, OWN_LINES], group="Words",
        doc="what the words are; theory is for random ones, and yours are given under Your own",
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
    data = Folder(
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

    picture = Picture(
        EXAMPLE_PICTURE, group="Your own", label="your picture",
        doc="word 1 where the patterns are your picture among digits; a bit is on where it is dark",
    )  # fmt: skip
    lines = Lines(
        EXAMPLE_LINES, longest=LONGEST, group="Your own", label="your lines of text",
        doc="the first words where the patterns are your lines; each letter at each place has bits "
        "of its own",
    )  # fmt: skip
    cue_line = Text(
        "", group="Your own", label="line asked for", longest=LONGEST,
        doc="a line with errors to begin from, where the patterns are your lines; the word shown "
        "when empty",
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
    device = Choice(
        CPU, options=[CPU, GPU], group="Memory",
        doc="what computes; a GPU gives the same record (Hamming circle only)",
    )  # fmt: skip
    counter_bits = Choice(
        "8", options=["8", "16", "32"], group="Memory", label="bits of a counter",
        doc="size of a counter, which stays at its largest value rather than overflow",
    )  # fmt: skip

    def validate(self) -> None:
        """Refuse sizes that cannot work together."""
        limits.refuse_too_few_active(self.hard_locations, self.access_fraction)
        if self._has_digits():
            limits.refuse_too_many(self.stored, inputs.count_images(self.data))
        if self.patterns == OWN_LINES:
            lines, asked = self._texts()
            limits.refuse_unstored_lines(self.stored, len(lines))
            limits.refuse_too_short_for_letters(self.address_bits, bits_needed([*lines, asked]))
        if self.device == GPU and self.design != HAMMING:
            raise ParameterError(
                f"device = {GPU!r} is not allowed with the design {self.design!r}, which needs "
                f"no search: it must be {CPU!r}."
            )
        if self.device == GPU:
            limits.refuse_without_gpu(GPU, otherwise=CPU)
        limits.refuse_too_large(self.hard_locations, self.address_bits, self._bytes())

    def cost(self) -> Cost:
        """Estimate from the words scanned against the hard locations, as measured on two cores."""
        words = 2 * self.stored + self.noise_levels * self.cues * (2 + self.reads)
        scanned = 0 if self.design == SELECTED else 3.8e-13 * self.address_bits
        gathered = 4e-11 * self.access_fraction * self.address_bits * (1 + self.pairs)
        seconds = 1.0 + words * self.hard_locations * (scanned + gathered)
        return Cost(seconds, self._bytes() + 150_000_000, lower="hard_locations")

    def cite(self) -> tuple[Reference, ...]:
        """Return the sources of the design, the theory and the digits in use."""
        design = (sources.JAECKEL_1989,) if self.design == SELECTED else ()
        digits = (sources.ALPAYDIN_1998,) if self._has_digits() and not self.data else ()
        own = (sources.OTSU_1979,) if self.patterns == OWN_PICTURE else ()
        return (sources.KANERVA_1988, *design, sources.BRICKEN_2021, *digits, *own)

    def simulate(self, run: Run) -> None:
        """Write all words, reading the one shown as memory fills, then read noisy cues."""
        run.emit(xr.Dataset(), 0.0, "building the memory (its kernels are compiled on first use)")
        for_memory, for_words, for_cues, for_shown = run.rng.spawn(4)
        memory = self.build(int(for_memory.integers(2**32)))
        words = self.words(for_words)
        partners = for_words.permutation(words.bits) if self.pairs else None
        bench = recall.Bench(memory, words, partners)
        order = for_shown.permutation(self.address_bits)
        run.emit(self.expected(memory, words), 0.02, "theory for random words")

        asked = words.letters.encode(self.cue_line) if words.letters and self.cue_line else None

        def shown() -> xr.Dataset:
            word = min(self.shown, self.stored) - 1
            return recall.shown_frame(bench, word, self.cue_noise, order, asked)

        self.write(run, bench, shown)
        self.read(run, bench, shown, for_cues)

    def build(self, seed: int) -> HardLocationMemory:
        """Return an empty memory of the sizes and the design asked for."""
        sizes = (self.address_bits, self.hard_locations, self._data_bits())
        common = {"seed": seed, "counter_bits": int(self.counter_bits)}
        if self.design == SELECTED:
            return SelectedCoordinateMemory(*sizes, selected_bits=self._selected_bits(), **common)
        if self.device == GPU:
            from models.sdm.torch_memory import TorchSparseDistributedMemory as OnGpu

            return OnGpu(*sizes, access_fraction=self.access_fraction, device="cuda", **common)
        return SparseDistributedMemory(*sizes, access_fraction=self.access_fraction, **common)

    def words(self, rng: np.random.Generator) -> inputs.Words:
        """Return the words to store, a person's own first."""
        share = self.image_share if self._has_digits() else 1.0
        side = inputs.picture_side(self.address_bits, share)
        if not self._has_digits():
            words = inputs.random_words(self.stored, self.address_bits, side, rng)
            return words if self.patterns == RANDOM else inputs.with_lines(words, *self._texts())
        images = inputs.load_images(self.data)
        balanced = self.pixel_code == BALANCED
        words = inputs.image_words(images, self.stored, self.address_bits, side, balanced, rng)
        own = self.patterns == OWN_PICTURE
        return inputs.with_picture(words, Picture.bits(self.picture)) if own else words

    def expected(self, memory: HardLocationMemory, words: inputs.Words) -> xr.Dataset:
        """Return the theory for these sizes, and how far apart the words really are."""
        if self.design == HAMMING:
            radius = theory.radius_for_access_fraction(self.address_bits, self.access_fraction)
            radius = int(radius)
            curve = theory.circle_overlap(self.address_bits, radius)
        else:
            radius = self.address_bits // 2
            curve = theory.selected_coordinate_overlap(self.address_bits, self._selected_bits())
        frame = recall.theory_frame(curve, radius, memory.hard_locations, self.stored)
        apart = recall.mean_distance(words.bits)
        return frame.assign(
            address_bits=variable((), self.address_bits, "bit", "address bits"),
            radius=variable((), radius, "bit", "access radius"),
            mean_word_distance=variable((), apart, "bit", "mean distance of two stored words"),
        )

    def write(self, run: Run, bench: recall.Bench, shown) -> None:
        """Store all words, a few a frame, and count the locations that each activates."""
        batch = math.ceil(self.stored / WRITING_FRAMES)
        counts = np.empty(0, np.int64)
        for start in range(0, self.stored, batch):
            part = slice(start, min(start + batch, self.stored))
            new = bench.write(part)
            counts = np.concatenate([counts, new])
            written = recall.written_frame(start, new)
            frame = xr.merge([written, recall.histogram_frame(counts), shown()])
            message = f"writing word {part.stop:,} of {self.stored:,}"
            run.emit(frame, 0.02 + 0.38 * part.stop / self.stored, message)

    def read(self, run: Run, bench: recall.Bench, shown, rng: np.random.Generator) -> None:
        """Read cues at every noise level."""
        levels = np.linspace(0, 0.4 * self.address_bits, self.noise_levels).round().astype(int)
        sizes = self.cues, self.reads
        for trial, distance in enumerate(levels):
            point = recall.recall_frame(bench, trial, int(distance), *sizes, rng, run.tell)
            progress = 0.4 + 0.6 * (trial + 1) / len(levels)
            message = f"reading cues {distance} bits away, up to {levels[-1]}"
            run.emit(xr.merge([point, shown()]), progress, message)

    def _has_digits(self) -> bool:
        return self.patterns in (DIGITS, OWN_PICTURE)

    def _texts(self) -> tuple[list[str], str]:
        """Return the lines to store and the one asked for."""
        return Lines.split(self.lines), self.cue_line

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
