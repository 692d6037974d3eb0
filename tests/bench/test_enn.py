"""The Engram Neural Network's speed at the MNIST size: batch 128, 28 steps of 28, 128 units.

Each is timed in a process of its own, several times in turn, so that what else the machine does
falls on all of them. `ENGRAM_REFERENCE_PYTHON` names a Python that has the published program
(tensorflow-engram 0.1.0, TensorFlow 2.19); without it the ratio is to torch's LSTM alone.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
SCRIPT = Path(__file__).with_name("enn_speed.py")
ROOT = SCRIPT.parents[2]
ROUNDS = 5
REFERENCE = os.environ.get("ENGRAM_REFERENCE_PYTHON")


def measured(python: str, arguments: list[str], threads: int) -> dict[str, float]:
    """Return milliseconds of a training step and of a prediction."""
    limits = {
        name: str(threads)
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    }
    done = subprocess.run(
        [python, SCRIPT, *arguments], capture_output=True, text=True, check=True,
        env=os.environ | limits | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("threads", [1, 2])
def test_training_and_prediction(threads):
    who = {
        "ours": (sys.executable, ["ours", "auto"]),
        "plain loops": (sys.executable, ["ours", "plain"]),
        "torch's LSTM": (sys.executable, ["ours", "lstm"]),
    }
    if REFERENCE:
        who["published"] = (REFERENCE, ["published"])
    found = {name: [] for name in who}
    for _ in range(ROUNDS):
        for name, (python, arguments) in who.items():
            found[name].append(measured(python, arguments, threads))
    for what in ("train", "predict"):
        times = {name: statistics.median(one[what] for one in all_) for name, all_ in found.items()}
        told = ", ".join(
            f"{name} {time:.1f} ms ({time / times['ours']:.2f})" for name, time in times.items()
        )
        print(f"\n{threads} threads, {what}: {told}; load {os.getloadavg()[0]:.1f}")
        assert times["ours"] < 1.2 * times["plain loops"]
