"""The Engram cell: what every way of computing it has in common, and what each option does."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.enn.attention import effective_slots, entropy, sparsemax, top_k
from models.enn.cell import EngramCell
from models.enn.config import EngramConfig
from workbench import ParameterError

SIZES = {"input_size": 5, "hidden_size": 7, "slots": 4}
#: Settings under which attention and trace differ from slot to slot.
STRONG = {**SIZES, "hebbian_rate": 0.3, "temperature": 0.1, "sparsity": 0.0, "clip": 1.0}
OPTIONS = {
    "as published": {},
    "a trace a sample": {"trace": "sample"},
    "their own, fading where written": {"trace": "sample", "decay": "written"},
    "frozen": {"trace": "frozen"},
    "top-k": {"attention": "top-k", "top_k": 2},
    "sparsemax": {"attention": "sparsemax", "temperature": 0.5},
    "learnt temperature": {"learn_temperature": True},
    "fades where written": {"decay": "written"},
    "fades in doubt": {"decay": "entropy"},
    "learnt rate": {"rate": "learned"},
    "novelty": {"rate": "novelty"},
    "gate": {"slot_gate": True},
    "asymmetric": {"asymmetry": 0.5},
    "low rank": {"rank": 3},
    "learnt start": {"start": "learned"},
    "no gradient through the trace": {"gradient": False},
    "no layer norm": {"layer_norm": False},
    "all for each sample": {
        "trace": "sample", "attention": "top-k", "top_k": 3, "decay": "written", "rate": "novelty",
        "slot_gate": True, "asymmetry": 0.3, "rank": 4, "start": "learned",
    },
}  # fmt: skip


def made(seed: int = 0, **options) -> EngramCell:
    """Return a cell in double precision, in evaluation."""
    generator = torch.Generator().manual_seed(seed)
    cell = EngramCell(EngramConfig(**{**STRONG, **options}), generator).double().eval()
    if isinstance(cell.encoder_norm, torch.nn.LayerNorm):  # not the gains that hide a gradient
        for norm in (cell.encoder_norm, cell.output_norm):
            torch.nn.init.normal_(norm.weight, 1, 0.3, generator=generator)
            torch.nn.init.normal_(norm.bias, 0, 0.3, generator=generator)
    return cell


def inputs(batch: int = 3, steps: int = 6, seed: int = 1) -> torch.Tensor:
    return torch.randn(
        batch, steps, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )


def loss_of(cell: EngramCell, x: torch.Tensor, **options) -> torch.Tensor:
    """Return a number that depends on all of the output and the end, unevenly."""
    output, end = cell(x, **options)
    weights = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).view_as(output)
    sizes = torch.linspace(1, 2, end.trace.numel(), dtype=output.dtype).view_as(end.trace)
    return (output * weights).sum() + (end.trace * sizes).sum() + end.hidden[:, 0].sum()


@pytest.mark.parametrize("name", [name for name in OPTIONS if not name.startswith("no gradient")])
def test_gradients_are_those_of_finite_differences(name):
    cell, x = made(**OPTIONS[name]), inputs(2, 4)
    leaves = [*cell.parameters()]
    found = torch.autograd.grad(loss_of(cell, x), leaves, materialize_grads=True)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for weight, gradient in zip(leaves, found, strict=True):
            way = torch.randn(weight.shape, dtype=weight.dtype, generator=generator)
            ends = []
            for step in (1e-6, -2e-6):
                weight += step * way
                ends.append(loss_of(cell, x))
            weight += 1e-6 * way
            assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(
                (gradient * way).sum().item(), rel=2e-5, abs=2e-6
            )


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_sequence_in_pieces_is_the_whole_sequence(options):
    cell, x = made(**options), inputs()
    whole, end = cell(x)
    state, parts = None, []
    for piece in (x[:, :1], x[:, 1:4], x[:, 4:]):
        output, state = cell(piece, state)
        parts.append(output)
    torch.testing.assert_close(torch.cat(parts, 1), whole)
    for mine, theirs in zip(state, end, strict=True):
        if theirs is not None:
            torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_a_mask_hides_changes_nothing(options):
    cell, x = made(**options), inputs()
    mask = torch.arange(6).expand(3, 6) < 4
    output, end = cell(x, mask=mask)
    short, end_short = cell(x[:, :4])
    torch.testing.assert_close(output[:, :4], short)
    assert not output[:, 4:].any()
    for mine, theirs in zip(end, end_short, strict=True):
        if theirs is not None:
            torch.testing.assert_close(mine, theirs)
    poisoned = x.clone()
    poisoned[:, 4:] = 1e6
    torch.testing.assert_close(cell(poisoned, mask=mask)[0], output)


@pytest.mark.parametrize("mean", [False, True])
def test_with_a_trace_of_their_own_samples_do_not_see_each_other(mean):
    cell, x = made(trace="batch" if mean else "sample"), inputs()
    alone = cell(x[:1])[0]
    together = cell(x)[0][:1]
    assert torch.allclose(alone, together) is not mean


def test_samples_of_different_lengths_are_each_what_they_are_alone():
    cell, x = made(trace="sample", decay="written"), inputs()
    lengths = [6, 2, 4]
    mask = torch.arange(6) < torch.tensor(lengths)[:, None]
    output, end = cell(x, mask=mask)
    for place, length in enumerate(lengths):
        alone, last = cell(x[place : place + 1, :length])
        torch.testing.assert_close(output[place, :length], alone[0])
        torch.testing.assert_close(end.trace[place], last.trace[0])
        torch.testing.assert_close(end.hidden[place], last.hidden[0])


def test_a_batch_of_one_writes_the_same_trace_by_either_scope():
    options = {"trace": "sample"}
    mine, theirs = made(), made(**options)
    torch.testing.assert_close(mine(inputs(1))[0], theirs(inputs(1))[0])


SCOPES = [{}, {"trace": "frozen"}, {"trace": "sample"}, {"trace": "sample", "decay": "written"}]


@pytest.mark.parametrize("scope", SCOPES, ids=["batch", "frozen", "sample", "written"])
@settings(max_examples=25)
@given(
    batch=st.integers(1, 4), steps=st.integers(1, 5), hidden=st.integers(1, 6),
    slots=st.integers(1, 5), norm=st.booleans(), learn=st.booleans(), noisy=st.booleans(),
    clip=st.sampled_from([0.02, 1.0, 0.0]), start=st.sampled_from(["learned", "zero"]),
    empty=st.booleans(),
)  # fmt: skip
@example(2, 3, 4, 3, True, True, True, 1.0, "learned", False)
@example(2, 3, 4, 3, True, True, True, 1.0, "zero", True)
def test_the_fused_memory_is_the_plain_loop(
    scope, batch, steps, hidden, slots, norm, learn, noisy, clip, start, empty
):
    options = {
        "hidden_size": hidden, "slots": slots, "layer_norm": norm, "learn_temperature": learn,
        "clip": clip, "start": start, **scope,
    }  # fmt: skip
    cell, x = made(**options).train(), inputs(batch, steps)
    assert cell.fused
    if empty:
        torch.nn.init.constant_(cell.memory.slots[0].detach(), 1e-4)  # below the floor
    shape = (batch,) * cell.config.per_sample + (steps, slots, hidden)
    noise = torch.linspace(-0.1, 0.1, math.prod(shape), dtype=x.dtype).view(shape)
    same_either_way(cell, x, noise=noise if noisy else torch.zeros_like(noise))


@settings(max_examples=25)
@given(
    batch=st.integers(1, 4), steps=st.integers(1, 5), hidden=st.integers(1, 6),
    norm=st.booleans(), masked=st.booleans(),
)  # fmt: skip
@example(2, 4, 3, True, True)
def test_the_fused_recurrence_of_h_is_the_plain_loop(batch, steps, hidden, norm, masked):
    cell = made(hidden_size=hidden, layer_norm=norm, start="learned")
    mask = (torch.arange(steps) < steps - 1).expand(batch, steps) if masked else None
    same_either_way(cell, inputs(batch, steps), mask=mask)


@pytest.mark.parametrize("scope", SCOPES, ids=["batch", "frozen", "sample", "written"])
def test_patterns_too_faint_to_be_made_one_long_are_treated_alike(scope):
    cell = made(layer_norm=False, **scope).train()
    x = inputs()
    with torch.no_grad():
        x[:, ::2] *= 1e-5
    same_either_way(cell, x, noise=torch.zeros((3,) * cell.config.per_sample + (6, 4, 7)))


def same_either_way(cell: EngramCell, x: torch.Tensor, **options) -> None:
    """Compare what both paths of a cell return, and its gradients."""
    results = []
    x.requires_grad_()
    for way in ("plain", "auto"):
        cell.path = way
        loss = loss_of(cell, x, **options)
        results.append((loss, *torch.autograd.grad(loss, [x, *cell.parameters()])))
    torch.testing.assert_close(*results, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("scope", SCOPES, ids=["batch", "frozen", "sample", "written"])
def test_mixed_precision_reaches_no_gradient_of_a_fused_recurrence(scope):
    """A loss may be differentiated after the block of `torch.autocast`, and inside it."""
    cell = made(hidden_size=48, slots=12, noise=0.0, **scope).float().train()
    x = inputs(16, 5).float().requires_grad_()

    def slopes(way, inside):
        cell.path = way
        assert cell.fused == (way == "auto")
        with torch.autocast("cpu", torch.bfloat16):
            output, end = cell(x)
            loss = (output.square() * torch.linspace(-1, 1, 48)).sum() + end.trace.square().sum()
            if inside:
                return torch.autograd.grad(loss, [x, *cell.parameters()])
        return torch.autograd.grad(loss, [x, *cell.parameters()])

    inside = slopes("auto", True)
    torch.testing.assert_close(inside, slopes("auto", False), rtol=0, atol=0)
    for fused, plain in zip(inside, slopes("plain", False), strict=True):
        assert fused.dtype == plain.dtype == torch.float32
        assert (fused - plain).norm() < 0.2 * plain.norm() + 1e-3  # bfloat16 is coarse


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("masked", [False, True])
def test_without_gradients_the_numbers_are_the_same(options, masked):
    cell, x = made(**options), inputs()
    mask = torch.arange(6).expand(3, 6) < 4 if masked else None
    kept, end = cell(x, mask=mask)
    with torch.inference_mode():
        output, last = cell(x, mask=mask)
    for mine, theirs in ((output, kept), (last.trace, end.trace), (last.hidden, end.hidden)):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("path", ["plain", "auto"])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize("trace", ["batch", "sample"])
def test_what_lies_on_the_clip_is_not_clipped(path, kind, trace):
    """As of torch's clamp: a gradient passes at the clip, and none beyond it."""
    clip = 0.1
    cell = made(trace=trace, hebbian_rate=0.0, clip=clip).to(kind)
    cell.path = path
    start = cell.start(1)
    edge = torch.tensor(clip, dtype=kind)
    beyond = torch.nextafter(edge, torch.tensor(1, dtype=kind))
    first = torch.stack([edge, -edge, beyond, -beyond, 0 * edge]).expand(4, 5)
    first = torch.nn.functional.pad(first, (0, 2)).clone()
    first = first[None] if trace == "sample" else first
    first.requires_grad_()
    _, end = cell(inputs(1, 1).to(kind), start._replace(trace=first))
    (found,) = torch.autograd.grad(end.trace.sum(), first)
    assert found.flatten(0, -2)[0].tolist() == [1, 1, 0, 0, 1, 1, 1]


