"""Sparsity regularisers: their formulas, what is exactly zero, and that they are compared alike."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import models
from models.gating import hard_concrete, lasso
from models.gating.learner import Recipe
from models.gating.regularised import (
    DIVERGENCE,
    GATES,
    HARD,
    METHODS,
    PROXIMAL,
    SUBGRADIENT,
    WINNERS,
    SparseNetwork,
    divergence,
    learner,
)
from models.gating.scenarios import stream
from models.gating.sparse_autoencoder import trained
from workbench import ParameterError, run

Sparsity = models.get("sparsity")


def drawn(seed=1):
    return torch.Generator().manual_seed(seed)


# Sparse regression


@pytest.fixture(scope="module")
def task():
    return lasso.problem(np.random.default_rng(1))


def within(values, lowest, gap):
    return int(np.argmax(values / lowest - 1 < gap))


def test_momentum_needs_fewer_steps_and_only_proximal_steps_give_zeros(task):
    lowest = lasso.least(task)
    found = {name: solve(task, 300) for name, solve in lasso.SOLVERS.items()}
    for gap in (1e-2, 1e-4, 1e-6):
        ista, fista, restart = (within(found[n][1], lowest, gap) for n in list(found)[:3])
        assert 0 < restart <= fista < ista
    for name in ("ISTA", "FISTA", "FISTA with restart"):
        x = found[name][0]
        assert 10 < (x != 0).sum() < 40
        assert ((x != 0) & (task.true != 0)).sum() >= 16
    assert (found["subgradient"][0] == 0).sum() == 0
    assert found["subgradient"][1][-1] / lowest - 1 > 0.1


def test_the_minimum_satisfies_its_conditions(task):
    x, _ = lasso.fista(task, 2000, restart=True)
    slope = task.gradient(x)
    on = x != 0
    np.testing.assert_allclose(slope[on], -task.penalty * np.sign(x[on]), rtol=1e-5)
    assert (np.abs(slope[~on]) <= task.penalty).all()


@given(st.floats(-5, 5), st.floats(0, 3))
def test_the_soft_threshold_is_the_minimum_of_what_it_stands_for(v, t):
    x = float(lasso.soft(np.array(v), t))
    grid = np.linspace(-6, 6, 2401)
    assert (x - v) ** 2 / 2 + t * abs(x) <= ((grid - v) ** 2 / 2 + t * np.abs(grid)).min() + 1e-12


# Hard concrete


@pytest.mark.parametrize(
    ("log_alpha", "open_", "full"),
    [(-2.0, 0.4013, 0.0268), (0.0, 0.8322, 0.1681), (2.0, 0.9736, 0.5988)],
)
def test_gates_are_open_as_often_as_the_closed_form_says(log_alpha, open_, full):
    many = torch.full((1_000_000,), log_alpha)
    z = hard_concrete.sampled(many, drawn())
    assert (z > 0).double().mean().item() == pytest.approx(open_, abs=0.002)
    assert (z == 1).double().mean().item() == pytest.approx(full, abs=0.002)
    assert hard_concrete.open_chance(many[0]).item() == pytest.approx(open_, abs=0.002)
    assert hard_concrete.full_chance(many[0]).item() == pytest.approx(full, abs=0.002)


def test_gates_in_tests_are_the_stretched_and_clipped_sigmoid():
    z = hard_concrete.tested(torch.tensor([-10.0, 0.0, 10.0]))
    torch.testing.assert_close(z, torch.tensor([0.0, 0.5, 1.0]))


# Networks


@given(st.floats(0.01, 0.5), st.floats(0.01, 0.99))
def test_the_divergence_and_its_slope(wanted, mean):
    at = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
    value = divergence(wanted, at)
    expected = wanted * np.log(wanted / mean) + (1 - wanted) * np.log((1 - wanted) / (1 - mean))
    assert value.item() == pytest.approx(expected, abs=1e-9)
    value.backward()
    assert at.grad.item() == pytest.approx(-wanted / mean + (1 - wanted) / (1 - mean))


def test_the_divergence_by_hand():
    assert divergence(0.05, torch.tensor(0.2)).item() == pytest.approx(0.09394, abs=1e-5)
    assert divergence(0.05, torch.tensor(0.01)).item() == pytest.approx(0.04129, abs=1e-5)


def network(method, strength):
    return SparseNetwork(6, 20, 3, drawn(), method=method, strength=strength, rate=0.1)


def test_top_k_and_gates_switch_on_no_more_than_they_may():
    x = torch.randn(30, 6, generator=drawn())
    assert (network(WINNERS, 0.25).eval().activity(x, 0) > 0).sum(1).max() == 5
    gated = network(GATES, 0.25).eval()
    assert (gated.gates(x).sum(1) == 5).all()
    assert ((gated.activity(x, 0) > 0).sum(1) <= 5).all()
    often = torch.stack([gated.train().gates(x) for _ in range(50)]).mean().item()
    assert 0.1 < often < 0.45


def test_a_proximal_step_shrinks_every_weight_by_as_much_and_to_zero():
    shrunk, plain = network(PROXIMAL, 1.0), network(SUBGRADIENT, 1.0)
    before = shrunk.hidden.weight.detach().clone()
    shrunk.constrain()
    after = torch.sign(before) * (before.abs() - 0.1).clamp(min=0)
    torch.testing.assert_close(shrunk.hidden.weight.detach(), after)
    assert (after == 0).any() and torch.equal(before, plain.hidden.weight.detach())


@pytest.mark.parametrize(
    ("method", "strength"), [(PROXIMAL, 1.0), (HARD, 1e-3), (SUBGRADIENT, 1e-2)]
)
def test_penalties_on_weights_leave_exact_zeros_but_for_the_subgradient(method, strength):
    one = learner(stream(tasks=1, seed=1), method, strength, 32, Recipe(batch=64), 1)
    one.begin(0)
    one.learn(15)
    zeros = (one.network.weights() == 0).double().mean().item()
    assert zeros == 0 if method == SUBGRADIENT else zeros > 0.5
    assert one.accuracies()[0] > 0.7


def test_a_stronger_divergence_switches_on_less():
    shares = []
    for wanted in (0.4, 0.05):
        one = learner(stream(tasks=1, seed=1), DIVERGENCE, wanted, 64, Recipe(batch=64), 1)
        one.begin(0)
        one.learn(20)
        shares.append(one.activities([0])[0].mean())
    assert shares[1] < 0.6 * shares[0]


def test_features_are_as_active_as_is_asked_and_of_length_one():
    x = torch.from_numpy(stream(tasks=1, seed=1).tasks[0].train.x[:300])
    found, means = zip(
        *(trained(x, 9, 0.05, beta, 150, drawn())[:2] for beta in (0.0, 1.0)), strict=True
    )
    torch.testing.assert_close(found[0].norm(dim=1), torch.ones(9))
    assert abs(means[1] - 0.05) < 0.03 < abs(means[0] - 0.05)


# A run


@pytest.fixture(scope="module")
def data():
    small = {"units": 48, "epochs": 10, "task_epochs": 12, "iterations": 60, "weights": 200}
    return run(Sparsity(**small, left=0.2, active=0.2), seed=1, progress=False).data


def test_methods_are_compared_where_as_much_is_left(data):
    table = data.compared.values
    assert table[0, 0] == 0
    np.testing.assert_allclose(1 - table[1:3, 0], 0.2, atol=0.1)
    np.testing.assert_allclose(table[3:, 1], 0.2, atol=0.08)
    assert np.isfinite(table).all() and (table[:, 4] > 0.5).all()
    np.testing.assert_allclose(data.unit_usage.sum("used"), 1.0)
    np.testing.assert_allclose(data.unit_usage[:, 0], table[:, 2])


def test_the_subgradient_s_zeros_are_said_beside_the_table(data):
    said = {one.variables[0]: one.reading(data) for one in Sparsity.observables}
    assert "L1, subgradient 0%" in said["swept"]
    assert "the subgradient 0." in said["gap_ista"]
    assert data.method.values.tolist() == list(METHODS)


def test_what_cannot_be_is_told():
    with pytest.raises(ParameterError, match="active = 0.02 is not allowed with units = 16"):
        Sparsity(active=0.02, units=16).validate()
    with pytest.raises(ParameterError, match="mnist needs the file"):
        Sparsity(data="mnist", folder="/absent").validate()
