"""What can be taken away from a run: link, script, data, figures; and keeping it."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.drawing.figures import file_stem, save_figure
from apps.lab.copying import CopyLink
from apps.lab.tables import csv_bytes
from apps.shell.frame import when_loaded
from workbench import Observable, ParameterError, Record, nwb
from workbench.script import script

#: Name -> ending, and how its bytes are made.
OFFERS: dict[str, tuple[str, Callable[[Record], bytes]]] = {
    "Script": (".py", lambda record: script(record).encode()),
    "Data (NetCDF)": (".nc", lambda record: bytes(record.encoded())),
    "Data (CSV)": (".csv.zip", lambda record: csv_bytes(record, file_stem(record))),
    "Spikes (NWB)": (".nwb", nwb.encoded),
}
FIGURES = {"Figure (PNG)": ".png", "Figure (SVG)": ".svg"}
ALL = "all figures"


class Files(pn.viewable.Viewer):
    """A row of buttons for the run that is shown.

    Parameters
    ----------
    record : callable
        Returns the record that is shown, or None.
    link : callable
        Writes the whole run into the page's address, and returns the address's query.
    keep : callable
        Stores the record that is shown.
    observables : iterable of Observable
        Whose figures can be saved one by one.
    problem : callable
        Called with the sentence when a file could not be made.
    """

    def __init__(
        self,
        record: Callable[[], Record | None],
        link: Callable[[], str],
        keep: Callable[[Record], None],
        observables: tuple[Observable, ...] = (),
        problem: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._record, self._problem = record, problem
        keeping = plain("Keep", "bookmark_add", lambda: keep(self._shown()))
        self._figures = {one.title: one for one in observables}
        self._figure = pmui.Select(
            label="figure", options=[ALL, *self._figures], value=ALL, size="small", width=190,
            margin=(4, 0), visible=len(observables) > 1,
        )  # fmt: skip
        offers = {name: self._download(name, *offer) for name, offer in OFFERS.items()}
        pictures = [self._drawing(name, ending) for name, ending in FIGURES.items()]
        self._spikes = offers["Spikes (NWB)"]
        self._spikes.visible = False
        self._needing = [keeping, *offers.values(), self._figure, *pictures]
        self._view = pmui.FlexBox(
            CopyLink(link), *self._needing, gap="8px", align_items="center", margin=(4, 0)
        )
        self.open(False)
        super().__init__()

    def __panel__(self) -> Any:
        return self._view

    def open(self, ready: bool) -> None:
        """Offer what needs a record, or not; and spikes only of a record that holds some."""
        record = self._record() if ready else None
        if record is not None:
            self._spikes.visible = nwb.has_spikes(record) and nwb.installed()
        for one in self._needing:
            if one.disabled == ready:
                one.disabled = not ready

    def _download(self, name: str, ending: str, make: Callable[[Record], bytes]) -> Any:
        offer = pmui.FileDownload(
            label=name, filename=f"run{ending}", variant="text", size="small", disabled=True
        )

        def deliver() -> io.BytesIO:
            offer.filename = f"{file_stem(self._shown())}{ending}"
            try:
                return io.BytesIO(make(self._shown()))
            except (ParameterError, OSError) as error:
                self._problem(f"The file could not be made: {error}")
                raise

        offer.callback = deliver
        return offer

    def _drawing(self, name: str, ending: str) -> Any:
        """Return the download of the chosen figure, or of all in one."""
        made = self._download(name, ending, lambda record: self._picture(record, ending))
        deliver = made.callback

        def named() -> io.BytesIO:
            drawn = deliver()
            if self._figure.value != ALL:
                part = re.sub(r"\W+", "-", self._figure.value.lower()).strip("-")
                made.filename = f"{file_stem(self._shown())}-{part}{ending}"
            return drawn

        made.callback = named
        return made

    def _picture(self, record: Record, ending: str) -> bytes:
        chosen = self._figures.get(self._figure.value)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"figure{ending}"
            return save_figure(record, path, chosen and [chosen]).read_bytes()

    def _shown(self) -> Record:
        record = self._record()
        if record is None:
            raise ParameterError("There is no run yet whose files could be saved.")
        return record


def plain(label: str, icon: str, press: Callable[[], None]) -> Any:
    """Return a button without a frame that calls `press`."""
    made = pmui.Button(label=label, icon=icon, variant="text", size="small")
    made.on_click(lambda _event: when_loaded(press))
    return made
