"""A trained network as variables of a record, so that a run can be asked after it has ended."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import torch
import xarray as xr

from models.enn.baselines import Recurrent
from models.enn.material import Material
from models.enn.networks import EngramClassifier, EngramNetwork
from workbench import ParameterError, variable

#: Numbers of a network that is kept at most (12 MB), and test sequences kept with it.
MOST, EXAMPLES = 3_000_000, 50
#: Variables that a network is made again from.
NAMES = ("network_numbers", "network_settings")


def kept(network: torch.nn.Module, material: Material) -> xr.Dataset:
    """Return a network's settings and numbers, and a few test sequences with their answers.

    Of one that is too large there are only the sequences.
    """
    test = material.test.take(slice(EXAMPLES))
    examples = {
        "example_input": variable(("example", "moment", "feature"), test.x.numpy(), "1", "input"),
        "example_answer": variable("example", names_of(test.y, material.classes), "1", "answer"),
        "answer": variable("answer", list(material.classes), "1", "answer"),
        "input_low": variable((), float(material.test.x.min()), "1", "lowest input"),
        "input_high": variable((), float(material.test.x.max()), "1", "highest input"),
    }
    numbers = tensors(network)
    if sum(value.numel() for value in numbers.values()) > MOST:
        return xr.Dataset(examples)
    settings: dict[str, Any] = network.to_dict()  # type: ignore[operator]
    told = {"memory": isinstance(network, EngramNetwork), "settings": settings}
    flat = torch.cat([value.detach().float().flatten().cpu() for value in numbers.values()])
    return xr.Dataset({
        **examples,
        "network_numbers": variable("weight", flat.numpy(), "1", "the network's numbers in order"),
        "network_settings": variable((), json.dumps(told), "1", "the network's settings, JSON"),
    })  # fmt: skip


def tensors(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the tensors of a network's state by name."""
    state = network.state_dict()
    return {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}


def names_of(answers: torch.Tensor, classes: tuple[str, ...]) -> list[str]:
    """Return what right answers are called; of those asked step by step nothing."""
    return [classes[int(one)] if not one.dim() else "" for one in answers]


def network_of(data: xr.Dataset) -> EngramClassifier | Recurrent:
    """Return the trained network of a record.

    Raises
    ------
    ParameterError
        If the record has none, or not all of its numbers.
    """
    if not all(name in data for name in NAMES):
        raise ParameterError("The record has no network: it was too large to keep, or never done.")
    told = json.loads(str(data.network_settings.values))
    made: EngramClassifier | Recurrent
    made = (
        EngramClassifier.from_dict(told["settings"])
        if told["memory"]
        else Recurrent(**told["settings"])
    )
    numbers = np.array(data.network_numbers.values, np.float32)
    state = made.state_dict()
    needed = sum(value.numel() for value in tensors(made).values())
    if len(numbers) != needed:
        raise ParameterError(f"The record has {len(numbers):,} numbers of a network of {needed:,}.")
    place = 0
    for name, value in tensors(made).items():
        size = math.prod(value.shape)
        part = torch.from_numpy(numbers[place : place + size]).reshape(value.shape)
        state[name] = part.to(value.dtype)
        place += size
    made.load_state_dict(state)
    return made.eval()
