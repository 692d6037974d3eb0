"""The page of sweeps: what is asked for, run, drawn and told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import numpy as np
import panel as pn

import models
from apps.shell.frame import Browser, adapt, page, when_loaded
from apps.sweep import words
from apps.sweep.asked import NAMES, SAMPLINGS, Asked, Wrong, plan_of
from apps.sweep.form import CellRuns, SweepForm
from apps.sweep.maps import Maps
from apps.sweep.shapes import axes_of, coordinates
from apps.work.desk import Desk
from apps.work.presence import attend, session
from apps.work.sweeping import Sweeping, time_words
from workbench import Model, ParameterError
from workbench.link import parse
from workbench.sweep import Sweep

TICK = 250  # milliseconds between looks at a sweep
#: Points that are listed.
LISTED = 400


class Sweeps(pn.viewable.Viewer):
    """One model over one parameter or two.

    Parameters
    ----------
    desk : Desk
        Where runs are started.
    given : mapping of str to str
        The page's address: the fields of `Asked`, and values of the model's other parameters.
    """

    def __init__(self, desk: Desk, given: Mapping[str, str]) -> None:
        self.desk = desk
        self.asked = Asked.given(given)
        if self.asked.plan:
            given = plan_of(self.asked.model, self.asked.plan) | dict(given)
            self.asked = Asked.given(given)
        others = {n: v for n, v in given.items() if n not in NAMES} | {"model": self.asked.model}
        linked = parse(others, models.get)
        self.model: Model = linked.model
        self.refused = " ".join(linked.refused)
        self.sweep: Sweep | None = None
        self.going: Sweeping | None = None
        self._at: dict[str, int] = {}
        self._wrong, self._where = "", ""
        self._data: Any = None  # the table of what is there
        self._known: dict[str, str] = {}  # measures of the table
        self._seen = -1
        self._ticker: Any = None
        self.form, self.runs = SweepForm(self.act), CellRuns(sizing_mode="stretch_width")
        self.maps = Maps(self.choose)
        self._complete()
        self._plan()
        super().__init__()

    def __panel__(self) -> Any:
        return pn.Column(
            self.form, self.maps, self.runs, sizing_mode="stretch_width", margin=(8, 16)
        )

    # What a person does

    def act(self, said: Mapping[str, Any]) -> None:
        """Do what the page asks for."""
        deeds = {"set": self.set, "run": self.run, "stop": self.stop}
        if deed := deeds.get(str(said.get("act"))):
            when_loaded(lambda: deed(**{n: v for n, v in said.items() if n != "act"}))

    def set(self, name: str, value: str) -> None:
        """Ask for something else."""
        if name == "measure":
            self.asked.measure = value
            self._draw()
        elif not self.busy and name in asdict(self.asked):
            if name == "plan" and value:
                self._follow(value)
            else:
                self._change(name, value.strip())
            self._complete()
            self._plan()
        self._remember()

    def _follow(self, plan: str) -> None:
        """Ask for one of the model's own sweeps."""
        self.asked = Asked.given(plan_of(self.asked.model, plan))
        self.model = models.get(self.asked.model)(**type(self.model).plans[plan].values)

    def _change(self, name: str, value: str) -> None:
        """Ask for something else than before."""
        self.asked.plan = ""
        setattr(self.asked, name, value)
        if name == "model":
            self.asked = Asked(model=value, seeds=self.asked.seeds)
            self.model = models.get(value)()
        if name in ("across", "down"):
            setattr(self.asked, {"across": "values", "down": "rows"}[name], "")
        if name == "sampling":
            self.asked = Asked.given(asdict(self.asked) | {"values": "", "rows": ""})

    def run(self) -> None:
        """Run what is missing."""
        if self.sweep is None or self.busy:
            return
        self.going, self._seen = Sweeping(self.desk, self.sweep, session()), -1
        self._ticker = self._ticker or pn.state.add_periodic_callback(self.look, period=TICK)
        self.look()

    def stop(self) -> None:
        """End it; what is finished is kept."""
        if self.going:
            self.going.stop()

    def choose(self, at: dict[str, int]) -> None:
        """Show the runs of a point."""
        self._at = at
        self._list()

    def paint(self, dark: bool) -> None:
        """Draw on light or dark ground."""
        self.maps.paint(dark)

    # What happens then

    @property
    def busy(self) -> bool:
        """Whether a sweep goes on."""
        return self.going is not None and not self.going.ended

    def look(self) -> None:
        """Show how far it is, and what is new."""
        going = self.going
        if going is None:
            return
        ended, version = going.ended, going.version
        if version != self._seen or ended:
            self._seen, self._data = version, going.table()
            self._draw()
        else:
            self._tell()
        if ended and self._ticker:
            self._ticker.stop()
            self._ticker = None

    def _complete(self) -> None:
        """Fill in what is not said: a first parameter, and values around those that are set."""
        known = words.sweepable(type(self.model))
        asked, set_to = self.asked, self.model.values()
        if asked.across not in known:
            asked.across, asked.values = next(iter(known)), ""
        if asked.down not in known or asked.down == asked.across:
            asked.down = asked.rows = ""
        for name, values in ((asked.across, "values"), (asked.down, "rows")):
            if name and not getattr(asked, values):
                told = words.suggested(known[name], set_to[name], asked.drawn)
                setattr(asked, values, told)

    def _plan(self) -> None:
        """Make the sweep that is asked for, or say what is wrong; show what is there of it."""
        self.sweep = self.going = self._data = None
        self._wrong = self._where = ""
        self._at = {}
        try:
            self.sweep = self.asked.sweep(self.model)
            if refusal := self.desk.refusal(self.sweep.model):
                raise ParameterError(refusal)
        except Wrong as refused:
            self._wrong, self._where = str(refused), refused.field
        except ParameterError as refused:
            self._wrong = str(refused)
        if self.sweep is not None:
            self._data = self.sweep.table(self.desk.store)
        self._draw()

    def _draw(self) -> None:
        """Draw the chosen measure, and tell what it says."""
        kind = type(self.model)
        self._known = words.measures(self._data, kind) if self._data is not None else {}
        if self._data is not None and self.measure:
            self.maps.draw(self._data, self.measure)
        else:
            self.maps.clear()
        self._list()
        self._tell()

    @property
    def measure(self) -> str:
        """The measure that is shown; empty while there is none."""
        return (
            self.asked.measure if self.asked.measure in self._known else next(iter(self._known), "")
        )

    def _list(self) -> None:
        """List the points and their runs."""
        name, data = self.measure, self._data
        if not name:
            self.runs.view = "{}"
            return
        dims = axes_of(data)
        points = [dict(zip(dims, at, strict=True)) for at in indices(data, dims)]
        rows = [
            {
                "texts": [words.value_words(value) for value in coordinates(data, at).values()],
                "runs": words.runs_of(data, name, at), "here": at == self._at,
            }
            for at in points[:LISTED] + [at for at in points[LISTED:] if at == self._at]
        ]  # fmt: skip
        swept = coordinates(data, dict.fromkeys(dims, 0))
        heading = [*(words.told(data[one]) for one in swept), words.told(data[name])]
        more = f"And {len(points) - LISTED:,} more." if len(points) > LISTED else ""
        self.runs.view = json.dumps({"heading": heading, "rows": rows, "more": more})

    def _tell(self) -> None:
        """Tell the form what to show."""
        name, going = self.measure, self.going
        sweepable = [
            (n, words.told_parameter(p)) for n, p in words.sweepable(type(self.model)).items()
        ]
        titles = [(key, models.get(key).title) for key in models.names()]
        down = [("", "nothing"), *(one for one in sweepable if one[0] != self.asked.across)]
        course = going.course if going else None
        share = course.done / course.total if course else 0.0
        self.form.view = json.dumps({
            "asked": asdict(self.asked) | {"measure": name},
            "options": {"model": titles, "across": sweepable, "down": down,
                        "plan": [("", "your own"), *((n, n) for n in type(self.model).plans)],
                        "sampling": list(SAMPLINGS.items()),
                        "measure": list(self._known.items())},
            "wrong": self._wrong, "at": self._where, "hint": self._hint(),
            "going": self.busy, "missing": self._missing(), "again": self._known != {},
            "share": share, "told": self._told(),
            "reading": words.reading(self._data, name) if name else "",
        })  # fmt: skip

    def _missing(self) -> int:
        """Return how many cells have no record."""
        return 0 if self._data is None else int((self._data["record"].values == "").sum())

    def _told(self) -> str:
        """Say how far it is."""
        if self.going is None:
            there = 0 if self.sweep is None else len(self.sweep) - self._missing()
            which = "All" if not self._missing() else f"{there:,}"
            return f"{which} of these runs are there already." if there else self.refused
        told = time_words(self.going.course)
        if self.busy:
            return "Stopping ..." if self.going.stopped else f"Running: {told}."
        return f"{'Stopped' if self.going.stopped else 'Finished'}: {told}."

    def _hint(self) -> str:
        """Say how values are written, and what the sweep will take."""
        if self.sweep is None:
            return words.written(self.asked.drawn)
        cost = self.desk.estimate(self.sweep.model).seconds
        runs, workers = len(self.sweep), self.desk.workers
        return words.hint(self.model, runs, cost, workers, self.asked.drawn)

    def _remember(self) -> None:
        """Write what is asked for into the page's address."""
        if pn.state.location:
            asked = {name: value for name, value in asdict(self.asked).items() if value}
            others = {n: str(v) for n, v in self.model.changed().items()}
            pn.state.location.search = f"?{urlencode(others | asked)}"


def indices(data: Any, dims: list[str]) -> list[tuple[int, ...]]:
    """Return the places of all points."""
    return [tuple(map(int, at)) for at in np.ndindex(*(data.sizes[dim] for dim in dims))]


def sweep_page(desk: Desk) -> Any:
    """Return the page of sweeps."""
    attend(desk)
    given = pn.state.session_args or {}
    asked = {name: values[0].decode(errors="replace") for name, values in given.items()}
    made, browser = Sweeps(desk, asked), Browser()
    shown = adapt(page("Sweep", [made, browser], [], here="/sweep"), browser)
    shown.param.watch(lambda event: made.paint(event.new), "dark_theme")
    pn.state.on_session_destroyed(lambda _context: made.stop())
    return shown
