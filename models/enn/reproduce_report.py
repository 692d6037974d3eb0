"""An experiment that was done again, as text and as plain values: published numbers beside ours."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from models.enn.classification import Classification
from models.enn.published import TESTED_ACCURACY, TESTED_LOSS, beside, results, shown
from models.enn.reproduce import Outcome, Reproduction
from models.enn.reproduce_networks import Task
from models.enn.statistics import Comparison, compare, interval

#: Epochs that are all told.
MANY = 30
#: Measures that the tests of statistics are done on.
TESTED = {"classes": ("accuracy", "loss"), "numbers": ("mse",), "words": ("loss", "accuracy")}


def text(done: Reproduction) -> str:
    """Return the whole report; of what is finished, if it was interrupted."""
    made = done.experiment
    runs = "one run" if done.seeds == 1 else f"{done.seeds} runs"
    way = f"{'as it should be' if done.fixed else 'as published'}, {runs} each"
    parts = [[f"{made.title} ({way})", *remarks(done)]]
    if done.finished or done.references:
        parts.append([means(done) if done.fixed else beside(made.rows, ours(done))])
    if not made.tests_only:
        parts.append(["By epoch:", *(course(outcome, made.task) for outcome in done.outcomes)])
    parts += [
        [f"{o.network}, seed {o.seed}. {o.memory['text']}"] for o in done.finished if o.memory
    ]
    parts += [
        [f"{title}:", str(comparison)] for title, comparison in statistics(done).items()
    ]  # fmt: skip
    if not made.tests_only:
        parts += [
            [f"{o.network}, seed {o.seed}, class by class:", *classes(o.classes)]
            for o in done.finished if o.classes and o.memory and o.seed == done.finished[0].seed
        ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def remarks(done: Reproduction) -> list[str]:
    """Return what to know before reading numbers."""
    made, data, recipe = done.experiment, done.data, done.recipe
    lines = [
        f"Data: {data.source}. {data.preprocessing}",
        f"{len(data.train.x):,} to train, {len(data.validation.x):,} to validate, "
        f"{len(data.test.x):,} to test; batches of {made.batch}, at most {recipe.epochs} epochs.",
    ]
    if done.short:
        lines.append(f"A SHORT RUN, not the whole experiment: {done.short}.")
    if made.rows.startswith("wikitext") and data.name != made.rows:
        lines.append(
            f"The paper has a quarter of WikiText-103's lines, this is {data.name}: losses and "
            "perplexities are not comparable."
        )
    if not done.fixed and made.outputs > data.outputs:
        lines.append(
            f"The head has {made.outputs:,} words as published; the text has {data.outputs:,}, and "
            "the others never occur."
        )
    if done.fixed:
        lines.append(
            "One layer each, the same readout, head and dropout; baselines as wide as the ENN, and "
            "as large as it in trained weights. The ENN is deterministic in evaluation, and no "
            "answer depends on the rest of its batch. Weights are chosen by validation; the test "
            "part is looked at once."
        )
    else:
        lines.append(f"The paper's way: {made.note}")
    return lines


def ours(done: Reproduction) -> dict[str, dict[str, float]]:
    """Return the measures of each network's run, and of what needs no training."""
    return {**{one.network: one.measures for one in done.finished}, **done.references}


def grouped(done: Reproduction) -> dict[str, list[Outcome]]:
    """Return the finished runs of each network."""
    runs: dict[str, list[Outcome]] = {}
    for outcome in done.finished:
        runs.setdefault(outcome.network, []).append(outcome)
    return runs


def means(done: Reproduction) -> str:
    """Return a table of published numbers and of means over runs, with their intervals."""
    published = results(done.experiment.rows)
    rows = [("network", "measure", "published", "ours, mean over runs")]
    for name, runs in grouped(done).items():
        row = published.get(name.split(",")[0])
        theirs = row.measures if row else {}
        for measure in runs[0].measures:
            values = [run.measures[measure] for run in runs]
            same = len(set(values)) == 1 and measure == "parameters"
            said = shown(runs[0].measures, measure) if same else str(interval(values))
            rows.append((name, measure, shown(theirs, measure), said))
    for name, measures in done.references.items():
        theirs = published[name].measures if name in published else {}
        rows += [(name, what, shown(theirs, what), shown(measures, what)) for what in measures]
    if not done.experiment.rows:
        rows = [(name, measure, "", said) for name, measure, _, said in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return "\n".join(
        f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}"
        for row in rows
    )


