"""Sizes that cannot work, each refused with a sentence that names the parameter."""

from __future__ import annotations

import math
import os

from workbench import ParameterError

LEAST_ACTIVE = 3


def refuse_too_few_active(hard_locations: int, access_fraction: float) -> None:
    """Refuse an access fraction that leaves hardly a location to read from."""
    active = hard_locations * access_fraction
    if active < LEAST_ACTIVE * (1 - 1e-9):  # 1,250 x 0.0024 is a hair less than 3
        least = rounded_up(LEAST_ACTIVE / hard_locations)
        raise ParameterError(
            f"access_fraction = {access_fraction:g} is not allowed: of {hard_locations:,} hard "
            f"locations it would activate {active:.2g}; it must be at least {least:g}, or raise "
            "hard_locations."
        )


def refuse_too_many(stored: int, available: int) -> None:
    """Refuse to store more digits than there are."""
    if stored > available:
        raise ParameterError(
            f"stored = {stored:,} is not allowed: it must be at most {available:,}, the number of "
            "digits there are; random words have no such limit."
        )


def refuse_unstored_lines(stored: int, lines: int) -> None:
    """Refuse to store fewer words than there are lines of text."""
    if stored < lines:
        raise ParameterError(
            f"stored = {stored:,} is not allowed with {lines} lines of text: it must be at least "
            f"{lines}; the other words are random ones."
        )


def refuse_too_short_for_letters(address_bits: int, needed: int) -> None:
    """Refuse words that have not enough bits for all letters of a line."""
    if address_bits < needed:
        raise ParameterError(
            f"address_bits = {address_bits:,} is not allowed with lines of text: it must be at "
            f"least {needed:,}, so that all letters can be told apart."
        )


def refuse_without_gpu(name: str, otherwise: str) -> None:
    """Refuse the device `name` where torch finds no CUDA device."""
    import torch

    if not torch.cuda.is_available():
        raise ParameterError(
            f"device = {name!r} is not allowed: no CUDA device is here, so it must be "
            f"{otherwise!r}."
        )


def refuse_too_large(hard_locations: int, address_bits: int, needed: int) -> None:
    """Refuse a memory of `needed` bytes where the machine has not so many."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return  # a system that does not tell
    if needed > 0.8 * there:
        raise ParameterError(
            f"hard_locations = {hard_locations:,} is not allowed: with {address_bits:,} address "
            f"bits it takes {needed / 1e9:.1f} GB, and this machine has {there / 1e9:.1f} GB; "
            "lower hard_locations or address_bits."
        )


def rounded_up(value: float) -> float:
    """Return the smallest number of two digits that is no smaller than a positive value."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(round(value / unit, 9)) * unit:.2g}")
