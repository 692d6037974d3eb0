"""What can be done to modular assemblies: the kinds of event, the story, and presets."""

from __future__ import annotations

from models.spiking.assemblies_layout import ANTI_HEBBIAN, HEBBIAN, LEARNT, PROTO
from models.spiking.assemblies_stimuli import MODULES
from models.spiking.instrumented import interventions
from workbench import EventKind

#: Signs of the cells' constant input.
EITHER, POSITIVE = "either sign", "positive"
KINDS = {
    "rest": EventKind("no stimulus", "other", phase=True),
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
TAGGED = (
    "0-5 rest; 5-40 learn; 40-45 rest; 45-46.5 cue module 1; 45-46.5 tag excitatory; "
    "46.5-52 rest; 48-49.5 light tagged; 52-53.5 cue module 1; 52-53.5 silence tagged; "
    "53.5-58 rest; 58-59.5 cue module 1; 59.5-60 rest"
)
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
    "Light in place of a cue": {"protocol": TAGGED, "tag_rate": 5.0},
    "Forgetting at rest": {
        "protocol": FORGOTTEN, "start": LEARNT, "forgetting": 2.0, "frame": 500,
    },
}  # fmt: skip
