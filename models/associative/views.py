"""What the experiment shows, and the equations behind it."""

from models.associative import readings
from workbench import Curve, Equation, Images, Matrix, Trace

EQUATIONS = (
    Equation(
        r"W_{ij} = \begin{cases} 1 & \text{if any stored pattern has } i \text{ and } j "
        r"\text{ active} \\ 0 & \text{otherwise} \end{cases}, \quad "
        r"h_i = \sum_j W_{ij} s_j, \quad s_i = 1 \;\text{if}\; h_i \ge \theta",
        "Willshaw: a synapse is a bit that is switched on once and for all. A unit fires where all "
        "active units of the cue agree (theta is their number), or where its sum is among the k "
        "largest.",
    ),
    Equation(
        r"\rho = 1 - (1 - f^2)^P, \quad \text{spurious} = (N - k)\,\rho^{\theta}",
        "The share rho of synapses that P patterns with k = f N of N units active switch on, and "
        "the units that fire though they do not belong. For exactly k units f squared is "
        "k (k - 1) / (N (N - 1)), which is what is drawn.",
    ),
    Equation(
        r"J_{ij} = \frac{1}{N} \sum_{\mu} \xi_i^{\mu} \xi_j^{\mu}, \quad "
        r"h_i = \sum_j J_{ij} s_j",
        "The Hebbian rule for units 0 and 1: the cross-talk has a mean that grows with the load, "
        "and units that are in many patterns get more of it.",
    ),
    Equation(
        r"J_{ij} = \frac{1}{N f (1 - f)} \sum_{\mu} (\xi_i^{\mu} - f)(\xi_j^{\mu} - f), \quad "
        r"h_i = \sum_j J_{ij} (s_j - f)",
        "The covariance rule takes the mean away: a unit of the pattern gets about 1 - f, any "
        "other one -f. It is computed exactly from counts of pairs.",
    ),
    Equation(
        r"s \leftarrow X^{T} \, \text{softmax}(\beta X s), \quad E = -\frac{1}{\beta} \ln "
        r"\sum_{\mu} e^{\beta\, x_{\mu} \cdot s} + \frac{1}{2} s \cdot s + \text{const}",
        "Dense memory (the modern Hopfield network) keeps every pattern; each update is attention "
        "over them and lowers the energy E.",
    ),
    Equation(
        r"m = \Phi(x_1) - \Phi(x_0), \quad "
        r"\sigma^2 = \frac{\alpha\,[q (1 - 2 f) + f^2]}{(1 - C)^2}, \quad "
        r"C = \frac{f \phi(x_1) + (1 - f) \phi(x_0)}{\sigma}",
        "Mean field of the covariance rule at P = alpha N patterns: the overlap m and the share "
        "q = f Phi(x1) + (1 - f) Phi(x0) of units that fire, where x1 = (m (1 - f) - theta) / "
        "sigma and x0 = (-m f - theta) / sigma. The largest alpha with a solution is the capacity; "
        "1 / (2 f |ln f|) is its limit for very small f.",
    ),
    Equation(
        r"E = -\frac{1}{2} \sum_{i j} J_{ij} (s_i - f)(s_j - f) + \theta \sum_i s_i",
        "The energy of a state of a network with symmetric synapses (without f for Willshaw's and "
        "the Hebbian rule, without theta where k winners fire). It falls where units change one at "
        "a time; here all change at once.",
    ),
    Equation(
        r"r = \frac{N n_{11} - k_1 k_2}{\left[k_1 (N - k_1)\, k_2 (N - k_2)\right]^{1/2}}",
        "Agreement with the stored pattern: the correlation of two patterns with k1 and k2 active "
        "units, n11 of them in common. 1 is perfect, 0 is chance.",
    ),
)

OBSERVABLES = (
    Images(
        ("pictures",), "Recall of one pattern, step by step", reading=readings.pictures_reading
    ),
    Curve(
        ("match_one_step", "match_final", "cue_match"),
        "Recall against damage of the cue",
        x="cue_damage",
        y_label="correlation with the stored pattern",
        theory=("expected_match", "mean_field_match"),
        roles={
            "match_one_step": "recall",
            "match_final": "engram",
            "cue_match": "cue",
            "expected_match": "recall",
            "mean_field_match": "other",
        },
        reading=readings.damage_reading,
    ),
    Trace(
        ("load_match", "load_match_final"),
        "Recall while patterns are stored",
        y_label="correlation with the stored pattern",
        theory=("expected_load_match",),
        roles={
            "load_match": "recall",
            "load_match_final": "engram",
            "expected_load_match": "recall",
        },
        reading=readings.load_reading,
    ),
    Trace(
        ("missing", "spurious"),
        "Wrong units after one step",
        y_label="units",
        roles={"missing": "cue", "spurious": "inhibitory"},
        reading=readings.errors_reading,
    ),
    Trace(
        ("density",),
        "Synapses in use",
        theory=("expected_density",),
        roles={"density": "excitatory", "expected_density": "other"},
        reading=readings.density_reading,
    ),
    Matrix(
        ("synapses",),
        "A part of the synapses",
        borders=("pattern_edge",),
        reading=readings.synapses_reading,
    ),
    Curve(
        ("shown_match",),
        "Course of the recall shown",
        x="read",
        joined=True,
        roles={"shown_match": "recall"},
        reading=readings.course_reading,
    ),
    Curve(
        ("shown_energy",),
        "Energy of the recall shown",
        x="read",
        joined=True,
        roles={"shown_energy": "other"},
        reading=readings.energy_reading,
    ),
    Curve(
        ("stored_here",),
        "Patterns that fit over the coding level",
        x="level_here",
        y_label="log10 of patterns",
        theory=(
            "capacity_willshaw", "capacity_covariance", "capacity_asymptote", "capacity_law",
        ),
        roles={
            "stored_here": "engram",
            "capacity_willshaw": "excitatory",
            "capacity_covariance": "recall",
            "capacity_asymptote": "inhibitory",
            "capacity_law": "other",
        },
        reading=readings.capacity_reading,
    ),
)  # fmt: skip
