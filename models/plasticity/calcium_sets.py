"""The nine parameter sets of Graupner and Brunel's calcium-based rule (2012, tables 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass

from workbench import Reference

GRAUPNER_2012 = Reference(
    "Graupner M, Brunel N", 2012,
    "Calcium-based plasticity model explains sensitivity of synaptic changes to spike pattern, "
    "rate, and dendritic location",
    "Proceedings of the National Academy of Sciences 109:3991-3996",
    doi="10.1073/pnas.1109359109",
)  # fmt: skip


@dataclass(frozen=True)
class ParameterSet:
    """A synapse.

    Attributes
    ----------
    decay : float
        Time constant tau_Ca of calcium, ms.
    pre, post : float
        Calcium C_pre and C_post that a pre- and a postsynaptic spike add, in units of the
        depression threshold.
    depression_threshold, potentiation_threshold : float
        theta_d and theta_p, in the same units.
    depression_rate, potentiation_rate : float
        gamma_d and gamma_p: how fast the efficacy falls or rises above a threshold, in units of
        1 / `time_constant`.
    noise : float
        sigma, amplitude of the noise that acts above the thresholds.
    time_constant : float
        tau of the efficacy, s.
    delay : float
        D, from the presynaptic spike to its calcium, ms.
    down_share : float
        beta, share of synapses that are DOWN at first.
    ratio : float
        b, strength of an UP synapse in units of that of a DOWN one.
    """

    decay: float
    pre: float
    post: float
    depression_threshold: float
    potentiation_threshold: float
    depression_rate: float
    potentiation_rate: float
    noise: float
    time_constant: float
    delay: float
    down_share: float
    ratio: float


#: Efficacy above which a synapse ends UP (rho*).
BARRIER = 0.5
#: Name -> the synapse; letters tell the order of depression (D) and potentiation (P) in time.
PARAMETER_SETS = {
    "DP": ParameterSet(20, 1, 2, 1, 1.3, 200, 321.808, 2.8284, 150, 13.7, 0.5, 5),
    "DPD": ParameterSet(20, 0.9, 0.9, 1, 1.3, 250, 550, 2.8284, 150, 4.6, 0.5, 5),
    "DPD'": ParameterSet(20, 1, 2, 1, 2.5, 50, 600, 2.8284, 150, 2.2, 0.5, 5),
    "P": ParameterSet(20, 2, 2, 1, 1.3, 160, 257.447, 2.8284, 150, 0, 0.5, 5),
    "D": ParameterSet(20, 0.6, 0.6, 1, 1.3, 500, 550, 5.6568, 150, 0, 0.5, 5),
    "D'": ParameterSet(20, 1, 2, 1, 3.5, 60, 600, 2.8284, 150, 0, 0.5, 5),
    "hippocampal slices": ParameterSet(
        48.8373, 1, 0.275865, 1, 1.3, 313.0965, 1645.59, 9.1844, 688.355, 18.8008, 0.7, 5.28145
    ),
    "hippocampal cultures": ParameterSet(
        11.9536, 0.58156, 1.76444, 1, 1.3, 61.141, 113.6545, 2.5654, 33.7596, 10, 0.5, 36.0263
    ),
    "cortical slices": ParameterSet(
        22.6936, 0.5617539, 1.23964, 1, 1.3, 331.909, 725.085, 3.3501, 346.3615, 4.6098, 0.5,
        5.40988,
    ),
}  # fmt: skip
