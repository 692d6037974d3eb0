"""What an experiment measures: classes told apart, numbers hit, words foreseen; and the memory."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.enn.ablations import ablated
from models.enn.batches import ArrayBatches, Batch, Batches
from models.enn.classification import Classification, classification
from models.enn.dataset import Dataset
from models.enn.material import tensors
from models.enn.memory_use import answers, described, memory_use, pieces
from models.enn.networks import EngramNetwork
from models.enn.reproduce_networks import Task
from models.enn.scoring import evaluate

Measures = dict[str, float]
#: Spans of words on which a memory is examined.
SPANS = 64
#: A change of the error that is none.
LITTLE = 0.01


def measured(network: nn.Module, task: Task, data: Dataset, batch: int) -> Measures:
    """Return how well a network does on the test part.

    Of classes accuracy and loss; of numbers mse and r2; of words accuracy, loss, perplexity (the
    paper's, a mean over batches of exp of their losses) and "perplexity, of the mean loss".
    """
    test = ArrayBatches(*tensors(data.test), batch)
    if task == "words":
        return words_foreseen(network, test)
    score = evaluate(network, test)
    if task == "numbers":
        return {"mse": score.loss, "r2": 1 - score.loss / float(data.test.y.var())}
    return {"accuracy": score.accuracy, "loss": score.loss}


@torch.no_grad()
def words_foreseen(network: Any, batches: Batches) -> Measures:
    """Return how well words are foreseen.

    The paper's perplexity is the mean over batches of exp(batch loss): another one for another
    batch size, and above exp(mean loss) where batches are equally large.
    """
    network.eval()
    told = np.array(
        [(loss.item(), *rest) for loss, *rest in map(network.measured, batches.epoch(0))]
    )
    losses, right, counts = told.T
    mean = float(np.average(losses, weights=counts))
    return {
        "accuracy": float(right.sum() / counts.sum()), "loss": mean,
        "perplexity": float(np.exp(losses).mean()),
        "perplexity, of the mean loss": math.exp(mean),
    }  # fmt: skip


def told_apart(network: nn.Module, data: Dataset, batch: int) -> Classification:
    """Return how the classes of the test part are told apart."""
    test = Batch(*tensors(data.test))
    given, _ = answers(cast(EngramNetwork, network.eval()), test, batch)
    return classification(data.test.y, given.numpy(), data.classes)


def memory_report(network: nn.Module, task: Task, data: Dataset, batch: int) -> dict[str, Any]:
    """Return what a network does with its memory: its text, and the numbers."""
    engram = cast(EngramNetwork, network)
    test = Batch(*tensors(data.test))
    if task == "numbers":
        return without_parts(engram, test, batch)
    if task == "words":
        test = Batch(test.x[:SPANS], test.y[:SPANS])
    use = memory_use(engram, test, batch)
    return {
        "text": use.table(), "effective slots": use.effective_slots, "certainty": use.certainty,
        "chance": use.chance, "tested on": len(test.x),
        "ablations": {
            name: {"accuracy": each.accuracy, "changed": each.changed}
            for name, each in use.ablations.items()
        },
    }  # fmt: skip


def without_parts(network: EngramNetwork, test: Batch, batch: int) -> dict[str, Any]:
    """Return the memory use of a network that predicts numbers: errors without its parts.

    Beside each mean squared error stands how far predictions move, as a root mean square.
    """
    network = copy.deepcopy(network).eval()
    whole = predicted(network, test, batch)
    ablations = {"whole": {"mse": error(whole, test.y), "moved": 0.0}}
    for name, changed in ablated(network, 0):
        given = predicted(changed, test, batch)
        moved = float((given - whole).square().mean().sqrt())
        ablations[name] = {"mse": error(given, test.y), "moved": moved}
    state = described(network, test, batch)
    trace, retrieval = (
        ablations[part]["mse"] / ablations["whole"]["mse"] - 1
        for part in ("trace removed", "retrieval removed")
    )
    verdict = "inert" if retrieval < LITTLE else "used, its trace is not"
    lines = [
        f"The memory is {'used' if trace > LITTLE else verdict}: the mean squared error changes by "
        f"{trace:+.1%} without the trace, by {retrieval:+.1%} without all retrieval; attention "
        f"spreads over {state['effective_slots']:.1f} of {state['slots']} slots.",
        "  tested                       error     predictions moved by",
        *(f"  {n:<26}{each['mse']:9.4f}   {each['moved']:.2g}" for n, each in ablations.items()),
    ]
    return {
        "text": "\n".join(lines), "effective slots": state["effective_slots"],
        "certainty": state["certainty"], "tested on": len(test.x), "ablations": ablations,
    }  # fmt: skip


@torch.no_grad()
def predicted(network: nn.Module, test: Batch, batch: int) -> Tensor:
    """Return the numbers that a network predicts, in the shape of the answers."""
    outputs = [network(piece.x).output for piece in pieces(test, batch)]
    return torch.cat(outputs).view_as(test.y)


def error(given: Tensor, wanted: Tensor) -> float:
    """Return a mean squared error."""
    return float((given - wanted).square().mean())


# -- what needs no network -----------------------------------------------------------------------


def linear_regression(data: Dataset) -> Measures:
    """Return the errors of a linear regression on the last step's features, summed over steps.

    It is fitted to all that is not tested, as published.
    """
    from sklearn.linear_model import LinearRegression

    x, y = (
        np.concatenate([getattr(part, name) for part in (data.train, data.validation)])
        for name in ("x", "y")
    )
    given = LinearRegression().fit(x.sum(1), y).predict(data.test.x.sum(1))
    mse = float(((given - data.test.y) ** 2).mean())
    return {"mse": mse, "r2": 1 - mse / float(data.test.y.var())}


def unigrams(data: Dataset) -> Measures:
    """Return how well words are foreseen by how frequent they are in training, plus one."""
    counts = np.bincount(data.train.y.ravel(), minlength=data.outputs) + 1
    chances = counts / counts.sum()
    loss = float(-np.log(chances[data.test.y]).mean())
    return {
        "accuracy": float((data.test.y == counts.argmax()).mean()), "loss": loss,
        "perplexity, of the mean loss": math.exp(loss),
    }  # fmt: skip


def identity(data: Dataset) -> Measures:
    """Return the error of repeating the input, which no network can be below: the noise."""
    mse = float(((data.test.x - data.test.y) ** 2).mean())
    return {"mse": mse, "r2": 1 - mse / float(data.test.y.var())}


REFERENCES: dict[str, Callable[[Dataset], Measures]] = {
    "linear regression": linear_regression,
    "unigrams": unigrams,
    "the input itself": identity,
}
