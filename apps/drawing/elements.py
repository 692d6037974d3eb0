"""From an observable and data to a HoloViews overlay, for the finished figures."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr

from apps.drawing import figure_style as style
from apps.drawing.figure_fields import heat_map, protocol
from apps.drawing.lanes import duration
from apps.drawing.leaves import titled
from apps.drawing.series import Series, axis_labels, bar_width, series
from apps.drawing.spikes import spikes
from workbench import Curve, Images, Matrix, Observable, Raster, Strip

MODULES = {"bokeh": "holoviews.plotting.bokeh", "matplotlib": "holoviews.plotting.mpl"}
#: What lies below what.
ORDER = ("band", "bars", "line", "theory", "mark", "points", "spikes")


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


def element(observable: Observable, data: xr.Dataset, backend: str = "bokeh") -> Any:
    """Return one observable as an overlay; None when its data are not there."""
    load(backend)
    if isinstance(observable, Matrix):
        return heat_map(observable, data, backend)
    if isinstance(observable, Strip):
        return protocol(observable, data, backend)
    drawn = [one for one in series(observable, data) if one.x.size or one.kind == "spikes"]
    if not drawn:
        return None
    if isinstance(observable, Images):
        return pictures(observable, drawn, backend, titled(observable, data))
    drawn = [replace(one, kind="points") if lone(one) else one for one in drawn]
    drawn.sort(key=lambda one: ORDER.index(one.kind))
    axes = axis_labels(observable, data)
    look: dict[str, Any] = {}
    if isinstance(observable, Raster):
        look = limits(observable, data, backend)
    if isinstance(observable, Curve):
        look |= {"logx": observable.log, "logy": observable.log_y}
    cells = round(look["ylim"][1] + 0.5) if "ylim" in look else 1
    parts = [part(one, observable).opts(style.series(one, backend, cells)) for one in drawn]
    return hv.Overlay(parts).opts(style.panel(observable.title, axes, drawn, backend, **look))


def lone(one: Series) -> bool:
    """Return whether a line is a single point, which as a line would not be seen."""
    return one.sparse and one.x.size == 1


def limits(observable: Raster, data: xr.Dataset, backend: str) -> dict[str, Any]:
    """Return the extent of a raster: its whole protocol, and silent cells too."""
    found = spikes(observable, data)
    many = backend == "matplotlib" and found.times.size > style.MANY
    return style.long(backend) | {
        "xlim": (0.0, max(found.until, duration(data)) or 1.0),
        "ylim": (-0.5, max(found.names.size, 1) - 0.5),
        "padding": 0,
        "hooks": [style.rasterised] if many else [],
    }


def part(one: Series, observable: Observable) -> Any:
    """Return a series as an element; by its name an axis is shared, or is a panel's own."""
    x = hv.Dimension(style.TIME if isinstance(observable, Raster) else f"x of {observable.title}")
    y = hv.Dimension(f"y of {observable.title}")
    if one.kind == "mark":
        return hv.VLines(one.x, kdims=[x], label=one.label)
    if one.kind == "bars":
        edges = np.append(one.x, one.x[-1] + bar_width(one.x))
        return hv.Histogram((edges, one.y), kdims=[x], vdims=[y], label=one.label)
    if one.kind == "band":
        upper = hv.Dimension(f"upper end of {observable.title}")
        return hv.Area((one.x, one.y[0], one.y[1]), x, [y, upper], label=one.label)
    kind = hv.Scatter if one.kind in ("points", "spikes") else hv.Curve
    return kind((one.x, one.y), x, y, label=one.label)


def pictures(observable: Observable, drawn: list[Series], backend: str, title: str) -> Any:
    """Return a row of pictures, each with a thin frame and its name below."""
    x, y = (hv.Dimension(f"{side} of {observable.title}") for side in ("column", "row"))
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
    return hv.Overlay(parts).opts(style.row(title, extent(drawn), backend))


def extent(drawn: list[Series]) -> tuple[float, float]:
    """Return the width and height of a row of pictures, without the names below."""
    return float(drawn[-1].x[0]) + drawn[-1].y.shape[1], float(drawn[0].y.shape[0])
