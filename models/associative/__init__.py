"""Sparse associative memory: Willshaw's matrix, the Hebbian and the covariance rule, dense memory.

Names are imported on first use, so ``import models.associative`` loads neither numba nor scipy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.associative.covariance import CovarianceMemory
    from models.associative.dense import DenseMemory
    from models.associative.distributed import DistributedMemory
    from models.associative.hebbian import HebbianMemory
    from models.associative.interface import PatternMemory
    from models.associative.willshaw import WillshawMemory

_HOMES = {
    "CovarianceMemory": "models.associative.covariance",
    "DenseMemory": "models.associative.dense",
    "DistributedMemory": "models.associative.distributed",
    "HebbianMemory": "models.associative.hebbian",
    "PatternMemory": "models.associative.interface",
    "WillshawMemory": "models.associative.willshaw",
}

__all__ = [
    "CovarianceMemory",
    "DenseMemory",
    "DistributedMemory",
    "HebbianMemory",
    "PatternMemory",
    "WillshawMemory",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
