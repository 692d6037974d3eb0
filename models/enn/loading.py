"""The data sets by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.enn.cifar import cifar10
from models.enn.dataset import Dataset, Preprocessing
from models.enn.housing import housing
from models.enn.images import digits, mnist
from models.enn.spans import text
from workbench.model import ParameterError, unknown

#: Names and what they are; "digits" needs no files.
NAMES = {
    "digits": "8 x 8 digits that come with scikit-learn",
    "mnist": "28 x 28 digits",
    "fashion-mnist": "28 x 28 pieces of clothing",
    "cifar10": "32 x 32 photographs in colour",
    "california-housing": "values of houses",
    "wikitext-2": "articles of Wikipedia, 2 million words",
    "wikitext-103": "articles of Wikipedia, 103 million words",
    "text": "any text file, or folder of them",
}


def load(
    name: str = "digits",
    folder: str | Path = "",
    preprocessing: Preprocessing = "sound",
    seed: int = 0,
    **options: Any,
) -> Dataset:
    """Return a data set.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    folder : str or Path
        Where its files are: the data set's own folder, or one that holds a folder of its name.
        Empty: such a folder that ``ENGRAM_WORKBENCH_DATA`` names, else the user's cache, into
        which files are fetched from their public home.
    preprocessing : {"paper", "sound"}
        As the published program, mistakes included; or with parts, scales and targets as they
        should be. `Dataset.preprocessing` says what was done.
    seed : int
        Of how "sound" divides the data; "paper" has a seed of its own.
    **options
        Of texts: `steps`, `words` and `share`, as `models.enn.spans.text`.

    Raises
    ------
    ParameterError
        If there is no such data set, or a file is not there, cannot be fetched, or is damaged.
    """
    if name not in NAMES:
        raise ParameterError(unknown(name, NAMES, "data set"))
    texts = name == "text" or name.startswith("wikitext")
    for option in options:
        if not texts or option not in ("steps", "words", "share"):
            raise ParameterError(f"{option} is no option of the data set {name!r}.")
    if texts:
        if name == "text" and not folder:
            raise ParameterError("data = '' is not allowed; name a text file or a folder of them.")
        return text(name, folder, preprocessing, seed, **options)
    if name == "digits":
        return digits(preprocessing, seed)
    if name == "cifar10":
        return cifar10(folder, preprocessing, seed)
    if name == "california-housing":
        return housing(folder, preprocessing, seed)
    return mnist(name, folder, preprocessing, seed)
