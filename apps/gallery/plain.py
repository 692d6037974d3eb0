"""A page of the workbench in plain HTML: the same header as the others, and the gallery's script.

It looks as `apps.shell.frame.page` does, without Panel's 5 MB.
"""

from __future__ import annotations

import html
from pathlib import Path

import panel_material_ui as pmui
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from panel.io.server import LoginUrlMixin
from tornado.web import authenticated

from apps.drawing.palette import DARK, LIGHT
from apps.shell.frame import FONT, HEADER, PAGES, current

#: Panel's own route of the fonts that the widgets of the other pages are written in.
FONTS = "static/extensions/panel-material-ui"

#: A sun and a moon, the signs that the widgets' own switch shows for light and dark.
ICONS = (
    "<svg viewBox='0 0 24 24' aria-hidden='true'><g class='sun' stroke-width='2'>"
    "<circle cx='12' cy='12' r='4'/><path d='M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2"
    "M5 19l2-2M17 7l2-2'/></g><path class='moon' d='M12 3a9 9 0 1 0 9 9c0-.5 0-.9-.1-1.4"
    "A5.4 5.4 0 1 1 13.4 3.1A9 9 0 0 0 12 3z'/></svg>"
)

STYLE = (
    f"""
:root {{ --paper: {LIGHT.paper}; --ink: {LIGHT.ink}; --faint: #5F5F5F; --line: #CFCFCF;
        --link: #00507D; --header: {HEADER}; --font: {FONT}; color-scheme: light; }}
:root.dark {{ --paper: {DARK.paper}; --ink: {DARK.ink}; --faint: #B0B0B0; --line: #4A4A4A;
             --link: #8ACBF0; --header: #175278; color-scheme: dark; }}
"""
    + """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font-size: 14px; line-height: 1.45;
       font-family: var(--font); }
header { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; min-height: 64px;
         padding: 0 16px 0 24px; background: var(--header); color: #fff;
         box-shadow: 0 2px 5px rgba(0, 0, 0, 0.3); }
header strong { font-size: 22px; margin-right: 6px; }
header nav { flex: 1; font-size: 16px; }
header a { color: #fff; text-decoration: none; padding: 6px 10px; border-radius: 4px;
           display: inline-block; }
header a[aria-current] { text-decoration: underline; text-underline-offset: 6px; }
header button { width: 40px; height: 40px; border: 0; border-radius: 50%; background: none;
                color: #fff; font: 600 18px var(--font); cursor: pointer; }
header svg { width: 22px; height: 22px; margin-top: 6px; fill: #fff; stroke: #fff;
             stroke-width: 0; }
.dark .sun, :root:not(.dark) .moon { display: none; }
header a:hover, header button:hover { background: rgba(255, 255, 255, 0.2); }
main { padding: 16px 24px 48px; }
h1 { font-size: 22px; margin: 4px 0 12px; }
h2 { font-size: 17px; margin: 28px 0 10px; }
h3 { font-size: 16px; margin: 12px 14px 4px; }
a:focus-visible, button:focus-visible, input:focus-visible {
    outline: 3px solid var(--link); outline-offset: 2px; }
header :focus-visible { outline-color: #fff; }
main button { font: inherit; font-weight: 600; padding: 7px 16px; border-radius: 4px;
              cursor: pointer; border: 1px solid var(--link); background: none;
              color: var(--link); }
#welcome { border-left: 4px solid var(--link); padding: 2px 16px 4px; margin: 0 0 20px; }
#welcome p { font-size: 15px; max-width: 75ch; margin: 0 0 10px; }
.seen #welcome { display: none; }
.search { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; }
.search input { font: inherit; font-size: 16px; width: 22em; max-width: 100%; padding: 8px 12px;
                color: inherit; background: transparent; border: 1px solid var(--faint);
                border-radius: 4px; }
.search input::placeholder { color: var(--faint); opacity: 1; }
.search label { width: 100%; font-weight: 600; }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 1px 8px; color: var(--faint); }
#found { margin: 0; color: var(--faint); }
#none { border: 1px dashed var(--faint); border-radius: 8px; padding: 20px; margin-top: 24px;
        max-width: 75ch; }
#none p { margin: 0 0 10px; }
.families { display: flex; flex-wrap: wrap; column-gap: 20px; }
.family { display: flex; flex-direction: column; }
.cards { flex: 1; list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap;
         gap: 20px; }
.cards li { width: 320px; max-width: 100%; }
.card { display: block; height: 100%; border: 1px solid var(--line); border-radius: 8px;
        color: inherit; text-decoration: none; overflow: hidden; }
.card:hover { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.card img { display: block; width: 100%; height: auto; padding: 8px; }
.card p { margin: 4px 14px; }
.card .facts { font-size: 13px; color: var(--faint); margin-bottom: 14px; }
[hidden] { display: none !important; }
@media (max-width: 700px) {
  header { flex-wrap: wrap; min-height: 56px; padding: 8px 4px 4px 16px; }
  header strong { flex: 1; }
  header nav { order: 1; flex: 1 0 100%; margin-left: -6px; overflow-x: auto; white-space: nowrap; }
  header a { padding: 10px 6px; }
  main { padding: 12px 16px 40px; }
  kbd { display: none; }
  .families, .family, .cards li { display: block; width: 100%; }
}
"""
)

