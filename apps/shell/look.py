"""The look of every page: type, colours, and the widgets of light and dark ground."""

from __future__ import annotations

from typing import Any

from bokeh.themes import Theme

#: Below this width the parameters open as a sheet.
PHONE = 700
HEADER = "#00426B"
FONT = "Roboto, Helvetica, Arial, sans-serif"
#: What figures style themselves, with only their type from here. The widgets' library writes its
#: own look over the parts of figures that a page's theme does not name.
FIGURES = Theme(
    json={
        "attrs": {
            "Axis": {"axis_label_text_font": FONT, "major_label_text_font": FONT},
            "ColorBar": {"major_label_text_font": FONT},
            "Grid": {},
            "Legend": {"label_text_font": FONT},
            "Text": {"text_font": {"value": FONT}},
            "Title": {"text_font": FONT},
        }
    }
)

#: For panes of HTML, which live in shadow roots that no page-wide style reaches; only variables do.
STYLE = (
    f":host {{ font-family: {FONT}; }}"
    + """
h1 { font-size: 22px; margin: 4px 0; }
h2 { font-size: 15px; margin: 10px 0 2px 0; font-weight: 600; }
p { font-size: 14px; line-height: 1.45; margin: 4px 0; max-width: 75ch; }
li { font-size: 14px; line-height: 1.5; max-width: 75ch; }
.equation { margin: 6px 0 18px 0; font-size: 16px; overflow-x: auto; }
.wide { overflow-x: auto; }
:focus-visible { outline: 3px solid var(--panel-primary-color); outline-offset: 1px; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid #8884; }
a { color: var(--panel-primary-color); }
"""
)
#: What is under the keyboard's focus is seen to be.
FOCUS = {
    "&.Mui-focusVisible": {
        "outline": "3px solid var(--panel-primary-color)", "outlineOffset": "2px",
    }
}  # fmt: skip
#: A sheet on dark ground is no lighter than what stands on it.
FLAT = {"backgroundImage": "none", "backgroundColor": "var(--panel-background-color)"}
ON_HEADER = {"& .Mui-focusVisible": {"outline": "3px solid #fff", "outlineOffset": "-1px"}}
#: What moves in the widgets, for those who asked for less of it.
STILL = {
    "@media (prefers-reduced-motion: reduce)": {
        "&, &::before, &::after, & *": {
            "transition": "none !important", "animation": "none !important",
        }
    }
}  # fmt: skip
STILL_STYLE = (
    "@media (prefers-reduced-motion: reduce)"
    " { * { transition: none !important; animation: none !important } }"
)
MOVING = {
    "MuiDrawer": ("root", "paper"), "MuiBackdrop": ("root",), "MuiPaper": ("root",),
    "MuiModal": ("root",), "MuiPopover": ("root", "paper"), "MuiTooltip": ("popper", "tooltip"),
    "MuiSlider": ("root", "thumb", "track"), "MuiSwitch": ("root", "thumb", "track"),
    "MuiInputBase": ("root", "input"), "MuiInputLabel": ("root",), "MuiOutlinedInput": ("root",),
    "MuiFormLabel": ("root",), "MuiSvgIcon": ("root",), "MuiTabs": ("root", "indicator"),
    "MuiCollapse": ("root",), "MuiAlert": ("root",), "MuiSelect": ("root", "icon"),
}  # fmt: skip


def theme() -> dict[str, Any]:
    """Return the look of the widgets, calm and dense, for light and dark ground."""
    typography = {"fontSize": 13, "button": {"textTransform": "none"}}
    header = {"backgroundColor": HEADER, "color": "#fff"}
    parts: dict[str, Any] = {
        name: {"styleOverrides": dict.fromkeys(moving, STILL)} for name, moving in MOVING.items()
    }
    parts["MuiAppBar"] = {"styleOverrides": {"root": header | STILL | ON_HEADER}}
    parts["MuiDrawer"]["styleOverrides"]["paper"] = STILL | FLAT
    parts["MuiButtonBase"] = {"styleOverrides": {"root": STILL | FOCUS}}
    parts["MuiLinearProgress"] = {"defaultProps": {"aria-label": "the page is busy"}}
    return {
        "light": {
            "palette": {"primary": {"main": "#00507D"}, "error": {"main": "#B3261E"}},
            "typography": typography,
            "components": parts,
        },
        "dark": {
            "palette": {"primary": {"main": "#8ACBF0"}, "error": {"main": "#FFB4AB"}},
            "typography": typography,
            "components": parts,
        },
    }
