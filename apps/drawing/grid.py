"""A matrix as numbers to draw: its values, what its rows and columns are, and its colours."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
import xarray as xr

from apps.drawing.leaves import leaf
from apps.drawing.palette import BLANK, INKED, MAGNITUDE, SIGNED, Shades, ground, ink_on
from apps.drawing.series import label
from workbench import Matrix
from workbench.frames import growing_dimension

MOST = 320, 640  # rows and columns that are drawn; of more, neighbours are averaged
TICKS = 8  # on an axis, at most
WORDS = 16, 10  # names of rows and of columns, at most
ROW_LETTERS = 20  # before a row's name is broken
COLUMN_LETTERS = 42  # of all columns' names side by side, in the narrowest panel
#: Degrees of columns' names that do not fit side by side, up to so many of them: on a phone the
#: columns of seven are less than 20 pixels apart.
SLANTS = {4: 35, 7: 60, WORDS[1]: 90}
STEPS = (1, 2, 5)
ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # where colour scales end, times powers of ten


@dataclass(frozen=True)
class Side:
    """Rows or columns: the text of their axis, and ticks as place -> label; row 0 is at 0 to 1.

    Labels that would not fit side by side rise by `slant` degrees.
    """

    name: str
    ticks: dict[float, str]
    slant: int = 0


@dataclass(frozen=True)
class Grid:
    """A matrix.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (rows, columns), row 0 uppermost; NaN is blank.
    rows, columns : Side
        What they are.
    borders : tuple of list of float
        Rows, and in a square columns, before which there is a line.
    name : str
        What the values are, with their unit.
    """

    values: np.ndarray
    rows: Side
    columns: Side
    borders: tuple[list[float], list[float]]
    name: str


def grid(observable: Matrix, data: xr.Dataset) -> Grid | None:
    """Return the matrix of the data; None while there is none."""
    name = observable.variables[0]
    if name not in data or not data[name].size:
        return None
    data = leaf(observable, data)
    var, coded = data[name], bool(observable.categories)
    borders = [float(b) for n in observable.borders if n in data for b in np.ravel(data[n].values)]
    values = var.values.astype(np.float32)
    if coded:
        values = blanked(values, observable)
    shares = [max(1, -(-size // most)) for size, most in zip(values.shape, MOST, strict=True)]
    for axis, share in enumerate(shares):
        values = averaged(values, share, axis, coded)
    rows, columns = (side(var, axis, share) for axis, share in enumerate(shares))
    square = var.shape[0] == var.shape[1] and not growing_dimension(var.variable)
    across, upright = [b / shares[0] for b in borders], [b / shares[1] for b in borders if square]
    return Grid(values, rows, columns, (across, upright), label(var))


def blanked(codes: np.ndarray, observable: Matrix) -> np.ndarray:
    """Return codes with NaN at those that are not to be seen."""
    blank = [i for i, (_, role) in enumerate(observable.categories) if not role]
    return np.where(np.isin(codes, blank), np.float32(np.nan), codes)


def averaged(values: np.ndarray, share: int, axis: int, coded: bool) -> np.ndarray:
    """Return values in which so many neighbours along an axis are one: their mean, or the first.

    NaN counts for nothing.
    """
    starts = np.arange(0, values.shape[axis], share)
    if share == 1 or coded:
        return values.take(starts, axis)
    there = np.isfinite(values)
    count = np.add.reduceat(there, starts, axis, dtype=np.float32)
    total = np.add.reduceat(np.where(there, values, 0), starts, axis)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def side(var: xr.DataArray, axis: int, share: int) -> Side:
    """Return what is told of rows (axis 0) or columns: by their coordinate, or their number."""
    dim, count = str(var.dims[axis]), var.shape[axis]
    told = dim in var.coords
    values = var.coords[dim].values if told else np.arange(count)
    step, slant = even_step(values) if count > TICKS else 0.0, 0
    if step:
        ticks = even_ticks(values, step)
    else:
        ticks, slant = single_ticks(values, across=axis == 1)
    places = {place / share: text for place, text in ticks.items()}
    return Side(label(var.coords[dim]) if told else dim, places, slant)


def even_ticks(values: np.ndarray, step: float) -> dict[float, str]:
    """Return ticks at round numbers, for a coordinate of even steps."""
    between = round_step(step * values.size)
    first = np.ceil(values[0] / between - 1e-6) * between
    at = np.arange(first, values[-1] + step * 1e-6, between) + 0.0  # no minus zero
    return {float((value - values[0]) / step + 0.5): f"{value:.4g}" for value in at}


def single_ticks(values: np.ndarray, across: bool) -> tuple[dict[float, str], int]:
    """Return ticks of single rows, or columns, and how steep they must be to fit, in degrees."""
    number = values.dtype.kind in "iuf"
    step = int(max(1, round_step(values.size))) if number else -(-values.size // WORDS[across])
    texts = [spelled(one) if number else str(one) for one in values[::step].tolist()]
    places = [i + 0.5 for i in range(0, values.size, step)]
    width = max(COLUMN_LETTERS // len(texts) - 1, 1) if across else ROW_LETTERS
    lines = [textwrap.wrap(text, width, break_long_words=False) for text in texts]
    slant = 0
    if across and max(len(line) for text in lines for line in text or [""]) > width:
        slant = next(degrees for most, degrees in SLANTS.items() if len(texts) <= most)
    else:
        texts = ["\n".join(text) for text in lines]
    return dict(zip(places, texts, strict=True)), slant


def spelled(value: float) -> str:
    """Return a number in few digits; a whole one below a million with all of its own."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:.4g}"


