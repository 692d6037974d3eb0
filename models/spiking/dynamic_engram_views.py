"""What the dynamic engram shows, its equations and its sources."""

from models.spiking import dynamic_engram_readings as readings
from models.spiking.stimulus_shapes import SHAPES
from models.spiking.views import CALCIUM, RESPONSE, STRIP
from workbench import Curve, Equation, Matrix, Raster, Reference, Trace
from workbench.turnover import MEMBERSHIP

TOME_2024 = Reference(
    "Tomé DF, Zhang Y, Aida T, Mosto O, Lu Y, Chen M, Sadeh S, Roy DS, Clopath C", 2024,
    "Dynamic and selective engrams emerge with memory consolidation",
    "Nature Neuroscience 27:561-572", doi="10.1038/s41593-023-01551-w",
)  # fmt: skip
ZENKE_2015 = Reference(
    "Zenke F, Agnes EJ, Gerstner W", 2015,
    "Diverse synaptic plasticity mechanisms orchestrated to form and retrieve memories in spiking "
    "neural networks",
    "Nature Communications 6:6922", doi="10.1038/ncomms7922",
)  # fmt: skip
#: Shape -> role, which gives it its colour.
ROLES = dict(zip(SHAPES, ("engram", "cue", "paired", "recall"), strict=True))

EQUATIONS = (
    Equation(
        r"\tau_m \frac{dV}{dt} = (V_r - V) + g_E\,(0 - V) + (g_I + g_a)(V_I - V) + I",
        "Excitatory and inhibitory cells, with conductances in units of the leak; g_E is made of "
        "a fast and a slow part, g_a adapts (excitatory cells only); I is what the instruments "
        "give. A spike raises the threshold for a few milliseconds.",
    ),
    Equation(
        r"\Delta w = \eta\left[\, z^{+} z^{slow} - \beta\,(w - \tilde{w})\,(z^{-})^3 \right]",
        "At a spike of the receiving cell: triplet potentiation from the traces z of the sending "
        "cell (+, 20 ms) and of the receiving one (slow, 100 ms), and heterosynaptic depression "
        "that pulls all weights of a busy cell to their references.",
    ),
    Equation(
        r"\Delta w = \eta\left[\, \delta - z^{-}\left(\frac{h}{\kappa}\right)^2 \right]",
        "At a spike of the sending cell: growth induced by transmitter (delta), and depression "
        "that rises with the receiving cell's rate h over ten minutes; kappa is 10 Hz.",
    ),
    Equation(
        r"\tau_c \frac{d\tilde{w}}{dt} = (w - \tilde{w}) "
        r"- P\,\tilde{w}\left(\frac{c}{2} - \tilde{w}\right)(c - \tilde{w})",
        "The reference weight follows the weight within 20 minutes and is drawn to 0 or c = 0.5: "
        "consolidation of the synapse.",
    ),
    Equation(
        r"\Delta w_I = \eta_I \frac{G - \gamma}{\gamma} (z + 1), \quad "
        r"\tau_H \frac{dG}{dt} = -G + \frac{1}{N}\sum_{j} S_j(t)",
        "Inhibitory synapses onto excitatory cells: all cells secrete a factor G with their "
        "spikes S (tau_H is 10 s). Above the target gamma inhibition grows between cells that "
        "fire together, below it shrinks. At a spike of the excitatory cell it is z in place of "
        "z + 1.",
    ),
    Equation(
        r"\frac{dx}{dt} = \frac{1 - x}{\tau_d}, \quad \frac{du}{dt} = \frac{U - u}{\tau_f}, "
        r"\quad x \leftarrow x - u x, \quad u \leftarrow u + U (1 - u)",
        "Short-term plasticity: a spike sends w u x, and uses up that share x u.",
    ),
    Equation(
        r"D = \frac{R_{square} - R_{novel}}{R_{square} + R_{novel}}",
        "Discrimination index of the fractions R of cue presentations in which the mean rate of "
        "the engram cells is above 10 Hz.",
    ),
)

OBSERVABLES = (
    Matrix(
        ("membership",), "Who is in the engram",
        categories=tuple(zip(MEMBERSHIP, ("", "engram", "other", "recall"), strict=True)),
        reading=readings.engram_reading,
    ),
    STRIP,
    Trace(
        tuple(f"recalled_{shape}" for shape in SHAPES), "Recall by partial cues",
        y_label="fraction of cues that recall the engram",
        roles={f"recalled_{shape}": ROLES[shape] for shape in SHAPES},
        reading=readings.recall_reading,
    ),
    Trace(
        ("discrimination",), "Selectivity of recall", y_label="discrimination index",
        roles={"discrimination": "engram"}, reading=readings.discrimination_reading,
    ),
    Trace(
        tuple(f"answer_{shape}" for shape in SHAPES), "How strongly the engram answers",
        theory=("threshold",), y_label="mean rate of engram cells",
        roles={f"answer_{shape}": ROLES[shape] for shape in SHAPES},
        reading=readings.answer_reading,
    ),
    Trace(
        ("kept", "dropped_out", "dropped_in"), "Turnover of the engram",
        y_label="fraction of engram cells",
        roles={"kept": "engram", "dropped_out": "other", "dropped_in": "recall"},
        reading=readings.turnover_reading,
    ),
    RESPONSE,
    Raster(
        window=10.0, reading=readings.raster_reading,
        labels={
            "engram": "engram cells", "recall": "tagged cells",
            "excitatory": "other excitatory cells", "inhibitory": "inhibitory cells",
        },
    ),
    Trace(
        ("rate_excitatory", "rate_inhibitory", "factor"), "Mean rates",
        theory=("factor_target",), y_label="rate",
        roles={
            "rate_excitatory": "excitatory", "rate_inhibitory": "inhibitory", "factor": "other",
        },
        reading=readings.rates_reading,
    ),
    Trace(
        ("weight_feedforward", "weight_recurrent", "weight_inhibition"), "Mean weights",
        y_label="mean weight (of the leak)",
        roles={
            "weight_feedforward": "cue", "weight_recurrent": "excitatory",
            "weight_inhibition": "inhibitory",
        },
        reading=readings.weights_reading,
    ),
    Curve(
        ("membrane",), "An electrode in one cell: its membrane", x="before_now", joined=True,
        roles={"membrane": "excitatory"}, reading=readings.membrane_reading,
    ),
    Curve(
        ("excitation", "inhibition"), "An electrode in one cell: its input", x="before_now",
        joined=True, y_label="current over the leak",
        roles={"excitation": "excitatory", "inhibition": "inhibitory"},
        reading=readings.input_reading,
    ),
    CALCIUM,
)  # fmt: skip
