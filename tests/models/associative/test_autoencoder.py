"""The autoencoder: its loss by other means, what it can hold, and what asking for sparsity does."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import models
from models.associative.autoencoder import (
    Autoencoder,
    SideBySide,
    Training,
    departure,
    rebuilding_error,
)
from models.associative.autoencoder_course import code_overlaps, preferring
from models.associative.load_curves import at_load, capacity
from models.associative.penalties import DIVERGENCE, EACH, LAYER, PENALTIES
from models.associative.ultrametric import flip_bits, tree, tree_bits
from models.enn.computing import threads
from workbench import Change, ParameterError, run

Memory = models.get("autoencoder")
SMALL = {"units": 20, "hidden": 40, "children": 4, "largest": 64, "loads": 3, "epochs": 200}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threads(1):
        yield


def data(**values):
    return run(Memory(**SMALL | values), seed=1, progress=False).data


def drawn(seed=1):
    return torch.Generator().manual_seed(seed)


def training(**values):
    base = {"level": 0.1, "strength": 1.0, "kind": EACH, "noise": 0.0, "rate": 0.1, "epochs": 200}
    return Training(**base | values)


def learnt(load, *, units=20, hidden=40, **values):
    """Return a trained network, its activity and its patterns."""
    patterns = torch.from_numpy(tree(load, units, 4, 0.6, np.random.default_rng(1))[0]).float()
    asked = training(**values)
    beside = SideBySide(patterns, [load], hidden, asked, drawn())
    for _ in range(asked.epochs):
        beside.step()
    return beside.networks[0], patterns


# The loss


@pytest.mark.parametrize("kind", PENALTIES)
def test_the_loss_is_that_of_its_formula(kind):
    rng = np.random.default_rng(3)
    fields, activity = rng.normal(size=(5, 7)), rng.uniform(0.05, 0.95, (5, 4))
    x = np.where(rng.random((5, 7)) < 0.5, -1.0, 1.0)
    error = rebuilding_error(torch.from_numpy(fields), torch.from_numpy(x))
    assert float(error) == pytest.approx(np.log2(1 + np.exp(-x * fields)).mean())
    rho, f = activity.mean(0), 0.2
    wanted = {
        EACH: ((rho - f) ** 2).mean(),
        LAYER: (rho.mean() - f) ** 2,
        DIVERGENCE: (f * np.log(f / rho) + (1 - f) * np.log((1 - f) / (1 - rho))).mean(),
    }[kind]
    assert float(departure(torch.from_numpy(activity), f, kind)) == pytest.approx(wanted)


@pytest.mark.parametrize("kind", PENALTIES)
def test_the_penalty_is_nothing_where_it_is_met_and_finite_at_its_edges(kind):
    assert float(departure(torch.full((3, 4), 0.2), 0.2, kind)) == pytest.approx(0, abs=1e-6)
    for extreme in (0.0, 1.0):
        assert 0 < float(departure(torch.full((3, 4), extreme), 0.2, kind)) < 20


def test_the_layer_may_be_met_by_units_that_are_not():
    uneven = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(departure(uneven, 0.5, LAYER)) == 0
    assert float(departure(uneven, 0.5, EACH)) == pytest.approx(0.25)


@pytest.mark.parametrize("kind", PENALTIES)
def test_the_first_step_goes_down_the_slope_of_the_loss(kind):
    """Adam's first step is the learning rate against the sign of each slope."""
    x = torch.from_numpy(tree(6, 5, 3, 0.6, np.random.default_rng(2))[0]).float()
    asked = training(kind=kind, strength=2.0, rate=1e-3)
    beside = SideBySide(x, [6], 4, asked, drawn(7))
    whole = [p.detach().double().numpy().copy() for p in beside.networks[0].parameters()]

    def loss(parts):
        encoder, threshold, decoder, bias = parts
        hidden = 1 / (1 + np.exp(-(x.double().numpy() @ encoder + threshold)))
        fields = torch.from_numpy(hidden @ decoder + bias)
        error = float(rebuilding_error(fields, x.double()))
        return error + 2.0 * float(departure(torch.from_numpy(hidden), 0.1, kind))

    beside.step()
    for number, after in enumerate(beside.networks[0].parameters()):
        moved = after.detach().double().numpy() - whole[number]
        for place in np.ndindex(moved.shape):
            ends = []
            for shift in (-1e-5, 1e-5):
                parts = [part.copy() for part in whole]
                parts[number][place] += shift
                ends.append(loss(parts))
            slope = (ends[1] - ends[0]) / 2e-5
            if abs(slope) > 1e-5:
                assert moved[place] == pytest.approx(-1e-3 * np.sign(slope), rel=0.02)


# Networks


