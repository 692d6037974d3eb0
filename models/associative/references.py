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
LEVY_1996 = Reference(
    "Levy WB, Baxter RA", 1996, "Energy efficient neural codes", "Neural Computation 8:531-543",
    doi="10.1162/neco.1996.8.3.531",
)  # fmt: skip
ATTWELL_2001 = Reference(
    "Attwell D, Laughlin SB", 2001,
    "An energy budget for signaling in the grey matter of the brain",
    "Journal of Cerebral Blood Flow and Metabolism 21:1133-1145",
    doi="10.1097/00004647-200110000-00001",
)  # fmt: skip
KNOBLAUCH_2010 = Reference(
    "Knoblauch A, Palm G, Sommer FT", 2010,
    "Memory capacities for synaptic and structural plasticity", "Neural Computation 22:289-341",
    doi="10.1162/neco.2009.08-07-588",
)  # fmt: skip
RAMSAUER_2021 = Reference(
    "Ramsauer H, Schäfl B, Lehner J, et al.", 2021, "Hopfield networks is all you need",
    "International Conference on Learning Representations; arXiv:2008.02217",
)  # fmt: skip
PARGA_1986 = Reference(
    "Parga N, Virasoro MA", 1986, "The ultrametric organization of memories in a neural network",
    "Journal de Physique 47:1857-1864",
)  # fmt: skip
BENNA_2021 = Reference(
    "Benna MK, Fusi S", 2021,
    "Place cells may simply be memory cells: memory compression leads to spatial tuning and "
    "history dependence",
    "Proceedings of the National Academy of Sciences 118:e2018422118",
    doi="10.1073/pnas.2018422118",
)  # fmt: skip
SHAH_2025 = Reference(
    "Shah A, Hen R, Losonczy A, Fusi S", 2025,
    "Optimal sparsity in autoencoder memory models of the hippocampus",
    "bioRxiv 2025.01.06.631574", doi="10.1101/2025.01.06.631574",
)  # fmt: skip

__all__ = [
    "ALPAYDIN_1998",
    "AMARI_1989",
    "AMIT_1985",
    "ATTWELL_2001",
    "BENNA_2021",
    "BUCKINGHAM_1992",
    "HOPFIELD_1982",
    "KNOBLAUCH_2010",
    "LEVY_1996",
    "PALM_1980",
    "PARGA_1986",
    "RAMSAUER_2021",
    "SHAH_2025",
    "TSODYKS_1988",
    "WILLSHAW_1969",
]
