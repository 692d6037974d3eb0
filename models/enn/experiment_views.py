"""What the Engram Neural Network's run draws, its equations and its sources."""

from typing import Any

from models.enn import experiment_readings as readings
from workbench import Curve, Equation, Images, Matrix, Reference, Trace

SZELOGOWSKI_2025 = Reference(
    "Szelogowski D",
    2025,
    "Hebbian memory-augmented recurrent networks: Engram neurons in deep learning",
    "arXiv:2507.21474",
    doi="10.48550/arXiv.2507.21474",
)
BA_2016 = Reference(
    "Ba J, Hinton G, Mnih V, Leibo JZ, Ionescu C",
    2016,
    "Using fast weights to attend to the recent past",
    "arXiv:1610.06258",
    doi="10.48550/arXiv.1610.06258",
)
HOCHREITER_1997 = Reference(
    "Hochreiter S, Schmidhuber J",
    1997,
    "Long short-term memory",
    "Neural Computation 9:1735",
    doi="10.1162/neco.1997.9.8.1735",
)
EQUATIONS = (
    Equation(
        r"z_t = \text{LN}(\text{relu}(W_z x_t + b_z))",
        "The encoder turns an input into a pattern z.",
    ),
    Equation(
        r"a_t = \text{softmax}\left(\frac{1}{\tau} \frac{z_t \cdot E_n}{|z_t|\,|E_n|}\right), "
        r"\quad E = M + \alpha H, \quad \tau = \frac{\tau_0}{1 + 10 \lambda}",
        "Attention over the slots of the effective memory E: learnt slots M and a trace H.",
    ),
    Equation(r"m_t = \sum_n a_{t n} E_n", "What is retrieved is the attended mean of the slots."),
    Equation(
        r"H \leftarrow \text{clip}\left((1 - \eta K) H + \eta\, a_t \otimes z_t, -c, c\right)",
        "The Hebbian write: the pattern goes to the slots that it attends to. K is 1 where the "
        "whole trace fades, and a where only what is written to does. One trace serves a batch "
        "(its mean) or each sequence has one.",
    ),
    Equation(
        r"h_t = \text{LN}(\text{relu}(W_h\, \text{relu}(W_u [z_t; m_t; h_{t-1}] + b_u) + b_h))",
        "The integrator joins pattern, retrieval and its own last state.",
    ),
)
#: Kinds of networks that may be trained beside, and the roles whose colours they have.
BESIDE = {"enn": "engram", "lstm": "excitatory", "gru": "cue", "rnn": "inhibitory"}


def curves(what: str) -> dict[str, Any]:
    """Return what a picture of all networks' courses shows: training is thinner."""
    parts = {part: [f"{what}_{part}_{kind}" for kind in BESIDE]
             for part in ("validation", "training")}  # fmt: skip
    roles = {name: role for names in parts.values()
             for name, role in zip(names, BESIDE.values(), strict=True)}  # fmt: skip
    own = {f"{what}_validation": "recall", f"{what}_training": "other"}
    chance = ["accuracy_chance"] if what == "accuracy" else []
    return {
        "variables": (*own, *parts["validation"]),
        "theory": (*chance, *parts["training"]),
        "roles": own | roles,
    }


OBSERVABLES = (
    Trace(
        title="Right answers", y_label="accuracy", reading=readings.accuracy_reading,
        **curves("accuracy"),
    ),
    Trace(
        title="Loss", y_label="cross-entropy", reading=readings.losses_reading, **curves("loss")
    ),
    Trace(("loss",), "Loss step by step", roles={"loss": "other"}, reading=readings.loss_reading),
    Matrix(
        ("attention",), "Attention while one sequence is read",
        reading=readings.attention_reading,
    ),
    Matrix(
        ("class_course",), "Attention to one answer", over="answer",
        reading=readings.course_reading,
    ),
    Matrix(
        ("traces",), "The Hebbian trace", over="sample", said="trace_said",
        reading=readings.trace_reading,
    ),
    Matrix(
        ("trace_change",), "What training changed in the trace", reading=readings.change_reading
    ),
    Trace(
        ("trace_mean", "trace_largest", "trace_deviation"), "Trace evolution", y_label="|H|",
        roles={"trace_mean": "engram", "trace_largest": "cue", "trace_deviation": "paired"},
        reading=readings.evolution_reading,
    ),
    Trace(
        ("slots_used",), "Slots that attention spreads over", roles={"slots_used": "engram"},
        reading=readings.slots_reading,
    ),
    Curve(
        ("slot_share",), "How much each slot is used", x="slot", theory=("slot_even",),
        roles={"slot_share": "engram", "slot_even": "theory"}, joined=True,
        reading=readings.usage_reading,
    ),
    Matrix(
        ("class_attention",), "Attention to each slot, answer by answer",
        reading=readings.classes_reading,
    ),
    Matrix(
        ("class_course",), "One slot, answer by answer", over="slot",
        said="slot_said", reading=readings.slot_reading,
    ),
    Images(
        ("slot_pictures",), "One slot, its strongest steps", over="slot",
        names="slot_names", reading=readings.cards_reading,
    ),
    Matrix(("confusion",), "What is taken for what", reading=readings.confusion_reading),
    Matrix(
        ("ablated",), "Memory taken away", written=".1%", reading=readings.ablation_reading
    ),
)  # fmt: skip
