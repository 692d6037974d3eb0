"""Compile with numba and keep the machine code on disk until one of the sources changes.

numba takes a cached function to be fresh while the file it stands in is unchanged. The kernels are
compiled from several files into one another, so the stamp here covers all of them.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit

Function = Callable[..., Any]

_SOURCES = ("bitslice.py", "intrinsics.py", "kernels.py", "planes.py", "rows.py")


def sources_stamp(folder: Path = Path(__file__).parent, names: Iterable[str] = _SOURCES) -> str:
    """Digest of every file that kernels are compiled from."""
    return sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()


def compiler(stamp: str) -> Callable[[Function], Function]:
    """Return a decorator that compiles without the interpreter lock, for sources of this stamp.

    Machine code is kept on disk where that is possible.
    """

    def compiled(function: Function) -> Function:
        try:
            dispatcher: Any = njit(nogil=True, cache=True)(function)
            dispatcher._cache._cache_file._source_stamp = stamp
        except (AttributeError, RuntimeError):
            # No place to write, or a numba that keeps its stamp elsewhere.
            return njit(nogil=True)(function)
        return dispatcher

    return compiled


compiled = compiler(sources_stamp())
