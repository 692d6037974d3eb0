"""Pictures as sequences of their rows: MNIST, Fashion-MNIST, and scikit-learn's small digits."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.enn.dataset import PUBLISHED_SEED, Array, Dataset, Part, Preprocessing, checked, divided
from models.enn.sources import File, obtained
from workbench.idx import IMAGES, LABELS, read_idx
from workbench.model import ParameterError

DIGITS = tuple(map(str, range(10)))
CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip
HELD_OUT = 0.1  # of the training pictures
PARTS = ("train", "t10k")


class Idx(NamedTuple):
    """A data set in MNIST's four files."""

    source: str
    classes: tuple[str, ...]
    homes: tuple[str, ...]
    checksums: dict[str, str]


SETS = {
    "mnist": Idx(
        "LeCun, Cortes and Burges 1998, MNIST",
        DIGITS,
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz":
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz":
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz":
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz":
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
    "fashion-mnist": Idx(
        "Xiao, Rasul and Vollgraf 2017, Fashion-MNIST, arXiv:1708.07747",
        CLOTHES,
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        {
            "train-images-idx3-ubyte.gz":
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz":
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz":
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz":
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
    ),
}  # fmt: skip


def mnist(
    name: str = "mnist",
    folder: str | Path = "",
    preprocessing: Preprocessing = "sound",
    seed: int = 0,
) -> Dataset:
    """Return MNIST or Fashion-MNIST, 28 rows of 28 pixels a picture.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}
    folder, preprocessing, seed
        As `models.enn.loading.load`.

    Raises
    ------
    ParameterError
        If a file is not there, damaged, or does not go with the others.
    """
    checked(preprocessing)
    data = SETS[name]
    train, test = (pictures(name, data, part, folder) for part in PARTS)
    return prepared(name, data.source, data.classes, train, test, preprocessing, seed)


def pictures(name: str, data: Idx, part: str, folder: str | Path) -> Part:
    """Return the images (n, rows, columns) and labels (n,) of a part, as bytes."""
    found = {}
    for kind, what in ((IMAGES, "images-idx3"), (LABELS, "labels-idx1")):
        called = f"{part}-{what}-ubyte.gz"
        path = obtained(name, File(called, data.homes, data.checksums[called]), folder)
        found[kind] = read_idx(path, kind)
    if len(found[IMAGES]) != len(found[LABELS]):
        raise ParameterError(
            f"data: the files {part}-* of {name} have {len(found[IMAGES]):,} images and "
            f"{len(found[LABELS]):,} labels; there must be one label for each image."
        )
    if found[LABELS].max() >= len(data.classes):
        raise ParameterError(
            f"data: {part}-labels-idx1-ubyte of {name} has the label {found[LABELS].max()}; labels "
            f"must be below {len(data.classes)}."
        )
    return Part(found[IMAGES], found[LABELS])


def digits(preprocessing: Preprocessing = "sound", seed: int = 0) -> Dataset:
    """Return scikit-learn's 1,797 digits of 8 rows of 8 pixels; no file is needed.

    A fifth of each class is the test part; the published program has no such data, so that
    "paper" differs only in how pixels are scaled and in the split being that of its seed.
    """
    checked(preprocessing)
    from sklearn.datasets import load_digits

    data = load_digits()
    x, y = data["images"] / 16 * 255, np.asarray(data["target"])  # type: ignore[index]
    held = seed if preprocessing == "sound" else PUBLISHED_SEED
    kept, test = divided(len(x), 0.2, held, y)
    source = "Alpaydin and Kaynak 1998, Optical recognition of handwritten digits, scikit-learn's"
    train, tested = (Part(x[chosen], y[chosen]) for chosen in (kept, test))
    return prepared("digits", source, DIGITS, train, tested, preprocessing, seed)


def prepared(
    name: str,
    source: str,
    classes: tuple[str, ...],
    train: Part,
    test: Part,
    preprocessing: Preprocessing,
    seed: int,
    validation: str = "held out",
) -> Dataset:
    """Return pictures (n, rows, columns) or (n, rows, columns, 3), 0 to 255, as rows.

    Parameters
    ----------
    validation : {"held out", "test"}
        With "paper": whether a tenth of the training pictures validates, after each pixel was
        scaled to the range it has in training; or the test pictures do, and no pixel is scaled.
    """
    colours = train.x.shape[3] if train.x.ndim == 4 else 1
    (x, y), (x_test, y_test) = (
        (as_rows(part.x), part.y.astype(np.int64)) for part in (train, test)
    )
    if preprocessing == "paper" and validation == "test":
        held = Part(x_test, y_test)
        said = "Pixels over 255, not scaled; validated by the test pictures, as published."
        return Dataset(name, source, said, Part(x, y), held, held, classes)
    if preprocessing == "paper":
        x, x_test = ranged(x, x_test)
        kept, held = divided(len(x), HELD_OUT, PUBLISHED_SEED)
        said = (
            "Pixels over 255, each scaled to the range it has in training; 10 % of the training "
            f"pictures validate (seed {PUBLISHED_SEED}), as published."
        )
    else:
        kept, held = divided(len(x), HELD_OUT, seed, y)
        standardise((x, x_test), x[kept], colours)
        said = (
            "Pixels less their mean over their deviation in training, "
            f"{'of each colour' if colours > 1 else 'one of each for all pixels'}; 10 % of the "
            f"training pictures of each class validate (seed {seed})."
        )
    training, validating = (Part(x[chosen], y[chosen]) for chosen in (kept, held))
    return Dataset(name, source, said, training, validating, Part(x_test, y_test), classes)


def as_rows(pictures: Array) -> Array:
    """Return pictures as sequences of rows, pixels over 255; colours of a pixel lie together."""
    count, rows = pictures.shape[:2]
    return pictures.reshape(count, rows, -1).astype(np.float32) / np.float32(255)


def ranged(x: Array, x_test: Array) -> tuple[Array, Array]:
    """Return pixels scaled so that each goes from 0 to 1 in training (MinMaxScaler)."""
    from sklearn.preprocessing import MinMaxScaler

    scaler = MinMaxScaler()
    shapes = x.shape, x_test.shape
    x = scaler.fit_transform(x.reshape(len(x), -1))
    x_test = scaler.transform(x_test.reshape(len(x_test), -1))
    return x.reshape(shapes[0]), x_test.reshape(shapes[1])


def standardise(parts: tuple[Array, ...], training: Array, colours: int) -> None:
    """Change rows in place to mean 0 and deviation 1 of each colour in training."""
    pixels = training.reshape(-1, colours)
    mean = pixels.mean(0, dtype=np.float64)
    deviation = pixels.std(0, dtype=np.float64)
    for part in parts:
        view = part.reshape(-1, colours)
        view -= mean.astype(np.float32)
        view /= np.where(deviation > 0, deviation, 1).astype(np.float32)
