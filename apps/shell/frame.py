"""The frame that every page shares: header, navigation, light and dark, keys and width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from apps.shell.browser import Browser
from apps.shell.look import FIGURES, FONT, HEADER, PHONE, STYLE, theme

PAGES = {
    "Gallery": "/", "Lab": "/lab", "Runs": "/runs", "Sweep": "/sweep", "Arena": "/arena",
    "Train": "/train",
}  # fmt: skip


#: The links in the header; on a phone they are behind one word.
NAVIGATION = f"""
nav {{ display: flex; align-items: center; font: 16px {FONT}; }}
a, summary, button {{ color: #fff !important; text-decoration: none; padding: 6px 10px;
                     border-radius: 4px; cursor: pointer; }}
a[aria-current] {{ text-decoration: underline; text-underline-offset: 6px; }}
:is(a, summary, button):hover {{ background: rgba(255, 255, 255, 0.2); }}
:focus-visible {{ outline: 3px solid #fff; outline-offset: -1px; }}
.wide {{ flex: 1; }}
.narrow {{ display: none; position: relative; flex: 1; white-space: nowrap; }}
.narrow div {{ position: absolute; top: 40px; left: 0; display: grid; min-width: 160px;
              padding: 6px; border-radius: 4px; background: {HEADER};
              box-shadow: 0 2px 8px #0008; }}
.narrow a {{ padding: 10px; }}
button {{ width: 36px; height: 36px; padding: 0; border: 0; border-radius: 50%; background: none;
         font: 600 18px {FONT}; }}
@media (max-width: {PHONE}px) {{ .wide {{ display: none; }} .narrow {{ display: block; }} }}
"""
#: The way out of the sheet that the parameters are on a phone.
CLOSE = "<button type='button' data-act='close'>Close the parameters</button>"
SHEET = f"""
:host {{ padding: 8px 16px 0 16px; box-sizing: border-box; }}
button {{ font: 600 14px {FONT}; color: var(--panel-primary-color); background: none; width: 100%;
         padding: 8px; border: 1px solid currentColor; border-radius: 4px; cursor: pointer; }}
button:focus-visible {{ outline: 3px solid var(--panel-primary-color); outline-offset: 2px; }}
@media (min-width: {PHONE}px) {{ :host {{ display: none !important; }} }}
"""


def words(content: str = "", **layout: Any) -> pn.pane.HTML:
    """Return a pane of text in the workbench's type."""
    options = {"sizing_mode": "stretch_width", "margin": (2, 0), "stylesheets": [STYLE]} | layout
    return pn.pane.HTML(content, **options)


def when_loaded(act: Callable[[], None]) -> None:
    """Do it, or do it once the page has loaded: until then it would not be seen (Panel 1.9)."""
    if pn.state.loaded:
        act()
    else:
        pn.state.onload(act)


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
        sidebar=[words(CLOSE, stylesheets=[STYLE, SHEET]), *sidebar] if sidebar else [],
        header=[navigation(here)],
        sidebar_open=bool(sidebar) and not on_phone(),
        sidebar_variant="auto" if sidebar else "temporary",
        sidebar_width=340,
        sidebar_resizable=False,
        busy_indicator=None,
        theme_config=theme(),
    )
    let_go_of_busy(made)
    if pn.state.curdoc:
        pn.state.curdoc.theme = FIGURES
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

    def remember(*_events: Any) -> None:
        browser.ground = "dark" if made.dark_theme else "light"

    def slide(*_events: Any) -> None:
        made.sidebar_open = browser.sheet > 0

    browser.param.watch(lambda *_events: when_loaded(follow), ["width_seen", "dark_seen"])
    browser.param.watch(slide, "sheet")
    made.param.watch(remember, "dark_theme")
    return made


def navigation(here: str) -> pn.pane.HTML:
    """Return the links to all pages, this one marked."""
    links = "".join(
        f"<a href='{address}'{current(address, here)}>{name}</a>" for name, address in PAGES.items()
    )
    menu = f"<details class='narrow'><summary>Pages</summary><div>{links}</div></details>"
    help_button = "<button type='button' data-act='keys' aria-label='Keys'>?</button>"
    return pn.pane.HTML(
        f"<nav aria-label='Pages'><div class='wide'>{links}</div>{menu}{help_button}</nav>",
        stylesheets=[NAVIGATION], align="center", margin=0, sizing_mode="stretch_width",
    )  # fmt: skip


def current(address: str, here: str) -> str:
    """Return the attribute that marks the page one is on."""
    return " aria-current='page'" if address == here else ""
