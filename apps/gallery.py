"""The gallery page: every model as a card with a picture that the model itself computed."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import panel as pn

import models
from apps.shell import Browser, adapt, page

PICTURES = Path(__file__).parent / "pictures"
PACE = {"live": "answers while you drag", "seconds": "runs seconds", "minutes": "runs minutes"}

STYLE = """
.welcome { font-size: 15px; line-height: 1.5; max-width: 75ch; margin: 8px 0 20px 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr)); gap: 20px; }
.card { display: block; border: 1px solid rgba(128, 128, 128, 0.35); border-radius: 8px;
        color: inherit; text-decoration: none; overflow: hidden; }
.card:hover, .card:focus-visible { border-color: #0072B2; outline: 2px solid #0072B2; }
.card img { width: 100%; height: auto; aspect-ratio: 16 / 10; object-fit: contain; padding: 6px;
            box-sizing: border-box; background: #fff; }
.card h2 { font-size: 17px; margin: 12px 14px 4px 14px; }
.card p { font-size: 14px; line-height: 1.4; margin: 4px 14px; }
.card .facts { font-size: 13px; opacity: 0.8; margin-bottom: 14px; }
h1 { font-size: 22px; margin: 4px 0; }
"""


def gallery() -> Any:
    """Return the page that lists all models."""
    cards = "".join(card(key) for key in models.names())
    welcome = (
        "Here you can watch a memory being formed, recalled and lost. Choose a model, press Run, "
        "and change what you like: every picture is computed before your eyes. Each run can be "
        "shared as a link, saved as data, and repeated from a script."
    )
    body = pn.pane.HTML(
        f"<h1>Models of memory</h1><p class='welcome'>{welcome}</p>"
        f"<div class='cards'>{cards}</div>",
        stylesheets=[STYLE], sizing_mode="stretch_width", margin=(12, 20),
    )  # fmt: skip
    browser = Browser()
    return adapt(page("Gallery", [body, browser], [], here="/"), browser)


def card(key: str) -> str:
    """Return a model's card as a link to its lab page."""
    model = models.get(key)
    source = model.references[0] if model.references else None
    author = f"{source.authors.split(',')[0].split(' ')[0]} {source.year}, " if source else ""
    return (
        f"<a class='card' href='/lab?model={key}'>"
        f"<img src='/pictures/{key}.png' alt='' width='480' height='300'>"
        f"<h2>{html.escape(model.title)}</h2><p>{html.escape(model.summary)}</p>"
        f"<p class='facts'>{html.escape(author)}{PACE[model.pace]}</p></a>"
    )
