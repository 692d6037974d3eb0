"""How a coding level may be asked of hidden units: by name, so that no torch is needed to choose.

What each stands for is told by `models.associative.autoencoder.departure`.
"""

EACH, LAYER, DIVERGENCE = "each unit", "whole layer", "divergence"
PENALTIES = (EACH, LAYER, DIVERGENCE)
