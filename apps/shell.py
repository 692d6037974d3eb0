"""The frame that every page shares: header, navigation, light and dark, keys and width."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from panel.custom import JSComponent

#: Below this width the parameters open as a sheet.
PHONE = 700
HEADER = "#00426B"
PAGES = {"Gallery": "/", "Lab": "/lab"}

#: For panes of HTML, which live in shadow roots that no page-wide style reaches.
STYLE = """
:host { font-family: Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 22px; margin: 4px 0; }
h2 { font-size: 15px; margin: 10px 0 2px 0; font-weight: 600; }
p { font-size: 14px; line-height: 1.45; margin: 4px 0; max-width: 75ch; }
li { font-size: 14px; line-height: 1.5; max-width: 75ch; }
.equation { margin: 6px 0 18px 0; font-size: 16px; overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid #8884; }
a { color: var(--link, #00507D); }
:host(.dark) a { color: #8ACBF0; }
"""


def words(content: str = "", **layout: Any) -> pn.pane.HTML:
    """Return a pane of text in the workbench's type."""
    options = {"sizing_mode": "stretch_width", "margin": (2, 0)} | layout
    return pn.pane.HTML(content, stylesheets=[STYLE], **options)


class Browser(JSComponent):
    """What the server needs to know of the browser: its width, its keys, its wish for dark.

    Keys count only outside fields and buttons: space runs and pauses, s steps.
    """

    width_seen = param.Integer(default=1400, doc="width of the window in pixels")
    dark_seen = param.Boolean(default=False, doc="whether the system asks for dark")
    key = param.String(default="", doc="the last key and a number that makes it new")

    _esm = """
    const OPENING = ["Enter", " ", "ArrowDown", "ArrowUp"]
    const TAGS = ["INPUT", "TEXTAREA", "SELECT", "BUTTON", "A"]
    const ROLES = ["combobox", "listbox", "option", "menuitem", "switch", "tab"]

    export function render({ model }) {
      model.width_seen = window.innerWidth
      model.dark_seen = window.matchMedia("(prefers-color-scheme: dark)").matches
      let count = 0
      const onKey = (event) => {
        const inside = event.composedPath()[0]
        const role = inside.getAttribute?.("role")
        if (role === "combobox" && inside.tagName === "DIV" && OPENING.includes(event.key)) {
          event.preventDefault()
          inside.click()  // the page's own selects open to a pointer alone
          return
        }
        const busy = TAGS.includes(inside.tagName) || ROLES.includes(role)
        if (busy || event.ctrlKey || event.metaKey || event.altKey) { return }
        if (event.key === " " || event.key === "s") {
          event.preventDefault()
          model.key = event.key + (count++)
        }
      }
      window.addEventListener("keydown", onKey)
      model.on("remove", () => window.removeEventListener("keydown", onKey))
      return document.createElement("span")
    }
    """


def page(title: str, main: list[Any], sidebar: list[Any], here: str) -> pmui.Page:
    """Return a page of the workbench.

    Parameters
    ----------
    title : str
        What the browser's tab says.
    main, sidebar : list
        What stands in the middle and at the side.
    here : str
        Address of this page, marked in the navigation.
    """
    made = pmui.Page(
        title="Engram Workbench",
        meta_title=f"{title} - Engram Workbench",
        main=main,
        sidebar=sidebar,
        header=[navigation(here)],
        sidebar_open=bool(sidebar) and not on_phone(),
        sidebar_variant="auto" if sidebar else "temporary",
        sidebar_width=340,
        busy_indicator=None,
        theme_config=theme(),
    )
    let_go_of_busy(made)
    return made


def let_go_of_busy(made: pmui.Page) -> None:
    """Stop a page from following Panel's "busy".

    Each change of a page walks through all its models (0.1 s, twice for every look at a run), and
    what watches Panel's state is never forgotten, so pages would pile up in the server.
    """
    for watcher in list(pn.state.param.watchers["busy"]["value"]):
        if getattr(getattr(watcher.fn, "__self__", None), "self", None) is made:
            pn.state.param.unwatch(watcher)


def on_phone() -> bool:
    """Say whether the browser calls itself a phone's; its width is known only later."""
    agent = pn.state.headers.get("User-Agent", "") if pn.state.headers else ""
    return "Mobi" in agent


def adapt(made: pmui.Page, browser: Browser) -> pmui.Page:
    """Let a page follow the browser: a sheet instead of a sidebar on a phone, dark if asked for."""

    def follow(*_events: Any) -> None:
        if browser.width_seen < PHONE:
            made.sidebar_open = False
        if browser.dark_seen:
            made.dark_theme = True

    def later(*_events: Any) -> None:  # what is set before the page has loaded is lost
        pn.state.onload(follow)

    browser.param.watch(later, ["width_seen", "dark_seen"])
    return made


def navigation(here: str) -> pn.pane.HTML:
    """Return the links to all pages, this one marked."""
    links = "".join(
        f"<a href='{address}'{current(address, here)}>{name}</a>" for name, address in PAGES.items()
    )
    style = """
    nav a { color: #fff !important; text-decoration: none; padding: 6px 10px; border-radius: 4px; }
    nav a[aria-current] { text-decoration: underline; text-underline-offset: 6px; }
    nav a:hover, nav a:focus-visible { background: rgba(255, 255, 255, 0.2); }
    """
    return pn.pane.HTML(
        f"<nav aria-label='Pages'>{links}</nav>", stylesheets=[style], align="center", margin=0
    )


def current(address: str, here: str) -> str:
    """Return the attribute that marks the page one is on."""
    return " aria-current='page'" if address == here else ""


def theme() -> dict[str, Any]:
    """Return the look of the widgets, calm and dense, for light and dark ground."""
    typography = {"fontSize": 13, "button": {"textTransform": "none"}}
    parts = {
        "MuiAppBar": {"styleOverrides": {"root": {"backgroundColor": HEADER}}},
        "MuiLinearProgress": {"defaultProps": {"aria-label": "the page is busy"}},
    }
    return {
        "light": {
            "palette": {"primary": {"main": "#00507D"}},
            "typography": typography,
            "components": parts,
        },
        "dark": {
            "palette": {"primary": {"main": "#8ACBF0"}},
            "typography": typography,
            "components": parts,
        },
    }