def test_codes_are_binary_and_answers_are_signs():
    network = Autoencoder(12, 30, drawn())
    x = torch.from_numpy(tree(8, 12, 4, 1.0, np.random.default_rng(1))[0]).float()
    assert set(network.code(x).unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(network.code(x), (network.graded(x) > 0.5).float())
    assert set(network.recall(x, 3).unique().tolist()) <= {-1.0, 1.0}
    torch.testing.assert_close(network.recall(network.recall(x)), network.recall(x, 2))
    torch.testing.assert_close(
        network.recall(x, graded=True),
        torch.where(network.fields(network.graded(x)) > 0, 1.0, -1.0),
    )


@pytest.mark.parametrize("load", [1, 2])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_one_or_two_patterns_are_recalled_without_an_error(load, noise):
    network, patterns = learnt(load, noise=noise, level=0.5)
    torch.testing.assert_close(network.recall(patterns), patterns)
    cues = patterns.clone()
    cues[:, 0] *= -1
    torch.testing.assert_close(network.recall(cues), patterns)


@pytest.mark.parametrize("kind", PENALTIES)
def test_a_strong_penalty_pulls_activity_to_the_level_and_none_leaves_it(kind):
    found = {}
    for strength in (0.0, 1.0, 300.0):
        network, patterns = learnt(32, kind=kind, strength=strength, noise=0.1)
        found[strength] = float(network.graded(patterns).detach().mean())
    assert found[0.0] > 0.35
    assert abs(found[300.0] - 0.1) < 0.04  # it is met where inputs are noisy
    assert abs(found[300.0] - 0.1) < abs(found[1.0] - 0.1) < abs(found[0.0] - 0.1)


def test_units_that_keep_to_a_low_level_are_never_active_with_few_patterns():
    """A unit whose mean activity is f cannot be above one half where f times P is below that."""
    network, patterns = learnt(2, strength=300.0, level=0.1)
    assert float(network.code(patterns).sum()) == 0


def test_without_enforcement_the_level_desired_makes_no_difference():
    one, two = (learnt(16, strength=0.0, level=level)[0] for level in (0.02, 0.5))
    torch.testing.assert_close(one.encoder, two.encoder, rtol=0, atol=0)


def test_networks_side_by_side_learn_as_they_would_alone():
    x = torch.from_numpy(tree(8, 10, 4, 0.6, np.random.default_rng(1))[0]).float()
    both = SideBySide(x, [4, 8], 12, training(), drawn())
    alone = SideBySide(x, [4], 12, training(), drawn())
    for _ in range(30):
        both.step()
        alone.step()
    torch.testing.assert_close(both.networks[0].encoder, alone.networks[0].encoder)
    torch.testing.assert_close(both.errors[:1], alone.errors)
    torch.testing.assert_close(both.patterns[0], x[:4])


def test_the_last_steps_are_small():
    x = torch.from_numpy(tree(8, 10, 4, 0.6, np.random.default_rng(1))[0]).float()
    beside = SideBySide(x, [8], 12, training(noise=0.1, epochs=100), drawn())
    moved = []
    for _ in range(100):
        before = beside.networks[0].encoder.detach().clone()
        beside.step()
        moved.append(float((beside.networks[0].encoder.detach() - before).abs().mean()))
    assert np.mean(moved[-5:]) < 0.02 * np.mean(moved[:5])


# What is measured


LOADS = np.array([10, 20, 40, 80])


@pytest.mark.parametrize(
    ("recall", "wanted"),
    [
        ([1.0, 1.0, 0.8, 0.5], 20 * 2**0.5),  # half way between 20 and 40 by their logarithm
        ([1.0, 0.95, 0.9, 0.5], 40),  # a load that just reaches it counts
        ([1.0, 1.0, 1.0, 0.95], 80),  # at least
        ([0.89, 0.8, 0.7, 0.6], 0),
        ([0.8, 0.95, 0.85, 0.9], 80),  # the largest load, whatever was before
    ],
)
def test_capacity_is_the_largest_load_that_reaches_the_criterion(recall, wanted):
    assert capacity(LOADS, np.array(recall), 0.9) == pytest.approx(wanted)


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4), st.floats(0.5, 0.99))
def test_a_stricter_criterion_never_gives_more(recall, criterion):
    found = capacity(LOADS, np.array(recall), criterion)
    assert found == 0 or LOADS[0] <= found <= LOADS[-1]
    assert capacity(LOADS, np.array(recall), criterion + 0.005) <= found


def test_a_value_between_loads_lies_between_their_values():
    values = np.array([0.0, 1.0, 3.0, 3.0])
    assert at_load(20, LOADS, values) == 1.0
    assert at_load(20 * 2**0.5, LOADS, values) == pytest.approx(2.0)
    assert np.isnan(at_load(0, LOADS, values))


