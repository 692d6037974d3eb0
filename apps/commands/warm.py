"""`engram-workbench warm`: compile ahead what first runs would wait for."""

from __future__ import annotations

import sys
import time

import click

import models
from apps.commands.common import Strict
from workbench.model import Model


@click.command("warm", cls=Strict)
@click.argument("names", metavar="[MODEL]...", nargs=-1)
def warm_command(names: tuple[str, ...]) -> None:
    """Compile ahead what the first runs of all models (or those named) would wait for.

    What is compiled is kept in the user's cache folder (or $ENGRAM_WORKBENCH_CACHE) and used by
    every later run with the same sizes, whatever else is changed.
    """
    started = time.perf_counter()
    done = sum(warm(kind) for kind in [models.get(name) for name in names or models.names()])
    took = time.perf_counter() - started
    click.echo(f"{done} compiled in {took:.0f} s." if done else "Everything is compiled already.")


def warm(kind: type[Model]) -> int:
    """Prepare a model's defaults, its presets and every engine it has; return how many were new."""
    made = [kind(), *(kind.from_preset(name) for name in kind.presets)]
    engine = kind.parameters().get("engine")
    if engine is not None:
        made += [kind(engine=option) for option in engine.options]  # type: ignore[attr-defined]
    return sum(prepared(model) for model in made)


def prepared(model: Model) -> bool:
    """Prepare one model and say so; False if there was nothing to do."""
    started = time.perf_counter()

    def tell(words: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{model.title}: {words}", err=True, nl=False)

    if not model.warm(tell):
        return False
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    click.echo(f"{model.title}: compiled in {time.perf_counter() - started:.0f} s.")
    return True
