"""The sources that sparse associative memory rests on."""

from models.sdm.references import ALPAYDIN_1998
from workbench import Reference

WILLSHAW_1969 = Reference(
    "Willshaw DJ, Buneman OP, Longuet-Higgins HC", 1969, "Non-holographic associative memory",
    "Nature 222:960-962", doi="10.1038/222960a0",
)  # fmt: skip
PALM_1980 = Reference(
    "Palm G", 1980, "On associative memory", "Biological Cybernetics 36:19-31",
    doi="10.1007/BF00337019",
)  # fmt: skip
BUCKINGHAM_1992 = Reference(
    "Buckingham J, Willshaw D", 1992, "Performance characteristics of the associative net",
    "Network: Computation in Neural Systems 3:407-414",
)  # fmt: skip
HOPFIELD_1982 = Reference(
    "Hopfield JJ", 1982,
    "Neural networks and physical systems with emergent collective computational abilities",
    "Proceedings of the National Academy of Sciences 79:2554-2558", doi="10.1073/pnas.79.8.2554",
)  # fmt: skip
AMIT_1985 = Reference(
    "Amit DJ, Gutfreund H, Sompolinsky H", 1985,
    "Storing infinite numbers of patterns in a spin-glass model of neural networks",
    "Physical Review Letters 55:1530-1533", doi="10.1103/PhysRevLett.55.1530",
)  # fmt: skip
TSODYKS_1988 = Reference(
    "Tsodyks MV, Feigelman MV", 1988,
    "The enhanced storage capacity in neural networks with low activity level",
    "Europhysics Letters 6:101-105", doi="10.1209/0295-5075/6/2/002",
)  # fmt: skip
AMARI_1989 = Reference(
    "Amari S", 1989, "Characteristics of sparsely encoded associative memory",
    "Neural Networks 2:451-457", doi="10.1016/0893-6080(89)90043-9",
)  # fmt: skip
RAMSAUER_2021 = Reference(
    "Ramsauer H, Schäfl B, Lehner J, et al.", 2021, "Hopfield networks is all you need",
    "International Conference on Learning Representations; arXiv:2008.02217",
)  # fmt: skip

__all__ = [
    "ALPAYDIN_1998",
    "AMARI_1989",
    "AMIT_1985",
    "BUCKINGHAM_1992",
    "HOPFIELD_1982",
    "PALM_1980",
    "RAMSAUER_2021",
    "TSODYKS_1988",
    "WILLSHAW_1969",
]
