"""Measures of synaptic weights: how strong synapses are within modules and between them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.arrays import ratio


class ModuleWeights(NamedTuple):
    """Mean weights: of each block of modules, within modules (intra), between them (inter)."""

    blocks: NDArray[np.float64]
    intra: float
    inter: float


def module_weights(
    pre: ArrayLike,
    post: ArrayLike,
    weights: ArrayLike,
    modules: ArrayLike,
    post_modules: ArrayLike | None = None,
) -> ModuleWeights:
    """Average the weights of synapses within and between modules of cells.

    B[a, b] = mean of w over the synapses from module a to module b; intra is the mean over all
    synapses with a = b, inter over all with a != b.

    Parameters
    ----------
    pre, post : shape (synapses,), whole numbers
        Presynaptic and postsynaptic cell of each synapse.
    weights : shape (synapses,)
        Their weights, in any unit.
    modules : shape (cells,), whole numbers from -1
        The module of each cell; -1 for a cell of none, whose synapses are left out.
    post_modules : shape (cells,), optional
        The modules of the postsynaptic cells, where these are another population.

    Returns
    -------
    ModuleWeights
        `blocks` of shape (modules, modules), presynaptic first; all in the unit of `weights`.
        NaN where there is no synapse.

    Raises
    ------
    ValueError
        For unequal shapes, weights that are not finite, cells without a module's number, and
        modules that are empty or below -1.

    References
    ----------
    Bergoin et al. 2025, doi:10.1371/journal.pcbi.1012973.

    Examples
    --------
    >>> found = module_weights([0, 0, 1, 2], [1, 2, 0, 0], [1.0, 0.25, 0.5, 0.0], [0, 0, 1])
    >>> found.blocks.tolist(), found.intra, found.inter
    ([[0.75, 0.25], [0.0, nan]], 0.75, 0.125)
    """
    w = np.asarray(weights, dtype=float)
    if w.ndim != 1 or not np.shape(pre) == np.shape(post) == w.shape:
        raise ValueError(
            f"pre has shape {np.shape(pre)}, post {np.shape(post)} and weights {w.shape}; "
            "all must be of one shape (synapses,)"
        )
    if not np.isfinite(w).all():
        raise ValueError("weights holds NaN or infinity; every weight must be finite")
    before = _labels(modules, "modules")
    after = before if post_modules is None else _labels(post_modules, "post_modules")
    source, target = _of(before, pre, "pre"), _of(after, post, "post")
    n = max(before.max(), after.max()) + 1
    kept = (source >= 0) & (target >= 0)
    place = source[kept] * n + target[kept]
    number = np.bincount(place, minlength=n * n).reshape(n, n)
    total = np.bincount(place, w[kept], n * n).reshape(n, n)
    within = np.eye(n, dtype=bool)
    intra, inter = (float(ratio(total[s].sum(), number[s].sum())) for s in (within, ~within))
    return ModuleWeights(ratio(total, number), intra, inter)


def matrix_module_weights(
    weights: ArrayLike, modules: ArrayLike, column_modules: ArrayLike | None = None
) -> ModuleWeights:
    """Average a matrix of weights within and between modules, as `module_weights` does.

    Parameters
    ----------
    weights : shape (rows, columns)
        A weight for each pair of cells; NaN where there is no synapse. Zeros count as weights.
    modules : shape (rows,), whole numbers from -1
        The module of each row's cell; -1 for a cell of none.
    column_modules : shape (columns,), optional
        The modules of the columns, where these are other cells.

    Returns
    -------
    ModuleWeights
        `blocks` of shape (modules, modules), the module of the rows first.

    Raises
    ------
    ValueError
        For an infinite weight, and for modules that do not fit to the rows and columns.

    Examples
    --------
    >>> w = [[np.nan, 1.0, 0.25], [0.5, np.nan, 0.25], [0.0, 0.5, np.nan]]
    >>> matrix_module_weights(w, [0, 0, 1]).blocks.tolist()
    [[0.75, 0.25], [0.25, nan]]
    """
    w = np.asarray(weights, dtype=float)
    labels = (np.shape(modules), np.shape(modules if column_modules is None else column_modules))
    if w.ndim != 2 or labels != (w.shape[:1], w.shape[1:]):
        raise ValueError(
            f"weights has shape {w.shape} and the modules {labels[0]} and {labels[1]}; "
            "a module for each row and each column is needed"
        )
    row, column = np.nonzero(~np.isnan(w))
    return module_weights(row, column, w[row, column], modules, column_modules)


def _labels(modules: ArrayLike, name: str) -> NDArray[np.intp]:
    """Return the modules of cells as whole numbers."""
    labels = np.asarray(modules)
    if labels.ndim != 1 or labels.size == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name} is {labels.dtype} of shape {labels.shape}; "
            "whole numbers of shape (cells,) are needed"
        )
    if labels.min() < -1 or labels.max() < 0:
        raise ValueError(f"{name} must number the modules from 0, with -1 for a cell of none")
    return labels.astype(np.intp)


def _of(labels: NDArray[np.intp], cells: ArrayLike, name: str) -> NDArray[np.intp]:
    """Return the module of each of the cells."""
    index = np.asarray(cells)
    if index.size == 0:
        return np.empty(0, np.intp)
    if index.dtype.kind not in "iu" or index.min() < 0 or index.max() >= labels.size:
        raise ValueError(f"{name} must hold whole numbers from 0 to {labels.size - 1}")
    return labels[index]