def even_step(values: np.ndarray) -> float:
    """Return the step of numbers that are evenly spaced upwards; 0 for any others."""
    if values.dtype.kind not in "iuf":
        return 0.0
    step = float(values[-1] - values[0]) / (values.size - 1)
    even = np.allclose(np.diff(values.astype(float)), step, rtol=1e-3, atol=0)
    return step if even and step > 0 else 0.0


def round_step(length: float) -> float:
    """Return the least of 1, 2, 5, 10, ... that goes at most `TICKS` times into a length."""
    return next(s * 10**k for k in range(-12, 16) for s in STEPS if length <= TICKS * s * 10.0**k)


def scale(values: np.ndarray, before: Shades | None = None) -> Shades:
    """Return cividis from zero for magnitudes, or a scale centred on zero where there are signs.

    Parameters
    ----------
    values : numpy.ndarray
        What is to be coloured.
    before : Shades, optional
        The colours until now, which only become wider: a scale that follows its data flickers.
    """
    finite = values[np.isfinite(values)]
    signed = bool((finite < 0).any()) or (before is not None and before.low < 0)
    most = rounded(float(np.abs(finite).max(initial=0.0)))
    if before is not None:
        most = max(most, before.high)
    return Shades(SIGNED, -most, most) if signed else Shades(MAGNITUDE, 0.0, most)


@dataclass(frozen=True)
class Number:
    """A number written in its cell: the middle in columns and rows from 0, text and ink."""

    x: float
    y: float
    text: str
    ink: str


def numbers(values: np.ndarray, written: str, shades: Shades) -> list[Number]:
    """Return what is written in the cells of a matrix; nothing where it is blank.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (rows, columns).
    written : str
        The format of a number; "" for none.
    shades : Shades
        The colours of the cells, on which the numbers are read.
    """
    if not written:
        return []
    span, last = (shades.high - shades.low) or 1.0, len(shades.colours) - 1
    found = []
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            paint = shades.colours[min(max(round((value - shades.low) / span * last), 0), last)]
            found.append(Number(column + 0.5, row + 0.5, f"{value:{written}}", ink_on(paint)))
    return found


def rounded(value: float) -> float:
    """Return the next round number from a positive value on upwards; 0 for 0."""
    if value <= 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in ROUND if step * power >= value * (1 - 1e-6)))


def border_colour(observable: Matrix, shades: Shades | None, dark: bool) -> str:
    """Return a colour that stands out on what is drawn."""
    if observable.categories:
        return ground(dark).ink
    return INKED if shades is not None and shades.low < 0 else BLANK
