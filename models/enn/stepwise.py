"""One sequence goes through a trained network: what each step does to answer, attention, trace."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray

from models.enn.baselines import Recurrent
from models.enn.computing import threads
from models.enn.networks import EngramNetwork
from workbench import variable

#: Entries of a picture over all steps, at most; a larger one is left out.
ROOM = 4_000_000


@torch.no_grad()
def steps(
    network: EngramNetwork | Recurrent, given: NDArray[np.float32], classes: list[str]
) -> xr.Dataset:
    """Return what a network makes of a sequence, after each of its steps.

    Parameters
    ----------
    network : EngramNetwork or Recurrent
        Trained.
    given : ndarray, shape (T, d)
        What it reads.
    classes : list of str
        What answers are called.

    Returns
    -------
    Dataset
        Along "moment", with what is still to come left blank: ``asked_input``, ``asked_answer``
        (the probability of each answer if the sequence ended there), and of a network with a
        memory ``asked_attention`` and ``asked_trace``; ``asked_said`` and ``asked_verdict`` in
        words.
    """
    with threads(1):
        x = torch.from_numpy(np.ascontiguousarray(given))[None]
        likely = np.stack([probabilities(network, x[:, : t + 1]) for t in range(len(given))])
        told = network(x, details=True).details[0] if isinstance(network, EngramNetwork) else None
    attention = None if told is None else told.attention[0].numpy()
    found = {
        "asked_input": unrolled(("row", "feature"), given - given.min(), "input", first=True),
        "asked_answer": unrolled(("answer", "at"), likely, "probability"),
        **words(likely, attention, classes),
    }
    if told is not None and attention is not None:
        trace = told.trace[0] if told.trace.dim() == 4 else told.trace
        along = ("moment", "slot", "unit")
        found["asked_attention"] = unrolled(("slot", "at"), attention, "attention")
        found["asked_trace"] = variable(along, trace.numpy(), "1", "trace H")
    found = {name: var for name, var in found.items() if var.size <= ROOM}
    numbered = {
        "moment": "step", "at": "step", "row": "row", "feature": "column", "slot": "slot",
        "unit": "hidden unit",
    }  # fmt: skip
    sizes = xr.Dataset(found).sizes
    coordinates = {
        dim: variable(dim, np.arange(1, sizes[dim] + 1), "1", name)
        for dim, name in numbered.items()
        if dim in sizes
    }
    coordinates["answer"] = variable("answer", classes, "1", "answer")
    return xr.Dataset(found, coords=coordinates)


def probabilities(network: EngramNetwork | Recurrent, x: torch.Tensor) -> NDArray[np.float32]:
    """Return the probability of each answer at the end of a sequence (1, t, d)."""
    output = network(x).output[0]
    return (output[-1] if output.dim() == 2 else output).softmax(-1).numpy()


def unrolled(
    along: tuple[str, str], values: NDArray[np.float32], name: str, first: bool = False
) -> xr.Variable:
    """Return values (T, n) once for each step, those of later steps blank.

    The steps are the rows (`first`) or else the columns of each picture.
    """
    count = len(values)
    later = np.arange(count) > np.arange(count)[:, None]  # (moment, step)
    shown = np.where(later[..., None], np.float32(np.nan), values)
    return variable(("moment", *along), shown if first else shown.swapaxes(1, 2), "1", name)


def words(
    likely: NDArray[np.float32], attention: NDArray[np.float32] | None, classes: list[str]
) -> dict[str, xr.Variable]:
    """Return each step in words, and the verdict at the end."""
    said = []
    for step, shares in enumerate(likely):
        best, second = np.argsort(-shares)[[0, min(1, len(shares) - 1)]]
        told = (
            f"After {step + 1} of {len(likely)} steps: {classes[best]} ({shares[best]:.0%}), then "
            f"{classes[second]} ({shares[second]:.0%})."
        )
        if attention is not None:
            slot = int(attention[step].argmax())
            told += f" Slot {slot + 1} has the most attention, {attention[step, slot]:.1%}."
        said.append(told)
    best = int(likely[-1].argmax())
    verdict = f"The network's answer is {classes[best]}, with {likely[-1, best]:.0%}."
    return {
        "asked_said": variable("moment", said, "1", "the step in words"),
        "asked_verdict": variable((), verdict, "1", "the answer in words"),
    }
