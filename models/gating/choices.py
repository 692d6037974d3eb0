"""The methods by name, and the settings that each is used with unless told otherwise."""

from __future__ import annotations

from models.gating.scenarios import DOMAIN, PERMUTED, TASK

SDMLP, METAPLASTIC, GATING = "SDMLP", "metaplastic", "engram gating"
NAIVE, EWC, SI, REHEARSAL, JOINT = "naive", "EWC", "SI", "rehearsal", "joint"
#: Method -> the end of its variables' names, and the role whose colour it has.
METHODS = {
    SDMLP: ("sdmlp", "engram"),
    METAPLASTIC: ("metaplastic", "excitatory"),
    GATING: ("gating", "recall"),
    NAIVE: ("naive", "other"),
    EWC: ("ewc", "inhibitory"),
    SI: ("si", "paired"),
    REHEARSAL: ("rehearsal", "cue"),
    JOINT: ("joint", "theory"),
}
BASELINES = (NAIVE, EWC, SI, REHEARSAL, JOINT)
BINARISED = (METAPLASTIC, GATING)
ONE, ALL = "the naive network", "all baselines"
OWN = "the method's own"
#: Learning rates: of SDMLP by SGD (Bricken et al. 2023), of the binarised networks (Laborieux et
#: al. 2021), and of Adam elsewhere.
RATES = {SDMLP: 0.05, METAPLASTIC: 0.005, GATING: 0.005}
RATE = 1e-3
#: Strengths of the penalties for digits; they depend on data, scenario and scale of the Fisher.
STRENGTHS = {EWC: 100.0, SI: 1.0}

_BINARISED = {"units": 256, "epochs": 20, "batch": 32}
#: The best of a search (models.gating.search), over the models' own parameters.
PRESETS = {
    "SDMLP without its switch": {"gaba": False},
    "SDMLP, its switch stuck": {"gaba_threshold": 200_000.0},
    "SDMLP by Adam": {"optimizer": "Adam"},
    "All baselines, class-incremental": {"beside": ALL, "epochs": 40},
    "Domain-incremental: all baselines": {"beside": ALL, "epochs": 40, "scenario": DOMAIN},
    "Task-incremental: all baselines": {"beside": ALL, "epochs": 40, "scenario": TASK},
    "Metaplasticity, permuted digits (Laborieux 2021)": {
        **_BINARISED, "method": METAPLASTIC, "scenario": DOMAIN, "kind": PERMUTED, "tasks": 4,
        "metaplasticity": 10.0, "own_normalisation": True, "batch": 100, "epochs": 40,
    },
    "Permuted digits without metaplasticity": {
        **_BINARISED, "method": METAPLASTIC, "scenario": DOMAIN, "kind": PERMUTED, "tasks": 4,
        "metaplasticity": 0.0, "own_normalisation": True, "batch": 100, "epochs": 40,
    },
    "Engram gates (after Aguilar 2025)": {
        **_BINARISED, "method": GATING, "metaplasticity": 4.0, "open_share": 0.5,
    },
    "Gates keyed by task, domain-incremental": {
        **_BINARISED, "method": GATING, "scenario": DOMAIN, "gate": "keyed by task",
        "open_share": 0.2, "metaplasticity": 4.0, "epochs": 10, "batch": 100,
    },
}  # fmt: skip
