"""A picture that a person brings along, turned into bits: safely, and in a way that can be told.

What a file is, its content says and not its name. It is laid on white paper, shrunk whole into a
square of a few pixels, and each pixel becomes a bit: on where it is darker than Otsu's threshold.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from workbench import ParameterError, Picture
from workbench.parameters import shown

LARGEST = 2_000_000  # bytes
MOST_PIXELS = 16_000_000  # so that a small file cannot fill the memory
PIXELS = f"a picture may have at most {MOST_PIXELS // 1_000_000} million"
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
NAMES = "PNG, JPEG, GIF or WebP"
WHITE = 255
#: What Pillow raises on files that are no pictures, or are damaged or made to do harm.
DAMAGE = (
    OSError, EOFError, SyntaxError, ValueError, TypeError, IndexError, KeyError, OverflowError,
    MemoryError, struct.error, zlib.error,
)  # fmt: skip


def picture_bits(content: bytes, side: int, name: str = "the file") -> NDArray[np.bool_]:
    """Return the bits of a picture.

    Parameters
    ----------
    content : bytes
        A file of PNG, JPEG, GIF or WebP; of an animation the first frame counts.
    side : int
        Pixels of a side of the square.
    name : str
        What the sentences call it.

    Returns
    -------
    ndarray of bool, shape (side, side)
        On where the picture is dark.

    Raises
    ------
    ParameterError
        If it is empty, too large, no such picture, damaged, or of one shade.
    """
    name = shown(name)
    refuse_size(len(content), name)
    grey = shades(content, side, name)
    if grey.min() == grey.max():
        raise ParameterError(f"{name} has one shade only: nothing of it would be left as bits.")
    return grey <= otsu(grey)


def refuse_size(size: int, name: str) -> None:
    """Refuse a file that is empty or too large."""
    if not size:
        raise ParameterError(f"{name} is empty: it must be a picture, {NAMES}.")
    if size > LARGEST:
        raise ParameterError(
            f"{name} has {size / 1e6:.1f} MB: a picture may have at most {LARGEST / 1e6:g} MB."
        )


def shades(content: bytes, side: int, name: str) -> NDArray[np.uint8]:
    """Return the shades of a picture on white paper, shape (side, side), 0 for black."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow only warns of is refused or harmless
        try:
            with Image.open(BytesIO(content), formats=FORMATS) as picture:
                refuse_pixels(picture.size, name)
                picture.draft("RGB", (4 * side, 4 * side))  # a JPEG need not be read in full
                return np.asarray(fitted(picture, side))
        except ParameterError:
            raise
        except Image.DecompressionBombError:  # before its size can be told
            raise ParameterError(f"{name} has far too many pixels: {PIXELS}.") from None
        except UnidentifiedImageError:
            raise ParameterError(
                f"{name} is no picture that can be read: it must be {NAMES}."
            ) from None
        except DAMAGE:
            raise ParameterError(
                f"{name} is damaged or cut short: it must be a whole picture, {NAMES}."
            ) from None


def refuse_pixels(size: tuple[int, int], name: str) -> None:
    """Refuse a picture that would take too much memory."""
    wide, high = size
    if wide * high > MOST_PIXELS:
        raise ParameterError(f"{name} has {wide:,} x {high:,} pixels: {PIXELS}.")


def fitted(picture: Image.Image, side: int) -> Any:
    """Return a picture in grey, upright, on white paper, whole within a square."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow would only cut off
        picture = Image.fromarray((np.asarray(picture) >> 8).clip(0, WHITE).astype(np.uint8))
    layers = picture.convert("RGBA")
    paper = Image.new("RGBA", layers.size, "white")
    grey = Image.alpha_composite(paper, layers).convert("L")
    return ImageOps.pad(grey, (side, side), Image.Resampling.BOX, color=WHITE)


def otsu(grey: NDArray[np.uint8]) -> int:
    """Return the threshold that parts shades into two groups, each as much alike as can be.

    The darker group has shades up to it. Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
    """
    often = np.bincount(grey.ravel(), minlength=WHITE + 1)
    dark, total = np.cumsum(often), grey.size
    inside = np.cumsum(often * np.arange(WHITE + 1))
    both = dark * (total - dark)
    apart = (inside[-1] * dark - total * inside).astype(float) ** 2
    return int(np.argmax(np.divide(apart, both, out=np.zeros_like(apart), where=both > 0)))


def value_of_file(path: Path, parameter: Picture) -> str:
    """Return the value of a picture's parameter that a file holds.

    Raises
    ------
    ParameterError
        As `picture_bits`, or if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            size = max(len(content), path.stat().st_size)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ParameterError(
            f"{parameter.name} = {shown(str(path))} is not allowed: it must be "
            f"{parameter.allowed()}, or the name of a file ({why})."
        ) from None
    refuse_size(size, shown(path.name))
    return parameter.spell(picture_bits(content, parameter.side, path.name))


def preview(bits: NDArray[np.bool_]) -> bytes:
    """Return bits as a PNG, ink black on white."""
    drawn = BytesIO()
    Image.fromarray(np.where(bits, 0, WHITE).astype(np.uint8)).save(drawn, format="PNG")
    return drawn.getvalue()
