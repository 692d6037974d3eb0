"""How a lab is laid out: what stands in the middle, from the top."""

from __future__ import annotations

import html
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.lab.equations import equations_html
from apps.shell.frame import words
from apps.shell.look import PHONE, STILL_STYLE, STYLE
from workbench import Model

#: On a phone the row of buttons covers the lower end. Beside the parameters the model's name is
#: read there; where they are a sheet, it is the title.
ROOM = f"@media (max-width: {PHONE}px) {{ :host {{ padding-bottom: 190px; }} }}"
TITLE = f"""
h1 {{ font-size: 18px; margin: 0; }}
@media (min-width: {PHONE}px) {{
  h1 {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
}}
"""


def middle(model: type[Model], *parts: Any) -> Any:
    """Return the parts of a lab one below the other, with the model's name for a title."""
    heading = words(f"<h1>{html.escape(model.title)}</h1>", stylesheets=[STYLE, TITLE], margin=0)
    return pn.Column(
        heading, *[part for part in parts if part is not None],
        sizing_mode="stretch_width", margin=(8, 16), stylesheets=[ROOM],
    )  # fmt: skip


def tabs(model: type[Model], sources: Any, data: Any) -> Any:
    """Return equations, sources and data behind their tabs."""
    return pmui.Tabs(
        ("Equations", words(equations_html(model), margin=(8, 0))),
        ("Sources", sources),
        ("Data", data),
        sizing_mode="stretch_width",
        stylesheets=[STILL_STYLE],
    )
