"""A plain training loop that can be watched, paused, changed, stopped and gone on with.

`Trainer.course` yields now and then what it has reached, and does nothing between: whoever draws
from it decides how long to wait. Its state, with every random number's place, goes into a
checkpoint, from which the same trajectory goes on.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.enn.batches import Batch, Batches
from models.enn.computing import mixed, own_random, parallel
from models.enn.recipe import Clipping, Recipe
from models.enn.scoring import Score, Tally, evaluate, measured
from workbench.model import ParameterError
from workbench.record import replacing

#: Keras' ReduceLROnPlateau counts a loss as better when it is lower by this.
BETTER = 1e-4
#: What of a trainer goes into a checkpoint as it is.
CARRIED = (
    "epoch", "place", "step", "scale", "best", "best_weights", "waited", "flat", "reference",
    "learning_rate", "random",
)  # fmt: skip


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
            weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        #: May be set while training goes on.
        self.learning_rate = recipe.learning_rate
        self.epoch = self.place = self.step = 0
        self.scale = 1.0  # what plateaus made of the learning rate
        self.since_epoch, self.since_asked = Tally(), Tally()
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

        The best weights are taken after the last is told, when more is asked for and none comes.

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
            self.since_epoch = Tally()
            yield told
            if ended:
                if self.recipe.restore:
                    self.network.load_state_dict(self.best_weights)
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
        for tally in (self.since_epoch, self.since_asked):
            tally.add(loss, right, answers)

    def recent(self) -> float:
        """Return the mean training loss since this was last asked."""
        tally, self.since_asked = self.since_asked, Tally()
        return tally.score().loss if tally.sums[2] else math.nan

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
        within = self.place / self.batches.count
        done = 1.0 if ended else (self.epoch + within) / self.recipe.epochs
        return Told(
            self.epoch, self.step, done, self.since_epoch.score(), validation, self.rate, ended
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Return all that the rest of the course depends on; copy it before going on."""
        return {
            "recipe": asdict(self.recipe),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **{name: getattr(self, name) for name in CARRIED},
            "sums": list(self.since_epoch.sums),
            "latest": list(self.since_asked.sums),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a state, of a trainer made in the same way."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.since_epoch.sums = list(state["sums"])
        self.since_asked.sums = list(state["latest"])
        for name in CARRIED:
            setattr(self, name, state[name])

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


def clip(network: nn.Module, clipping: Clipping, norm: float) -> None:
    """Scale gradients down to a norm."""
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    if clipping == "global":
        torch.nn.utils.clip_grad_norm_(network.parameters(), norm)
    elif clipping == "tensor":
        sizes = torch.stack(torch._foreach_norm(gradients))  # pyright: ignore
        factors = norm / sizes.clamp(min=norm)
        torch._foreach_mul_(gradients, list(factors.unbind()))  # pyright: ignore
