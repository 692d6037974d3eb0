r"""SPaSS along a chain of layers: weak inputs fade, strong ones travel.

Each layer is driven by the one before and finds its own weight, so at rest its activity is that of
one synapse with the activity of the layer before for its input (Tetzlaff et al. 2012),

.. math:: v_{n+1} = \frac{v_T}{2} + \left[\kappa v_n^3 + \frac{v_T^2}{4}\right]^{1/2}.

This map rests at v = v_T + kappa v^2, that is at two activities as long as 4 kappa v_T < 1: below
the upper one a trace fades to the lower one, above it the trace grows from layer to layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.plasticity import spass_chain_views as views
from models.plasticity.pieces import axis, emit_in_pieces
from models.plasticity.rate_rules import followed
from models.plasticity.references import TETZLAFF_2012
from models.plasticity.spass import fixed_point, integrate
from workbench import Cost, Count, Model, Quantity, Run, variable

Floats = NDArray[np.float64]
SAMPLES = 200
#: Layers after which one sees whether a trace travels, and activity above which it surely does.
FAR, CEILING = 60, 1e6
#: Highest activity at rest of a layer whose course is followed.
FOLLOWED = 1e3
#: Rows and columns of the map on the page.
SIDE = 60


def layer_map(activity: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike) -> Floats:
    """Return the activity at rest of the layer behind one with this activity; they broadcast."""
    v, target = np.asarray(activity, float), np.asarray(target_rate, float)
    return target / 2 + np.sqrt(np.asarray(kappa, float) * v * v * v + target**2 / 4)


def rest_activities(target_rate: ArrayLike, kappa: ArrayLike) -> tuple[Floats, Floats]:
    r"""Return the activities that a chain hands on unchanged, the stable one first.

    .. math:: v_\pm = \frac{1 \pm \sqrt{1 - 4 \kappa v_T}}{2 \kappa}

    Returns
    -------
    fading, threshold : ndarray
        v- to which weak traces fade, and v+ above which a trace travels; NaN where 4 kappa v_T > 1
        and every trace grows.
    """
    target, ratio = np.broadcast_arrays(np.asarray(target_rate, float), np.asarray(kappa, float))
    with np.errstate(invalid="ignore"):
        root = np.sqrt(1 - 4 * ratio * target)
    return 2 * target / (1 + root), (1 + root) / (2 * ratio)


def along_chain(
    input_rate: ArrayLike, target_rate: ArrayLike, kappa: ArrayLike, layers: int
) -> Floats:
    """Return the activities at rest of all layers, shape (layers + 1, ...), the input first.

    Activities above `CEILING` stay there; the other arguments broadcast.
    """
    given = np.broadcast_arrays(*(np.asarray(x, float) for x in (input_rate, target_rate, kappa)))
    found = [given[0]]
    for _ in range(layers):
        found.append(np.minimum(layer_map(found[-1], given[1], given[2]), CEILING))
    return np.array(found)


def found_threshold(target_rate: ArrayLike, kappa: ArrayLike, steps: int = 30) -> Floats:
    """Return the weakest input that travels, by halving and following chains; NaN for none.

    The lower end of the search is v_T, from which a trace may still rise to v- and stay there:
    so what counts is whether it goes beyond every rest, that is beyond 1 / kappa.
    """
    target, ratio = np.broadcast_arrays(np.asarray(target_rate, float), np.asarray(kappa, float))
    low, high = np.zeros_like(target), 2.0 / ratio
    for _ in range(steps):
        middle = (low + high) / 2
        activity = middle
        for _ in range(FAR):
            activity = np.minimum(layer_map(activity, target, ratio), CEILING)
        up = activity > 1.0 / ratio
        low, high = np.where(up, low, middle), np.where(up, middle, high)
    return np.where(4 * ratio * target < 1, high, np.nan)


def chain_course(
    input_rate: float, target_rate: float, kappa: float, layers: int, times: Floats
) -> Floats:
    """Return the activities over time of all layers, whose weights start at 0.5.

    Returns
    -------
    ndarray, shape (times, layers)
        NaN in layers whose activity at rest is above `FOLLOWED`.
    """
    rest = along_chain(input_rate, target_rate, kappa, layers)[1:]
    kept = int(np.argmax(rest > FOLLOWED)) if (rest > FOLLOWED).any() else layers

    def activities(weights: Floats) -> Floats:
        return np.asarray(input_rate * np.cumprod(weights, axis=-1), np.float64)

    def slope(_time: float, weights: Floats) -> Floats:
        after = activities(weights)
        before = np.append(input_rate, after[:-1])
        return before * after + (target_rate - after) * weights**2 / kappa

    found = np.full((times.size, layers), np.nan)
    if kept:
        found[:, :kept] = activities(followed(slope, np.full(kept, 0.5), times))
    return found


class FeedForwardChain(Model):
    """A chain of layers, each with Hebbian plasticity and scaling (Tetzlaff et al. 2012).

    Whether an input leaves a short trace or a long one is decided by a threshold, which follows
    from the activities that a layer hands on unchanged. The rule draws no random numbers.
    """

    key = "spass_chain"
    title = "SPaSS chain: which inputs travel"
    summary = "A weak input fades along a chain of scaled synapses; above a threshold it travels."
    pace = "live"
    references = (TETZLAFF_2012,)
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    input_rate = Quantity(
        3.0, bounds=(0.1, 8.0), unit="1", step=0.02, group="Chain", label="input",
        doc="activity u at the beginning of the chain",
    )  # fmt: skip
    target_rate = Quantity(
        1.0, bounds=(0.05, 3.0), unit="1", step=0.05, group="Chain", label="target rate",
        doc="target activity v_T that scaling pulls each layer towards",
    )  # fmt: skip
    kappa = Quantity(
        0.2, bounds=(0.02, 2.0), unit="1", log=True, group="Chain",
        doc="ratio of the Hebbian rate to the scaling rate",
    )  # fmt: skip
    layers = Count(8, bounds=(1, 20), unit="1", group="Chain", doc="layers of the chain")
    duration = Quantity(
        6.0, bounds=(0.5, 50.0), unit="1/mu", step=0.5, group="Run",
        doc="how long the weights of all layers are followed",
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.002 * self.layers, 1_000_000 + 10_000 * self.layers, lower="layers")

    def simulate(self, run: Run) -> None:
        """Follow the chain in time and at rest, and scan kappa and v_T."""
        times = np.linspace(0.0, self.duration, SAMPLES)
        values = self.input_rate, self.target_rate, self.kappa
        course = chain_course(*values, self.layers, times)
        fading, threshold = (float(x) for x in rest_activities(*values[1:]))
        fixed = views.chain(along_chain(*values, self.layers), self.beside(threshold))
        fixed |= views.rests(self.input_rate, fading, threshold) | self.mapped(threshold)
        fixed |= self.scan("kappa", np.geomspace(0.02, 2.0, 200), np.geomspace(0.03, 0.95, 9))
        fixed |= self.scan("target_rate", np.linspace(0.05, 3.0, 200), np.linspace(0.1, 2.9, 9))
        grown = axis("time", times, "1/mu", "time")
        grown["layer_activity"] = variable(("time", "unit"), course, "1", "activity of a layer")
        emit_in_pieces(run, grown, fixed | self.outcomes(), "layers settle")

    def beside(self, threshold: float) -> tuple[Floats, Floats]:
        """Return the chain's activities for inputs 1 % below and above the threshold."""
        below, above = (along_chain(share * threshold, self.target_rate, self.kappa, self.layers)
                        for share in (0.99, 1.01))  # fmt: skip
        return below, above

    def mapped(self, threshold: float):
        """Return the layer map with the ends of simulated synapses on it."""
        most = 1.4 * max(self.input_rate, threshold if threshold < 50 else 0.0, self.target_rate)
        grid, probes = np.linspace(0.0, most, 120), np.linspace(0.1, 1.0, 10) * most
        ends = settled(probes, self.target_rate, self.kappa)
        return views.mapped(grid, layer_map(grid, self.target_rate, self.kappa), probes, ends)

    def scan(self, name: str, grid: Floats, probes: Floats):
        """Return the rest activities along one parameter, and thresholds that were found."""

        def of(values: Floats) -> tuple[Floats, Floats]:
            pair = {"target_rate": self.target_rate, "kappa": self.kappa, name: values}
            target, kappa = np.broadcast_arrays(pair["target_rate"], pair["kappa"])
            return target, kappa

        rest = rest_activities(*of(probes))
        faded = along_chain(0.5 * rest[1], *of(probes), FAR)[-1]
        found = faded, found_threshold(*of(probes), 16)
        return views.scan(
            name, grid, rest_activities(*of(grid)), probes, found, getattr(self, name)
        )

    def outcomes(self):
        """Return what becomes of the input over kappa and v_T, by following chains."""
        kappas, targets = np.geomspace(0.02, 2.0, SIDE), np.linspace(0.05, 3.0, SIDE)
        return views.outcomes(targets, kappas, outcome(self.input_rate, targets[:, None], kappas))


def outcome(input_rate: float, target_rate: ArrayLike, kappa: ArrayLike) -> NDArray[np.int64]:
    """Return 0 where a trace fades, 1 where it travels, 2 where even the weakest one does."""
    ratio = np.asarray(kappa, float)
    weakest, this = (
        along_chain(rate, target_rate, ratio, FAR)[-1] > 1.0 / ratio for rate in (0.0, input_rate)
    )
    return np.where(weakest, 2, this.astype(int))


def settled(input_rates: Floats, target_rate: float, kappa: float) -> Floats:
    """Return where the rule takes the activities behind single synapses, by following weights."""
    weights, _ = fixed_point(input_rates, target_rate, kappa)
    lasting = 40.0 / max(float(input_rates.min()) ** 2, 1e-3)
    ended = integrate(
        0.5 * weights,
        np.array([0.0, lasting]),
        input_rates,
        target_rate,
        kappa,
    )
    return ended[-1] * input_rates
