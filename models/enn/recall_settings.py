"""Which settings of the cell make its memory one that is used: each changed alone, at one task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.enn.recall_cases import CASES, ENN, Case
from models.enn.recall_report import as_dict, reported, runs_of, shown, table
from models.enn.recall_study import RecallStudy

__all__ = ["CHANGES", "as_dict", "runs_of", "settings_study", "text"]

#: What is changed of `EngramConfig.recall`; the first four are as published.
CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one trace for the batch": {"trace": "batch"},
    "temperature 0.75": {"temperature": 0.75},
    "the whole trace fades": {"decay": "all"},
    "clip at 0.1": {"clip": 0.1},
    "eta 0.05": {"hebbian_rate": 0.05},
    "eta 0.5": {"hebbian_rate": 0.5},
    "alpha 0.5": {"trace_scale": 0.5},
    "alpha 2": {"trace_scale": 2.0},
    "temperature 0.2": {"temperature": 0.2},
    "temperature 0.02": {"temperature": 0.02},
    "temperature learnt": {"learn_temperature": True},
    "top-k, 1 slot": {"attention": "top-k", "top_k": 1},
    "top-k, 4 slots": {"attention": "top-k", "top_k": 4},
    "sparsemax": {"attention": "sparsemax"},
    "eta learnt": {"rate": "learned"},
    "eta by novelty": {"rate": "novelty"},
    "slots gated": {"slot_gate": True},
    "no gradient through the trace": {"gradient": False},
    "no noise": {"noise": 0.0},
    "a trace of rank 8": {"rank": 8},
    "8 slots": {"slots": 8},
    "4 slots": {"slots": 4},
}
#: The one learning rate, and the task.
RATE, TASK = 1e-2, "pairs-8"


class SettingsStudy(RecallStudy):
    """A study of one network with changed settings, each of them a case."""


def settings_study(seeds: int = 3, sequences: int = 0) -> SettingsStudy:
    """Return the study of what a change of each setting does.

    Parameters
    ----------
    seeds, sequences
        As `RecallStudy`.
    """
    cases = [changed(name, change) for name, change in CHANGES.items()]
    return SettingsStudy(cases, (ENN,), seeds=seeds, sequences=sequences, rates=(RATE,))


def changed(name: str, change: dict[str, Any]) -> Case:
    """Return the task with changed settings of the cell."""
    return replace(CASES[TASK], name=name, cell=change, only=(ENN,))


def text(study: RecallStudy) -> str:
    """Return the report; of what is finished, if it was interrupted."""
    case = CASES[TASK]
    rows: list[tuple[str, ...]] = [
        ("changed", "right, %", "trace removed", "retrieval removed", "slots attended")
    ]
    for each in study.cases:
        if runs := reported(study, each.name, ENN):
            parts = ("trace removed", "retrieval removed")
            rows.append((
                each.name, shown([100 * (run.test or 0) for run in runs]),
                *(shown([100 * run.ablations[part] for run in runs]) for part in parts),
                shown([run.slots or 0 for run in runs]),
            ))  # fmt: skip
    short = f"; A SHORT RUN: {study.sequences:,} at most" if study.sequences else ""
    runs = "one run" if study.seeds == 1 else f"{study.seeds} runs"
    return "\n".join([
        f"What a memory for recall needs: {case.title}. Each setting changed alone, "
        f"{case.steps * case.batch:,} sequences{short}, learning rate {RATE:g}, {runs} "
        f"each; chance {100 * case.task.chance():.1f} %, who knows the values but not their keys "
        f"{100 * case.unbound:.1f} %.",
        *table(rows),
    ])  # fmt: skip
