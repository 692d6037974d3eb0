"""The sources that gating and sparsity against forgetting rest on."""

from models.sdm.references import ALPAYDIN_1998
from workbench import Reference

BRICKEN_2023 = Reference(
    "Bricken T, Davies X, Singh D, Krotov D, Kreiman G", 2023,
    "Sparse distributed memory is a continual learner",
    "International Conference on Learning Representations; arXiv:2303.11934",
)  # fmt: skip
LABORIEUX_2021 = Reference(
    "Laborieux A, Ernoult M, Hirtzlin T, Querlioz D", 2021,
    "Synaptic metaplasticity in binarized neural networks", "Nature Communications 12:2549",
    doi="10.1038/s41467-021-22768-y",
)  # fmt: skip
AGUILAR_2025 = Reference(
    "Aguilar I, Herbozo Contreras LF, Kavehei O", 2025,
    "Stochastic engrams for efficient continual learning with binarized neural networks",
    "arXiv:2503.21436",
)  # fmt: skip
KIRKPATRICK_2017 = Reference(
    "Kirkpatrick J, Pascanu R, Rabinowitz N, et al.", 2017,
    "Overcoming catastrophic forgetting in neural networks",
    "Proceedings of the National Academy of Sciences 114:3521-3526", doi="10.1073/pnas.1611835114",
)  # fmt: skip
ZENKE_2017 = Reference(
    "Zenke F, Poole B, Ganguli S", 2017, "Continual learning through synaptic intelligence",
    "Proceedings of Machine Learning Research 70:3987-3995",
)  # fmt: skip
MASSE_2018 = Reference(
    "Masse NY, Grant GD, Freedman DJ", 2018,
    "Alleviating catastrophic forgetting using context-dependent gating and synaptic stabilization",
    "Proceedings of the National Academy of Sciences 115:E10467-E10475",
    doi="10.1073/pnas.1803839115",
)  # fmt: skip
LOPEZ_PAZ_2017 = Reference(
    "Lopez-Paz D, Ranzato M", 2017, "Gradient episodic memory for continual learning",
    "Advances in Neural Information Processing Systems 30; arXiv:1706.08840",
)  # fmt: skip
CHAUDHRY_2018 = Reference(
    "Chaudhry A, Dokania PK, Ajanthan T, Torr PHS", 2018,
    "Riemannian walk for incremental learning: understanding forgetting and intransigence",
    "European Conference on Computer Vision; arXiv:1801.10112",
)  # fmt: skip
HSU_2018 = Reference(
    "Hsu YC, Liu YC, Ramasamy A, Kira Z", 2018,
    "Re-evaluating continual learning scenarios: a categorization and case for strong baselines",
    "NeurIPS Continual Learning Workshop; arXiv:1810.12488",
)  # fmt: skip
VAN_DE_VEN_2022 = Reference(
    "van de Ven GM, Tuytelaars T, Tolias AS", 2022, "Three types of incremental learning",
    "Nature Machine Intelligence 4:1185-1197", doi="10.1038/s42256-022-00568-3",
)  # fmt: skip
LECUN_1998 = Reference(
    "LeCun Y, Bottou L, Bengio Y, Haffner P", 1998,
    "Gradient-based learning applied to document recognition", "Proceedings of the IEEE 86:2278",
    doi="10.1109/5.726791",
)  # fmt: skip
XIAO_2017 = Reference(
    "Xiao H, Rasul K, Vollgraf R", 2017,
    "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
    "arXiv:1708.07747",
)  # fmt: skip
#: Data set -> where it is from.
DATA = {"digits": ALPAYDIN_1998, "mnist": LECUN_1998, "fashion-mnist": XIAO_2017}
BECK_2009 = Reference(
    "Beck A, Teboulle M", 2009,
    "A fast iterative shrinkage-thresholding algorithm for linear inverse problems",
    "SIAM Journal on Imaging Sciences 2:183-202", doi="10.1137/080716542",
)  # fmt: skip
LOUIZOS_2018 = Reference(
    "Louizos C, Welling M, Kingma DP", 2018,
    "Learning sparse neural networks through L0 regularization",
    "International Conference on Learning Representations; arXiv:1712.01312",
)  # fmt: skip
NG_2011 = Reference(
    "Ng A", 2011, "Sparse autoencoder", "CS294A lecture notes, Stanford University"
)  # fmt: skip
