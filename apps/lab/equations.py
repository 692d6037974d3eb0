"""Equations, sources and data as HTML; MathML needs no script and screen readers read it."""

from __future__ import annotations

import html

import xarray as xr
from latex2mathml.converter import convert

from workbench import Model


def equations_html(model: type[Model]) -> str:
    """Return each equation with the words that explain it."""
    if not model.equations:
        return "<p>This model states no equations.</p>"
    parts = [
        "<div class='equation' tabindex='0' role='group' aria-label='equation'>"
        f"{convert(one.latex, display='block')}"
        f"<p>{html.escape(one.text)}</p></div>"
        for one in model.equations
    ]
    return "".join(parts)


def dataset_html(data: xr.Dataset) -> str:
    """Return the table of variables with their sizes and units."""
    rows = "".join(
        f"<tr><td>{name}</td><td>{var.attrs['long_name']}</td><td>{var.attrs['units']}</td>"
        f"<td>{' × '.join(f'{d} {n}' for d, n in var.sizes.items()) or 'one value'}</td></tr>"
        for name, var in data.variables.items()
    )
    head = "<tr><th>name</th><th>what it is</th><th>unit</th><th>size</th></tr>"
    return (
        "<div class='wide' tabindex='0' role='group' aria-label='variables'>"
        f"<table>{head}{rows}</table></div>"
    )
