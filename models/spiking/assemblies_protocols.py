"""What can be done to modular assemblies: the kinds of event, the story, and presets."""

from __future__ import annotations

from models.spiking.assemblies_layout import ANTI_HEBBIAN, HEBBIAN, LEARNT, PROTO
from models.spiking.assemblies_stimuli import MODULES
from models.spiking.instrumented import interventions
from workbench import EventKind

#: Signs of the cells' constant input.
EITHER, POSITIVE = "either sign", "positive"
KINDS = {
    "rest": EventKind("no stimulus", "", phase=True),
    "learn": EventKind(
        "each second a random module is stimulated for 0.8 s", "paired",
        strength=(0, 4), phase=True,
    ),
    "cue": EventKind(
        "a few cells of a module are stimulated", "cue", targets=MODULES,
        strength=(0, 4), phase=True,
    ),
    **interventions("excitatory", "inhibitory", "Hebbian", "anti-Hebbian", *MODULES),
}  # fmt: skip
STORY = (
    "0-5 rest; 5-40 learn; 40-50 rest; 50-51.5 cue module 1; 51.5-56 rest; "
    "56-57.5 cue module 2; 57.5-60 rest"
)
LEARNING = "0-5 rest; 5-40 learn; 40-100 rest"
#: Both modules form; then the cells are tagged that fire fast while half of module 1 is cued.
TAGGED = "0-5 rest; 5-40 learn; 40-42 rest; 42-44 cue module 1; 42-44 tag excitatory; 44-48 rest"
NATURAL = f"{TAGGED}; 48-50 cue module 1; 50-54 rest"
LIGHT = f"{TAGGED}; 48-54 rest; 48-50 light tagged"
SILENCED = (
    f"{TAGGED}; 48-50 cue module 1; 48-50 silence tagged x 3; 50-54 rest; "
    "54-56 cue module 1; 54-56 silence module 2 x 3; 56-60 rest"
)
#: Three modules: the first is tagged, the second cued, and then the first and the third.
CONTEXTS = (
    "0-5 rest; 5-55 learn; 55-57 rest; 57-59 cue module 1; 57-59 tag excitatory; 59-63 rest; "
    "63-73 cue module 2; 73-78 rest; 78-80 cue module 1; 80-84 rest; 84-86 cue module 3; 86-88 rest"
)
FALSE = f"{CONTEXTS}; 63-73 light tagged"
#: A cue reaches half of a module, and few cells besides those that it reaches get tagged.
HALF = {"cue_cells": 20, "tag_rate": 20.0}
HALF_OF_THREE = {"modules": 3, "cue_cells": 13, "tag_rate": 20.0}
FORGOTTEN = "0-5 rest; 5-6.5 cue module 1; 6.5-400 rest; 400-401.5 cue module 1; 401.5-405 rest"
PRESETS = {
    "Fig 1D: both kinds of inhibition": {"protocol": LEARNING},
    "Fig 1C: Hebbian inhibition only": {"protocol": LEARNING, "inhibition": HEBBIAN},
    "Fig 1B: anti-Hebbian inhibition only": {"protocol": LEARNING, "inhibition": ANTI_HEBBIAN},
    "After Fig 2: consolidation at rest": {
        "protocol": "0-4000 rest", "start": PROTO, "excitability": POSITIVE, "frame": 1000,
    },
    "Fig 4: four modules": {
        "protocol": "0-5 rest; 5-180 learn; 180-200 rest", "modules": 4, "frame": 200,
    },
    "Natural recall": {"protocol": NATURAL, **HALF},
    "Light recalls without a cue": {"protocol": LIGHT, **HALF},
    "Recall is lost while the engram is silenced": {"protocol": SILENCED, **HALF},
    "A false memory": {"protocol": FALSE, **HALF_OF_THREE},
    "A false memory: without the light": {"protocol": CONTEXTS, **HALF_OF_THREE},
    "Forgetting at rest": {
        "protocol": FORGOTTEN, "start": LEARNT, "forgetting": 2.0, "frame": 500,
    },
}  # fmt: skip
