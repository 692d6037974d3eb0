r"""Hebb's rule beside what keeps it from running away: Oja, BCM and SPaSS on the same inputs.

Under Hebb's rule alone, dw/dt = mu u v, weights grow without end. Oja's rule keeps their length,
that of Bienenstock, Cooper and Munro lets inputs compete through a sliding threshold, SPaSS scales
them. The rules and their closed forms are in `models.plasticity.rate_rules`.
"""

from __future__ import annotations

import numpy as np

from models.plasticity import hebb_views as views
from models.plasticity.pieces import emit_in_pieces
from models.plasticity.rate_rules import (
    Floats,
    Inputs,
    bcm_course,
    bumps,
    hebb_course,
    leading_eigenvector,
    oja_course,
    spass_course,
)
from workbench import Choice, Cost, Count, Model, Quantity, Run

SAMPLES = 200
#: Length of the weight vector up to which Hebb's weights are drawn one by one.
OFF_SCALE = 10.0


class CorrelatedInputs(Model):
    """One neuron learns from correlated inputs under Hebb's rule, Oja's, BCM and SPaSS.

    Overlapping bumps of activity come in turn. Hebb's weights run away along the leading
    eigenvector of the correlations; Oja's stop there; BCM's become selective for one pattern, by
    chance of the start; SPaSS keeps all, graded. Time is in units of 1 / mu.
    """

    key = "hebb"
    title = "Hebb's runaway, and three rules that tame it"
    summary = "Hebb's weights run away; Oja, BCM and SPaSS make something of the same inputs."
    pace = "live"
    references = views.REFERENCES
    equations = views.EQUATIONS
    observables = views.OBSERVABLES
    presets = views.PRESETS

    patterns = Count(
        5, bounds=(1, 8), unit="1", group="Inputs", doc="bumps of activity that come in turn"
    )  # fmt: skip
    width = Quantity(
        1.5, bounds=(0.3, 6.0), unit="1", step=0.1, group="Inputs", label="width of a bump",
        doc="standard deviation of a bump in inputs: how far neighbours are correlated",
    )  # fmt: skip
    favour = Quantity(
        1.3, bounds=(1.0, 5.0), unit="1", step=0.1, group="Inputs", label="favoured pattern",
        doc="how many times as often the middle pattern comes as any other",
    )  # fmt: skip
    rule = Choice(
        views.NAMES["bcm"], options=list(views.NAMES.values()), group="Rules",
        label="weights shown", doc="the rule whose single weights are drawn over time",
    )  # fmt: skip
    threshold_time = Quantity(
        0.1, bounds=(0.02, 3.0), unit="1/mu", log=True, group="Rules", label="threshold time",
        doc="time constant of BCM's sliding threshold; too slow a threshold lets weights swing",
    )  # fmt: skip
    kappa = Quantity(
        3.0, bounds=(0.05, 20.0), unit="1", log=True, group="Rules",
        doc="ratio of the Hebbian to the scaling rate of SPaSS",
        source="Tetzlaff et al. 2012",
    )  # fmt: skip
    duration = Quantity(
        20.0, bounds=(1.0, 100.0), unit="1/mu", step=1.0, group="Run",
        doc="how long the weights are followed",
    )  # fmt: skip
    target_rate = Quantity(
        1.0, bounds=(0.05, 5.0), unit="1", step=0.05, group="Rules", label="target rate",
        doc="target activity v_T of SPaSS",
    )  # fmt: skip
    inputs = Count(
        20, bounds=(2, 48), unit="1", group="Inputs", doc="inputs of the neuron, along a line"
    )  # fmt: skip

    def cost(self) -> Cost:
        """Estimate a run: some milliseconds."""
        return Cost(0.05 + 0.001 * self.inputs, int(1e6 + 1e4 * self.inputs), lower="inputs")

    def simulate(self, run: Run) -> None:
        """Let all rules learn from the same start."""
        heard = bumps(self.inputs, self.patterns, self.width, self.favour)
        start = 0.1 + 0.05 * run.rng.random(self.inputs)
        times = np.linspace(0.0, self.duration, SAMPLES)
        shape, growth = hebb_course(heard, start, times)
        threshold, courses = self.stable_courses(heard, start, times)
        value, vector = leading_eigenvector(heard.correlations)
        ends = {"hebb": shape[-1]} | {name: course[-1] for name, course in courses.items()}
        named = {views.NAMES[name]: course for name, course in courses.items()}
        shown = named.get(self.rule, hebb_on_scale(shape, growth))
        emit_in_pieces(
            run,
            views.course(times, shape, growth, courses, shown)
            | views.bcm(courses["bcm"] @ heard.patterns.T, threshold),
            views.fields(heard, ends, vector) | views.numbers(value, self.rule),
            "learning",
        )

    def stable_courses(
        self, heard: Inputs, start: Floats, times: Floats
    ) -> tuple[Floats, dict[str, Floats]]:
        """Return BCM's threshold, and the courses of the rules that stay finite."""
        bcm, threshold = bcm_course(heard, start, times, self.threshold_time)
        return threshold, {
            "oja": oja_course(heard, start, times),
            "bcm": bcm,
            "spass": spass_course(heard, start, times, self.target_rate, self.kappa),
        }


def hebb_on_scale(shape: Floats, growth: Floats) -> Floats:
    """Return Hebb's weights as long as they can be drawn, NaN from there on."""
    weights = shape * np.exp(np.minimum(growth, 300.0))[:, None]
    weights[np.linalg.norm(weights, axis=1) > OFF_SCALE] = np.nan
    return weights
