"""Stacks, directions, masks, packed sequences and heads."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.enn import keras_weights
from models.enn.config import EngramConfig
from models.enn.networks import (
    Engram,
    EngramClassifier,
    EngramNetwork,
    EngramRegressor,
    lengths_mask,
)
from models.enn.readout import AttentionPool
from workbench import ParameterError

OWN = EngramConfig.recall(5, hidden_size=7, slots=4)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def inputs(batch: int = 3, steps: int = 6) -> torch.Tensor:
    return torch.randn(batch, steps, 5, generator=generator(1))


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_shapes_and_states(layers, bidirectional):
    engram = Engram(OWN, layers=layers, bidirectional=bidirectional, generator=generator()).eval()
    output, state, told = engram(inputs(), details=True)
    ways = 1 + bidirectional
    assert output.shape == (3, 6, 7 * ways)
    assert len(state) == len(told) == layers * ways
    assert engram(inputs(), state)[0].shape == output.shape
    with pytest.raises(ParameterError, match="state has 9 parts"):
        engram(inputs(), state[:1] * 9)


def test_the_way_back_reads_the_reversed_sequence():
    both = Engram(OWN, bidirectional=True, generator=generator()).eval()
    output, _, told = both(inputs(), details=True)
    back, _, reverse = both.cells[1](inputs().flip(1), details=True)
    torch.testing.assert_close(output[..., 7:], back.flip(1))
    torch.testing.assert_close(told[1].attention, reverse.attention.flip(1))
    torch.testing.assert_close(told[1].trace, reverse.trace.flip(1))


def test_the_second_layer_reads_the_first():
    engram = Engram(OWN, layers=2, generator=generator()).eval()
    first, second = engram.cells
    torch.testing.assert_close(engram(inputs())[0], second(first(inputs())[0])[0])


@pytest.mark.parametrize("bidirectional", [False, True])
def test_packed_and_masked_are_each_sample_alone(bidirectional):
    engram = Engram(OWN, layers=2, bidirectional=bidirectional, generator=generator()).eval()
    lengths = torch.tensor([4, 6, 1])
    x = inputs()
    masked, _ = engram(x, mask=lengths_mask(lengths, 6))
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    unpacked, told = pad_packed_sequence(engram(packed)[0], batch_first=True)
    torch.testing.assert_close(unpacked, masked)
    assert told.tolist() == lengths.tolist()
    for place, length in enumerate(lengths):
        alone = engram(x[place : place + 1, :length])[0]
        torch.testing.assert_close(masked[place, :length], alone[0])


@pytest.mark.parametrize("readout", ["last", "mean", "attention", "each"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_head_sees_only_what_there_is(readout, bidirectional):
    network = EngramNetwork(
        OWN, 2, readout=readout, bidirectional=bidirectional, generator=generator()
    ).eval()
    lengths = torch.tensor([4, 6, 1])
    output = network(inputs(), mask=lengths_mask(lengths, 6)).output
    for place, length in enumerate(lengths):
        alone = network(inputs()[place : place + 1, :length]).output[0]
        mine = output[place, :length] if readout == "each" else output[place]
        torch.testing.assert_close(mine, alone)


def test_attention_pool_by_hand():
    pool = AttentionPool(3, generator())
    x = torch.randn(2, 4, 3, generator=generator(2))
    weights = torch.softmax(torch.tanh(x @ pool.score.weight[0] + pool.score.bias), 1)
    torch.testing.assert_close(pool(x), torch.einsum("bt,bth->bh", weights, x))


@pytest.mark.parametrize("kind", [EngramNetwork, EngramClassifier, EngramRegressor])
def test_settings_and_weights_go_round(kind):
    network = kind(OWN, 3, layers=2, bidirectional=True, dropout=0.1, generator=generator()).eval()
    told = json.loads(json.dumps(network.to_dict()))
    again = kind.from_dict(told).eval()
    assert again.to_dict() == told
    assert not torch.equal(again(inputs()).output, network(inputs()).output)
    again.load_state_dict(network.state_dict())
    assert torch.equal(again(inputs()).output, network(inputs()).output)


def test_the_same_generator_gives_the_same_network():
    one, two = (EngramClassifier(OWN, 3, generator=generator(4)) for _ in range(2))
    for mine, theirs in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    state = torch.random.get_rng_state()
    EngramClassifier(OWN, 3, generator=generator(4))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_what_is_not_allowed_is_told():
    for options, told in (
        ({"readout": "best"}, "readout = 'best' is not allowed"),
        ({"dropout": 1.0}, "dropout = 1.0 is not allowed"),
        ({"layers": 0}, "layers = 0 is not allowed"),
        ({"outputs": 0}, "outputs = 0 is not allowed"),
    ):
        with pytest.raises(ParameterError, match=told):
            EngramNetwork(OWN, **{"outputs": 2, **options})


def test_keras_weights_are_taken_and_wrong_ones_told(tmp_path):
    config = EngramConfig(input_size=5, hidden_size=7, slots=4)
    one, two = (EngramClassifier(config, 3, generator=generator(seed)).eval() for seed in (0, 1))
    arrays = {
        f"w_{name}": (weight.mT if turned else weight).detach().numpy()
        for name, (weight, turned) in keras_weights.places(one).items()
    }
    assert arrays["w_W_z"].shape == (5, 7)
    np.savez(tmp_path / "weights.npz", **arrays)
    keras_weights.load_file(two, tmp_path / "weights.npz")
    assert torch.equal(one(inputs()).output, two(inputs()).output)
    for wrong, told in (
        ({"w_more": np.zeros(2)}, "w_more has no place"),
        ({"w_M": np.zeros((2, 2))}, r"w_M has shape \(2, 2\); it must be \(4, 7\)"),
    ):
        with pytest.raises(ParameterError, match=told):
            keras_weights.load(two, {**arrays, **wrong})
    del arrays["w_b_a"]
    with pytest.raises(ParameterError, match="w_b_a is missing"):
        keras_weights.load(two, arrays)
