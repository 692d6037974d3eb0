"""The run of an Engram Neural Network: what it is made of, shows, and says of its memory."""

from __future__ import annotations

import numpy as np
import pytest

import workbench
from models.enn.experiment import COPY, DIGITS, GRU, LSTM, PRESETS, RECALL, EngramTraining
from workbench import Change, ParameterError

SMALL = {"samples": 400, "hidden": 24, "slots": 8, "epochs": 4, "learning_rate": 5e-3}


def run(seed: int = 1, **values):
    model = EngramTraining(**(SMALL | values))
    return workbench.run(model, seed=seed, progress=False).data


@pytest.fixture(scope="module")
def digits():
    return run()


def test_it_learns_and_is_tested_on_what_it_has_not_seen(digits):
    assert digits.epoch.values.tolist() == [1, 2, 3, 4]
    assert digits.loss_validation[-1] < digits.loss_validation[0]
    assert digits.accuracy_test > 4 * digits.chance
    share = digits.confusion.values
    np.testing.assert_allclose(share.sum(1), 1, rtol=1e-6)
    assert digits.answer.values.tolist() == list("0123456789")
    whole = digits.ablated.sel(ablation="whole", answers="right")
    assert float(whole) == pytest.approx(float(digits.accuracy_test))


def test_pictures_have_the_sizes_of_the_memory(digits):
    assert digits.trace.shape == digits.trace_change.shape == (8, 24)
    assert digits.attention.shape == (8, 8)
    np.testing.assert_allclose(digits.attention.sum("slot"), 1, rtol=1e-5)
    np.testing.assert_allclose(digits.class_attention.sum("slot"), 1, rtol=1e-5)
    assert float(digits.slot_share.sum()) == pytest.approx(1)
    assert digits.trace_largest[-1] == pytest.approx(float(np.abs(digits.trace).max()))
    assert digits.trace_small[-1] == pytest.approx(float((np.abs(digits.trace) < 0.01).mean()))


def test_the_loss_is_told_within_an_epoch(digits):
    assert digits.step.values.tolist() == sorted(set(digits.step.values.tolist()))
    assert digits.step[-1] == 4 * 13  # batches of 32 from 400
    assert digits.loss[-1] < digits.loss[0]


def test_the_sequence_shown_may_change_while_it_runs():
    changed = workbench.run(
        EngramTraining(**SMALL), seed=1, progress=False, changes=[Change(3, "shown", 7)]
    ).data
    assert not np.allclose(changed.attention, run().attention)
    np.testing.assert_array_equal(changed.loss, run().loss)


def test_the_learning_rate_acts_at_the_next_step():
    still = workbench.run(
        EngramTraining(**SMALL), seed=1, progress=False, changes=[Change(2, "learning_rate", 1e-6)]
    ).data
    moving = run()
    assert still.loss[0] == moving.loss[0]
    assert still.loss[-1] > 2 * moving.loss[-1]
    assert still.learning_rate_now[0] == pytest.approx(1e-6)


@pytest.mark.parametrize("network", [LSTM, GRU])
def test_a_network_without_a_memory_shows_what_there_is(network):
    data = run(network=network)
    assert "ablated" not in data
    assert "trace" not in data
    assert data.accuracy_test > 2 * data.accuracy_chance[-1]
    text = [observable.reading(data) for observable in EngramTraining.observables[:3]]
    assert all(text)


def test_copying_is_answered_step_by_step():
    data = run(data=COPY, readout="last", pairs=3, gap=2, epochs=2)
    assert data.sizes["moment"] == 3 + 2 + 1 + 3
    assert data.tested == 500 * 3


def test_samples_and_sequences_are_as_many_as_asked():
    data = run(data=RECALL, readout="last", samples=64, epochs=2, pairs=4)
    assert data.step[-1] == 2 * 2
    assert data.sizes["moment"] == 5


def test_every_preset_is_made_as_it_says():
    for name in PRESETS:
        model = EngramTraining.from_preset(name)
        model.validate()
        config = model.config(48)
        assert (config.trace == "sample") == ("works" in name)


def test_what_does_not_go_together_is_told(tmp_path):
    with pytest.raises(ParameterError, match="readout = 'attention' is not allowed with the copy"):
        EngramTraining(data=COPY).validate()
    with pytest.raises(ParameterError, match="delay = 3 is not allowed with 'digits'"):
        EngramTraining(data=DIGITS, gap=3).validate()
    with pytest.raises(ParameterError, match="mnist needs the file train-images"):
        EngramTraining(data="mnist", folder=str(tmp_path)).validate()


def test_the_estimate_grows_with_the_work():
    small, large = EngramTraining(epochs=50).cost(), EngramTraining(epochs=500).cost()
    assert 5 < large.seconds / small.seconds < 10
    for samples, times in ((0, 1), (1280, 0.5), (25_600, 10)):  # made sequences have no end
        made, usual = (
            [EngramTraining(data=RECALL, readout="last", samples=n, epochs=epochs).cost().seconds
             for epochs in (10, 30)]
            for n in (samples, 0)
        )  # fmt: skip
        assert made[1] - made[0] == pytest.approx(times * (usual[1] - usual[0]))
    all_digits = EngramTraining(samples=100_000).cost()
    assert all_digits.seconds == EngramTraining().cost().seconds
    assert EngramTraining(trace="sample").cost().seconds > EngramTraining().cost().seconds


# -- what the whole is about ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_memory_that_works_answers_and_the_published_one_does_not(seed):
    found = {}
    for name in list(PRESETS)[:3]:
        model = EngramTraining.from_preset(name)
        data = workbench.run(model, seed=seed, progress=False).data
        found[name] = data
    works, published, lstm = found.values()
    right = works.ablated.sel(answers="right")
    assert float(right.sel(ablation="whole")) > 0.95
    for part in ("trace removed", "retrieval removed", "trace shuffled"):
        assert float(right.sel(ablation=part)) < 0.15
    assert float(published.accuracy_test) < 0.3
    assert float(published.ablated.sel(ablation="trace removed", answers="changed")) < 0.05
    assert float(lstm.accuracy_test) < 0.5
