"""What was published, to print beside our own: the numbers, and what is known about each."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model import Reference

SZELOGOWSKI_2025 = Reference(
    "Szelogowski D", 2025,
    "Hebbian memory-augmented recurrent networks: engram neurons in deep learning",
    "arXiv:2507.21474", doi="10.48550/arXiv.2507.21474",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Published:
    """A row of published results.

    Attributes
    ----------
    experiment, model : str
    where : str
        Table or section of the paper.
    measures : dict
        Numbers by name: accuracy, loss, perplexity, mse, r2, seconds (of training), parameters.
    remark : str
        What to know before comparing.
    """

    experiment: str
    model: str
    where: str
    measures: dict[str, float]
    remark: str = ""


def _table(
    experiment: str, where: str, names: tuple[str, ...], rows: dict[str, tuple[float, ...]]
) -> list[Published]:
    return [
        Published(
            experiment=experiment,
            model=model,
            where=where,
            measures=dict(zip(names, numbers, strict=True)),
            remark=REMARKS.get((experiment, model), ""),
        )
        for model, numbers in rows.items()
    ]


REMARKS = {
    ("mnist", "ENN"): "8,192 of its parameters, the initial trace, are never read or trained.",
    ("mnist", "LSTM"): "The authors' notebook has 0.9890, 0.0385 and 288 s instead.",
    ("cifar10", "ENN"): "The best epoch (29 of 30) on the test pictures, which also validated.",
    ("wikitext-103", "ENN"): (
        "Words are raw numbers in one column, which the network cannot tell apart; 1 target in 32 "
        "is always word 0."
    ),
    ("california-housing", "ENN"): "One step: the trace that it writes is never read.",
    ("california-housing", "linear regression"): "On the same one feature.",
}

_MNIST = ("accuracy", "loss", "seconds", "parameters")
_WIKITEXT = ("accuracy", "loss", "perplexity", "seconds", "parameters")

#: The published results, by experiment and model.
RESULTS: list[Published] = [
    *_table("mnist", "Table 2", _MNIST, {
        "ENN": (0.968, 0.129, 557, 219_018),
        "GRU": (0.990, 0.037, 282, 98_570),
        "RNN": (0.981, 0.068, 95, 33_098),
        "LSTM": (0.991, 0.034, 342, 130_442),
    }),
    *_table("cifar10", "Figures 7 and 8", ("accuracy", "parameters"), {"ENN": (0.468, 227_722)}),
    *_table("wikitext-103", "Table 4", _WIKITEXT, {
        "ENN": (0.0942, 7.066, 1180.81, 3887, 24_542_382),
        "RNN": (0.1053, 6.944, 1046.99, 3675, 24_377_646),
        "GRU": (0.1033, 6.952, 1055.21, 10_886, 24_477_486),
        "LSTM": (0.1155, 6.823, 929.55, 10_892, 24_526_254),
    }),
    *_table("california-housing", "a footnote", ("mse", "r2"), {
        "ENN": (1.10, 0.16),
        "linear regression": (1.29, 0.01),
    }),
]  # fmt: skip

#: What the published tests compared: validation and test score of one run of each model.
TESTED_ACCURACY = {
    "ENN": (0.9642, 0.9682), "GRU": (0.9898, 0.9898), "RNN": (0.9832, 0.9806),
    "LSTM": (0.9887, 0.9890),
}  # fmt: skip
TESTED_LOSS = {
    "ENN": (0.1405, 0.1287), "GRU": (0.0399, 0.0368), "RNN": (0.0665, 0.0679),
    "LSTM": (0.0478, 0.0385),
}  # fmt: skip


def results(experiment: str) -> dict[str, Published]:
    """Return the published results of an experiment by model; none for one that was not done."""
    return {row.model: row for row in RESULTS if row.experiment == experiment}


def beside(experiment: str, ours: dict[str, dict[str, float]]) -> str:
    """Return a table of published numbers, and of ours with the same names.

    Parameters
    ----------
    experiment : str
        Such as "mnist".
    ours : dict
        Measures of each model, by the names that `Published.measures` has.
    """
    rows = [("model", "measure", "published", "ours")]
    remarks = []
    theirs = results(experiment)
    for model in dict.fromkeys([*theirs, *ours]):
        row = theirs.get(model)
        measured, said = ours.get(model, {}), row.measures if row else {}
        for name in dict.fromkeys([*said, *measured]):
            rows.append((model, name, shown(said, name), shown(measured, name)))
        if row and row.remark:
            remarks.append(f"{model} ({row.where}): {row.remark}")
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    lines = [
        f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}"
        for row in rows
    ]
    return "\n".join([*lines, *remarks])


def shown(measures: dict[str, float], name: str) -> str:
    """Return a number of a table; a line where there is none."""
    if name not in measures:
        return "-"
    value = measures[name]
    return f"{value:,.0f}" if name in ("parameters", "seconds") else f"{value:,.4f}"