def test_weights_are_drawn_anew_as_they_were_first():
    config = EngramConfig(**STRONG, start="learned", slot_gate=True)
    first, other = (EngramCell(config, torch.Generator().manual_seed(seed)) for seed in (3, 4))
    other.reset_parameters(torch.Generator().manual_seed(3))
    for (name, weight), same in zip(first.named_parameters(), other.parameters(), strict=True):
        assert torch.equal(weight, same), name
    generator = torch.Generator().manual_seed(3)  # the memory's are drawn first, and once
    bound = (6 / (4 + 7)) ** 0.5
    assert torch.equal(
        first.memory.slots, torch.empty(4, 7).uniform_(-bound, bound, generator=generator)
    )


def test_the_memory_follows_its_equations():
    """One step by hand: scores, attention, retrieval and the write."""
    cell, x = made(), inputs(3, 2)
    _, end, told = cell(x, details=True)
    slots, size = cell.memory.slots, 0.5
    trace = torch.zeros_like(slots)
    for t in range(2):
        pattern, effective = told.pattern[:, t], slots + size * trace
        cosine = torch.nn.functional.cosine_similarity(pattern[:, None], effective[None], dim=-1)
        torch.testing.assert_close(told.score[:, t], cosine / 0.1)
        attention = torch.softmax(cosine / 0.1, -1)
        torch.testing.assert_close(told.attention[:, t], attention)
        torch.testing.assert_close(told.retrieved[:, t], attention @ effective)
        mean = sum(torch.outer(attention[b], pattern[b]) for b in range(3)) / 3
        trace = (0.7 * trace + 0.3 * mean).clamp(-1, 1)
        torch.testing.assert_close(told.trace[t], trace)
    torch.testing.assert_close(end.trace, trace)


