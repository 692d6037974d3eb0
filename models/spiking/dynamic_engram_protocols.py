"""What can be done to the dynamic engram: the kinds of event, the story, and presets."""

from __future__ import annotations

from models.spiking.dynamic_engram_schedule import cues_begin
from models.spiking.instrumented import interventions
from models.spiking.stimulus_shapes import SHAPES
from workbench import EventKind, Protocol

SQUARE, CIRCLE = SHAPES[:2]
INHIBITORY, POTENTIATION = "inhibitory plasticity", "potentiation"
#: Cells by what the last training or test told of them.
TOLD = ("engram", "others", "training engram")
HALVES = {f"half of {name}": name for name in ("engram", "others", "inhibitory")}
KINDS = {
    "burn-in": EventKind("background activity alone", "", phase=True),
    "training": EventKind(
        "a shape is shown at random times", "engram", targets=SHAPES, phase=True
    ),
    "consolidation": EventKind(
        "a shape comes back now and then; inhibition learns faster", "paired", targets=SHAPES,
        phase=True,
    ),
    "rest": EventKind("consolidation in which no shape comes back", "", phase=True),
    "test": EventKind(
        "on a copy of the state, nothing plastic: the whole square tells the engram cells (40 % "
        "of the time), then partial cues of the four shapes take turns", "cue", phase=True,
    ),
    "block": EventKind(
        "a kind of plasticity is switched off", "other", targets=(INHIBITORY, POTENTIATION)
    ),
    **interventions("excitatory", "inhibitory", *TOLD, *HALVES),
}  # fmt: skip
TEST = 90.0  # s
PART = 150.0  # s of consolidation between two tests
#: Strength at which silenced cells do not fire, whatever excites them (rheobase).
SILENT = 5.0


def after(
    protocol: Protocol, phase: str = "consolidation", target: str = SQUARE, parts: int = 4
) -> Protocol:
    """Return the protocol with so many times 150 s of a phase and a test."""
    for _ in range(parts):
        protocol = protocol.then(phase, PART, target).then("test", TEST)
    return protocol


def cued(protocol: Protocol, kind: str, target: str, strength: float) -> Protocol:
    """Return the protocol with one more test, and something done to cells while it cues them."""
    tested = protocol.then("test", TEST)
    start = cues_begin(protocol.duration, tested.duration)
    return tested.during(kind, start, tested.duration, target, strength)


def blocked(what: str) -> Protocol:
    """Return the story with a kind of plasticity blocked in consolidation."""
    return STORY.during("block", TRAINED.duration, STORY.duration, what)


def trained_on_circle(protocol: Protocol) -> Protocol:
    """Return the protocol with a training on another shape, and a test."""
    return protocol.then("training", 100, CIRCLE).then("test", TEST)


TRAINED = Protocol().then("burn-in", 30).then("training", 150, SQUARE).then("test", TEST)
STORY = after(TRAINED)
#: In the last minute of training cells are tagged, and there is one test after consolidation.
TAGGED = (
    TRAINED.during("tag", 120, 180, "excitatory")
    .then("consolidation", 300, SQUARE)
    .then("test", TEST)
)
LEARNT, NOW = TRAINED.duration, TAGGED.duration
PROTOCOLS = {
    "Inhibitory plasticity blocked in consolidation": blocked(INHIBITORY),
    "Inhibition silenced in recall": cued(TAGGED, "silence", "half of inhibitory", SILENT),
    "Training engram blocked in recall": cued(TAGGED, "silence", "training engram", SILENT),
    "No reactivation in consolidation": after(TRAINED, "rest", ""),
    "No potentiation in consolidation": blocked(POTENTIATION),
    "Longer": after(TRAINED, parts=8),
    "Natural recall": TAGGED,
    "Light on half of the engram, without a cue": (
        TRAINED.then("rest", 24)
        .during("light", LEARNT + 4, LEARNT + 8, "half of engram", 3)
        .during("light", LEARNT + 14, LEARNT + 18, "half of others", 3)
    ),
    "Recall is lost while the engram is silenced": cued(
        cued(TAGGED, "silence", "tagged", SILENT), "silence", "others", SILENT
    ),
    "A false memory": trained_on_circle(TAGGED).during("light", NOW, NOW + 100, "tagged", 3),
    "A false memory: without the light": trained_on_circle(TAGGED),
}
PRESETS = {name: {"protocol": str(protocol)} for name, protocol in PROTOCOLS.items()} | {
    "No heterosynaptic plasticity": {"beta": 0.0}
}
