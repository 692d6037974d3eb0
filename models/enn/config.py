"""What an Engram cell is made of, and what goes together."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, Self

from models.enn.checks import one_of
from workbench.model import ParameterError, unknown

Mode = Literal["engram", "reference"]
Scope = Literal["batch", "sample", "frozen"]
Attention = Literal["softmax", "top-k", "sparsemax"]
Decay = Literal["all", "written", "entropy"]
Rate = Literal["fixed", "learned", "novelty", "reward"]
Start = Literal["zero", "learned", "random"]

#: Lowest and highest value allowed, ends included.
BOUNDS: dict[str, tuple[float, float]] = {
    "input_size": (1, math.inf),
    "hidden_size": (1, math.inf),
    "slots": (1, math.inf),
    "hebbian_rate": (0, 1),
    "trace_scale": (0, math.inf),
    "temperature": (1e-6, math.inf),
    "sparsity": (0, math.inf),
    "clip": (0, math.inf),
    "noise": (0, math.inf),
    "top_k": (1, math.inf),
    "asymmetry": (0, math.inf),
    "timing": (0, math.inf),
    "rank": (0, math.inf),
    "seed": (0, 2**63 - 1),
}
WHOLE = ("input_size", "hidden_size", "slots", "top_k", "rank", "seed")
#: What the published cell fixes; any other value is not the reference.
REFERENCE: dict[str, Any] = {
    "trace": "batch", "attention": "softmax", "decay": "all", "rate": "fixed", "start": "random",
    "gradient": True, "slot_gate": False, "learn_temperature": False, "asymmetry": 0.0, "rank": 0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EngramConfig:
    """Sizes and rules of an Engram cell; equations in `models.enn.cell`.

    Attributes
    ----------
    input_size, hidden_size, slots : int
        Widths d and h, and the number N of memory slots.
    mode : {"engram", "reference"}
        "reference" is the published program with its quirks: the start is drawn anew and noise is
        added at every call, in evaluation too. "engram" is deterministic in evaluation.
    hebbian_rate : float
        Plasticity rate eta, in [0, 1].
    trace_scale : float
        Weight alpha of the trace H in the effective memory E = M + alpha H.
    temperature, sparsity : float
        tau and lambda; attention uses tau / (1 + 10 lambda).
    layer_norm : bool
        Whether layer normalisation follows both rectified layers.
    clip : float
        Largest absolute value of the trace.
    noise : float
        Standard deviation of what is added to each write.
    trace : {"batch", "sample", "frozen"}
        One trace for the whole batch (as published), one for each sample, or one for the batch in
        training of which a running mean is kept and used, unchanged, in evaluation.
    attention : {"softmax", "top-k", "sparsemax"}
        How scores become attention (sparsemax: Martins & Astudillo 2016, arXiv:1602.02068).
    top_k : int
        Slots that "top-k" leaves.
    learn_temperature : bool
        Whether the temperature is trained.
    decay : {"all", "written", "entropy"}
        What fades with each write: the whole trace; each slot as much as it is written to; or
        the whole trace, the more the less certain attention is (its entropy over ln N).
    rate : {"fixed", "learned", "novelty", "reward"}
        eta as given; trained; times how far z is from the nearest slot (1 - largest cosine, at
        most 1); or times a reward in [0, 1] that comes with the input.
    slot_gate : bool
        Whether a trained gate, sigmoid(z W_g + b_g) in (0, 1), decides what is written to a slot.
    asymmetry, timing : float
        Weight of an STDP-like write: a slot that was attended before z is strengthened, one that
        is attended after it weakened, over `timing` steps. 0: the symmetric Hebbian write.
    rank : int
        Columns of a low-rank trace H = K P with a fixed random P of orthonormal rows; 0: full.
    start : {"zero", "learned", "random"}
        First hidden state and trace: zeros, trained, or normal with standard deviation 0.01.
    gradient : bool
        Whether gradients pass through the trace from step to step.
    seed : int
        Of the noise and of a random start.
    """

    input_size: int
    hidden_size: int = 128
    slots: int = 64
    mode: Mode = "engram"
    hebbian_rate: float = 0.05
    trace_scale: float = 0.5
    temperature: float = 1.5
    sparsity: float = 0.1
    layer_norm: bool = True
    clip: float = 0.1
    noise: float = 0.001
    trace: Scope = "batch"
    attention: Attention = "softmax"
    top_k: int = 8
    learn_temperature: bool = False
    decay: Decay = "all"
    rate: Rate = "fixed"
    slot_gate: bool = False
    asymmetry: float = 0.0
    timing: float = 5.0
    rank: int = 0
    start: Start = "zero"
    gradient: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        choices = {
            "mode": Mode, "trace": Scope, "attention": Attention, "decay": Decay, "rate": Rate,
            "start": Start,
        }  # fmt: skip
        for name, kind in choices.items():
            one_of(name, getattr(self, name), kind)
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            kind, says = (int, "a whole number") if name in WHOLE else (int | float, "a number")
            if not isinstance(value, kind) or isinstance(value, bool) or not low <= value <= high:
                limit = f"from {low} to {high}" if math.isfinite(high) else f"of at least {low}"
                raise ParameterError(
                    f"{name} = {value!r} is not allowed; it must be {says} {limit}."
                )
        if self.rate == "learned" and not 0 < self.hebbian_rate < 1:
            raise ParameterError(
                f"hebbian_rate = {self.hebbian_rate!r} is not allowed where it is learned; it must "
                "lie between 0 and 1."
            )
        if self.rank > self.hidden_size:
            raise ParameterError(
                f"rank = {self.rank} is not allowed; it must be at most hidden_size = "
                f"{self.hidden_size}."
            )
        if self.mode == "reference":
            for name, value in REFERENCE.items():
                if getattr(self, name) != value:
                    raise ParameterError(
                        f"{name} = {getattr(self, name)!r} is not allowed in the reference mode; "
                        f"it must be {value!r}."
                    )

    @property
    def effective_temperature(self) -> float:
        """Return tau / (1 + 10 lambda)."""
        return self.temperature / (1 + 10 * self.sparsity)

    @property
    def trace_size(self) -> int:
        """Return the columns of the trace."""
        return self.rank or self.hidden_size

    @property
    def per_sample(self) -> bool:
        """Return whether each sample has a trace of its own."""
        return self.trace == "sample"

    @classmethod
    def reference(cls, input_size: int, **values: Any) -> Self:
        """Return the published cell."""
        return cls(input_size=input_size, mode="reference", start="random", **values)

    @classmethod
    def recall(cls, input_size: int, **values: Any) -> Self:
        """Return a cell whose memory carries what was shown once.

        One trace a sample, a temperature that selects, a write that fades only the slot it writes
        to, and a clip wide enough to hold a pattern.
        """
        chosen = {
            "trace": "sample", "temperature": 0.05, "sparsity": 0.0, "trace_scale": 1.0,
            "hebbian_rate": 0.9, "decay": "written", "clip": 5.0,
        }  # fmt: skip
        return cls(input_size=input_size, **{**chosen, **values})

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the configuration that `to_dict` told.

        Raises
        ------
        ParameterError
            If a name or a value is not allowed.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                raise ParameterError(
                    unknown(name, dict.fromkeys(names), "setting of an Engram cell")
                )
        if "input_size" not in values:
            raise ParameterError("input_size is missing; it must be a whole number of at least 1.")
        return cls(**values)
