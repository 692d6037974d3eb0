"""What the network of modular assemblies shows, and the equations behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spiking import assemblies_readings as readings
from models.spiking.assemblies_layout import Layout
from models.spiking.assemblies_measures import PATHWAYS, ModuleOrder
from models.spiking.electrode import Signal
from models.spiking.views import CALCIUM, RASTER, RESPONSE, STRIP
from workbench import Curve, Equation, Matrix, Reference, Trace, variable

BERGOIN_2025 = Reference(
    "Bergoin R, Torcini A, Deco G, Quoy M, Zamora-López G", 2025,
    "Emergence and maintenance of modularity in neural networks with Hebbian and anti-Hebbian "
    "inhibitory STDP",
    "PLoS Computational Biology 21:e1012973", doi="10.1371/journal.pcbi.1012973",
)  # fmt: skip
CELL_NAMES = {"E": "excitatory", "H": "Hebbian", "A": "anti-Hebbian", "I": "inhibitory"}
ROLES = {"E": "excitatory", "H": "inhibitory", "A": "paired"}
#: Most columns of the picture of synchrony.
COLUMNS = 2000


def grid(duration: float, frame: float) -> NDArray[np.float64]:
    """Return the times (s) at which synchrony is taken, half a step off those of spikes."""
    step = max(0.1, frame, duration / COLUMNS)
    return step * np.arange(1, round(duration / step) + 1, dtype=np.float64) - 0.0005


def shown(
    layout: Layout,
    rates: NDArray[np.float64],
    weights: NDArray[np.float64],
    means: dict[str, float],
    order: ModuleOrder,
) -> dict[str, Any]:
    """Return the variables that the model adds to a frame.

    Parameters
    ----------
    layout : Layout
        The cells.
    rates : shape (cells,)
        Rate of each since the last frame (Hz).
    weights : shape (synapses,)
        All weights, in the order of the wiring.
    means : mapping
        Mean weights of the pathways.
    order : ModuleOrder
        Synchrony so far.
    """
    excitatory = layout.kind == "E"
    by_module = [[rates[members].mean()] for members in layout.ensembles]
    return {
        "rate_E": along_time(rates[excitatory].mean(), "Hz", "excitatory cells"),
        "rate_I": along_time(rates[~excitatory].mean(), "Hz", "inhibitory cells"),
        "module_rate": variable(("module", "time"), by_module, "Hz", "rate"),
        **{name: along_time(value, "1", pathway(name)) for name, value in means.items()},
        "module_order": variable(("module", "order_time"), order.order(), "1", "order parameter"),
        "module_order_2": variable(
            ("module", "order_time"), order.order(2), "1", "order parameter of doubled phases"
        ),
        "weights": variable(("post", "pre"), matrix(layout, weights), "1", "weight"),
    }


def matrix(layout: Layout, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights as a matrix, the postsynaptic cells down; NaN where nothing is wired."""
    full = np.full((layout.cells, layout.cells), np.nan)
    full[layout.wired] = weights
    return full.T


def fixed(layout: Layout, order: ModuleOrder) -> dict[str, Any]:
    """Return the variables that stay as they are during a run."""
    cells = np.arange(layout.cells)
    return {
        "module": variable("module", np.arange(1, layout.modules + 1), "1", "module"),
        "order_time": variable("order_time", order.times, "s", "time"),
        "post": variable("post", cells, "1", "postsynaptic cell"),
        "pre": variable("pre", cells, "1", "presynaptic cell"),
        "block": variable("border", layout.borders, "1", "first cell of a kind in a module"),
        "cell_kind": variable("cell", layout.kind, "1", "kind of cell, E, H or A"),
        "cell_module": variable("cell", layout.module + 1, "1", "module"),
    }


def along_time(value: float, units: str, long_name: str):
    """Return one value along time."""
    return variable("time", [value], units, long_name)


def pathway(name: str) -> str:
    """Return the words for a name such as "HE_within"."""
    pre, post = (CELL_NAMES[end] for end in name[:2])
    return f"{pre} to {post}"


def weight_courses() -> tuple[Trace, ...]:
    """Return the pictures of mean weights, onto each kind of cell, within and between modules."""
    made = []
    for post, onto in (("E", "excitatory"), ("I", "inhibitory")):
        for where in ("within", "between"):
            names = tuple(f"{name}_{where}" for name in PATHWAYS if name[1] == post)
            made.append(
                Trace(
                    names, f"Onto {onto} cells, {where} modules", y_label="mean weight",
                    roles={name: ROLES[name[0]] for name in names},
                    reading=readings.course_reading(*names),
                )
            )  # fmt: skip
    return tuple(made)


