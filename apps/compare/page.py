"""The page that lays records over each other and draws the difference."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.compare.parts import Compared, Part
from apps.compare.place import KINDS, Place, text
from apps.compare.words import labels, random_words, table_html
from apps.drawing.figures import observables_of
from apps.shell.frame import Browser, adapt, page, words
from apps.shell.together import together
from apps.work.desk import Desk
from workbench import Observable, ParameterError, Record
from workbench.record import RecordError
from workbench.store import Store

MOST = 4  # records
#: What the page says where there is nothing to compare.
NOTHING = (
    "<h2>Nothing to compare</h2><p>Choose two to four records of one model on the page "
    "<a href='/runs'>Runs</a> and press Compare.</p>"
)


class Compare(pn.viewable.Viewer):
    """Two to four records of one model.

    Parameters
    ----------
    records : sequence of Record
        The first is what the others are compared with.
    told : iterable of str
        Sentences about what was asked for and is not shown.
    at_once : bool
        Whether all is drawn now, or one observable with each call of `more`.
    """

    def __init__(
        self, records: Sequence[Record], told: Iterable[str] = (), at_once: bool = True
    ) -> None:
        self.places: list[Place] = []
        self.dark = False
        self._pending: list[Observable] = []
        self._narrow = pn.FlexBox(gap="8px 24px")
        self._wide = pn.Column(sizing_mode="stretch_width", margin=0)
        self._rest = text("")
        told, body = list(told), [words(NOTHING)]
        if len(records) >= 2:
            body = [text(heading(records)), self._narrow, self._wide, self._rest]
            against = [labels([records[0], record])[1] for record in records]
            self._runs = Compared([record.data for record in records], labels(records), against)
            try:
                self._pending = shown(records[0])
            except ParameterError as refused:
                told.append(str(refused))
        notes = [pmui.Alert(object=html.escape(one), severity="warning", margin=(4, 0))
                 for one in told]  # fmt: skip
        self._view = pn.Column(
            words("<h1>Compare</h1>"), *notes, *body, sizing_mode="stretch_width", margin=(8, 16)
        )
        super().__init__()
        while at_once and self.more():
            pass

    def __panel__(self) -> Any:
        return self._view

    @property
    def parts(self) -> list[Part]:
        """What is shown, in the order in which it is drawn."""
        return [place.part for place in self.places]

    def more(self) -> bool:
        """Draw the next observable; return whether there are others."""
        if not self._pending:
            return False
        place = Place(self._pending.pop(0), self._runs, self.dark, self._turn)
        self.places.append(place)
        if place.part.rows:
            (self._wide if place.part.wide else self._narrow).append(place)
        self._rest.object = self._remaining()
        return bool(self._pending)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.dark = dark
        with together():
            for place in self.places:
                place.paint(dark)

    def _turn(self, moved: Place, number: int | None) -> None:
        """Leaf through all that lie along the same dimension."""
        for place in self.places:
            if place is moved:
                place.turn(number)
            elif place.over == moved.over:
                place.follow(number)

    def _remaining(self) -> str:
        """Say how far the drawing is or, at its end, what there was nothing to draw of."""
        if self._pending:
            drawn, left = len(self.parts), len(self._pending)
            return f"<p role='status'>Drawing: {drawn} of {drawn + left} pictures ...</p>"
        missing = "; ".join(part.title for part in self.parts if not part.rows)
        return f"<p>Not in these records: {html.escape(missing)}.</p>" if missing else ""


def shown(record: Record) -> list[Observable]:
    """Return what is compared, in the order of the page: what takes all its width comes last.

    Raises
    ------
    ParameterError
        If the record's model is none of the workbench's own.
    """
    found: dict[tuple[str, ...], Observable] = {}
    for observable in observables_of(record):
        found.setdefault(observable.variables, observable)  # a moving window shows the same spikes
    return sorted(found.values(), key=lambda one: type(one) in KINDS)


def heading(records: Sequence[Record]) -> str:
    """Return what is told above the figures: what is compared, and what differs."""
    return (
        f"<p>{html.escape(records[0].stamp.title)}: {len(records)} records. Each is compared with "
        f"record 1.</p>{table_html(records)}<p>{html.escape(random_words(records))}</p>"
    )


def asked_for(store: Store, listed: str) -> tuple[list[Record], list[str]]:
    """Return the records with these ids, and a sentence for each that is not shown.

    Parameters
    ----------
    store : Store
        Where they are looked for: only what it lists is ever opened.
    listed : str
        Ids with commas between.
    """
    ids = [id.strip() for id in listed.split(",") if id.strip()]
    found: dict[str, Record] = {}
    told = []
    for id in dict.fromkeys(ids):
        try:
            record = store.open(id)
        except RecordError as missing:
            told.append(str(missing))
            continue
        first = next(iter(found.values()), record).stamp
        if record.stamp.model != first.model:
            told.append(
                f"Record {record.stamp.id} is of another model ({record.stamp.title}, not "
                f"{first.title}) and is left out."
            )
        elif len(found) == MOST:
            told.append(f"Record {record.stamp.id} is left out: at most {MOST} are compared.")
        else:
            found.setdefault(record.stamp.id, record)
    if ids and len(found) == 1:
        told.append("Only one record is left: a comparison needs two.")
    return list(found.values()), told


def compare_page(desk: Desk) -> Any:
    """Return the page that compares the records which the address names."""
    given = (pn.state.session_args or {}).get("runs", [b""])
    records, told = asked_for(desk.store, given[0].decode(errors="replace")[:500])
    compare, browser = Compare(records, told, at_once=False), Browser()
    pn.state.onload(lambda: later(compare))
    made = page("Compare", [compare, browser], [], here="/compare")
    made.param.watch(lambda event: compare.paint(event.new), "dark_theme")
    return adapt(made, browser)


def go_on(compare: Compare) -> None:
    """Draw the next observable, and the others after the server has looked at its other pages."""
    if compare.more():
        later(compare)


def later(compare: Compare) -> None:
    """Draw in a turn of its own: what is added while a page loads comes in the wrong order."""
    if pn.state.curdoc:
        pn.state.curdoc.add_next_tick_callback(lambda: go_on(compare))