def test_fading_where_written_leaves_the_other_slots_alone():
    cell = made(trace="sample", decay="written", attention="top-k", top_k=1)
    _, _, told = cell(inputs(), details=True)
    assert told.trace.shape == (3, 6, 4, 7)
    for sample, t in itertools.product(range(3), range(1, 6)):
        other = told.attention[sample, t] == 0
        assert other.sum() == 3
        torch.testing.assert_close(told.trace[sample, t][other], told.trace[sample, t - 1][other])


def test_a_rate_of_nothing_writes_nothing_and_a_reward_of_nothing_neither():
    assert not made(hebbian_rate=0.0)(inputs())[1].trace.any()
    cell = made(rate="reward")
    reward = torch.zeros(3, 6, dtype=torch.float64)
    assert not cell(inputs(), reward=reward)[1].trace.any()
    reward[:, 2] = 1
    assert cell(inputs(), reward=reward)[1].trace.any()
    torch.testing.assert_close(
        cell(inputs(), reward=torch.ones_like(reward))[0], made()(inputs())[0]
    )


def test_novelty_writes_less_what_the_memory_holds_already():
    cell = made(rate="novelty", trace="sample", trace_scale=5.0, decay="written")
    x = inputs(2, 1).expand(2, 12, 5)
    _, _, told = cell(x, details=True)
    change = told.trace.diff(dim=1).square().sum((-1, -2))
    assert (change[:, -1] < change[:, 0]).all()


