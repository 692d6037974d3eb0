"""Equations and sources of a model as HTML; MathML needs no script and screen readers read it."""

from __future__ import annotations

import html

from latex2mathml.converter import convert

from workbench import Model


def equations_html(model: type[Model]) -> str:
    """Return each equation with the words that explain it."""
    if not model.equations:
        return "<p>This model states no equations.</p>"
    parts = [
        f"<div class='equation'>{convert(one.latex, display='block')}"
        f"<p>{html.escape(one.text)}</p></div>"
        for one in model.equations
    ]
    return "".join(parts)


def sources_html(model: Model) -> str:
    """Return the references of what a run with these values uses."""
    items = []
    for reference in model.cite():
        text = html.escape(str(reference).split(" https://doi.org/")[0])
        doi = html.escape(reference.doi)
        link = f" <a href='https://doi.org/{doi}'>doi:{doi}</a>" if doi else ""
        items.append(f"<li>{text}{link}</li>")
    return f"<ul>{''.join(items)}</ul>" if items else "<p>No sources are given.</p>"
