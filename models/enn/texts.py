"""Texts as documents: WikiText-2 and WikiText-103, and any file or folder of text."""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from models.enn.sources import File, fetched, here
from workbench.model import ParameterError

#: A document: its lines, each a list of words.
Document = list[list[str]]

HOMES = (
    "https://wikitext.smerity.com/",
    "https://s3.amazonaws.com/research.metamind.io/wikitext/",
)
WIKITEXT = {
    "wikitext-2": File("wikitext-2-v1.zip", HOMES, "md5:542ccefacc6c27f945fb54453812b3cd"),
    "wikitext-103": File("wikitext-103-v1.zip", HOMES, "md5:9ddaacaf6af0710eda8c456decff7832"),
}
WIKITEXT_SOURCE = "Merity, Xiong, Bradbury and Socher 2016, arXiv:1609.07843, its {name}"
PARTS = ("train", "valid", "test")
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
#: Files of a text data set that are no part of the text.
ASIDE = ("LICENSE", "NOTICE", "README")
DAMAGE = (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError)


def wikitext_lines(name: str, folder: str | Path = "") -> dict[str, list[str]]:
    """Return the lines of WikiText's three parts, "train", "valid" and "test".

    Parameters
    ----------
    name : {"wikitext-2", "wikitext-103"}
    folder : str or Path
        With ``train.txt`` or ``wiki.train.tokens`` and so on, plain or gzipped, or the zip file.

    Raises
    ------
    ParameterError
        If a file is not there or cannot be read.
    """
    file = WIKITEXT[name]
    names = [
        "{part}.txt.gz", "{part}.txt", "wiki.{part}.tokens", "wiki.{part}.tokens.gz",
    ]  # fmt: skip
    whole = here(name, [file.name, *(one.format(part="train") for one in names)], folder)
    if whole is None:
        whole = fetched(name, file)
    lines = {}
    for part in PARTS:
        path = whole
        if whole.suffix != ".zip":
            path = whole.with_name(whole.name.replace("train", part))
            if not path.is_file():
                raise ParameterError(
                    f"data: {name} needs the file {path.name} beside {whole.name}."
                )
        lines[part] = read_text(path, f"wiki.{part}.tokens").splitlines()
    return lines


def read_text(path: Path, member: str = "") -> str:
    """Return the text of a file, plain or gzipped, or of a member of a zip file."""
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = [one for one in archive.namelist() if one.endswith(member)]
                if not inside:
                    raise ParameterError(f"data: {path.name} has no file {member}.")
                return archive.read(inside[0]).decode("utf-8")
        held = path.read_bytes()
        return (gzip.decompress(held) if path.suffix == ".gz" else held).decode("utf-8")
    except DAMAGE as error:
        raise ParameterError(
            f"data: {path.name} could not be read as UTF-8 text: {error}."
        ) from None


def documents(path: str | Path) -> list[Document]:
    """Return the documents of a text.

    Parameters
    ----------
    path : str or Path
        A folder of ``.txt`` files or an archive (tar) of them, each a document; or a file, whose
        documents are parted by empty lines.

    Raises
    ------
    ParameterError
        If there is no such text or it cannot be read.
    """
    path = Path(path)
    kind = None
    with suppress(OSError):  # a name too long, or a folder that may not be looked into
        kind = "folder" if path.is_dir() else "file" if path.is_file() else None
    if kind is None:
        raise ParameterError(
            f"data = {str(path)!r} is not allowed; there is no such file or folder."
        )
    if kind == "folder":
        files = sorted(one for one in path.rglob("*.txt") if one.stem not in ASIDE)
        texts = [read_text(one) for one in files]
    elif ".tar" in path.suffixes or path.suffix == ".tgz":
        texts = [text for _, text in sorted(archived(path))]
    else:
        texts = re.split(r"\n\s*\n", read_text(path).replace("\r\n", "\n"))
    found = [[WORD.findall(line) for line in text.splitlines()] for text in texts]
    found = [[line for line in document if line] for document in found]
    found = [document for document in found if document]
    if not found:
        raise ParameterError(f"data: there are no words in {path.name}, or no .txt files.")
    return found


def archived(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the text files in an archive."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file and member.name.endswith(".txt") and Path(member.name).stem not in ASIDE:
                    yield member.name, file.read().decode("utf-8")
    except DAMAGE as error:
        raise ParameterError(f"data: {path.name} could not be read: {error}.") from None


def dealt(found: list[Document], seed: int) -> list[list[Document]]:
    """Return the documents in three parts, 80, 10 and 10 %, drawn at random.

    A text of fewer than ten documents is cut into ten pieces of as many lines first, which stay
    in order: 8 to train, 1 to validate, 1 to test.
    """
    if len(found) >= 10:
        order = np.random.default_rng(seed).permutation(len(found))
        found = [found[place] for place in order]
    else:
        lines = [line for document in found for line in document]
        if len(lines) < 10:
            raise ParameterError(
                f"data: the text has {len(lines)} lines and {len(found)} documents; there must be "
                "at least ten of either."
            )
        cuts = [len(lines) * piece // 10 for piece in range(11)]
        found = [lines[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
    held = max(1, len(found) // 10)
    return [found[: -2 * held], found[-2 * held : -held], found[-held:]]
