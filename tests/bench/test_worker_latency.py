"""How soon a run in a process of its own starts and answers, while frames flow."""

import statistics
import time

import pytest

from tests.workers import Clock, Deaf
from workbench import Worker

pytestmark = pytest.mark.bench
TIMES = 10


def until(condition):
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < 60
        time.sleep(0.0005)
    return 1000 * (time.perf_counter() - started)


def running():
    """Return a run that gives 100 frames a second, watched."""
    worker = Worker(Clock(frames=1_000_000, wait=0.01))
    until(lambda: worker.state == "running")
    return worker, worker.watch()


def flows(worker, watch, seconds=0.1):
    """Return whether frames come."""
    before = worker.progress
    until_then = time.perf_counter() + seconds
    while time.perf_counter() < until_then:
        watch.take()
        time.sleep(0.002)
    return worker.progress > before


def tell(what, took, most):
    """Print the median and the worst of some times in ms, and check the median."""
    print(f"\n{what}: median {statistics.median(took):.0f} ms, at most {max(took):.0f} ms")
    assert statistics.median(took) < most


def test_from_start_to_first_frame():
    took = []
    for _ in range(TIMES):
        worker = Worker(Clock(frames=1))
        took.append(until(lambda worker=worker: worker.state != "starting"))
        worker.wait(60)
    tell("start to first frame", took, 500)


def test_from_pause_to_the_last_frame():
    """A frame lasts 10 ms; the last one comes within the time given here."""
    worker, watch = running()
    took = []
    for _ in range(TIMES):
        worker.pause()
        started = last = time.perf_counter()
        while time.perf_counter() < started + 0.4:
            if watch.take() is not None:
                last = time.perf_counter()
            time.sleep(0.001)
        took.append(1000 * (last - started))
        assert not flows(worker, watch)
        worker.resume()
        until(lambda: watch.take() is not None)
    worker.stop()
    worker.wait(60)
    tell("pause to the last frame", took, 200)


def test_from_step_to_its_frame():
    worker, watch = running()
    worker.pause()
    until(lambda: not flows(worker, watch))
    took = []
    for _ in range(TIMES):
        before = worker.progress
        worker.step()
        took.append(
            until(lambda before=before: watch.take() is not None or worker.progress > before)
        )
        time.sleep(0.05)
        watch.take()
    worker.stop()
    worker.wait(60)
    tell("step to its frame", took, 200)


def test_from_a_change_to_a_frame_that_shows_it():
    worker, watch = running()
    took = []
    for turn in range(TIMES):
        level = 50 if turn % 2 == 0 else -50
        worker.set("level", level)

        def shown(level=level):
            new = watch.take()
            return new is not None and "latest" in new and new.latest * level > 0

        took.append(until(shown))
    worker.stop()
    worker.wait(60)
    tell("change to a frame that shows it", took, 200)


def test_from_stop_to_stopped():
    took = []
    for _ in range(TIMES):
        worker, _watch = running()
        worker.stop()
        took.append(until(lambda worker=worker: worker.state == "stopped"))
        worker.wait(60)
    tell("stop to stopped", took, 200)


def test_from_stop_to_killed_where_no_frame_comes():
    took = []
    for _ in range(3):
        worker = Worker(Deaf())
        until(lambda worker=worker: worker.state == "running")
        worker.stop()
        took.append(until(lambda worker=worker: worker.ended))
    tell("stop to killed", took, 1500)
