"""The sources that sparse distributed memory rests on."""

from workbench import Reference

KANERVA_1988 = Reference(
    "Kanerva P", 1988, "Sparse Distributed Memory", "MIT Press, Cambridge, Massachusetts"
)
JAECKEL_1989 = Reference(
    "Jaeckel LA", 1989, "An alternative design for a sparse distributed memory",
    "RIACS Technical Report 89.28, NASA Ames Research Center",
)  # fmt: skip
BRICKEN_2021 = Reference(
    "Bricken T, Pehlevan C", 2021, "Attention approximates sparse distributed memory",
    "Advances in Neural Information Processing Systems 34; arXiv:2111.05498",
)  # fmt: skip
ALPAYDIN_1998 = Reference(
    "Alpaydin E, Kaynak C", 1998, "Optical recognition of handwritten digits",
    "UCI Machine Learning Repository (as shipped with scikit-learn)", doi="10.24432/C50P49",
)  # fmt: skip
OTSU_1979 = Reference(
    "Otsu N", 1979, "A threshold selection method from gray-level histograms",
    "IEEE Transactions on Systems, Man, and Cybernetics 9:62-66", doi="10.1109/TSMC.1979.4310076",
)  # fmt: skip
