"""The network after Bricken et al. 2023: a sparse distributed memory as a multilayer perceptron."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.gating.learner import Network, linear


class SparseDistributedPerceptron(Network):
    r"""A hidden layer in which few units are active, and which are is settled by a switch.

    x <- ReLU(x) / |x|, a = ReLU(W1 x), I the (k+1)-th largest a (no gradient through it),
    g_j = clip(-1 + 2 c_j / c_thr, -1, 1), h = ReLU(a - g I), logits = W2 h. The count c_j is of
    the training samples that unit j was active for. While g is below 0 inhibition *adds*: every
    unit is active and learns. At g = 1 exactly the k most excited units are left. After each step
    weights are clipped at 0 and the rows of W1 brought to length 1.

    Parameters
    ----------
    pixels, units, outputs : int
    generator : torch.Generator
    active : int
        k, of the units.
    threshold : float
        c_thr, in samples.
    switch : bool
        Whether the switch is there; without it, g is 1 from the start.
    unit_length : bool
        Whether inputs and rows of W1 have length 1.
    positive : bool
        Whether weights are kept from being negative.

    References
    ----------
    Bricken et al. 2023, ICLR; the program of its authors.
    """

    counts: Tensor

    def __init__(
        self, pixels: int, units: int, outputs: int, generator: torch.Generator, *,
        active: int = 10, threshold: float = 6000.0, switch: bool = True,
        unit_length: bool = True, positive: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.addresses = linear(pixels, units, generator, bias=False)
        self.readout = linear(units, outputs, generator, bias=False)
        self.active, self.threshold = active, threshold
        self.switch, self.unit_length, self.positive = switch, unit_length, positive
        self.register_buffer("counts", torch.zeros(units))
        self.constrain()

    @property
    def switches(self) -> Tensor:
        """Return the state g of each unit's switch, from -1 (excites) to 1 (inhibits)."""
        if not self.switch:
            return torch.ones_like(self.counts)
        return (2 * self.counts / self.threshold - 1).clamp(-1, 1)

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Return logits; in training, count the units that are active."""
        active = self.activity(x, task)
        if self.training:
            self.counts += (active.detach() > 0).sum(0)
        return self.readout(active)

    def activity(self, x: Tensor, task: int) -> Tensor:
        """Return the activity h of the hidden units."""
        x = torch.relu(x)
        if self.unit_length:
            x = functional.normalize(x)
        excited = torch.relu(self.addresses(x))
        inhibition = excited.detach().topk(self.active + 1, dim=1).values[:, -1:]
        return torch.relu(excited - self.switches * inhibition)

    @torch.no_grad()
    def constrain(self) -> None:
        """Clip weights at 0, and bring the rows of W1 to length 1."""
        if self.positive:
            for weight in self.parameters():
                weight.clamp_(min=0)
        if self.unit_length:
            rows = self.addresses.weight
            rows.div_(rows.norm(dim=1, keepdim=True).clamp(min=1e-12))
