"""Legends, live and finished alike: what is told apart, in which order, and how wide that is."""

from __future__ import annotations

from collections.abc import Iterable

from apps.drawing.series import Series

#: What has no place in a legend of its own.
SILENT = ("picture", "band")
#: Kind -> its place in a legend: first what was measured.
ORDER = {"line": 0, "points": 0, "spikes": 0, "bars": 0, "theory": 1, "mark": 2}


def legend(drawn: Iterable[Series]) -> list[tuple[str, list[Series]]]:
    """Return the items of a legend, each with the series whose signs stand beside its text.

    Lines of one label are one item. Theory of the same role as a measurement joins its item; where
    it is called as that with a comma ("LSTM, training"), by what comes after. And
    marks that differ only in what follows a comma ("critical distance, auto") share one.
    """
    items: dict[str, list[Series]] = {}
    theory: dict[str, list[Series]] = {}  # measured label -> theory of its role
    measured: dict[str, str] = {}  # role -> label
    told = (one for one in drawn if one.kind not in SILENT and one.x.size)
    for one in sorted(told, key=lambda one: ORDER[one.kind]):
        if one.kind not in ("theory", "mark"):
            measured.setdefault(one.role, one.label)
        if one.kind == "theory" and one.role in measured:
            theory.setdefault(measured[one.role], [one])
        else:
            text = one.label.split(",")[0] if one.kind == "mark" else one.label
            items.setdefault(text, [one])
    return [
        (joined(text, theory[text][0]), signs + theory[text]) if text in theory else (text, signs)
        for text, signs in items.items()
    ]


def joined(text: str, theory: Series) -> str:
    """Return what a measurement and the theory beside it are called together."""
    part = theory.label.removeprefix(f"{text}, ")
    return f"{text} + {'theory' if part == theory.label else part}"


def fitting(texts: Iterable[str], width: float) -> int:
    """Return how many columns a legend may have in so many pixels of width, at 12 px."""
    return max(1, int(width // entry_width(texts)))


def entry_width(texts: Iterable[str]) -> float:
    """Return the pixels that the longest entry of a legend takes at 12 px, with its sign."""
    return 38 + 6.0 * max((len(text) for text in texts), default=1)
