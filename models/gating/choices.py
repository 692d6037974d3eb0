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
    NAIVE: ("naive", "inhibitory"),
    EWC: ("ewc", "other"),
    SI: ("si", "paired"),
    REHEARSAL: ("rehearsal", "cue"),
    JOINT: ("joint", "theory"),
}
BASELINES = (NAIVE, EWC, SI, REHEARSAL, JOINT)
BINARISED = (METAPLASTIC, GATING)
ONE, ALL = "the naive network", "all baselines"
OWN = "the method's own"
#: Learning rates: of SDMLP by SGD (four times that of Bricken et al. 2023, for as many fewer
#: epochs), of the binarised networks (Laborieux et al. 2021), and of Adam elsewhere.
RATES = {SDMLP: 0.2, METAPLASTIC: 0.005, GATING: 0.005}
RATE = 1e-3
#: Strengths of the penalties for digits; they depend on data, scenario and scale of the Fisher.
STRENGTHS = {EWC: 100.0, SI: 1.0}

_BINARISED = {"units": 256, "epochs": 20, "batch": 32}
#: Settings worth beginning from; the best of a search are those of `models.gating.search`.
PRESETS = {
    "SDMLP without its switch": {"gaba": False},
    "SDMLP, its switch stuck": {"gaba_threshold": 50_000.0},
    "SDMLP at the published step (Bricken 2023)": {
        "learning_rate": 0.05, "epochs": 80, "gaba_threshold": 6000.0,
    },
    "SDMLP, the best of a search": {
        "optimizer": "SGD with momentum", "learning_rate": 0.24, "active": 1,
        "gaba_threshold": 1300.0, "epochs": 40,
    },
    "SDMLP by Adam": {"optimizer": "Adam", "learning_rate": 0.004},
    "All baselines, class-incremental": {"beside": ALL},
    "Domain-incremental: all baselines": {"beside": ALL, "scenario": DOMAIN},
    "Task-incremental: all baselines": {"beside": ALL, "scenario": TASK},
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
    "Engram gates, the best of a search": {
        "method": GATING, "units": 256, "epochs": 4, "batch": 32, "learning_rate": 0.001,
        "metaplasticity": 1.25, "open_share": 0.11, "gain": 1.6, "gate_learns": False,
        "gate_choice": "the likeliest always", "readout": "full precision",
    },
    "Gates keyed by task, domain-incremental": {
        **_BINARISED, "method": GATING, "scenario": DOMAIN, "gate": "keyed by task",
        "open_share": 0.2, "metaplasticity": 4.0, "epochs": 10, "batch": 100,
    },
}  # fmt: skip
