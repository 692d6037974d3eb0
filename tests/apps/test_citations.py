"""Citations of references, as text and as BibTeX."""

from __future__ import annotations

import json
import re

import pytest

import models
from apps.lab.citations import Sources, bibtex, key, people
from workbench import Reference

HEBB = Reference("Hebb DO", 1949, "The Organization of Behavior", "Wiley Press, New York")
TETZLAFF = Reference(
    "Tetzlaff C, Kolodziejski C, et al.", 2012, "Scaling & more", "Frontiers 6(2):36", "10.1/x"
)


def test_an_article_has_journal_volume_issue_and_pages():
    assert bibtex(TETZLAFF) == (
        "@article{tetzlaff2012,\n"
        "  author = {Tetzlaff, C. and Kolodziejski, C. and others},\n"
        "  title = {{Scaling \\& more}},\n"
        "  year = {2012},\n"
        "  journal = {Frontiers},\n"
        "  volume = {6},\n"
        "  number = {2},\n"
        "  pages = {36},\n"
        "  doi = {10.1/x},\n"
        "}"
    )


def test_a_book_has_a_publisher():
    assert bibtex(HEBB).startswith("@book{hebb1949,\n  author = {Hebb, D. O.},")
    assert "publisher = {Wiley Press, New York}" in bibtex(HEBB)


@pytest.mark.parametrize(
    ("authors", "written"),
    [
        ("Zamora-López G", "Zamora-López, G."),
        ("O'Shea J, Tomé DF", "O'Shea, J. and Tomé, D. F."),
        ("The MNIST authors", "The MNIST authors"),
    ],
)
def test_names_are_last_then_first(authors, written):
    assert people(authors) == written


def test_a_key_is_plain():
    assert key(Reference("Tomé DF", 2024, "t", "w")) == "tome2024"


@pytest.mark.parametrize("name", models.names())
def test_every_source_of_every_model_can_be_cited(name):
    sources = Sources()
    sources.tell(models.get(name)().cite())
    listed = json.loads(sources.listed)
    assert len(listed) == len(models.get(name)().cite())
    for one in listed:
        assert re.match(r"@(article|book|misc)\{\w+\d{4},\n", one["bibtex"])
        assert one["bibtex"].count("{") == one["bibtex"].count("}")
        assert one["doi"] in one["bibtex"] and one["doi"] in one["plain"]
