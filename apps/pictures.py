"""Make the gallery's pictures: each model computes its own (``python -m apps.pictures``).

A picture is made twice, for light and for dark ground, and carries its own text: what the figure
says of this run stands in the file, where the gallery reads it.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import models
import workbench
from apps.drawing.palette import DARK, LIGHT, ROLES
from workbench import Images, Model, Record
from workbench.record import replacing

FOLDER = Path(__file__).parent / "pictures"
#: Inches and dots of a picture: a card is about 80 dots an inch wide, so 11 points are 12 pixels.
SIZE, DOTS_PER_INCH = (4.0, 2.5), 160
TITLE, LABEL, TICK, NAME = 10.5, 10.5, 10, 8.5  # points
COLOURS = 200  # of a palette, which makes the file a third as large
DOTS = 0.3  # area of a spike beside that in a large figure
TEXT = "Description"  # PNG's own word for what a picture shows
GROUNDS = {"light": "", "dark": "-dark"}
PAINTED = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
#: Colour on light ground -> colour on dark ground.
TURNED = {before.lower(): after for before, after in ROLES.values()}
TURNED |= {
    LIGHT.ink: DARK.ink, LIGHT.grid.lower(): DARK.grid, LIGHT.paper.lower(): DARK.paper,
    "#000000": DARK.ink,
}  # fmt: skip


def path_of(key: str, ground: str = "light") -> Path:
    """Return the file of a model's picture for light or dark ground."""
    return FOLDER / f"{key}{GROUNDS[ground]}.png"


@cache
def text_of(key: str) -> str:
    """Return what the picture of a model says, empty where there is none."""
    from PIL import Image

    if not path_of(key).is_file():
        return ""
    with Image.open(path_of(key)) as picture:
        return picture.info.get(TEXT, "")


def make(record: Record, model: type[Model]) -> Iterator[Path]:
    """Draw the observables of a model's cover, and write the picture for both grounds.

    Yields
    ------
    Path
        Of each file, once it is written.
    """
    from apps.drawing.figures import panels, reading

    FOLDER.mkdir(exist_ok=True)
    cover = model.observables[: model.cover]
    said = " ".join(filter(None, (reading(one, record.data) for one in cover)))
    for ground in GROUNDS:
        figure = composed(panels(record, "matplotlib", cover))
        if ground == "dark":
            darken(figure)
        yield write(figure, path_of(model.key, ground), said)


def composed(parts: list[tuple[Any, Any]]) -> Any:
    """Return a Matplotlib figure of a card's size, its panels one below the other."""
    from matplotlib.figure import Figure

    from apps.drawing import figure_style as style
    from apps.drawing.figures import draw

    heights = [1.0 if isinstance(observable, Images) else 1.6 for observable, _ in parts]
    with style.plain():
        figure = Figure(SIZE, DOTS_PER_INCH, layout="constrained")
        grid = figure.add_gridspec(len(parts), 1, height_ratios=heights)
        for row, (observable, drawn) in enumerate(parts):
            axis = figure.add_subplot(grid[row])
            draw(drawn, figure, axis)
            if not isinstance(observable, Images):
                axis.set_aspect("auto", adjustable="box")
        for axis in figure.axes:
            enlarge(axis)
    return figure


def enlarge(axis: Any) -> None:
    """Give a panel the letters and dots of a card."""
    from matplotlib.collections import PathCollection

    for title in (axis.title, axis._left_title):
        title.set_fontsize(TITLE)
    for side in (axis.xaxis, axis.yaxis):
        side.label.set_fontsize(LABEL)
        side.set_tick_params(labelsize=TICK)
    if legend := axis.get_legend():
        legend.remove()  # the lab tells; here the letters would be too small
    for name in axis.texts:
        name.set_fontsize(NAME)
    for dots in axis.collections:
        if isinstance(dots, PathCollection):
            dots.set_sizes(DOTS * dots.get_sizes())


def darken(figure: Any) -> None:
    """Repaint a figure for dark ground; images keep their colours and their white paper."""
    from matplotlib.cm import ScalarMappable

    figure.set_facecolor(DARK.paper)
    borders = {line for axis in figure.axes if axis.images for line in axis.lines}
    for artist in set(figure.findobj()) - borders:
        mapped = isinstance(artist, ScalarMappable) and artist.get_array() is not None
        for part in PAINTED if not mapped else ():
            if hasattr(artist, f"get_{part}") and hasattr(artist, f"set_{part}"):
                turned = on_dark(getattr(artist, f"get_{part}")())
                getattr(artist, f"set_{part}")(turned)


def on_dark(colours: Any) -> Any:
    """Return a colour, or an array of them, as it is on dark ground; what is clear stays clear."""
    from matplotlib.colors import to_hex, to_rgba, to_rgba_array

    if isinstance(colours, np.ndarray) and colours.ndim == 2:
        return np.array([on_dark(tuple(one)) for one in colours]).reshape(-1, 4)
    plain: Any = colours
    *_, alpha = to_rgba(plain)
    turned = TURNED.get(to_hex(plain), to_hex(plain))
    return tuple(to_rgba_array(turned, alpha)[0])


def write(figure: Any, path: Path, said: str) -> Path:
    """Write a figure with few colours and its text."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", facecolor=figure.get_facecolor())
    about = PngInfo()
    about.add_itxt(TEXT, said)
    with Image.open(drawn) as picture, replacing(path) as temporary:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(temporary, format="PNG", optimize=True, pnginfo=about)
    return path


def main(keys: list[str]) -> None:
    """Run the models with these keys (all of them when none is named) and keep their pictures."""
    for key in keys or models.names():
        record = workbench.run(models.get(key)(), seed=1)
        for path in make(record, models.get(key)):
            print(f"{path.name}: {record.stamp.line()}")


if __name__ == "__main__":
    main(sys.argv[1:])
