"""Spiking models: biological seconds per second in both engines, and what the workbench adds.

What the workbench adds is the time spent in a model's course (instruments, measures, frames, the
record) beside the time in which Brian2's network runs, in the very same run.
"""

import os
import statistics
import time

import pytest

import models
import workbench
from workbench import Worker

pytestmark = pytest.mark.bench
ROUNDS = 3
#: Model -> values of the run that is timed; without a speed limit.
RUNS = {
    "assemblies": {},
    "silent_assemblies": {},
    "dynamic_engram": {},
}


class Stopwatch:
    """Times a model's course beside its network."""

    def __init__(self, kind):
        self.kind, self.course = kind, kind.course
        self.inside, self.begun, self.ended, self.frames = 0.0, None, 0.0, 0

    def __enter__(self):
        stopwatch, course = self, self.course

        def timed(model, run, simulation):
            steps = course(model, run, simulation)
            emit = run.emit

            def counted(*arguments, **named):
                emit(*arguments, **named)
                stopwatch.frames += 1

            run.emit = counted
            while True:
                begun = time.perf_counter()
                step = next(steps, None)
                stopwatch.ended = time.perf_counter()
                if stopwatch.begun is None:  # what comes before the first stretch is setting up
                    stopwatch.begun = stopwatch.ended
                else:
                    stopwatch.inside += stopwatch.ended - begun
                if step is None:
                    return
                yield step

        self.kind.course = timed
        return self

    def __exit__(self, *_):
        self.kind.course = self.course


@pytest.mark.parametrize("engine", ["fast", "live"])
@pytest.mark.parametrize("key", RUNS)
def test_speed_and_what_the_workbench_adds(key, engine):
    kind = models.get(key)
    values = RUNS[key] | {"engine": engine} | ({"speed": 0} if "speed" in kind.parameters() else {})
    rates, shares, costs = [], [], []
    for seed in range(1, ROUNDS + 1):
        with Stopwatch(kind) as watch:
            data = workbench.run(kind(**values), seed, progress=False).data
        whole = watch.ended - watch.begun
        network = whole - watch.inside
        rates.append(float(data.now if "now" in data else data.time[-1]) / whole)
        shares.append(watch.inside / network)
        costs.append(watch.inside / watch.frames)
    cost = statistics.median(costs)
    print(
        f"\n{key}, {engine}: {statistics.median(rates):.3g} biological seconds a second; "
        f"workbench adds {100 * statistics.median(shares):.1f} % "
        f"({1000 * cost:.2f} ms a frame, so {1000 * cost:.1f} % at 10 frames a second)"
    )
    assert cost < 0.05


@pytest.mark.parametrize("engine", ["fast", "live"])
@pytest.mark.parametrize("key", RUNS)
def test_from_run_to_first_frame(key, engine, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "ENGRAM_WORKBENCH_CACHE", str(tmp_path))
    for state in ("cold", "warm", "warm"):
        begun = time.perf_counter()
        worker = Worker(models.get(key)(**RUNS[key], engine=engine))
        watch = worker.watch()
        try:
            while not worker.ended and not ((new := watch.take()) and new.variables):
                time.sleep(0.002)
            print(f"\n{key}, {engine}, {state}: {time.perf_counter() - begun:.2f} s to a frame")
            assert worker.state != "failed", worker.message
        finally:
            worker.stop()
            worker.wait(60)
