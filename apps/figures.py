"""Finished figures: the same observables as HoloViews elements, for notebooks, PNG and SVG."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

import models
from apps.palette import DASHED, MAGNITUDE, colour
from apps.series import Series, axis_labels, series
from workbench import Images, Observable, Record
from workbench.record import replacing

SIZE = {"bokeh": {"width": 480, "height": 320}, "matplotlib": {"fig_inches": (5.2, 3.6)}}
MARK_STYLES = ("solid", "dashed", "dotted", "dashdot")


def figure(record: Record, backend: str = "bokeh") -> hv.Layout:
    """Return a record's observables side by side.

    Parameters
    ----------
    record : Record
        A finished (or partial) run of a registered model.
    backend : {"bokeh", "matplotlib"}
        What it will be drawn with; Bokeh is interactive in a notebook.

    Returns
    -------
    holoviews.Layout
        One element or overlay for each observable, titled; the layout's title is the stamp.
    """
    if backend not in hv.Store.renderers:
        hv.extension(backend, logo=False)  # type: ignore[operator]
    observables = models.get(record.stamp.model).observables
    drawn = [element(o, record.data, backend) for o in observables]
    title = hv.opts.Layout(title=record.stamp.line(), backend=backend)
    return hv.Layout([one for one in drawn if one is not None]).cols(2).opts(title)


def element(observable: Observable, data: xr.Dataset, backend: str = "bokeh") -> Any:
    """Return one observable as an element; None when its data are not there."""
    drawn = series(observable, data)
    if not drawn:
        return None
    if isinstance(observable, Images):
        return pictures(observable, drawn, backend)
    x, y = axis_labels(observable, data)
    kinds = {"bars": bars, "points": points, "mark": mark}
    seen: set[str] = set()
    parts = []
    for index, one in enumerate(drawn):
        label = "" if one.label in seen else one.label
        seen.add(one.label)
        parts.append(kinds.get(one.kind, line)(one, label, backend, index))
    overlay = hv.Overlay(parts).opts(
        hv.opts.Overlay(
            title=observable.title, xlabel=x, ylabel=y, legend_position="top",
            show_legend=len(seen) > 1, backend=backend, **SIZE[backend],
        )
    )  # fmt: skip
    return overlay


def line(one: Series, label: str, backend: str, _index: int) -> hv.Curve:
    """Return a line, thin for theory."""
    width = 1.0 if one.kind == "theory" else 2.0
    dashed = one.role in DASHED and one.kind != "theory"
    style = (
        {"line_width": width, "line_dash": "dashed" if dashed else "solid"}
        if backend == "bokeh"
        else {"linewidth": width, "linestyle": "dashed" if dashed else "solid"}
    )
    curve = hv.Curve((one.x, one.y), "x", "y", label=label)
    return curve.opts(color=colour(one.role), backend=backend, **style)


def points(one: Series, label: str, backend: str, _index: int) -> hv.Scatter:
    """Return measured points."""
    style = {"size": 7} if backend == "bokeh" else {"s": 36}
    scatter = hv.Scatter((one.x, one.y), "x", "y", label=label)
    return scatter.opts(color=colour(one.role), backend=backend, **style)


def bars(one: Series, label: str, backend: str, _index: int) -> hv.Histogram:
    """Return bars from their left edges."""
    step = one.x[1] - one.x[0] if one.x.size > 1 else 1.0
    edges = np.append(one.x, one.x[-1] + step)
    style = (
        {"fill_color": colour(one.role), "line_color": None}
        if backend == "bokeh"
        else {"facecolor": colour(one.role), "linewidth": 0}
    )
    histogram = hv.Histogram((edges, one.y), kdims="x", vdims="y", label=label)
    return histogram.opts(backend=backend, **style)


def mark(one: Series, label: str, backend: str, index: int) -> Any:
    """Return an upright line."""
    style = MARK_STYLES[index % len(MARK_STYLES)]
    dash = (
        {"line_dash": style.replace("dashdot", "dotdash"), "line_width": 1.4}
        if backend == "bokeh"
        else {"linestyle": style, "linewidth": 1.4}
    )
    upright = hv.VLines(one.x, kdims="x", label=label)
    return upright.opts(color=colour(one.role), backend=backend, **dash)


def pictures(observable: Images, drawn: list[Series], backend: str) -> hv.Overlay:
    """Return a row of pictures with their names above."""
    parts: list[Any] = []
    for one in drawn:
        high, wide = one.y.shape
        left = float(one.x[0])
        image = hv.Image(one.y.astype(float), bounds=(left, 0, left + wide, high))
        parts.append(image.opts(
            cmap="gray_r" if one.y.max() <= 1 else MAGNITUDE, clim=(0, max(1, float(one.y.max()))),
            backend=backend,
        ))  # fmt: skip
        size = {"text_font_size": "9pt"} if backend == "bokeh" else {"size": 9}
        words = hv.Text(left + wide / 2, high * 1.12, one.label)
        parts.append(words.opts(backend=backend, **size))
    total = float(drawn[-1].x[0]) + drawn[-1].y.shape[1]
    high = drawn[0].y.shape[0]
    return hv.Overlay(parts).opts(
        hv.opts.Overlay(
            title=observable.title, xaxis=None, yaxis=None, xlim=(-1, total + 1),
            ylim=(-1, high * 1.3), backend=backend, **SIZE[backend],
        )
    )  # fmt: skip


def save_figure(record: Record, path: str | Path) -> Path:
    """Write a record's figure as PNG or SVG, by the ending of the path, without a browser.

    Raises
    ------
    ValueError
        If the ending is neither.
    RecordError
        If it could not be written.
    """
    path = Path(path)
    kind = path.suffix.lstrip(".").lower()
    if kind not in ("png", "svg"):
        raise ValueError(f"{path.name} cannot be written: the ending must be .png or .svg.")
    layout = figure(record, backend="matplotlib")
    renderer = hv.renderer("matplotlib").instance(fig=kind, dpi=120)
    drawn, _ = renderer(layout, fmt=kind)
    with replacing(path) as temporary:
        temporary.write_bytes(drawn.encode() if isinstance(drawn, str) else drawn)
    return path


def reading(observable: Observable, data: xr.Dataset) -> str:
    """Return the one-sentence reading of these data, empty while they are not complete."""
    try:
        return observable.reading(data)
    except (KeyError, AttributeError, IndexError):
        return ""


def file_stem(record: Record) -> str:
    """Return a name for files of this record: model, seed and id."""
    return re.sub(
        r"[^\w-]+", "-", f"{record.stamp.model}-seed{record.stamp.seed}-{record.stamp.id}"
    )
