"""Hearing spikes: a switch, off at first, and soft clicks while a run goes on.

Ears follow rhythm and synchrony where eyes see a cloud of dots. A tick of the page brings the
spikes of some biological time at once; they are spread over the time until the next one, and of
many spikes as many are heard as can be told apart. Inhibitory cells click lower.
"""

from __future__ import annotations

import time

import numpy as np
import param
import xarray as xr
from numpy.typing import ArrayLike
from panel.custom import JSComponent

#: Clicks of one tick at most.
MOST = 60
#: Seconds over which the spikes of a tick are spread, whatever time passed since the last.
SHORTEST, LONGEST = 0.05, 0.5


class Clicks(JSComponent):
    """The switch on the page, and the browser's own synthesiser behind it.

    Browsers make no sound before a person has done something on the page, so the first gesture
    wakes it where the switch is on from the start.
    """

    hearing = param.Boolean(default=False, doc="whether spikes are to be heard")

    _stylesheets = [
        """
        label { display: inline-flex; align-items: center; gap: 8px; cursor: pointer;
                font: 13px Roboto, Helvetica, Arial, sans-serif; min-height: 28px; }
        input { width: 16px; height: 16px; margin: 0; accent-color: #0072B2; cursor: pointer; }
        """
    ]
    _esm = """
    const PITCH = { low: 420, high: 1250 }  // hertz: inhibitory, all others
    const LOUDNESS = 0.03, LENGTH = 0.02, AHEAD = 0.02  // of 1; seconds; seconds
    let audio = null  // one for the page, however often the switch is drawn

    export function render({ model }) {
      const label = document.createElement("label")
      const box = Object.assign(document.createElement("input"), { type: "checkbox" })
      box.setAttribute("role", "switch")
      box.checked = model.hearing
      label.append(box, "Hear the spikes")

      const active = () => box.checked && label.isConnected  // a switch that was redrawn is not
      const wake = () => { if (active()) { (audio ??= new AudioContext()).resume() } }
      const click = (when, pitch) => {
        const tone = audio.createOscillator(), level = audio.createGain()
        tone.frequency.value = pitch
        level.gain.setValueAtTime(LOUDNESS, when)
        level.gain.exponentialRampToValueAtTime(LOUDNESS / 1000, when + LENGTH)
        tone.connect(level).connect(audio.destination)
        tone.start(when)
        tone.stop(when + LENGTH)
      }
      box.addEventListener("change", () => {
        model.hearing = box.checked
        if (box.checked) { wake() } else { audio?.suspend() }
      })
      model.on("hearing", () => { box.checked = model.hearing })
      model.on("msg:custom", ({ at, low }) => {
        if (!active() || audio?.state !== "running") { return }
        const start = audio.currentTime + AHEAD
        at.forEach((after, i) => click(start + after, low[i] ? PITCH.low : PITCH.high))
      })
      const gestures = ["pointerdown", "keydown"]
      gestures.forEach((one) => window.addEventListener(one, wake))
      model.on("remove", () => {
        gestures.forEach((one) => window.removeEventListener(one, wake))
        audio?.suspend()
      })
      return label
    }
    """


class Sound:
    """What makes the spikes of a run heard.

    Parameters
    ----------
    on : bool
        Whether spikes are heard from the start.

    Attributes
    ----------
    view : Clicks
        The switch, to be put on the page.
    """

    def __init__(self, on: bool = False) -> None:
        self.view = Clicks(hearing=on)
        self._roles = np.empty(0, str)
        self._last = time.monotonic()

    @property
    def on(self) -> bool:
        """Whether spikes are heard."""
        return self.view.hearing

    def hear(self, data: xr.Dataset) -> None:
        """Play the spikes of a new piece of data, if it holds any."""
        if "cell_role" in data.variables:
            self._roles = data.cell_role.values.astype(str)
        if {"spike_time", "spike_cell"} <= set(data.variables):
            cells = data.spike_cell.values
            known = self._roles.size > cells.max(initial=-1)
            roles = self._roles[cells] if known else np.full(cells.size, "")
            self.play(data.spike_time.values, roles)

    def play(self, times: ArrayLike, roles: ArrayLike) -> None:
        """Send spikes to the browser, spread over the time of a tick; nothing while it is off.

        Parameters
        ----------
        times : shape (spikes,)
            Spike times (s, biological), in any order.
        roles : shape (spikes,)
            Role of the cell that fired each: "inhibitory" clicks lower than all others.
        """
        now = time.monotonic()
        tick = min(max(now - self._last, SHORTEST), LONGEST)
        self._last = now
        when, low = np.asarray(times, dtype=float), np.asarray(roles) == "inhibitory"
        if not self.on or when.size == 0:
            return
        heard = np.argsort(when)[chosen(when.size)]
        when, low = when[heard], low[heard]
        after = (when - when[0]) * tick / ((when[-1] - when[0]) or 1.0)
        self.view._send_msg({"at": after.round(4).tolist(), "low": low.tolist()})


def chosen(count: int) -> np.ndarray:
    """Return which of so many spikes are heard: all, or `MOST` evenly from first to last."""
    return np.linspace(0, count - 1, min(count, MOST)).round().astype(int)