def test_codes_of_a_family_are_told_from_others():
    codes = torch.tensor([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    assert code_overlaps(codes, 2) == pytest.approx((1, -1))
    alike = torch.tensor([[1.0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [0, 1, 0, 1]])
    assert code_overlaps(alike, 2) == pytest.approx((0, -0.5))
    assert code_overlaps(torch.zeros(4, 4), 2) == (0, 0)
    assert preferring(codes.flip(1).numpy().astype(np.int8), 2).tolist() == [2, 3, 0, 1]


# The experiment


def test_numbers_of_a_run_follow_from_its_curves():
    found = data(level=0.8, strength=1.0)
    loads, recall = found["load"].values, found.recall.values
    assert loads.tolist() == [8, 23, 64]
    assert float(found.capacity) == pytest.approx(capacity(loads, recall, 0.9))
    assert float(found.apart_at_largest) == pytest.approx(0.8 - found.observed_level[-1])
    bits = tree_bits(4, 0.6) - flip_bits((1 - recall) / 2)
    np.testing.assert_allclose(found.bits_by_load, loads * np.maximum(bits, 0) / 80)
    np.testing.assert_allclose(found.cue_overlap, 0.8)
    active = float(found.observed_level[-1]) * 40
    half = found.touched.values[-1] - active * 20  # cue units that are +1, times H
    assert 40 * 20 * 0.35 < half < 40 * 20 * 0.65


def test_codes_shown_are_of_two_families_and_sorted():
    found = data()
    assert found.codes.dims == ("load", "pattern", "unit") and found.codes.shape == (3, 8, 40)
    apart = found.codes[:, :4].mean("pattern") - found.codes[:, 4:].mean("pattern")
    assert (apart.diff("unit") <= 0).all()


def test_more_flipped_units_are_recalled_worse_and_steps_are_those_asked():
    few, many = data(flips=0.05), data(flips=0.3)
    assert (few.recall.values >= many.recall.values).all()
    assert float(few.recall[-1]) > float(many.recall[-1]) + 0.1
    once, often = data(), data(steps=3)
    np.testing.assert_allclose(often.touched, 3 * once.touched)


def test_a_criterion_and_a_cue_changed_on_the_way_are_those_of_the_end():
    changes = [Change(3, "criterion", 0.6), Change(3, "flips", 0.3)]
    changed = run(Memory(**SMALL), seed=1, progress=False, changes=changes).data
    plain = data(criterion=0.6, flips=0.3)
    assert float(changed.capacity) == float(plain.capacity)
    np.testing.assert_array_equal(changed.recall, plain.recall)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"largest": 15}, "largest = 15 is not allowed with children = 4: it must be at least 16"),
        ({"largest": 20, "loads": 20}, "loads = 20 is not allowed from 8 to 20 patterns"),
        ({"level": 0.01}, "level = 0.01 is not allowed with hidden = 40: less than one hidden"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(values, said):
    with pytest.raises(ParameterError, match=said):
        Memory(**SMALL | values).validate()


def test_readings_say_when_capacity_says_little_or_there_is_none():
    recall, price = Memory.observables[0].reading, Memory.observables[5].reading
    easy = data(gamma=0.05, epochs=20)
    assert "here the parent would do and capacity says little." in recall(easy)
    hard = data(units=16, gamma=1.0, flips=0.4, epochs=20)
    assert "fewer than 8 patterns are recalled" in recall(hard)
    assert price(hard).startswith("No load from 8 patterns on")
    assert "64 or more patterns" in recall(data(criterion=0.5))


# The science


@pytest.mark.slow
def test_a_level_that_is_weakly_enforced_holds_more_than_one_free_or_strongly_enforced():
    held = {
        strength: np.mean(
            [float(run(Memory(strength=strength), seed, progress=False).data.capacity)
             for seed in (1, 2)]
        )
        for strength in (0.0, 10.0, 1000.0)
    }  # fmt: skip
    assert held[10.0] > 1.15 * held[0.0]
    assert held[10.0] > 1.05 * held[1000.0]


@pytest.mark.slow
def test_what_is_more_compressible_is_held_in_larger_numbers():
    held = [
        float(run(Memory(gamma=gamma), 1, progress=False).data.capacity)
        for gamma in (0.3, 0.6, 1.0)
    ]
    assert held[0] > 1.2 * held[1] and held[0] > 1.2 * held[2]


@pytest.mark.slow
def test_the_coding_level_observed_departs_more_from_a_low_one_the_weaker_it_is_enforced():
    apart = [
        float(run(Memory(strength=s, level=0.02), 1, progress=False).data.apart_at_largest)
        for s in (1.0, 10.0, 100.0)
    ]
    assert apart[0] > 2 * apart[1] > 4 * apart[2]
