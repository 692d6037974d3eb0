"""What a run of continual learning shows, and the equations behind it."""

from models.gating import readings
from models.gating.choices import METHODS
from workbench import Equation, Histogram, Matrix, Trace

EQUATIONS = (
    Equation(
        r"a = \text{relu}(W_1 x), \quad g_j = \text{clip}\left(-1 + \frac{2 c_j}{c_{thr}}, -1, 1"
        r"\right), \quad h = \text{relu}(a - g\, I), \quad y = W_2 h",
        "SDMLP: inputs x and the rows of W1 have length 1, weights are not negative. I is the "
        "(k + 1)-th largest a. c counts the samples for which a unit was active: at first g is -1 "
        "and inhibition excites, so that all units learn; at g = 1 only the k most excited are "
        "left. The threshold depends on how many samples there are, which is what breaks a port.",
    ),
    Equation(
        r"W_h \leftarrow W_h - s f \frac{a}{\sqrt{v} + \epsilon}, \quad "
        r"f = 1 - \tanh^2(m |W_h|) \;\text{if}\; \text{sign}(W_h)\, a > 0, \;\text{else}\; 1",
        "Metaplasticity: the weight in use is the sign of a hidden weight. A step of Adam (a and v "
        "are its means) that would bring it nearer to a flip is the smaller the larger it is.",
    ),
    Equation(
        r"p = \sigma(\kappa\, G\, l(x) + b), \quad z \sim \text{Bernoulli}(p), \quad "
        r"h = z \odot \text{sign}(\text{BN}(W_b x))",
        "Engram gates, a reconstruction (the paper's sizes and tables were not at hand): an "
        "encoder's latent l decides which units take part. Here it does not reproduce the paper's "
        "gain in class-incremental learning as it stands; with a fixed encoder, few open gates and "
        "a full-precision readout it forgets less, and gates that are keyed by the task work where "
        "the task may be told.",
    ),
    Equation(
        r"L = L_{task} + \frac{\lambda}{2} \sum_i F_i (w_i - w_i^*)^2",
        "EWC holds each weight where it was by its Fisher information F, per sample; SI by what it "
        "did for the loss along the way.",
    ),
    Equation(
        r"\text{ACC} = \frac{1}{T} \sum_j R_{Tj}, \quad "
        r"\text{BWT} = \frac{1}{T-1} \sum_{j<T} (R_{Tj} - R_{jj}), \quad "
        r"\text{F} = \frac{1}{T-1} \sum_{j<T} \left(\max_{l<T} R_{lj} - R_{Tj}\right)",
        "R is the accuracy on task j after learning task i. Forgetting F is that of Chaudhry et "
        "al. 2018, from the best; Avalanche counts from the accuracy right after learning, so that "
        "its forgetting is minus BWT. Both are told.",
    ),
    Equation(
        r"\text{FWT} = \frac{1}{T-1} \sum_{j>1} (R_{j-1,j} - b_j), \quad "
        r"\text{AIA} = \frac{1}{T} \sum_i \frac{1}{i} \sum_{j \le i} R_{ij}",
        "Forward transfer is the accuracy on a task before it is learnt, less that of the "
        "untrained network (b); AIA is the average of the average accuracies on the way.",
    ),
)

AVERAGES = {f"average_{end}": role for end, role in METHODS.values()}
OBSERVABLES = (
    Trace(
        tuple(AVERAGES), "All tasks learnt so far", y_label="test accuracy",
        theory=("average_chance",), roles=AVERAGES | {"average_chance": "theory"},
        reading=readings.average_reading,
    ),
    Trace(("accuracy",), "Task by task", reading=readings.tasks_reading),
    Matrix(
        ("accuracies",), "What is still known after each task", over="method", written=".0%",
        reading=readings.matrix_reading,
    ),
    Matrix(
        ("scores",), "Measures of continual learning", written=".2f",
        reading=readings.scores_reading,
    ),
    Trace(
        ("mean_gaba", "inhibited_gaba", "excited_gaba"), "The GABA switch", y_label="switch",
        roles={"mean_gaba": "other", "inhibited_gaba": "excitatory",
               "excited_gaba": "inhibitory"},
        reading=readings.switch_reading,
    ),
    Trace(
        ("active_share", "dead_share"), "Active and dead units", y_label="share of units",
        roles={"active_share": "engram", "dead_share": "other"},
        reading=readings.units_reading,
    ),
    Matrix(
        ("unit_response",), "Which units are whose", reading=readings.response_reading,
    ),
    Matrix(
        ("engram_overlap",), "Overlap of engrams", written=".2f", reading=readings.overlap_reading,
    ),
    Matrix(
        ("reactivated",), "What stimuli switch on of each engram", over="after",
        said="reactivated_said", written=".1f",
        reading=readings.reactivation_reading,
    ),
    Histogram(
        ("unit_selectivity",), "Selectivity of units", marks=("mean_selectivity",),
        roles={"unit_selectivity": "engram"}, reading=readings.selectivity_reading,
    ),
)  # fmt: skip
