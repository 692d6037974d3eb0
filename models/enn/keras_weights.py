"""Weights of the published program (Keras), by the names that they have in npz files.

Keras keeps kernels as (in, out); torch's `Linear` as (out, in).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.enn.cell import EngramCell
from models.enn.networks import EngramNetwork
from workbench.model import ParameterError

PREFIX = "w_"


def places(network: EngramCell | EngramNetwork) -> dict[str, tuple[Tensor, bool]]:
    """Return each weight by its name in a file, and whether it is transposed there."""
    cell = network if isinstance(network, EngramCell) else network.engram.cell()
    found = {
        "W_z": (cell.encoder.weight, True), "b_z": (cell.encoder.bias, False),
        "W_u": (cell.integrator.weight, True), "b_u": (cell.integrator.bias, False),
        "W_h": (cell.output.weight, True), "b_h": (cell.output.bias, False),
        "M": (cell.memory.slots, False),
    }  # fmt: skip
    for name, norm in (("ln1", cell.encoder_norm), ("ln2", cell.output_norm)):
        if isinstance(norm, nn.LayerNorm):
            found |= {f"{name}_gamma": (norm.weight, False), f"{name}_beta": (norm.bias, False)}
    if isinstance(network, EngramNetwork):
        found |= {"W_out": (network.head.weight, True), "b_out": (network.head.bias, False)}
        if network.pool is not None:
            score = network.pool.score
            found |= {"W_a": (score.weight, True), "b_a": (score.bias, False)}
    return found


@torch.no_grad()
def load(network: EngramCell | EngramNetwork, arrays: Mapping[str, np.ndarray]) -> None:
    """Put a file's weights into a cell, or into a network with one.

    Parameters
    ----------
    network : EngramCell or EngramNetwork
    arrays : mapping of str to array
        Such as `np.load(file)`; names begin with ``w_``.

    Raises
    ------
    ParameterError
        If a weight is missing, has another shape, or has no place in the network.
    """
    wanted = places(network)
    for name in arrays:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in wanted:
            raise ParameterError(f"{name} has no place in this network.")
    for name, (weight, turned) in wanted.items():
        if PREFIX + name not in arrays:
            raise ParameterError(f"{PREFIX}{name} is missing from the file.")
        values = torch.as_tensor(np.asarray(arrays[PREFIX + name]))
        values = values.mT if turned else values
        if values.shape != weight.shape:
            raise ParameterError(
                f"{PREFIX}{name} has shape {arrays[PREFIX + name].shape}; it must be "
                f"{tuple(weight.mT.shape if turned else weight.shape)}."
            )
        weight.copy_(values)


def load_file(network: EngramCell | EngramNetwork, path: str | Path) -> None:
    """Put the weights of an npz file into a cell, or into a network with one."""
    with np.load(path, allow_pickle=False) as arrays:
        load(network, arrays)
