"""What engram science measures, on plain arrays.

Every function is pure: arrays in, arrays (or a number) out, nothing drawn and nothing kept.
Cells, units and bits lie on the last axis unless a function says otherwise; leading axes
(trials, patterns, time) are a batch. What is asked of the input is `workbench.arrays`.
"""

from workbench.engram_cells import engram_cells, tag_level, tagged_cells
from workbench.engram_measures import (
    Reactivation,
    cell_overlap,
    hit_fraction,
    reactivation,
    reactivation_significance,
)
from workbench.pattern_measures import capacity, overlap, recall
from workbench.response_measures import (
    discrimination_index,
    selectivity,
    treves_rolls_sparseness,
    vinje_gallant_sparseness,
)
from workbench.spike_measures import cv2, fano_factor, interval_cv, interval_cvs, mean_correlation
from workbench.spike_trains import firing_rates, population_rate, presentation_rates, spike_counts
from workbench.synchrony import kuramoto_order, phase_order, spike_phases
from workbench.turnover import MEMBERSHIP, Turnover, membership, turnover
from workbench.weight_measures import ModuleWeights, matrix_module_weights, module_weights

__all__ = [
    "MEMBERSHIP", "ModuleWeights", "Reactivation", "Turnover", "capacity", "cell_overlap", "cv2",
    "discrimination_index", "engram_cells", "fano_factor", "firing_rates", "hit_fraction",
    "interval_cv", "interval_cvs", "kuramoto_order", "matrix_module_weights", "mean_correlation",
    "membership", "module_weights", "overlap", "phase_order", "population_rate",
    "presentation_rates", "reactivation", "reactivation_significance", "recall", "selectivity",
    "spike_counts", "spike_phases", "tag_level", "tagged_cells", "treves_rolls_sparseness",
    "turnover", "vinje_gallant_sparseness",
]  # fmt: skip
