"""Hold the reference mode to values that the published program computed.

    python -m models.enn.golden FILE.npz ...

prints each file's largest errors in values and gradients, by the plain loops and by the fused
recurrences, and ends with status 1 if one is out of tolerance. Files hold the weights, the inputs
and every intermediate of one cell (`cell_*.npz`) or classifier (`classifier_*.npz`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import click
import numpy as np
import torch
from torch import Tensor

from models.enn import keras_weights
from models.enn.cell import EngramCell
from models.enn.cell import Path as Way
from models.enn.config import EngramConfig
from models.enn.networks import EngramClassifier
from models.enn.state import EngramState
from workbench.model import ParameterError

#: Relative and absolute tolerance; the absolute one grows with an array's largest value.
TOLERANCE = {
    "float64": {"values": (1e-9, 1e-11), "gradients": (1e-8, 1e-11)},
    "float32": {"values": (1e-4, 1e-5), "gradients": (1e-3, 1e-4)},
}
#: Keras keeps probabilities off 0 and 1 by so much.
EDGE = 1e-7


@dataclass(frozen=True)
class Errors:
    """How far a computation is from a file.

    Attributes
    ----------
    values, gradients : float
        Largest error, relative to the largest value of its array where that is above 1.
    wrong : tuple of str
        Names of arrays that are out of tolerance.
    """

    values: float
    gradients: float
    wrong: tuple[str, ...]


def check(path: str | Path, way: Way = "auto") -> Errors:
    """Return how far the reference mode is from a file.

    Raises
    ------
    ParameterError
        If it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        meta = json.loads(str(arrays.pop("meta_json")))
    except (OSError, ValueError, KeyError) as error:
        raise ParameterError(f"{path} is no file of golden values: {error}.") from None
    kind = str(arrays["x"].dtype)
    if kind not in TOLERANCE:
        raise ParameterError(f"{path} holds {kind}; it must hold {' or '.join(TOLERANCE)}.")
    compute = cell_values if "h0" in arrays else classifier_values
    values, gradients = compute(meta, arrays, way)
    errors: dict[str, float] = {"values": 0.0, "gradients": 0.0}
    wrong = []
    for group, computed in (("values", values), ("gradients", gradients)):
        relative, absolute = TOLERANCE[kind][group]
        for name, mine in computed.items():
            theirs = arrays[name]
            found = mine.detach().numpy()
            size = max(1.0, float(np.abs(theirs).max()))
            if not np.allclose(found, theirs, rtol=relative, atol=absolute * size):
                wrong.append(name)
            errors[group] = max(errors[group], float(np.abs(found - theirs).max()) / size)
    return Errors(**errors, wrong=tuple(wrong))


def configuration(meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> EngramConfig:
    """Return the configuration of a file."""
    return EngramConfig.reference(
        int(meta["input_dim"]),
        hidden_size=int(meta["hidden_dim"]),
        slots=int(meta["memory_size"]),
        hebbian_rate=float(meta["hebbian_lr"]),
        trace_scale=float(meta["scale_factor"]),
        temperature=float(meta["temperature"]),
        sparsity=float(meta["sparsity_strength"]),
        clip=float(meta.get("clip", 0.1)),
        layer_norm="w_ln1_gamma" in arrays,
    )


def cell_values(
    meta: dict[str, Any], arrays: dict[str, np.ndarray], way: Way
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return what a cell computes by the names of the file, values and gradients."""
    given = {name: torch.as_tensor(array) for name, array in arrays.items()}
    cell = EngramCell(configuration(meta, arrays), path=way).to(given["x"].dtype)
    keras_weights.load(cell, arrays)
    leaves = {name: given[name].requires_grad_() for name in ("x", "h0", "H0")}
    start = EngramState(leaves["h0"], leaves["H0"])
    output, end = cell(leaves["x"], start, noise=given["noise"])
    with torch.no_grad():
        told = cell(leaves["x"], start, noise=given["noise"], details=True)[2]
    first = end.hidden.sum()
    second = (output * given["R"]).sum() + (end.trace * given["RH"]).sum()
    values = {
        "outputs": output, "h": output, "z": told.pattern, "score": told.score,
        "attention": told.attention, "m": told.retrieved, "H": told.trace,
        "loss_sum_hT": first, "loss_weighted": second,
    }  # fmt: skip
    if not np.allclose(end.trace.detach().numpy(), told.trace[-1].numpy(), atol=1e-5):
        raise AssertionError("the last trace is not the same by both ways")
    gradients = {}
    for prefix, loss in (("g1", first), ("g2", second)):
        gradients |= gradient(loss, cell, leaves, prefix)
    return present(values, arrays), present(gradients, arrays)


def classifier_values(
    meta: dict[str, Any], arrays: dict[str, np.ndarray], way: Way
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return what a classifier computes by the names of the file, values and gradients."""
    given = {name: torch.as_tensor(array) for name, array in arrays.items()}
    readout = "attention" if "w_W_a" in arrays else "each" if given["y"].dim() == 3 else "last"
    classes = given["y"].shape[-1]
    network = EngramClassifier(configuration(meta, arrays), classes, readout=readout)
    network = network.to(given["x"].dtype).eval()
    cell = network.engram.cell()
    cell.path = way
    keras_weights.load(network, arrays)
    x = given["x"].requires_grad_()
    config = network.engram.config
    start = EngramState(
        x.new_zeros(len(x), config.hidden_size), x.new_zeros(config.slots, config.hidden_size)
    )
    hidden, _ = cell(x, start, noise=x.new_zeros(x.shape[1], config.slots, config.hidden_size))
    chances = torch.softmax(network.head(network.read(hidden, None)), -1)
    inside = (chances / chances.sum(-1, keepdim=True)).clamp(EDGE, 1 - EDGE)
    loss = -(given["y"] * inside.log()).sum(-1).mean()
    values = present({"output": chances, "loss": loss}, arrays)
    return values, present(gradient(loss, network, {"x": x}, "g"), arrays)


def gradient(loss: Tensor, network, leaves: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the gradients of a loss by the names of the file."""
    weights = keras_weights.places(network)
    wanted = [weight for weight, _ in weights.values()] + list(leaves.values())
    found = torch.autograd.grad(loss, wanted, retain_graph=True, materialize_grads=True)
    turned = [turn for _, turn in weights.values()] + [False] * len(leaves)
    names = [*weights, *leaves]
    return {
        f"{prefix}_{name}": value.mT if turn else value
        for name, value, turn in zip(names, found, turned, strict=True)
    }


def present(computed: dict[str, Tensor], arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Return what the file holds too."""
    return {name: value for name, value in computed.items() if name in arrays}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Print how far the reference mode is from each of FILES."""
    failed = False
    for path in files:
        for way in get_args(Way):
            try:
                errors = check(path, cast(Way, way))
            except ParameterError as error:
                raise click.ClickException(str(error)) from None
            verdict = f"OUT OF TOLERANCE: {', '.join(errors.wrong)}" if errors.wrong else "ok"
            click.echo(
                f"{path.name} ({way}): values {errors.values:.1e}, "
                f"gradients {errors.gradients:.1e}: {verdict}"
            )
            failed |= bool(errors.wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
