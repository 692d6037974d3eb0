"""The report of memory use: what it measures, and what each ablation takes away."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from models.enn.ablations import ABLATIONS
from models.enn.batches import ArrayBatches, Batch, seeded
from models.enn.config import EngramConfig
from models.enn.memory_use import DEAD, Ablation, answers, memory_use
from models.enn.networks import EngramClassifier
from models.enn.trainer import Recipe, Trainer

CLASSES = 4


def recalled(samples: int, seed: int) -> Batch:
    """Four keys with their values; then one of the keys, whose value is the answer."""
    generator = seeded(seed)
    keys = torch.stack([torch.randperm(8, generator=generator)[:4] for _ in range(samples)])
    values = torch.randint(CLASSES, (samples, 4), generator=generator)
    asked = torch.randint(4, (samples, 1), generator=generator)
    key = torch.nn.functional.one_hot(torch.cat([keys, keys.gather(1, asked)], 1), 8)
    value = torch.nn.functional.one_hot(values, CLASSES)
    value = torch.cat([value, torch.zeros_like(value[:, :1])], 1)
    return Batch(torch.cat([key, value], -1).float(), values.gather(1, asked)[:, 0])


@pytest.fixture(scope="module")
def trained() -> EngramClassifier:
    """A small network that has learnt to look up what was shown once."""
    config = EngramConfig.recall(12, hidden_size=32, slots=12, noise=0.0)
    network = EngramClassifier(config, CLASSES, readout="last", dropout=0.0, generator=seeded(1))
    train, held_out = recalled(4096, 1), recalled(256, 2)
    trainer = Trainer(
        network, ArrayBatches(train.x, train.y, 64, seed=3),
        ArrayBatches(held_out.x, held_out.y, 256),
        Recipe(epochs=6, learning_rate=3e-3, clipping="global", patience=0),
    )  # fmt: skip
    list(trainer.course())
    return network


def test_a_memory_that_answers_is_told_from_one_that_does_not(trained):
    report = memory_use(trained, recalled(512, 4))
    assert report.ablations["whole"].accuracy > 0.9
    assert report.chance == pytest.approx(1 / CLASSES, abs=0.08)
    assert report.ablations["trace removed"].accuracy < 0.5
    assert report.ablations["trace removed"].changed > 0.4
    assert report.ablations["trace shuffled"].accuracy < report.ablations["whole"].accuracy - 0.2
    assert report.ablations["batches of one class"].changed == 0
    assert report.ablations["a trace a sample"].changed == 0
    assert report.effective_slots < 4
    assert report.certainty > 0.5
    assert "The memory is what answers" in report.sentence()
    assert report.sentence() in report.table()


def test_who_is_right_less_often_than_by_chance_has_no_memory_that_answers(trained):
    report = memory_use(trained, recalled(512, 4))
    whole, less = (Ablation(report.chance - lost, 0.0) for lost in (0.02, 0.05))
    for trace in (whole, less):
        worse = {**report.ablations, "whole": whole, "trace removed": trace}
        said = dataclasses.replace(report, ablations=worse).sentence()
        assert "The memory is used in part" in said


def test_a_memory_without_a_trace_is_inert():
    config = EngramConfig(input_size=12, hidden_size=16, slots=8, hebbian_rate=0.0)
    network = EngramClassifier(config, CLASSES, generator=seeded(1))
    report = memory_use(network, recalled(64, 4))
    assert report.ablations["trace removed"].changed == 0
    assert report.ablations["trace shuffled"].changed == 0
    assert report.trace_used == 0
    assert not report.trace_size.any()
    assert report.clipped == 0


def test_what_attention_looks_like():
    """With no temperature to speak of one slot has it all; with a high one all have the same."""
    reports = {}
    for temperature in (1e-4, 1e4):
        config = EngramConfig(
            input_size=12, hidden_size=16, slots=40, temperature=temperature, sparsity=0.0
        )
        network = EngramClassifier(config, CLASSES, generator=seeded(1))
        reports[temperature] = memory_use(network, recalled(64, 4))
    sharp, even = reports.values()
    assert even.effective_slots == pytest.approx(40, abs=1e-2)
    assert even.certainty == pytest.approx(0, abs=1e-3)
    assert even.largest_weight == pytest.approx(1 / 40, abs=1e-3)
    assert even.dead_slots == 0
    assert sharp.effective_slots == pytest.approx(1, abs=0.05)
    assert sharp.certainty == pytest.approx(1, abs=0.05)
    assert sharp.usage.sum() == pytest.approx(1)
    assert sharp.dead_slots == (sharp.usage < DEAD / 40).mean() > 0


def test_the_trace_is_measured():
    """At a rate of 1 the trace is what was last written, clipped."""
    config = EngramConfig(
        input_size=12, hidden_size=16, slots=8, hebbian_rate=1.0, clip=0.02, trace_scale=2.0
    )
    network = EngramClassifier(config, CLASSES, generator=seeded(1)).eval()
    test = recalled(64, 4)
    report = memory_use(network, test, batch=64)
    trace = network(test.x, details=True).details[0].trace
    size = 2.0 * trace[-1].norm() / network.engram.cell().memory.slots.norm()
    assert report.trace_size[-1] == pytest.approx(size.item())
    assert report.clipped == pytest.approx((trace[-1].abs() >= 0.02).double().mean().item())
    assert 0 < report.clipped < 1


@pytest.mark.parametrize("name", ABLATIONS)
@pytest.mark.parametrize(
    "options", [{}, {"trace": "frozen", "slot_gate": True, "start": "learned"}]
)
def test_every_ablation_fits_every_network_and_leaves_it_as_it_was(name, options):
    config = EngramConfig(input_size=12, hidden_size=16, slots=8, **options)
    network = EngramClassifier(
        config, CLASSES, layers=2, bidirectional=True, generator=seeded(1)
    ).eval()
    test = recalled(32, 4)
    before = network(test.x).output
    report = memory_use(network, test)
    assert 0 <= report.ablations[name].accuracy <= 1
    assert torch.equal(network(test.x).output, before)


def test_the_reference_is_described_too():
    config = EngramConfig.reference(12, hidden_size=16, slots=8)
    network = EngramClassifier(config, CLASSES, generator=seeded(1))
    assert memory_use(network, recalled(32, 4)).effective_slots > 7


def test_answers_at_the_steps_that_are_asked():
    config = EngramConfig(input_size=12, hidden_size=16, slots=8)
    network = EngramClassifier(config, CLASSES, readout="each", generator=seeded(1)).eval()
    test = recalled(32, 4)
    asked = torch.zeros(32, 5, dtype=torch.bool)
    asked[:, 4] = True
    y = torch.zeros(32, 5, dtype=torch.int64)
    y[:, 4] = test.y
    each = Batch(test.x, y, asked=asked)
    given, right = answers(network, each, 7)
    output = network(test.x[28:]).output[:, 4].argmax(-1)
    assert len(given) == 32
    assert torch.equal(given[28:], output)
    assert torch.equal(right[28:], output == test.y[28:])
    report = memory_use(network, each)
    assert report.chance == pytest.approx(test.y.bincount().max().item() / 32)


def test_a_record_holds_the_report(trained):
    report = memory_use(trained, recalled(64, 4))
    data = report.dataset()
    assert data.ablation.values.tolist() == list(report.ablations)
    whole = data.ablated.sel(ablation="whole", answers="right")
    assert float(whole) == report.ablations["whole"].accuracy
    assert all(var.attrs["units"] and var.attrs["long_name"] for var in data.variables.values())
    assert not math.isnan(float(data.certainty))
