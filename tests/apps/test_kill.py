"""A worker that is killed at any moment: told clearly, nothing is lost, the next run works."""

import os
import random
import signal
import time
from contextlib import suppress

import numpy as np
import pytest

import workbench
from apps.work.desk import Desk
from tests.workers import Clock
from workbench.store import Store

LONG = 60.0
MOMENTS = 20
MODEL = {"frames": 40, "wait": 0.005}  # 0.2 s and the start of its process


def until(condition, seconds=LONG):
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, "it did not come about"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def expected():
    return workbench.run(Clock(**MODEL), 1, progress=False).data


@pytest.fixture
def desk(tmp_path):
    desk = Desk(Store(tmp_path / "runs"), workers=1)
    yield desk
    desk.close()


def killed(desk, after):
    """Start a run, kill its process some seconds after the start, and return it."""
    job = desk.start(Clock(**MODEL), 1)
    watch = job.watch() if after > 0.05 else None  # as a page does, or none
    deadline = time.perf_counter() + after
    while time.perf_counter() < deadline:
        if watch:
            watch.take()
        time.sleep(0.001)
    with suppress(ProcessLookupError):  # it was quicker
        os.kill(job.worker.pid, signal.SIGKILL)
    until(lambda: job.ended)
    return job


def test_a_kill_at_twenty_moments_loses_nothing(desk, expected):
    rng = random.Random(5)
    jobs = [killed(desk, rng.uniform(0, 0.35)) for _ in range(MOMENTS)]
    until(lambda: len(desk.store.list()) == MOMENTS)
    states = [job.state for job in jobs]
    assert set(states) <= {"failed", "finished"} and states.count("failed") >= MOMENTS // 2
    for job in jobs:
        entry = desk.store.find(job.record.stamp.id)
        data = desk.store.open(entry.id).data
        assert job.problem == ""
        if job.state == "failed":
            told = "The process of the run ended unexpectedly (signal 9)."
            assert job.worker.message == told and entry.status == f"partial: {told}"
        else:
            assert entry.complete and data.sizes["time"] == MODEL["frames"]
        if data.sizes:  # what had come is there, and is right
            count = data.sizes["time"]
            np.testing.assert_array_equal(data.level, expected.level[:count])
    assert any(0 < job.record.data.sizes.get("time", 0) < MODEL["frames"] for job in jobs)
    after = desk.start(Clock(**MODEL), 1)
    until(lambda: after.ended)
    assert after.state == "finished" and after.record.data.level.equals(expected.level)


def test_the_next_in_the_queue_has_its_turn_when_a_run_is_killed(desk):
    first, second = (desk.start(Clock(**MODEL), seed) for seed in (1, 2))
    until(lambda: first.state == "running")
    os.kill(first.worker.pid, signal.SIGKILL)
    until(lambda: second.ended)
    assert (first.state, second.state) == ("failed", "finished")
    until(lambda: len(desk.store.list()) == 2)


def test_a_run_that_is_killed_while_it_is_paused_or_stopped_ends(desk):
    paused, stopped = (desk.start(Clock(frames=10_000, wait=0.005), seed) for seed in (1, 2))
    until(lambda: paused.state == "running")
    paused.worker.pause()
    time.sleep(0.1)
    os.kill(paused.worker.pid, signal.SIGKILL)
    until(lambda: stopped.state == "running")
    assert paused.state == "failed" and "signal 9" in paused.worker.message
    stopped.stop()
    with suppress(ProcessLookupError):
        os.kill(stopped.worker.pid, signal.SIGKILL)
    until(lambda: stopped.ended)
    assert stopped.state == "stopped"
    until(lambda: len(desk.store.list()) == 2)