def course(outcome: Outcome, task: Task) -> str:
    """Return what each epoch led to, in a line: accuracies of classes, else losses."""
    name = f"  {outcome.network}, seed {outcome.seed}"
    if not outcome.epochs:
        return f"{name}: stopped before the end of the first epoch"
    last = outcome.epochs[-1]
    kind = "accuracy" if task == "classes" else "loss"
    part = "validation" if last.test_loss is None else "test"
    each = 1 if len(outcome.epochs) <= MANY else 10
    shown = [e for n, e in enumerate(outcome.epochs, 1) if n == 1 or n % each == 0 or e is last]
    values = " ".join(f"{getattr(epoch, f'{part}_{kind}'):.4f}" for epoch in shown)
    often = "" if each == 1 else f" after the first and each {each}th epoch"
    count = len(outcome.epochs)
    ended = outcome.ended if outcome.measures else f"stopped after epoch {count}, not tested"
    return f"{name}, {part} {kind}{often}: {values} ({ended})"


def statistics(done: Reproduction) -> dict[str, Comparison]:
    """Return the tests by what they are of; none where there are too few runs."""
    if done.fixed:
        return on_runs(done)
    if not done.experiment.tests_only:
        return {}
    tests = {
        "Published accuracies (validation and test of one run; the paper's ANOVA and Tukey)":
            compare(TESTED_ACCURACY),
        "Published losses (the paper's Kruskal-Wallis)": compare(TESTED_LOSS),
    }  # fmt: skip
    runs = done.finished
    if len(runs) > 1:
        for what, plural in (("accuracy", "accuracies"), ("loss", "losses")):
            tests[f"Our {plural}, in the same meaningless way"] = compare(
                {one.network: (one.validation[what], one.measures[what]) for one in runs}
            )
    return tests


def on_runs(done: Reproduction) -> dict[str, Comparison]:
    """Return the tests on runs, of networks with the same readout."""
    tests = {}
    runs = {name: each for name, each in grouped(done).items() if len(each) > 1}
    for group in dict.fromkeys(each[0].group for each in runs.values()):
        alike = {name: each for name, each in runs.items() if each[0].group == group}
        if len(alike) < 2:
            continue
        for what in TESTED[done.experiment.task]:
            tests[f"Test {what} of runs, {group}"] = compare(
                {name: [one.measures[what] for one in each] for name, each in alike.items()}
            )
    return tests


def classes(told: Classification | None) -> list[str]:
    """Return the scores of each class, and the confusion matrix."""
    if told is None:
        return []
    names = [f"{name[:6]:>6}" for name in told.classes]
    width = max(map(len, told.classes))
    rows = zip(told.classes, told.confusion, strict=True)
    return [
        str(told), "confusion (row: true, column: predicted)", f"{'':{width}}{''.join(names)}",
        *(f"{name:{width}}{''.join(f'{count:6d}' for count in row)}" for name, row in rows),
    ]  # fmt: skip


def as_dict(done: Reproduction, complete: bool) -> dict[str, Any]:
    """Return everything as plain values, for JSON."""
    return {
        **done.settings(), "complete": complete,
        "published": {name: row.measures for name, row in results(done.experiment.rows).items()},
        "references": done.references,
        "runs": [plain(outcome) for outcome in done.outcomes],
        "statistics": {
            title: {**asdict(test), "pairs": [pair._asdict() for pair in test.pairs]}
            for title, test in statistics(done).items()
        },
    }  # fmt: skip


def plain(outcome: Outcome) -> dict[str, Any]:
    """Return a run as plain values."""
    told = outcome.classes
    return {
        **{name: value for name, value in vars(outcome).items() if name != "classes"},
        "epochs": [epoch._asdict() for epoch in outcome.epochs],
        "classes": told and {
            "names": told.classes, "confusion": told.confusion.tolist(),
            "precision": told.precision.tolist(), "recall": told.recall.tolist(),
            "f1": told.f1.tolist(), "support": told.support.tolist(),
        },
    }  # fmt: skip
