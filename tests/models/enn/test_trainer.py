"""Training: the same trajectory whole, resumed, and over two processes; what ends it."""

from __future__ import annotations

import copy
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.enn.batches import ArrayBatches, Batch, MadeBatches, seeded
from models.enn.config import EngramConfig
from models.enn.networks import EngramClassifier, EngramNetwork, EngramRegressor
from models.enn.trainer import Recipe, Score, Trainer, clip, evaluate
from workbench import ParameterError

SIZES = {"hidden_size": 8, "slots": 4, "noise": 0.01}
ROOT = Path(__file__).parents[3]


def data(samples: int = 60, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences whose class is the place of their largest mean."""
    x = torch.randn(samples, 5, 3, generator=seeded(seed))
    return x, x.mean(1).argmax(-1)


def made(kind=EngramClassifier, config=None, recipe=None, batch: int = 20, **options) -> Trainer:
    config = config or EngramConfig(input_size=3, **SIZES)
    x, y = data()
    if kind is EngramRegressor:
        y = x.cumsum(1)
    network = kind(config, 3, generator=seeded(1), **options)
    training = ArrayBatches(x[:45], y[:45], batch, seed=2)
    return Trainer(network, training, ArrayBatches(x[45:], y[45:], 15), recipe or Recipe(epochs=4))


def weights(trainer: Trainer) -> torch.Tensor:
    return torch.cat([weight.flatten() for weight in trainer.network.parameters()]).detach()


@pytest.mark.parametrize("options", [{}, {"trace": "sample"}, {"trace": "frozen"}])
def test_a_course_that_was_resumed_is_the_uninterrupted_one(options, tmp_path):
    config = EngramConfig(input_size=3, **SIZES, **options)
    whole = made(config=config)
    told = list(whole.course(every=1))
    for stop in (1, 3, 4, 7):  # within an epoch, at its end, in the next
        first = made(config=config)
        course = first.course(every=1)
        before = [next(course) for _ in range(stop)]
        first.save(tmp_path / "half.pt")
        second = made(config=config)
        second.load(tmp_path / "half.pt")
        after = list(second.course(every=1))
        assert before + after == told
        assert torch.equal(weights(second), weights(whole))
    assert [path.name for path in tmp_path.iterdir()] == ["half.pt"]


def test_it_learns():
    trainer = made(recipe=Recipe(epochs=60, patience=0, plateau=0, learning_rate=0.01))
    *_, told = trainer.course()
    assert told.training.accuracy > 0.9
    assert told.validation.accuracy > 0.5  # a third by chance


def test_numbers_are_learnt_too():
    trainer = made(EngramRegressor, recipe=Recipe(epochs=40, patience=0, learning_rate=0.01))
    first, *_, last = trainer.course()
    assert last.validation.loss < 0.5 * first.validation.loss
    assert math.isnan(last.validation.accuracy)


def test_what_is_told_is_what_the_network_does():
    trainer = made(recipe=Recipe(epochs=1))
    (told,) = trainer.course()
    assert (told.epoch, told.step, told.done) == (1, 3, 1.0)
    assert told.ended == "all epochs are done"
    x, y = data()
    output = trainer.network.eval()(x[45:]).output
    loss = torch.nn.functional.cross_entropy(output, y[45:]).item()
    right = (output.argmax(-1) == y[45:]).float().mean().item()
    assert told.validation == pytest.approx((loss, right))


def test_training_ends_early_with_the_best_weights():
    trainer = made(recipe=Recipe(epochs=99, patience=2, learning_rate=0.05))
    told = list(trainer.course())
    losses = [each.validation.loss for each in told]
    assert len(told) < 99
    assert told[-1].ended == "no lower validation loss for 2 epochs"
    assert losses.index(min(losses)) == len(losses) - 3
    score = evaluate(trainer.network, trainer.held_out)
    assert score.loss == pytest.approx(min(losses))


def test_the_last_epoch_is_told_with_its_own_weights():
    trainer = made(recipe=Recipe(epochs=99, patience=2, learning_rate=0.05))
    losses = []
    for told in trainer.course():
        losses.append(told.validation.loss)
        score = evaluate(trainer.network, trainer.held_out)
        assert score.loss == pytest.approx(told.validation.loss)
    assert losses[-1] > min(losses)
    assert evaluate(trainer.network, trainer.held_out).loss == pytest.approx(min(losses))


def test_a_plateau_halves_the_learning_rate_down_to_the_lowest(monkeypatch):
    trainer = made(recipe=Recipe(epochs=9, patience=0, plateau=2, lowest_rate=3e-4))
    losses = iter([1.0, 0.9, 0.95, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96])
    monkeypatch.setattr("models.enn.trainer.evaluate", lambda *_: Score(next(losses), 0.5))
    rates = [told.rate for told in trainer.course()]
    assert rates == pytest.approx([1e-3] * 3 + [5e-4] * 2 + [3e-4] * 4)


def test_the_learning_rate_may_change_meanwhile():
    trainer, still = made(), made()
    course, other = trainer.course(every=1), still.course(every=1)
    next(course), next(other)
    trainer.learning_rate = 0.0
    kept = weights(trainer).clone()
    assert next(course).rate == 0.0
    next(other)
    assert torch.equal(weights(trainer), kept)
    assert not torch.equal(weights(still), kept)


def test_torchs_own_random_numbers_are_left_alone():
    state = torch.get_rng_state()
    first = list(made().course())
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    assert list(made().course()) == first


def test_a_loss_that_is_no_number_is_told():
    trainer = made(recipe=Recipe(learning_rate=1e30, clipping="none"))
    with pytest.raises(FloatingPointError, match="The loss is nan after .* lower the learning"):
        list(trainer.course())


@given(st.floats(0.01, 10), st.sampled_from(["tensor", "global", "none"]))
def test_gradients_are_clipped_as_keras_does(norm, clipping):
    network = EngramNetwork(EngramConfig(input_size=3, **SIZES), 2, generator=seeded(1))
    network(data(4)[0]).output.square().sum().backward()
    before = [weight.grad.numpy().copy() for weight in network.parameters()]
    clip(network, clipping, norm)
    sizes = [np.linalg.norm(gradient) for gradient in before]
    for weight, gradient, size in zip(network.parameters(), before, sizes, strict=True):
        own = {"tensor": size, "global": math.hypot(*sizes), "none": norm}[clipping]
        expected = gradient * min(1, norm / own) if own else gradient
        np.testing.assert_allclose(weight.grad.numpy(), expected, rtol=1e-4, atol=1e-6)


def test_bfloat16_is_near_float32():
    full, half = (
        made(recipe=Recipe(epochs=2, precision=precision)) for precision in ("float32", "bfloat16")
    )
    losses = [[told.validation.loss for told in each.course()] for each in (full, half)]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    assert losses[0] != losses[1]
    assert next(half.network.parameters()).dtype == torch.float32


def test_bfloat16_trains_alike_by_either_path():
    losses = []
    for way in ("plain", "auto"):
        config = EngramConfig.recall(3, **SIZES)
        trainer = made(config=config, recipe=Recipe(epochs=2, precision="bfloat16"))
        trainer.network.engram.cell().path = way
        losses.append([told.validation.loss for told in trainer.course()])
    assert losses[0] == pytest.approx(losses[1], rel=0.03)
    assert losses[0] != losses[1]


def test_what_is_not_allowed_is_told(tmp_path):
    for values, told in (
        ({"epochs": 0}, "epochs = 0 is not allowed; it must be at least 1"),
        ({"clipping": "hard"}, "clipping = 'hard' is not allowed; it must be 'tensor' or"),
        ({"learning_rate": -1.0}, "learning_rate = -1.0 is not allowed"),
    ):
        with pytest.raises(ParameterError, match=told):
            Recipe(**values)
    with pytest.raises(ParameterError, match="There is no checkpoint"):
        made().load(tmp_path / "none.pt")
    (tmp_path / "bad.pt").write_bytes(b"nothing")
    with pytest.raises(ParameterError, match="bad.pt is no checkpoint of this network"):
        made().load(tmp_path / "bad.pt")
    made().save(tmp_path / "other.pt")
    other = made(config=EngramConfig(input_size=3, **{**SIZES, "slots": 5}))
    kept = weights(other).clone()
    with pytest.raises(ParameterError, match="is no checkpoint of this network"):
        other.load(tmp_path / "other.pt")
    assert torch.equal(weights(other), kept)


# -- batches -------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 15), st.integers(0, 5))
def test_an_epoch_holds_every_sample_once(samples, size, number):
    x = torch.arange(samples)
    batches = ArrayBatches(x, x, size, seed=3)
    parts = list(batches.epoch(number))
    assert len(parts) == batches.count
    assert sorted(torch.cat([batch.x for batch in parts]).tolist()) == x.tolist()
    start = batches.count // 2
    again = list(batches.epoch(number, start))
    assert all(torch.equal(a.x, b.x) for a, b in zip(again, parts[start:], strict=True))


def test_orders_differ_from_epoch_to_epoch_and_seed_to_seed():
    x = torch.arange(50)
    orders = [
        next(iter(ArrayBatches(x, x, 50, seed).epoch(number))).x.tolist()
        for seed, number in ((1, 0), (1, 1), (2, 0), (1, 0))
    ]
    assert orders[0] == orders[3]
    assert orders[0] != orders[1] != orders[2] != orders[0]


def test_made_batches_are_the_same_when_asked_for_again():
    def make(generator):
        return Batch(torch.randn(2, 3, 1, generator=generator), torch.zeros(2))

    batches = MadeBatches(make, 3, seed=1)
    parts = [batch.x for batch in batches.epoch(0)]
    assert torch.equal(next(iter(batches.epoch(0, 2))).x, parts[2])
    assert not torch.equal(parts[0], parts[1])
    assert not torch.equal(next(iter(batches.epoch(1))).x, parts[0])


def test_as_many_answers_as_sequences():
    with pytest.raises(ParameterError, match="3 sequences and 2 answers"):
        ArrayBatches(torch.zeros(3, 1, 1), torch.zeros(2), 1)


# -- several processes ---------------------------------------------------------------------------

WORKER = """
import os, sys
import torch
sys.path.insert(0, {tests!r})
import test_trainer as shared
from models.enn.batches import ArrayBatches

torch.set_num_threads(1)
torch.distributed.init_process_group("gloo", init_method="file://{folder}/meet",
    rank=int(sys.argv[1]), world_size=2)
trainer = shared.in_processes(int(sys.argv[1]), 2)
told = list(trainer.course())
if sys.argv[1] == "0":
    torch.save(shared.weights(trainer), "{folder}/weights.pt")
del trainer  # what trains in parallel holds the group
torch.distributed.barrier()
torch.distributed.destroy_process_group()
"""


def in_processes(rank: int, processes: int) -> Trainer:
    """Return a trainer of a part of each batch, in double precision and without dropout."""
    config = EngramConfig(input_size=3, **SIZES, hebbian_rate=0.3, temperature=0.1, clip=1.0)
    x, y = data()
    network = EngramClassifier(config, 3, dropout=0.0, generator=seeded(1)).double()
    batches = ArrayBatches(x[:40].double(), y[:40], 20, 2, (rank, processes))
    held_out = ArrayBatches(x[40:].double(), y[40:], 20)
    return Trainer(network, batches, held_out, Recipe(epochs=2, learning_rate=0.01))


def test_two_processes_train_as_one_does(tmp_path):
    code = WORKER.format(tests=str(Path(__file__).parent), folder=tmp_path)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(rank)], cwd=ROOT, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        for rank in range(2)
    ]  # fmt: skip
    told = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    alone = in_processes(0, 1)
    start = weights(alone).clone()
    list(alone.course())
    together = torch.load(tmp_path / "weights.pt")
    assert (weights(alone) - start).abs().max() > 0.01
    torch.testing.assert_close(together, weights(alone), rtol=1e-7, atol=1e-9)


def test_a_state_does_not_move_with_what_follows():
    trainer = made()
    course = trainer.course(every=1)
    next(course)
    kept = copy.deepcopy(trainer.state())
    next(course)
    assert trainer.state()["sums"] != kept["sums"]