#: What the electrode records.
SIGNALS = {
    "v": Signal("potential", "1", 1.0, "membrane variable v"),
    "from_E": Signal("from_excitation", "1", 1.0, "excitatory input"),
    "from_I": Signal("from_inhibition", "1", 1.0, "inhibitory input"),
}
OBSERVABLES = (
    Matrix(
        ("weights",), "Weights, by kind of cell and module",
        borders=("block",), reading=readings.weights_reading,
    ),
    STRIP,
    RASTER,
    Trace(
        ("rate_E", "rate_I"), "Mean rates", y_label="rate",
        roles={"rate_E": "excitatory", "rate_I": "inhibitory"}, reading=readings.rate_reading,
    ),
    Matrix(
        ("module_rate",), "Excitatory rate of each module",
        reading=readings.recall_reading,
    ),
    Matrix(("module_order",), "Synchrony of each module", reading=readings.order_reading),
    *weight_courses(),
    RESPONSE,
    Curve(
        ("potential",), "An electrode in one cell: its membrane", x="before_now", joined=True,
        roles={"potential": "excitatory"}, reading=readings.potential_reading,
    ),
    Curve(
        ("from_excitation", "from_inhibition"), "An electrode in one cell: its input",
        x="before_now", joined=True, y_label="input",
        roles={"from_excitation": "excitatory", "from_inhibition": "inhibitory"},
        reading=readings.input_reading,
    ),
    CALCIUM,
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"\tau_m \frac{dv_i}{dt} = v_i^2 + \eta_i + I_i(t) + g\left(s_i^E + 4 s_i^H + 2 s_i^A"
        r"\right) + \sqrt{\tau_m}\,\xi_i(t)",
        "A quadratic integrate-and-fire cell, dimensionless. At v = 10 it is frozen, sends its "
        "spike 2 ms later, and after another 1 to 2 ms starts anew at -10; spikes that arrive "
        "meanwhile are lost.",
    ),
    Equation(
        r"\frac{ds_i^X}{dt} = -\frac{s_i^X}{\tau_X} + \frac{1}{n_i^X}\sum_{j \in X} w_{ij} "
        r"\sum_k \delta(t - t_j^k)",
        "Input from excitatory (E, 2 ms), Hebbian (H, 5 ms) and anti-Hebbian (A, 5 ms) cells; n "
        "is one more than the number of such cells. Inhibitory weights lie from -1 to 0, "
        "excitatory ones from 0 to 1.",
    ),
    Equation(
        r"\frac{dw_{ij}}{dt} = \epsilon\left[-\tanh\left(100 (w_{ij} - w_{hi})\right) \Lambda^{+}"
        r"(\Delta t) + \tanh\left(100 (w_{ij} - w_{lo})\right) \Lambda^{-}(\Delta t)\right]",
        "Each spike of either cell moves the weight for 1 ms, by the interval between the last "
        "spikes of both, t post - t pre; the bounds are soft.",
    ),
    Equation(
        r"\Lambda_E = 5.296\cdot 2^{-\Delta t / 20} - 2.949\cdot 2^{-4 \Delta t / 20} - f "
        r"\quad (\Delta t \ge 0), \qquad "
        r"5.296\cdot 2^{4 \Delta t / 50} - 2.949\cdot 2^{\Delta t / 50} - f \quad (\Delta t < 0)",
        "Excitatory synapses, times in ms: strengthened where the presynaptic cell fired first, "
        "weakened after it. Forgetting f is 0.2 over the number of modules.",
    ),
    Equation(
        r"\Lambda_A = 3\left(1 - \frac{\Delta t^2}{\tau^2}\right) "
        r"e^{-\Delta t^2 / 2 \tau^2} - f, \qquad \Lambda_H = -\Lambda_A, \qquad "
        r"\tau = 100\,\mathrm{ms}",
        "Inhibitory synapses: firing together makes Hebbian inhibition strong (more negative) "
        "and anti-Hebbian inhibition weak.",
    ),
    Equation(
        r"R_m(t) = \left|\frac{1}{N_m}\sum_{j \in m} e^{i \phi_j(t)}\right|",
        "Synchrony of a module (Kuramoto): phases turn once from each spike of a cell to its next.",
    ),
)
