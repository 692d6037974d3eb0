"""The sparse autoencoder: few sigmoid units rebuild a picture, and learn its strokes."""

from __future__ import annotations

import torch
from torch import Tensor

from models.gating.learner import linear
from models.gating.regularised import divergence


def trained(
    x: Tensor, units: int, wanted: float, weight: float, steps: int, generator: torch.Generator
) -> tuple[Tensor, float, float]:
    """Return the features (units, pixels), the mean activity and the error.

    A feature is what a unit that is active adds to the picture that is rebuilt, of length 1.

    J = mean |x - V s(W x + b) - c|^2 / 2 + beta sum_j KL(rho || rho_j), rho_j being the mean over
    all pictures, lowered by Adam (Ng 2011, with an output that is linear).

    Parameters
    ----------
    x : Tensor, shape (pictures, pixels)
    units : int
    wanted : float
        rho.
    weight : float
        beta.
    steps : int
    generator : torch.Generator
    """
    encoder = linear(x.shape[1], units, generator)
    decoder = linear(units, x.shape[1], generator)
    weights = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(weights, 0.02, weight_decay=1e-3)
    mean, error = torch.zeros(units), torch.zeros(())
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=True)
        active = torch.sigmoid(encoder(x))
        mean = active.mean(0)
        error = (decoder(active) - x).square().sum(1).mean() / 2
        (error + weight * divergence(wanted, mean).sum()).backward()
        optimizer.step()
    features = decoder.weight.detach().T
    features = features / features.norm(dim=1, keepdim=True)
    return features, float(mean.detach().mean()), float(error.detach())