def test_an_asymmetric_write_ties_what_comes_after():
    """After A then B the slot of A holds B; in the symmetric write it holds A alone."""
    cell = made(trace="sample", asymmetry=1.0, attention="top-k", top_k=1, temperature=0.05)
    _, _, told = cell(inputs(8, 2), details=True)
    first, second = told.attention[:, 0].argmax(-1), told.attention[:, 1].argmax(-1)
    differ = first != second
    assert differ.any()
    rows = torch.arange(8)
    change = told.trace[rows, 1, first] - told.trace[rows, 0, first] * 0.7
    tied = (change * told.pattern[:, 1]).sum(-1)[differ]
    assert (tied > 0).all()
    back = told.trace[rows, 1, second] - told.trace[rows, 0, second] * 0.7
    expected = 0.3 * (told.pattern[:, 1] - torch.exp(torch.tensor(-0.2)) * told.pattern[:, 0])
    torch.testing.assert_close(back[differ], expected[differ].clamp(-1, 1))


def test_a_low_rank_trace_is_a_matrix_of_that_rank():
    cell = made(rank=2)
    _, end, told = cell(inputs(), details=True)
    assert end.trace.shape == (4, 2)
    assert torch.linalg.matrix_rank(told.trace[-1]) == 2


def test_a_gate_that_is_shut_writes_nothing():
    cell = made(slot_gate=True)
    torch.nn.init.constant_(cell.memory.gate.bias, -1e3)
    assert not cell(inputs())[1].trace.any()


def test_without_gradient_the_trace_is_cut_off():
    cell, free, x = made(gradient=False), made(), inputs()
    _, end = cell(x)
    assert not end.trace.requires_grad
    torch.testing.assert_close(cell(x)[0], free(x)[0])
    gradients = [
        torch.autograd.grad(each(x)[0][:, -1].square().sum(), each.encoder.weight)[0]
        for each in (cell, free)
    ]
    assert not torch.allclose(*gradients)
    # The first step has no trace yet that a gradient could take.
    gradients = [
        torch.autograd.grad(each(x)[0][:, 0].square().sum(), each.encoder.weight)[0]
        for each in (cell, free)
    ]
    torch.testing.assert_close(*gradients)


def test_evaluation_is_deterministic_and_training_repeats_with_its_seed():
    cell, x = made(), inputs()
    assert torch.equal(cell(x)[0], cell(x)[0])
    cell.train()
    first = cell(x)[1].trace
    second = cell(x)[1].trace
    assert not torch.equal(first, second)
    again = made().train()
    assert torch.equal(again(x)[1].trace, first)
    assert torch.equal(again(x)[1].trace, second)
    assert not torch.equal(made(**{"noise": 0.01}).train()(x)[1].trace, first)


