"""Memories, and plain references that they must equal exactly."""

import numpy as np


def clipped(patterns):
    """Return Willshaw's matrix of patterns, as whole numbers 0 and 1."""
    return (patterns.T.astype(int) @ patterns.astype(int) > 0).astype(int)


def synapses(patterns, level=None):
    """Return J of the Hebbian rule, or of the covariance rule at a coding level."""
    units = patterns.shape[1]
    if level is None:
        found = patterns.T.astype(float) @ patterns / units
    else:
        apart = patterns - level
        found = apart.T @ apart / (units * level * (1 - level))
    np.fill_diagonal(found, 0)
    return found


def strongest(fields, count):
    """Return which fields are the largest; of equal ones the first."""
    order = np.argsort(-fields, axis=-1, kind="stable")[..., :count]
    fire = np.zeros(fields.shape, bool)
    np.put_along_axis(fire, order, True, axis=-1)
    return fire
