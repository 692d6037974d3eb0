"""A sweep by two processes against the same by one, and against runs in a bare loop."""

import time

import pytest

import models
import workbench
from workbench.store import Store
from workbench.sweep import Sweep

pytestmark = pytest.mark.bench

#: Runs of about half a second, most of it in numpy and numba.
VALUES = {"patterns": "random words", "hard_locations": 50_000, "cues": 100, "noise_levels": 20}
CELLS = 24
ROUNDS = 3


def sweep(seed: int) -> Sweep:
    """Return a sweep whose cells all take as long."""
    return Sweep.grid(models.get("sdm")(**VALUES), {"stored": [500]}, range(seed, seed + CELLS))


def took(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def test_two_processes_against_one(tmp_path, capsys):
    """All three ways alternate, so that the machine is the same for each; the quickest counts."""
    store, best = Store(tmp_path / "runs"), {}
    sweep(0).run(store, workers=2, progress=False)  # its processes start, and compile
    for number in range(1, ROUNDS + 1):
        ways = {
            "a bare loop": lambda seed: [
                workbench.run(cell.model, cell.seed, progress=False) for cell in sweep(seed).cells()
            ],
            "one process": lambda seed: sweep(seed).run(store, workers=1, progress=False),
            "two processes": lambda seed: sweep(seed).run(store, workers=2, progress=False),
        }
        for i, (name, act) in enumerate(ways.items()):
            seed = 10_000 * number + 1000 * i
            best[name] = min(best.get(name, 1e9), took(lambda act=act, seed=seed: act(seed)))
    with capsys.disabled():
        for name, seconds in best.items():
            print(f"\n{CELLS} runs by {name}: {seconds:.2f} s", end="")
        efficiency = best["one process"] / best["two processes"] / 2
        print(f"\nefficiency of two processes over one: {efficiency:.0%}")
