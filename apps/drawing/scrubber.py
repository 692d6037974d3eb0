"""The slider below a picture that is leafed through, such as over the epochs of a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from apps.drawing.leaves import Leaves
from apps.shell.look import FONT

#: Pixels that it takes, also before there is anything to leaf through; with room for sentences.
HIGH, SAID = 34, 62

SCRIPT = """
const PLAY = "M8 5v14l11-7z", HOLD = "M6 19h4V5H6zM14 5v14h4V5z"
const LONGEST = 8000, STEP = [80, 700]  // milliseconds of all, and of one

export function render({ model }) {
  const box = document.createElement("div")
  box.innerHTML = `<div class="row"><button type="button"><svg viewBox="0 0 24 24"
    aria-hidden="true"><path></path></svg></button><input type="range" min="0" step="1">
    <output></output></div><p></p>`
  const [button, path, slider, told, said] =
    ["button", "path", "input", "output", "p"].map((tag) => box.querySelector(tag))
  let timer = 0
  const words = () => `${model.name_of} ${model.labels[slider.value] ?? ""}`
  const tell = () => {
    const at = Number(slider.value) + 1, count = model.labels.length
    const place = model.labels[at - 1] === `${at}` ? ` of ${count}` : ` (${at} of ${count})`
    told.textContent = words() + place
    slider.setAttribute("aria-valuetext", words())
  }
  const move = (to) => { slider.value = to; tell(); model.at = Number(to) }
  const hold = () => {
    clearInterval(timer)
    timer = 0
    path.setAttribute("d", PLAY)
    button.setAttribute("aria-label", `Play ${model.label}`)
  }
  const play = () => {
    const last = model.labels.length - 1
    if (Number(slider.value) >= last) { move(0) }
    path.setAttribute("d", HOLD)
    button.setAttribute("aria-label", `Hold ${model.label}`)
    const pace = Math.min(Math.max(LONGEST / (last + 1), STEP[0]), STEP[1])
    timer = setInterval(() => {
      if (Number(slider.value) >= model.labels.length - 1 || !box.isConnected) { return hold() }
      move(Number(slider.value) + 1)
    }, pace)
  }
  button.addEventListener("click", () => timer ? hold() : play())
  slider.addEventListener("pointerdown", hold)
  slider.addEventListener("keydown", hold)
  slider.addEventListener("input", () => move(slider.value))
  const show = () => {
    slider.max = model.labels.length - 1
    slider.value = model.at
    slider.setAttribute("aria-label", model.label)
    said.textContent = model.said
    tell()
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches
  for (const name of ["labels", "at", "said"]) { model.on(name, show) }
  model.on("plays", () => { hold(); if (!still) { play() } })
  hold()
  show()
  if (model.plays && !still) { play() }
  return box
}
"""
STYLE = f"""
:host {{ --paint: var(--panel-primary-color); }}
.row {{ display: flex; gap: 10px; align-items: center; }}
button {{ width: 30px; height: 30px; padding: 0; flex: none; border-radius: 50%; cursor: pointer;
         color: var(--paint); background: none;
         border: 1px solid color-mix(in srgb, var(--paint) 60%, transparent); }}
button:hover {{ background: color-mix(in srgb, var(--paint) 8%, transparent); }}
svg {{ width: 18px; height: 18px; fill: currentColor; vertical-align: middle; }}
input {{ flex: 1 1 80px; min-width: 60px; max-width: 340px; accent-color: var(--paint);
        height: 24px; margin: 0; }}
output {{ font: 13px {FONT}; white-space: nowrap; font-variant-numeric: tabular-nums; }}
p {{ font: 13px/1.4 {FONT}; margin: 4px 0 0 0; }}
:is(button, input):focus-visible {{ outline: 3px solid var(--paint); outline-offset: 2px; }}
"""


class Scrubber(JSComponent):
    """A slider over pictures, with a button that plays them and a sentence about the one seen.

    Parameters
    ----------
    label : str
        What is leafed through, for who cannot see the picture.
    moved : callable
        Called with the number of the picture that a person chose; None where it is the one that
        is seen unless one chooses.
    """

    label = param.String(doc="what is leafed through")
    name_of = param.String(doc="what the pictures lie along")
    labels = param.List(default=[""], item_type=str, doc="what each is called")
    at = param.Integer(doc="which is seen")
    said = param.String(doc="the sentence about it")
    plays = param.Integer(doc="how often it was told to play")

    _esm = SCRIPT
    _stylesheets = [STYLE]

    def __init__(self, label: str, moved: Callable[[int | None], None], **params: Any) -> None:
        self._moved = moved
        self._leaves: Leaves | None = None
        self._chosen: int | None = None
        self._quiet = False  # whether a move comes from here and not from a person
        super().__init__(label=label, sizing_mode="stretch_width", margin=(0, 8), **params)
        self.param.watch(lambda event: self._choose(event.new), "at")

    def offer(self, leaves: Leaves) -> None:
        """Offer these pictures; the slider stays where a person put it."""
        self._leaves = leaves
        if self._chosen is not None and self._chosen >= len(leaves.labels):
            self._chosen = None
        self._show(leaves.first if self._chosen is None else self._chosen)

    def follow(self, number: int | None) -> None:
        """Stand where another slider over the same was put."""
        self._chosen = number
        if self._leaves:
            self._show(self._leaves.first if number is None else number)

    def _show(self, at: int) -> None:
        there = self._leaves
        assert there is not None
        self._quiet = True
        try:
            self.param.update(
                name_of=there.name, labels=there.labels, at=at,
                said=there.said[at] if there.said else "",
            )  # fmt: skip
        finally:
            self._quiet = False

    def _choose(self, at: int) -> None:
        if self._quiet or self._leaves is None:
            return
        at = min(max(at, 0), len(self._leaves.labels) - 1)
        self._chosen = None if at == self._leaves.first else at
        self.said = self._leaves.said[at] if self._leaves.said else ""
        self._moved(self._chosen)
