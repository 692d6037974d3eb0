"""A page with the switch for sound and a button that brings spikes: ``sound_server.py PORT``."""

import sys

import numpy as np
import panel as pn
import panel_material_ui as pmui
import xarray as xr

from apps.lab.sound import Sound
from apps.shell.frame import Browser, adapt, page
from workbench import variable

SPIKES = 10
ROLES = np.array(["excitatory", "inhibitory"])


def spikes() -> xr.Dataset:
    """Return ten spikes of two cells in turn, two of three of the first."""
    cells = np.arange(SPIKES) % 3 // 2
    return xr.Dataset(
        {
            "spike_time": variable("spike", np.linspace(5, 6, SPIKES), "s", "time"),
            "spike_cell": variable("spike", cells, "1", "cell"),
            "cell_role": variable("cell", ROLES, "1", "role"),
        }
    )


def sound_page() -> pmui.Page:
    sound, browser = Sound(on="on" in pn.state.session_args), Browser()
    bring = pmui.Button(label="Bring spikes")
    said = pn.pane.HTML("<p>0 brought</p>")

    def brought(event) -> None:
        sound.hear(spikes())
        said.object = f"<p>{event.new} brought</p>"

    bring.param.watch(brought, "clicks")
    return adapt(page("Sound", [sound.view, bring, said, browser], [], here="/lab"), browser)


if __name__ == "__main__":
    port = int(sys.argv[1])
    pn.serve({"/": sound_page}, port=port, address="localhost", show=False)
