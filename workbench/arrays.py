"""What every measure asks of its arrays, and how it divides.

Input that cannot be right (empty, not finite, of unequal length, out of range) raises ValueError
with a sentence that says what was wrong. A ratio whose denominator is zero is undefined and
comes out as NaN, since early in a run no cell may be active yet.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def finite(values: ArrayLike, name: str, *, minimum: float = -np.inf) -> NDArray[np.float64]:
    """Return `values` as floats, refusing none at all, NaN, infinity and what is too small."""
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); at least one value is needed")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity; every value must be finite")
    if array.min() < minimum:
        raise ValueError(f"{name} holds {array.min():g}; every value must be at least {minimum:g}")
    return array


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> NDArray[np.float64]:
    """Divide, giving NaN wherever the denominator is zero."""
    top, bottom = np.broadcast_arrays(numerator, denominator)
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)[()]


def cell_masks(**masks: ArrayLike) -> list[NDArray[np.bool_]]:
    """Return boolean masks over the same cells, refusing lists of indices and empty masks."""
    arrays = {name: np.asarray(mask) for name, mask in masks.items()}
    for name, array in arrays.items():
        if array.size and array.dtype != bool:
            raise ValueError(f"{name} must be a boolean mask over cells, but is {array.dtype}")
    return same_length(arrays)


def same_length(arrays: dict[str, NDArray]) -> list[NDArray]:
    """Return the arrays, refusing empty ones and any whose last axes differ."""
    if len({array.shape[-1:] for array in arrays.values()}) > 1 or any(
        array.size == 0 for array in arrays.values()
    ):
        shapes = " and ".join(f"{name} has shape {array.shape}" for name, array in arrays.items())
        raise ValueError(f"{shapes}; their last axes must be of one length, and not empty")
    return list(arrays.values())


def along(values: ArrayLike, name: str, axis: int) -> NDArray[np.float64]:
    """Return values that are not negative, the axis of interest last and at least two long."""
    array = np.moveaxis(finite(values, name, minimum=0), axis, -1)
    if array.shape[-1] < 2:
        raise ValueError(f"{name} holds one value along axis {axis}; at least two are needed")
    return array
