"""`engram-workbench train TEXT`: networks learn to foresee the next word.

TEXT is wikitext-2, wikitext-103, or any text file or folder of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apps.commands.execute import FLAG, interrupted_once, uninterrupted
from apps.commands.reproduce import follow, kinds, whole, write
from workbench.parameters import ParameterError

if TYPE_CHECKING:
    from models.enn.recipe import Recipe

#: Parameters of the model that a text has no use for.
UNUSED = ("readout", "pairs", "gap", "shown", "others")


def is_text(data: str | None) -> bool:
    """Return whether what is to be learnt is a text: by its name, or a file or folder."""
    if not data:
        return False
    return data == "text" or data.startswith("wikitext") or "/" in data or Path(data).suffix != ""


def refuse_unused(flags: Mapping[str, Any], folder: Path | None) -> None:
    """Raise `ParameterError` for what was given and would do nothing."""
    for name in UNUSED:
        if flags.get(FLAG + name) is not None:
            raise ParameterError(f"--{name} does not go with a text.")
    if folder is not None:
        raise ParameterError("--runs does not go with a text, whose runs are no records; use -o.")


def train_text(
    data: str, model: Any, networks: str, seeds: int, words: str, span: str,
    output: Path | None, quiet: bool,
) -> int:  # fmt: skip
    """Train networks on a text, and print how well they foresee its words.

    `model` has the values of the flags: an `EngramTraining`.
    """
    most, steps = whole("--words", words, 0), whole("--span", span, 1, 10_000)
    from models.enn.computing import threads
    from models.enn.reproduce import Reproduction
    from models.enn.reproduce_report import text
    from models.enn.text_training import named_text, text_experiment

    name, folder = named_text(data, model.folder)
    made = text_experiment(
        name, *parts(model), batch=model.batch, dropout=model.dropout, words=most, steps=steps
    )
    work = Reproduction(
        made, folder, fixed=True, seeds=seeds, samples=model.samples, kinds=kinds(networks)
    )
    with interrupted_once():
        with threads(1):
            code = follow(work, output, quiet)
        with uninterrupted():
            write(work, output, complete=not code)
            click.echo(text(work))
    return code


def parts(model: Any) -> tuple[dict[str, Any], Recipe]:
    """Return the cell's settings and the recipe that flags and preset ask for."""
    from models.enn.recipe import Recipe

    cell = model.config(1).to_dict()
    for name in ("input_size", "seed"):
        cell.pop(name)
    if model.trace == "batch":  # an answer that depends on the rest of a batch is none
        cell.pop("trace")
    recipe = Recipe(epochs=model.epochs, learning_rate=model.learning_rate, patience=model.patience)
    return cell, recipe
