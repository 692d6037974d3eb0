"""Sharing a range among threads."""

import os
import threading

import numba
import pytest

from models.sdm.parallel import split


@pytest.mark.parametrize(
    ("items", "least", "threads", "expected"),
    [
        (10, 1, 3, [(0, 3), (3, 6), (6, 10)]),
        (10, 1, 1, [(0, 10)]),
        (2, 1, 5, [(0, 1), (1, 2)]),
        (10, 6, 4, [(0, 10)]),
        (10, 5, 4, [(0, 5), (5, 10)]),
        (0, 1, 4, [(0, 0)]),
        (3, 0, 2, [(0, 1), (1, 3)]),
    ],
)
def test_ranges_cover_the_items_in_order(items, least, threads, expected):
    assert split(lambda first, last: (first, last), items, least, threads) == expected


def test_parts_run_in_threads_of_their_own():
    barrier = threading.Barrier(3, timeout=10)
    names = split(lambda first, last: (barrier.wait(), threading.get_ident())[1], 3, 1, 3)
    assert len(set(names)) == 3
    assert names[0] == threading.get_ident()


def test_numba_says_how_many_threads():
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert split(lambda first, last: (first, last), 100) == [(0, 100)]
    finally:
        numba.set_num_threads(before)
    assert len(split(lambda first, last: (first, last), 100)) == before


def test_an_error_in_a_thread_reaches_the_caller():
    def work(first, last):
        if first:
            raise RuntimeError("in the second part")

    with pytest.raises(RuntimeError, match="second part"):
        split(work, 4, 1, 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_starts_threads_of_its_own():
    import subprocess
    import sys

    code = (
        "import os\n"
        "from models.sdm.parallel import split\n"
        "split(lambda a, b: a, 4, 1, 2)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(7 if split(lambda a, b: a, 4, 1, 2) == [0, 2] else 1)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
