"""What can be taken away from a run: link, script, data, figure; and keeping it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.figures import file_stem, save_figure
from workbench import ParameterError, Record, nwb
from workbench.script import script

#: Name -> ending, and how its bytes are made.
OFFERS: dict[str, tuple[str, Callable[[Record], bytes]]] = {
    "Script": (".py", lambda record: script(record).encode()),
    "Data (NetCDF)": (".nc", lambda record: bytes(record.encoded())),
    "Spikes (NWB)": (".nwb", nwb.encoded),
    "Figure (PNG)": (".png", lambda record: picture(record, ".png")),
    "Figure (SVG)": (".svg", lambda record: picture(record, ".svg")),
}
#: The address is set by the server first, then copied.
COPY = "setTimeout(() => navigator.clipboard.writeText(window.location.href), 300)"


class Files(pn.viewable.Viewer):
    """A row of buttons for the run that is shown.

    Parameters
    ----------
    record : callable
        Returns the record that is shown, or None.
    link : callable
        Writes the whole run into the page's address.
    keep : callable
        Stores the record that is shown.
    """

    def __init__(
        self,
        record: Callable[[], Record | None],
        link: Callable[[], None],
        keep: Callable[[Record], None],
    ) -> None:
        self._record = record
        copy = plain("Copy link", "link", link)
        copy.js_on_click(code=COPY)
        keeping = plain("Keep", "bookmark_add", lambda: keep(self._shown()))
        offers = {name: self._download(name) for name in OFFERS}
        self._spikes = offers["Spikes (NWB)"]
        self._spikes.visible = False
        self._needing = [keeping, *offers.values()]
        self._view = pmui.FlexBox(copy, *self._needing, gap="8px", margin=(4, 0))
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

    def _download(self, name: str) -> Any:
        ending, make = OFFERS[name]
        offer = pmui.FileDownload(
            label=name, filename=f"run{ending}", variant="text", size="small", disabled=True
        )

        def deliver() -> io.BytesIO:
            offer.filename = file_stem(self._shown()) + ending
            return io.BytesIO(make(self._shown()))

        offer.callback = deliver
        return offer

    def _shown(self) -> Record:
        record = self._record()
        if record is None:
            raise ParameterError("There is no run yet whose files could be saved.")
        return record


def plain(label: str, icon: str, press: Callable[[], None]) -> Any:
    """Return a button without a frame that calls `press`."""
    made = pmui.Button(label=label, icon=icon, variant="text", size="small")
    made.on_click(lambda _event: press())
    return made


def picture(record: Record, ending: str) -> bytes:
    """Return the bytes of a record's figure."""
    with tempfile.TemporaryDirectory() as folder:
        return save_figure(record, Path(folder) / f"figure{ending}").read_bytes()
