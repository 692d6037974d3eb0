"""What a lab shows of a run: pictures and readings, files, sources and data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import xarray as xr

from apps.drawing.stage import Stage
from apps.lab.asking import Asking
from apps.lab.citations import Sources
from apps.lab.equations import dataset_html
from apps.lab.files import Files
from apps.lab.layout import tabs
from apps.lab.sound import Sound
from apps.shell.frame import words
from workbench import Change, Model, Raster, Record
from workbench.link import query
from workbench.store import Store


class Shown:
    """The pictures of a run, and the record once it has ended.

    Parameters
    ----------
    model : Model
        What is run.
    store : Store
        Where records are kept.
    link : callable
        Writes the query of an address into the page's address, and returns it; called with
        nothing where there is no record.
    say : callable
        Called with a sentence about what was done, and whether it failed.

    Attributes
    ----------
    record : Record or None
        What is shown, once the run has ended.
    views : list
        What stands on the page, from the top.
    """

    def __init__(
        self,
        model: Model,
        store: Store,
        link: Callable[[str], str],
        say: Callable[[str, bool], None],
    ) -> None:
        self._kind = kind = type(model)
        self.record: Record | None = None
        self.stored: Record | None = None  # what need not be stored again
        self._store, self._link, self._say = store, link, say
        self.stage = Stage(kind)
        spikes = any(isinstance(one, Raster) for one in kind.observables)
        self.sound = Sound() if spikes else None
        self.asking = Asking(kind.inquiry) if kind.inquiry else None
        self.files = Files(
            lambda: self.record, self._linked, self._keep, kind.observables,
            lambda sentence: say(sentence, True),
        )  # fmt: skip
        self._sources = Sources(margin=(8, 0), sizing_mode="stretch_width")
        self._sources.tell(model.cite())
        self._data = words("<p>No data yet.</p>", margin=(8, 0))
        sound = [self.sound.view] if self.sound else []
        asking = [self.asking] if self.asking else []
        self.views: list[Any] = [
            *sound, self.stage, *asking, self.files, tabs(kind, self._sources, self._data),
        ]  # fmt: skip

    def clear(self) -> None:
        """Show nothing, as when a run begins."""
        self.record = None
        self.stage.clear()
        if self.asking:
            self.asking.close()
        self.files.open(False)

    def see(self, new: xr.Dataset) -> None:
        """Draw what is new, and let it be heard."""
        self.stage.draw(new)
        if self.sound:
            self.sound.hear(new)

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.stage.paint(dark)
        if self.asking:
            self.asking.paint(dark)

    def moment(self, data: xr.Dataset) -> None:
        """Show the run as it was, or is, at one moment; its record and files stay."""
        self.stage.replace(data)
        self.stage.read(data)

    def replace(self, record: Record, model: Model) -> None:
        """Draw a record in place of what was there."""
        self.stage.replace(record.data)
        self.end(record, model)

    def end(self, record: Record, model: Model) -> None:
        """Say what a record says, and offer its files."""
        self.record = record
        self.stage.read(record.data)
        self._sources.tell(model.cite())
        self._data.object = dataset_html(record.data)
        if self.asking:
            self.asking.offer(record.data)
        self.files.open(True)

    def _linked(self) -> str:
        """Write the run that is shown, live changes and all, into the page's address."""
        if self.record is None:
            return self._link("")
        stamp = self.record.stamp
        changes = [Change(**change) for change in stamp.changes]
        return self._link(query(self._kind(**stamp.parameters), stamp.seed, changes))

    def _keep(self, record: Record) -> None:
        """Store what is shown; the run of a worker was stored by itself."""
        if record is not self.stored:
            try:
                self._store.add(record)
            except OSError as error:
                self._say(str(error), True)
                return
            self.stored = record
        self._say(f"Kept as record {record.stamp.id}: see the page Runs.", False)
