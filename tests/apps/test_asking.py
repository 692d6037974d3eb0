"""A run that has ended is asked: what a browser may send, and what comes of it."""

import itertools
import json
import time

import numpy as np
import pytest
import xarray as xr

import workbench
from apps.lab import asking
from apps.lab.asking import Asking
from apps.lab.pad import Pad
from apps.work.asking import Asker
from models.enn.asking import INQUIRY
from models.enn.experiment import EngramTraining
from workbench import Matrix, ParameterError, variable
from workbench.inquiry import Inquiry


def answered(data, asked):
    if isinstance(asked, int) and asked == 3:
        raise ParameterError("There is no fourth.")
    if isinstance(asked, int) and asked == 4:
        raise ZeroDivisionError("by hand")
    if isinstance(asked, int) and asked == 5:
        time.sleep(60)
    total = float(np.sum(asked)) + float(data.base)
    return xr.Dataset({
        "seen": variable(("moment", "row", "column"), np.full((3, 2, 2), total), "1", "seen"),
        "total": variable((), total, "1", "total"),
    })  # fmt: skip


SUM = Inquiry(
    title="Add",
    needs=("base",),
    text=lambda data: "Add up.",
    side=lambda data: 4,
    examples=lambda data: list("abcdef") if "base" in data else [],
    answer=answered,
    reading=lambda data: f"It is {float(data.total):g}.",
    over="moment",
    observables=(Matrix(("seen",), "Seen", over="moment"), Matrix(("missing",), "Missing")),
)
DATA = xr.Dataset({
    "base": variable((), 100.0, "1", "base"),
    "large": variable("x", np.zeros(9), "1", "never sent"),
})  # fmt: skip
COUNT = itertools.count(1)
DRAWN = np.eye(4, dtype=bool)


@pytest.fixture(scope="module")
def asker():
    made = Asker()
    yield made
    made.close()


@pytest.fixture
def asking_page(asker, monkeypatch):
    monkeypatch.setattr(asking, "asker", lambda: asker)
    made = Asking(SUM)
    made.offer(DATA)
    return made


def settled(asking_page, told, seconds=30):
    until = time.monotonic() + seconds
    while asking_page.pad.said != told and time.monotonic() < until:
        time.sleep(0.01)
    assert asking_page.pad.said == told


def press(pad, **told):
    """Tell a pad what a browser does."""
    pad.told = json.dumps({**told, "count": next(COUNT)})


def bits(drawn):
    return "".join("01"[int(bit)] for bit in drawn.ravel())


def test_a_drawing_and_an_example_are_answered(asking_page):
    press(asking_page.pad, drawn=bits(DRAWN))
    settled(asking_page, "It is 104.")
    asking_page.paint(True)
    assert [plot.observable.title for plot in asking_page.stage.plots] == ["Seen"]
    assert asking_page.stage.plots[0].dark
    press(asking_page.pad, example=2)
    settled(asking_page, "It is 102.")
    assert asking_page.stage.plots[0]._book.whole.seen.values.max() == 102
    assert next(iter(asking_page.stage._scrubbers.values())).plays == 2


def test_what_cannot_be_answered_is_told_and_the_next_is_answered(asking_page):
    press(asking_page.pad, example=3)
    settled(asking_page, "There is no fourth.")
    press(asking_page.pad, example=4)
    settled(asking_page, "It could not be answered: by hand")
    press(asking_page.pad, example=1)
    settled(asking_page, "It is 101.")


def test_the_last_question_counts(asking_page):
    for number in (0, 1, 2):
        press(asking_page.pad, example=number)
    settled(asking_page, "It is 102.")
    assert asking_page.stage.plots[0]._book.whole.seen.values.max() == 102


def test_an_answer_for_a_run_that_is_shown_no_more_is_not_shown(asking_page, asker):
    press(asking_page.pad, example=0)
    asking_page.offer(DATA)
    asker.ask(SUM, DATA, 1).result(20)  # comes after it
    assert asking_page.stage is None and asking_page.pad.said == ""


def test_an_answer_that_takes_too_long_is_given_up(asker, monkeypatch):
    monkeypatch.setattr("apps.work.asking.PATIENCE", 0.5)
    with pytest.raises(ParameterError, match="longer than"):
        asker.ask(SUM, DATA, 5).result(20)
    monkeypatch.undo()
    assert float(asker.ask(SUM, DATA, 1).result(20).total) == 101


def test_too_many_questions_are_refused(asker, monkeypatch):
    monkeypatch.setattr("apps.work.asking.MOST", 0)
    with pytest.raises(ParameterError, match="Too many questions"):
        asker.ask(SUM, DATA, 1)


@pytest.mark.parametrize(
    "told",
    [None, "1", [], {}, {"drawn": "1"}, {"drawn": "2" * 16}, {"drawn": 16 * [1]}, {"example": 6},
     {"example": -1}, {"example": True}, {"example": "1"}, {"drawn": "0" * 10**6}, 10**99],
)  # fmt: skip
def test_what_no_pad_sends_is_refused_with_a_sentence(told):
    asked = []
    pad = Pad(asked.append, side=4, examples=list("abcdef"))
    pad.told = json.dumps(told)
    assert asked == []
    assert pad.said.startswith("That is neither a drawing of this square")


@pytest.mark.parametrize("told", ["[" * 90, "{", "__import__('os')", "\0", "NaN"])
def test_what_is_no_json_is_refused_too(told):
    asked = []
    pad = Pad(asked.append, side=4, examples=["a"])
    pad.told = told
    assert asked == [] and pad.said.startswith("That is neither")


def test_nothing_is_offered_where_nothing_can_be_asked(asking_page):
    asking_page.offer(xr.Dataset({"other": variable((), 1.0, "1", "other")}))
    assert asking_page.pad is None and not len(asking_page._view)
    asking_page.offer(DATA)
    assert asking_page.pad.side == 4 and len(asking_page._view) == 2
    asking_page.close()
    assert asking_page.pad is None and not len(asking_page._view)


def test_a_trained_network_answers_from_its_record(asker):
    small = {"samples": 200, "hidden": 16, "slots": 4, "epochs": 2}
    record = workbench.run(EngramTraining(**small), seed=1, progress=False)
    found = asker.ask(INQUIRY, record.data, 0).result(60)
    assert INQUIRY.reading(found).startswith("The network's answer is ")
    assert found.sizes["moment"] == 8
