"""A training's course written down: a CSV file, and events for TensorBoard."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.enn.trainer import Told
from workbench.model import ParameterError
from workbench.record import replacing

#: Columns of the file. Losses are means over an epoch so far, accuracies shares, 0 to 1; seconds
#: count from when the course was first drawn from.
COLUMNS: tuple[str, ...] = (
    "epoch", "step", "training_loss", "training_accuracy", "validation_loss",
    "validation_accuracy", "learning_rate", "seconds",
)  # fmt: skip


def journaled(
    course: Iterable[Told], path: str | Path, tensorboard: str | Path | None = None
) -> Iterator[Told]:
    """Pass on a course of training, each moment written down before it is passed on.

    Parameters
    ----------
    course : iterable of Told
        As `Trainer.course` gives it.
    path : path
        The CSV file. One that is there already is gone on with: moments at the step where the
        course begins, and after, are written anew, as after a checkpoint was loaded.
    tensorboard : path, optional
        Folder of the events that TensorBoard shows.

    Yields
    ------
    Told
        What the course told.

    Raises
    ------
    ParameterError
        If the file is of another kind, or TensorBoard is asked for and not installed.
    RecordError
        If the file cannot be written; the one that was there stays.

    Examples
    --------
    Trained, with a file that a spreadsheet or pandas reads::

        for told in journaled(trainer.course(every=100), "training.csv"):
            print(told.step, told.training.loss)
    """
    path = Path(path)
    rows = earlier(path)
    events = None if tensorboard is None else writer(Path(tensorboard))
    began, fresh = time.monotonic(), True
    try:
        for told in course:
            if fresh:
                rows, fresh = [row for row in rows if int(row["step"]) < told.step], False
            rows.append(row_of(told, time.monotonic() - began))
            save(path, rows)
            if events is not None:
                show(events, told)
            yield told
    finally:
        if events is not None:
            events.close()


def row_of(told: Told, seconds: float) -> dict[str, str]:
    """Return what is written of a moment; what was not measured is empty."""
    validation = told.validation
    values = (
        told.epoch, told.step, *told.training, *(validation or (math.nan, math.nan)), told.rate,
        round(seconds, 3),
    )  # fmt: skip
    return {
        name: "" if isinstance(value, float) and math.isnan(value) else repr(value)
        for name, value in zip(COLUMNS, values, strict=True)
    }


def earlier(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file that is there already."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ParameterError(f"{path} is no journal of a training: name another file.")
        return list(reader)


def save(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the file, whole or not at all."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    table.writerows(rows)
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")


def writer(folder: Path):
    """Return what writes TensorBoard's events."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise ParameterError(
            "TensorBoard is not installed: pip install 'engram-workbench[tensorboard]'."
        ) from None
    return SummaryWriter(str(folder))


def show(events, told: Told) -> None:
    """Add a moment to the curves of TensorBoard."""
    for part, score in (("training", told.training), ("validation", told.validation)):
        for name, value in (score._asdict() if score else {}).items():
            if not math.isnan(value):
                events.add_scalar(f"{name}/{part}", value, told.step)
    events.add_scalar("learning rate", told.rate, told.step)
