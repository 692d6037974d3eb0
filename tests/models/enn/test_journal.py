"""What is written down of a training."""

from __future__ import annotations

import csv
import math
import sys
import types

import pytest

from models.enn.journal import COLUMNS, journaled
from models.enn.scoring import Score
from models.enn.trainer import Told
from workbench.model import ParameterError
from workbench.record import RecordError


def told(step: int, validation: Score | None = None, accuracy: float = 0.5) -> Told:
    return Told(step // 10, step, step / 40, Score(1 / step, accuracy), validation, 0.01)


COURSE = [told(5), told(10, Score(0.25, 0.75)), told(15), told(20, Score(0.125, 0.875))]


def rows(path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_moment_is_on_the_disk_before_it_is_passed_on(tmp_path):
    path = tmp_path / "a.csv"
    for count, moment in enumerate(journaled(COURSE, path), 1):
        found = rows(path)
        assert moment is COURSE[count - 1] and len(found) == count
        assert (int(found[-1]["step"]), int(found[-1]["epoch"])) == (moment.step, moment.epoch)
        assert float(found[-1]["training_loss"]) == moment.training.loss
        assert float(found[-1]["learning_rate"]) == 0.01
    assert [row["validation_loss"] for row in found] == ["", "0.25", "", "0.125"]
    assert [row["validation_accuracy"] for row in found] == ["", "0.75", "", "0.875"]
    assert float(found[0]["seconds"]) <= float(found[-1]["seconds"]) < 60
    assert tuple(found[0]) == COLUMNS and list(tmp_path.iterdir()) == [path]


def test_what_was_not_measured_is_empty(tmp_path):
    list(journaled([told(5, Score(1.0, math.nan), math.nan)], tmp_path / "a.csv"))
    (row,) = rows(tmp_path / "a.csv")
    assert row["training_accuracy"] == row["validation_accuracy"] == ""
    assert float(row["validation_loss"]) == 1.0


def test_a_course_that_is_gone_on_with_takes_the_place_of_what_came_after(tmp_path):
    path = tmp_path / "a.csv"
    list(journaled(COURSE, path))
    again = told(15, accuracy=0.625)
    list(journaled([again, told(30)], path))
    found = rows(path)
    assert [int(row["step"]) for row in found] == [5, 10, 15, 30]
    assert [float(row["training_accuracy"]) for row in found] == [0.5, 0.5, 0.625, 0.5]


def test_a_file_of_another_kind_stays(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("mine\n1\n")
    with pytest.raises(ParameterError, match=r"notes\.csv is no journal of a training"):
        next(journaled(COURSE, path))
    assert path.read_text() == "mine\n1\n"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RecordError, match="could not be written"):
        next(journaled(COURSE, tmp_path / "missing" / "a.csv"))


def test_tensorboard_is_asked_for_by_name_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ParameterError, match=r"pip install 'engram-workbench\[tensorboard\]'"):
        next(journaled(COURSE, tmp_path / "a.csv", tmp_path / "events"))


def test_tensorboard_is_given_the_curves(tmp_path, monkeypatch):
    seen, closed = [], []

    class Writer:
        def __init__(self, folder):
            assert folder == str(tmp_path / "events")

        def add_scalar(self, name, value, step):
            seen.append((name, value, step))

        def close(self):
            closed.append(True)

    module = types.ModuleType("torch.utils.tensorboard")
    monkeypatch.setattr(module, "SummaryWriter", Writer, raising=False)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    course = journaled(COURSE, tmp_path / "a.csv", tmp_path / "events")
    next(course), next(course)
    assert seen[:3] == [
        ("loss/training", 0.2, 5), ("accuracy/training", 0.5, 5), ("learning rate", 0.01, 5),
    ]  # fmt: skip
    assert seen[5:] == [
        ("loss/validation", 0.25, 10), ("accuracy/validation", 0.75, 10),
        ("learning rate", 0.01, 10),
    ]  # fmt: skip
    course.close()
    assert closed == [True]


def test_tensorboard_reads_what_was_written(tmp_path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="no TensorBoard"
    )
    list(journaled(COURSE, tmp_path / "a.csv", tmp_path / "events"))
    events = accumulator.EventAccumulator(str(tmp_path / "events")).Reload()
    assert [one.value for one in events.Scalars("loss/validation")] == [0.25, 0.125]
    assert [one.step for one in events.Scalars("learning rate")] == [5, 10, 15, 20]
