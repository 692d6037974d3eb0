"""The control of a picture: choose or drop a file, and see the bits that become of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from apps.lab.upload import LARGEST, NAMES, picture_bits, preview, refuse_size
from apps.shell.frame import words
from workbench import ParameterError, Picture
from workbench.parameters import shown

HOW = (
    "{names}, at most {most:g} MB. The picture is laid on white paper and shrunk whole into "
    "{side} x {side} pixels. A pixel is 1 where it is darker than Otsu's threshold, which parts "
    "the shades into the two groups that are most alike within."
)


class FileButton(JSComponent):
    """A button that asks for a file, beside a preview; a file may be dropped on it as well.

    A file that is too large is not sent, only its size.
    """

    most = param.Integer(doc="bytes that are sent at most")
    disabled = param.Boolean(doc="whether no file is taken")
    source = param.String(doc="address of the preview")
    said = param.String(doc="what the preview shows")
    label = param.String(doc="what is asked for")

    _esm = """
    export function render({ model }) {
      const box = document.createElement("div")
      box.className = "box"
      const seen = document.createElement("img")
      const side = document.createElement("div")
      const button = document.createElement("button")
      button.type = "button"
      const said = document.createElement("p")
      said.setAttribute("role", "status")
      const input = document.createElement("input")
      input.type = "file"
      input.accept = "image/png,image/jpeg,image/gif,image/webp"
      input.hidden = true
      input.tabIndex = -1
      const send = async (file) => {
        if (!file || model.disabled) { return }
        const told = { name: file.name, size: file.size, data: "" }
        if (file.size <= model.most) {
          const bytes = new Uint8Array(await file.arrayBuffer())
          for (let i = 0; i < bytes.length; i += 8192) {
            told.data += String.fromCharCode(...bytes.subarray(i, i + 8192))
          }
          told.data = btoa(told.data)
        }
        model.send_msg(told)
        input.value = ""  // so that the same file can be chosen again
      }
      button.addEventListener("click", () => input.click())
      input.addEventListener("change", () => send(input.files[0]))
      box.addEventListener("dragover", (event) => event.preventDefault())
      box.addEventListener("drop", (event) => {
        event.preventDefault()
        send(event.dataTransfer.files[0])
      })
      const show = () => {
        seen.src = model.source
        seen.alt = said.textContent = model.said
        button.textContent = `Choose ${model.label} ...`
        button.disabled = model.disabled
      }
      for (const name of ["source", "said", "label", "disabled"]) { model.on(name, show) }
      show()
      side.append(button, said)
      box.append(seen, side, input)
      return box
    }
    """

    _stylesheets = [
        """
        .box { display: flex; gap: 12px; align-items: center; }
        img { width: 96px; height: 96px; image-rendering: pixelated; border: 1px solid #888; }
        p { font: 13px Roboto, Helvetica, Arial, sans-serif; margin: 8px 0 0 0; }
        button { font: 600 13px Roboto, Helvetica, Arial, sans-serif; padding: 6px 12px;
                 color: inherit; background: none; border: 1px solid currentColor;
                 border-radius: 4px; cursor: pointer; }
        button:disabled { opacity: 0.5; cursor: default; }
        button:focus-visible { outline: 3px solid var(--panel-primary-color, #00507D); }
        """
    ]

    def __init__(self, take: Callable[[dict[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self._take = take

    def _handle_msg(self, data: Any) -> None:
        self._take(data)


class PictureField(pn.viewable.Viewer):
    """The field of a picture, which answers like one widget.

    Parameters
    ----------
    parameter : Picture
        Says how large the picture is.
    value : str
        The picture to begin with.
    label : str
        Stands above.
    refuse : callable
        Called with the sentence when a file was refused, and with an empty text when all is well.
    """

    value = param.String(doc="the picture's text; changes when a file was taken")
    disabled = param.Boolean(doc="whether it may only be looked at")

    def __init__(
        self, parameter: Picture, value: str, label: str, refuse: Callable[[str], None]
    ) -> None:
        super().__init__(value=value)
        self.parameter, self._refuse = parameter, refuse
        self._button = FileButton(self.take, most=LARGEST, label=label)
        how = HOW.format(names=NAMES, most=LARGEST / 1e6, side=parameter.side)
        self._view = pn.Column(
            words(f"<p><b>{label}</b>: {parameter.doc}.</p>"), self._button,
            words(f"<p>{how}</p>"),
            sizing_mode="stretch_width", margin=(4, 0),
        )  # fmt: skip
        self.param.watch(lambda _event: self._display(), "value")
        self.param.watch(lambda event: self._button.param.update(disabled=event.new), "disabled")
        self._display()

    def __panel__(self) -> Any:
        return self._view

    def take(self, told: dict[str, Any]) -> None:
        """Take the file that the browser tells of, or refuse it and keep what there is."""
        try:
            name = str(told["name"])
            refuse_size(int(told["size"]), shown(name))
            content = base64.b64decode(told["data"])
            bits = picture_bits(content, self.parameter.side, name)
        except ParameterError as refused:
            self._refuse(str(refused))
            return
        self._refuse("")
        self.value = self.parameter.spell(bits)

    def _display(self) -> None:
        bits = self.parameter.bits(self.value)
        source = base64.b64encode(preview(bits)).decode()
        self._button.param.update(
            source=f"data:image/png;base64,{source}",
            said=f"{bits.sum()} of {bits.size} bits are on.",
        )
