"""The memory of a run: its process and those it started, such as a compiled network's program."""

from __future__ import annotations

from pathlib import Path

import psutil

#: What a container may use, where there is such a limit (Linux).
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


class Meter:
    """Measures what memory a process takes more than when it was looked at first.

    Parameters
    ----------
    pid : int
        The process; its children count as it does.

    Attributes
    ----------
    most : int
        The most bytes that any look has seen.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._first = resident(pid)  # Python and the libraries, which all runs share
        self.most = 0

    def look(self) -> int:
        """Return the bytes now; 0 when the process has ended."""
        now = max(0, resident(self._pid) - self._first)
        self.most = max(self.most, now)
        return now


def resident(pid: int) -> int:
    """Return the resident bytes of a process and its children, 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(own(each) for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def own(process: psutil.Process) -> int:
    """Return the resident bytes of one process, 0 when it ended meanwhile."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def machine_bytes() -> int:
    """Return the bytes of memory that this machine or container has."""
    sizes = [psutil.virtual_memory().total]
    for path in map(Path, LIMITS):
        if path.exists() and (said := path.read_text().strip()).isdigit():
            sizes.append(int(said))
    return min(sizes)
