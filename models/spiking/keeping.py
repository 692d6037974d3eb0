"""What follows a run beside its network, as bytes: the run itself is left out and put back."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any


class Keeper(pickle.Pickler):
    """Pickles objects; those that stand for the run are only named.

    Parameters
    ----------
    file : file
        What is written to.
    outside : mapping of str to object
        What is only named.
    """

    def __init__(self, file: Any, outside: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._names = {id(one): name for name, one in outside.items()}

    def persistent_id(self, obj: Any) -> str | None:
        """Return the name of what is left out, None for all else."""
        return self._names.get(id(obj))


class Finder(pickle.Unpickler):
    """Brings back what a `Keeper` wrote, in another run."""

    def __init__(self, file: Any, outside: Mapping[str, Any]) -> None:
        super().__init__(file)
        self._outside = outside

    def persistent_load(self, pid: Any) -> Any:
        """Return what stands in the place of what was left out."""
        return self._outside[pid]


def kept(objects: Any, outside: Mapping[str, Any]) -> bytes:
    """Return objects as bytes, without what is `outside` of them."""
    file = io.BytesIO()
    Keeper(file, outside).dump(objects)
    return file.getvalue()


def brought_back(content: bytes, outside: Mapping[str, Any]) -> Any:
    """Return the objects that `kept` took, among others `outside` of them."""
    return Finder(io.BytesIO(content), outside).load()
