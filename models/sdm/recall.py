"""Reading stored words from noisy cues, and the frames that show it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.sdm import theory
from models.sdm.inputs import Words
from models.sdm.store import HardLocationMemory
from workbench import variable
from workbench.measures import overlap

Bits = NDArray[np.bool_]

READS_SHOWN = 4
RECALLED = 0.98  # overlap from which a word counts as recalled


@dataclass
class Bench:
    """A memory with the words it is to store, each with a partner.

    Attributes
    ----------
    memory : HardLocationMemory
        Holds, for each address, the word itself and, with partners, the partner behind it.
    words : Words
    partners : ndarray of bool or None, shape (words, bits)
        What is stored at each word beside itself.
    """

    memory: HardLocationMemory
    words: Words
    partners: Bits | None

    def write(self, part: slice) -> NDArray[np.int64]:
        """Store a stretch of the words; return how many locations each activated."""
        address = self.words.bits[part]
        if self.partners is None:
            self.memory.write(address)
        else:
            self.memory.write(address, np.concatenate([address, self.partners[part]], axis=1))
        return self.memory.activated_counts(address)

    def read(self, cues: Bits) -> tuple[Bits, Bits | None]:
        """Read once; return the words and, with partners, the partners."""
        bits = self.memory.read(cues)
        size = cues.shape[-1]
        return bits[..., :size], None if self.partners is None else bits[..., size:]

    def read_on(self, words: Bits, reads: int, between: Callable[[], None]) -> Bits:
        """Read up to `reads` times more, each word being the next cue; pause `between` reads."""
        moving = np.arange(len(words))
        words = words.copy()
        for _ in range(reads):
            if not moving.size:
                break
            between()
            after, _ = self.read(words[moving])
            changed = (after != words[moving]).any(axis=1)
            words[moving] = after
            moving = moving[changed]
        return words


def flip(words: Bits, count: int, rng: np.random.Generator) -> Bits:
    """Return words with `count` bits of each flipped, chosen at random."""
    order = np.argsort(rng.random(words.shape), axis=1)[:, :count]
    noisy = words.copy()
    np.put_along_axis(noisy, order, ~np.take_along_axis(words, order, axis=1), axis=1)
    return noisy


def recall_frame(
    bench: Bench, trial: int, distance: int, cues: int, reads: int, rng: np.random.Generator,
    between: Callable[[], None] = lambda: None,
) -> xr.Dataset:  # fmt: skip
    """Read cues at one distance from stored words, once and repeatedly.

    `between` is called between reads, which may take a while: a run may be paused or stopped there.

    Returns
    -------
    xarray.Dataset
        One point along `trial` of every recall variable.
    """
    chosen = rng.integers(0, len(bench.words.bits), cues)
    wanted = bench.words.bits[chosen]
    noisy = flip(wanted, distance, rng)
    once, partner = bench.read(noisy)
    last = overlap(bench.read_on(once, reads - 1, between), wanted)
    between()
    bits = wanted.shape[1]
    point = {
        "overlap_one_read": (overlap(once, wanted).mean(), "1", "one read"),
        "overlap_final": (last.mean(), "1", f"up to {reads} reads"),
        "converged": ((last >= RECALLED).mean(), "1", "fraction recalled by repeated reads"),
        "distance_one_read": ((once != wanted).sum(axis=1).mean(), "bit", "one read"),
        "distance_final": (bits * (1 - last.mean()) / 2, "bit", f"distance after {reads} reads"),
        "shared_locations": (shared(bench, noisy, wanted), "1", "counted"),
    }
    if partner is not None:
        truth = bench.partners[chosen]  # type: ignore[index]
        point["overlap_pair"] = (overlap(partner, truth).mean(), "1", "partner")
        wrong = (partner != truth).sum(axis=1).mean()
        point["pair_errors"] = (wrong, "bit", "partner")
    along = {
        name: variable("trial", [float(value)], units, text)
        for name, (value, units, text) in point.items()
    }
    return xr.Dataset(
        along,
        coords={
            "trial": variable("trial", [trial], "1", "trial"),
            "cue_distance": variable("trial", [distance], "bit", "flipped bits of the cue"),
        },
    )


def shared(bench: Bench, cues: Bits, words: Bits) -> float:
    """Return how many locations a cue and its word activate both, on average."""
    pairs = zip(bench.memory.activated(cues), bench.memory.activated(words), strict=True)
    return float(np.mean([np.intersect1d(a, b, assume_unique=True).size for a, b in pairs]))


def shown_frame(
    bench: Bench, word: int, noise: float, order: NDArray[np.int64], asked: Bits | None = None
) -> xr.Dataset:
    """Read one cue repeatedly and show each step as a picture.

    Parameters
    ----------
    word : int
        Which stored word is wanted.
    noise : float
        Share of its bits that are flipped in the cue.
    order : ndarray of int, shape (bits,)
        The order in which bits are flipped, so that more noise adds to less.
    asked : ndarray of bool, shape (bits,), optional
        Begin from this instead; wanted is then the stored word that is nearest to it.
    """
    stored = bench.words.bits
    wanted = stored[word if asked is None else (stored != asked).sum(axis=1).argmin()]
    cue = (wanted if asked is None else asked).copy()
    flipped = order[: round(noise * len(order))]
    cue[flipped] = ~cue[flipped]
    course = [cue]
    for _ in range(READS_SHOWN):
        course.append(bench.read(course[-1][None])[0][0])
    distances = [int((step != wanted).sum()) for step in course]
    names = ["cue", *(f"read {i}" for i in range(1, READS_SHOWN + 1))]
    titles = [f"{name}: {d} bits wrong" for name, d in zip(names, distances, strict=True)]
    words = (*course, wanted)
    pictures = np.stack([bench.words.picture(one) for one in words])
    frame = xr.Dataset(
        {
            "pictures": variable(
                ("picture", "row", "column"), pictures, "1", "bits of the picture"
            ),
            "shown_distance": variable("read", distances, "bit", "wrong bits of the cue shown"),
        },
        coords={
            "picture": variable("picture", [*titles, "stored"], "1", "picture"),
            "read": variable("read", np.arange(len(course)), "1", "reads"),
        },
    )
    if bench.words.letters is None:
        return frame
    lines = [bench.words.letters.decode(one) for one in words]
    return frame.assign(lines=variable("picture", lines, "1", "the word as a line of text"))


def theory_frame(
    curve: NDArray[np.float64], radius: int, locations: int, stored: int
) -> xr.Dataset:
    """Return what theory expects of random words.

    Parameters
    ----------
    curve : ndarray, shape (bits + 1,)
        Access overlap of two addresses at each distance.
    radius : int
        The attention fit takes distances below this.
    locations, stored : int
        Hard locations and stored words.
    """
    bits = len(curve) - 1
    near = slice(0, bits // 2 + 1)
    distance = np.arange(bits + 1)
    predictions = {
        "auto": (theory.autoassociative_distance(curve, locations, stored), "theory, itself"),
        "hetero": (theory.heteroassociative_distance(curve, locations, stored), "theory, partner"),
        "simple": (theory.simple_distance(curve, locations, stored), "theory, simple"),
    }
    fit = theory.attention_fit(curve, radius)
    cosine = 1 - 2 * distance / bits
    offset = np.mean(np.log(curve[:radius]) - fit.beta * cosine[:radius])
    softmax = locations * np.exp(fit.beta * cosine + offset)
    phi = theory.shared_locations(locations, curve)
    variables = {
        "theory_shared": variable("distance", phi[near], "1", "theory"),
        "softmax_shared": variable("distance", softmax[near], "1", "softmax fit"),
        "no_gain": variable("distance", distance[near], "bit", "no gain"),
        "expected_activated": variable((), float(phi[0]), "1", "expected"),
        "attention_beta": variable((), fit.beta, "1", "beta of the softmax fit"),
        "attention_r_squared": variable((), fit.r_squared, "1", "R squared of the fit"),
    }
    for name, (new, text) in predictions.items():
        place = theory.critical_distance(new)
        critical = float(place) if place <= bits else math.nan  # every cue gets closer
        variables |= {
            f"theory_distance_{name}": variable("distance", new[near], "bit", text),
            f"theory_overlap_{name}": variable("distance", 1 - 2 * new[near] / bits, "1", text),
            f"critical_{name}": variable((), critical, "bit", f"critical distance, {name}"),
        }
    near_bits = variable("distance", distance[near], "bit", "flipped bits of the cue")
    return xr.Dataset(variables, coords={"distance": near_bits})


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
