"""Finished figures: the same observables as HoloViews elements, for notebooks, PNG and SVG."""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import holoviews as hv
import xarray as xr

import models
from apps.drawing import figure_style as style
from apps.drawing.elements import MODULES, element, load
from apps.drawing.figure_fields import lanes_height
from workbench import Images, Observable, ParameterError, Raster, Record, Strip
from workbench.record import replacing

WIDTH, HEIGHT = 5.2, 3.7  # inches of a panel in a file
MOST_PICTURE_HEIGHT = 3.0
DOTS_PER_INCH = 130
LETTERS = 14  # of the stamp in an inch
#: What shows the whole run along its time, from the top.
LONG = (Strip, Raster)
#: What takes all the width of a file, from the top.
WIDE = (*LONG, Images)


def figure(
    record: Record, backend: str = "bokeh", observables: Iterable[Observable] | None = None
) -> hv.Layout:
    """Return a record's observables side by side, for a notebook.

    Parameters
    ----------
    record : Record
        A finished (or partial) run.
    backend : {"bokeh", "matplotlib"}
        What it will be drawn with; Bokeh is interactive.
    observables : iterable of Observable, optional
        What to draw; those of the record's model by default.

    Returns
    -------
    holoviews.Layout
        One overlay for each observable, titled; the layout's title is the stamp.

    Raises
    ------
    ParameterError
        If the model is none of the workbench's own and no observables are given, or the record
        holds nothing that they show.
    """
    if backend not in MODULES:
        raise ParameterError(f"backend = {backend!r} is not allowed: it must be one of bokeh, "
                             "matplotlib.")  # fmt: skip
    load(backend, notebook=True)
    drawn: Any = hv.Layout(list(cells(panels(record, backend, observables), backend)))
    return drawn.cols(2).opts(style.layout(record.stamp.line(), backend))


def cells(parts: Sequence[tuple[Observable, Any]], backend: str) -> Iterator[Any]:
    """Give what fills a notebook's two columns: protocol and spikes, which take both, then all."""
    long = [part for kind in LONG for part in parts if isinstance(part[0], kind)]
    for _, drawn in long:
        yield drawn
        if backend == "bokeh":
            yield hv.Empty()
    for observable, drawn in parts:
        if not isinstance(observable, LONG):
            yield drawn


def panels(
    record: Record, backend: str, observables: Iterable[Observable] | None
) -> list[tuple[Observable, Any]]:
    """Return the observables that have data, each with its element."""
    wanted = observables_of(record) if observables is None else observables
    made = [(one, element(one, record.data, backend)) for one in wanted]
    found = [(one, drawn) for one, drawn in made if drawn is not None]
    if not found:
        raise ParameterError(
            f"The record {record.stamp.id} ({record.stamp.status}) holds no data to draw."
        )
    return found


def observables_of(record: Record) -> tuple[Observable, ...]:
    """Return what the record's model shows.

    Raises
    ------
    ParameterError
        If the model is none of the workbench's own.
    """
    key, where = record.stamp.model, record.stamp.model_class
    if models.REGISTRY.get(key) != where:
        raise ParameterError(
            f"The model {key!r} ({where}) is none of the workbench's own "
            f"({', '.join(models.names())}): give the observables to draw."
        )
    return models.get(key).observables


def save_figure(
    record: Record, path: str | Path, observables: Iterable[Observable] | None = None
) -> Path:
    """Write a record's figure as PNG or SVG, by the ending of the path, without a browser.

    Raises
    ------
    ValueError
        If the ending is neither.
    ParameterError
        If there is nothing to draw, as in `figure`.
    RecordError
        If it could not be written.
    """
    path = Path(path)
    kind = path.suffix.lstrip(".").lower()
    if kind not in ("png", "svg"):
        raise ValueError(f"{path.name} cannot be written: the ending must be .png or .svg.")
    drawn = composed(panels(record, "matplotlib", observables), record.stamp.line())
    about = {"Title": record.stamp.line()} | ({"Date": None} if kind == "svg" else {})
    buffer = io.BytesIO()
    with style.plain():
        settle(drawn)
        drawn.savefig(buffer, format=kind, dpi=DOTS_PER_INCH, metadata=about)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return path


