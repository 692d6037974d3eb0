"""How to train a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.enn.checks import one_of
from workbench.model import ParameterError

Clipping = Literal["tensor", "global", "none"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train; the defaults are the published recipe.

    Attributes
    ----------
    epochs : int
    learning_rate : float
        Of Adam.
    clipping, clip_norm
        Gradients are scaled down to a norm of `clip_norm`: each tensor's alone (as Keras'
        `clipnorm`, which the published program uses), or all together.
    patience : int
        Epochs without a lower validation loss after which training ends; 0: it never ends early.
    plateau : int
        Epochs without a lower validation loss after which the learning rate is halved; 0: never.
    lowest_rate : float
        What halving stops at.
    epsilon, weight_decay : float
        Of Adam; Keras' epsilon is 1e-7.
    precision : {"float32", "bfloat16"}
        Of the large matrix products (automatic mixed precision); the trace is always float32.
    restore : bool
        Whether the weights of the lowest validation loss are taken at the end, or the last ones.
    seed : int
        Of dropout.
    """

    epochs: int = 15
    learning_rate: float = 1e-3
    clipping: Clipping = "tensor"
    clip_norm: float = 1.0
    patience: int = 3
    plateau: int = 2
    lowest_rate: float = 1e-5
    epsilon: float = 1e-7
    weight_decay: float = 0.0
    precision: Precision = "float32"
    restore: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("clipping", self.clipping, Clipping)
        one_of("precision", self.precision, Precision)
        for name, low in (
            ("epochs", 1), ("learning_rate", 0), ("clip_norm", 0), ("patience", 0), ("plateau", 0),
            ("lowest_rate", 0), ("epsilon", 0), ("weight_decay", 0),
        ):  # fmt: skip
            if not getattr(self, name) >= low:
                raise ParameterError(
                    f"{name} = {getattr(self, name)!r} is not allowed; it must be at least {low}."
                )
