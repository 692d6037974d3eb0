"""A study of recall as text and as plain values, and read again to go on with it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from models.enn.recall_cases import ENN, NETWORKS, Case
from models.enn.recall_study import TRIAL, RecallRun, RecallStudy
from models.enn.statistics import interval
from workbench.model import ParameterError

#: Share of right answers after which a task counts as learnt.
LEARNT = 0.9
HEADER: tuple[str, ...] = (
    "network", "rate", "weights", "sequences", "right, %", "at the ENN's number", "90 % after",
    "s a run",
)  # fmt: skip
#: Parts of a memory that are taken away, as columns.
PARTS = ("trace removed", "retrieval removed", "one slot", "trace shuffled")


def text(study: RecallStudy) -> str:
    """Return the whole report; of what is finished, if it was interrupted."""
    lines = [
        "Is the memory used, and what is it worth? Means over runs and their 95 % intervals.",
        *(f"  {name}: {said}" for name, said in NETWORKS.items() if name in study.networks),
    ]
    if study.sequences:
        lines.append(f"  A SHORT RUN: {study.sequences:,} training sequences at most")
    for case in study.cases:
        lines += ["", *of_case(study, case)]
    return "\n".join(lines)


def of_case(study: RecallStudy, case: Case) -> list[str]:
    """Return what came of a case, in lines."""
    chance, unbound = case.task.chance(), case.unbound
    said = f"{case.name}: {case.title}; chance {100 * chance:.1f} %"
    if unbound > chance:
        said += f", who knows the values but not their keys {100 * unbound:.1f} %"
    rows = [HEADER]
    taken: list[tuple[str, ...]] = [("right without parts, %", *PARTS, "slots attended")]
    for name in study.networks:
        runs = reported(study, case.name, name)
        if not runs:
            continue
        rows.append(row(study, case, name, runs))
        if runs[0].ablations:
            parts = (shown([100 * run.ablations[part] for run in runs]) for part in PARTS)
            taken.append((name, *parts, shown([run.slots or 0 for run in runs])))
    if len(rows) == 1:
        return [said, "  nothing is finished"]
    return [said, *table(rows), *(table(taken) if len(taken) > 1 else [])]


def row(study: RecallStudy, case: Case, name: str, runs: list[RecallRun]) -> tuple[str, ...]:
    """Return what a network's runs came to."""
    least = study.length(case, ENN) * case.batch
    after = sorted(run.after(LEARNT) for run in runs)
    middle = after[len(after) // 2]
    learnt = sum(map(math.isfinite, after))
    said = f"{middle:,.0f}" if math.isfinite(middle) else "more" if learnt else "never"
    return (
        name, f"{runs[0].rate:g}", f"{runs[0].parameters:,}", f"{runs[0].sequences[-1]:,}",
        shown([100 * (run.test or 0) for run in runs]),
        shown([100 * run.at(least) for run in runs]),
        f"{said} ({learnt} of {len(runs)} runs)", f"{mean([r.seconds for r in runs]):.0f}",
    )  # fmt: skip


def reported(study: RecallStudy, case: str, network: str) -> list[RecallRun]:
    """Return a network's runs that are no trials, by seed."""
    runs = [
        run for run in study.finished
        if (run.case, run.network) == (case, network) and TRIAL < run.seed <= study.seeds
    ]  # fmt: skip
    return sorted(runs, key=lambda run: run.seed)


def mean(values: list[float]) -> float:
    """Return a mean."""
    return sum(values) / len(values)


def shown(values: list[float]) -> str:
    """Return the mean over runs and how far the true one may lie from it."""
    told = interval(values)
    if told.runs < 2:
        return f"{told.mean:.1f}"
    return f"{told.mean:.1f} +- {told.high - told.mean:.1f}"


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as aligned lines."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    cells = [[f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)] for row in rows]
    return ["  " + "  ".join(row).rstrip() for row in cells]


def as_dict(study: RecallStudy, complete: bool) -> dict[str, Any]:
    """Return everything as plain values, for JSON."""
    return {
        "experiment": "recall", "complete": complete, "seeds": study.seeds,
        "settings": study.settings(), "runs": [asdict(run) for run in study.finished],
    }  # fmt: skip


def runs_of(path: Path, study: RecallStudy) -> list[RecallRun]:
    """Return the runs of a file that `as_dict` told, to go on with.

    Raises
    ------
    ParameterError
        If it is no such file, or of a study with other settings.
    """
    names = {one.name for one in fields(RecallRun)}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        settings, runs = told["settings"], told["runs"]
        found = [RecallRun(**{name: run[name] for name in names}) for run in runs]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"{path} is no file of a study of recall: {error}.") from None
    if settings != json.loads(json.dumps(study.settings())):
        raise ParameterError(
            f"{path} is of a study with other settings; name another file, or replace it with "
            "--force."
        )
    return found
