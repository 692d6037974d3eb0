"""What makes each slot of a memory fire: its share, what it answers to, and what it is good for.

Computed on held-out data. A slot of a memory that is inert still has moments of its largest
attention: the card tells how far from even that is, and how many answers change without the slot.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import Tensor

from models.enn.ablations import changed
from models.enn.batches import Batch
from models.enn.memory_use import answers, pieces
from models.enn.networks import EngramNetwork
from workbench import variable

#: Sequences on a slot's card, and the entries that those of all slots may have together.
PICTURES, ROOM = 4, 2_000_000
#: How strong the steps of a sequence are drawn at which the slot did not answer most.
PALE = 0.3
#: Sequences on which slots are taken away one by one, and the slots for which that is done.
TRIED, MOST_SLOTS = 64, 128
#: A slot whose attention hardly ever leaves even use by more than this share of it tells nothing.
EVEN = 0.1
#: Attention is said to lie between these quantiles.
USUAL = (0.01, 0.99)


class Peaks(NamedTuple):
    """Where each slot has the most attention, in so many sequences each.

    Attributes
    ----------
    sequence, step : ndarray of int, shape (N, K)
    attention : ndarray, shape (N, K)
    """

    sequence: NDArray[np.int64]
    step: NDArray[np.int64]
    attention: NDArray[np.float32]


class Moment(NamedTuple):
    """A step of a sequence, counted from 1, with its share of attention to a slot."""

    answer: str
    step: int
    share: float


def slot_cards(network: EngramNetwork, test: Batch, classes: tuple[str, ...]) -> xr.Dataset:
    """Return the cards of all slots as variables along "slot".

    Parameters
    ----------
    network : EngramNetwork
        Trained; the first cell's memory is described.
    test : Batch
        Held-out sequences.
    classes : tuple of str
        What answers are called.

    Returns
    -------
    Dataset
        ``slot_pictures`` (slot, strongest, row, column): the sequences in which the slot has its
        largest attention, other steps paler; ``slot_names`` what they are; ``slot_said`` the card
        in words; ``slot_lost`` the share of answers that change without the slot (NaN where that
        was not tried).
    """
    attention = attended(network, test)
    count, width = attention.shape[-1], test.x[0].numel()
    peaks = strongest(attention, max(1, min(PICTURES, ROOM // (count * width), len(test.x))))
    tried = test.take(slice(TRIED))
    lost = lost_without(network, tried)
    cards = [moments(slot, peaks, test, classes) for slot in range(count)]
    told = [
        sentence(attention[..., slot], slot + 1, lost[slot], len(tried.x), cards[slot][0])
        for slot in range(count)
    ]
    names = [
        [f"{one.answer}: step {one.step}: {one.share:.1%}".removeprefix(": ") for one in card]
        for card in cards
    ]
    along = ("slot", "strongest", "row", "column")
    return xr.Dataset(
        {
            "slot_pictures": variable(along, pictures(peaks, test.x), "1", "input"),
            "slot_names": variable(along[:2], names, "1", "sequence and step"),
            "slot_said": variable("slot", told, "1", "what the slot answers to"),
            "slot_lost": variable("slot", lost, "1", "answers changed without it"),
        }
    )


@torch.no_grad()
def attended(network: EngramNetwork, test: Batch) -> Tensor:
    """Return the attention (B, T, N) while test sequences are read."""
    network = network.eval()
    return torch.cat([
        network(piece.x, mask=piece.mask, details=True).details[0].attention.cpu()
        for piece in pieces(test, 128)
    ])  # fmt: skip


def strongest(attention: Tensor, count: int) -> Peaks:
    """Return the sequences in which each slot has its largest attention, the largest first."""
    largest, step = attention.max(1)  # (B, N)
    found, sequence = largest.topk(count, 0)
    steps = step.gather(0, sequence)
    return Peaks(sequence.T.numpy(), steps.T.numpy(), found.T.numpy())


def pictures(peaks: Peaks, x: Tensor) -> NDArray[np.float32]:
    """Return the sequences of all cards, shape (N, K, T, d), from 0 upwards."""
    chosen = (x - x.min()).flatten(2).numpy()[peaks.sequence].astype(np.float32)
    strength = np.full(chosen.shape[:3], PALE, np.float32)
    np.put_along_axis(strength, peaks.step[..., None], 1.0, 2)
    return chosen * strength[..., None]


def moments(slot: int, peaks: Peaks, test: Batch, classes: tuple[str, ...]) -> list[Moment]:
    """Return when a slot has its largest attention."""
    found = []
    for sequence, step, share in zip(*(part[slot] for part in peaks), strict=True):
        answer = test.y[sequence]
        name = "" if answer.dim() else classes[int(answer)]
        found.append(Moment(name, int(step) + 1, float(share)))
    return found


def sentence(attention: Tensor, slot: int, lost: float, tried: int, most: Moment) -> str:
    """Return a slot's card in words.

    Parameters
    ----------
    attention : Tensor, shape (B, T)
        To this slot.
    slot : int
        Its number, from 1.
    lost : float
        Share of answers that change without it; NaN where that is not known.
    tried : int
        Sequences on which that was tried.
    most : Moment
        Where it has the most.
    """
    low, high = np.quantile(attention.numpy(), USUAL)
    mean = float(attention.mean())
    alike = high - low < EVEN * max(mean, 1e-12)
    of_all = f"Slot {slot} has {mean:.2%} of the attention, nearly always {low:.2%} to {high:.2%}"
    where = f" with the answer {most.answer}" if most.answer else ""
    peak = f"the most, {most.share:.2%}, at step {most.step} of a sequence{where}"
    if np.isnan(lost):
        without = ""
    elif lost:
        without = f" Without it {lost:.0%} of the answers to {tried} sequences change."
    else:
        without = f" Without it none of the answers to {tried} sequences changes."
    return f"{of_all}{': it answers to everything alike' if alike else ''}; {peak}.{without}"


@torch.no_grad()
def lost_without(network: EngramNetwork, test: Batch) -> NDArray[np.float64]:
    """Return the share of answers that change when a slot is taken away, for each slot."""
    count = network.engram.config.slots
    if not 1 < count <= MOST_SLOTS:
        return np.full(count, np.nan)
    whole, _ = answers(network.eval(), test, len(test.x))
    return np.array([
        (answers(without(network, slot), test, len(test.x))[0] != whole).double().mean().item()
        for slot in range(count)
    ])  # fmt: skip


def without(network: EngramNetwork, slot: int) -> EngramNetwork:
    """Return a copy of a network whose first cell lacks a slot."""
    made = copy.deepcopy(network).eval()
    memory = made.engram.cell().memory
    kept = [place for place in range(memory.slots.shape[0]) if place != slot]
    memory.slots = torch.nn.Parameter(memory.slots[kept].detach())
    if memory.config.trace == "frozen":
        memory.kept = memory.kept[kept]
    changed(made, slots=len(kept))
    return made