#: Before anything is drawn: what this browser was told before, which no server learns.
FIRST = """
const told = {
  get(name) { try { return localStorage.getItem(name) } catch { return null } },
  set(name, value) { try { localStorage.setItem(name, value) } catch { /* may be forbidden */ } },
}
const system = matchMedia("(prefers-color-scheme: dark)")
const isDark = () => (told.get("engram-ground") ?? (system.matches ? "dark" : "light")) === "dark"
const root = document.documentElement
root.classList.toggle("dark", isDark())
root.classList.toggle("seen", told.get("engram-welcome") === "seen")
"""

LAST = """
const at = (id) => document.getElementById(id)
const paint = () => {
  const dark = isDark()
  root.classList.toggle("dark", dark)
  at("ground").setAttribute("aria-label", dark ? "Light ground" : "Dark ground")
  for (const one of document.querySelectorAll("source.dark")) {
    one.media = dark ? "all" : "not all"
  }
}
paint()
system.addEventListener("change", paint)
at("ground").addEventListener("click", () => {
  told.set("engram-ground", isDark() ? "light" : "dark")
  paint()
})
const welcome = (shown) => {
  root.classList.toggle("seen", !shown)
  told.set("engram-welcome", shown ? "" : "seen")
  at("about").setAttribute("aria-expanded", shown)
}
at("about").setAttribute("aria-expanded", !root.classList.contains("seen"))
at("about").addEventListener("click", () => welcome(root.classList.contains("seen")))
at("seen").addEventListener("click", () => { welcome(false); at("words").focus() })

const field = at("words")
const cards = [...document.querySelectorAll("[data-words]")]
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\\p{M}/gu, "")
const search = () => {
  const parts = plain(field.value).split(/[^\\p{L}\\p{N}_-]+/u).filter(Boolean)
  for (const card of cards) {
    card.hidden = !parts.every((part) => card.dataset.words.includes(part))
  }
  for (const family of document.querySelectorAll(".family")) {
    family.hidden = !family.querySelector("li:not([hidden])")
  }
  const left = cards.filter((card) => !card.hidden).length
  at("none").hidden = left > 0
  at("sought").textContent = field.value.trim()
  const all = `${cards.length} models`
  at("found").textContent = parts.length ? `${left} of ${all}` : all
  history.replaceState(null, "", parts.length ? `?words=${encodeURIComponent(field.value)}` : "./")
}
const clear = () => { field.value = ""; search(); field.focus() }
field.value = new URLSearchParams(location.search).get("words") ?? ""
search()
field.addEventListener("input", search)
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { event.preventDefault(); clear() }
  if (event.key === "Enter") { document.querySelector("li:not([hidden]) > a.card")?.click() }
})
at("all").addEventListener("click", clear)
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select")
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault()
    field.focus()
    field.select()
  }
})
"""


def document(title: str, body: str, here: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        What the browser's tab says.
    body : str
        HTML of the middle.
    here : str
        Address of this page, marked in the navigation.
    """
    links = "".join(
        f"<a href='.{address}'{current(address, here)}>{name}</a>"
        for name, address in PAGES.items()
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)} - Engram Workbench</title>"
        "<link rel='icon' href='favicon.ico'>"
        f"{fonts()}<style>{STYLE}</style><script>{FIRST}</script></head><body>"
        f"<header><strong>Engram Workbench</strong><nav aria-label='Pages'>{links}</nav>"
        "<button type='button' id='about' aria-label='What this is' aria-controls='welcome'>?"
        "</button><button type='button' id='ground' aria-label='Dark ground'>"
        f"{ICONS}</button></header><main>{body}</main><script>{LAST}</script></body></html>"
    )


def fonts() -> str:
    """Return the two fonts of the widgets, where the installed release has them."""
    folder = Path(pmui.__file__).parent / "dist"
    found = {
        weight: next(folder.glob(f"roboto-latin-{weight}-normal-*.woff2"), None)
        for weight in (400, 700)
    }
    faces = "".join(
        f"@font-face {{ font-family: Roboto; font-weight: {weight}; font-display: swap; "
        f"src: url({FONTS}/{path.name}) format('woff2'); }}"
        for weight, path in found.items() if path
    )  # fmt: skip
    return f"<style>{faces}</style>"


class Plain(LoginUrlMixin, AuthRequestHandler):
    """Serve a page of plain HTML to whoever may see the others."""

    def initialize(self, make) -> None:
        """Take the function that returns the page."""
        self.make = make

    @authenticated
    def get(self) -> None:
        """Answer with the page; a browser asks whether it has changed before it shows its copy."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.make())
