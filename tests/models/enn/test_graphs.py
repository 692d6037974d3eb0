"""What is recorded, and that all else runs as ever; recording itself needs a device."""

import pytest
import torch

from models.enn import graphs
from models.enn.batches import Batch
from models.enn.cell import EngramCell
from models.enn.config import EngramConfig
from models.enn.graphs import graphed
from models.enn.networks import EngramClassifier
from models.enn.recipe import Recipe
from models.enn.trainer import Trainer


def made(**options) -> EngramClassifier:
    config = EngramConfig(input_size=3, hidden_size=5, slots=2, **options)
    return EngramClassifier(config, 2, generator=torch.Generator().manual_seed(0))


def inputs(batch: int = 4) -> torch.Tensor:
    return torch.randn(batch, 3, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def recorded(monkeypatch):
    """Pretend that there is a device; return the shapes that are recorded."""
    shapes = []

    def record(network, x):
        shapes.append(tuple(x.shape))
        return graphs.OutputAlone(network)

    monkeypatch.setattr(graphs, "able", lambda x: True)
    monkeypatch.setattr(graphs, "record", record)
    return shapes


def test_training_is_the_same_without_a_device():
    batch, ends = Batch(inputs(), torch.tensor([0, 1, 1, 0])), []
    for way in (graphed, lambda network: network):
        trainer = Trainer(made(), None, None, Recipe())
        trainer.called = way(trainer.network)
        for _ in range(2):
            trainer.learn(batch)
        ends.append([weight.detach().clone() for weight in trainer.network.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*ends, strict=True))


def test_each_shape_is_recorded_once_and_only_so_many(recorded):
    called = graphed(made(noise=0.0).train())
    for batch in (4, 2, 4, 2, 1, 3, 5, 6, 5):
        assert called(inputs(batch)).output.shape == (batch, 2)
    assert recorded == [(4, 3, 3), (2, 3, 3), (1, 3, 3), (3, 3, 3)]


def test_what_training_alone_has_not_is_not_recorded(recorded):
    network, x = made(), inputs()
    called = graphed(network)
    mask = torch.ones(4, 3, dtype=torch.bool)
    network.train()
    called(x, mask=mask)
    called(x.clone().requires_grad_())
    with torch.no_grad():
        called(x)
    network.eval()
    torch.testing.assert_close(called(x).output, network(x).output)
    assert recorded == []


def test_precision_is_part_of_what_is_recorded(recorded):
    called = graphed(made().train())
    called(inputs())
    with torch.autocast("cpu", torch.bfloat16):
        called(inputs())
    assert len(recorded) == 2


def test_trial_runs_leave_nothing_behind(monkeypatch):
    of_device = torch.Generator().manual_seed(5)
    monkeypatch.setattr(torch.cuda, "default_generators", (of_device,))
    network = made(trace="frozen", seed=7).train()
    cell = next(part for part in network.modules() if isinstance(part, EngramCell))
    own, before = cell.noise, cell.noise.get_state()
    with graphs.untouched(network, 0):
        assert cell.noise is of_device
        network(inputs())
        assert cell.memory.kept.any()
    assert cell.noise is own and torch.equal(own.get_state(), before)
    assert not cell.memory.kept.any()


def test_networks_that_wait_for_the_processor_stay_as_they_are():
    class Own(torch.nn.Module):
        def measured(self, batch):
            return batch

    network = Own()
    assert graphed(network) is network


def test_a_compiled_network_is_the_same_network():
    network, x, found = made().eval(), inputs(), []
    for called in (network, torch.compile(network, backend="aot_eager")):
        output = called(x).output
        gradients = torch.autograd.grad(
            output.square().sum(), list(network.parameters()), materialize_grads=True
        )
        found.append([output, *gradients])
    torch.testing.assert_close(*found)
