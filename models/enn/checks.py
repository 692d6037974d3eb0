"""Settings that are one of a few words."""

from __future__ import annotations

from typing import Any, get_args

from workbench.model import ParameterError


def one_of(name: str, value: object, kind: Any) -> None:
    """Raise `ParameterError` where a setting is none of the values of a Literal type."""
    if value not in get_args(kind):
        allowed = " or ".join(map(repr, get_args(kind)))
        raise ParameterError(f"{name} = {value!r} is not allowed; it must be {allowed}.")
