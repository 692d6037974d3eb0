"""House values in California: eight numbers of a block group predict the ninth."""

from __future__ import annotations

import csv
import gzip
import io
import tarfile
import zlib
from pathlib import Path

import numpy as np

from models.enn.dataset import PUBLISHED_SEED, Array, Dataset, Part, Preprocessing, checked, divided
from models.enn.sources import File, fetched, here
from workbench.model import ParameterError

ARCHIVE = File(
    "cal_housing.tgz",
    ("https://ndownloader.figshare.com/files/5976036",),
    "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
)
NAMES = ("housing.csv.gz", "housing.csv", ARCHIVE.name)
SOURCE = "Pace and Barry 1997, Sparse spatial autoregressions: the census of 1990 in California"
COLUMNS = (
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population",
    "households", "median_income", "median_house_value",
)  # fmt: skip
#: As scikit-learn has them.
FEATURES = (
    "MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude",
    "Longitude",
)  # fmt: skip
DAMAGE = (OSError, EOFError, tarfile.TarError, zlib.error, UnicodeDecodeError)


def housing(
    folder: str | Path = "", preprocessing: Preprocessing = "sound", seed: int = 0
) -> Dataset:
    """Return block groups and their median house value, in 100,000 dollars.

    "paper": one feature, rooms per household, standardised, and one step, so that a trace is
    never read. "sound": eight steps, at each of which one feature shows its value in a column of
    its own; a median stands for the bedrooms that one variant of the file lacks in 207 rows.

    Parameters
    ----------
    folder, preprocessing, seed
        As `models.enn.loading.load`.

    Raises
    ------
    ParameterError
        If the file is not there or damaged.
    """
    checked(preprocessing)
    path = here("california-housing", NAMES, folder) or fetched("california-housing", ARCHIVE)
    x, y = features(table(path))
    if preprocessing == "paper":
        kept, test = divided(len(x), 0.2, PUBLISHED_SEED)
        whole = int(len(kept) * (1 - 0.2))
        kept, held = kept[:whole], kept[whole:]
        x, fitted = x[:, [FEATURES.index("AveRooms")]], np.concatenate([kept, held])
        said = (
            "Rooms per household, standardised, as one step; 20 % test, the last 20 % of the rest "
            f"validate (seed {PUBLISHED_SEED}), as published."
        )
    else:
        kept, test = divided(len(x), 0.2, seed)
        inner, outer = divided(len(kept), 0.1, seed)
        fitted, held = kept[inner], kept[outer]
        kept = fitted
        x = np.where(np.isnan(x), np.nanmedian(x[fitted], 0), x)
        said = (
            "Eight features, standardised in training, one a step, each in a column of its own; "
            f"20 % test, 10 % of the rest validate (seed {seed})."
        )
    deviation = x[fitted].std(0)
    x = (x - x[fitted].mean(0)) / np.where(deviation > 0, deviation, 1)
    steps = (x[:, :, None] * np.eye(x.shape[1])).astype(np.float32)
    y = y[:, None].astype(np.float32)
    train, validation, tested = (Part(steps[part], y[part]) for part in (kept, held, test))
    return Dataset("california-housing", SOURCE, said, train, validation, tested)


def features(columns: Array) -> tuple[Array, Array]:
    """Return the eight features (n, 8), and the values (n,) in 100,000 dollars."""
    longitude, latitude, age, rooms, bedrooms, people, homes, income, value = columns.T
    x = [income, age, rooms / homes, bedrooms / homes, people, people / homes, latitude, longitude]
    return np.stack(x, 1), value / 100_000


def table(path: Path) -> Array:
    """Return the nine columns of numbers in a file; NaN where one is empty."""
    try:
        if path.name == ARCHIVE.name:
            with tarfile.open(path) as archive:
                name = next((one for one in archive.getnames() if one.endswith(".data")), "")
                file = archive.extractfile(name) if name else None
                if file is None:
                    raise ParameterError(f"data: {path.name} has no file cal_housing.data.")
                rows = list(csv.reader(io.TextIOWrapper(file, "utf-8")))
        else:
            held = path.read_bytes()
            held = gzip.decompress(held) if path.suffix == ".gz" else held
            header, *rows = csv.reader(io.StringIO(held.decode("utf-8")))
            chosen = places(header, path)
            rows = [[row[place] for place in chosen] for row in rows if row]
        numbers = [[float(cell) if cell else np.nan for cell in row] for row in rows]
        columns = np.array(numbers, float)
    except DAMAGE as error:
        raise ParameterError(f"data: {path.name} could not be read: {error}.") from None
    except (ValueError, IndexError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(
            f"data: {path.name} is no table of {len(COLUMNS)} columns of numbers: {error}."
        ) from None
    if columns.ndim != 2 or columns.shape[1] != len(COLUMNS):
        raise ParameterError(f"data: {path.name} must have rows of {', '.join(COLUMNS)}.")
    gaps = np.isnan(np.delete(columns, COLUMNS.index("total_bedrooms"), axis=1))
    if gaps.any():
        raise ParameterError(f"data: {path.name} has gaps in columns other than total_bedrooms.")
    return columns


def places(header: list[str], path: Path) -> list[int]:
    """Return where the columns stand in a table with a header."""
    for name in COLUMNS:
        if name not in header:
            raise ParameterError(
                f"data: {path.name} has no column {name}; it must have {', '.join(COLUMNS)}."
            )
    return [header.index(name) for name in COLUMNS]
