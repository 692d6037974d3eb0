"""CIFAR-10 as 32 rows of 96 numbers, from its archives for C or Python, or a JPEG copy."""

from __future__ import annotations

import codecs
import io
import pickle
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models.enn.dataset import Array, Dataset, Part, Preprocessing, checked
from models.enn.images import prepared
from models.enn.sources import File, fetched, here
from workbench.model import ParameterError

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
SOURCE = "Krizhevsky 2009, Learning multiple layers of features from tiny images"
#: The archive for C holds plain bytes, so that nothing that is fetched need be unpickled.
ARCHIVE = File(
    "cifar-10-binary.tar.gz",
    ("https://www.cs.toronto.edu/~kriz/",),
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9dddda3db29a59bca1dd",
)
NAMES = (ARCHIVE.name, "cifar-10-python.tar.gz", "cifar10-jpeg.tar.gz")
TRAINING = [f"data_batch_{number}" for number in range(1, 6)]
RECORD = 1 + 3 * 32 * 32  # bytes: a label, then a plane for each colour
JPEG = re.compile(r"(train|test)/(\w+)/(\d+)\.jpe?g$")
DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error)


def cifar10(
    folder: str | Path = "", preprocessing: Preprocessing = "sound", seed: int = 0
) -> Dataset:
    """Return CIFAR-10, 32 rows of 32 pixels of red, green and blue.

    As published, the test pictures validate too. Parameters as `models.enn.loading.load`.

    Raises
    ------
    ParameterError
        If no archive is there, or it is damaged.
    """
    checked(preprocessing)
    path = here("cifar10", NAMES, folder) or fetched("cifar10", ARCHIVE)
    jpeg = path.name == NAMES[2]
    read = {NAMES[0]: of_bytes, NAMES[1]: of_pickles, NAMES[2]: of_jpegs}[path.name]
    try:
        train, test = read(path)
    except DAMAGE as error:
        raise ParameterError(f"data: {path.name} could not be read: {error}.") from None
    source = SOURCE + (
        " (a JPEG copy, whose results are not comparable with published ones)" if jpeg else ""
    )
    return prepared("cifar10", source, CLASSES, train, test, preprocessing, seed, "test")


def members(path: Path, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive that have some names, in the order of the names.

    Raises
    ------
    ParameterError
        If one is missing.
    """
    with tarfile.open(path) as archive:
        there = {Path(member.name).name: member for member in archive if member.isfile()}
        for name in names:
            file = archive.extractfile(there[name]) if name in there else None
            if file is None:
                raise ParameterError(
                    f"data: {path.name} has no file {name}; it must have {', '.join(names)}."
                )
            yield name, file.read()


def of_bytes(path: Path) -> tuple[Part, Part]:
    """Return the parts of the archive for C."""
    parts = []
    names = [f"{name}.bin" for name in (*TRAINING, "test_batch")]
    for name, held in members(path, names):
        if not held or len(held) % RECORD:
            raise ParameterError(
                f"data: {name} of {path.name} has {len(held):,} bytes; they must be records of "
                f"{RECORD:,} (10,000 of them in the original)."
            )
        records = np.frombuffer(held, np.uint8).reshape(-1, RECORD)
        parts.append(part(records[:, 1:], records[:, 0], name, path))
    return joined(parts[:-1]), parts[-1]


class Arrays(pickle.Unpickler):
    """Reads pickles of arrays, and of nothing else that could run."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what an array is made with, or bytes (by newer Pythons)."""
        allowed = {
            "numpy._reconstruct": np.ndarray.__new__, "numpy.ndarray": np.ndarray,
            "numpy.dtype": np.dtype, "_codecs.encode": codecs.encode,
        }  # fmt: skip
        asked = f"{module.split('.')[0]}.{name}"
        if asked not in allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return allowed[asked]


def of_pickles(path: Path) -> tuple[Part, Part]:
    """Return the parts of the archive for Python."""
    parts = []
    for name, held in members(path, [*TRAINING, "test_batch"]):
        try:
            batch = Arrays(io.BytesIO(held), encoding="bytes").load()
            data, labels = np.asarray(batch[b"data"], np.uint8), np.asarray(batch[b"labels"])
        except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError) as error:
            raise ParameterError(
                f"data: {name} of {path.name} is no batch of CIFAR-10: {error}."
            ) from None
        if data.ndim != 2 or data.shape != (len(labels), RECORD - 1):
            raise ParameterError(
                f"data: {name} of {path.name} has pictures of shape {data.shape} and "
                f"{len(labels):,} labels; there must be {RECORD - 1:,} bytes a label."
            )
        parts.append(part(data, labels, name, path))
    return joined(parts[:-1]), parts[-1]


def of_jpegs(path: Path) -> tuple[Part, Part]:
    """Return the parts of an archive of ``train/CLASS/NNNN.jpg`` and ``test/CLASS/NNNN.jpg``.

    Pictures are in the order of their numbers, and classes take turns, so that a batch that is
    not shuffled holds all classes.
    """
    from PIL import Image, UnidentifiedImageError

    found: dict[str, list[tuple[int, int, Array]]] = {"train": [], "test": []}
    with tarfile.open(path) as archive:
        for member in archive:
            told = JPEG.search(member.name)
            file = archive.extractfile(member) if told and told[2] in CLASSES else None
            if told is None or file is None:
                continue
            try:
                pixels = np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))
            except (UnidentifiedImageError, OSError) as error:
                raise ParameterError(f"data: {member.name} of {path.name}: {error}.") from None
            if pixels.shape != (32, 32, 3):
                raise ParameterError(
                    f"data: {member.name} of {path.name} has {pixels.shape[1]} x "
                    f"{pixels.shape[0]} pixels; there must be 32 x 32."
                )
            found[told[1]].append((int(told[3]), CLASSES.index(told[2]), pixels))
    for name, pictures in found.items():
        if not pictures:
            raise ParameterError(
                f"data: {path.name} has no pictures {name}/CLASS/NNNN.jpg of CIFAR-10's classes."
            )
        pictures.sort(key=lambda picture: picture[:2])
    train, test = (
        Part(np.stack([picture[2] for picture in pictures]), np.array([one[1] for one in pictures]))
        for pictures in found.values()
    )
    return train, test


def part(planes: Array, labels: Array, name: str, path: Path) -> Part:
    """Return pictures (n, 32, 32, 3) of planes of colours (n, 3072), and their labels."""
    if labels.max() >= len(CLASSES):
        raise ParameterError(
            f"data: {name} of {path.name} has the label {labels.max()}; labels must be below 10."
        )
    return Part(planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels)


def joined(parts: list[Part]) -> Part:
    """Return parts as one."""
    return Part(np.concatenate([one.x for one in parts]), np.concatenate([one.y for one in parts]))
