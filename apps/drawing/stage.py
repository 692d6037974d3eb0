"""The pictures of a run: a live plot for each observable, each with its reading below."""

from __future__ import annotations

import html
from typing import Any

import panel as pn
import xarray as xr

from apps.drawing.figures import reading
from apps.drawing.heatmap import HeatMap
from apps.drawing.live import LivePlot
from apps.drawing.raster import RasterPlot
from apps.drawing.scrubber import HIGH, SAID, Scrubber
from apps.drawing.sheet import Sheet
from apps.drawing.strip import StripPlot
from apps.shell.frame import words
from apps.shell.together import counted_once, together
from workbench import Matrix, Model, Observable, Raster, Strip
from workbench.observables import Leafed

EARLY = "The run ended before this picture could be read."
WAITING = "Press Run, and the reading of this picture appears here."
#: What draws an observable of a kind; all others are series.
KINDS = {Raster: RasterPlot, Matrix: HeatMap, Strip: StripPlot}


class Stage(pn.viewable.Viewer):
    """All observables of a model, drawn while their data come.

    Parameters
    ----------
    model : type of Model
        Whose observables are shown.
    dark : bool
        Whether they are drawn on dark ground.
    """

    def __init__(self, model: type[Model], dark: bool = False) -> None:
        self.plots = [live_plot(observable, dark) for observable in model.observables]
        share_time(self.plots)
        self._scrubbers: dict[int, Scrubber] = {}  # by the plot's number, once there is data
        self._places = {
            i: pn.Column(
                min_height=HIGH + SAID * bool(plot.observable.said),
                sizing_mode="stretch_width",
                margin=0,
            )
            for i, plot in enumerate(self.plots)
            if isinstance(plot.observable, Leafed) and plot.observable.over
        }
        self._readings = [words(margin=(0, 8, 16, 8), min_height=48) for _ in self.plots]
        self.say(WAITING)
        order = sorted(range(len(self.plots)), key=lambda i: self.plots[i].place)
        wide = [self._panel(i) for i in order if self.plots[i].place < 3]
        narrow = [self._panel(i) for i in order if self.plots[i].place == 3]
        self._view = pn.Column(
            *wide, pn.FlexBox(*narrow, gap="8px"), sizing_mode="stretch_width", margin=0
        )
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def _panel(self, i: int) -> Any:
        pane = pn.pane.Bokeh(self.plots[i].figure, sizing_mode="stretch_width", margin=0)
        wide = self.plots[i].place < 3
        scrubber = [self._places[i]] if i in self._places else []
        return pn.Column(
            pane, *scrubber, self._readings[i], sizing_mode="stretch_width", margin=0,
            min_width=280 if wide else 340, styles={} if wide else {"flex": "1 1 420px"},
        )  # fmt: skip

    def clear(self) -> None:
        """Empty all plots, which keep their size."""
        with (
            together(),
            counted_once(pn.state.curdoc),
        ):  # or what is drawn next would reach the browser first
            for plot in self.plots:
                plot.clear()
            self.say("The reading follows when the run has ended.")

    def draw(self, data: xr.Dataset) -> None:
        """Draw what is new."""
        with together():
            for plot in self.plots:
                plot.show(data)
            self._offer()

    def replace(self, data: xr.Dataset) -> None:
        """Draw these data in place of what was there."""
        with together():
            for plot in self.plots:
                plot.replace(data)
            self._offer()

    def play(self, over: str) -> None:
        """Leaf through all pictures over a dimension, one after the other."""
        for i, scrubber in self._scrubbers.items():
            leaves = self.plots[i].leaves
            if leaves and leaves.over == over:
                scrubber.plays += 1
                return  # the others follow

    def _offer(self) -> None:
        """Let a person leaf through what there is."""
        for i, place in self._places.items():
            leaves = self.plots[i].leaves
            if leaves is None or len(leaves.labels) < 2:
                continue
            if i not in self._scrubbers:
                title = self.plots[i].observable.title
                self._scrubbers[i] = Scrubber(title, lambda number, i=i: self._turn(i, number))
                with counted_once(pn.state.curdoc):
                    place.append(self._scrubbers[i])
            self._scrubbers[i].offer(leaves)

    def _turn(self, moved: int, number: int | None) -> None:
        """Leaf to a picture, in all plots over the same dimension."""
        leaves = self.plots[moved].leaves
        over = leaves.over if leaves else ""
        with together():
            for i, scrubber in self._scrubbers.items():
                plot = self.plots[i]
                if plot.leaves and plot.leaves.over == over:
                    plot.turn(number)
                    if i != moved:
                        scrubber.follow(number)

    def read(self, data: xr.Dataset) -> None:
        """Write below each plot what these data say."""
        with together(), counted_once(pn.state.curdoc):
            for plot, pane in zip(self.plots, self._readings, strict=True):
                self._write(pane, reading(plot.observable, data) or EARLY)

    def say(self, sentence: str) -> None:
        """Write the same sentence below every plot."""
        for pane in self._readings:
            self._write(pane, sentence)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        with together():
            for plot in self.plots:
                plot.paint(dark)

    def _write(self, pane: Any, sentence: str) -> None:
        text = f"<p>{html.escape(sentence)}</p>"
        if pane.object != text:
            pane.object = text


def live_plot(observable: Observable, dark: bool = False) -> Sheet:
    """Return the live figure of an observable."""
    return KINDS.get(type(observable), LivePlot)(observable, dark)


def share_time(plots: list[Sheet]) -> None:
    """Let rasters of a whole run move along the same time as the protocol above them."""
    strip = next((plot for plot in plots if isinstance(plot, StripPlot)), None)
    for plot in plots:
        if strip and isinstance(plot, RasterPlot) and not plot.observable.window:
            plot.figure.x_range = strip.figure.x_range