def composed(parts: Sequence[tuple[Observable, Any]], stamp: str) -> Any:
    """Return a Matplotlib figure: what is wide over all its width, the others in pairs.

    Pictures that are leafed through come last.
    """
    from matplotlib.figure import Figure

    wide = [part for kind in WIDE for part in parts if isinstance(part[0], kind)]
    last = [part for part in wide if getattr(part[0], "over", "")]
    wide = [part for part in wide if part not in last]
    narrow = [drawn for observable, drawn in parts if not isinstance(observable, WIDE)]
    alone = len(narrow) == 1 and all(isinstance(part[0], Images) for part in [*wide, *last])
    across = 1 if alone else 2
    rows = math.ceil(len(narrow) / across)
    first, end = ([wide_height(*part, across * WIDTH) for part in some] for some in (wide, last))
    heights = [*first, *[HEIGHT] * rows, *end]
    with style.plain():
        fig = Figure(figsize=(across * WIDTH, sum(heights) + 0.3), layout="constrained")
        fig.get_layout_engine().set(w_pad=0.09, h_pad=0.09)  # type: ignore[union-attr]
        grid = fig.add_gridspec(len(heights), across, height_ratios=heights)
        places = [*range(len(wide)), *range(len(wide) + rows, len(heights))]
        for i, (observable, one) in zip(places, [*wide, *last], strict=True):
            axis = fig.add_subplot(grid[i, :])
            draw(one, fig, axis)
            if not isinstance(observable, Images):
                axis.set_aspect("auto", adjustable="box")
        for i, one in enumerate(narrow):
            place = i % across if len(narrow) > 1 else slice(None)
            axis = fig.add_subplot(grid[len(wide) + i // across, place])
            draw(one, fig, axis)
            axis.set_aspect("auto", adjustable="box")
        fig.supxlabel(
            textwrap.fill(stamp, round(LETTERS * across * WIDTH)),
            x=0.01,
            ha="left",
            fontsize=8.5,
            color=style.GREY,
        )
    return fig


def settle(fig: Any) -> None:
    """Lay a figure out for good, at round places: the last bits of the solver's change by chance.

    An SVG's names are made of places, and the same run shall give the same file.
    """
    fig.get_layout_engine().execute(fig)
    fig.set_layout_engine("none")
    for axis in fig.axes:
        axis.set_position([round(side, 6) for side in axis.get_position(original=True).bounds])


def wide_height(observable: Observable, drawn: Any, width: float) -> float:
    """Return the inches that what is drawn over all the width takes."""
    if isinstance(observable, Images):
        return picture_height(drawn, width)
    return lanes_height(drawn) if isinstance(observable, Strip) else HEIGHT


def picture_height(row: Any, width: float) -> float:
    """Return the inches that a row of pictures takes, with title and names."""
    last = [one for one in row if isinstance(one, hv.Image)][-1]
    _, _, wide, high = last.bounds.lbrt()  # type: ignore[attr-defined]
    return min(MOST_PICTURE_HEIGHT, width * high * (1 + style.BELOW) / wide + 0.3)


def draw(element: Any, fig: Any, axis: Any) -> None:
    """Draw an element onto axes."""
    renderer = hv.renderer("matplotlib")
    kind = renderer.plotting_class(element)
    options = kind.lookup_options(element, "plot").options
    kind(element, renderer=renderer, fig=fig, axis=axis, **options).initialize_plot()


def reading(observable: Observable, data: xr.Dataset) -> str:
    """Return the one-sentence reading of these data, empty while they are not complete."""
    try:
        return observable.reading(data)
    except (KeyError, AttributeError, IndexError, ValueError):
        return ""


def file_stem(record: Record) -> str:
    """Return a name for files of this record: model, seed and id."""
    return re.sub(
        r"[^\w-]+", "-", f"{record.stamp.model}-seed{record.stamp.seed}-{record.stamp.id}"
    )
