"""The choices of the recall experiment by name, and the settings worth beginning from."""

HAMMING, SELECTED = "Hamming circle", "selected coordinates"
DIGITS, RANDOM = "handwritten digits", "random words"
OWN_PICTURE, OWN_LINES = "your picture among digits", "your lines of text"
BALANCED, INK = "darker than its median", "inked"
CPU, GPU = "processor", "GPU"

#: Name -> values of the parameters that differ from their defaults.
PRESETS = {
    "Random words, where theory holds": {"patterns": RANDOM, "stored": 1000},
    "Balanced pixels, nearer to theory": {"pixel_code": BALANCED, "stored": 300},
    "Digits as they are, without context": {
        "image_share": 1.0, "stored": 50,
    },
    "Overloaded": {"stored": 1700, "hard_locations": 20_000},
    "Your own picture": {"patterns": OWN_PICTURE, "image_share": 0.58, "stored": 50},
    "Your own words": {"patterns": OWN_LINES, "cue_line": "the sea", "cue_noise": 0.0},
    "A million locations at once (Jaeckel)": {
        "design": SELECTED, "hard_locations": 1_000_000, "stored": 1000, "patterns": RANDOM,
    },
    "Kanerva's canonical memory": {
        "patterns": RANDOM, "hard_locations": 1_000_000, "stored": 10_000, "cues": 64,
    },
}  # fmt: skip
