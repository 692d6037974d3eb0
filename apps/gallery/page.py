"""The gallery page: every model as a card with a picture that the model itself computed.

The page is plain HTML with a small script and needs no session on the server, so its first card
is seen at once; Panel is loaded only by the pages that run something.
"""

from __future__ import annotations

import html
import importlib
import inspect
import re
import unicodedata
import zlib
from functools import cache

import models
from apps.gallery.plain import document
from apps.pictures import path_of, text_of
from workbench import Model

PACE = {"live": "answers while you drag", "seconds": "runs seconds", "minutes": "runs minutes"}
WELCOME = (
    "Here you can watch a memory being formed, recalled and lost. Choose a model, press Run, and "
    "change what you like: every picture is computed before your eyes. Each run can be shared as "
    "a link, saved as data, and repeated from a script."
)

BODY = """
<h1>Models of memory</h1>
<section id="welcome" aria-label="What this is"><p>{welcome}</p>
<button type="button" id="seen">Got it</button></section>
<div class="search" role="search">
<label for="words">Search the models</label>
<input type="search" id="words" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"
 aria-describedby="found" placeholder="inhibition, Kanerva, recall, ...">
<kbd aria-hidden="true">/</kbd>
<p id="found" role="status"></p>
</div>
<div class="families">{families}</div>
<section id="none" hidden><p>No model has the words <b id="sought"></b>.</p>
<p>Try fewer or other words, such as an author, <i>inhibition</i> or <i>recall</i>.</p>
<button type="button" id="all">Show all models</button></section>
"""


@cache
def gallery() -> str:
    """Return the page that lists all models, the same for everybody."""
    return document("Gallery", BODY.format(welcome=WELCOME, families=families()), here="/")


def families() -> str:
    """Return the models' cards under the headings of their families."""
    found: dict[str, list[str]] = {}
    for key in models.names():
        found.setdefault(family(models.get(key)), []).append(card(key))
    return "".join(
        f"<section class='family'><h2>{html.escape(name)}</h2>"
        f"<ul class='cards'>{''.join(cards)}</ul></section>"
        for name, cards in found.items()
    )


def family(model: type[Model]) -> str:
    """Return what the family of a model is called: the first words of its folder's text."""
    folder = importlib.import_module(model.__module__.rpartition(".")[0])
    return re.split(r"[:.]", inspect.getdoc(folder) or "Models", maxsplit=1)[0]


def card(key: str) -> str:
    """Return a model's card as a link to its lab page."""
    model = models.get(key)
    source = model.references[0] if model.references else None
    author = f"{source.authors.split(',')[0].split(' ')[0]} {source.year}, " if source else ""
    return (
        f"<li data-words='{html.escape(' '.join(words(model)), quote=True)}'>"
        f"<a class='card' href='lab?model={key}'>{picture(key)}"
        f"<h3>{html.escape(model.title)}</h3><p>{html.escape(model.summary)}</p>"
        f"<p class='facts'>{html.escape(author)}{PACE[model.pace]}</p></a></li>"
    )


def picture(key: str) -> str:
    """Return a model's picture, for light and for dark ground, with what it says as its text."""
    return (
        f"<picture><source class='dark' media='(prefers-color-scheme: dark)' "
        f"srcset='{address(key, 'dark')}'>"
        f"<img src='{address(key, 'light')}' alt='{html.escape(text_of(key), quote=True)}' "
        "width='640' height='400'></picture>"
    )


def address(key: str, ground: str) -> str:
    """Return where a picture is served; its number lets a browser keep it until it changes."""
    path = path_of(key, ground)
    number = zlib.crc32(path.read_bytes()) if path.is_file() else 0
    return f"pictures/{path.name}?v={number:x}"


def words(model: type[Model]) -> list[str]:
    """Return the words by which a model is found, each once, without accents or capitals."""
    sources = [f"{one.authors} {one.year} {one.title}" for one in model.references]
    text = [model.title, model.summary, family(model), inspect.getdoc(model) or "", *sources]
    return list(dict.fromkeys(re.findall(r"[\w-]+", plain(" ".join(text)))))


def plain(text: str) -> str:
    """Return a text in small letters without accents, as the search compares it."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))
