"""The sources of a run, each with a citation to copy."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import param
from panel.custom import JSComponent

from apps.lab.copying import BUTTON, SCRIPT
from apps.shell.look import STYLE
from workbench.model import Reference

SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"})
#: Journal, volume, issue and pages or number of the article, as references write them.
WHERE = re.compile(r"(?P<journal>\D+) (?P<volume>\d+)(?:\((?P<number>\w+)\))?:(?P<pages>[\w-]+)")


class Sources(JSComponent):
    """References with their links, and buttons that copy each as plain text or BibTeX."""

    listed = param.String(default="[]", doc="JSON: text, doi, plain and bibtex of each")

    _esm = (
        SCRIPT
        + """
    const part = (tag, text, rest = {}) => Object.assign(
      document.createElement(tag), { textContent: text, ...rest })

    export function render({ model }) {
      const box = document.createElement("div")
      const item = (one) => {
        const made = part("li", one.text + " "), status = part("span", "")
        if (one.doi) {
          made.append(part("a", `doi:${one.doi}`, { href: `https://doi.org/${one.doi}` }))
        }
        status.setAttribute("role", "status")
        const button = (words, what, text) => {
          const made = part("button", words, { type: "button" })
          made.setAttribute("aria-label", `${words} of ${one.short}`)
          made.addEventListener("click", async () => {
            said(status, await copied(text, box), what)
            made.focus()
          })
          return made
        }
        made.append(document.createElement("br"), button("Copy citation", "Citation", one.plain),
          button("Copy BibTeX", "BibTeX", one.bibtex), status)
        return made
      }
      const show = () => {
        const all = JSON.parse(model.listed)
        const list = document.createElement("ul")
        list.append(...all.map(item))
        box.replaceChildren(all.length ? list : part("p", "No sources are given."))
      }
      model.on("listed", show)
      show()
      return box
    }
    """
    )
    _stylesheets = [STYLE, BUTTON, "li { margin-bottom: 10px; } ul { padding-left: 20px; }"]

    def tell(self, references: Iterable[Reference]) -> None:
        """Show these."""
        self.listed = json.dumps([told(one) for one in references])


def told(reference: Reference) -> dict[str, Any]:
    """Return what the page tells of a reference."""
    return {
        "text": str(reference).split(" https://doi.org/")[0], "doi": reference.doi,
        "short": f"{reference.authors.split(',')[0]} {reference.year}",
        "plain": str(reference), "bibtex": bibtex(reference),
    }  # fmt: skip


def bibtex(reference: Reference) -> str:
    """Return a reference as an entry of BibTeX.

    Examples
    --------
    >>> from workbench import Reference
    >>> print(bibtex(Reference("Kanerva P", 1988, "Sparse Distributed Memory", "MIT Press")))
    @book{kanerva1988,
      author = {Kanerva, P.},
      title = {{Sparse Distributed Memory}},
      year = {1988},
      publisher = {MIT Press},
    }
    """
    fields = {
        "author": people(reference.authors),
        "title": f"{{{reference.title.translate(SPECIAL)}}}",
        "year": str(reference.year),
    }
    article = WHERE.fullmatch(reference.where)
    if article:
        fields |= {name: text for name, text in article.groupdict().items() if text}
    kind = "article" if article else "book" if "Press" in reference.where else "misc"
    if not article:
        name = "publisher" if kind == "book" else "howpublished"
        fields[name] = reference.where.translate(SPECIAL)
    if reference.doi:
        fields["doi"] = reference.doi
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
    return f"@{kind}{{{key(reference)},\n{lines}}}"


def people(authors: str) -> str:
    """Return "Hebb DO, Zamora-López G, et al." as "Hebb, D. O. and Zamora-López, G. and others"."""
    found = []
    for each in authors.replace("et al.", "others").split(", "):
        last, _, initials = each.rpartition(" ")
        spelled = " ".join(f"{letter}." for letter in initials)
        found.append(f"{last}, {spelled}" if last and initials.isupper() else each)
    return " and ".join(found).translate(SPECIAL)


def key(reference: Reference) -> str:
    """Return a short name: the first author's and the year."""
    first = re.split(r"[ ,]", reference.authors)[0]
    plain = unicodedata.normalize("NFD", first).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^a-z]', '', plain.lower()) or 'source'}{reference.year}"
