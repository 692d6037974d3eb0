"""Sparse distributed memory: stores, recall and the theory that predicts it.

Names are imported on first use, so ``import models.sdm`` loads neither numba nor torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.sdm.memory import SparseDistributedMemory
    from models.sdm.selected import SelectedCoordinateMemory
    from models.sdm.store import HardLocationMemory, IteratedRead
    from models.sdm.torch_memory import TorchSparseDistributedMemory

_HOMES = {
    "HardLocationMemory": "models.sdm.store",
    "IteratedRead": "models.sdm.store",
    "SelectedCoordinateMemory": "models.sdm.selected",
    "SparseDistributedMemory": "models.sdm.memory",
    "TorchSparseDistributedMemory": "models.sdm.torch_memory",
}

__all__ = [
    "HardLocationMemory",
    "IteratedRead",
    "SelectedCoordinateMemory",
    "SparseDistributedMemory",
    "TorchSparseDistributedMemory",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
