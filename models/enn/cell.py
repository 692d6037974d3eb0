"""The Engram cell: an encoder, a Hebbian memory, and a recurrent integrator.

    z = LN(relu(x W_z + b_z))                    encoder
    m, H = read and write the memory             models.enn.memory
    u = relu([z ; m ; h] W_u + b_u)              integrator, 3h wide
    h = LN(relu(u W_h + b_h))                    output

Szelogowski 2025, arXiv:2507.21474, equations 2, 7 and 8; the layer normalisations stand in the
published program alone. The memory never reads h, so a sequence is computed in three parts: all z
at once, the memory's recurrence, and the recurrence of h, whose samples are independent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from models.enn.computing import drawn, keep_freed
from models.enn.config import EngramConfig
from models.enn.fused import fits_memory, hidden_recurrence, memory_recurrence
from models.enn.fused_hidden import hidden_forward
from models.enn.layers import empty_linear, he_normal
from models.enn.memory import START, EngramMemory, unit
from models.enn.products import linear, plain_linear, quick
from models.enn.state import Details, EngramState
from workbench.model import ParameterError

#: Epsilon of layer normalisation.
EPSILON = 1e-6
Path = Literal["auto", "fused", "plain"]


class EngramCell(nn.Module):
    """A recurrent layer with a Hebbian memory, over whole sequences or step by step.

    Parameters
    ----------
    config : EngramConfig
    generator : torch.Generator, optional
        Of the first weights; otherwise torch's own.
    path : {"auto", "fused", "plain"}
        "plain": the loops as they are written down; "fused": `models.enn.fused` alone; "auto":
        the fastest way that gives the same, on a GPU `models.enn.kernels`.

    Examples
    --------
    >>> import torch
    >>> from models.enn.config import EngramConfig
    >>> cell = EngramCell(EngramConfig(input_size=28))
    >>> output, state = cell(torch.randn(8, 28, 28))
    >>> output.shape, state.trace.shape
    (torch.Size([8, 28, 128]), torch.Size([64, 128]))
    """

    def __init__(
        self, config: EngramConfig, generator: torch.Generator | None = None, path: Path = "auto"
    ) -> None:
        super().__init__()
        keep_freed()
        self.config, self.path = config, path
        hidden = config.hidden_size
        self.encoder = empty_linear(config.input_size, hidden)
        self.encoder_norm = nn.LayerNorm(hidden, EPSILON) if config.layer_norm else nn.Identity()
        self.memory = EngramMemory(config, generator)
        self.integrator = empty_linear(3 * hidden, 3 * hidden)
        self.output = empty_linear(3 * hidden, hidden)
        self.output_norm = nn.LayerNorm(hidden, EPSILON) if config.layer_norm else nn.Identity()
        if config.start == "learned":
            self.first_hidden = nn.Parameter(torch.empty(hidden))
        self.noise = torch.Generator().manual_seed(config.seed)
        self.reset_layers(generator)  # the memory has drawn its own

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the first weights, as the constructor does."""
        self.memory.reset_parameters(generator)
        self.reset_layers(generator)

    @torch.no_grad()
    def reset_layers(self, generator: torch.Generator | None = None) -> None:
        """Draw the first weights of the layers (He normal, cut off at two standard deviations)."""
        for layer in (self.encoder, self.integrator, self.output):
            he_normal(layer.weight, generator)
            nn.init.zeros_(layer.bias)
        if self.config.start == "learned":
            nn.init.normal_(self.first_hidden, std=START, generator=generator)

    def get_extra_state(self) -> dict[str, Tensor]:
        """Return where the random numbers of noise and start stand, for checkpoints."""
        return {"noise": self.noise.get_state()}

    def set_extra_state(self, state: dict[str, Tensor]) -> None:
        """Go on with the random numbers from where a checkpoint left them."""
        self.noise.set_state(state["noise"].cpu())

    def start(self, batch: int) -> EngramState:
        """Return the state before the first step."""
        config, like = self.config, self.memory.slots
        shape = (batch, config.hidden_size)
        if config.start == "learned":
            hidden = self.first_hidden.expand(shape)
        elif config.start == "random":
            hidden = START * drawn(shape, like, self.noise)
        else:
            hidden = like.new_zeros(shape)
        trace = self.memory.start(batch, self.noise)
        if not config.asymmetry:
            return EngramState(hidden, trace)
        return EngramState(
            hidden, trace, like.new_zeros(batch, config.slots), like.new_zeros(shape)
        )

    def encode(self, x: Tensor) -> Tensor:
        """Return the patterns z (..., h) of inputs x (..., d)."""
        encoder = self.encoder
        return self.encoder_norm(self.linear((x, encoder.weight), bias=encoder.bias, relu=True))

    @property
    def way(self) -> str:
        """Return the path that is taken: `torch.compile` gets the loops as they are written."""
        return "plain" if torch.compiler.is_compiling() else self.path

    @property
    def linear(self) -> Callable[..., Tensor]:
        """Return what multiplies by the weights of all steps at once."""
        return plain_linear if self.way == "plain" else linear

    def forward(
        self,
        x: Tensor,
        state: EngramState | None = None,
        *,
        mask: Tensor | None = None,
        reward: Tensor | None = None,
        noise: Tensor | None = None,
        details: bool = False,
    ) -> Any:
        """Return the hidden states of a sequence, and the state after it.

        Parameters
        ----------
        x : Tensor, shape (B, T, d)
        state : EngramState, optional
            Where an earlier call ended; otherwise the start that the configuration names.
        mask : Tensor of bool, shape (B, T), optional
            False where a sample's sequence has no such step: its state stays, its output is 0.
        reward : Tensor, shape (B, T), optional
            In [0, 1]; for `rate="reward"` alone.
        noise : Tensor, shape (T, N, c), or (B, T, N, c) with a trace a sample, optional
            What is added to each write; otherwise drawn where the configuration says so.
        details : bool
            Whether to tell what the memory did.

        Returns
        -------
        output : Tensor, shape (B, T, h)
        state : EngramState
        details : Details
            Where it was asked for.

        Raises
        ------
        ParameterError
            If a shape is not one of these, or a reward is missing.
        """
        self.check(x, mask, reward, noise)
        state = self.start(x.shape[0]) if state is None else state
        # Time first in memory, so that a step is one block.
        pattern = self.encode(x.transpose(0, 1).contiguous()).transpose(0, 1)
        if noise is None:
            noise = self.draw(x.shape[0], x.shape[1])
        with torch.autocast(x.device.type, enabled=False):  # the trace is too fine for bfloat16
            patterns = pattern.to(self.memory.slots.dtype)
            if details or mask is not None or reward is not None or not self.fused:
                result = self.remember(patterns, state, mask, reward, noise, details)
            else:
                retrieved, trace = memory_recurrence(
                    patterns, state.trace, self.memory, noise, self.way == "auto"
                )
                result = retrieved, state._replace(trace=trace), None
        retrieved, state, told = result
        output, hidden = self.integrate(pattern, retrieved, state.hidden, mask)
        if self.config.trace == "frozen" and self.training:
            self.memory.keep(state.trace)
        state = state._replace(hidden=hidden)
        return (output, state, told) if details else (output, state)

    @property
    def fused(self) -> bool:
        """Return whether the memory is computed by the fused recurrence."""
        return self.way != "plain" and fits_memory(self.memory)

    def draw(self, batch: int, steps: int) -> Tensor | None:
        """Return the noise of a sequence: always in the reference mode, else in training."""
        config = self.config
        asked = config.mode == "reference" or self.training
        if not asked or not config.noise or not config.hebbian_rate:
            return None
        shape = (batch,) * config.per_sample + (steps, config.slots, config.trace_size)
        return drawn(shape, self.memory.slots, self.noise).mul_(config.noise)

    def remember(
        self,
        pattern: Tensor,
        state: EngramState,
        mask: Tensor | None,
        reward: Tensor | None,
        noise: Tensor | None,
        details: bool,
    ) -> tuple[Tensor, EngramState, Details | None]:
        """Return what each step retrieved (B, T, h) and the state after the sequence."""
        memory, reads, traces = self.memory, [], []
        units = unit(pattern, memory.floor)
        for t in range(pattern.shape[1]):
            read = memory.read(units[:, t], state.trace)
            now = None if noise is None else noise.select(-3, t)
            written = (
                pattern[:, t], read, state, now,
                None if mask is None else mask[:, t, None],
                None if reward is None else reward[:, t, None],
            )  # fmt: skip
            with torch.set_grad_enabled(self.config.gradient and torch.is_grad_enabled()):
                state = memory.write(*written)
            reads.append(read)
            if details:
                traces.append(memory.full(state.trace))
        score, attention, retrieved = (torch.stack(part, 1) for part in zip(*reads, strict=True))
        if not details:
            return retrieved, state, None
        trace = torch.stack(traces, -3)
        return retrieved, state, Details(pattern, score, attention, retrieved, trace)

    def integrate(
        self, pattern: Tensor, retrieved: Tensor, hidden: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the hidden states (B, T, h) and the last one (B, h)."""
        if mask is None and self.path != "plain" and self.quickly(pattern):
            return hidden_forward(
                pattern, retrieved, hidden, self.integrator, self.output, self.output_norm
            )
        seen, recalled, recurrent = self.integrator.weight.split(self.config.hidden_size, 1)
        parts = (pattern.transpose(0, 1), seen), (retrieved.transpose(0, 1), recalled)
        drive = self.linear(*parts, bias=self.integrator.bias).transpose(0, 1)
        if self.way != "plain":
            return hidden_recurrence(
                drive, hidden, recurrent, self.output, self.output_norm, mask, self.way == "auto"
            )
        outputs = []
        for t in range(drive.shape[1]):
            wide = relu(drive[:, t] + plain_linear((hidden, recurrent)))
            after = self.output_norm(relu(self.output(wide)))
            if mask is not None:
                here = mask[:, t, None]
                outputs.append(after * here)
                after = torch.where(here, after, hidden)
            else:
                outputs.append(after)
            hidden = after
        return torch.stack(outputs, 1), hidden

    def quickly(self, pattern: Tensor) -> bool:
        """Return whether the hidden states are computed without what gradients need."""
        exact = not torch.is_autocast_enabled(pattern.device.type)
        return exact and not torch.is_grad_enabled() and quick(self.output.weight, len(pattern))

    def check(
        self, x: Tensor, mask: Tensor | None, reward: Tensor | None, noise: Tensor | None
    ) -> None:
        """Raise `ParameterError` where a shape is not the one that is needed."""
        config = self.config
        if x.dim() != 3 or x.shape[-1] != config.input_size or 0 in x.shape:
            raise ParameterError(
                f"x has shape {tuple(x.shape)}; it must be (samples, steps, "
                f"{config.input_size}), none of them 0."
            )
        batch, steps = x.shape[:2]
        own = (batch,) * config.per_sample + (steps, config.slots, config.trace_size)
        for name, given, shape in (
            ("mask", mask, (batch, steps)),
            ("reward", reward, (batch, steps)),
            ("noise", noise, own),
        ):
            if given is not None and tuple(given.shape) != shape:
                raise ParameterError(f"{name} has shape {tuple(given.shape)}; it must be {shape}.")
        if mask is not None and mask.dtype != torch.bool:
            raise ParameterError(f"mask is of {mask.dtype}; it must be of torch.bool.")
        if config.rate == "reward" and reward is None:
            raise ParameterError(
                f"reward is missing; rate='reward' needs one in [0, 1] a step, {(batch, steps)}."
            )
