"""Share a range of work among threads, as many as numba is set to use.

Plain Python threads serve compiled functions that release the interpreter lock: unlike numba's own
parallel loops they may be called from several threads at once, and they compile in a fraction of
the time.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Part = TypeVar("Part")


@cache
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="sdm")


# Threads do not survive a fork; the child starts its own.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)


def split(
    work: Callable[[int, int], Part], items: int, least: int = 1, threads: int | None = None
) -> list[Part]:
    """Call ``work(first, last)`` for consecutive ranges that cover ``items``, one a thread.

    Parameters
    ----------
    work : callable
    items : int
        Size of the whole range.
    least : int
        Fewest items worth a thread of their own.
    threads : int, optional
        Most threads; :func:`numba.get_num_threads` by default.

    Returns
    -------
    list
        What the calls returned, in order of their ranges.
    """
    if threads is None:
        from numba import get_num_threads

        threads = get_num_threads()
    parts = max(1, min(threads, items // max(1, least)))
    edges = [items * part // parts for part in range(parts + 1)]
    if parts == 1:
        return [work(0, items)]
    others = [_pool(parts - 1).submit(work, *edges[p : p + 2]) for p in range(1, parts)]
    own = work(*edges[:2])
    return [own, *(other.result() for other in others)]
