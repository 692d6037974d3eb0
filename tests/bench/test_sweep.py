"""A sweep by two processes against the same by one, and against runs in bare loops."""

import time

import pytest
from joblib import Parallel, delayed

import models
import workbench
from workbench.store import Store
from workbench.sweep import Sweep

pytestmark = pytest.mark.bench

#: Runs of about half a second that use one core: one that used two could gain nothing.
MODEL, VALUES = "calcium", {"synapses": 2500}
CELLS = 24
ROUNDS = 3


def sweep(seed: int) -> Sweep:
    """Return a sweep whose cells all take as long."""
    return Sweep.grid(models.get(MODEL)(**VALUES), {"pairs": [60]}, range(seed, seed + CELLS))


def took(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def test_two_processes_against_one(tmp_path, capsys):
    """All ways alternate, so that the machine is the same for each; the quickest counts."""
    store, best = Store(tmp_path / "runs"), {}

    def bare(cell) -> None:
        workbench.run(cell.model, cell.seed, progress=False)

    def two(seed: int) -> None:
        Parallel(n_jobs=2)(delayed(bare)(cell) for cell in sweep(seed).cells())

    sweep(0).run(store, workers=2, progress=False)  # its processes start, and compile
    two(0)
    for number in range(1, ROUNDS + 1):
        ways = {
            "a bare loop": lambda seed: [bare(cell) for cell in sweep(seed).cells()],
            "two bare loops side by side": two,
            "one process": lambda seed: sweep(seed).run(store, workers=1, progress=False),
            "two processes": lambda seed: sweep(seed).run(store, workers=2, progress=False),
        }
        for i, (name, act) in enumerate(ways.items()):
            seed = 10_000 * number + 1000 * i
            best[name] = min(best.get(name, 1e9), took(lambda act=act, seed=seed: act(seed)))
    with capsys.disabled():
        for name, seconds in best.items():
            print(f"\n{CELLS} runs by {name}: {seconds:.2f} s", end="")
        alone = best["a bare loop"] / best["two bare loops side by side"] / 2
        print(f"\nefficiency of two bare loops: {alone:.0%}, of two processes over one: ", end="")
        print(f"{best['one process'] / best['two processes'] / 2:.0%}")
