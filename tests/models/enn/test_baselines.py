"""Recurrent networks to compare with: the published sizes, matched widths, masks and weights."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enn.baselines import (
    PUBLISHED,
    Recurrent,
    matched_widths,
    trained,
    weights,
)
from models.enn.config import EngramConfig
from models.enn.networks import EngramNetwork
from models.enn.published import results
from workbench import ParameterError

KINDS = ["rnn", "gru", "lstm"]
READOUTS = ["last", "mean", "attention", "each"]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def small(kind, readout="last", widths=(6, 4), **options):
    return Recurrent(kind, 5, widths, 3, readout=readout, generator=generator(), **options).eval()


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_networks_have_the_published_parameters(kind):
    network = Recurrent(kind, 28, PUBLISHED["mnist"], 10)
    assert trained(network) == results("mnist")[kind.upper()].measures["parameters"]
    text = results("wikitext-103")[kind.upper()].measures["parameters"]
    assert weights(kind, 1, PUBLISHED["wikitext"], 188_590, "each") == text


@settings(max_examples=40)
@given(
    kind=st.sampled_from(KINDS), inputs=st.integers(1, 9),
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=3), outputs=st.integers(1, 9),
    readout=st.sampled_from(READOUTS),
)  # fmt: skip
def test_weights_are_counted_without_making_them(kind, inputs, widths, outputs, readout):
    network = Recurrent(kind, inputs, widths, outputs, readout=readout)
    assert weights(kind, inputs, widths, outputs, readout) == trained(network)


@given(
    kind=st.sampled_from(KINDS), most=st.integers(1000, 10**6), inputs=st.integers(1, 30),
    shape=st.sampled_from([(1,), (2, 1), (1, 1), (3, 2, 1)]), readout=st.sampled_from(READOUTS),
)  # fmt: skip
def test_a_matched_width_is_the_widest_that_is_not_larger(kind, most, inputs, shape, readout):
    widths = matched_widths(kind, most, inputs, 10, shape=shape, readout=readout)
    wider = [width + part for width, part in zip(widths, shape, strict=True)]
    assert weights(kind, inputs, widths, 10, readout) <= most
    assert weights(kind, inputs, wider, 10, readout) > most
    assert all(
        width == widths[0] // shape[0] * part for width, part in zip(widths, shape, strict=True)
    )


def test_a_network_matches_an_engram_network():
    engram = EngramNetwork(EngramConfig(input_size=28), 10)
    (width,) = matched_widths("lstm", trained(engram), 28, 10)
    near = trained(Recurrent("lstm", 28, (width,), 10))
    assert 0 <= trained(engram) - near < 0.02 * near


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("readout", READOUTS)
def test_steps_that_are_not_there_change_nothing(kind, readout):
    network = small(kind, readout)
    x = torch.randn(3, 7, 5, generator=generator(1))
    mask = torch.arange(7) < torch.tensor([7, 4, 1])[:, None]
    output = network(x, mask=mask).output
    for row, count in enumerate((7, 4, 1)):
        alone = network(x[row : row + 1, :count]).output[0]
        torch.testing.assert_close(output[row, :count] if readout == "each" else output[row], alone)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_goes_on_from_a_state(kind):
    network = small(kind, "each")
    x = torch.randn(2, 8, 5, generator=generator(2))
    first = network(x[:, :5])
    second = network(x[:, 5:], first.state)
    joined = torch.cat([first.output, second.output], 1)
    torch.testing.assert_close(joined, network(x).output)
    assert first.details is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_weights_are_those_of_keras(kind):
    network = small(kind, widths=(6,))
    cell = network.layers[0]
    limit = (6 / (5 + cell.weight_ih_l0.shape[0])) ** 0.5
    assert cell.weight_ih_l0.abs().max() <= limit and cell.weight_ih_l0.std() > 0.4 * limit
    torch.testing.assert_close(cell.weight_hh_l0.T @ cell.weight_hh_l0, torch.eye(6))
    forget = torch.zeros(24)
    forget[6:12] = 1  # torch's order: input, forget, cell, output
    bias = forget if kind == "lstm" else torch.zeros_like(cell.bias_ih_l0)
    assert torch.equal(cell.bias_ih_l0, bias) and not cell.bias_hh_l0.any()


def test_weights_come_from_the_generator_alone():
    with torch.random.fork_rng():
        torch.manual_seed(1)
        before = torch.get_rng_state()
        one = small("gru", "attention")
        assert torch.equal(before, torch.get_rng_state())
    for name, value in small("gru", "attention").state_dict().items():
        assert torch.equal(value, one.state_dict()[name])
    again = Recurrent(**one.to_dict())
    assert again.to_dict() == one.to_dict() and trained(again) == trained(one)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_of_training_changes_what_is_trained_and_nothing_else(kind):
    network = small(kind, "attention", dropout=0.5).train()
    before = {name: value.clone() for name, value in network.named_parameters()}
    optimizer = torch.optim.SGD(network.parameters(), 0.1)
    target = torch.tensor([0, 2])
    x = torch.randn(2, 4, 5, generator=generator(3))
    with torch.random.fork_rng():
        torch.manual_seed(0)  # once in a while all values of a layer are dropped
        torch.nn.functional.cross_entropy(network(x).output, target).backward()
    optimizer.step()
    for name, value in network.named_parameters():
        same = torch.equal(value, before[name])
        assert same == (name.endswith("bias_hh_l0") and kind != "gru"), name


def test_values_are_dropped_in_training_alone():
    x = torch.randn(1, 4, 5, generator=generator(4))
    network = small("gru", dropout=0.5)
    assert torch.equal(network(x).output, network(x).output)
    network.train()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        runs = [network(x) for _ in range(9)]
        assert len({run.state[0].sum().item() for run in runs}) == 1
        assert len({run.state[1].sum().item() for run in runs}) > 5  # between layers
        single = small("gru", widths=(6,), dropout=0.5).train()
        assert len({single(x).output.sum().item() for _ in range(9)}) > 5  # before the head


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Recurrent("cnn", 5, (4,), 3), "kind = 'cnn' .* 'rnn' or 'gru' or 'lstm'"),
        (lambda: Recurrent("rnn", 5, (4,), 3, readout="first"), "readout = 'first'"),
        (lambda: Recurrent("rnn", 5, (), 3), r"widths = \(\)"),
        (lambda: Recurrent("rnn", 5, (4, 0), 3), r"widths = \(4, 0\)"),
        (lambda: Recurrent("rnn", 0, (4,), 3), "input_size = 0"),
        (lambda: Recurrent("rnn", 5, (4,), 3, dropout=1), "dropout = 1"),
        (lambda: matched_widths("gru", 20, 5, 3), "most = 20 .* 30 weights"),
        (
            lambda: small("rnn")(torch.zeros(1, 3, 5), mask=torch.tensor([[True, False, True]])),
            "A mask must be True up to",
        ),
        (
            lambda: small("rnn")(
                torch.zeros(1, 2, 5), small("rnn")(torch.zeros(1, 2, 5)).state,
                mask=torch.ones(1, 2, dtype=torch.bool),
            ),
            "goes without a state",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(make, said):
    with pytest.raises(ParameterError, match=said):
        make()
