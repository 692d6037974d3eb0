"""What is stored: handwritten digits, a person's own picture or lines, or random words, as bits.

A sparse distributed memory wants words that are unlike each other and whose bits are on half the
time; pictures of digits are neither. So a pixel is on where it is darker than its own median over
the data (`"brighter or darker than usual"`), and the picture shares its word with random context
bits, as an episode binds what is seen to a context of its own. Both can be turned off, to see
what they are for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.sdm.letters import Letters
from workbench import ParameterError
from workbench.idx import idx_shape, read_idx

Bits = NDArray[np.bool_]

IMAGES = ("train-images-idx3-ubyte", "train-images.idx3-ubyte", "images-idx3-ubyte")
MOST_FOR_MEDIANS = 2000


@dataclass(frozen=True)
class Words:
    """Words to store.

    Attributes
    ----------
    bits : ndarray of bool, shape (words, bits)
        The first ``side * side`` bits of a word are its picture, row by row.
    side : int
        Side of the picture in pixels.
    letters : Letters, optional
        How a word is written out, where words are lines of text.
    """

    bits: Bits
    side: int
    letters: Letters | None = None

    def picture(self, word: Bits) -> NDArray[np.uint8]:
        """Return the picture in a word, shape (side, side), 1 for ink."""
        return word[: self.side**2].reshape(self.side, self.side).astype(np.uint8)


def random_words(count: int, bits: int, side: int, rng: np.random.Generator) -> Words:
    """Return random words, each bit on with probability one half."""
    return Words(rng.integers(0, 2, (count, bits), dtype=np.uint8).astype(bool), side)


def image_words(
    images: NDArray[np.float64],
    count: int,
    bits: int,
    side: int,
    balanced: bool,
    rng: np.random.Generator,
) -> Words:
    """Return words whose first bits are pictures, chosen at random, and the rest random context.

    Parameters
    ----------
    images : ndarray, shape (images, rows, columns)
        Ink of each pixel, 0 to 1.
    count, bits, side : int
        Number of words, their length in bits, and the side of their pictures in pixels.
    balanced : bool
        Whether a pixel is on where it has more ink than its median over the data, so that it is
        on in about half of the pictures; otherwise where it has more than a third of full ink.
    rng : numpy.random.Generator
        Chooses the images and the context.
    """
    order = rng.permutation(len(images))
    chosen = resized(images[order[:count]], side)
    if balanced:
        sample = resized(images[order[:MOST_FOR_MEDIANS]], side)
        pixels = chosen > np.median(sample, axis=0)
    else:
        pixels = chosen > 1 / 3
    context = rng.integers(0, 2, (count, bits - side**2), dtype=np.uint8).astype(bool)
    return Words(np.concatenate([pixels.reshape(count, -1), context], axis=1), side)


def with_picture(words: Words, picture: Bits) -> Words:
    """Return words the first of which holds another picture, at the size that pictures have.

    Parameters
    ----------
    words : Words
    picture : ndarray of bool, shape (side, side)
        Where there is ink; of any size.
    """
    ink = resized(picture[None].astype(float), words.side)[0] > 0.5
    bits = words.bits.copy()
    bits[0, : words.side**2] = ink.ravel()
    return Words(bits, words.side)


def with_lines(words: Words, lines: Sequence[str], asked: str = "") -> Words:
    """Return words the first of which are lines of text; `asked` is one that can be spelled too."""
    letters = Letters(words.bits.shape[1], [*lines, asked])
    bits = words.bits.copy()
    bits[: len(lines)] = [letters.encode(line) for line in lines]
    return Words(bits, words.side, letters)


def picture_side(bits: int, share: float) -> int:
    """Return the side of the largest square picture in `share` of a word; at least 2 pixels."""
    return max(2, math.isqrt(int(bits * share)))


def resized(images: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return images at another size by linear interpolation, shape (images, side, side)."""
    from scipy.ndimage import zoom

    rows, columns = images.shape[1:]
    factors = (side / rows, side / columns)
    return np.array([zoom(one, factors, order=1) for one in images], dtype=float)


def load_images(folder: str = "") -> NDArray[np.float64]:
    """Return handwritten digits, ink from 0 to 1, shape (images, rows, columns).

    Parameters
    ----------
    folder : str
        Folder of MNIST-format files (IDX, plain or gzipped); scikit-learn's 1,797 digits of
        8 x 8 pixels when empty.

    Raises
    ------
    ParameterError
        If the folder holds no such file, or the file is damaged.
    """
    if not folder:
        from sklearn.datasets import load_digits

        digits = load_digits()
        return digits["images"] / 16.0  # type: ignore[index]
    return read_idx(find_images(folder)) / 255.0


def count_images(folder: str = "") -> int:
    """Return how many images there are, reading no more than the file's first bytes.

    Raises
    ------
    ParameterError
        As `load_images`.
    """
    return 1797 if not folder else idx_shape(find_images(folder))[0]


def find_images(folder: str) -> Path:
    """Return the file of training images in a folder of MNIST-format files."""
    for name in IMAGES:
        for ending in (".gz", ""):
            path = Path(folder) / f"{name}{ending}"
            with suppress(OSError):  # a name too long, or a folder that may not be looked into
                if path.is_file():
                    return path
    raise ParameterError(
        f"data = {folder!r} is not allowed: it must be a folder with MNIST-format files, such as "
        f"{IMAGES[0]}.gz, or empty for the built-in digits."
    )
