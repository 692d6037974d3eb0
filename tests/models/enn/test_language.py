"""Language models: heads, and the loss that keeps no logits; a Transformer block with a memory."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy, linear

from models.enn.batches import seeded
from models.enn.config import EngramConfig
from models.enn.language import IGNORED, EngramLanguageModel, linear_cross_entropy
from models.enn.transformer import EngramTransformerBlock
from workbench import ParameterError

CONFIG = EngramConfig(input_size=6, hidden_size=8, slots=4)


def model(head="linear", config=CONFIG, vocabulary=50, **options) -> EngramLanguageModel:
    made = EngramLanguageModel(config, vocabulary, head=head, generator=seeded(1), **options)
    return made.eval()


def words(batch=3, steps=7, vocabulary=50) -> torch.Tensor:
    return torch.randint(vocabulary, (batch, steps), generator=seeded(2))


@given(
    rows=st.integers(1, 9), width=st.integers(1, 5), vocabulary=st.integers(2, 12),
    chunk=st.integers(1, 10), ignored=st.integers(0, 3),
)  # fmt: skip
def test_the_loss_in_chunks_is_the_loss_of_all_logits(rows, width, vocabulary, chunk, ignored):
    generator = seeded(rows, width, vocabulary)
    parts = [
        torch.randn(shape, dtype=torch.float64, generator=generator).requires_grad_()
        for shape in ((rows, width), (vocabulary, width), (vocabulary,))
    ]
    targets = torch.randint(vocabulary, (rows,), generator=generator)
    targets[: min(ignored, rows - 1)] = IGNORED
    mine = linear_cross_entropy(*parts, targets, chunk)
    theirs = cross_entropy(linear(*parts), targets, ignore_index=IGNORED)
    torch.testing.assert_close(mine, theirs)
    gradients = [torch.autograd.grad(3 * loss, parts) for loss in (mine, theirs)]
    torch.testing.assert_close(*gradients)


def test_where_no_target_counts_the_loss_is_nothing():
    hidden = torch.randn(3, 2, generator=seeded(1)).requires_grad_()
    loss = linear_cross_entropy(hidden, torch.ones(4, 2), torch.ones(4), torch.full((3,), IGNORED))
    loss.backward()
    assert loss == 0
    assert not hidden.grad.any()


def test_no_logits_of_all_rows_are_kept():
    """The largest tensor that is ever there has the size of a chunk, not of all rows."""
    seen = []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor):
                seen.append(result.numel())
            return result

    hidden, weight = torch.randn(64, 4, requires_grad=True), torch.randn(1000, 4)
    with Watch():
        linear_cross_entropy(hidden, weight, torch.zeros(1000), torch.zeros(64).long(), 8)
    assert max(seen) == 8 * 1000


@pytest.mark.parametrize("head", ["linear", "tied", "adaptive"])
@pytest.mark.parametrize("width", [6, 8])
def test_the_loss_is_that_of_the_log_probabilities(head, width):
    config = EngramConfig(input_size=width, hidden_size=8, slots=4)
    network, text = model(head, config), words()
    loss, state = network.loss(text[:, :-1], text[:, 1:])
    total, now = 0.0, None
    for t in range(6):
        chances, now = network.log_probability(text[:, t : t + 1], now)
        assert chances.exp().sum(-1) == pytest.approx(torch.ones(3), abs=1e-5)
        total -= chances[torch.arange(3), text[:, t + 1]].mean().item()
    assert loss.item() == pytest.approx(total / 6, rel=1e-5)
    torch.testing.assert_close(now[0].hidden, state[0].hidden)


@pytest.mark.parametrize("head", ["linear", "tied", "adaptive"])
def test_a_repeated_sentence_is_learnt(head):
    network = model(head, vocabulary=20).train()
    text = torch.arange(7).repeat(8, 1)
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(60):
        optimizer.zero_grad()
        loss, _ = network.loss(text[:, :-1], text[:, 1:])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2 * math.log(20)


def test_targets_that_do_not_count_are_left_out():
    for head in ("linear", "adaptive"):
        network, text = model(head), words()
        targets = text[:, 1:].clone()
        targets[1:] = IGNORED
        some, _ = network.loss(text[:, :-1], targets)
        own = model(head, EngramConfig(**{**CONFIG.to_dict(), "trace": "sample"}))
        own.load_state_dict(network.state_dict())
        alone, _ = own.loss(text[:1, :-1], text[:1, 1:])
        assert some.item() == pytest.approx(alone.item(), rel=1e-3)


def test_a_tied_head_has_no_matrix_of_its_own():
    count = {head: sum(w.numel() for w in model(head).parameters()) for head in ("tied", "linear")}
    config = EngramConfig(input_size=8, hidden_size=8, slots=4)
    tied, free = (model(head, config) for head in ("tied", "linear"))
    sizes = [sum(weight.numel() for weight in each.parameters()) for each in (tied, free)]
    assert sizes[1] - sizes[0] == 50 * 8
    assert count["linear"] > count["tied"]


def test_settings_go_round_and_wrong_ones_are_told():
    network = model("tied", dropout=0.2, layers=2)
    told = json.loads(json.dumps(network.to_dict()))
    again = EngramLanguageModel.from_dict(told).eval()
    again.load_state_dict(network.state_dict())
    text = words()
    assert torch.equal(again.log_probability(text)[0], network.log_probability(text)[0])
    for options, said in (
        ({"head": "best"}, "head = 'best'"),
        ({"vocabulary": 1}, "vocabulary = 1"),
    ):
        with pytest.raises(ParameterError, match=said):
            EngramLanguageModel(CONFIG, **{"vocabulary": 9, **options})


def test_torchs_own_random_numbers_are_left_alone():
    state = torch.get_rng_state()
    model("adaptive"), block()
    assert torch.equal(torch.get_rng_state(), state)


# -- a Transformer block -------------------------------------------------------------------------


def block(**options) -> EngramTransformerBlock:
    config = EngramConfig.recall(6, hidden_size=8, slots=4)
    return EngramTransformerBlock(config, heads=2, generator=seeded(1), **options).eval()


def inputs(batch=3, steps=7) -> torch.Tensor:
    return torch.randn(batch, steps, 6, generator=seeded(3))


def test_no_step_sees_a_later_one():
    one, x = block(), inputs()
    changed = x.clone()
    changed[:, 4:] += 1
    before, after = one(x).output, one(changed).output
    torch.testing.assert_close(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_the_memory_goes_on_from_piece_to_piece():
    one, x = block(), inputs()
    first = one(x[:, :4])
    second, alone = one(x[:, 4:], first.state).output, one(x[:, 4:]).output
    assert not torch.allclose(second, alone)
    torch.nn.init.zeros_(one.recalled.weight)
    first = one(x[:, :4])
    torch.testing.assert_close(one(x[:, 4:], first.state).output, one(x[:, 4:]).output)


def test_what_a_mask_hides_changes_nothing_of_a_block():
    one, x = block(), inputs()
    mask = torch.arange(7).expand(3, 7) < 5
    poisoned = x.clone()
    poisoned[:, 5:] = 100
    output = one(poisoned, mask=mask).output
    torch.testing.assert_close(output[:, :5], one(x[:, :5]).output)
    assert torch.isfinite(output).all()


def test_attention_is_that_of_torch():
    one, x = block(), inputs()
    theirs = torch.nn.MultiheadAttention(6, 2, batch_first=True).eval()
    with torch.no_grad():
        theirs.in_proj_weight.copy_(one.asking.weight)
        theirs.in_proj_bias.copy_(one.asking.bias)
        theirs.out_proj.weight.copy_(one.attended.weight)
        theirs.out_proj.bias.copy_(one.attended.bias)
    later = torch.ones(7, 7, dtype=torch.bool).triu(1)
    expected = theirs(x, x, x, attn_mask=later, need_weights=False)[0]
    torch.testing.assert_close(one.attend(x, None), expected)


def test_heads_divide_the_width():
    with pytest.raises(ParameterError, match="heads = 4 is not allowed; it must divide .* 6"):
        EngramTransformerBlock(CONFIG, heads=4)
