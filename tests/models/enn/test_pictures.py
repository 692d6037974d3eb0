"""Pictures of a trained Engram Neural Network: traces, slots, others beside it, drawn digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

import workbench
from models.enn import experiment_frames, kept
from models.enn.asking import INQUIRY, counted, fitted
from models.enn.batches import Batch
from models.enn.experiment import COPY, ENN, GRU, LSTM, MANY, RECALL, RNN, WIDE, EngramTraining
from models.enn.kept import network_of
from models.enn.networks import EngramClassifier
from models.enn.slot_cards import Moment, sentence, slot_cards, without
from workbench import ParameterError, Record
from workbench.snapshot import Ring

SMALL = {"samples": 400, "hidden": 24, "slots": 8, "epochs": 4, "learning_rate": 5e-3}
OWN = {"trace": "sample", "temperature": 0.05, "sparsity": 0.0, "hebbian_rate": 0.9}
FROZEN = {"trace": "frozen", "epochs": 1}


def run(seed: int = 1, **values) -> Record:
    return workbench.run(EngramTraining(**(SMALL | values)), seed=seed, progress=False)


@pytest.fixture(scope="module")
def digits():
    return run().data


@pytest.fixture(scope="module")
def together():
    return run(others=WIDE, patience=2, epochs=5, samples=300).data


# -- traces and attention ----------------------------------------------------------------------


def test_the_trace_of_every_epoch_is_kept(digits):
    assert digits.sample.values.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(digits.traces[-1], digits.trace)
    np.testing.assert_allclose(digits.traces[-1] - digits.traces[0], digits.trace_change)
    sizes = np.abs(digits.traces).mean(("slot", "unit"))
    np.testing.assert_allclose(sizes, digits.trace_mean, rtol=1e-5)
    for epoch, said in zip(digits.sample.values, digits.trace_said.values, strict=True):
        assert f"After epoch {epoch} " in str(said)


def test_where_all_traces_are_too_many_some_are_kept_and_the_last(monkeypatch):
    monkeypatch.setattr(experiment_frames, "TRACES", 2 * 8 * 24)
    data = run(samples=64).data
    assert data.sample.values.tolist() == [1, 3, 4]
    assert data.sizes["epoch"] == 4


def test_attention_of_a_class_over_time_has_its_mean(digits):
    assert digits.class_course.dims == ("answer", "slot", "moment")
    np.testing.assert_allclose(digits.class_course.sum("slot"), 1, rtol=1e-5)
    np.testing.assert_allclose(digits.class_course.mean("moment"), digits.class_attention)


# -- slot cards --------------------------------------------------------------------------------


def test_a_card_shows_where_a_slot_has_its_largest_attention(digits):
    network = network_of(digits)
    assert isinstance(network, EngramClassifier)
    x = torch.from_numpy(digits.example_input.values)
    y = torch.tensor([int(one) for one in digits.example_answer.values])
    cards = slot_cards(network, Batch(x, y), tuple("0123456789"))
    with torch.no_grad():
        attention = network(x, details=True).details[0].attention
    for slot in range(8):
        best = attention[..., slot]
        sequence, step = divmod(int(best.argmax()), best.shape[1])
        name, where, share = str(cards.slot_names.values[slot, 0]).split(": ")
        assert (name, where) == (str(digits.example_answer.values[sequence]), f"step {step + 1}")
        assert float(share.rstrip("%")) == pytest.approx(100 * float(best.max()), abs=0.06)
        shown = cards.slot_pictures.values[slot, 0]
        inked = x[sequence].numpy() - float(x.min())
        np.testing.assert_allclose(shown[step], inked[step], rtol=1e-5)
        others = np.arange(8) != step
        np.testing.assert_allclose(shown[others], 0.3 * inked[others], rtol=1e-5)


def test_an_inert_slot_is_said_to_be_one(digits):
    assert digits.slot_lost.shape == (8,)
    for slot, said in enumerate(digits.slot_said.values):
        assert str(said).startswith(f"Slot {slot + 1} has ")
        lost = float(digits.slot_lost[slot])
        assert ("none of the answers" in str(said)) == (lost == 0)


def test_a_slot_that_answers_is_missed():
    network = network_of(run(data=RECALL, readout="last", pairs=2, epochs=1, **OWN).data)
    assert isinstance(network, EngramClassifier)
    memory = network.engram.cell().memory
    with torch.no_grad():  # one slot takes all attention, and the answer hangs on what it holds
        memory.slots[:] = -memory.slots.abs()
    x = torch.randn(40, 5, 48)
    y = torch.zeros(40, dtype=torch.int64)
    cards = slot_cards(network, Batch(x, y), tuple(map(str, range(16))))
    assert np.isfinite(cards.slot_lost).all()
    assert float(cards.slot_lost.max()) > 0


@pytest.mark.parametrize("values", [{}, FROZEN])
def test_the_slot_that_is_taken_away_is_the_one_that_is_meant(values):
    network = network_of(run(**values, samples=64).data)
    assert isinstance(network, EngramClassifier)
    memory, left = network.engram.cell().memory, without(network, 3).engram.cell().memory
    expected = np.delete(memory.slots.detach().numpy(), 3, 0)
    np.testing.assert_array_equal(left.slots.detach(), expected)
    if values:
        np.testing.assert_array_equal(left.kept, np.delete(memory.kept.numpy(), 3, 0))


def test_alike_is_what_does_not_vary():
    even, varied = torch.full((10, 8), 0.1), torch.rand(10, 8)
    most = Moment("3", 2, 0.5)
    assert "everything alike" in sentence(even, 1, np.nan, 10, most)
    assert "everything alike" not in sentence(varied, 1, np.nan, 10, most)
    assert "at step 2 of a sequence with the answer 3" in sentence(varied, 1, 0.5, 10, most)
    assert "50% of the answers to 10 sequences change" in sentence(varied, 1, 0.5, 10, most)


# -- others beside it --------------------------------------------------------------------------


def test_all_networks_are_trained_on_the_same_and_seen_together(together):
    assert together.network.values.tolist() == [ENN, LSTM, GRU, RNN]
    assert together.accuracy_of[0] == together.accuracy_test
    assert (together.accuracy_of > 2 * together.chance).all()
    for kind in ("lstm", "gru", "rnn"):
        curve = together[f"loss_validation_{kind}"]
        assert curve.dims == ("trial",) and np.isfinite(curve[0])
        assert np.nanmin(curve) < curve[0]
    assert together.trial.values.tolist() == list(range(1, together.sizes["trial"] + 1))
    said = EngramTraining.observables[0].reading(together)
    assert all(f"{kind} " in said for kind in (ENN, LSTM, GRU, RNN))


def test_the_network_is_the_same_whoever_is_trained_beside_it(together):
    alone = run(patience=2, epochs=5, samples=300).data
    for name in ("loss_validation", "loss", "traces", "confusion"):
        np.testing.assert_array_equal(alone[name], together[name])


def test_one_beside_learns_as_it_does_alone(together):
    alone = run(network=GRU, patience=2, epochs=5, samples=300).data
    beside = together.loss_validation_gru.values
    count = alone.sizes["epoch"]
    np.testing.assert_array_equal(beside[:count], alone.loss_validation)
    assert np.isnan(beside[count:]).all()  # it ended; others may have gone on
    assert float(together.accuracy_of.sel(network=GRU)) == float(alone.accuracy_test)


def test_as_many_weights_as_the_engram_network_has():
    data = run(others=MANY, samples=64, epochs=1).data
    most = int(data.weights_of.sel(network=ENN))
    for kind in (LSTM, GRU, RNN):
        assert 0.8 * most < int(data.weights_of.sel(network=kind)) <= most


#: So quick that networks get worse again, and end at different epochs.
HASTY = {"samples": 96, "hidden": 12, "slots": 4, "epochs": 8, "patience": 1, "learning_rate": 0.05}


@pytest.mark.parametrize(("seed", "first"), [(1, RNN), (3, ENN)])
def test_a_run_with_others_goes_on_from_its_state_to_the_same_end(seed, first):
    model = EngramTraining(**(HASTY | {"others": WIDE}))
    ring = Ring()
    whole = workbench.run(model, seed=seed, progress=False, ring=ring)
    ended = {kind: np.isfinite(whole.data[f"loss_validation_{kind.lower()}"]).sum()
             for kind in (LSTM, GRU, RNN)} | {ENN: whole.data.sizes["epoch"]}  # fmt: skip
    assert int(min(ended.values())) == int(ended[first]) < 8
    assert len(ring.kept) >= 2
    # Before the best weights were taken there is nothing to go on from.
    assert not any("no lower" in one.message for one in ring.kept)
    for snapshot in ring.kept[1::5]:
        branch = ring.branch(snapshot.frame, whole)
        again = workbench.run(model, seed=seed, progress=False, branch=branch)
        xr.testing.assert_identical(again.data.drop_attrs(), whole.data.drop_attrs())


def test_what_is_tested_has_the_best_weights_and_not_the_last():
    for seed, kind, name in ((3, ENN, "loss_validation"), (1, RNN, "loss_validation_rnn")):
        whole = run(seed, **HASTY, others=WIDE).data
        losses = whole[name].values[np.isfinite(whole[name].values)]
        best = int(losses.argmin()) + 1
        assert best < len(losses)
        until = run(seed, **(HASTY | {"epochs": best, "others": WIDE})).data
        right = (one.accuracy_of.sel(network=kind) for one in (whole, until))
        assert float(next(right)) == float(next(right))


# -- the network in the record -----------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, OWN, FROZEN, {"network": LSTM}], ids=str)
def test_a_record_holds_the_network_that_was_tested(values, tmp_path):
    record = Record.open(run(**values).save(tmp_path / "run.nc"))
    network = network_of(record.data)
    x = torch.from_numpy(record.data.example_input.values)
    answers = network(x).output.argmax(-1)
    right = [str(int(one)) for one in answers] == record.data.example_answer.values
    assert abs(right.mean() - float(record.data.accuracy_test)) < 0.2
    for number in range(3):
        found = INQUIRY.answer(INQUIRY.part(record.data), number)
        assert f"answer is {int(answers[number])}," in INQUIRY.reading(found)
        assert found.asked_answer.values[-1, :, -1].argmax() == int(answers[number])


def test_a_network_that_is_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(kept, "MOST", 100)
    data = run(samples=64, epochs=1).data
    assert "network_numbers" not in data
    assert INQUIRY.examples(data) == [] and INQUIRY.side(data) == 0
    with pytest.raises(ParameterError, match="has no network"):
        network_of(data)


def test_a_record_that_lacks_numbers_is_refused(digits):
    short = digits.isel(weight=slice(-1))
    with pytest.raises(ParameterError, match=r"has [\d,]+ numbers of a network of"):
        network_of(short)


# -- asked step by step ------------------------------------------------------------------------


def test_later_steps_are_blank_and_earlier_ones_as_they_were(digits):
    found = INQUIRY.answer(INQUIRY.part(digits), 4)
    assert found.sizes["moment"] == 8
    later = np.arange(8) > np.arange(8)[:, None]
    for name, at in (("asked_attention", 2), ("asked_answer", 2), ("asked_input", 1)):
        blank = np.isnan(np.moveaxis(found[name].values, at, 1))
        np.testing.assert_array_equal(blank.all(2), later)
        np.testing.assert_array_equal(blank.any(2), later)
    np.testing.assert_allclose(found.asked_attention[-1].sum("slot"), 1, rtol=1e-5)
    np.testing.assert_allclose(found.asked_answer[-1].sum("answer"), 1, rtol=1e-5)
    network = network_of(digits)
    x = torch.from_numpy(digits.example_input.values[4:5])
    with torch.no_grad():
        early = network(x[:, :3]).output.softmax(-1)[0]
        trace = network(x, details=True).details[0].trace
    np.testing.assert_allclose(found.asked_answer[-1, :, 2], early, rtol=1e-5)
    np.testing.assert_allclose(found.asked_trace, trace, rtol=1e-4, atol=1e-7)
    assert "After 3 of 8 steps" in str(found.asked_said.values[2])
    assert all(one.reading(found) for one in INQUIRY.observables)


@pytest.mark.parametrize("values", [{"data": RECALL, "pairs": 3}, {"data": COPY, "pairs": 2}])
def test_made_sequences_are_chosen_and_not_drawn(values):
    data = run(**values, readout="last", samples=64, epochs=1).data
    part = INQUIRY.part(data)
    assert INQUIRY.side(part) == 0
    assert len(INQUIRY.examples(part)) == 50
    assert "Choose a sequence" in INQUIRY.text(part)
    assert INQUIRY.answer(part, 0).sizes["moment"] == data.sizes["moment"]
    with pytest.raises(ParameterError, match="A drawing of 32 x 32 pixels is not allowed"):
        INQUIRY.answer(part, np.ones((32, 32), bool))


def test_what_cannot_be_asked_is_refused(digits):
    part = INQUIRY.part(digits)
    with pytest.raises(ParameterError, match="Nothing is drawn yet"):
        INQUIRY.answer(part, np.zeros((32, 32), bool))
    with pytest.raises(ParameterError, match="A drawing of 8 x 8 pixels"):
        INQUIRY.answer(part, np.ones((8, 8), bool))
    for number in (-1, 50):
        with pytest.raises(ParameterError, match="it must be from 1 to 50"):
            INQUIRY.answer(part, number)


def test_a_drawing_is_read_in_the_scale_of_the_training(digits):
    ink = np.zeros((32, 32), bool)
    ink[:, :16] = True
    found = INQUIRY.answer(INQUIRY.part(digits), ink)
    span = float(digits.input_high - digits.input_low)
    shown = found.asked_input[-1].values
    np.testing.assert_allclose(shown[:, 2:6], span, rtol=1e-5)  # moved to the middle
    np.testing.assert_allclose(shown[:, [0, 1, 6, 7]], 0, atol=1e-5)


DRAWINGS = some.arrays(bool, (32, 32)).filter(lambda ink: ink.any())


@settings(max_examples=50, deadline=None)
@given(DRAWINGS)
def test_blocks_are_counted_as_the_digits_were(ink):
    made = counted(ink)
    assert made.shape == (8, 8) and made.min() >= 0 and made.max() <= 16
    assert made.sum() == ink.sum()
    assert made[2, 5] == ink[8:12, 20:24].sum()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 32), st.integers(1, 32), st.integers(0, 31), st.integers(0, 31))
def test_a_drawing_fills_the_square_wherever_it_was_drawn(high, wide, top, left):
    ink = np.zeros((32, 32), bool)
    ink[top : top + high, left : left + wide] = True
    made = fitted(ink)
    rows, columns = made.any(1).sum(), made.any(0).sum()
    assert max(rows, columns) == 32
    high, wide = min(high, 32 - top), min(wide, 32 - left)
    assert min(rows, columns) == max(1, round(32 * min(high, wide) / max(high, wide)))
    middle = np.flatnonzero(made.any(0))
    assert abs(middle[0] - (31 - middle[-1])) <= 1
    np.testing.assert_array_equal(fitted(made), made)


def test_an_answer_names_its_dimensions(digits):
    found = INQUIRY.answer(INQUIRY.part(digits), 0)
    assert isinstance(found, xr.Dataset)
    for var in found.variables.values():
        assert {"units", "long_name"} <= var.attrs.keys()
