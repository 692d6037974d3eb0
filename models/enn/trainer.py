"""A plain training loop that can be watched, paused, changed, stopped and gone on with.

`Trainer.course` yields now and then what it has reached, and does nothing between: whoever draws
from it decides how long to wait. Its state, with every random number's place, goes into a
checkpoint, from which the same trajectory goes on.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from models.enn.batches import Batch, Batches
from workbench.model import ParameterError
from workbench.record import replacing

Clipping = Literal["tensor", "global", "none"]
Precision = Literal["float32", "bfloat16"]
#: Keras' ReduceLROnPlateau counts a loss as better when it is lower by this.
BETTER = 1e-4


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train; the defaults are the published recipe.

    Attributes
    ----------
    epochs : int
    learning_rate : float
        Of Adam.
    clipping, clip_norm
        Gradients are scaled down to a norm of `clip_norm`: each tensor's alone (as Keras'
        `clipnorm`, which the published program uses), or all together.
    patience : int
        Epochs without a lower validation loss after which training ends; 0: it never ends early.
    plateau : int
        Epochs without a lower validation loss after which the learning rate is halved; 0: never.
    lowest_rate : float
        What halving stops at.
    epsilon, weight_decay : float
        Of Adam; Keras' epsilon is 1e-7.
    precision : {"float32", "bfloat16"}
        Of the large matrix products (automatic mixed precision); the trace is always float32.
    restore : bool
        Whether the weights of the lowest validation loss are taken at the end, or the last ones.
    seed : int
        Of dropout.
    """

    epochs: int = 15
    learning_rate: float = 1e-3
    clipping: Clipping = "tensor"
    clip_norm: float = 1.0
    patience: int = 3
    plateau: int = 2
    lowest_rate: float = 1e-5
    epsilon: float = 1e-7
    weight_decay: float = 0.0
    precision: Precision = "float32"
    restore: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, options in (("clipping", Clipping), ("precision", Precision)):
            if getattr(self, name) not in get_args(options):
                allowed = " or ".join(map(repr, get_args(options)))
                raise ParameterError(
                    f"{name} = {getattr(self, name)!r} is not allowed; it must be {allowed}."
                )
        for name, low in (
            ("epochs", 1), ("learning_rate", 0), ("clip_norm", 0), ("patience", 0), ("plateau", 0),
            ("lowest_rate", 0), ("epsilon", 0), ("weight_decay", 0),
        ):  # fmt: skip
            if not getattr(self, name) >= low:
                raise ParameterError(
                    f"{name} = {getattr(self, name)!r} is not allowed; it must be at least {low}."
                )


class Score(NamedTuple):
    """How well a network does: mean loss, and the share of right answers (NaN for numbers)."""

    loss: float
    accuracy: float


class Told(NamedTuple):
    """What training has reached.

    Attributes
    ----------
    epoch : int
        Epochs that are over.
    step : int
        Steps since the beginning.
    done : float
        Share of all epochs, 0 to 1.
    training : Score
        Mean since the epoch began, with dropout on.
    validation : Score or None
        Where an epoch has just ended.
    rate : float
        Learning rate.
    ended : str
        Why training is over, in a few words; "" while it goes on.
    """

    epoch: int
    step: int
    done: float
    training: Score
    validation: Score | None
    rate: float
    ended: str = ""


