"""Where the files of a data set are: a folder that the user names, else its public home.

A folder is named as an argument or in ``ENGRAM_WORKBENCH_DATA``. What is fetched is checked against
its published checksum and kept in the user's cache.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from workbench.model import ParameterError

VARIABLE = "ENGRAM_WORKBENCH_DATA"


@dataclass(frozen=True)
class File:
    """A file of a data set at its public homes.

    Attributes
    ----------
    name : str
        What it is called there.
    homes : tuple of str
        Addresses of folders or of the file itself (where the address does not end in "/").
    checksum : str
        sha256, or ``md5:`` where no other was published.
    """

    name: str
    homes: tuple[str, ...]
    checksum: str

    def addresses(self) -> list[str]:
        """Return the addresses of the file."""
        return [home + self.name if home.endswith("/") else home for home in self.homes]


def here(dataset: str, names: Sequence[str], folder: str | Path = "") -> Path | None:
    """Return the first of some files in the folder that the user named, or None.

    Parameters
    ----------
    dataset : str
        Folder of the data set within the user's, such as "mnist".
    names : sequence of str
        What the file may be called, the best first.
    folder : str or Path
        The data set's own folder or one above it. Empty: the folder above it in the environment.

    Raises
    ------
    ParameterError
        If `folder` is given and has no such file.
    """
    variable = os.environ.get(VARIABLE, "")
    places = [Path(folder) / dataset, Path(folder)] if folder else []
    if not folder and variable:
        places = [Path(variable) / dataset]
    for place in places:
        for name in names:
            with suppress(OSError):  # a name too long, or a folder that may not be looked into
                if (place / name).exists():
                    return place / name
    if folder:
        raise ParameterError(
            f"data = {str(folder)!r} is not allowed: {dataset} needs the file "
            f"{' or '.join(names)} there, or in a folder {dataset} within."
        )
    return None


def cache() -> Path:
    """Return the folder of fetched data: the user's cache, or within $ENGRAM_WORKBENCH_CACHE."""
    chosen = os.environ.get("ENGRAM_WORKBENCH_CACHE")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("engram-workbench")) / "data"


def fetched(dataset: str, file: File) -> Path:
    """Return a file of a data set from the cache, fetched first where it is not there.

    Raises
    ------
    ParameterError
        If it cannot be fetched, or what comes is not the file.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")
    failures = []
    for address in file.addresses():
        try:
            got = pooch.retrieve(
                address, known_hash=file.checksum, fname=file.name, path=cache() / dataset
            )
            return Path(got)
        except (OSError, ValueError) as error:  # of requests, of the disk; of a wrong checksum
            failures.append(f"{address}: {reason(error)}")
    raise ParameterError(
        f"data: {file.name} of {dataset} could not be fetched ({'; '.join(failures)}). Without a "
        f"network, name a folder that holds it, here or in {VARIABLE}."
    )


def reason(error: Exception) -> str:
    """Return why a file could not be fetched, in a few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return "the server cannot be reached"
    if isinstance(error, ValueError):
        return "its checksum is not the published one"
    return str(error)


def obtained(dataset: str, file: File, folder: str | Path = "") -> Path:
    """Return a file from the user's folder, zipped or not, else from its public home."""
    return here(dataset, spellings(file.name), folder) or fetched(dataset, file)


def spellings(name: str) -> tuple[str, ...]:
    """Return how a file may be called: as it is fetched, or unzipped."""
    return tuple(dict.fromkeys((name, name.removesuffix(".gz"))))
