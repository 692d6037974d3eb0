"""Elastic weights and synaptic intelligence: weights that mattered to earlier tasks are held.

Both add a penalty to the loss, half the strength times the sum of importance times the squared
distance from where the weights were when a task ended. They differ in the importance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.gating.learner import Learner

#: Added to the squared distance in synaptic intelligence (Zenke et al. 2017: xi = 0.1).
DAMPING = 0.1


class Held(Learner):
    """A learner whose weights are held where they were.

    Parameters
    ----------
    strength : float
        Weight of the penalty (lambda of EWC, 2 c of SI).
    """

    def __init__(self, *args, strength: float = 1.0, **options) -> None:
        super().__init__(*args, **options)
        self.strength = strength
        self.weights = list(self.network.parameters())
        self.anchors: list[tuple[list[Tensor], list[Tensor]]] = []  # importance, place

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss with the penalty."""
        return super().loss(x, y) + 0.5 * self.strength * self.penalty()

    def penalty(self) -> Tensor:
        """Return the importance of each weight times its squared distance, summed."""
        total = torch.zeros(())
        for importance, place in self.anchors:
            for weight, much, there in zip(self.weights, importance, place, strict=True):
                total = total + (much * (weight - there).square()).sum()
        return total

    def places(self) -> list[Tensor]:
        """Return where the weights are."""
        return [weight.detach().clone() for weight in self.weights]


class ElasticWeights(Held):
    """Elastic weight consolidation (Kirkpatrick et al. 2017), a penalty for each earlier task.

    The importance is the diagonal of the Fisher information, per sample and in expectation over
    the network's own answers. Programs that square the gradient of a whole batch get other numbers,
    so that a strength is not carried over between them.
    """

    def end(self) -> None:
        """Hold the weights where they are."""
        self.anchors.append((self.fisher(self.x), self.places()))

    def fisher(self, x: Tensor) -> list[Tensor]:
        """Return the diagonal of the Fisher information of each tensor of weights.

        F = mean over samples of sum_c p(c|x) (d log p(c|x) / dw)^2. In a layer the gradient of one
        sample is the product of what the layer is given and of the gradient at its output, so the
        sum over samples of its square is one product of squares.
        """
        layers = [layer for layer in self.network.modules() if isinstance(layer, nn.Linear)]
        seen: dict[nn.Module, tuple[Tensor, Tensor]] = {}

        def note(layer: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> None:
            seen[layer] = given[0], out

        handles = [layer.register_forward_hook(note) for layer in layers]
        logs = torch.log_softmax(self.logits(x, self.task), 1)
        for handle in handles:
            handle.remove()
        outputs = [seen[layer][1] for layer in layers]
        found = {id(weight): torch.zeros_like(weight) for weight in self.weights}
        for answer in torch.nonzero(self.answers()).flatten().tolist():
            slopes = torch.autograd.grad(logs[:, answer].sum(), outputs, retain_graph=True)
            chance = logs[:, answer].detach().exp()[:, None]
            for layer, slope in zip(layers, slopes, strict=True):
                squared = slope.square() * chance
                found[id(layer.weight)] += squared.T @ seen[layer][0].detach().square()
                if layer.bias is not None:
                    found[id(layer.bias)] += squared.sum(0)
        return [found[id(weight)] / len(x) for weight in self.weights]

    def answers(self) -> Tensor:
        """Return which outputs may answer, (outputs,)."""
        return self.heads[self.task]


class SynapticIntelligence(Held):
    """Synaptic intelligence (Zenke et al. 2017): importance is what each weight did for the loss.

    Along a task's course the gradient of the loss (without the penalty) times the change of the
    weight is added up, and divided by the squared change over the whole task plus a damping.
    """

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.course = [torch.zeros_like(weight) for weight in self.weights]
        self.began = self.places()

    def step(self, x: Tensor, y: Tensor) -> None:
        """Take a step, and add up what each weight does for the loss of the task alone."""
        slopes = torch.autograd.grad(Learner.loss(self, x, y), self.weights)
        before = self.places()
        super().step(x, y)
        for course, slope, weight, old in zip(
            self.course, slopes, self.weights, before, strict=True
        ):
            course -= slope * (weight.detach() - old)

    def end(self) -> None:
        """Hold the weights where they are, by the sum of their importance over all tasks."""
        place = self.places()
        earlier = self.anchors[0][0] if self.anchors else [torch.zeros_like(w) for w in place]
        importance = [
            old + course.clamp(min=0) / ((now - then).square() + DAMPING)
            for old, course, now, then in zip(earlier, self.course, place, self.began, strict=True)
        ]
        self.anchors = [(importance, place)]
        self.course = [torch.zeros_like(weight) for weight in self.weights]
        self.began = place
