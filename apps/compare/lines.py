"""Lines, points and bars of several records over each other, and their difference below.

A colour keeps its meaning; which record it is, a line's dashes and a point's shape tell, and every
other record is drawn a little closer to the ink.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from bokeh.models import GlyphRenderer, Span

from apps.drawing.palette import colour, ground
from apps.drawing.series import Series, bar_width
from apps.drawing.sheet import Sheet, scales
from apps.drawing.thinning import thinned
from workbench import Observable

DASHES: tuple[list[int], ...] = ([], [9, 5], [2, 4], [10, 4, 2, 4])
MARKERS = ("circle", "triangle", "square", "diamond")
INKED = 0.5  # share of ink in the colours of the first and the third record
HEIGHT, LOW = 320, 230  # pixels, of records and of their difference


@dataclass(frozen=True)
class Stroke:
    """Something of one record, or of its difference to the first, that is drawn as one.

    Attributes
    ----------
    record : int
        0 for the first; -1 for what is the same in all.
    label, role, kind : str
        As of a `Series`, and ``"joined"`` for points with a line through them; bars are drawn
        as their outline.
    xs, ys : list of numpy.ndarray
        A line each.
    """

    record: int
    label: str
    role: str
    kind: str
    xs: list[np.ndarray]
    ys: list[np.ndarray]


class Lines(Sheet):
    """A figure of strokes.

    Parameters
    ----------
    observable : Observable
        What they show.
    strokes : list of Stroke
        What to draw.
    axes : tuple of str
        Texts of the axes.
    names : list of str
        Of all records, for the legend.
    dark : bool
        Whether it is drawn on dark ground.
    options
        Of Bokeh's figure.
    """

    def __init__(
        self,
        observable: Observable,
        strokes: list[Stroke],
        axes: tuple[str, str],
        names: list[str],
        dark: bool = False,
        **options: Any,
    ) -> None:
        look = {"height": HEIGHT, "min_border_left": 76} | scales(observable) | options
        super().__init__(observable, dark, **look)
        self._names = names
        self._zero = Span(dimension="width", location=0, line_width=1, visible=False)
        self.figure.add_layout(self._zero)
        self._drawn = [(one, self._draw(one)) for one in strokes]
        self._signs: list[GlyphRenderer] = []
        self._add_legend()
        self._name_axes(axes)
        self._explain()
        self.paint(dark)

    def level(self) -> None:
        """Draw a line at zero."""
        self._zero.visible = True

    def _draw(self, one: Stroke) -> list[GlyphRenderer]:
        if one.kind in ("points", "joined"):
            x, y = np.concatenate(one.xs), np.concatenate(one.ys)
            shape = MARKERS[one.record % len(MARKERS)]
            made = [self.figure.scatter(x, y, size=8, marker=shape, line_width=1.5)]
            if one.kind == "joined":
                made.append(self.figure.multi_line(one.xs, one.ys, line_width=1.0))
            return made
        if one.kind == "mark":
            return [self.figure.vspan(x=np.concatenate(one.xs), line_width=1.4)]
        width = 1.2 if one.kind == "theory" else 2.2
        lines = [thinned(x, y) for x, y in zip(one.xs, one.ys, strict=True)]
        xs, ys = [x for x, _ in lines], [y for _, y in lines]
        return [self.figure.multi_line(xs, ys, line_width=width,
                                       line_alpha=0.75 if len(xs) > 1 else 1.0)]  # fmt: skip

    def _explain(self) -> None:
        """Name in the legend what the colours are and, by lines without a place, the records."""
        own = [(one, made) for one, made in self._drawn if one.kind != "theory" and one.record >= 0]
        things = {one.label: made for one, made in reversed(own)}
        if len(things) <= 1:
            records = {one.record: made for one, made in own}
            self._tell([(self._names[k], made) for k, made in sorted(records.items())])
            return
        for k in sorted({one.record for one, _ in own}):
            self._signs.append(self.figure.line([np.nan], [np.nan], line_width=2, name=str(k)))
        named = [(self._names[int(sign.name or 0)], [sign]) for sign in self._signs]
        self._tell([*reversed(things.items()), *named])

    def paint(self, dark: bool) -> None:
        """Give everything the colours of light or dark ground."""
        super().paint(dark)
        self._zero.line_color = ground(dark).ink
        for one, made in self._drawn:
            paint = shade(one.role, one.record, dark)
            dash = [] if one.record < 0 else DASHES[one.record % len(DASHES)]
            for renderer in made:
                glyph: Any = renderer.glyph
                glyph.line_color = paint
                if hasattr(glyph, "marker"):
                    glyph.fill_color = paint if one.record % 2 == 0 else ground(dark).paper
                else:
                    glyph.line_dash = dash
        for sign in self._signs:
            glyph = sign.glyph
            record = int(sign.name or 0)
            glyph.update(line_color=shade("theory", record, dark), line_dash=DASHES[record % 4])


def shade(role: str, record: int, dark: bool) -> str:
    """Return the colour of a role for a record: every other one is closer to the ink."""
    base = colour(role, dark)
    if record < 0 or record % 2:
        return base
    return mixed(base, ground(dark).ink, INKED)


def mixed(paint: str, other: str, share: float) -> str:
    """Return a colour with a share of another, both as ``#RRGGBB``."""
    parts = [(int(paint[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in parts)


def strokes(sides: list[list[Series]]) -> list[Stroke]:
    """Return what is drawn of all records; theory that is the same in all is drawn once."""
    found = []
    for k, drawn in enumerate(sides):
        for name, lines in grouped(drawn).items():
            one = stroke(k, lines)
            if one.kind == "theory" and all(equal(lines, grouped(s).get(name)) for s in sides):
                if k == 0:
                    found.append(replace(one, record=-1))
            else:
                found.append(one)
    return found


def stroke(record: int, lines: list[Series]) -> Stroke:
    """Return series of one variable as one stroke."""
    first = lines[0]
    if first.kind == "bars":
        x, y = outline(first.x, first.y)
        return Stroke(record, first.label, first.role, "bars", [x], [y])
    xs, ys = [one.x for one in lines], [one.y if first.kind != "mark" else one.x for one in lines]
    return Stroke(record, first.label, first.role, seen(first.kind, xs), xs, ys)


def seen(kind: str, xs: list[np.ndarray]) -> str:
    """Return how lines are drawn: with their points, where one point is all there is of them."""
    return "joined" if kind == "line" and max(x.size for x in xs) == 1 else kind


def grouped(drawn: list[Series]) -> dict[str, list[Series]]:
    """Return the series of each variable that has any data."""
    found: dict[str, list[Series]] = {}
    for one in drawn:
        if one.x.size and one.kind != "band":  # of another record it would hide what is compared
            found.setdefault(one.name.rpartition(" ")[0] or one.name, []).append(one)
    return found


def equal(lines: list[Series], others: list[Series] | None) -> bool:
    """Return whether two groups of series hold the same numbers."""
    return (
        others is not None
        and len(lines) == len(others)
        and all(
            np.array_equal(a.x, b.x) and np.array_equal(a.y, b.y, equal_nan=True)
            for a, b in zip(lines, others, strict=True)
        )
    )


def outline(edges: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the line around bars from their left edges and heights."""
    sides = np.append(edges, edges[-1] + bar_width(edges))
    return np.repeat(sides, 2), np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])
