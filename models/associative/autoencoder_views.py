"""What the autoencoder shows, and the equations behind it."""

from models.associative import autoencoder_readings as readings
from workbench import Curve, Equation, Matrix, Trace

EQUATIONS = (
    Equation(
        r"x^{c}_i = \begin{cases} \pm 1 \text{ anew} & \text{with probability } \gamma \\ "
        r"x^{p}_i & \text{otherwise} \end{cases}, \quad "
        r"\langle x^{c} x^{c'} \rangle = (1 - \gamma)^2",
        "Patterns of a tree (Parga and Virasoro 1986; Benna and Fusi 2021): children c of a random "
        "parent p. Siblings overlap by (1 - gamma)^2, others by 0; the smaller gamma, the more "
        "compressible. Whoever answers with the parent has an overlap of 1 - gamma.",
    ),
    Equation(
        r"h_j = \sigma\left(\sum_i W_{ij} x_i + b_j\right), \quad "
        r"y_i = \sum_j V_{ji} h_j + c_i, \quad "
        r"E = \left\langle \log_2 \left(1 + e^{-x_i y_i}\right) \right\rangle + \lambda D",
        "A reconstruction after Shah et al. 2025: of the paper only the abstract was known, so "
        "network, loss, sizes and training are this workbench's. In training hidden units are "
        "graded, and a share of the input's units may be flipped anew in each epoch.",
    ),
    Equation(
        r"D = \frac{1}{H} \sum_j (\rho_j - f)^2, \quad D = (\rho - f)^2, \quad "
        r"D = \frac{1}{H} \sum_j \text{KL}(f \| \rho_j)",
        "Three ways to ask for the coding level f: of each hidden unit's mean activity rho_j over "
        "the patterns, of the mean of the whole layer, or as a divergence (in nats), which weighs "
        "silent units more. Where f P is below one half, a unit that keeps to f is never above "
        "one half, so that its binary code is silent.",
    ),
    Equation(
        r"\hat{x} = \text{sign}(V^{T} s + c), \quad s_j = [h_j > 1/2], \quad "
        r"m = \frac{1}{N} \sum_i x_i \hat{x}_i",
        "Recall is by binary codes s. The capacity is the largest load whose mean overlap m "
        "reaches the criterion, between two loads on a straight line over their logarithm.",
    ),
    Equation(
        r"I = P \, \frac{\max\left(0, H(\gamma) - H_2\left(\frac{1 - m}{2}\right)\right)}{2 H}, "
        r"\quad S = s_{+} H + a N",
        "Bits per synapse, a lower bound: H(gamma) is the entropy of a unit in a whole family per "
        "pattern, H_2 what errors take away, 2 N H the synapses. A recall step sends spikes of the "
        "s_+ cue units that are +1 to H hidden units each, and of the a active ones to N units.",
    ),
    Equation(
        r"P^{*}(\gamma) = \max_{f, \lambda} P_{\text{capacity}}(f, \lambda; \gamma)",
        "What sweeps of this model find of the abstract (BENCHMARKS.md has the numbers). That "
        "capacity is best where sparsity is weakly enforced: yes, though strong enforcement "
        "loses less the longer one trains. That observed and desired level part with load and "
        "compressibility: yes, where enforcement is weak or f is low. That the best f falls with "
        "compressibility: no; the best f is low at every gamma. Activity left free does get "
        "sparser with it.",
    ),
)

_LOAD = {"x": "load", "joined": True}

OBSERVABLES = (
    Curve(
        ("recall", "recall_graded"),
        "Recall against load",
        y_label="overlap with pattern",
        theory=("criterion_line", "cue_overlap", "parent_overlap"),
        marks=("capacity_here",),
        roles={
            "recall": "recall",
            "recall_graded": "engram",
            "criterion_line": "theory",
            "cue_overlap": "cue",
            "parent_overlap": "excitatory",
        },
        reading=readings.recall_reading,
        **_LOAD,
    ),
    Curve(
        ("observed_level", "graded_level"),
        "Coding level, observed and desired",
        y_label="share of hidden units active",
        theory=("desired_level",),
        marks=("capacity_here",),
        roles={
            "observed_level": "recall",
            "graded_level": "engram",
            "desired_level": "theory",
        },
        reading=readings.level_reading,
        **_LOAD,
    ),
    Trace(
        ("rebuilding", "enforcement"),
        "Training at the largest load",
        y_label="part of the loss",
        roles={"rebuilding": "excitatory", "enforcement": "inhibitory"},
        reading=readings.training_reading,
    ),
    Matrix(
        ("codes",),
        "Codes of two families",
        over="load",
        borders=("family_edge",),
        categories=(("silent", ""), ("active", "engram")),
        reading=readings.codes_reading,
    ),
    Curve(
        ("code_same", "code_other"),
        "How codes resemble each other",
        y_label="correlation",
        theory=("siblings", "strangers"),
        roles={
            "code_same": "engram",
            "code_other": "inhibitory",
            "siblings": "theory",
            "strangers": "other",
        },
        reading=readings.tree_reading,
        **_LOAD,
    ),
    Curve(
        ("bits_by_load",),
        "Bits per synapse, and their price",
        marks=("capacity_here",),
        roles={"bits_by_load": "excitatory"},
        reading=readings.price_reading,
        **_LOAD,
    ),
)  # fmt: skip
