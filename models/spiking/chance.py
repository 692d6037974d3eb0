"""The random numbers of Brian2's runtime, exactly: numpy's state and what was drawn ahead of use.

Compiled code draws numbers in buffers of 20,000 whose addresses alone Brian2 stores
(`RuntimeDevice.get_random_state`), so that a state of its own is worth nothing in another process.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

BUFFERS = ("rand_buffer", "randn_buffer")
#: Numbers in a buffer (brian2.codegen.generators.cython_generator).
SIZE = 20_000


def random_state() -> dict[str, Any]:
    """Return the state of the random numbers."""
    device = runtime_device()
    state: dict[str, Any] = {"numpy": np.random.get_state()}  # noqa: NPY002
    for name in BUFFERS:
        index = int(getattr(device, f"{name}_index")[0])
        left = memory(int(getattr(device, name)[0]))[index:].copy() if index else np.empty(0)
        state[name] = left
    return state


def set_random_state(state: dict[str, Any]) -> None:
    """Let the random numbers go on from a state."""
    device = runtime_device()
    np.random.set_state(state["numpy"])  # noqa: NPY002
    for name in BUFFERS:
        pointer, left = getattr(device, name), state[name]
        getattr(device, f"{name}_index")[0] = (SIZE - left.size) % SIZE
        if left.size:
            pointer[0] = pointer[0] or allocated()
            memory(int(pointer[0]))[SIZE - left.size :] = left


def runtime_device() -> Any:
    """Return Brian2's device, which must be the runtime's."""
    import brian2

    return brian2.get_device()


def memory(address: int) -> np.ndarray:
    """Return the numbers of a buffer, shape (SIZE,), not copied."""
    return np.ctypeslib.as_array((ctypes.c_double * SIZE).from_address(address))


def allocated() -> int:
    """Return the address of a new buffer, which Brian2's code frees when it is used up."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    address = malloc(SIZE * ctypes.sizeof(ctypes.c_double))
    if not address:
        raise MemoryError("there is no room for random numbers")
    return address
