"""Sizes that cannot work, each refused with a sentence that names the parameter."""

from __future__ import annotations

import os

from workbench import ParameterError

DIGITS_THERE = 1797


def refuse_dense_code(active: int, units: int) -> None:
    """Refuse patterns that have more than half of their units active."""
    if active > units // 2:
        raise ParameterError(
            f"active = {active:,} is not allowed with {units:,} units: it must be at most "
            f"{units // 2:,}, a coding level of one half."
        )


def refuse_too_many_digits(stored: int) -> None:
    """Refuse to store more digits than there are."""
    if stored > DIGITS_THERE:
        raise ParameterError(
            f"stored = {stored:,} is not allowed: it must be at most {DIGITS_THERE:,}, the number "
            "of digits there are; random patterns have no such limit."
        )


def refuse_too_large(stored: int, units: int, needed: int) -> None:
    """Refuse a memory of `needed` bytes where the machine has not so many."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return  # a system that does not tell
    if needed > 0.8 * there:
        raise ParameterError(
            f"units = {units:,} is not allowed with {stored:,} patterns: the memory takes "
            f"{needed / 1e9:.1f} GB, and this machine has {there / 1e9:.1f} GB; lower units or "
            "stored."
        )
