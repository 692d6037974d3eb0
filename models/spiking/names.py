"""Which arrays of a Brian2 network make up its state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Arrays that say how a network is wired or when it is, not in which state it is.
FIXED = ("i", "j", "N", "N_incoming", "N_outgoing", "delay", "t", "dt", "timestep")


def states(objects: Iterable[Any], exact: bool = False) -> list[str]:
    """Return the names (``object.variable``) of the state of Brian2 objects.

    With `exact`, what only matters within a step and the times of their clocks are among them.
    """
    objects = list(objects)
    found = [
        f"{one.name}.{variable}"
        for one in objects
        for variable in getattr(one, "variables", {})
        if is_state(one, variable, exact)
    ]
    parts = list(objects)
    for one in parts:
        parts += one.contained_objects  # which may contain others, and have clocks of their own
    clocks = {clock.name for one in parts if exact and (clock := getattr(one, "clock", None))}
    return found + [f"{clock}.{time}" for clock in sorted(clocks) for time in ("t", "timestep")]


def is_state(owner: Any, name: str, exact: bool = False) -> bool:
    """Return whether a variable of a Brian2 object is an array that the next step depends on."""
    from brian2.core.variables import ArrayVariable
    from brian2.groups.group import Group
    from brian2.monitors import EventMonitor, PopulationRateMonitor, StateMonitor

    variable = getattr(owner, "variables", {}).get(name)
    return (
        isinstance(owner, Group)
        and not isinstance(owner, EventMonitor | StateMonitor | PopulationRateMonitor)
        and isinstance(variable, ArrayVariable)
        and getattr(variable.owner, "name", None) == owner.name  # `owner` itself is a weak proxy
        and not variable.constant
        and (exact or not name.startswith("_"))
        and name not in FIXED
    )
