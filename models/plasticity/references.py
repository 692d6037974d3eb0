"""Sources that several rules of plasticity rest on."""

from __future__ import annotations

from workbench import Reference

HEBB_1949 = Reference("Hebb DO", 1949, "The Organization of Behavior", "Wiley, New York")
OJA_1982 = Reference(
    "Oja E", 1982, "A simplified neuron model as a principal component analyzer",
    "Journal of Mathematical Biology 15:267-273", doi="10.1007/BF00275687",
)  # fmt: skip
BCM_1982 = Reference(
    "Bienenstock EL, Cooper LN, Munro PW", 1982,
    "Theory for the development of neuron selectivity: orientation specificity and binocular "
    "interaction in visual cortex",
    "Journal of Neuroscience 2:32-48", doi="10.1523/JNEUROSCI.02-01-00032.1982",
)  # fmt: skip
TETZLAFF_2012 = Reference(
    "Tetzlaff C, Kolodziejski C, Timme M, Wörgötter F", 2012,
    "Analysis of synaptic scaling in combination with Hebbian plasticity in several simple "
    "networks",
    "Frontiers in Computational Neuroscience 6:36", doi="10.3389/fncom.2012.00036",
)  # fmt: skip
TETZLAFF_2015 = Reference(
    "Tetzlaff C, Dasgupta S, Kulvicius T, Wörgötter F", 2015,
    "The use of Hebbian cell assemblies for nonlinear computation",
    "Scientific Reports 5:12866", doi="10.1038/srep12866",
)  # fmt: skip