def test_noise_goes_on_where_a_checkpoint_left_it():
    cell, x = made().train(), inputs()
    cell(x)
    kept = cell.state_dict()
    theirs = cell(x)[1].trace
    other = made(seed=5).train()
    other.load_state_dict(kept)
    assert torch.equal(other(x)[1].trace, theirs)


def test_the_reference_draws_anew_at_every_call():
    cell = EngramCell(EngramConfig.reference(5, hidden_size=7, slots=4)).double().eval()
    x = inputs()
    assert not torch.equal(cell(x)[0], cell(x)[0])


def test_a_frozen_trace_does_not_move_in_evaluation_and_does_not_see_the_batch():
    cell, x = made(trace="frozen").train(), inputs()
    for _ in range(3):
        cell(x)
    cell.eval()
    assert cell.memory.kept.any()
    _, end = cell(x)
    torch.testing.assert_close(end.trace, cell.memory.kept)
    torch.testing.assert_close(cell(x[:1])[0], cell(x)[0][:1])


def test_parameters_are_as_many_as_published():
    """Without the 8,192 of the trace that the published program counts and never reads."""
    cell = EngramCell(EngramConfig(input_size=28))
    assert sum(weight.numel() for weight in cell.parameters()) == 209_536


def test_first_weights_are_keras_ones():
    cell = EngramCell(
        EngramConfig(input_size=100, hidden_size=200, slots=300),
        torch.Generator().manual_seed(3),
    )
    spread = (2 / 100) ** 0.5
    assert cell.encoder.weight.std().item() == pytest.approx(spread, rel=0.02)
    assert cell.encoder.weight.abs().max().item() <= 2 * spread / 0.87962566 + 1e-6
    bound = (6 / 500) ** 0.5
    assert cell.memory.slots.abs().max().item() == pytest.approx(bound, rel=0.01)
    assert not cell.encoder.bias.any()


@pytest.mark.parametrize(
    ("shape", "options", "told"),
    [
        ((3, 6, 4), {}, r"x has shape \(3, 6, 4\); it must be \(samples, steps, 5\)"),
        ((3, 6), {}, r"x has shape \(3, 6\)"),
        ((3, 0, 5), {}, "none of them 0"),
        ((3, 6, 5), {"mask": torch.ones(3, 5, dtype=torch.bool)}, r"mask has shape \(3, 5\)"),
        ((3, 6, 5), {"mask": torch.ones(3, 6)}, r"mask is of torch.float32"),
        ((3, 6, 5), {"noise": torch.ones(6, 4, 5)}, r"noise has shape .*it must be \(6, 4, 7\)"),
    ],
)
def test_wrong_shapes_are_told(shape, options, told):
    with pytest.raises(ParameterError, match=told):
        EngramCell(EngramConfig(**STRONG))(torch.zeros(shape), **options)


def test_a_missing_reward_is_told():
    with pytest.raises(ParameterError, match="reward is missing"):
        made(rate="reward")(inputs())


# -- attention -----------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=8).map(
        lambda numbers: torch.tensor(numbers, dtype=torch.float64)
    )
)
def test_sparsemax_is_the_nearest_point_of_the_simplex(scores):
    found = sparsemax(scores)
    assert found.sum().item() == pytest.approx(1)
    assert (found >= 0).all()
    # Optimal: where something is left, score minus attention is one number, elsewhere below it.
    rest = scores - found
    level = rest[found > 0]
    assert level.max() - level.min() < 1e-9
    assert (rest[found == 0] <= level.max() + 1e-9).all()


def test_top_k_leaves_so_many_slots():
    scores = torch.tensor([[0.0, 3, 1, 2]])
    found = top_k(scores, 2)
    assert found[0, [0, 2]].tolist() == [0, 0]
    torch.testing.assert_close(found[0, [1, 3]], torch.softmax(torch.tensor([3.0, 2]), -1))
    torch.testing.assert_close(top_k(scores, 9), torch.softmax(scores, -1))


def test_entropy_and_effective_slots():
    uniform, sharp = torch.full((8,), 1 / 8), torch.eye(8)[3].requires_grad_()
    assert entropy(uniform).item() == pytest.approx(8**0 * torch.log(torch.tensor(8.0)).item())
    assert effective_slots(uniform).item() == pytest.approx(8)
    assert entropy(sharp).item() == 0
    assert effective_slots(sharp).item() == 1
    entropy(sharp).backward()
    assert torch.isfinite(sharp.grad).all()
