"""The choices of the experiment by name, and the settings worth beginning from."""

WILLSHAW, HEBBIAN, COVARIANCE, DENSE = "Willshaw", "Hebbian", "covariance", "dense"
DISTRIBUTED = "sparse distributed"
RANDOM, FAMILIES, DIGITS = "random", "families", "handwritten digits"
LEFT_OUT, REPLACED = "units left out", "units replaced"
WINNERS, THRESHOLD = "k winners", "threshold"

_AMARI = {"rule": COVARIANCE, "patterns": RANDOM, "units": 4000, "active": 40, "stored": 6000}

#: Name -> values of the parameters that differ from their defaults.
PRESETS = {
    "Willshaw 1969: all that agree": {
        "patterns": RANDOM, "units": 2000, "active": 11, "stored": 4000, "control": THRESHOLD,
        "damage": 0.2,
    },
    "Palm 1980: 13 of 10,000 units, 100,000 patterns": {
        "patterns": RANDOM, "units": 10_000, "active": 13, "stored": 100_000, "damage": 0.3,
    },
    "Tsodyks and Feigelman 1988: one unit in a hundred": {
        **_AMARI, "stored": 10_000, "damage": 0.1,
    },
    "Amari 1989: activity held, a wide basin": {**_AMARI, "cue": REPLACED},
    "Amari 1989: the same with a fixed threshold": {
        **_AMARI, "cue": REPLACED, "control": THRESHOLD,
    },
    "Hopfield 1982: half of the units, 0.1 N patterns": {
        "rule": COVARIANCE, "patterns": RANDOM, "units": 1000, "active": 500, "stored": 100,
        "cue": REPLACED, "damage": 0.2, "steps": 10,
    },
    "The Hebbian rule, where units in many patterns win": {
        "rule": HEBBIAN, "patterns": RANDOM, "units": 1000, "active": 50, "stored": 300,
        "cue": REPLACED,
    },
    "The same patterns with the covariance rule": {
        "rule": COVARIANCE, "patterns": RANDOM, "units": 1000, "active": 50, "stored": 300,
        "cue": REPLACED,
    },
    "Ramsauer et al. 2021: every pattern kept": {"rule": DENSE, "stored": 1000},
    "Families: what is alike is confused": {
        "patterns": FAMILIES, "units": 2000, "active": 40, "stored": 1000, "similarity": 0.8,
    },
}  # fmt: skip
