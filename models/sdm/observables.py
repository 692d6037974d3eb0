"""What the recall experiment shows, and the equations behind it."""

from models.sdm import readings
from workbench import Curve, Equation, Histogram, Images

EQUATIONS = (
    Equation(
        r"y_m(x) = \begin{cases} 1 & d(x, A_m) \le R \\ 0 & \text{otherwise} \end{cases}",
        "An address x activates every hard location m whose own address A_m lies within the "
        "radius R, counted in differing bits.",
    ),
    Equation(
        r"C_m \leftarrow C_m + y_m(x)\,(2w - 1)",
        "Writing the word w adds +1 for each 1 and -1 for each 0 to the counters of the "
        "active locations.",
    ),
    Equation(
        r"z_u = 1 \;\text{if}\; \sum_m y_m(x)\, C_{m u} > 0, \;\text{else}\; 0",
        "Reading sums the counters of the active locations; each bit is the sign of its sum.",
    ),
    Equation(
        r"d' = (N - d)\,\Phi\!\left(-\frac{\phi(d) + \mu}{\sigma}\right) "
        r"+ d\,\Phi\!\left(-\frac{\phi(d) - \mu}{\sigma}\right), \quad "
        r"\phi(d) = M\,I(d)",
        "Expected distance after one read of a cue d bits away, for random words stored at "
        "themselves: phi locations vote for the stored word, and the pull mu towards the cue "
        "comes from its other neighbours. With a partner word, which is unrelated to the "
        "address, there is no pull: N Phi(-phi / sigma). The simple form takes all votes of "
        "other words as independent.",
    ),
    Equation(
        r"I(d) \approx e^{\beta\,(1 - 2d/N)}",
        "The share of locations that two addresses have in common falls nearly exponentially "
        "with their distance: reading is softmax attention over the stored words.",
    ),
    Equation(
        r"b_i = \begin{cases} 1 & g_i \le t \\ 0 & \text{otherwise} \end{cases}, \quad "
        r"t = \text{argmax}_s \; n_0(s)\, n_1(s)\, \bigl(\mu_0(s) - \mu_1(s)\bigr)^2",
        "A picture of your own becomes bits: laid on white paper and shrunk to 24 x 24 pixels, a "
        "pixel i is 1 where its shade g_i is no lighter than t, which parts the shades into n_0 "
        "dark and n_1 light ones whose means mu_0 and mu_1 are farthest apart for their numbers "
        "(Otsu).",
    ),
    Equation(
        r"x = (c_{1,a_1}, \; c_{2,a_2}, \; \dots, \; c_{n,a_n})",
        "A line of your own becomes bits: there are n places, as many as the longest line has "
        "letters, and the letter a at each place has a random pattern c of its own, blanks "
        "included. A wrong letter changes about half of its pattern; a word that is read is "
        "written out with the letters whose patterns are nearest.",
    ),
)

OBSERVABLES = (
    Images(
        ("pictures",), "Recall of one word, read by read", reading=readings.pictures_reading
    ),
    Curve(
        ("overlap_one_read", "overlap_final", "overlap_pair"),
        "Recall overlap against cue noise",
        x="cue_distance",
        y_label="overlap with the stored word",
        theory=("theory_overlap_auto", "theory_overlap_hetero", "theory_overlap_simple"),
        roles={
            "overlap_one_read": "recall",
            "overlap_final": "engram",
            "overlap_pair": "paired",
            "theory_overlap_auto": "recall",
            "theory_overlap_hetero": "paired",
            "theory_overlap_simple": "other",
        },
        reading=readings.overlap_reading,
    ),
    Curve(
        ("distance_one_read", "pair_errors"),
        "Where reading converges",
        x="cue_distance",
        y_label="wrong bits after one read",
        theory=(
            "theory_distance_auto", "theory_distance_hetero", "theory_distance_simple",
            "no_gain",
        ),
        marks=("critical_auto", "critical_hetero", "critical_simple"),
        roles={
            "distance_one_read": "recall",
            "pair_errors": "paired",
            "theory_distance_auto": "recall",
            "theory_distance_hetero": "paired",
            "theory_distance_simple": "other",
            "critical_auto": "recall",
            "critical_hetero": "paired",
            "critical_simple": "other",
        },
        reading=readings.critical_reading,
    ),
    Histogram(
        ("activated_histogram",),
        "Hard locations that an address activates",
        marks=("expected_activated",),
        roles={"activated_histogram": "engram"},
        reading=readings.activated_reading,
    ),
    Curve(
        ("shared_locations",),
        "Locations shared by cue and word",
        x="cue_distance",
        y_label="shared hard locations",
        theory=("theory_shared", "softmax_shared"),
        roles={"shared_locations": "cue", "softmax_shared": "inhibitory"},
        reading=readings.attention_reading,
    ),
)  # fmt: skip
