"""Theory of sparse distributed memory in one place: overlap, noise, capacity, noisy cues.

The overlap curve of a design, :func:`circle_overlap` or :func:`selected_coordinate_overlap`, is
what the predictions for noisy cues and the attention fit start from.
"""

from models.sdm.capacity import (
    BestCapacity,
    best_capacity,
    binary_entropy,
    bit_error,
    bits_per_connection,
    capacity,
    optimal_access_fraction,
    signal_to_noise,
    word_rate,
)
from models.sdm.noisy_cue import (
    Disturbance,
    autoassociative_distance,
    critical_distance,
    disturbance,
    heteroassociative_distance,
    simple_distance,
)
from models.sdm.overlap import (
    AttentionFit,
    access_fraction_of_radius,
    attention_fit,
    circle_overlap,
    radius_for_access_fraction,
    selected_coordinate_overlap,
    shared_locations,
)

__all__ = [
    "AttentionFit",
    "BestCapacity",
    "Disturbance",
    "access_fraction_of_radius",
    "attention_fit",
    "autoassociative_distance",
    "best_capacity",
    "binary_entropy",
    "bit_error",
    "bits_per_connection",
    "capacity",
    "circle_overlap",
    "critical_distance",
    "disturbance",
    "heteroassociative_distance",
    "optimal_access_fraction",
    "radius_for_access_fraction",
    "selected_coordinate_overlap",
    "shared_locations",
    "signal_to_noise",
    "simple_distance",
    "word_rate",
]
