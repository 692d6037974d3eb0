"""The memory of an Engram cell: slots, their Hebbian trace, reading and writing.

With E = M + alpha H and l2n(v) = v / sqrt(max(|v|^2, eps)), at each step

    s = l2n(z) l2n(E)^T / tau_eff        score of each slot
    a = softmax(s)                       attention (or top-k, or sparsemax)
    m = a E                              what is retrieved
    H <- clip((1 - eta K) H + eta (w^T z + xi), -c, c)

with w = a, times the slot gate where there is one, and K = 1 (`decay="all"`), w ("written") or
the entropy of a over ln N ("entropy"). w^T z and K are means over the batch where one trace
serves them all. Szelogowski 2025, arXiv:2507.21474, equations 3 to 6; eta enters once, as in the
published program, and not twice, as equations 5 and 6 together say.

An asymmetric write adds A (p^T z - w^T q), with p and q the fading records of earlier w and z
(p <- exp(-1 / timing) (p + w)): what was attended before a pattern is tied to it, what comes after
is untied, as in spike-timing-dependent plasticity.

Nothing here reads the hidden state, so that the memory of a whole sequence is computed before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.enn.attention import entropy, sparsemax, top_k
from models.enn.computing import drawn, over_processes
from models.enn.config import EngramConfig
from models.enn.layers import empty_linear
from models.enn.state import EngramState
from workbench.model import ParameterError

#: Floor of a squared norm. The published one magnifies the gradient of an empty slot a millionfold.
FLOOR = {"reference": 1e-12, "engram": 1e-6}
#: Standard deviation of a random start.
START = 0.01
#: Weight of a batch in the running mean of a trace that is frozen in evaluation.
SHARE = 0.1


def unit(vectors: Tensor, floor: float) -> Tensor:
    """Return vectors of length one; those with a squared norm below `floor` stay shorter."""
    return vectors * vectors.square().sum(-1, keepdim=True).clamp(min=floor).rsqrt()


class Read(NamedTuple):
    """What a step read: score and attention (B, N), retrieved (B, h)."""

    score: Tensor
    attention: Tensor
    retrieved: Tensor


class EngramMemory(nn.Module):
    """Memory slots with a Hebbian trace over them; the module's text has the equations.

    Parameters
    ----------
    config : EngramConfig
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.
    """

    projection: Tensor
    kept: Tensor
    gate: nn.Linear

    def __init__(self, config: EngramConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        slots, hidden, columns = config.slots, config.hidden_size, config.trace_size
        self.slots = nn.Parameter(torch.empty(slots, hidden))
        #: For ablations: an order in which the trace's entries are read, and whether it is read.
        self.shuffled: Tensor | None = None
        self.retrieves = True
        self.floor = FLOOR[config.mode]
        if config.learn_temperature:
            self.log_temperature = nn.Parameter(torch.empty(()))
        if config.rate == "learned":
            self.rate_logit = nn.Parameter(torch.empty(()))
        if config.slot_gate:
            self.gate = empty_linear(hidden, slots)
        if config.start == "learned":
            self.first_trace = nn.Parameter(torch.empty(slots, columns))
        if config.rank:
            self.register_buffer("projection", torch.empty(columns, hidden))
        if config.trace == "frozen":
            self.register_buffer("kept", torch.zeros(slots, columns))
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the first weights: slots from U(-L, L) with L = sqrt(6 / (N + h)) (Glorot)."""
        config = self.config
        bound = math.sqrt(6 / (config.slots + config.hidden_size))
        nn.init.uniform_(self.slots, -bound, bound, generator=generator)
        if config.learn_temperature:
            self.log_temperature.fill_(math.log(config.effective_temperature))
        if config.rate == "learned":
            self.rate_logit.fill_(math.log(config.hebbian_rate / (1 - config.hebbian_rate)))
        if config.slot_gate:
            nn.init.normal_(self.gate.weight, std=START, generator=generator)
            nn.init.constant_(self.gate.bias, 2.0)  # open: sigmoid(2) = 0.88
        if config.start == "learned":
            nn.init.normal_(self.first_trace, std=START, generator=generator)
        if config.rank:
            nn.init.orthogonal_(self.projection, generator=generator)

    def temperature(self) -> Tensor | float:
        """Return the temperature that scores are divided by."""
        if self.config.learn_temperature:
            return self.log_temperature.exp()
        return self.config.effective_temperature

    def rate(self) -> Tensor | float:
        """Return the plasticity rate eta."""
        if self.config.rate == "learned":
            return torch.sigmoid(self.rate_logit)
        return self.config.hebbian_rate

    def start(self, batch: int, generator: torch.Generator | None) -> Tensor:
        """Return the first trace, (N, c), or (B, N, c) where each sample has its own."""
        config, like = self.config, self.slots
        shape = (batch,) * config.per_sample + (config.slots, config.trace_size)
        if config.trace == "frozen" and not self.training:
            return self.kept
        if config.start == "learned":
            return self.first_trace.expand(shape)
        if config.start == "random":
            return START * drawn(shape, like, generator)
        return like.new_zeros(shape)

    def full(self, trace: Tensor) -> Tensor:
        """Return a trace as the (..., N, h) matrix that it stands for."""
        return trace @ self.projection if self.config.rank else trace

    def read(self, unit_pattern: Tensor, trace: Tensor) -> Read:
        """Return what a step's patterns of length one, (B, h), read from the memory."""
        config = self.config
        if not config.gradient:
            trace = trace.detach()
        whole = self.full(trace)
        if self.shuffled is not None:
            whole = whole.flatten(-2)[..., self.shuffled].view_as(whole)
        effective = self.slots + config.trace_scale * whole
        slots = unit(effective, self.floor)
        if config.per_sample:
            score = torch.einsum("bnh,bh->bn", slots, unit_pattern) / self.temperature()
        else:
            score = unit_pattern @ slots.mT / self.temperature()
        attention = self.attend(score)
        if config.per_sample:
            retrieved = torch.einsum("bn,bnh->bh", attention, effective)
        else:
            retrieved = attention @ effective
        return Read(score, attention, retrieved if self.retrieves else retrieved * 0)

    def attend(self, score: Tensor) -> Tensor:
        """Return the attention of scores (..., N)."""
        if self.config.attention == "top-k":
            return top_k(score, self.config.top_k)
        if self.config.attention == "sparsemax":
            return sparsemax(score)
        return torch.softmax(score, -1)

    def write(
        self,
        pattern: Tensor,
        read: Read,
        state: EngramState,
        noise: Tensor | None,
        present: Tensor | None,
        reward: Tensor | None,
    ) -> EngramState:
        """Return the state with one more pattern written; its hidden part is left as it is.

        Parameters
        ----------
        pattern : Tensor, shape (B, h)
        read : Read
            What the same pattern read.
        state : EngramState
        noise : Tensor, optional, shape of the trace
        present : Tensor of bool, shape (B, 1), optional
            Samples whose sequence has this step; the others write nothing.
        reward : Tensor, shape (B, 1), optional
        """
        config = self.config
        if config.trace == "frozen" and not self.training:
            return state
        weight = read.attention
        if config.slot_gate:
            weight = weight * torch.sigmoid(self.gate(pattern))
        factor = self.factor(read, reward)
        strength = weight if factor is None else weight * factor
        decay = self.decay(weight, read.attention, factor)
        columns = pattern @ self.projection.mT if config.rank else pattern
        trace = self.merged(strength, decay, columns, state, noise, present, factor)
        if not config.asymmetry:
            return state._replace(trace=trace)
        kept = math.exp(-1 / config.timing) if config.timing else 0.0
        attended, seen = earlier(state)
        after = kept * (attended + weight), kept * (seen + pattern)
        if present is not None:
            after = torch.where(present, after[0], attended), torch.where(present, after[1], seen)
        attended, seen = after
        return state._replace(trace=trace, attended=attended, seen=seen)

    def decay(self, weight: Tensor, attention: Tensor, factor: Tensor | None) -> Tensor | None:
        """Return K of each sample, (B, N) or (B, 1); None stands for 1."""
        if self.config.decay == "all":
            return factor
        share = weight if self.config.decay == "written" else self.doubt(attention)
        return share if factor is None else share * factor

    def factor(self, read: Read, reward: Tensor | None) -> Tensor | None:
        """Return what each sample's plasticity rate is multiplied by, (B, 1)."""
        if self.config.rate == "reward":
            if reward is None:
                raise ParameterError(
                    "reward is missing; a cell with rate='reward' needs one in [0, 1] for each "
                    "sample and step, shape (B, T)."
                )
            return reward
        if self.config.rate == "novelty":
            nearest = (read.score * self.temperature()).amax(-1, keepdim=True)
            return (1 - nearest).clamp(0, 1)
        return None

    def doubt(self, attention: Tensor) -> Tensor:
        """Return the entropy of attention over ln N, (B, 1): 0 certain, 1 uniform."""
        return entropy(attention)[..., None] / max(math.log(self.config.slots), 1e-12)

    def merged(
        self,
        strength: Tensor,
        decay: Tensor | None,
        columns: Tensor,
        state: EngramState,
        noise: Tensor | None,
        present: Tensor | None,
        factor: Tensor | None,
    ) -> Tensor:
        """Return the trace with a step's writes, each of strength (B, N), in it."""
        config, trace = self.config, state.trace
        pairs = [(strength, columns)]
        if config.asymmetry:
            before, seen = earlier(state)
            seen = seen @ self.projection.mT if config.rank else seen
            before = before if factor is None else before * factor
            pairs += [(config.asymmetry * before, columns), (-config.asymmetry * strength, seen)]
        if config.per_sample:
            change = total(weight[..., None] * what[:, None] for weight, what in pairs)
            fade = 1.0 if decay is None else decay[..., None]
            scale = None if factor is None else factor[..., None]
        else:
            share = 1 / strength.shape[0]
            if present is not None:
                share = present / present.sum().clamp(min=1)
            change = over_processes(total((weight * share).mT @ what for weight, what in pairs))
            fade = 1.0 if decay is None else over_processes((decay * share).sum(0)[:, None])
            scale = None if factor is None else over_processes((factor * share).sum())
        if noise is not None:
            change = change + (noise if scale is None else noise * scale)
        rate = self.rate()
        after = (trace * (1 - rate * fade) + rate * change).clamp(-config.clip, config.clip)
        if present is None:
            return after
        return torch.where(present[..., None] if config.per_sample else present.any(), after, trace)

    @torch.no_grad()
    def keep(self, trace: Tensor) -> None:
        """Take a batch's last trace into the mean that evaluation uses."""
        self.kept.lerp_(trace, SHARE)


def total(parts: Iterable[Tensor]) -> Tensor:
    """Return the sum of at least one tensor."""
    return reduce(torch.add, parts)


def earlier(state: EngramState) -> tuple[Tensor, Tensor]:
    """Return the fading records of an asymmetric write."""
    if state.attended is None or state.seen is None:
        raise ParameterError("state has no record of earlier writes; this cell's own has one.")
    return state.attended, state.seen
