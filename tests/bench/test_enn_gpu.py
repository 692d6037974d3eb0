"""The Engram Neural Network on a GPU: exactness and speed of its kernels, graphs and compilation.

Everything is timed in one process, turn by turn, at the MNIST size (28 steps of 28, 128 units, 64
slots); a step is forward, backward, clipping and Adam, as `Trainer.learn` takes it. The yardstick
is torch's LSTM of the same width, which cuDNN computes.
"""

import statistics
import time

import pytest
import torch

from models.enn import kernels
from models.enn.baselines import Recurrent
from models.enn.batches import Batch
from models.enn.cell import EngramCell
from models.enn.config import EngramConfig
from models.enn.graphs import graphed
from models.enn.networks import EngramClassifier
from models.enn.recipe import Recipe
from models.enn.trainer import Trainer

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.bench,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device."),
]
DEVICE = "cuda:0"
STEPS, FEATURES, CLASSES, HIDDEN, SLOTS = 28, 28, 10, 128, 64
BATCHES = [128, 512, 2048, 8192]
WARM, TURNS, ROUNDS = 5, 5, 10


def batch_of(size: int) -> Batch:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(size, STEPS, FEATURES, generator=generator)
    return Batch(x, torch.randint(CLASSES, (size,), generator=generator)).to(DEVICE)


def trainer_of(way: str) -> Trainer:
    """Return a trainer whose network computes in one of the ways."""
    if way == "cuDNN LSTM":
        network = Recurrent("lstm", FEATURES, [HIDDEN], CLASSES, readout="last")
        return Trainer(network, None, None, Recipe(), DEVICE)
    config = EngramConfig(input_size=FEATURES, hidden_size=HIDDEN, slots=SLOTS)
    network = EngramClassifier(config, CLASSES, readout="last")
    path, _, how = way.partition(", ")
    network.engram.cell().path = {"plain": "plain", "fused": "fused", "kernels": "auto"}[path]
    trainer = Trainer(network, None, None, Recipe(), DEVICE)
    if how == "graph":
        trainer.called = graphed(network)
    elif how == "compile":
        trainer.called = torch.compile(network)
    return trainer


def finished() -> float:
    """Return the time once the device has done what it was given."""
    if DEVICE != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter()


def step_times(ways: list[str], size: int) -> dict[str, float]:
    """Return milliseconds of a training step by each way: the median of turns, which alternate."""
    batch, trainers = batch_of(size), {way: trainer_of(way) for way in ways}
    taken = {way: [] for way in ways}
    for trainer in trainers.values():
        for _ in range(WARM):
            trainer.learn(batch)
    for _ in range(TURNS):
        for way, trainer in trainers.items():
            begun = finished()
            for _ in range(ROUNDS):
                trainer.learn(batch)
            taken[way].append(1e3 * (finished() - begun) / ROUNDS)
    return {way: statistics.median(times) for way, times in taken.items()}


def told(size: int, times: dict[str, float]) -> None:
    lstm = times["cuDNN LSTM"]
    text = ", ".join(f"{way} {took:.2f} ms ({took / lstm:.2f})" for way, took in times.items())
    print(f"\nbatch {size}, of an LSTM's time: {text}")


@pytest.mark.parametrize("size", [1, 100, 128, 700])
@pytest.mark.parametrize("precision", ["highest", "high"])
def test_the_kernels_are_the_plain_loops(size, precision, monkeypatch):
    """All gradients, by one program and by many, exactly and with TensorFloat-32."""
    generator = torch.Generator().manual_seed(0)
    config = EngramConfig(
        input_size=FEATURES, hebbian_rate=0.3, temperature=0.1, sparsity=0.0, clip=0.3,
        hidden_size=HIDDEN, slots=SLOTS, start="learned",
    )  # fmt: skip
    cell = EngramCell(config, generator).to(DEVICE).eval()
    x, found = batch_of(size).x, {}
    before = torch.get_float32_matmul_precision()
    try:
        for way, alone in (("plain", 0), ("auto", 0), ("auto", 2**62)):
            torch.set_float32_matmul_precision("highest" if way == "plain" else precision)
            monkeypatch.setattr(kernels, "ALONE", alone)
            cell.path = way
            output, end = cell(x)
            loss = (output * output.roll(1, -1)).mean() + end.trace.square().sum()
            gradients = torch.autograd.grad(loss, list(cell.parameters()))
            found[way, alone] = [output, end.trace, *gradients]
    finally:
        torch.set_float32_matmul_precision(before)
    exact = found.pop(("plain", 0))
    for mine in found.values():
        for one, other in zip(mine, exact, strict=True):
            error = (one - other).norm() / other.norm().clamp(min=1e-12)
            assert error < (1e-4 if precision == "highest" else 0.05)


def test_what_is_not_a_number_is_not_hidden():
    cell = EngramCell(EngramConfig(input_size=FEATURES)).to(DEVICE).eval()
    x = batch_of(3).x
    x[0, 2] = torch.nan
    output, end = cell(x)
    assert output[0, 2:].isnan().all() and output[1:, 3:].isnan().all()  # by way of the trace
    assert not output[:, :2].isnan().any() and not output[1:, 2].isnan().any()
    assert end.trace.isnan().all() and end.hidden.isnan().all()


def test_ways_of_computing_a_step():
    ways = [
        "plain", "plain, compile", "fused", "fused, graph", "kernels", "kernels, graph",
        "cuDNN LSTM",
    ]  # fmt: skip
    times = step_times(ways, 128)
    told(128, times)
    assert times["kernels"] < times["fused"] < 1.2 * times["plain"]
    assert times["kernels, graph"] < 1.2 * times["kernels"]


@pytest.mark.parametrize("precision", ["highest", "high"])
def test_larger_batches_cost_less_a_sample(precision):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        each = []
        for size in BATCHES:
            times = step_times(["kernels", "kernels, graph", "fused", "cuDNN LSTM"], size)
            told(size, times)
            assert times["kernels"] < 1.2 * times["fused"]
            each.append(times["kernels"] / size)
    finally:
        torch.set_float32_matmul_precision(before)
    assert each == sorted(each, reverse=True)
