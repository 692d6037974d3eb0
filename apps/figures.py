"""Finished figures: the same observables as HoloViews elements, for notebooks, PNG and SVG."""

from __future__ import annotations

import importlib
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

import models
from apps import figure_style as style
from apps.series import Series, axis_labels, bar_width, series
from workbench import Images, Observable, ParameterError, Record
from workbench.record import replacing

MODULES = {"bokeh": "holoviews.plotting.bokeh", "matplotlib": "holoviews.plotting.mpl"}
WIDTH, HEIGHT = 5.2, 3.7  # inches of a panel in a file
MOST_PICTURE_HEIGHT = 3.0
DOTS_PER_INCH = 130
#: What lies below what.
ORDER = ("bars", "line", "theory", "mark", "points")


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
    drawn: Any = hv.Layout([one for _, one in panels(record, backend, observables)])
    return drawn.cols(2).opts(style.layout(record.stamp.line(), backend))


def load(backend: str, notebook: bool = False) -> None:
    """Load a backend; in a notebook also what displays its figures there.

    The backend that was current stays current, save where there was none.
    """
    if notebook and in_notebook() and not hv.extension._loaded:
        # Inline, or the notebook would ask a host outside for Bokeh's script.
        hv.extension(backend, inline=True, logo=False)  # type: ignore[operator]
    current = hv.Store.current_backend if hv.Store.renderers else backend
    importlib.import_module(MODULES[backend])
    hv.Store.set_current_backend(current)


def in_notebook() -> bool:
    """Return whether this is a notebook's kernel."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


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


def element(observable: Observable, data: xr.Dataset, backend: str = "bokeh") -> Any:
    """Return one observable as an overlay; None when its data are not there."""
    load(backend)
    drawn = [one for one in series(observable, data) if one.x.size]
    if not drawn:
        return None
    if isinstance(observable, Images):
        return pictures(observable, drawn, backend)
    drawn.sort(key=lambda one: ORDER.index(one.kind))
    axes = axis_labels(observable, data)
    parts = [part(one, observable, axes).opts(style.series(one, backend)) for one in drawn]
    return hv.Overlay(parts).opts(style.panel(observable.title, axes, drawn, backend))


def part(one: Series, observable: Observable, axes: tuple[str, str]) -> Any:
    """Return a series as an element; panels never share an axis by accident of its name."""
    x = hv.Dimension((f"x of {observable.title}", axes[0] or "x"))
    y = hv.Dimension((f"y of {observable.title}", axes[1] or "y"))
    if one.kind == "mark":
        return hv.VLines(one.x, kdims=[x], label=one.label)
    if one.kind == "bars":
        edges = np.append(one.x, one.x[-1] + bar_width(one.x))
        return hv.Histogram((edges, one.y), kdims=[x], vdims=[y], label=one.label)
    kind = hv.Scatter if one.kind == "points" else hv.Curve
    return kind((one.x, one.y), x, y, label=one.label)


def pictures(observable: Observable, drawn: list[Series], backend: str) -> Any:
    """Return a row of pictures, each with a thin frame and its name below."""
    x, y = hv.Dimension("column of the row"), hv.Dimension("row of the row")
    parts, frames, names = [], [], []
    for one in drawn:
        high, wide = one.y.shape
        left = float(one.x[0])
        image = hv.Image(
            one.y.astype(float), bounds=(left, 0, left + wide, high), kdims=[x, y], label=one.label
        )
        parts.append(image.opts(style.picture(one, backend)))
        frames.append((left, 0, left + wide, high))
        names.append((left + wide / 2, -0.06 * high, one.label))
    outline = hv.Rectangles(frames, kdims=[x, y, "right", "top"])
    words = hv.Labels(names, kdims=[x, y], vdims="name")
    parts += [outline.opts(style.outline(backend)), words.opts(style.words(backend))]
    return hv.Overlay(parts).opts(style.row(observable.title, extent(drawn), backend))


def extent(drawn: list[Series]) -> tuple[float, float]:
    """Return the width and height of a row of pictures, without the names below."""
    return float(drawn[-1].x[0]) + drawn[-1].y.shape[1], float(drawn[0].y.shape[0])


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
        drawn.savefig(buffer, format=kind, dpi=DOTS_PER_INCH, metadata=about)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return path


def composed(parts: Sequence[tuple[Observable, Any]], stamp: str) -> Any:
    """Return a Matplotlib figure: rows of pictures over the whole width, the others in pairs."""
    from matplotlib.figure import Figure

    wide = [drawn for observable, drawn in parts if isinstance(observable, Images)]
    narrow = [drawn for observable, drawn in parts if not isinstance(observable, Images)]
    across = min(2, len(narrow)) or 2
    heights = [picture_height(one, across * WIDTH) for one in wide]
    heights += [HEIGHT] * math.ceil(len(narrow) / across)
    with style.plain():
        fig = Figure(figsize=(across * WIDTH, sum(heights) + 0.3), layout="constrained")
        fig.get_layout_engine().set(w_pad=0.09, h_pad=0.09)  # type: ignore[union-attr]
        grid = fig.add_gridspec(len(heights), across, height_ratios=heights)
        for i, one in enumerate(wide):
            draw(one, fig, fig.add_subplot(grid[i, :]))
        for i, one in enumerate(narrow):
            axis = fig.add_subplot(grid[len(wide) + i // across, i % across])
            draw(one, fig, axis)
            axis.set_aspect("auto", adjustable="box")
        fig.supxlabel(stamp, x=0.01, ha="left", fontsize=8.5, color=style.GREY)
    return fig


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
