"""A compared observable on the page: name, figures, sentences, and what is leafed through."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import panel as pn
import xarray as xr

from apps.compare.fields import Pictures, Ranged, of_matrices, of_pictures
from apps.compare.parts import Compared, Maker, Part, of_lines
from apps.compare.spikes import of_rasters, of_strips
from apps.compare.words import sentences_html
from apps.drawing.leaves import Leaves, leaf, leaves
from apps.drawing.scrubber import Scrubber
from apps.drawing.sheet import Sheet
from apps.shell.frame import words
from apps.shell.together import together
from workbench import Images, Matrix, Observable, Raster, Strip

KINDS: dict[type[Observable], Maker] = {
    Raster: of_rasters, Matrix: of_matrices, Strip: of_strips, Images: of_pictures,
}  # fmt: skip
#: What each record shows at first, where records do not have the same pictures.
EACH_OWN = {True: "last of each", False: "first of each"}
STYLE = """
.table { overflow-x: auto; margin: 8px 0; }
.table:focus-visible { outline: 2px solid var(--panel-primary-color); }
td { overflow-wrap: anywhere; min-width: 90px; max-width: 42ch; vertical-align: top; }
th { font-weight: 600; vertical-align: top; }
ul { margin: 4px 0; padding-left: 18px; }
summary { font-size: 14px; cursor: pointer; }
"""


class Place(pn.viewable.Viewer):
    """The part of an observable, in its place on the page.

    Parameters
    ----------
    observable : Observable
    runs : Compared
    dark : bool
        Whether it is drawn on dark ground.
    moved : callable
        Called with this place and the number of a leaf when a person leafs through it.

    Attributes
    ----------
    part : Part
        What is shown now.
    over : str
        The dimension that is leafed through; empty where nothing is.
    """

    def __init__(
        self, observable: Observable, runs: Compared, dark: bool,
        moved: Callable[[Place, int | None], None],
    ) -> None:  # fmt: skip
        self._observable, self._runs, self.dark = observable, runs, dark
        there = shared(observable, runs.datas)
        self._labels = there.labels if there else []
        self.over = there.over if there else ""
        self.part = Part(observable.title)
        self._figures = pn.Column(sizing_mode="stretch_width", margin=0)
        self._said = text("")
        self._scrubber: Scrubber | None = None
        if there:
            self._scrubber = Scrubber(observable.title, lambda number: moved(self, number))
            self._scrubber.offer(there)
        self._make(None)
        self._view = pn.Column(
            text(f"<h2>{html.escape(self.part.title)}</h2>"), self._figures,
            *([self._scrubber] if self._scrubber else []), self._said,
            sizing_mode="stretch_width", margin=(8, 0), min_width=280,
            styles={} if self.part.wide else {"flex": "1 1 460px"},
        )  # fmt: skip
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def turn(self, number: int | None) -> None:
        """Show what all records have under another label; None for what is seen at first."""
        with together():
            self._make(None if number is None else self._labels[number])

    def follow(self, number: int | None) -> None:
        """Turn to where another place was turned, the slider too."""
        if self._scrubber:
            self._scrubber.follow(number)
        self.turn(number)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.dark = dark
        for sheet in (sheet for row in self.part.rows for sheet in row):
            sheet.paint(dark)

    def _make(self, label: str | None) -> None:
        datas = [opened(self._observable, data, label) for data in self._runs.datas]
        make = KINDS.get(type(self._observable), of_lines)
        runs = replace(self._runs, datas=datas, leaves=self._runs.datas)
        part = make(self._observable, runs, self.dark)
        if became(self.part.rows, part.rows):
            self.part.said = part.said
        else:
            self.part = part
            self._figures.objects = [
                pn.FlexBox(*[framed(sheet, len(row)) for sheet in row], gap="8px")
                for row in part.rows
            ]
        self._said.object = sentences_html(part.said)


def shared(observable: Observable, datas: Sequence[xr.Dataset]) -> Leaves | None:
    """Return what can be leafed through in all records at once; None where there is nothing.

    Where they do not have the same leaves, such as a different number of epochs, it is those that
    all have, and at the end what each shows at first.
    """
    found = [one for data in datas if (one := leaves(observable, data)) is not None]
    if len(found) < len(datas) or not found:
        return None
    first = found[0]
    if all(one.labels == first.labels for one in found):
        return replace(first, said=[]) if len(first.labels) > 1 else None
    common = [label for label in first.labels if all(label in one.labels for one in found)]
    if not common:
        return None
    return replace(first, labels=[*common, EACH_OWN[first.first > 0]], said=[], first=len(common))


def became(rows: list[list[Sheet]], others: list[list[Sheet]]) -> bool:
    """Let the figures that stand on the page show what others show, if these are of their kind."""
    if not rows or [len(row) for row in rows] != [len(row) for row in others]:
        return False
    pairs = zip(chain(*rows), chain(*others), strict=True)
    return all(isinstance(one, Ranged | Pictures) and one.become(other) for one, other in pairs)


def opened(observable: Observable, data: xr.Dataset, label: str | None) -> xr.Dataset:
    """Return the data with one leaf alone: that of a label, else what is seen at first."""
    there = leaves(observable, data)
    if there is None or label is None or label not in there.labels:
        return leaf(observable, data)
    return leaf(observable, data, there.labels.index(label))


def framed(sheet: Any, beside: int) -> Any:
    """Return a figure in its place, with others beside it where there is room."""
    pane = pn.pane.Bokeh(sheet.figure, sizing_mode="stretch_width", margin=0)
    styles = {"flex": "1 1 380px" if beside > 1 else "1 1 100%"}
    return pn.Column(pane, sizing_mode="stretch_width", min_width=280, margin=0, styles=styles)


def text(content: str) -> pn.pane.HTML:
    """Return words, tables and lists in the page's type."""
    pane = words(content)
    pane.stylesheets = [*pane.stylesheets, STYLE]
    return pane
