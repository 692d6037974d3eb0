"""The methods against their definitions, on networks small enough to work out."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.gating.engram_gates import ALWAYS, KEYED, SHARED, WINNERS, EngramGatedNetwork
from models.gating.learner import Joint, Learner, Perceptron, Recipe, Rehearsal, batches
from models.gating.metaplastic import BinarisedNetwork, Metaplastic, MetaplasticAdam
from models.gating.penalties import DAMPING, ElasticWeights, SynapticIntelligence
from models.gating.scenarios import DOMAIN, TASK, stream
from models.gating.sdmlp import SparseDistributedPerceptron


def drawn(seed=1):
    return torch.Generator().manual_seed(seed)


def perceptron(made, units=12):
    return Perceptron(made.pixels, units, made.outputs, drawn())


# SDMLP


def sdmlp(**options):
    return SparseDistributedPerceptron(
        6, 8, 3, drawn(), **{"active": 2, "threshold": 4.0} | options
    )


def test_at_first_inhibition_excites_and_every_unit_is_active():
    network, x = sdmlp(), torch.rand(5, 6, generator=drawn())
    assert (network.switches == -1).all()
    a = torch.relu(torch.nn.functional.normalize(x) @ network.addresses.weight.T)
    third = a.sort(dim=1, descending=True).values[:, 2:3]
    torch.testing.assert_close(network.activity(x, 0), a + third)


def test_once_switched_exactly_k_units_are_active_by_what_they_exceed_the_next():
    network, x = sdmlp(), torch.rand(5, 6, generator=drawn())
    network.counts.fill_(4)
    a = torch.relu(torch.nn.functional.normalize(x) @ network.addresses.weight.T)
    third = a.sort(dim=1, descending=True).values[:, 2:3]
    h = network.activity(x, 0)
    torch.testing.assert_close(h, torch.relu(a - third))
    assert ((h > 0).sum(1) == 2).all()


def test_the_switch_counts_training_samples_of_each_unit_alone():
    network, x = sdmlp(), torch.rand(3, 6, generator=drawn())
    network.eval()(x, 0)
    assert (network.counts == 0).all()
    network.train()(x, 0)
    assert (network.counts == 3).all()
    torch.testing.assert_close(network.switches, torch.full((8,), 2 * 3 / 4 - 1))
    network.counts = torch.tensor([0.0, 1, 2, 3, 4, 5, 6, 7])
    assert network.switches.tolist() == [-1, -0.5, 0, 0.5, 1, 1, 1, 1]


def test_no_gradient_goes_through_the_inhibition():
    network = sdmlp()
    network.counts.fill_(4)
    x = torch.rand(1, 6, generator=drawn())
    network.activity(x, 0).sum().backward()
    touched = network.addresses.weight.grad.abs().sum(1) > 0
    assert touched.sum() == 2  # the winners alone, not the third whose activity is subtracted


def test_weights_stay_positive_and_rows_of_length_one():
    made = stream(seed=1)
    network = SparseDistributedPerceptron(64, 20, 10, drawn(), active=3, threshold=100)
    learner = Learner(network, made, Recipe("SGD", 0.5, 16, 1.0, False), 1)
    learner.begin(0)
    learner.learn(1)
    assert all((weight >= 0).all() for weight in network.parameters())
    torch.testing.assert_close(network.addresses.weight.norm(dim=1), torch.ones(20))
    assert not torch.allclose(network.readout.weight.norm(dim=1), torch.ones(10))


def test_one_sample_left_over_joins_the_batch_before():
    assert [len(part) for part in batches(torch.arange(33), 16)] == [16, 17]
    assert [len(part) for part in batches(torch.arange(34), 16)] == [16, 16, 2]
    assert [len(part) for part in batches(torch.arange(1), 16)] == [1]


# Metaplasticity


@given(st.floats(-2, 2), st.floats(-1, 1).filter(lambda g: abs(g) > 1e-3), st.floats(0, 5))
def test_only_steps_toward_zero_are_made_smaller(weight, slope, m):
    binary = torch.nn.Parameter(torch.tensor([[weight]], dtype=torch.float64))
    plain = torch.nn.Parameter(torch.tensor([[weight]], dtype=torch.float64))
    optimizer = MetaplasticAdam([binary], [plain], 0.01, m)
    for one in (binary, plain):
        one.grad = torch.full_like(one, slope)
    optimizer.step()
    a, b = binary.item() - weight, plain.item() - weight
    f = 1 - np.tanh(m * abs(weight)) ** 2 if weight * slope > 0 else 1.0
    assert a == pytest.approx(f * b, abs=1e-12)


def test_without_metaplasticity_it_is_torch_s_adam():
    a, b = (torch.nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3)) for _ in range(2))
    own = MetaplasticAdam([a], [], 0.01, 0.0)
    other = torch.optim.Adam([b], 0.01, weight_decay=1e-7)
    for step in range(5):
        for one in (a, b):
            one.grad = torch.sin(one.detach() * 3 + step)
        own.step()
        other.step()
    torch.testing.assert_close(a, b)


def test_units_are_signs_of_normalised_sums_of_binary_weights():
    network, x = BinarisedNetwork(4, 6, 3, 1, drawn()), torch.randn(9, 4, generator=drawn())
    for layer, norm in zip(network.layers[:2], network.norms[:2], strict=True):
        u = x @ torch.sign(layer.weight).T
        u = (u - u.mean(0)) / (u.var(0, unbiased=False) + 1e-5).sqrt()
        x = torch.where(u * norm.gains[0] + norm.shifts[0] >= 0, 1.0, -1.0)
    states = network.states(torch.randn(9, 4, generator=drawn()), 0)
    torch.testing.assert_close(states, x)


def test_a_task_s_normalisation_begins_where_the_last_one_was_and_is_its_own():
    network = BinarisedNetwork(4, 6, 3, 2, drawn(), apart=True)
    gain = network.norms[0].gains
    gain[0].data.fill_(3.0)
    network.begin(1)
    assert (gain[1] == 3).all()
    gain[1].data.fill_(5.0)
    assert (gain[0] == 3).all() and network.knows_task


def test_every_task_begins_with_a_fresh_adam():
    made = stream(seed=1)
    network = EngramGatedNetwork(64, 16, 10, 5, drawn(), gate="none")
    learner = Metaplastic(network, made, Recipe("Adam", 0.005, 100), 1, metaplasticity=1.0)
    learner.begin(0)
    learner.learn(1)
    assert learner.optimizer.state
    learner.begin(1)
    assert not learner.optimizer.state


# Gates


def gated(**options):
    return EngramGatedNetwork(6, 40, 3, 2, drawn(), **options)


def test_closed_units_are_silent_and_pass_no_gradient():
    network, x = gated(gate=KEYED, open_share=0.25).train(), torch.randn(7, 6, generator=drawn())
    assert network.keys.sum(-1).unique().tolist() == [10] and network.knows_task
    states = network.states(x, 1)
    assert (states.abs() == network.keys[1, 1]).all()
    network(x, 1).square().sum().backward()
    moved = network.layers[1].weight.grad.abs().sum(1) > 0
    assert not moved[network.keys[1, 1] == 0].any() and moved.any()


def test_drawn_gates_open_as_often_as_they_should():
    network = gated(gate=SHARED, open_share=0.2, gain=0.0)
    x = torch.randn(400, 6, generator=drawn())
    first, second = network.opened(x, 0)
    assert first is second
    assert first.mean().item() == pytest.approx(0.2, abs=0.01)
    assert not torch.equal(first, network.opened(x, 0)[0])


@pytest.mark.parametrize("choice", [WINNERS, ALWAYS])
def test_the_likeliest_gates_are_the_same_share_for_every_stimulus(choice):
    network = gated(choice=choice, open_share=0.2, gain=2.0).eval()
    x = torch.randn(30, 6, generator=drawn())
    z = network.opened(x, 0)[0]
    assert (z.sum(1).round() == 8).all()
    torch.testing.assert_close(z, network.opened(x, 0)[0])
    drawn_in_training = network.train().opened(x, 0)[0].sum(1).round()
    assert bool((drawn_in_training == 8).all()) == (choice == ALWAYS)


def test_the_gradient_of_a_gate_is_that_of_its_probability():
    network = gated(gain=1.5).train()
    field = torch.randn(4, 40, generator=drawn(), requires_grad=True)
    network.drawn(field).sum().backward()
    p = torch.sigmoid(field.detach() + network.offset)
    torch.testing.assert_close(field.grad, p * (1 - p))


def test_an_encoder_that_does_not_learn_stays_and_layers_have_gates_of_their_own():
    made = stream(seed=1)
    network = EngramGatedNetwork(64, 16, 10, 5, drawn(), gate="one for each layer", learns=False)
    before = [weight.clone() for weight in network.encoder.parameters()]
    learner = Metaplastic(network, made, Recipe("Adam", 0.005, 100), 1)
    learner.begin(0)
    learner.learn(1)
    assert all(map(torch.equal, before, network.encoder.parameters()))
    x, _ = learner.tests[0]
    first, second = network.opened(x, 0)
    assert not torch.equal(first, second)


# Baselines


def test_the_fisher_information_is_that_of_single_samples():
    made = stream(seed=1, scenario=TASK)
    learner = ElasticWeights(perceptron(made), made, Recipe(), 1)
    learner.begin(1)
    x = learner.x[:5]
    expected = [torch.zeros_like(weight) for weight in learner.weights]
    for sample in x:
        logs = torch.log_softmax(learner.logits(sample[None], 1), 1)[0]
        for answer in (2, 3):  # the head of task 2
            slopes = torch.autograd.grad(logs[answer], learner.weights, retain_graph=True)
            for total, slope in zip(expected, slopes, strict=True):
                total += logs[answer].exp().detach() * slope.square() / len(x)
    for found, wanted in zip(learner.fisher(x), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-10)


def test_held_weights_cost_half_the_strength_times_importance_times_squared_distance():
    made = stream(seed=1)
    learner = ElasticWeights(perceptron(made), made, Recipe(), 1, strength=8.0)
    learner.begin(0)
    free = learner.loss(learner.x, learner.y).item()
    ones = [torch.ones_like(weight) for weight in learner.weights]
    learner.anchors = [(ones, learner.places()), (ones, learner.places())]
    with torch.no_grad():
        learner.network.readout.bias += 0.5
        moved = Learner.loss(learner, learner.x, learner.y).item()
    assert learner.loss(learner.x, learner.y).item() == pytest.approx(moved + 4 * 2 * 10 * 0.25)
    assert moved == pytest.approx(free)  # a shift of all logits alike


def test_synaptic_intelligence_adds_up_what_steps_do_for_the_loss():
    made = stream(seed=1)
    learner = SynapticIntelligence(perceptron(made), made, Recipe("SGD", 1e-3, 2000), 1)
    learner.begin(0)
    before = learner.loss(learner.x, learner.y).item()
    learner.learn(20)
    fallen = before - learner.loss(learner.x, learner.y).item()
    assert sum(float(part.sum()) for part in learner.course) == pytest.approx(fallen, rel=0.01)
    course = [part.clone() for part in learner.course]
    began = [place.clone() for place in learner.began]
    learner.end()
    ((importance, place),) = learner.anchors
    for much, part, now, then in zip(importance, course, place, began, strict=True):
        torch.testing.assert_close(much, part.clamp(min=0) / ((now - then) ** 2 + DAMPING))


def test_rehearsal_keeps_samples_of_every_task_and_joint_meets_all():
    made = stream(seed=1)
    learner = Rehearsal(perceptron(made), made, Recipe(), 1, kept=7)
    joint = Joint(perceptron(made), made, Recipe(), 1)
    for task in range(3):
        learner.begin(task)
        learner.learn(1)
        learner.end()
        joint.begin(task)
    assert [len(x) for x, _ in learner.memory] == [7, 7, 7]
    assert [set(y.tolist()) for _, y in learner.memory] == [{0, 1}, {2, 3}, {4, 5}]
    assert set(joint.y.tolist()) == set(range(6))


def test_only_the_task_s_own_head_answers_where_it_is_told():
    made = stream(seed=1, scenario=TASK)
    learner = Joint(perceptron(made, units=100), made, Recipe(), 1)
    logits = learner.logits(learner.tests[2][0], 2)
    assert torch.isfinite(logits[:, 4:6]).all() and (logits[:, :4] == -torch.inf).all()
    for task in range(2):
        learner.begin(task)
        learner.learn(3)
    assert learner.accuracies()[:2].min() > 0.9


def test_what_normalises_by_the_batch_is_asked_about_all_tasks_in_one_batch():
    made = stream(seed=1, scenario=DOMAIN)
    network = EngramGatedNetwork(64, 16, 2, 5, drawn(), gate="none")
    learner = Metaplastic(network, made, Recipe("Adam", 0.005, 100), 1)
    x = torch.cat([x for x, _ in learner.tests])
    y = torch.cat([y for _, y in learner.tests])
    right = (network(x, 0).argmax(1) == y).double()
    sizes = [len(one) for one, _ in learner.tests]
    wanted = [part.mean().item() for part in right.split(sizes)]
    np.testing.assert_allclose(learner.accuracies(), wanted)


def test_a_loss_that_is_lost_says_what_to_lower():
    made = stream(seed=1)
    learner = ElasticWeights(perceptron(made), made, Recipe("SGD", 1.0), 1, strength=1e10)
    with pytest.raises(FloatingPointError, match="lower the learning rate .1. or the strength"):
        for task in range(3):
            learner.begin(task)
            learner.learn(5)
            learner.end()