class Trainer:
    """Trains a network whose output is logits or numbers.

    Parameters
    ----------
    network : Module
        Called as ``network(x, mask=mask)``; its result has an `output`. Or one that measures
        itself, as `models.enn.next_word.NextWord`.
    training, validation : Batches
        Class numbers (int64) are trained by cross-entropy, numbers by the mean squared error.
    recipe : Recipe
    device : str
        Where to train; the network is moved there.
    """

    def __init__(
        self,
        network: nn.Module,
        training: Batches,
        validation: Batches,
        recipe: Recipe,
        device: str = "cpu",
    ) -> None:
        self.network, self.recipe, self.device = network.to(device), recipe, device
        self.called = parallel(self.network)
        self.batches, self.held_out = training, validation
        self.optimizer = torch.optim.Adam(
            network.parameters(), recipe.learning_rate, eps=recipe.epsilon,
            weight_decay=recipe.weight_decay, foreach=True,
        )  # fmt: skip
        #: May be set while training goes on.
        self.learning_rate = recipe.learning_rate
        self.epoch = self.place = self.step = 0
        self.scale = 1.0  # what plateaus made of the learning rate
        self.sums = [0.0, 0.0, 0.0]  # loss, right answers, answers since the epoch began
        self.latest = [0.0, 0.0]  # loss and answers since `recent` was asked
        self.best, self.best_weights = math.inf, {}
        self.waited = self.flat = 0
        self.reference = math.inf
        with own_random(None, device) as random:
            torch.manual_seed(recipe.seed)
        self.random = random

    @property
    def rate(self) -> float:
        """Return the learning rate as it is now."""
        lowest = min(self.recipe.lowest_rate, self.learning_rate)
        return max(self.learning_rate * self.scale, lowest)

    def course(self, every: int = 0) -> Iterator[Told]:
        """Train, and tell what was reached at the end of each epoch.

        Parameters
        ----------
        every : int
            Steps after which to tell within an epoch too; 0: only at its end.
        """
        while self.epoch < self.recipe.epochs:
            for batch in self.batches.epoch(self.epoch, self.place):
                self.learn(batch.to(self.device))
                self.place += 1
                self.step += 1
                if every and self.step % every == 0 and self.place < self.batches.count:
                    yield self.told(None)
            score = evaluate(self.network, self.held_out, self.device, self.recipe.precision)
            ended = self.conclude(score)
            told = self.told(score, ended)
            self.sums = [0.0, 0.0, 0.0]
            if ended and self.recipe.restore:
                self.network.load_state_dict(self.best_weights)
            yield told
            if ended:
                return

    def learn(self, batch: Batch) -> None:
        """Take one step."""
        self.network.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        with own_random(self.random, self.device) as after:
            self.optimizer.zero_grad(set_to_none=True)
            with mixed(self.device, self.recipe.precision):
                loss, right, answers = measured(self.called, batch)
            if not torch.isfinite(loss):
                raise FloatingPointError(
                    f"The loss is {loss.item()} after {self.step} steps; lower the learning rate "
                    f"({self.rate:g}) or clip gradients."
                )
            loss.backward()
            clip(self.network, self.recipe.clipping, self.recipe.clip_norm)
            self.optimizer.step()
        self.random = after
        for place, value in enumerate((loss.item() * answers, right, answers)):
            self.sums[place] += value
        self.latest[0] += loss.item() * answers
        self.latest[1] += answers

    def recent(self) -> float:
        """Return the mean training loss since this was last asked."""
        loss, answers = self.latest
        self.latest = [0.0, 0.0]
        return loss / answers if answers else math.nan

    def conclude(self, score: Score) -> str:
        """End an epoch; return why training ends, or nothing."""
        self.epoch, self.place = self.epoch + 1, 0
        recipe = self.recipe
        if score.loss < self.best:
            self.best, self.waited = score.loss, 0
            kept = self.network.state_dict()
            self.best_weights = {
                name: value.clone() if isinstance(value, Tensor) else value
                for name, value in kept.items()
            }
        else:
            self.waited += 1
        if score.loss < self.reference - BETTER:
            self.reference, self.flat = score.loss, 0
        else:
            self.flat += 1
            if recipe.plateau and self.flat >= recipe.plateau:
                self.scale, self.flat = self.scale / 2, 0
        if recipe.patience and self.waited >= recipe.patience:
            return f"no lower validation loss for {self.waited} epochs"
        return "all epochs are done" if self.epoch == recipe.epochs else ""

    def told(self, validation: Score | None, ended: str = "") -> Told:
        """Return what was reached."""
        loss, right, answers = self.sums
        training = Score(loss / max(answers, 1), right / max(answers, 1))
        within = self.place / self.batches.count
        done = 1.0 if ended else (self.epoch + within) / self.recipe.epochs
        return Told(self.epoch, self.step, done, training, validation, self.rate, ended)

    def state(self) -> dict[str, Any]:
        """Return all that the rest of the course depends on; copy it before going on."""
        names = (
            "epoch", "place", "step", "scale", "best", "best_weights", "waited", "flat",
            "reference", "learning_rate", "random",
        )  # fmt: skip
        return {
            "recipe": asdict(self.recipe),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **{name: getattr(self, name) for name in names},
            "sums": list(self.sums),
            "latest": list(self.latest),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a state, of a trainer made in the same way."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name, value in state.items():
            if name not in ("recipe", "network", "optimizer"):
                setattr(self, name, value)

    def save(self, path: str | Path) -> None:
        """Write the state to a file, which is complete or not there.

        Raises
        ------
        RecordError
            If it cannot be written.
        """
        with replacing(path) as temporary, temporary.open("wb") as file:
            torch.save(self.state(), file)

    def load(self, path: str | Path) -> None:
        """Go on from a file that `save` wrote.

        Raises
        ------
        ParameterError
            If it is no such file, or of another network.
        """
        kept = copy.deepcopy(self.state())
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            self.resume(state)
        except FileNotFoundError:
            raise ParameterError(f"There is no checkpoint {path}.") from None
        except Exception as error:  # torch raises what its unpickler and shapes do
            self.resume(kept)
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ParameterError(f"{path} is no checkpoint of this network: {said}") from error


def measured(network: nn.Module, batch: Batch) -> tuple[Tensor, float, float]:
    """Return the mean loss, the number of right answers (NaN for numbers) and of answers.

    A network whose output is too large to keep has a method `measured` of its own.
    """
    if (own := getattr(network, "measured", None)) is not None:
        return own(batch)
    output = network(batch.x, mask=batch.mask).output.float()
    y, asked = batch.y, batch.asked
    if y.is_floating_point():
        each = mse_loss(output, y.view_as(output), reduction="none").mean(-1)
        each = each[asked] if asked is not None else each
        return each.mean(), math.nan, float(each.numel())
    if asked is not None:
        output, y = output[asked], y[asked]
    output, y = output.flatten(0, -2), y.flatten()
    right = (output.argmax(-1) == y).sum().item()
    return cross_entropy(output, y), float(right), float(len(y))


@torch.no_grad()
def evaluate(
    network: nn.Module, batches: Batches, device: str = "cpu", precision: Precision = "float32"
) -> Score:
    """Return how well a network does over one epoch of batches, without dropout."""
    was = network.training
    network.eval()
    sums = [0.0, 0.0, 0.0]
    for batch in batches.epoch(0):
        with mixed(device, precision):
            loss, right, answers = measured(network, batch.to(device))
        for place, value in enumerate((loss.item() * answers, right, answers)):
            sums[place] += value
    network.train(was)
    return Score(sums[0] / sums[2], sums[1] / sums[2])


def clip(network: nn.Module, clipping: Clipping, norm: float) -> None:
    """Scale gradients down to a norm."""
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    if clipping == "global":
        torch.nn.utils.clip_grad_norm_(network.parameters(), norm)
    elif clipping == "tensor":
        sizes = torch.stack(torch._foreach_norm(gradients))  # pyright: ignore
        factors = norm / sizes.clamp(min=norm)
        torch._foreach_mul_(gradients, list(factors.unbind()))  # pyright: ignore


def mixed(device: str, precision: Precision):
    """Return the context in which large matrix products have a precision."""
    kind = torch.device(device).type
    return torch.autocast(kind, torch.bfloat16, enabled=precision == "bfloat16")


def parallel(network: nn.Module) -> nn.Module:
    """Return the network, as several processes train it where there are several."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return network
    return nn.parallel.DistributedDataParallel(network)


@contextmanager
def own_random(state: dict[str, Tensor] | None, device: str) -> Iterator[dict[str, Tensor]]:
    """Draw torch's own random numbers (dropout) from where a state stands, not from elsewhere's.

    What is yielded holds, at the end, where they stand then.
    """
    after: dict[str, Tensor] = {}
    gpu = torch.device(device).type == "cuda"
    with torch.random.fork_rng(devices=[device] if gpu else []):
        if state is not None:
            torch.set_rng_state(state["cpu"].cpu())
            if gpu:
                torch.cuda.set_rng_state(state["cuda"].cpu(), device)
        yield after
        after["cpu"] = torch.get_rng_state()
        if gpu:
            after["cuda"] = torch.cuda.get_rng_state(device)
