"""Spiking models: biological seconds per second in both engines, and what the workbench adds.

What the workbench adds is told by two runs of the same network with the same seed, one after the
other: the model's own, and a bare one that gives the network the same values at the same times, in
the same stretches, but reads nothing and shows nothing. Both are timed from the end of the first
stretch to the record. Processor time is that of this process and of the compiled network together.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import models
import workbench

pytestmark = pytest.mark.bench
ROUNDS = 3
#: Model and engine -> values of the run that is timed.
RUNS = {
    ("assemblies", "fast"): {},
    ("assemblies", "live"): {},
    ("silent_assemblies", "fast"): {},
    ("silent_assemblies", "live"): {},
    ("dynamic_engram", "fast"): {},
    ("dynamic_engram", "live"): {"protocol": "0-10 rest; 10-40 training square; 40-60 test"},
}
FIRST_FRAME = Path(__file__).with_name("first_frame.py")


class Timed:
    """Times runs of a kind of model after their first stretch, and keeps what they did."""

    def __init__(self, kind, monkeypatch):
        self.kind, self.monkeypatch, self.course = kind, monkeypatch, kind.course
        self.tape = []  # a stretch (s), or a variable's name and value
        self.begun = 0.0, 0.0

    def run(self, model, seed, course):
        """Return the data, the wall seconds and the processor seconds of a run."""

        def timed(model, run, simulation):
            steps = course(model, run, simulation)
            yield next(steps)
            self.begun = time.perf_counter(), processor_seconds()
            yield from steps

        self.monkeypatch.setattr(self.kind, "course", timed)
        data = workbench.run(model, seed, progress=False).data
        ended = time.perf_counter(), processor_seconds()
        return data, *np.subtract(ended, self.begun)

    def whole(self, model, run, simulation):
        """Follow the model's course, and note what is done to the network."""
        self.tape, write = [], simulation.write

        def noted(name, value):
            self.tape.append((name, np.array(value)))
            write(name, value)

        simulation.write = noted
        for seconds in self.course(model, run, simulation):
            self.tape.append(seconds)
            yield seconds

    def bare(self, model, run, simulation):
        """Do to the network what was noted, and nothing else."""
        for one in self.tape:
            if isinstance(one, tuple):
                simulation.write(*one)
            else:
                yield one


def processor_seconds():
    """Return the processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@pytest.mark.parametrize(("key", "engine"), RUNS)
def test_speed_and_what_the_workbench_adds(key, engine, monkeypatch):
    kind = models.get(key)
    model = kind(**RUNS[key, engine], engine=engine)
    timed = Timed(kind, monkeypatch)
    timed.run(model.copy(), 1, timed.whole)  # compiles what is not compiled yet
    rates, added, more, waits, works = [], [], [], [], []
    for seed in range(1, ROUNDS + 1):
        data, whole, whole_cpu = timed.run(model, seed, timed.whole)
        _, bare, bare_cpu = timed.run(model, seed, timed.bare)
        frames = data.sizes["time"]
        rates.append((float(data.now) / whole, float(data.now) / bare))
        added.append(100 * (whole / bare - 1))
        more.append(100 * (whole_cpu / bare_cpu - 1))
        waits.append(1e3 * (whole - bare) / frames)
        works.append(1e3 * (whole_cpu - bare_cpu) / frames)
    rate, bare_rate = np.median(rates, axis=0)
    wait = statistics.median(waits)
    load = os.getloadavg()[0]
    print(
        f"\n{key}, {engine}: {rate:.3g} biological seconds a second, bare {bare_rate:.3g}; added "
        f"{statistics.median(added):.1f} % of time, {statistics.median(more):.1f} % of processor "
        f"time; a frame costs {wait:.2f} ms, {statistics.median(works):.2f} ms of processor time, "
        f"so {wait:.1f} % at 10 frames a second (load {load:.1f})"
    )
    assert wait < 50


@pytest.mark.parametrize(("key", "engine"), RUNS)
def test_from_run_to_first_frame(key, engine, tmp_path):
    told = subprocess.run(
        [sys.executable, FIRST_FRAME, key, engine], capture_output=True, text=True, check=False,
        env=os.environ | {"ENGRAM_WORKBENCH_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    cold, *warm = json.loads(told.stdout)
    print(
        f"\n{key}, {engine}: {cold:.1f} s to the first frame cold, {min(warm):.2f} s warm "
        f"(load {os.getloadavg()[0]:.1f})"
    )
    assert min(warm) < cold
